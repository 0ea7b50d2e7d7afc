"""Whatever the encoding, UTF-8 comes out: found by the mark at the start, by the pattern of zero bytes, by being valid
UTF-8, or by which letters stand beside which. NUL bytes are dropped; bytes nobody can read become U+FFFD."""

import codecs
import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from breachdesk.scope.readers.feed import Feed
from breachdesk.scope.shapes import Problem

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CONTROL = bytes(set(range(32)) - {1, 9, 10, 12, 13, 27, 31})  # 1 and 31 separate fields in some exports
# The most frequent Russian letters: enough to tell the Cyrillic code pages apart.
_COMMON = frozenset("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфОЕАИНТСРВЛКМДПУЯГЗБЧХЖШЮЦЩЭФ")
_RARE = frozenset("їєґўђјљњћќџѓ¤¦§©«¬®°±¶·»№•…†‡‰‹›")
_MULTI = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def mark(head: bytes) -> tuple[str, int] | None:
    """The encoding a byte order mark names, and the length of the mark."""
    for bom, name in _MARKS:
        if head.startswith(bom):
            return name, len(bom)
    return None


def detect(head: bytes) -> str:
    """The likeliest encoding of the text that starts with `head`; "utf-8" when nothing speaks against it."""
    if found := mark(head):
        return found[0]
    if wide := _without_mark(head):
        return wide
    if valid_utf8(head):
        return "utf-8"
    return legacy(head)


