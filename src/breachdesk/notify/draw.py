"""A letter as text, as one HTML page, as tagged PDF (PDF/UA-1). Values are data in all three and never markup."""

import json
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import typst
from jinja2 import Environment

from breachdesk.notify.blocks import Heading, Item, Items, Paragraph, Span
from breachdesk.notify.organisation import clean
from breachdesk.notify.page import LetterData, drawn, head_and_body, letter_data, seen, sheet
from breachdesk.notify.shapes import Notice

WIDTH = 72
_LETTER, _SIGNS, _RULER = "letter.typ", "signs.typ", "ruler.typ"
_KEPT_FOR = 11  # compiles
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # the same letter is the same bytes on every run


def as_text(notice: Notice, *, draft: str = "", width: int | None = WIDTH) -> str:
    """Lines of at most `width` characters (an address longer than a line stays whole); None: a paragraph is a line."""
    head, body = head_and_body(notice.blocks)
    parts = [draft] if draft else []
    parts += [_wrapped(_plain(part.spans), width) for part in head]
    parts.append(f"{notice.title}\n{'=' * min(len(notice.title), WIDTH)}")
    for block in body:
        if isinstance(block, Heading):
            parts.append(f"{block.text}\n{'-' * min(len(block.text), WIDTH)}")
        elif isinstance(block, Paragraph):
            parts.append(_wrapped(_plain(block.spans), width))
        else:
            parts.append(_listed(block, width))
    return "\n\n".join(parts) + "\n"


def _plain(spans: tuple[Span, ...]) -> str:
    return "".join(seen(span.text) for span in spans)


def _listed(block: Items, width: int | None) -> str:
    lines = []
    for number, item in enumerate(block.items, start=1):
        mark = f"{number}. " if block.ordered else "- "
        lines.append(_point(item, mark, width))
    return "\n".join(lines)


def _point(item: Item, mark: str, width: int | None) -> str:
    pad = " " * len(mark)
    lines = [_wrapped(_plain(item.spans), width, mark, pad)]
    lines += [_wrapped(_plain(line), width, pad, pad) for line in item.below]
    return "\n".join(lines)


