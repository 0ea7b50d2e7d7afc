"""A letter that somebody wrote, read from a file: what it says, on which line. Nothing in it is run or fetched."""

import io
import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree  # nosec B405

MOST_BYTES = 4 << 20
MOST_WORDS = 100_000  # characters of text: some forty pages
_LONGEST_PASSAGE = 2_000  # patterns are tried on a passage at a time, and must stay quick on any file
_MOST_UNPACKED = 32 << 20
_HEADING_WORDS = 9
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ENGLISH = frozenset(
    ["the", "of", "and", "to", "your", "you", "we", "is", "was", "for", "in", "this", "that", "our", "a"]
)
_TYPE_SIZE = re.compile(r"font(?:-size)?\s*:[^;}]*?(\d+(?:\.\d+)?)\s*(pt|px)", re.IGNORECASE)
_POINTS = {"pt": 1.0, "px": 0.75}
_BLANK = re.compile(r"\[[^\]\d\n][^\]\n]{1,80}\]")
_ENDINGS = (".txt", ".md", ".html", ".htm", ".docx")


class BadLetter(Exception):
    """A file that cannot be read as a letter: what is wrong, what to do."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, heading or point of a list. `starts`: where in `text` a line of the file begins, and which."""

    text: str
    starts: tuple[tuple[int, int], ...]
    heading: bool = False
    role: str = ""  # in drafts of ours: elements, steps, risks, resources ...

    def line(self, offset: int = 0) -> int:
        place = bisect_right(self.starts, (offset, 1 << 60)) - 1
        return self.starts[max(place, 0)][1]


@dataclass(frozen=True, slots=True)
class Letter:
    path: Path
    passages: tuple[Passage, ...]
    language: str  # en, ru, or nothing: one that we cannot read
    smallest_points: float | None = None  # of type, where the file says so

    @property
    def text(self) -> str:
        return "\n".join(passage.text for passage in self.passages)

    @property
    def title(self) -> str:
        return next((passage.text for passage in self.passages if passage.heading), "")

    @property
    def blanks(self) -> tuple[tuple[int, str], ...]:
        """What still stands in square brackets, with its line."""
        return tuple(
            (passage.line(found.start()), found[0])
            for passage in self.passages
            for found in _BLANK.finditer(passage.text)
        )


def read(path: Path, language: str = "") -> Letter:
    """The letter in a file (.txt, .md, .html, .docx); `language` when it is known. Raises BadLetter."""
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise BadLetter(f"{path}: letters are read from {', '.join(_ENDINGS)}; save it as one of these")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadLetter(f"{path}: larger than {MOST_BYTES >> 20} MB; that is no letter")
        content = path.read_bytes()
    except OSError as error:
        raise BadLetter(f"{path}: {error.strerror}") from error
    points = None
    if ending == ".docx":
        passages, points = _from_word(path, content)
    elif ending in (".html", ".htm"):
        passages, points = _from_page(_decoded(path, content))
    else:
        passages = list(_from_text(_decoded(path, content), markdown=ending == ".md"))
    if not passages:
        raise BadLetter(f"{path}: there are no words in it")
    if sum(len(one.text) for one in passages) > MOST_WORDS:
        raise BadLetter(f"{path}: more than {MOST_WORDS:,} characters; that is no letter")
    passages = [piece for one in passages for piece in _pieces(one)]
    return Letter(path, tuple(passages), language or spoken(" ".join(one.text for one in passages)), points)


def _pieces(passage: Passage) -> Iterator[Passage]:
    """A very long passage in parts, cut between words."""
    text, done = passage.text, 0
    while len(text) - done > _LONGEST_PASSAGE:
        cut = text.rfind(" ", done + 1, done + _LONGEST_PASSAGE)
        cut = cut if cut > 0 else done + _LONGEST_PASSAGE
        yield Passage(text[done:cut], ((0, passage.line(done)),), passage.heading, passage.role)
        done = cut
    yield Passage(text[done:], ((0, passage.line(done)),), passage.heading, passage.role) if done else passage


def spoken(text: str) -> str:
    """`ru` or `en`; nothing for any other language."""
    cyrillic, latin = len(re.findall(r"[А-Яа-яЁё]", text)), len(re.findall(r"[A-Za-z]", text))
    if cyrillic > latin:
        return (
            "ru" if re.search(r"[ыэё]|\b(и|не|на|что)\b", text, re.IGNORECASE) and not re.search("[іїєў]", text) else ""
        )
    words = re.findall(r"[a-z']+", text.lower())
    return "en" if words and sum(word in _ENGLISH for word in words) > len(words) / 10 else ""


def _decoded(path: Path, content: bytes) -> str:
    """UTF-8 or UTF-16 by their marks, else the old code page whose letters make words."""
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if content.startswith(mark):
            return content.decode(name, errors="replace")
    if b"\0" in content[:4096]:
        raise BadLetter(f"{path}: this is no text; save the letter as text, HTML or Word (.docx)")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        high = sum(byte >= 0xC0 for byte in content)
        return content.decode("cp1251" if high > len(content) / 4 else "cp1252", errors="replace")