def _without_mark(head: bytes) -> str | None:
    """UTF-16 betrays itself: in one half of the pairs nearly every byte is alike and small."""
    sample = head[: len(head) // 2 * 2][:8192]
    if len(sample) < 4:
        return None
    even, odd = sample[0::2], sample[1::2]
    for name, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        small = sum(high.count(bytes([byte])) for byte in (0, 4))
        if high.count(0) + high.count(4) == 0 or low.count(0) > len(low) // 20:
            continue
        if small > 0.8 * len(high) and high.count(0) > 0:
            return name
    return None


def valid_utf8(block: bytes) -> bool:
    """Whether `block` is UTF-8, a character cut off at its end allowed."""
    try:
        codecs.utf_8_decode(block, "strict", False)
    except UnicodeDecodeError:
        return False
    return True


def legacy(sample: bytes) -> str:
    """Shift-JIS, a Cyrillic code page or windows-1252, by what the high bytes of `sample` would say."""
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    bytes_ = b"\n".join(lines)[:HEAD_SAMPLE]
    if _looks_japanese(bytes_):
        return "cp932"
    best, name = 0.0, "cp1252"
    for candidate in ("cp1251", "koi8-r", "cp866"):
        score = _cyrillic(bytes_, candidate)
        if score > best:
            best, name = score, candidate
    return name if best > 0.75 else "cp1252"


HEAD_SAMPLE = 1 << 15


def _looks_japanese(sample: bytes) -> bool:
    for cut in range(3):
        try:
            text = sample[: len(sample) - cut].decode("cp932")
        except UnicodeDecodeError:
            continue
        high = [char for char in text if ord(char) > 127]
        full = sum(
            "\u3040" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff" or "\uff01" <= char <= "\uff5e"
            for char in high
        )
        return full > 0.7 * len(high) and len(high) > 0
    return False


def _cyrillic(sample: bytes, encoding: str) -> float:
    """How far `sample` reads as Russian: common letters standing beside one another, small letters after large."""
    text = sample.decode(encoding, "replace")
    high = [char for char in text if ord(char) > 127]
    if not high:
        return 0.0
    good = sum(char in _COMMON for char in high)
    beside = sum(len(run) for run in re.findall(r"[А-яЁё]{2,}", text))
    odd_case = len(re.findall(r"[а-яё][А-ЯЁ]", text))
    odd = sum(char in _RARE or not char.isalpha() for char in high)
    return (good + beside) / (2 * len(high)) - (odd_case + 0.5 * odd) / len(high)


def is_text(head: bytes) -> bool:
    """Whether `head` can be text at all: hardly any control characters."""
    if mark(head) or _without_mark(head):
        return True
    sample = head.replace(b"\x00", b"") if head.count(0) * 20 < len(head) else head
    control = len(sample) - len(sample.translate(None, _CONTROL))
    return bool(sample) and control <= max(len(sample) // 100, min(8, len(sample) // 10))


def decode_head(head: bytes) -> str:
    """The text of `head` for sniffing; never fails."""
    found = mark(head)
    return head[found[1] if found else 0 :].decode(detect(head), "replace").replace("\x00", "").rstrip("\ufffd")


class Utf8:
    """A feed turned into UTF-8 without NULs, given out in pieces that never cut a character.

    `problem` hears once of each thing that was not as it should be, with the byte where it began.
    """

    def __init__(self, feed: Feed, problem: Callable[[Problem], None]) -> None:
        head = feed.peek()
        self._feed = feed
        self._problem = problem
        self._told: set[str] = set()
        self._rest = b""
        self._place = 0
        self.encoding = detect(head)
        self._accented = valid_utf8(head) and not head.isascii()
        self._decoder = None if self.encoding == "utf-8" else codecs.getincrementaldecoder(self.encoding)("replace")
        if found := mark(head):
            feed.fill(found[1])
            self._place = found[1]

    def read(self, size: int) -> bytes:
        """About `size` bytes of UTF-8; b"" only at the end."""
        while True:
            raw = self._feed.fill(size)
            piece = self._transcode(raw) if self._decoder else self._repair(raw)
            self._place += len(raw)
            if b"\x00" in piece:
                self._tell("nul_bytes", piece.find(b"\x00"))
                piece = piece.replace(b"\x00", b"")
            if piece or not raw:
                return piece

    def _transcode(self, raw: bytes) -> bytes:
        assert self._decoder is not None
        text = self._decoder.decode(raw, final=not raw)
        if "\ufffd" in text:
            self._tell("bad_bytes", 0)
        return text.encode("utf-8", "replace")

    def _repair(self, raw: bytes) -> bytes:
        block = self._rest + raw if self._rest else raw
        self._rest = b""
        if block.isascii():
            return block
        whole = _whole(block) if raw else len(block)
        if _all_sound(block, whole):
            self._rest = block[whole:]
            self._accented = True
            return block[:whole]
        try:
            _, used = codecs.utf_8_decode(block, "strict", not raw)
        except UnicodeDecodeError as error:
            return self._mixed(block, error.start, final=not raw)
        self._rest = block[used:]
        self._accented = True
        return block[:used]

    def _mixed(self, block: bytes, start: int, *, final: bool) -> bytes:
        """UTF-8 with foreign lines in it. A line without a sound character gets its own encoding, others lose bytes."""
        if not final:
            end = block.rfind(b"\n") + 1
            if end:
                self._rest, block = block[end:], block[:end]
            else:
                self._rest, block = block[-3:], block[:-3]
        lines = block.split(b"\n")
        broken = [place for place, line in enumerate(lines) if not line.isascii() and not _sound(line)]
        foreign = [place for place in broken if not _MULTI.search(lines[place]) and len(lines[place]) < 1 << 16]
        name = legacy(b"\n".join(lines[place] for place in foreign)) if foreign else "utf-8"
        for place in broken:
            lines[place] = lines[place].decode("utf-8", "replace").encode()
        sound = block.split(b"\n")
        for place in foreign:
            lines[place] = sound[place].decode(name, "replace").encode()
        known = set(foreign)
        if len(foreign) < len(broken):
            self._tell("bad_bytes", start)
        elif self._accented or any(place not in known and _MULTI.search(line) for place, line in enumerate(sound)):
            self._tell("mixed_encoding", start, name)
        elif self.encoding == "utf-8":
            self.encoding = name
        return b"\n".join(lines)

    def _tell(self, code: str, offset: int, detail: str = "") -> None:
        if code not in self._told:
            self._told.add(code)
            self._problem(Problem(code, f"byte {self._place + offset}", detail))


def _whole(block: bytes) -> int:
    """Where the last character begins that `block` may have cut; its length when it cuts none."""
    for back in range(1, min(4, len(block)) + 1):
        byte = block[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(block) - back if length > back else len(block)
    return len(block)


def _all_sound(block: bytes, end: int) -> bool:
    """Whether the first `end` bytes are UTF-8, told without holding up the other threads."""
    places = pa.py_buffer(np.array([0, end], dtype=np.int64))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, places, pa.py_buffer(block)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _sound(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
