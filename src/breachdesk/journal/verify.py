#!/usr/bin/env python3
"""Check a Breachdesk journal, a response pack or the export of one case, with nothing but this file and Python 3.8.

    python3 verify.py [FOLDER] [--vkey VKEY] [--since CHECKPOINT]... [--lang en|ru] [--json]
    python3 verify.py --proof FILE.tlog-proof --entry ENVELOPE.json --vkey VKEY

FOLDER is a pack, its journal or a case bag (the folder of this file when left out). VKEY is the log's public key, or a
file that holds it: get it by a second channel. CHECKPOINT is an earlier `checkpoint` file kept somewhere else.
Exit codes: 0 everything held; 1 something does not hold or is not finished; 2 there was nothing to check.
No network, no third-party code. Formats: RFC 8785, RFC 6962, RFC 8032, RFC 8493, C2SP signed-note, tlog-checkpoint,
tlog-proof.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # Python 3.8 cannot say these when it runs
    Point = tuple[int, int, int, int]
    Signed = tuple[str, int, bytes]
    Found = tuple[str, dict[str, Any]]

ENVELOPE = {"v", "seq", "case", "case_seq", "ts", "actor", "role", "via", "type", "refs", "payload_hash", "attachments"}
LINE = {"envelope", "payload", "salt", "names"}
ATTACHMENT = {"sha256", "size", "name_hash"}
LONGEST_LINE = 8 << 20
_HEX64 = re.compile(r"[0-9a-f]{64}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_BIG = 2**53
_NUMBERING = {"entry_form", "entry_seq", "entry_case_seq", "line_form", "line_order", "line_case"}
CASE_JOURNAL = "data/journal.jsonl"
EXPORTED = "journal.case.exported"


class Unusable(Exception):
    """There is nothing here that can be checked."""


# --- RFC 8785 canonical JSON -----------------------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """The one byte form of a JSON value. Raises ValueError for what has none."""
    return _text(value).encode("utf-8")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        if abs(value) >= _BIG:
            raise ValueError("a number too large to be exact")
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list):
        return "[" + ",".join([_text(item) for item in value]) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join([json.dumps(name, ensure_ascii=False) + ":" + _text(value[name]) for name in names]) + "}"


def _number(value: float) -> str:
    """A float as ECMAScript writes it: the same shortest digits as Python's, another place for the exponent."""
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("not a number")
    if value == 0:
        return "0"
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(power or 0) - (len(whole + part) - len(digits))
    digits = digits.rstrip("0")
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    tail = "." + digits[1:] if len(digits) > 1 else ""
    return "{}{}{}e{}{}".format(sign, digits[0], tail, "+" if point > 0 else "-", abs(point - 1))


# --- RFC 6962 tree ---------------------------------------------------------------------------------------------------


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: enough to know its root at every size."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        rest = self.size
        while rest & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            rest >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def _hashes(*values: bytes) -> bool:
    return all(len(value) == 32 for value in values)


def inclusion_holds(index: int, size: int, leaf: bytes, proof: Iterable[bytes], root: bytes) -> bool:
    """RFC 9162 2.1.3.2, and every hash must be one (an empty one is not)."""
    path = list(proof)
    if not 0 <= index < size or not _hashes(leaf, root, *path):
        return False
    first, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if first & 1 or first == last:
            node = node_hash(sibling, node)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and node == root


def consistency_holds(size1: int, size2: int, root1: bytes, root2: bytes, proof: Iterable[bytes]) -> bool:
    """RFC 9162 2.1.4.2. From an empty tree nothing can be proven, so size1 must be at least 1."""
    path = list(proof)
    if not 1 <= size1 <= size2:
        return False
    if size1 == size2:
        return not path and root1 == root2
    if not path or not _hashes(root1, root2, *path):
        return False
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)
    first, last = size1 - 1, size2 - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and old == root1 and new == root2


# --- RFC 8032 Ed25519, verifying only --------------------------------------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)


