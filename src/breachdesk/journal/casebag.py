"""The export of one case out of a log of many: a BagIt 1.0 folder (RFC 8493) that verify.py checks, and nothing else.

Nothing of other cases goes in: the entries of this case, a proof for each, checkpoints, time stamps, evidence items.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from breachdesk.ground.files import sync_folder
from breachdesk.journal import verify
from breachdesk.journal.bag import BadBag
from breachdesk.journal.note import consistency_text, proof_text

_BLOCK = 1 << 20
_ALGORITHMS = ("sha256", "sha512")
_TOKEN = re.compile(r"(checkpoint|\d{3,9})(\.[A-Za-z0-9_-]+)*\.tsr", re.ASCII)
_HIDDEN = {"Cc", "Cs", "Zl", "Zp"}  # control characters, half characters, ends of lines
_TURNING = set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # show another name
_LONGEST_NAME = 255


def write_case_bag(
    folder: Path,
    *,
    case: str,
    lines: Iterable[bytes],
    proof: Callable[[int], Sequence[bytes]],
    checkpoint: bytes,
    vkey: str,
    checkpoints: Sequence[tuple[bytes, Sequence[bytes]]] = (),
    tokens: Mapping[str, bytes] | None = None,
    items: Iterable[tuple[str, BinaryIO]] = (),
    extras: Mapping[str, bytes] | None = None,
) -> None:
    """Write the bag into `folder`, new or empty. It appears there whole, after verify.py found no fault in it, or not.

    `lines` are those of the case's entries as in entries.jsonl, in order; withheld: payload, salt and names null.
    The last should be a `journal.case.exported` whose refs hold `case_seq`, and `checkpoint` signed at its seq: then
    nobody can cut off the end. `proof` gives the inclusion path of entry `seq` (from 1) in the checkpoint's tree.
    `checkpoints` are earlier ones, oldest first, each with its consistency proof to `checkpoint`. `tokens` are RFC 3161
    replies over the SHA-256 of a note: `checkpoint[.x].tsr`, or `NNN[.x].tsr` for the NNNth of `checkpoints`, from 001.
    Entries name items as attachments `item:<path>`, extras as `extra:<path>`. The caller opens and closes the streams.
    Raises BadBag (hostile names, a folder in use, what does not verify).
    """
    folder = Path(os.path.abspath(folder))
    _refuse_used(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    part.mkdir(mode=0o700)
    try:
        with _Bag(part) as bag:
            entries = _Entries(bag, case, proof, checkpoint)
            bag.put("data/journal.jsonl", entries.written(lines))
            bag.put("data/checkpoint", [checkpoint])
            bag.put("data/log.vkey", [f"{vkey.strip()}\n".encode()])
            for number, (note, path) in enumerate(checkpoints, 1):
                bag.put(f"data/checkpoints/{number:03d}.note", [note])
                bag.put(f"data/checkpoints/{number:03d}.consistency", [consistency_text(note, path, checkpoint)])
            for name, token in sorted((tokens or {}).items()):
                bag.put(f"data/tokens/{_token(name, len(checkpoints))}", [token])
            for name, stream in items:
                bag.put_named("data/items", name, _blocks(stream))
            for name, content in sorted((extras or {}).items()):
                bag.put_named("data/extras", name, [content])
        bag.close_lists(case, entries.day)
        _judge(part, vkey)
        part.rename(folder)  # takes the place of an empty folder, of no other
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


class _Bag:
    """A bag under way: each file is hashed as it is written, and listed at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lists = {name: (folder / f"manifest-{name}.txt").open("wb") for name in _ALGORITHMS}
        self._files: set[str] = set()  # as a file system without cases would see them
        self._folders: set[str] = set()
        self._count = self._octets = 0

    def __enter__(self) -> "_Bag":
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._lists.values():
            file.close()

    def put_named(self, place: str, name: str, blocks: Iterable[bytes]) -> None:
        """A file under a name from elsewhere. Raises BadBag for one that could lead out, hide or hit another."""
        whole = f"{place}/{_safe(name)}"
        folded = unicodedata.normalize("NFC", whole).casefold()
        above = {str(folder) for folder in PurePosixPath(folded).parents}
        if folded in self._files or folded in self._folders or above & self._files:
            raise BadBag(f"{name!a}: another file of the bag has this name, on some machines at least; rename it")
        self._files.add(folded)
        self._folders |= above
        self.put(whole, blocks)

    def put(self, name: str, blocks: Iterable[bytes]) -> None:
        sums, size = self._write(name, blocks)
        for algorithm, file in self._lists.items():
            file.write(_listed(sums[algorithm], name))
        self._count += 1
        self._octets += size

    def close_lists(self, case: str, day: str) -> None:
        """The files beside data/, and the lists of those. After this the bag is whole."""
        info = {
            "Bag-Software-Agent": "breachdesk",
            "Bagging-Date": day,
            "External-Identifier": case,
            "Payload-Oxum": f"{self._octets}.{self._count}",
        }
        texts = {
            "bagit.txt": verify.BAGIT,
            "bag-info.txt": "".join(f"{name}: {value}\n" for name, value in info.items()).encode(),
            "VERIFY.md": Path(__file__).with_name("VERIFY.md").read_bytes(),
            "verify.py": Path(verify.__file__).read_bytes(),
        }
        tags = {name: self._write(name, [content])[0] for name, content in texts.items()}
        for algorithm in _ALGORITHMS:
            name = f"manifest-{algorithm}.txt"
            with (self.folder / name).open("rb") as file:
                tags[name] = _hashed(_blocks(file))
        for algorithm in _ALGORITHMS:
            lines = [_listed(sums[algorithm], name) for name, sums in sorted(tags.items())]
            self._write(f"tagmanifest-{algorithm}.txt", lines)
        (self.folder / "verify.py").chmod(0o755)

    def _write(self, name: str, blocks: Iterable[bytes]) -> tuple[dict[str, str], int]:
        path, size = self.folder / name, 0
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        totals = {algorithm: hashlib.new(algorithm) for algorithm in _ALGORITHMS}
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for block in blocks:
                size += file.write(block)
                for total in totals.values():
                    total.update(block)
        return {algorithm: total.hexdigest() for algorithm, total in totals.items()}, size


