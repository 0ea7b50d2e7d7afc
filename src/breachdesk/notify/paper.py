"""The letter on paper, cast from its mould: the notice that was approved, with one person's values in its gaps and
their address below their name."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from breachdesk.notify.blocks import Block, Heading, Item, Items, Kind, Paragraph, Span
from breachdesk.notify.mould import Mould, Part, Values, filled_in, parts_of, text_of
from breachdesk.notify.shapes import Notice, NoticeCohort
from breachdesk.notify.values import Person


def cast(mould: Mould, person: Person, day: date | str) -> Notice:
    """What is drawn for this person. Raises Unfilled, as Mould.cast; ValueError for a mould that goes on no paper."""
    if not mould.blocks:
        raise ValueError("what was approved goes on no paper")
    values = mould.values(person, day)
    blocks: list[Block] = []
    for block in mould.blocks:
        blocks.append(_filled(block, values))
        if isinstance(block, Paragraph) and block.role.startswith("recipient"):
            blocks += [Paragraph((Span(line, Kind.NAME),), block.role) for line in person.address]
    cohort = NoticeCohort(mould.slug, mould.residence, mould.elements, minor=False, count=1)
    return Notice(cohort, mould.language, (), "", mould.title, tuple(blocks), (), ())


def _filled(block: Block, values: Values) -> Block:
    if isinstance(block, Heading):
        return block
    if isinstance(block, Paragraph):
        return Paragraph(_spans(block.spans, values), block.role)
    items = [Item(_spans(one.spans, values), tuple(_spans(line, values) for line in one.below)) for one in block.items]
    return Items(tuple(items), block.ordered, block.role)


def _spans(spans: Sequence[Span], values: Values) -> tuple[Span, ...]:
    """Without those in whose place nothing stands."""
    filled = [Span(filled_in(one.text, values), one.kind, one.strong, one.url) for one in spans]
    return tuple(one for one, before in zip(filled, spans, strict=True) if one.text or not before.text)


def written(blocks: Sequence[Block]) -> list[Any]:
    """As they stand in the document of the wording."""
    return [_written(block) for block in blocks]


def _written(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"heading": block.text, "level": block.level}
    if isinstance(block, Paragraph):
        return {"paragraph": _spans_written(block.spans), "role": block.role}
    items = [
        {"spans": _spans_written(one.spans), "below": [_spans_written(line) for line in one.below]}
        for one in block.items
    ]
    return {"items": items, "ordered": block.ordered, "role": block.role}


def _spans_written(spans: Sequence[Span]) -> list[Any]:
    return [
        {
            "text": [part if isinstance(part, str) else list(part) for part in parts_of(one.text)],
            "kind": one.kind.value,
            "strong": one.strong,
            "url": one.url,
        }
        for one in spans
    ]


def read(found: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    """What `written` wrote. Raises KeyError, TypeError, ValueError."""
    return tuple(map(_read, found))


def _read(found: Mapping[str, Any]) -> Block:
    if "heading" in found:
        return Heading(str(found["heading"]), int(found["level"]))
    if "paragraph" in found:
        return Paragraph(_spans_read(found["paragraph"]), str(found["role"]))
    items = [Item(_spans_read(one["spans"]), tuple(map(_spans_read, one["below"]))) for one in found["items"]]
    return Items(tuple(items), bool(found["ordered"]), str(found["role"]))


def _spans_read(found: Sequence[Mapping[str, Any]]) -> tuple[Span, ...]:
    return tuple(
        Span(text_of(map(read_part, one["text"])), Kind(one["kind"]), bool(one["strong"]), str(one["url"]))
        for one in found
    )


def read_part(part: Any) -> Part:
    """A piece of a letter, or a gap in it. Raises TypeError, ValueError."""
    if isinstance(part, str):
        return part
    what, which, colon = part
    return str(what), int(which), bool(colon)