def _wrapped(text: str, width: int | None, first: str = "", rest: str = "") -> str:
    if width is None:
        return first + " ".join(text.split())
    return textwrap.fill(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


class Printed(NamedTuple):
    """`accessible`: it is PDF/UA-1."""

    content: bytes
    accessible: bool


class Fonts(StrEnum):
    """Whose fonts a file is drawn with."""

    OURS = "ours"
    MACHINE = "machine"  # those of the machine too
    BOXES = "boxes"  # a sign that none of them has is a box, and the file is tagged but no PDF/UA


class Bundle(NamedTuple):
    """`pages`: first and last page of each letter, from 1. `failed`: place in the order given -> what typst says."""

    content: bytes
    pages: tuple[tuple[int, int], ...]
    failed: dict[int, str]


@dataclass(slots=True)
class Press:
    """Draws many letters with what it has read once. Not shared between threads."""

    _compilers: dict[tuple[bool, str], Any] = field(default_factory=dict)  # (fonts of the machine too, source)
    _lacks: dict[Fonts, dict[str, bool]] = field(default_factory=dict)  # sign -> no glyph
    _page: Any = None
    _css: str = ""
    words: dict[str, dict[str, str]] = field(default_factory=dict)  # language -> phrase -> words

    def __post_init__(self) -> None:
        here = resources.files("breachdesk.notify")
        self._css = here.joinpath("letter.css").read_text(encoding="utf-8")
        page = here.joinpath("letter.html").read_text(encoding="utf-8")
        self._page = Environment(autoescape=True, trim_blocks=False, keep_trailing_newline=True).from_string(page)

    def html(self, notice: Notice, *, draft: str = "") -> str:
        said = drawn(notice.blocks)
        page = self._page.render(
            title=notice.title, language=notice.language, css=_Safe(self._css), draft=draft, **said
        )
        return str(page)

    def pdf(self, notice: Notice, *, sender: str, draft: str = "", code: str = "") -> Printed:
        """PDF/UA-1: tagged, with title and language; A4, or US Letter for people in the United States.

        A sign that our fonts lack is looked for in the fonts of the machine. Where none has it a box stands in its
        place and the file is tagged but not PDF/UA: a name in a rare script must not stop a letter.
        """
        letter = self.data(notice, draft=draft, code=code)
        inputs = {"sheet": sheet([letter], title=clean(notice.title), author=sender, language=notice.language)}
        for fonts in (Fonts.OURS, Fonts.MACHINE):
            try:
                return Printed(self._compiled(inputs, fonts), accessible=True)
            except typst.TypstError:
                continue
        return Printed(self._compiled(inputs, Fonts.BOXES), accessible=False)

    def data(self, notice: Notice, *, draft: str = "", code: str = "") -> LetterData:
        word = self.words.get(notice.language, {}).get("page", "")
        return letter_data(notice, page=word, draft=draft, code=code)

    def bundle(self, letters: Sequence[LetterData], fonts: Fonts, *, title: str, author: str, language: str) -> Bundle:
        """Letters on one kind of paper in one file, each on the front of a sheet. One that cannot be drawn with these
        fonts is left out and named; the others are drawn as if it had not been there."""

        def compiled(chosen: Sequence[LetterData]) -> bytes:
            return self._compiled({"sheet": sheet(chosen, title=title, author=author, language=language)}, fonts)

        try:
            content, failed = compiled(letters), dict[int, str]()
        except typst.TypstError:
            failed = _failing(compiled, letters, range(len(letters)))
            kept = [letter for place, letter in enumerate(letters) if place not in failed]
            if not kept:
                return Bundle(b"", (), failed)
            content = compiled(kept)
        pages = self._asked("pages", fonts)
        return Bundle(content, tuple((first, last) for first, last in pages), failed)

    def forget(self, fonts: Fonts) -> None:
        """Typst keeps what it set until it was not of use for some compiles, and hundreds of letters are hundreds of
        megabytes: compiles of nothing make it let go."""
        for _ in range(_KEPT_FOR):
            self._compiled({"signs": "[]"}, fonts, _SIGNS)

    def lacking(self, signs: Iterable[str], fonts: Fonts) -> set[str]:
        """Which of these signs these fonts have no glyph for."""
        known = self._lacks.setdefault(fonts, {})
        if new := [sign for sign in set(signs) if sign not in known]:
            self._look_up(sorted(new), fonts, known)
        return {sign for sign in signs if known[sign]}

    def _look_up(self, signs: list[str], fonts: Fonts, known: dict[str, bool]) -> None:
        try:
            self._compiled({"signs": json.dumps(signs)}, fonts, _SIGNS)
        except typst.TypstError:
            if len(signs) > 1:
                half = len(signs) // 2
                self._look_up(signs[:half], fonts, known)
                self._look_up(signs[half:], fonts, known)
                return
            known[signs[0]] = True
            return
        known.update(dict.fromkeys(signs, False))

    def widths(self, lines: Sequence[str]) -> list[float]:
        """How wide these lines of an address are, in millimetres."""
        self._compiled({"lines": json.dumps(lines)}, Fonts.BOXES, _RULER)
        return [float(width) for width in self._asked("widths", Fonts.BOXES, _RULER)]

    def _asked(self, label: str, fonts: Fonts, source: str = _LETTER) -> Any:
        """What the source noted under a label when it was last compiled."""
        return json.loads(self._compiler(fonts, source).query(f"<{label}>", field="value", one=True))

    def _compiler(self, fonts: Fonts, source: str) -> Any:
        kind = (fonts is not Fonts.OURS, source)
        if kind not in self._compilers:
            path = Path(str(resources.files("breachdesk.notify").joinpath(source)))
            self._compilers[kind] = typst.Compiler(path, ignore_system_fonts=fonts is Fonts.OURS)
        return self._compilers[kind]

    def _compiled(self, inputs: dict[str, str], fonts: Fonts, source: str = _LETTER) -> bytes:
        stamp = int(_EPOCH.timestamp())
        kept = {} if fonts is Fonts.BOXES else {"pdf_standards": "ua-1"}
        made = self._compiler(fonts, source).compile(format="pdf", sys_inputs=inputs, timestamp=stamp, **kept)
        return bytes(made)


def _failing(
    compiled: Callable[[Sequence[LetterData]], bytes], letters: Sequence[LetterData], places: Sequence[int]
) -> dict[int, str]:
    """Which letters cannot be drawn, and why: found by halves, so that one in hundreds costs a handful of trials."""
    try:
        compiled([letters[place] for place in places])
    except typst.TypstError as error:
        if len(places) == 1:
            return {places[0]: str(error).splitlines()[0][:200]}
        half = len(places) // 2
        return _failing(compiled, letters, places[:half]) | _failing(compiled, letters, places[half:])
    return {}


class _Safe(str):
    """Our own style sheet, which Jinja must not escape."""

    __slots__ = ()

    def __html__(self) -> str:
        return self
