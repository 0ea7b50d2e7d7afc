"""A letter as a tree of blocks. Text, HTML and PDF are drawn from it, so no value is ever read as markup."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    PROSE = "prose"  # words of ours or of the organisation: counted for readability
    NAME = "name"  # names, numbers, addresses, official terms: said as they are, not counted
    BLANK = "blank"  # what only a human can say and has not said yet: shown, and asked for
    SLOT = "slot"  # one person's own value, filled at delivery


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    kind: Kind = Kind.PROSE
    strong: bool = False
    url: str = ""  # https, mailto or tel; anything else is shown as plain text


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`role` styles it and lets checks find it: sender, recipient, date, note, sign, or nothing."""

    spans: tuple[Span, ...]
    role: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One point of a list. `below` are short lines under it: a telephone, an address."""

    spans: tuple[Span, ...]
    below: tuple[tuple[Span, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Item, ...]
    ordered: bool = False
    role: str = ""  # elements, steps, resources


Block = Heading | Paragraph | Items


def spans_of(blocks: tuple[Block, ...]) -> Iterator[Span]:
    """Every span below headings, in reading order."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.spans
        elif isinstance(block, Items):
            for item in block.items:
                yield from item.spans
                for line in item.below:
                    yield from line


def texts_of(blocks: tuple[Block, ...], kind: Kind) -> tuple[str, ...]:
    """What stands in the spans of a kind, each once: blanks and slots must be gone before a letter goes."""
    return tuple(dict.fromkeys(span.text for span in spans_of(blocks) if span.kind is kind))


def plain(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)