def _from_text(text: str, *, markdown: bool) -> Iterator[Passage]:
    gathered: list[tuple[int, str]] = []
    lines = [*text.splitlines(), ""]
    for number, raw in enumerate(lines, start=1):
        line = " ".join(raw.split())
        if markdown and (found := re.match(r"#{1,6} +(.+?)#*$", line)):
            yield from _paragraph(gathered)
            gathered = []
            yield Passage(found[1].strip(), ((0, number),), heading=True)
            continue
        if gathered and len(gathered) == 1 and re.fullmatch(r"(=|-){3,}", line):
            yield Passage(gathered[0][1], ((0, gathered[0][0]),), heading=True)
            gathered = []
            continue
        point = re.match(r"(?:[-*•]|\d{1,2}[.)])\s+(.+)", line)
        if not line or point:
            yield from _paragraph(gathered)
            gathered = []
        if line:
            words = point[1] if point else line
            gathered.append((number, words.replace("**", "") if markdown else words))
    yield from _paragraph(gathered)


def _paragraph(lines: list[tuple[int, str]]) -> Iterator[Passage]:
    if lines:
        starts, text = [], ""
        for number, line in lines:
            text += " " if text else ""
            starts.append((len(text), number))
            text += line
        yield Passage(text, tuple(starts), heading=len(lines) == 1 and _like_heading(text))


def _like_heading(text: str) -> bool:
    """A short line of its own that ends no sentence: how headings look in plain text."""
    return (
        len(text.split()) <= _HEADING_WORDS
        and bool(re.fullmatch(r"[A-ZА-ЯЁ][^\d@:]*[\w»”’)]", text))
        and "," not in text
    )


class _Page(HTMLParser):
    """Words of a page. Scripts and styles are never words; a style is looked at for the size of its type."""

    _BLOCKS = frozenset(
        (
            *("p", "li", "ul", "ol", "dt", "dd", "div", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "td", "th"),
            *("pre", "section", "header", "footer", "main", "article", "blockquote", "body", "figcaption", "address"),
        )
    )
    _SILENT = frozenset(["script", "style", "title", "template", "noscript", "svg"])

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[Passage] = []
        self.sizes: list[float] = []
        self._text, self._starts = "", list[tuple[int, int]]()
        self._heading, self._role, self._silent = False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in self._SILENT and not self._silent:
            self._silent = tag
        self._sized(given.get("style") or "")
        if tag in self._BLOCKS:
            self.end_passage()
            self._heading = bool(re.fullmatch(r"h[1-6]", tag))
            if tag != "li":
                self._role = given.get("class") or ""
        elif tag in ("br", "span"):
            self._text += " "

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        if tag in self._BLOCKS:
            self.end_passage()
            self._heading = False
            if tag in ("ul", "ol"):
                self._role = ""

    def handle_data(self, data: str) -> None:
        if self._silent == "style":
            self._sized(data)
        if self._silent:
            return
        first, _ = self.getpos()
        for place, line in enumerate(data.split("\n")):
            if words := re.sub(r"\s+", " ", line):
                if words.strip():
                    self._starts.append((len(self._text), first + place))
                self._text += words if place == 0 else " " + words
            elif place:
                self._text += " "

    def end_passage(self) -> None:
        text = self._text.strip()
        if text and self._role != "draft":
            # Offsets hold before runs of spaces are closed up; close them up piece by piece.
            starts, whole = [], ""
            for (begin, line), (end, _) in zip(self._starts, [*self._starts[1:], (len(self._text), 0)], strict=True):
                starts.append((len(whole), line))
                whole = re.sub(r"\s+", " ", whole + self._text[begin:end]).lstrip()
            self.passages.append(Passage(whole.strip(), tuple(starts), self._heading, self._role))
        self._text, self._starts = "", []

    def _sized(self, style: str) -> None:
        self.sizes += [float(size) * _POINTS[unit.lower()] for size, unit in _TYPE_SIZE.findall(style)]


def _from_page(text: str) -> tuple[list[Passage], float | None]:
    page = _Page()
    page.feed(text)
    page.close()
    page.end_passage()
    return page.passages, min((size for size in page.sizes if size), default=None)


def _from_word(path: Path, content: bytes) -> tuple[list[Passage], float | None]:
    """Paragraphs of the body of a Word file. Its line is the number of the paragraph."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if package.getinfo("word/document.xml").file_size > _MOST_UNPACKED:
                raise BadLetter(f"{path}: unpacks to more than {_MOST_UNPACKED >> 20} MB; that is no letter")
            with package.open("word/document.xml") as part:
                body = part.read(_MOST_UNPACKED + 1)
        if len(body) > _MOST_UNPACKED or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
            raise BadLetter(f"{path}: no Word file that we dare to open; save it anew, or as text")
        root = ElementTree.fromstring(body)  # noqa: S314  # nosec B314 - no entities, see above
    except (
        zipfile.BadZipFile,
        KeyError,
        ElementTree.ParseError,
        RuntimeError,
        OSError,
        EOFError,
        NotImplementedError,
    ) as error:
        raise BadLetter(f"{path}: no Word file (.docx) that can be read; save it anew, or as text") from error
    passages, sizes = [], []
    for number, paragraph in enumerate(root.iter(f"{_WORD}p"), start=1):
        text = " ".join("".join(_said(paragraph)).split())
        style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
        named = style.get(f"{_WORD}val", "") if style is not None else ""
        if text:
            heading = bool(re.match(r"(heading|title|заголов|1$|2$)", named, re.IGNORECASE)) or _like_heading(text)
            passages.append(Passage(text, ((0, number),), heading))
        sizes += [
            int(half) / 2 for size in paragraph.iter(f"{_WORD}sz") if (half := size.get(f"{_WORD}val", "")).isdigit()
        ]
    return passages, min((size for size in sizes if size), default=None)


def _said(paragraph: ElementTree.Element) -> Iterator[str]:
    for node in paragraph.iter():
        if node.tag == f"{_WORD}t":
            yield node.text or ""
        elif node.tag in (f"{_WORD}tab", f"{_WORD}br"):
            yield " "