def _add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % _P
    b = (one[1] + one[0]) * (two[1] + two[0]) % _P
    c = 2 * one[3] * two[3] * _D % _P
    d = 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(factor: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = _add(total, point)
        point = _add(point, point)
        factor >>= 1
    return total


def _same(one: Point, two: Point) -> bool:
    return (one[0] * two[2] - two[0] * one[2]) % _P == 0 and (one[1] * two[2] - two[1] * one[2]) % _P == 0


def _point(data: bytes) -> Point | None:
    number = int.from_bytes(data, "little")
    y, odd = number & (1 << 255) - 1, number >> 255
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and odd):
        return None
    if x & 1 != odd:
        x = _P - x
    return (x, y, 1, x * y % _P)


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) of `message` was made by the holder of `public` (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    base = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
    if key is None or commitment is None or base is None or scalar >= _L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    return _same(_times(scalar, base), _add(commitment, _times(challenge, key)))


# --- C2SP texts ------------------------------------------------------------------------------------------------------


def _base64(text: str) -> bytes:
    data = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(data).decode("ascii") != text:
        raise ValueError("base64 in an unusual form")
    return data


def read_vkey(text: str) -> tuple[str, bytes, bytes]:
    """A verifier key `name+id+key` as name, id (4 bytes), Ed25519 public key. Raises ValueError."""
    name, key_id, key = text.strip().split("+", 2)
    data = _base64(key)
    if not name or len(data) != 33 or data[0] != 1:
        raise ValueError("not an Ed25519 verifier key")
    if hashlib.sha256(name.encode("utf-8") + b"\n" + data).digest()[:4].hex() != key_id:
        raise ValueError("the key does not fit its own id")
    return name, bytes.fromhex(key_id), data[1:]


def read_note(note: bytes) -> tuple[bytes, list[tuple[str, bytes, bytes]]]:
    """A signed note as text and signatures (name, key id, signature). Raises ValueError."""
    text = note.decode("utf-8")
    if any(ord(character) < 32 and character != "\n" for character in text):
        raise ValueError("control characters in a note")
    at = text.rfind("\n\n")
    if at < 0 or not text.endswith("\n"):
        raise ValueError("not a signed note")
    signatures = []
    for line in text[at + 2 : -1].split("\n"):
        dash, name, signature = line.split(" ")
        data = _base64(signature)
        if dash != "\u2014" or not name or "+" in name or len(data) < 5:
            raise ValueError("not a signature line")
        signatures.append((name, data[:4], data[4:]))
    return text[: at + 1].encode("utf-8"), signatures


def read_checkpoint(text: bytes) -> tuple[str, int, bytes]:
    """The text of a checkpoint as origin, size, root. Raises ValueError."""
    lines = text.decode("utf-8").split("\n")
    if len(lines) < 4 or not all(lines[:-1]) or not re.fullmatch(r"0|[1-9]\d{0,17}", lines[1], re.ASCII):
        raise ValueError("not a checkpoint")
    root = _base64(lines[2])
    if len(root) != 32:
        raise ValueError("not a root hash")
    return lines[0], int(lines[1]), root


def signed_by(note: bytes, vkey: str) -> bytes:
    """The text of a note that this key signed. Raises ValueError when it did not, or when its signature is wrong."""
    name, key_id, public = read_vkey(vkey)
    text, signatures = read_note(note)
    ours = [signature for who, which, signature in signatures if (who, which) == (name, key_id)]
    if not ours or not all(signature_holds(public, text, signature) for signature in ours):
        raise ValueError("not signed by this key")
    return text


def read_proof(data: bytes) -> tuple[int, list[bytes], bytes]:
    """A tlog-proof as index, hashes, checkpoint note. Raises ValueError."""
    head, gap, note = data.partition(b"\n\n")
    lines = head.decode("ascii").split("\n")
    if not gap or lines[0] != "c2sp.org/tlog-proof@v1":
        raise ValueError("not a tlog-proof")
    rest = lines[2:] if lines[1:2] and lines[1].startswith("extra ") else lines[1:]
    if not rest or not re.fullmatch(r"index (0|[1-9]\d{0,17})", rest[0], re.ASCII):
        raise ValueError("a proof without an index")
    return int(rest[0][6:]), [_base64(line) for line in rest[1:]], note


def read_consistency(data: bytes) -> tuple[int, list[bytes], bytes]:
    """A consistency proof as a tlog-witness is asked with one: earlier size, hashes, later note. Raises ValueError."""
    head, gap, note = data.partition(b"\n\n")
    lines = head.decode("ascii").split("\n")
    if not gap or not re.fullmatch(r"old (0|[1-9]\d{0,17})", lines[0], re.ASCII):
        raise ValueError("not a consistency proof")
    return int(lines[0][4:]), [_base64(line) for line in lines[1:]], note


def proof_holds(proof: bytes, envelope: bytes, vkey: str, case: str | None = None) -> bool:
    """Whether the log of `vkey` holds exactly this envelope (of this case)."""
    try:
        index, path, note = read_proof(proof)
        origin, size, root = read_checkpoint(signed_by(note, vkey))
        content = json.loads(envelope.decode("utf-8"))
        if origin != read_vkey(vkey)[0] or canonical(content) != envelope or content["seq"] != index + 1:
            return False
        if case is not None and content["case"] != case:
            return False
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return inclusion_holds(index, size, leaf_hash(envelope), path, root)


# --- what was found --------------------------------------------------------------------------------------------------


class Report:
    """What held, what should be known, what is not finished, and what does not hold: (code of WORDS, details)."""

    def __init__(self) -> None:
        self.held: list[Found] = []
        self.notes: list[Found] = []
        self.unfinished: list[Found] = []
        self.faults: list[Found] = []

    @property
    def verdict(self) -> str:
        return "broken" if self.faults else "unfinished" if self.unfinished else "intact"

    @property
    def exit_code(self) -> int:
        return 0 if self.verdict == "intact" else 1


class Entries:
    """One pass over the entries: numbers, forms, commitments, roots at the sizes asked for."""

    def __init__(self, wanted: set[int], report: Report, leaf: Callable[[bytes], Any] | None = None) -> None:
        self.leaf = leaf
        self.report = report
        self.wanted = wanted
        self.roots: dict[int, bytes] = {0: Frontier().root()}
        self.tree = Frontier()
        self.cases: dict[str, int] = {}
        self.files: dict[str, tuple[str, int]] = {}  # the last word on each named file
        self.opened = self.withheld = self.backwards = 0
        self.last_ts = ""

    def take(self, line: bytes) -> None:
        number = self.tree.size + 1
        try:
            content, raw = _taken(line)
        except ValueError:
            self.report.faults.append(("entry_form", {"seq": number}))
            self._grow(leaf_hash(line))
            return
        envelope = content["envelope"]
        if envelope["seq"] != number:
            self.report.faults.append(("entry_seq", {"seq": number, "found": envelope["seq"]}))
        self._count(number, envelope)
        self._open(number, content, envelope)
        self._grow(leaf_hash(raw))

    def _count(self, number: int, envelope: dict[str, Any]) -> None:
        case = envelope["case"]
        expected = self.cases.get(case, 0) + 1
        if envelope["case_seq"] != expected:
            self.report.faults.append(("entry_case_seq", {"seq": number, "case": case, "expected": expected}))
        self.cases[case] = max(expected, envelope["case_seq"])
        self.backwards += envelope["ts"] < self.last_ts
        self.last_ts = envelope["ts"]

    def _grow(self, leaf: bytes) -> None:
        self.tree.add(leaf)
        if self.leaf is not None:
            self.leaf(leaf)
        if self.tree.size in self.wanted:
            self.roots[self.tree.size] = self.tree.root()

    def _open(self, number: int, content: dict[str, Any], envelope: dict[str, Any]) -> None:
        if content["salt"] is None:
            self.withheld += 1
            return
        salt = bytes.fromhex(content["salt"])
        if hashlib.sha256(salt + canonical(content["payload"])).hexdigest() != envelope["payload_hash"]:
            self.report.faults.append(("entry_content", {"seq": number}))
            return
        for name, attachment in zip(content["names"], envelope["attachments"]):  # noqa: B905 - Python 3.8
            if hashlib.sha256(salt + name.encode("utf-8")).hexdigest() != attachment["name_hash"]:
                self.report.faults.append(("entry_content", {"seq": number}))
                return
            self.files[name] = (attachment["sha256"], attachment["size"])
        self.opened += 1


def _taken(line: bytes) -> tuple[dict[str, Any], bytes]:
    """A line as its content and the bytes of its envelope. Raises ValueError when it is no entry in canonical form."""
    try:
        content = json.loads(line.decode("utf-8"))
        raw = canonical(content["envelope"])
        if canonical(content) == line and _shaped(content, content["envelope"]):
            return content, raw
    except (KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise ValueError("not an entry in canonical form")


def _shaped(content: Any, envelope: Any) -> bool:
    if set(content) != LINE or set(envelope) != ENVELOPE or envelope["v"] != 1:
        return False
    numbers = [envelope["seq"], envelope["case_seq"]]
    if not all(type(number) is int and number > 0 for number in numbers):
        return False
    words = [envelope[name] for name in ("case", "ts", "actor", "role", "via", "type", "payload_hash")]
    if not all(type(word) is str and word for word in words) or not isinstance(envelope["refs"], dict):
        return False
    if not _INSTANT.fullmatch(envelope["ts"]) or not _HEX64.fullmatch(envelope["payload_hash"]):
        return False
    for attachment in envelope["attachments"]:
        if set(attachment) != ATTACHMENT or type(attachment["size"]) is not int:
            return False
        if not _HEX64.fullmatch(attachment["sha256"]) or not _HEX64.fullmatch(attachment["name_hash"]):
            return False
    if content["salt"] is None:
        return content["payload"] is None and content["names"] is None
    if not _HEX64.fullmatch(content["salt"]) or not isinstance(content["payload"], dict):
        return False
    names = content["names"]
    return len(names) == len(envelope["attachments"]) and all(type(name) is str for name in names)


def lines_of(path: str) -> Iterator[tuple[bytes, bool]]:
    """Each line without its end, and whether it had one."""
    with open(path, "rb") as file:
        while True:
            line = file.readline(LONGEST_LINE)
            if not line:
                return
            yield line.rstrip(b"\n"), line.endswith(b"\n")


# --- the whole check -------------------------------------------------------------------------------------------------


def find(folder: str) -> tuple[str, str | None]:
    """The journal and, when there is one, the pack around it. Raises Unusable."""
    inner = os.path.join(folder, "journal")
    if os.path.isfile(os.path.join(inner, "entries.jsonl")):
        return inner, folder
    if os.path.isfile(os.path.join(folder, "entries.jsonl")):
        whole = os.path.abspath(folder)
        return folder, os.path.dirname(whole) if os.path.basename(whole) == "journal" else None
    raise Unusable(f"{folder}: no journal here (neither entries.jsonl nor journal/entries.jsonl)")


def verify(folder: str, vkey: str | None = None, since: Iterable[str] = ()) -> Report:
    """Check the journal (and pack) or the case bag in `folder` against a vkey and earlier checkpoints (paths)."""
    if os.path.isfile(os.path.join(str(folder), *CASE_JOURNAL.split("/"))):
        return verify_case(str(folder), vkey, since)
    journal, pack = find(str(folder))
    report = Report()
    key = _key(journal, vkey, report)
    latest = latest_checkpoint(os.path.join(journal, "checkpoint"), key, report)
    anchors = [(os.path.basename(path), _anchor(str(path), key, report)) for path in map(str, since)]
    wanted = {signed[1] for signed in [latest] + [anchor for _, anchor in anchors] if signed is not None}
    entries = Entries(wanted, report)
    try:
        for line, ended in lines_of(os.path.join(journal, "entries.jsonl")):
            if ended:
                entries.take(line)
            else:
                report.unfinished.append(("torn", {"seq": entries.tree.size + 1}))
    except OSError as error:
        raise Unusable(f"entries.jsonl cannot be read: {error.strerror}") from None
    if not any(code in _NUMBERING for code, _ in report.faults):
        report.held.append(("entries", {"entries": entries.tree.size}))
    _tell_entries(entries, report)
    compare_latest(entries, latest, report)
    for name, anchor in anchors:
        _compare_anchor(entries, name, anchor, report)
    if not anchors:
        report.notes.append(("no_anchor", {}))
    if pack is not None:
        _check_files(pack, entries.files, report)
        check_manifest(pack, report)
    return report


def _key(journal: str, vkey: str | None, report: Report) -> str | None:
    own: str | None = None
    path = os.path.join(journal, "log.vkey")
    if os.path.isfile(path):
        own = _read(path).decode("utf-8", "replace").strip()
    if vkey is None:
        report.notes.append(("own_vkey", {}))
        vkey = own
    elif own is not None and own != vkey.strip():
        report.faults.append(("vkey_differs", {}))
    try:
        name, key_id, _ = read_vkey(vkey or "")
    except (ValueError, UnicodeError):
        report.faults.append(("vkey_bad", {}))
        return None
    report.notes.append(("vkey", {"name": name, "id": key_id.hex()}))
    return vkey


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(LONGEST_LINE)


def latest_checkpoint(path: str, key: str | None, report: Report) -> Signed | None:
    if not os.path.isfile(path):
        report.unfinished.append(("no_checkpoint", {}))
        return None
    signed = _signed(path, key)
    if signed is None:
        report.faults.append(("signature", {}))
    else:
        report.held.append(("signature", {"name": signed[0], "size": signed[1]}))
    return signed


def _anchor(path: str, key: str | None, report: Report) -> Signed | None:
    if not os.path.isfile(path):
        raise Unusable(f"{path}: no such checkpoint file")
    signed = _signed(path, key)
    if signed is None or signed[1] == 0:
        report.faults.append(("anchor_signature", {"file": os.path.basename(path)}))
        return None
    return signed


def _signed(path: str, key: str | None) -> Signed | None:
    if key is None:
        return None
    try:
        signed = read_checkpoint(signed_by(_read(path), key))
    except ValueError:
        return None
    return signed if signed[0] == read_vkey(key)[0] else None


def _tell_entries(entries: Entries, report: Report) -> None:
    if not any(code in _NUMBERING for code, _ in report.faults):
        for case, last in sorted(entries.cases.items())[:20]:
            report.held.append(("case", {"case": case, "last": last}))
    if entries.opened:
        report.held.append(("contents", {"count": entries.opened}))
    if entries.withheld:
        report.notes.append(("withheld", {"count": entries.withheld}))
    if entries.backwards:
        report.notes.append(("clock_back", {"count": entries.backwards}))


def compare_latest(entries: Entries, latest: Signed | None, report: Report) -> None:
    """Whether the entries give what the latest checkpoint signed."""
    if latest is None:
        return
    _, size, root = latest
    if size > entries.tree.size:
        report.faults.append(("short", {"size": size, "entries": entries.tree.size}))
    elif entries.roots[size] != root:
        report.faults.append(("root", {"size": size}))
    else:
        report.held.append(("root", {"size": size, "root": root.hex()}))
        if size < entries.tree.size:
            report.unfinished.append(("unsigned", {"count": entries.tree.size - size}))


def _compare_anchor(entries: Entries, name: str, anchor: Signed | None, report: Report) -> None:
    if anchor is None:
        return
    _, size, root = anchor
    if size > entries.tree.size:
        report.faults.append(("anchor_short", {"file": name, "size": size, "entries": entries.tree.size}))
    elif entries.roots[size] != root:
        report.faults.append(("anchor_root", {"file": name, "size": size}))
    else:
        report.held.append(("anchor", {"file": name, "size": size}))


# --- the files of the pack -------------------------------------------------------------------------------------------


def _inside(name: str) -> bool:
    parts = name.split("/")
    return bool(name) and not name.startswith("/") and "\\" not in name and not {"", ".", ".."} & set(parts)


def _digest(path: str) -> tuple[str, int]:
    total, size = hashlib.sha256(), 0
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            total.update(block)
            size += len(block)
    return total.hexdigest(), size


def _check_files(pack: str, files: dict[str, tuple[str, int]], report: Report) -> None:
    same = absent = 0
    for name, (digest, size) in sorted(files.items()):
        path = os.path.join(pack, *name[5:].split("/"))
        if not name.startswith("pack:") or not _inside(name[5:]) or not os.path.isfile(path):
            absent += 1
        elif os.path.islink(path) or _digest(path) != (digest, size):
            report.faults.append(("file_changed", {"name": name[5:]}))
        else:
            same += 1
    if same:
        report.held.append(("files", {"count": same}))
    if absent:
        report.notes.append(("files_absent", {"count": absent}))


def check_manifest(pack: str, report: Report) -> None:
    """Whether MANIFEST lists every file of the pack, and each is as listed."""
    manifest = os.path.join(pack, "MANIFEST")
    if not os.path.isfile(manifest):
        report.unfinished.append(("no_manifest", {}))
        return
    before = len(report.faults)
    listed: set[str] = set()
    for line, _ in lines_of(manifest):
        found = re.fullmatch(rb"([0-9a-f]{64})[ \t]+(.+)", line)
        name = _decoded(found.group(2)) if found else ""
        if not found or not _inside(name) or name in listed:
            report.faults.append(("manifest_line", {"line": len(listed) + 1}))
            continue
        listed.add(name)
        path = os.path.join(pack, *name.split("/"))
        if os.path.islink(path) or not os.path.isfile(path):
            report.faults.append(("manifest_missing", {"name": name}))
        elif _digest(path)[0] != found.group(1).decode():
            report.faults.append(("manifest_changed", {"name": name}))
    for name in sorted(_present(pack) - listed):
        report.faults.append(("manifest_extra", {"name": name}))
    if len(report.faults) == before:
        report.held.append(("manifest", {"count": len(listed)}))


def _decoded(name: bytes) -> str:
    """RFC 8493: CR, LF and the percent sign itself are percent-encoded in file names, nothing else is."""
    text = name.decode("utf-8", "replace")
    return re.sub("%(0[AD]|0[ad]|25)", lambda code: chr(int(code.group(1), 16)), text)


def _present(pack: str) -> set[str]:
    return _walked(pack) - {"MANIFEST"}


def _walked(top: str) -> set[str]:
    names = set()
    for folder, folders, files in os.walk(top):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in files + links:
            names.add(os.path.relpath(os.path.join(folder, name), top).replace(os.sep, "/"))
    return names


# --- the export of one case (a BagIt folder, RFC 8493) ---------------------------------------------------------------

_ALGORITHMS = ("sha256", "sha512")
_TAG_LISTS = {"tagmanifest-sha256.txt", "tagmanifest-sha512.txt"}
_LISTS = _TAG_LISTS | {"manifest-sha256.txt", "manifest-sha512.txt"}
_NEEDED = _LISTS | {"bagit.txt", "bag-info.txt", CASE_JOURNAL, "data/checkpoint", "data/log.vkey"}
_FREE = ("data/items/", "data/extras/")
_TOKEN = re.compile(r"data/tokens/(checkpoint|\d{3,9})(\.[A-Za-z0-9_-]+)*\.tsr", re.ASCII)
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


class Bag:
    """A case bag as it lies there: its plain files, and their sums as far as they were asked for."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.files: set[str] = set()
        self.odd: set[str] = set()  # links, pipes, devices: never opened
        self.sums: dict[str, tuple[str, int]] = {}
        for name in _walked(folder):
            path = self.path(name)
            (self.odd if os.path.islink(path) or not os.path.isfile(path) else self.files).add(name)

    def path(self, name: str) -> str:
        return os.path.join(self.folder, *name.split("/"))

    def read(self, name: str) -> bytes:
        return _read(self.path(name)) if name in self.files else b""


def verify_case(folder: str, vkey: str | None = None, since: Iterable[str] = ()) -> Report:
    """Check the export of one case. See Report."""
    report, bag = Report(), Bag(folder)
    key = _key(bag.path("data"), vkey, report)
    latest = latest_checkpoint(bag.path("data/checkpoint"), key, report)
    anchors = [(os.path.basename(path), _anchor(str(path), key, report)) for path in map(str, since)]
    entries = CaseEntries(bag, latest, report)
    try:
        for line, ended in lines_of(bag.path(CASE_JOURNAL)):
            entries.take(line if ended else line + b"\n")
    except OSError as error:
        raise Unusable(f"{CASE_JOURNAL} cannot be read: {error.strerror}") from None
    _tell_entries(entries, report)
    _tell_case(entries, latest, report)
    earlier = _check_earlier(bag, key, latest, report)
    for name, anchor in anchors:
        _compare_since(name, anchor, latest, earlier, report)
    if not anchors:
        report.notes.append(("no_anchor", {}))
    _check_lists(bag, report)
    _check_places(bag, entries.seqs, len(earlier), report)
    _check_items(bag, entries, report)
    _check_tokens(bag, report)
    return report


class CaseEntries(Entries):
    """One pass over the entries of one case: numbers, forms, commitments, and the proof of each."""

    def __init__(self, bag: Bag, latest: Signed | None, report: Report) -> None:
        super().__init__(set(), report)
        self.bag = bag
        self.latest = latest
        self.note = bag.read("data/checkpoint")
        self.lines = self.proven = self.highest = 0
        self.seqs: set[int] = set()
        self.digests: set[str] = set()  # of every attachment, its name disclosed or not
        self.last: dict[str, Any] | None = None
        self.claimed_names: list[str] = []  # what the export entry says is here

    def take(self, line: bytes) -> None:
        self.lines += 1
        try:
            content, raw = _taken(line)
        except ValueError:
            self.report.faults.append(("line_form", {"line": self.lines}))
            return
        envelope = content["envelope"]
        seq, case = envelope["seq"], envelope["case"]
        if seq <= self.highest:
            self.report.faults.append(("line_order", {"line": self.lines, "seq": seq}))
        if self.last is not None and case != self.last["case"]:
            self.report.faults.append(("line_case", {"seq": seq, "case": self.last["case"], "found": case}))
        self.highest = max(seq, self.highest)
        self.seqs.add(seq)
        self._count(seq, envelope)
        self._open(seq, content, envelope)
        self._prove(seq, raw)
        self.digests.update(attachment["sha256"] for attachment in envelope["attachments"])
        self.last = envelope
        self.claimed_names = (content["names"] or []) if envelope["type"] == EXPORTED else []

    def _prove(self, seq: int, raw: bytes) -> None:
        name = f"data/proofs/{seq}.tlog-proof"
        if name not in self.bag.files:
            self.report.faults.append(("proof_missing", {"seq": seq}))
        elif self.latest is not None:  # else the missing signature was told already
            try:
                index, path, note = read_proof(self.bag.read(name))
            except ValueError:
                index, path, note = -1, [], b""
            _, size, root = self.latest
            if index + 1 == seq and note == self.note and inclusion_holds(index, size, leaf_hash(raw), path, root):
                self.proven += 1
            else:
                self.report.faults.append(("proof_entry", {"seq": seq}))


def _tell_case(entries: CaseEntries, latest: Signed | None, report: Report) -> None:
    """What the export claims to hold, and whether something could stand behind its end."""
    if entries.proven:
        report.held.append(("proofs", {"count": entries.proven}))
    if entries.last is None:
        report.faults.append(("empty", {}))
        return
    own, seq = entries.last["case_seq"], entries.last["seq"]
    claimed = entries.last["refs"].get("case_seq") if entries.last["type"] == EXPORTED else None
    if type(claimed) is not int:
        report.unfinished.append(("no_claim", {"last": own}))
    elif claimed not in (own - 1, own):
        report.faults.append(("claim", {"claimed": claimed, "last": own}))
    elif not any(code in _NUMBERING | {"proof_missing", "proof_entry"} for code, _ in report.faults):
        report.held.append(("claim", {"claimed": claimed}))
    if latest is not None:
        report.notes.append(("one_case", {"size": latest[1], "others": max(0, latest[1] - entries.lines)}))
        if latest[1] > seq:
            report.unfinished.append(("open_end", {"count": latest[1] - seq}))


def _check_earlier(bag: Bag, key: str | None, latest: Signed | None, report: Report) -> list[Signed | None]:
    """The earlier checkpoints in the bag, oldest first: signed, and the beginning of what is signed now."""
    earlier: list[Signed | None] = []
    while f"data/checkpoints/{len(earlier) + 1:03d}.note" in bag.files:
        file = f"data/checkpoints/{len(earlier) + 1:03d}.note"
        signed = _signed(bag.path(file), key)
        if signed is None:
            report.faults.append(("earlier_signature", {"file": file}))
        elif latest is not None and not _continued(signed, latest, bag, file):
            report.faults.append(("earlier_root", {"file": file, "size": signed[1]}))
            signed = None
        elif latest is not None:
            report.held.append(("earlier", {"file": file, "size": signed[1]}))
        earlier.append(signed)
    return earlier


def _continued(signed: Signed, latest: Signed, bag: Bag, file: str) -> bool:
    try:
        size, path, note = read_consistency(bag.read(file[: -len("note")] + "consistency"))
    except ValueError:
        return False
    if size != signed[1] or note != bag.read("data/checkpoint"):
        return False
    return consistency_holds(signed[1], latest[1], signed[2], latest[2], path)


def _compare_since(
    name: str, anchor: Signed | None, latest: Signed | None, earlier: list[Signed | None], report: Report
) -> None:
    if anchor is None or latest is None:
        return
    _, size, root = anchor
    known = {signed[1]: signed[2] for signed in [*earlier, latest] if signed is not None}
    if size > latest[1]:
        report.faults.append(("since_later", {"file": name, "size": size, "last": latest[1]}))
    elif size not in known:
        report.unfinished.append(("since_unknown", {"file": name, "size": size}))
    elif known[size] != root:
        report.faults.append(("anchor_root", {"file": name, "size": size}))
    else:
        report.held.append(("since", {"file": name, "size": size}))


def _check_lists(bag: Bag, report: Report) -> None:
    """Whether every file but the two lists of lists is named by both its lists, and is as listed."""
    before = len(report.faults)
    lists = {name: _listed(bag, name, report) for name in sorted(_LISTS)}
    for name in sorted(bag.files - _TAG_LISTS):
        sums, size = _sums(bag.path(name))
        bag.sums[name] = (sums["sha256"], size)
        for algorithm in _ALGORITHMS:
            file = "{}manifest-{}.txt".format("" if name.startswith("data/") else "tag", algorithm)
            listed = lists[file].pop(name, None)
            if listed is None:
                report.faults.append(("bag_extra", {"file": file, "name": name}))
            elif listed != sums[algorithm]:
                report.faults.append(("bag_changed", {"file": file, "name": name}))
    for file, rest in lists.items():
        for name in sorted(rest):
            report.faults.append(("bag_missing", {"file": file, "name": name}))
    if len(report.faults) == before:
        report.held.append(("bag", {"count": len(bag.files)}))


def _listed(bag: Bag, file: str, report: Report) -> dict[str, str]:
    listed: dict[str, str] = {}
    if file not in bag.files:
        return listed
    digits = 64 if "sha256" in file else 128
    for number, (line, ended) in enumerate(lines_of(bag.path(file)), 1):
        found = re.fullmatch(rb"([0-9a-f]{%d})  (.+)" % digits, line)
        name = _decoded(found.group(2)) if found else ""
        if not found or not ended or not _inside(name) or name in listed:
            report.faults.append(("bag_line", {"file": file, "line": number}))
        else:
            listed[name] = found.group(1).decode()
    return listed


def _sums(path: str) -> tuple[dict[str, str], int]:
    totals, size = {name: hashlib.new(name) for name in _ALGORITHMS}, 0
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            size += len(block)
            for total in totals.values():
                total.update(block)
    return {name: total.hexdigest() for name, total in totals.items()}, size


def _check_places(bag: Bag, seqs: set[int], earlier: int, report: Report) -> None:
    """Nothing lies in the bag that has no business there, and what must be there is."""
    numbers = [f"{number:03d}" for number in range(1, earlier + 1)]
    known = _NEEDED | {"VERIFY.md", "verify.py"} | {f"data/proofs/{seq}.tlog-proof" for seq in seqs}
    known.update(f"data/checkpoints/{number}.{kind}" for number in numbers for kind in ("note", "consistency"))
    for name in sorted(bag.files - known):
        token = _TOKEN.fullmatch(name)
        if not name.startswith(_FREE) and not (token and token.group(1) in ["checkpoint", *numbers]):
            report.faults.append(("bag_stray", {"name": name}))
    for name in sorted(bag.odd):
        report.faults.append(("bag_link", {"name": name}))
    for name in sorted(_NEEDED - bag.files):
        report.faults.append(("bag_needed", {"name": name}))
    if "bagit.txt" in bag.files and bag.read("bagit.txt") != BAGIT:
        report.faults.append(("bag_version", {}))


def _check_items(bag: Bag, entries: CaseEntries, report: Report) -> None:
    """What the entries name as `item:<path>` or `extra:<path>` against the files; and files that no entry names."""
    same, absent, named = 0, 0, set()
    for name, (digest, size) in sorted(entries.files.items()):
        kind, _, path = name.partition(":")
        place = {"item": "data/items/", "extra": "data/extras/"}.get(kind, "") + path
        if kind in ("item", "extra") and _inside(path) and place in bag.files:
            named.add(place)
            if bag.sums[place] == (digest, size):
                same += 1
            else:
                report.faults.append(("file_changed", {"name": place}))
        elif kind in ("item", "extra") and name in entries.claimed_names:
            report.faults.append(("item_missing", {"name": place}))
        else:
            absent += 1
    rest = {name for name in bag.files - named if name.startswith(_FREE)}
    bound = {name for name in rest if bag.sums[name][0] in entries.digests}  # its name is withheld, its digest is not
    unsigned = 0
    for name in sorted(rest - bound):
        if name.startswith("data/items/"):
            report.unfinished.append(("item_unnamed", {"name": name}))
        else:
            unsigned += 1
    if same + len(bound):
        report.held.append(("items", {"count": same + len(bound)}))
    if unsigned:
        report.notes.append(("extras_unsigned", {"count": unsigned}))
    if absent:
        report.notes.append(("items_absent", {"count": absent}))


def _check_tokens(bag: Bag, report: Report) -> None:
    """A time stamp must hold the digest of its checkpoint: a search of bytes, no check of the stamp itself."""
    for file in sorted(bag.files):
        token = _TOKEN.fullmatch(file)
        if not token:
            continue
        of = token.group(1)
        checkpoint = "data/checkpoint" if of == "checkpoint" else f"data/checkpoints/{of}.note"
        if checkpoint not in bag.files:
            continue  # told as a file that has no business here
        if b"\x04\x20" + bytes.fromhex(bag.sums[checkpoint][0]) in bag.read(file):
            report.notes.append(("token", {"file": file, "checkpoint": checkpoint}))
        else:
            report.faults.append(("token_other", {"file": file, "checkpoint": checkpoint}))


# --- words -----------------------------------------------------------------------------------------------------------

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "verdict.intact": "INTACT. Everything that can be checked here holds.",
        "verdict.unfinished": "NOT FINISHED. What is signed holds, but not everything is signed or listed yet.",
        "verdict.broken": "NOT INTACT. Something was changed, removed, added or signed by another key.",
        "title.faults": "Does not hold:",
        "title.unfinished": "Not finished:",
        "title.held": "Holds:",
        "title.notes": "To know:",
        "title.limits": "What this does not prove:",
        "limits": "That what was written is true; that nothing happened which nobody wrote down; when exactly it "
        "happened (times come from the machine's clock); and, without an earlier checkpoint kept elsewhere, that the "
        "holder of the signing key did not rewrite everything at once.",
        "held.entries": "{entries} entries, each in its one canonical form, numbered without a gap",
        "held.case": "case {case}: entries 1 to {last}, none left out between",
        "held.contents": "the contents of {count} entries are those committed to when they were written",
        "held.signature": "the checkpoint over {size} entries is signed with the key of {name}",
        "held.root": "the entries give exactly the signed root {root} (size {size})",
        "held.anchor": "{file}: the {size} entries signed then are unchanged, and nothing was taken away",
        "held.files": "{count} files of the pack are byte for byte those the journal names",
        "held.manifest": "MANIFEST: all {count} files are there, unchanged, and there is no other",
        "held.proof": "the log holds exactly this entry",
        "held.proofs": "each of the {count} entries is proven to stand in the signed log under its number",
        "held.claim": "this export claims to be complete up to case_seq {claimed}, and all of it is here",
        "held.earlier": "{file}: the log of {size} entries signed then is the beginning of the one signed now",
        "held.since": "{file}: the log of {size} entries signed then is the beginning of the one signed now",
        "held.bag": "all {count} files of the bag are there, unchanged, and there is no other",
        "held.items": "{count} files of the bag are byte for byte those the journal names",
        "note.own_vkey": "the public key was taken from the folder itself. That shows the journal fits its own key, "
        "not whose key it is: get the vkey by a second channel (letter, telephone) and pass it with --vkey",
        "note.vkey": "checked with the key of {name}, id {id}",
        "note.no_anchor": "no earlier checkpoint was given (--since): a journal put back to an older state, or "
        "rewritten by whoever holds its key, would look the same",
        "note.withheld": "{count} contents were erased or withheld; those entries and their order are proven",
        "note.clock_back": "the machine's clock went back {count} times; the order is that of the numbers",
        "note.files_absent": "{count} files named in the journal are not in this pack and were not compared",
        "note.one_case": "the log holds {size} entries; {others} of them are not of this export and were neither shown "
        "nor checked",
        "note.items_absent": "{count} files named in the journal are not in this bag and were not compared",
        "note.extras_unsigned": "{count} files in data/extras are named by no entry: only the lists speak for them, "
        "and those are not signed",
        "note.token": "{file}: the SHA-256 of {checkpoint} was found in its bytes; the stamp itself was not checked. "
        "Do it with the root certificate of its authority: openssl ts -verify -data {checkpoint} -in {file} "
        "-CAfile TSA.pem",
        "unfinished.unsigned": "{count} entries at the end are not covered by the signed checkpoint",
        "unfinished.no_checkpoint": "there is no signed checkpoint",
        "unfinished.no_manifest": "there is no MANIFEST: the run that made the pack did not end",
        "unfinished.torn": "entry {seq} was being written when the run was cut off; its beginning is ignored",
        "unfinished.no_claim": "entry {last} of the case, the last one here, is no export entry: nothing signed says "
        "where the case ends, and later entries may have been left out",
        "unfinished.open_end": "the checkpoint was signed {count} entries after the last one here; whether one of them "
        "is of this case is not shown",
        "unfinished.since_unknown": "{file}: cannot be compared. The bag holds no proof from {size} entries to its own "
        "checkpoint: ask the sender for an export with one",
        "unfinished.item_unnamed": "{name}: no entry names it, so nothing signed speaks for it",
        "fault.entry_form": "entry {seq}: not an entry in canonical form",
        "fault.entry_seq": "entry {seq}: carries number {found}; entries were removed, added or reordered",
        "fault.entry_case_seq": "entry {seq}: case {case} should be at its entry {expected}; one is missing or doubled",
        "fault.entry_content": "entry {seq}: content, salt or file name is not what was committed to",
        "fault.short": "the checkpoint was signed over {size} entries, only {entries} are here",
        "fault.root": "the first {size} entries are not those that were signed",
        "fault.signature": "the checkpoint is not signed by this key, or not a checkpoint of this log",
        "fault.vkey_bad": "the verifier key cannot be read (name+id+key on one line)",
        "fault.vkey_differs": "the key in the folder is not the one given",
        "fault.anchor_signature": "{file}: not a checkpoint of at least one entry signed by this log",
        "fault.anchor_short": "{file}: {size} entries were signed then, only {entries} are here now",
        "fault.anchor_root": "{file}: the first {size} entries are not those signed then: two histories exist",
        "fault.file_changed": "{name}: differs from what the journal recorded",
        "fault.manifest_line": "MANIFEST: line {line} is not `sha256  path`",
        "fault.manifest_missing": "MANIFEST: {name} is missing",
        "fault.manifest_changed": "MANIFEST: {name} was changed",
        "fault.manifest_extra": "MANIFEST: {name} is not listed",
        "fault.proof": "the proof, the entry and the key do not fit together",
        "fault.line_form": "data/journal.jsonl, line {line}: not an entry in canonical form",
        "fault.line_order": "data/journal.jsonl, line {line}: entry {seq} stands behind a later one or twice",
        "fault.line_case": "entry {seq}: of case {found}, not of case {case}",
        "fault.empty": "there is no entry",
        "fault.claim": "this export claims to be complete up to case_seq {claimed}, but its last entry is {last}",
        "fault.proof_missing": "entry {seq}: its proof is missing",
        "fault.proof_entry": "entry {seq}: its proof does not lead from this entry to the signed checkpoint",
        "fault.earlier_signature": "{file}: not a checkpoint signed by this log",
        "fault.earlier_root": "{file}: not proven that the {size} entries signed then are the beginning of the log now",
        "fault.since_later": "{file}: {size} entries were signed then; this bag is older: its checkpoint has {last}",
        "fault.bag_line": "{file}: line {line} is not `digest  path`, or names a file twice",
        "fault.bag_missing": "{name} is missing ({file})",
        "fault.bag_changed": "{name} was changed ({file})",
        "fault.bag_extra": "{name} is not listed ({file})",
        "fault.bag_stray": "{name} has no place in the export of a case",
        "fault.bag_link": "{name} is no plain file",
        "fault.bag_needed": "{name} is missing",
        "fault.bag_version": "bagit.txt is not that of BagIt 1.0",
        "fault.item_missing": "{name}: the export entry names it, and it is not here",
        "fault.token_other": "{file}: does not hold the SHA-256 of {checkpoint}; it stamps something else",
    },
    "ru": {
        "verdict.intact": "ЦЕЛ. Всё, что здесь можно проверить, сходится.",
        "verdict.unfinished": "НЕ ЗАВЕРШЁН. Подписанное сходится, но подписано или перечислено ещё не всё.",
        "verdict.broken": "НАРУШЕН. Что-то изменено, удалено, добавлено или подписано другим ключом.",
        "title.faults": "Не сходится:",
        "title.unfinished": "Не завершено:",
        "title.held": "Сходится:",
        "title.notes": "Следует знать:",
        "title.limits": "Чего это не доказывает:",
        "limits": "Что записанное верно; что не было событий, которых никто не записал; когда именно они произошли "
        "(время взято из часов машины); а без более ранней контрольной точки, хранимой в другом месте, — что владелец "
        "ключа подписи не переписал всё сразу.",
        "held.entries": "записей: {entries}; каждая в единственной канонической форме, нумерация без пропусков",
        "held.case": "дело {case}: записи с 1 по {last}, ни одна не пропущена",
        "held.contents": "содержание записей ({count}) то самое, за которое поручились при записи",
        "held.signature": "контрольная точка по {size} записям подписана ключом {name}",
        "held.root": "записи дают в точности подписанный корень {root} (размер {size})",
        "held.anchor": "{file}: подписанные тогда записи ({size}) не изменены, ничего не изъято",
        "held.files": "файлы пакета ({count}) побайтно совпадают с названными в журнале",
        "held.manifest": "MANIFEST: все файлы ({count}) на месте, не изменены, лишних нет",
        "held.proof": "в журнале есть именно эта запись",
        "held.proofs": "каждая из записей ({count}) доказанно стоит в подписанном журнале под своим номером",
        "held.claim": "выписка объявлена полной до записи дела (case_seq) {claimed}, и все они здесь",
        "held.earlier": "{file}: журнал из {size} записей, подписанный тогда, — начало подписанного сейчас",
        "held.since": "{file}: журнал из {size} записей, подписанный тогда, — начало подписанного сейчас",
        "held.bag": "все файлы выписки ({count}) на месте, не изменены, лишних нет",
        "held.items": "файлы выписки ({count}) побайтно совпадают с названными в журнале",
        "note.own_vkey": "открытый ключ взят из самой папки. Это показывает, что журнал подходит к своему ключу, но не "
        "чей это ключ: получите vkey по второму каналу (письмо, телефон) и передайте его через --vkey",
        "note.vkey": "проверено ключом {name}, номер {id}",
        "note.no_anchor": "более ранняя контрольная точка не дана (--since): журнал, возвращённый в прежнее состояние "
        "или переписанный владельцем ключа, выглядел бы так же",
        "note.withheld": "содержание стёрто или не раскрыто у записей: {count}; сами записи и их порядок доказаны",
        "note.clock_back": "часы машины шли назад, раз: {count}; порядок — по номерам",
        "note.files_absent": "файлов, названных в журнале, нет в этом пакете, они не сравнивались: {count}",
        "note.one_case": "в журнале записей: {size}; не входят в эту выписку, не показаны и не проверялись: {others}",
        "note.items_absent": "файлов, названных в журнале, нет в этой выписке, они не сравнивались: {count}",
        "note.extras_unsigned": "файлов в data/extras, которых не называет ни одна запись: {count}; за них ручаются "
        "только списки, а они не подписаны",
        "note.token": "{file}: среди байтов найден SHA-256 файла {checkpoint}; сама метка времени не проверялась. "
        "Проверьте её с корневым сертификатом её службы: openssl ts -verify -data {checkpoint} -in {file} "
        "-CAfile TSA.pem",
        "unfinished.unsigned": "последние записи не покрыты подписанной контрольной точкой: {count}",
        "unfinished.no_checkpoint": "подписанной контрольной точки нет",
        "unfinished.no_manifest": "нет MANIFEST: прогон, создавший пакет, не завершился",
        "unfinished.torn": "запись {seq} прервана при записи; её начало не учитывается",
        "unfinished.no_claim": "запись дела {last}, последняя здесь, — не запись о выписке: подписью не удостоверено, "
        "где дело кончается; последующие записи могли быть изъяты",
        "unfinished.open_end": "контрольная точка подписана позже последней записи выписки на {count} записей; есть ли "
        "среди них записи этого дела, не показано",
        "unfinished.since_unknown": "{file}: сравнить нельзя. В выписке нет доказательства от {size} записей до её "
        "контрольной точки: запросите у отправителя выписку с ним",
        "unfinished.item_unnamed": "{name}: ни одна запись его не называет, подписью он не удостоверен",
        "fault.entry_form": "запись {seq}: не запись в канонической форме",
        "fault.entry_seq": "запись {seq}: несёт номер {found}; записи удалены, добавлены или переставлены",
        "fault.entry_case_seq": "запись {seq}: в деле {case} ожидалась запись {expected}; есть пропуск или повтор",
        "fault.entry_content": "запись {seq}: содержание, соль или имя файла не те, за которые поручились",
        "fault.short": "контрольная точка подписана по {size} записям, здесь только {entries}",
        "fault.root": "первые {size} записей — не те, что были подписаны",
        "fault.signature": "контрольная точка не подписана этим ключом или не от этого журнала",
        "fault.vkey_bad": "ключ проверки не читается (имя+номер+ключ в одной строке)",
        "fault.vkey_differs": "ключ в папке не тот, который дан",
        "fault.anchor_signature": "{file}: не контрольная точка хотя бы одной записи, подписанная этим журналом",
        "fault.anchor_short": "{file}: тогда было подписано {size} записей, сейчас только {entries}",
        "fault.anchor_root": "{file}: первые {size} записей не те, что подписаны тогда: есть две истории",
        "fault.file_changed": "{name}: отличается от записанного в журнале",
        "fault.manifest_line": "MANIFEST: строка {line} не вида `sha256  путь`",
        "fault.manifest_missing": "MANIFEST: {name} отсутствует",
        "fault.manifest_changed": "MANIFEST: {name} изменён",
        "fault.manifest_extra": "MANIFEST: {name} не перечислен",
        "fault.proof": "доказательство, запись и ключ не подходят друг к другу",
        "fault.line_form": "data/journal.jsonl, строка {line}: не запись в канонической форме",
        "fault.line_order": "data/journal.jsonl, строка {line}: запись {seq} стоит после более поздней или повторена",
        "fault.line_case": "запись {seq}: из дела {found}, а не из дела {case}",
        "fault.empty": "нет ни одной записи",
        "fault.claim": "выписка объявлена полной до записи дела (case_seq) {claimed}, но последняя запись — {last}",
        "fault.proof_missing": "запись {seq}: нет её доказательства",
        "fault.proof_entry": "запись {seq}: её доказательство не ведёт от этой записи к подписанной контрольной точке",
        "fault.earlier_signature": "{file}: не контрольная точка, подписанная этим журналом",
        "fault.earlier_root": "{file}: не доказано, что подписанные тогда записи ({size}) — начало нынешнего журнала",
        "fault.since_later": "{file}: тогда было подписано {size} записей; эта выписка старее: в её точке {last}",
        "fault.bag_line": "{file}: строка {line} не вида `сумма  путь` или называет файл дважды",
        "fault.bag_missing": "{name} отсутствует ({file})",
        "fault.bag_changed": "{name} изменён ({file})",
        "fault.bag_extra": "{name} не перечислен ({file})",
        "fault.bag_stray": "{name}: такому файлу не место в выписке дела",
        "fault.bag_link": "{name}: не обычный файл",
        "fault.bag_needed": "{name} отсутствует",
        "fault.bag_version": "bagit.txt не от BagIt 1.0",
        "fault.item_missing": "{name}: назван записью о выписке, но здесь его нет",
        "fault.token_other": "{file}: не содержит SHA-256 файла {checkpoint}; метка поставлена на другое",
    },
}
_SHOWN_FAULTS = 50


def _plain(value: Any) -> Any:
    """Names come from the folder under check: nothing in them may steer the terminal."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in value) if type(value) is str else value


def sentence(kind: str, found: Found, language: str) -> str:
    """One finding in words. `kind` is held, note, unfinished or fault."""
    code, details = found
    return WORDS[language][kind + "." + code].format(**{name: _plain(value) for name, value in details.items()})


def tell(report: Report, language: str = "en") -> str:
    """The whole report in words: verdict first, then what does not hold."""
    words = WORDS[language]
    parts = [words["verdict." + report.verdict]]
    sections = [
        ("fault", "faults", report.faults),
        ("unfinished", "unfinished", report.unfinished),
        ("held", "held", report.held),
        ("note", "notes", report.notes),
    ]
    for kind, title, found in sections:
        if found:
            parts += ["", words["title." + title]]
            parts += ["  - " + sentence(kind, item, language) for item in found[:_SHOWN_FAULTS]]
            if len(found) > _SHOWN_FAULTS:
                parts.append(f"  - … +{len(found) - _SHOWN_FAULTS}")
    return "\n".join([*parts, "", words["title.limits"], "  " + words["limits"]])


def as_json(report: Report, language: str = "en") -> dict[str, Any]:
    def listed(kind: str, found: list[Found]) -> list[dict[str, Any]]:
        return [{"code": item[0], "details": item[1], "words": sentence(kind, item, language)} for item in found]

    return {
        "format": "breachdesk.verify/1",
        "verdict": report.verdict,
        "faults": listed("fault", report.faults),
        "unfinished": listed("unfinished", report.unfinished),
        "held": listed("held", report.held),
        "notes": listed("note", report.notes),
    }


def vkey_given(text: str | None) -> str | None:
    """A vkey as given on the command line: itself, or the name of a file that holds it."""
    if text is None or not os.path.isfile(text):
        return text
    return _read(text).decode("utf-8", "replace").strip()


def _check_proof(proof: str, entry: str, vkey: str | None) -> Report:
    report = Report()
    if vkey is None:
        raise Unusable("--proof needs --vkey")
    if proof_holds(_read(proof), _read(entry).rstrip(b"\n"), vkey):
        report.held.append(("proof", {}))
    else:
        report.faults.append(("proof", {}))
    return report


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a Breachdesk journal, response pack or case bag, offline.")
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--vkey", help="the log's public key, or a file that holds it, got by a second channel")
    parser.add_argument("--since", action="append", default=[], help="an earlier checkpoint file kept elsewhere")
    parser.add_argument("--proof", help="a .tlog-proof file, to check one entry alone")
    parser.add_argument("--entry", help="the envelope (canonical JSON) the proof is for")
    parser.add_argument("--lang", choices=sorted(WORDS), default="en")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    if bool(given.proof) != bool(given.entry):
        parser.error("--proof and --entry go together")
    try:
        vkey = vkey_given(given.vkey)
        if given.proof:
            report = _check_proof(given.proof, given.entry, vkey)
        else:
            report = verify(given.folder, vkey, given.since)
    except (Unusable, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        print(json.dumps(as_json(report, given.lang), ensure_ascii=False) if given.json else tell(report, given.lang))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read had enough; the exit code tells all the same
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return report.exit_code


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main())
