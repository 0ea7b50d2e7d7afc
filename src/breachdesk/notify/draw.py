"""A letter as text, as one HTML page, as tagged PDF (PDF/UA-1). Values are data in all three and never markup."""

import json
import textwrap
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from typing import Any, NamedTuple

import typst
from jinja2 import Environment

from breachdesk.notify.blocks import Heading, Item, Items, Paragraph, Span
from breachdesk.notify.page import drawn, head_and_body, seen
from breachdesk.notify.shapes import Notice

WIDTH = 72
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


@dataclass(slots=True)
class Press:
    """Draws many letters with what it has read once. Not shared between threads."""

    _compiler: Any = None
    _all_fonts: Any = None  # with the fonts of the machine too; read only when ours do not suffice
    _page: Any = None
    _css: str = ""
    _typ: bytes = b""
    words: dict[str, dict[str, str]] = field(default_factory=dict)  # language -> phrase -> words

    def __post_init__(self) -> None:
        here = resources.files("breachdesk.notify")
        self._typ = here.joinpath("letter.typ").read_bytes()
        self._css = here.joinpath("letter.css").read_text(encoding="utf-8")
        page = here.joinpath("letter.html").read_text(encoding="utf-8")
        self._page = Environment(autoescape=True, trim_blocks=False, keep_trailing_newline=True).from_string(page)
        self._compiler = typst.Compiler(ignore_system_fonts=True)

    def html(self, notice: Notice, *, draft: str = "") -> str:
        said = drawn(notice.blocks)
        page = self._page.render(
            title=notice.title, language=notice.language, css=_Safe(self._css), draft=draft, **said
        )
        return str(page)

    def pdf(self, notice: Notice, *, sender: str, draft: str = "") -> Printed:
        """PDF/UA-1: tagged, with title and language; A4, or US Letter for people in the United States.

        A sign that our fonts lack is looked for in the fonts of the machine. Where none has it a box stands in its
        place and the file is tagged but not PDF/UA: a name in a rare script must not stop a letter.
        """
        letter = {
            "title": notice.title,
            "author": sender,
            "language": notice.language,
            "paper": "us-letter" if notice.cohort.residence.startswith("US") else "a4",
            "page": self.words.get(notice.language, {}).get("page", ""),
            "draft": draft,
            **drawn(notice.blocks),
        }
        inputs = {"letter": json.dumps(letter, ensure_ascii=False)}
        try:
            return Printed(self._compiled(self._compiler, inputs, "ua-1"), accessible=True)
        except typst.TypstError:
            self._all_fonts = self._all_fonts or typst.Compiler(ignore_system_fonts=False)
        try:
            return Printed(self._compiled(self._all_fonts, inputs, "ua-1"), accessible=True)
        except typst.TypstError:
            return Printed(self._compiled(self._all_fonts, inputs, None), accessible=False)

    def _compiled(self, compiler: Any, inputs: dict[str, str], standard: str | None) -> bytes:
        stamp = int(_EPOCH.timestamp())
        kept = {"pdf_standards": standard} if standard else {}
        return bytes(compiler.compile(input=self._typ, format="pdf", sys_inputs=inputs, timestamp=stamp, **kept))


class _Safe(str):
    """Our own style sheet, which Jinja must not escape."""

    __slots__ = ()

    def __html__(self) -> str:
        return self