class _Entries:
    """The lines on their way into the bag, each with its proof laid beside it."""

    def __init__(self, bag: _Bag, case: str, proof: Callable[[int], Sequence[bytes]], checkpoint: bytes) -> None:
        if not case or not case.isprintable():
            raise BadBag("a case is named by printable characters")
        self.day = ""  # of the last entry
        self._bag = bag
        self._case = case
        self._proof = proof
        self._checkpoint = checkpoint

    def written(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for number, line in enumerate(lines, 1):
            try:
                envelope = json.loads(line)["envelope"]
                case, seq, self.day = envelope["case"], int(envelope["seq"]), str(envelope["ts"])[:10]
            except (ValueError, KeyError, TypeError, RecursionError):
                raise BadBag(f"line {number} is no journal entry") from None
            if case != self._case:
                raise BadBag(f"entry {seq} belongs to another case; an export holds one")
            text = proof_text(seq - 1, self._proof(seq), self._checkpoint)
            try:
                self._bag.put(f"data/proofs/{seq}.tlog-proof", [text])
            except FileExistsError:
                raise BadBag(f"entry {seq} was given twice") from None
            yield line.removesuffix(b"\n") + b"\n"


def _refuse_used(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise BadBag(f"{folder}: not an empty folder; name a new one")


def _judge(part: Path, vkey: str) -> None:
    """Nothing is handed out that our own verifier would call broken."""
    faults = verify.verify(str(part), vkey).faults
    if faults:
        raise BadBag(f"the export would not verify: {verify.sentence('fault', faults[0], 'en')}")


def _safe(name: str) -> str:
    parts = name.split("/")
    if not name or name.startswith("/") or "\\" in name or re.match("[A-Za-z]:", name) or {"", ".", ".."} & set(parts):
        raise BadBag(f"{name!a}: a name that leads out of its folder; give a plain relative path")
    if any(unicodedata.category(letter) in _HIDDEN or letter in _TURNING for letter in name):
        raise BadBag(f"{name!a}: a name with control characters; rename it")
    if any(len(part.encode()) > _LONGEST_NAME for part in parts):
        raise BadBag(f"{name[:40]!a}...: a name of more than {_LONGEST_NAME} bytes; shorten it")
    return name


def _token(name: str, earlier: int) -> str:
    found = _TOKEN.fullmatch(name)
    if not found or (
        found[1] != "checkpoint" and found[1] not in {f"{number:03d}" for number in range(1, earlier + 1)}
    ):
        raise BadBag(f"{name!a}: a time stamp is named after its checkpoint: checkpoint.tsr, or 001.tsr and on")
    return name


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _hashed(blocks: Iterable[bytes]) -> dict[str, str]:
    totals = {algorithm: hashlib.new(algorithm) for algorithm in _ALGORITHMS}
    for block in blocks:
        for total in totals.values():
            total.update(block)
    return {algorithm: total.hexdigest() for algorithm, total in totals.items()}


def _listed(digest: str, name: str) -> bytes:
    return f"{digest}  {name.replace('%', '%25')}\n".encode()
