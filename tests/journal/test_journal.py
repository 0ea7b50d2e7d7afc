"""A journal keeps every acknowledged entry, in order, and refuses to build on what somebody changed."""

import json
import os
import resource
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breachdesk.ground.canonical import canonical
from breachdesk.ground.keys import KeyRing, NoKey
from breachdesk.journal import Attachment, BadEntry, Journal, JournalBroken, JournalBusy, JournalError, NotWritten, read
from breachdesk.journal import verify as verifier
from breachdesk.journal.bag import attach, write_manifest
from tests.journal.conftest import ADA, Open, Ticking


def say(journal: Journal, count: int = 1, case: str | None = None) -> None:
    for number in range(count):
        journal.write("scope.source.read", actor=ADA, via="cli", payload={"records": number}, case=case)


def test_an_entry_says_who_did_what_when_and_by_which_way(tmp_path: Path, open_journal: Open) -> None:
    with open_journal(tmp_path / "journal") as journal:
        made = journal.write(
            "scope.source.read",
            actor=ADA,
            via="cli",
            refs={"source": "shop.sql"},
            payload={"records": 7},
            attachments=[Attachment("0" * 64, 9, "evidence:shop.sql")],
        )
    (entry,) = read(tmp_path / "journal")
    assert entry == made
    assert (entry.seq, entry.case, entry.case_seq, entry.ts) == (1, "2026-014", 1, "2026-11-20T18:05:01Z")
    assert (entry.actor, entry.via, entry.type, entry.refs) == (ADA, "cli", "scope.source.read", {"source": "shop.sql"})
    assert (entry.payload, entry.names) == ({"records": 7}, ("evidence:shop.sql",))


def test_what_is_in_the_tree_gives_no_hold_to_guess_the_contents(tmp_path: Path, open_journal: Open) -> None:
    with open_journal(tmp_path / "journal") as journal:
        for _ in range(2):
            journal.write("scope.source.read", actor=ADA, via="cli", payload={"records": 7})
    hashes = [json.loads(line)["envelope"]["payload_hash"] for line in _lines(tmp_path)]
    assert len(set(hashes)) == 2
    assert all(b"records" not in canonical(json.loads(line)["envelope"]) for line in _lines(tmp_path))


def _lines(tmp_path: Path) -> list[bytes]:
    return (tmp_path / "journal" / "entries.jsonl").read_bytes().splitlines()


def test_numbers_go_on_after_reopening_and_each_case_counts_for_itself(tmp_path: Path, open_journal: Open) -> None:
    with open_journal(tmp_path / "journal") as journal:
        say(journal, 2)
        say(journal, 1, case="other")
        vkey = journal.vkey
    with open_journal(tmp_path / "journal") as journal:
        say(journal, 1)
        say(journal, 1, case="other")
        journal.publish()
        assert journal.vkey == vkey
        assert not journal.verify().faults
    numbers = [(entry.seq, entry.case, entry.case_seq) for entry in read(tmp_path / "journal")]
    assert numbers == [(1, "2026-014", 1), (2, "2026-014", 2), (3, "other", 1), (4, "2026-014", 3), (5, "other", 2)]


def test_a_second_writer_waits_outside(tmp_path: Path, open_journal: Open) -> None:
    with open_journal(tmp_path / "journal"), pytest.raises(JournalBusy):
        open_journal(tmp_path / "journal")
    open_journal(tmp_path / "journal").close()


def test_a_refused_entry_leaves_no_trace(tmp_path: Path, open_journal: Open) -> None:
    with open_journal(tmp_path / "journal") as journal:
        say(journal)
        before = _lines(tmp_path)
        for kind, payload in [("nonsense", {}), ("scope.source.read", {"row": {"a": 1}})]:
            with pytest.raises(BadEntry):
                journal.write(kind, actor=ADA, via="cli", payload=payload)  # type: ignore[dict-item]
        with pytest.raises(ValueError):
            journal.write("scope.source.read", actor=ADA, via="pigeon")
        many = [Attachment("0" * 64, 1, "pack:" + "x" * 4000)] * 2200
        with pytest.raises(BadEntry):
            journal.write("scope.source.read", actor=ADA, via="cli", attachments=many)
        assert _lines(tmp_path) == before
        say(journal)
        assert journal.size == 2


