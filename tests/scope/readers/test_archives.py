"""Archives inside archives: members read in place, bombs stopped, traps named, neighbours read on."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import py7zr
import pytest
import zstandard

from breachdesk.scope.readers import Limits
from tests.scope.readers.gathered import gather, peak_memory

CSV = b"id,mail\n1,ann@example.org\n2,bob@example.org\n" + b"".join(
    b"%d,c%d@example.org\n" % (n, n) for n in range(3, 500)
)
ROWS = 499


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def sevened(members: dict[str, bytes], **more: object) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", **more) as archive:  # type: ignore[arg-type]
        for name, content in members.items():
            archive.writestr(content, name)
    return out.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("kind", list(PACKERS))
def test_a_packed_file_keeps_its_place_in_the_evidence(tmp_path: Path, kind: str) -> None:
    (tmp_path / "people.dat").write_bytes(PACKERS[kind](CSV))
    sink = gather(tmp_path)
    assert {source: table.count for source, table in sink.tables.items()} == {"people.dat": ROWS}
    assert not sink.codes


@pytest.mark.parametrize("kind", list(PACKERS))
def test_streams_behind_one_another_are_all_read(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a").write_bytes(PACKERS[kind](CSV[:200]) + PACKERS[kind](CSV[200:]))
    sink = gather(tmp_path)
    assert sink.tables["a"].count == ROWS
    assert not sink.codes


@pytest.mark.parametrize("kind", list(PACKERS))
@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda raw: raw[: len(raw) * 3 // 4], "truncated"),
        (lambda raw: raw + b"hidden behind", "trailing_bytes"),
    ],
)
def test_damage_to_a_packed_file_is_named_with_its_place(
    tmp_path: Path, kind: str, damage: Callable[[bytes], bytes], code: str
) -> None:
    (tmp_path / "a").write_bytes(damage(PACKERS[kind](CSV)))
    (tmp_path / "good.csv").write_bytes(CSV)
    sink = gather(tmp_path)
    assert list(sink.codes) == ["a"]
    assert code in sink.codes["a"]
    assert sink.tables["good.csv"].count == ROWS


def test_rows_before_the_damage_are_kept(tmp_path: Path) -> None:
    body = zlib.compressobj(6, zlib.DEFLATED, 31)
    lines = b"".join(b"%d,%s@example.org\n" % (n, zlib.crc32(b"%d" % n).__str__().encode()) for n in range(200_000))
    raw = bytearray(body.compress(b"id,mail\n" + lines) + body.flush())
    half = len(raw) // 2
    raw[half : half + 64] = b"\xff" * 64
    (tmp_path / "a.gz").write_bytes(raw)
    sink = gather(tmp_path)
    assert 50_000 < sink.tables["a.gz"].count < 200_000
    assert set(sink.codes["a.gz"]) & {"corrupt", "truncated"}


@pytest.mark.parametrize(
    "packer", [zipped, tarred, sevened, lambda m: gzip.compress(tarred(m)), lambda m: zipped({"i.7z": sevened(m)})]
)
def test_members_are_named_behind_their_archive(tmp_path: Path, packer: Callable[[dict[str, bytes]], bytes]) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (tmp_path / "old").write_bytes(
        packer({"a/people.csv": CSV, "b/people.csv": CSV, "notes.txt": b"call Ann\nthen Bob\n"})
    )
    sink = gather(tmp_path / "old", scratch=scratch)
    inner = "old/i.7z" if "old/i.7z/notes.txt" in sink.tables else "old"
    counts = {source: table.count for source, table in sink.tables.items()}
    assert counts == {f"{inner}/a/people.csv": ROWS, f"{inner}/b/people.csv": ROWS, f"{inner}/notes.txt": 2}
    assert not sink.codes
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "..\\..\\x", "C:\\x"])
def test_paths_that_leave_the_archive_are_named_and_read_in_place(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "a.zip").write_bytes(zipped({name: CSV, "good.csv": CSV}))
    (inside / "b.tar").write_bytes(tarred({name: CSV, "good.csv": CSV}))
    sink = gather(inside)
    assert list(sink.codes.values()) == [["unsafe_path"], ["unsafe_path"]]
    assert [table.count for table in sink.tables.values()] == [ROWS] * 4
    assert not any(".." in source or source.startswith("/") for source in sink.tables)
    assert [file.name for file in tmp_path.iterdir()] == ["in"]


def test_links_and_devices_in_archives_are_named_and_not_followed(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (
            ("s", tarfile.SYMTYPE),
            ("h", tarfile.LNKTYPE),
            ("d", tarfile.CHRTYPE),
            ("f", tarfile.FIFOTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("good.csv")
        info.size = len(CSV)
        archive.addfile(info, io.BytesIO(CSV))
    (tmp_path / "a.tar").write_bytes(out.getvalue())
    link = zipfile.ZipInfo("s")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as zipped_:
        zipped_.writestr(link, "/etc/passwd")
        zipped_.writestr("good.csv", CSV)
    sink = gather(tmp_path)
    assert sink.codes == {
        "a.tar/s": ["link_in_archive"],
        "a.tar/h": ["link_in_archive"],
        "a.tar/d": ["not_a_file"],
        "a.tar/f": ["not_a_file"],
        "b.zip/s": ["link_in_archive"],
    }
    assert {source: table.count for source, table in sink.tables.items()} == {
        "a.tar/good.csv": ROWS,
        "b.zip/good.csv": ROWS,
    }


def test_encrypted_archives_are_named(tmp_path: Path) -> None:
    raw = bytearray(zipped({"secret.csv": CSV, "good.csv": CSV}, zipfile.ZIP_STORED))
    raw[6] |= 1  # the flags of the first member, in its own header and in the directory
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(raw)
    (tmp_path / "b.7z").write_bytes(sevened({"x.csv": CSV}, password="example"))
    (tmp_path / "c.7z").write_bytes(sevened({"x.csv": CSV}, password="example", header_encryption=True))
    (tmp_path / "d.pdf").write_bytes(b"%PDF-1.7\n1 0 obj<</Encrypt 2 0 R>>endobj\n%%EOF")
    sink = gather(tmp_path)
    assert sink.codes == {f"{name}": ["encrypted"] for name in ("a.zip/secret.csv", "b.7z", "c.7z", "d.pdf")}
    assert {source: table.count for source, table in sink.tables.items()} == {"a.zip/good.csv": ROWS}


def bomb(size: int = 64 << 20) -> bytes:
    return b"id,mail\n" + b"1,ann@example.org\n" * (size // 18)


SMALL = Limits(grace=4 << 20, ratio=50)


@pytest.mark.parametrize("kind", [*PACKERS, "zip", "7z", "tar"])
def test_a_bomb_is_stopped_and_named_and_its_neighbours_read(tmp_path: Path, kind: str) -> None:
    packers = PACKERS | {
        "zip": lambda raw: zipped({"x.csv": raw}),
        "7z": lambda raw: sevened({"x.csv": raw}),
        "tar": lambda raw: gzip.compress(tarred({"x.csv": raw})),
    }
    (tmp_path / "a").write_bytes(packers[kind](bomb()))
    (tmp_path / "good.csv").write_bytes(CSV)
    sink = gather(tmp_path, limits=SMALL, keep=False)
    codes = [code for source, found in sink.codes.items() for code in found if source.startswith("a")]
    assert "bomb_ratio" in codes
    assert sink.tables["good.csv"].count == ROWS
    assert sum(table.count for table in sink.tables.values()) < (16 << 20) // 18


def test_many_small_bombs_in_one_another_count_together(tmp_path: Path) -> None:
    inner = zipped({f"{n}.csv": bomb(3 << 20) for n in range(8)})
    (tmp_path / "a.zip").write_bytes(zipped({f"{n}.zip": inner for n in range(50)}))
    sink = gather(tmp_path, limits=SMALL, keep=False)
    assert "bomb_ratio" in [code for codes in sink.codes.values() for code in codes]
    assert sum(table.count for table in sink.tables.values()) < (64 << 20) // 18


def test_archives_too_deep_are_named_not_opened(tmp_path: Path) -> None:
    raw = CSV
    for level in range(12):
        raw = zipped({f"{level}.zip" if level else "x.csv": raw})
    (tmp_path / "a.zip").write_bytes(raw)
    sink = gather(tmp_path)
    assert list(sink.codes.values()) == [["too_deep"]]


def test_too_many_members_and_too_much_in_all_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({f"{n}.csv": CSV for n in range(30)}))
    assert gather(tmp_path, limits=Limits(members=10)).codes == {"a.zip": ["too_many_members"]}
    codes = gather(tmp_path, limits=Limits(expanded=5 * len(CSV))).codes
    assert ["bomb_total"] in codes.values()


def test_a_zip_without_its_end_gives_the_members_before_the_cut(tmp_path: Path) -> None:
    raw = zipped({"a.csv": CSV, "b.csv": CSV, "c.csv": CSV})
    (tmp_path / "x.zip").write_bytes(raw[: len(raw) * 2 // 3])
    sink = gather(tmp_path)
    assert sink.tables["x.zip/a.csv"].count == ROWS
    assert "truncated" in [code for codes in sink.codes.values() for code in codes]


def test_a_member_that_fails_its_checksum_is_named_and_the_next_one_read(tmp_path: Path) -> None:
    raw = bytearray(zipped({"a.csv": CSV, "b.csv": CSV}, zipfile.ZIP_STORED))
    raw[raw.index(b"ann@")] ^= 1
    (tmp_path / "x.zip").write_bytes(raw)
    sink = gather(tmp_path)
    assert sink.codes == {"x.zip/a.csv": ["corrupt"]}
    assert sink.tables["x.zip/b.csv"].count == ROWS


@pytest.mark.parametrize("packer", [zipped, tarred, sevened])
def test_damaged_archives_never_stop_the_run(tmp_path: Path, packer: Callable[[dict[str, bytes]], bytes]) -> None:
    """Every eighth byte flipped in turn: whatever happens is a problem, never an exception."""
    raw = packer({"a.csv": CSV[:300], "b.csv": CSV[:300]})
    step = max(1, len(raw) // 60)
    for place in range(0, len(raw), step):
        hurt = bytearray(raw)
        hurt[place] ^= 0x55
        (tmp_path / "x").write_bytes(hurt)
        gather(tmp_path / "x", limits=SMALL)


def test_memory_stays_bounded_while_a_bomb_goes_off(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(gzip.compress(b"\x00" * (700 << 20), 9), 9))
    assert peak_memory(path)[1] < 600 << 20
