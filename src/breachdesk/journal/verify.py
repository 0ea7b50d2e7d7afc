#!/usr/bin/env python3
"""Check a Breachdesk journal, or a whole response pack, with nothing but this file and Python 3.8 or newer.

    python3 verify.py [FOLDER] [--vkey VKEY] [--since CHECKPOINT]... [--lang en|ru] [--json]
    python3 verify.py --proof FILE.tlog-proof --entry ENVELOPE.json --vkey VKEY

FOLDER is a pack or its journal (the folder of this file when left out). VKEY is the log's public key, or a file that
holds it: get it by a second channel. CHECKPOINT is an earlier `checkpoint` file kept somewhere else.
Exit codes: 0 everything held; 1 something does not hold or is not finished; 2 there was nothing to check.
No network, no third-party code. Formats: RFC 8785, RFC 6962, RFC 8032, C2SP signed-note, tlog-checkpoint, tlog-proof.
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
            content = json.loads(line.decode("utf-8"))
            envelope = content["envelope"]
            raw = canonical(envelope)
            if canonical(content) != line or not _shaped(content, envelope):
                raise ValueError("not in canonical form")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.report.faults.append(("entry_form", {"seq": number}))
            self._grow(leaf_hash(line))
            return
        if envelope["seq"] != number:
            self.report.faults.append(("entry_seq", {"seq": number, "found": envelope["seq"]}))
        case = envelope["case"]
        expected = self.cases.get(case, 0) + 1
        if envelope["case_seq"] != expected:
            self.report.faults.append(("entry_case_seq", {"seq": number, "case": case, "expected": expected}))
        self.cases[case] = max(expected, envelope["case_seq"])
        self.backwards += envelope["ts"] < self.last_ts
        self.last_ts = envelope["ts"]
        self._open(number, content, envelope)
        self._grow(leaf_hash(raw))

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
    """Check the journal (and pack) in `folder` against a verifier key and earlier checkpoints (paths). See Report."""
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
    numbering = {"entry_form", "entry_seq", "entry_case_seq"}
    if not any(code in numbering for code, _ in report.faults):
        report.held.append(("entries", {"entries": entries.tree.size}))
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
    names = set()
    for folder, folders, files in os.walk(pack):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in files + links:
            names.add(os.path.relpath(os.path.join(folder, name), pack).replace(os.sep, "/"))
    return names - {"MANIFEST"}


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
        "note.own_vkey": "the public key was taken from the folder itself. That shows the journal fits its own key, "
        "not whose key it is: get the vkey by a second channel (letter, telephone) and pass it with --vkey",
        "note.vkey": "checked with the key of {name}, id {id}",
        "note.no_anchor": "no earlier checkpoint was given (--since): a journal put back to an older state, or "
        "rewritten by whoever holds its key, would look the same",
        "note.withheld": "{count} contents were erased or withheld; those entries and their order are proven",
        "note.clock_back": "the machine's clock went back {count} times; the order is that of the numbers",
        "note.files_absent": "{count} files named in the journal are not in this pack and were not compared",
        "unfinished.unsigned": "{count} entries at the end are not covered by the signed checkpoint",
        "unfinished.no_checkpoint": "there is no signed checkpoint",
        "unfinished.no_manifest": "there is no MANIFEST: the run that made the pack did not end",
        "unfinished.torn": "entry {seq} was being written when the run was cut off; its beginning is ignored",
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
        "note.own_vkey": "открытый ключ взят из самой папки. Это показывает, что журнал подходит к своему ключу, но не "
        "чей это ключ: получите vkey по второму каналу (письмо, телефон) и передайте его через --vkey",
        "note.vkey": "проверено ключом {name}, номер {id}",
        "note.no_anchor": "более ранняя контрольная точка не дана (--since): журнал, возвращённый в прежнее состояние "
        "или переписанный владельцем ключа, выглядел бы так же",
        "note.withheld": "содержание стёрто или не раскрыто у записей: {count}; сами записи и их порядок доказаны",
        "note.clock_back": "часы машины шли назад, раз: {count}; порядок — по номерам",
        "note.files_absent": "файлов, названных в журнале, нет в этом пакете, они не сравнивались: {count}",
        "unfinished.unsigned": "последние записи не покрыты подписанной контрольной точкой: {count}",
        "unfinished.no_checkpoint": "подписанной контрольной точки нет",
        "unfinished.no_manifest": "нет MANIFEST: прогон, создавший пакет, не завершился",
        "unfinished.torn": "запись {seq} прервана при записи; её начало не учитывается",
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
    parser = argparse.ArgumentParser(description="Check a Breachdesk journal or response pack, offline.")
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
    if given.json:
        print(json.dumps(as_json(report, given.lang), ensure_ascii=False))
    else:
        print(tell(report, given.lang))
    return report.exit_code


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main())