@pytest.mark.parametrize("case", ["", "x" * 101, "line\nbreak"])
def test_a_case_has_a_plain_name(tmp_path: Path, ring: KeyRing, clock: Ticking, case: str) -> None:
    with pytest.raises(BadEntry):
        Journal.open(tmp_path / "journal", case=case, keyring=ring, clock=clock)


def test_a_clock_that_goes_back_is_told_and_the_numbers_keep_the_order(
    tmp_path: Path, open_journal: Open, clock: Ticking
) -> None:
    with open_journal(tmp_path / "journal") as journal:
        say(journal, 2)
        clock.now = clock.now.replace(year=2020)
        say(journal, 2)
        journal.checkpoint()
        report = journal.verify()
    assert ("clock_back", {"count": 1}) in report.notes
    assert report.verdict == "unfinished"  # no MANIFEST around it, and nothing worse
    assert not report.faults
    assert [entry.seq for entry in read(tmp_path / "journal")] == [1, 2, 3, 4]


def test_a_torn_last_line_is_cut_off_and_noted_wherever_it_was_torn(tmp_path: Path, open_journal: Open) -> None:
    folder = tmp_path / "journal"
    with open_journal(folder) as journal:
        say(journal, 3)
        journal.checkpoint()
        say(journal, 1)
    whole = (folder / "entries.jsonl").read_bytes()
    start = whole[:-1].rindex(b"\n") + 1
    for cut in [start + 1, start + 9, (start + len(whole)) // 2, len(whole) - 2, len(whole) - 1]:
        (folder / "entries.jsonl").write_bytes(whole[:cut])
        with open_journal(folder) as journal:
            assert journal.size == 4
        entries = list(read(folder))
        assert [entry.seq for entry in entries] == [1, 2, 3, 4]
        assert entries[-1].type == "journal.tail.repaired"
        assert entries[-1].payload is not None
        assert entries[-1].payload["bytes"] == cut - start


def test_a_tail_of_zeros_left_by_a_power_cut_is_cut_off_too(tmp_path: Path, open_journal: Open) -> None:
    with open_journal(tmp_path / "journal") as journal:
        say(journal, 2)
    with (tmp_path / "journal" / "entries.jsonl").open("ab") as file:
        file.write(bytes(4096))
    with open_journal(tmp_path / "journal"):
        assert [entry.type for entry in read(tmp_path / "journal")][-1] == "journal.tail.repaired"


def test_halves_of_files_left_by_a_killed_writer_are_swept_out(tmp_path: Path, open_journal: Open) -> None:
    with open_journal(tmp_path / "journal") as journal:
        say(journal)
    for name in (".checkpoint.0a1b2c3d.part", ".entries.jsonl.0a1b2c3d.part"):
        (tmp_path / "journal" / name).write_bytes(b"half")
    (tmp_path / "journal" / "kept.part").write_bytes(b"not ours")
    with open_journal(tmp_path / "journal"):
        left = sorted(path.name for path in (tmp_path / "journal").iterdir())
    assert left == ["entries.jsonl", "kept.part", "log.vkey"]


def test_what_was_signed_is_not_repaired_away(tmp_path: Path, open_journal: Open) -> None:
    with open_journal(tmp_path / "journal") as journal:
        say(journal, 3)
        journal.checkpoint()
    path = tmp_path / "journal" / "entries.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    before = path.read_bytes()
    with pytest.raises(JournalBroken, match="signed over 3 entries, only 2"):
        open_journal(tmp_path / "journal")
    assert path.read_bytes() == before


@pytest.mark.parametrize("old", [b'"records":1', b'"seq":2', b'"actor":"ada"', b'"salt":"'])
def test_nothing_is_added_to_a_journal_somebody_changed(tmp_path: Path, open_journal: Open, old: bytes) -> None:
    with open_journal(tmp_path / "journal") as journal:
        say(journal, 3)
        journal.checkpoint()
    path = tmp_path / "journal" / "entries.jsonl"
    changed = path.read_bytes().replace(old, old[:-1] + (b"9" if old[-1:].isdigit() else b'x"'), 1)
    path.write_bytes(changed)
    with pytest.raises(JournalBroken):
        open_journal(tmp_path / "journal")
    assert path.read_bytes() == changed


def test_a_journal_is_continued_only_with_its_own_key(tmp_path: Path, open_journal: Open, clock: Ticking) -> None:
    with open_journal(tmp_path / "journal") as journal:
        say(journal)
    with pytest.raises(NoKey):
        Journal.open(tmp_path / "journal", case="x", keyring=KeyRing(tmp_path / "others"), clock=clock)
    (tmp_path / "journal" / "log.vkey").unlink()
    with pytest.raises(JournalBroken, match=r"log\.vkey: missing"):
        open_journal(tmp_path / "journal")


def test_no_secret_lies_in_the_journal(tmp_path: Path, open_journal: Open, ring: KeyRing) -> None:
    with open_journal(tmp_path / "journal") as journal:
        say(journal)
        journal.publish()
    secrets = [ring.get(name).secret for name in ring.names()]
    assert len(secrets) == 1
    for path in (tmp_path / "journal").iterdir():
        content = path.read_bytes()
        assert all(secret not in content and secret.hex().encode() not in content for secret in secrets)


def test_erased_contents_are_gone_and_every_proof_still_holds(tmp_path: Path, open_journal: Open) -> None:
    with open_journal(tmp_path / "journal") as journal:
        say(journal, 2)
        journal.write("case.note.added", actor=ADA, via="cli", payload={"text": "privileged"})
        early, note = journal.proof(3), tmp_path / "early"
        note.write_bytes(journal.checkpoint())
        envelope = canonical(json.loads(_lines(tmp_path)[2])["envelope"])
        journal.erase(3, actor=ADA, via="cli", reason="privilege")
        journal.checkpoint()
        report = journal.verify(since=[note])
        assert not report.faults
        assert ("withheld", {"count": 1}) in report.notes
        assert verifier.proof_holds(early, envelope, journal.vkey)
        say(journal)
    assert b"privileged" not in (tmp_path / "journal" / "entries.jsonl").read_bytes()
    entries = list(read(tmp_path / "journal"))
    assert entries[2].payload is None
    assert (entries[3].type, entries[3].refs) == ("journal.content.erased", {"seq": 3})
    with open_journal(tmp_path / "journal") as journal:
        assert journal.size == 5


def test_a_copy_for_others_is_complete_and_the_pack_around_it_learns(tmp_path: Path, open_journal: Open) -> None:
    pack = tmp_path / "pack"
    with open_journal(pack / "journal") as journal:
        (pack / "report.html").write_text("<p>", encoding="utf-8")
        journal.write("assess.pack.written", actor=ADA, via="cli", attachments=[attach(pack, pack / "report.html")])
        journal.publish()
        write_manifest(pack)
        assert journal.verify().verdict == "intact"
        say(journal)  # as `people show` does later
        assert journal.verify().verdict == "broken"
        journal.publish()
        assert journal.verify().verdict == "intact"
        journal.publish(tmp_path / "copy")
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == [
        "checkpoint",
        "entries.jsonl",
        "log.vkey",
        "verify.py",
    ]
    assert not verifier.verify(str(tmp_path / "copy")).faults


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "дело"]),
            st.dictionaries(
                st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True), st.text(max_size=9) | st.integers(0, 9)
            ),
            st.sampled_from(["write", "checkpoint", "reopen"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_was_written_in_whatever_order_is_proven(ring: KeyRing, clock: Ticking, steps: list[tuple]) -> None:  # type: ignore[type-arg]
    with tempfile.TemporaryDirectory() as place:
        folder, anchors = Path(place, "journal"), []
        journal = Journal.open(folder, case="a", keyring=ring, clock=clock)
        for number, (case, payload, then) in enumerate(steps):
            journal.write("scope.source.read", actor=ADA, via="cli", payload=payload, case=case)
            if then != "write":
                anchors.append(Path(place, f"anchor-{number}"))
                anchors[-1].write_bytes(journal.checkpoint())
            if then == "reopen":
                journal.close()
                journal = Journal.open(folder, case="a", keyring=ring, clock=clock)
        journal.checkpoint()
        report = journal.verify(since=anchors)
        assert not report.faults
        assert len([code for code, _ in report.held if code == "anchor"]) == len(anchors)
        assert [entry.payload for entry in read(folder)] == [payload for _, payload, _ in steps]
        for entry, line in zip(read(folder), (folder / "entries.jsonl").read_bytes().splitlines(), strict=True):
            envelope = canonical(json.loads(line)["envelope"])
            assert verifier.proof_holds(journal.proof(entry.seq), envelope, journal.vkey, case=entry.case)
        journal.close()


def in_child(deed: Callable[[], object]) -> int:
    """Run `deed` in a forked process; 0 when it came to its end."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        deed()
        code = 0
    finally:
        os._exit(code)


def test_a_full_disk_costs_the_entry_and_nothing_else(tmp_path: Path, open_journal: Open) -> None:
    def fill() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with open_journal(tmp_path / "journal") as journal:
            say(journal, 5)
            resource.setrlimit(resource.RLIMIT_FSIZE, (6000, resource.RLIM_INFINITY))
            with pytest.raises(NotWritten, match="make room"):
                say(journal, 100)
            kept = journal.size
            assert 5 < kept < 105
            with pytest.raises(NotWritten):
                say(journal)
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            say(journal)  # room was made: it goes on where it stood
            assert journal.size == kept + 1
            journal.checkpoint()
            assert not journal.verify().faults

    assert in_child(fill) == 0
    with open_journal(tmp_path / "journal") as journal:
        assert [entry.seq for entry in read(tmp_path / "journal")] == list(range(1, journal.size + 1))


def test_a_folder_that_cannot_be_written_is_named(ring: KeyRing, clock: Ticking) -> None:
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o555)

        def begin() -> None:
            if os.getuid() == 0:
                os.setuid(65534)
            with pytest.raises(JournalError, match="name another folder"):
                Journal.open(Path(place, "journal"), case="x", keyring=ring, clock=clock)

        assert in_child(begin) == 0
        os.chmod(place, 0o700)


def test_after_a_failed_sync_nothing_is_believed_until_the_journal_is_read_anew(
    tmp_path: Path, open_journal: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    with open_journal(tmp_path / "journal") as journal:
        say(journal, 2)
        with monkeypatch.context() as patch:
            patch.setattr("breachdesk.journal.store._sync", fail)
            with pytest.raises(NotWritten):
                say(journal)
        with pytest.raises(NotWritten, match="open the journal again"):
            say(journal)
    with open_journal(tmp_path / "journal") as journal:
        say(journal)
        assert journal.size == 3


@pytest.mark.parametrize("content", [b"", b"not json\n", b"[]\n", b'{"envelope":1}\n', b"\xff\n"])
def test_showing_what_is_no_journal_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "entries.jsonl").write_bytes(content)
    if content:
        with pytest.raises(JournalError):
            list(read(tmp_path))
    else:
        assert list(read(tmp_path)) == []
    with pytest.raises(JournalError):
        list(read(tmp_path / "nowhere"))
