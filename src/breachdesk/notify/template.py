"""Letters in Markdown with holes, `{organisation.name}`. The Markdown is read first, the holes are filled after it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from breachdesk.ground.shelf import BadPack
from breachdesk.notify.blocks import Block, Item, Items, Kind, Paragraph, Span

_HOLE = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)*)\}")
_MARKDOWN = MarkdownIt("commonmark").disable("entity")  # `&#123;` is read as it stands: a sign is what one sees


class BadTemplate(BadPack):
    """Something that may not stand in a letter: in which line, from 1."""

    def __init__(self, where: str, line: int, what: str) -> None:
        super().__init__(f"{where}:{line}: {what}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Hole:
    name: str
    strong: bool = False


Part = Span | Hole


@dataclass(frozen=True, slots=True)
class Lines:
    """A paragraph, or the points of a list."""

    points: tuple[tuple[Part, ...], ...]
    list: bool = False
    ordered: bool = False


Template = tuple[Lines, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a hole: words inside a sentence, or whole blocks when the hole is a paragraph of its own."""

    spans: tuple[Span, ...] = ()
    blocks: tuple[Block, ...] = ()


def parse(text: str, where: str) -> Template:
    """Paragraphs and flat lists with `**strong**` and holes; anything else in the file is a BadTemplate."""
    lines: list[Lines] = []
    tokens = iter(_MARKDOWN.parse(text))
    for token in tokens:
        if token.type == "paragraph_open":
            lines.append(Lines((_parts(next(tokens), where),)))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            points = tuple(_parts(inner, where) for inner in _until(tokens, token.type.replace("open", "close"), where))
            lines.append(Lines(points, list=True, ordered=token.type.startswith("ordered")))
        elif token.type != "paragraph_close":
            what = f"only paragraphs, flat lists and **strong** may stand in a letter, not {token.type}"
            raise BadTemplate(where, _line(token), what)
    return tuple(lines)


def holes(template: Template) -> set[str]:
    return {part.name for line in template for point in line.points for part in point if isinstance(part, Hole)}


def fill(template: Template, value: Callable[[str], Filled], *, role: str) -> list[Block]:
    """The blocks of a template with every hole filled by `value(name)`."""
    blocks: list[Block] = []
    for line in template:
        if line.list:
            items = tuple(Item(_spans(point, value)) for point in line.points)
            blocks.append(Items(items, ordered=line.ordered, role=role))
            continue
        (point,) = line.points
        if len(point) == 1 and isinstance(point[0], Hole):
            blocks.extend(_alone(value(point[0].name), role))
        else:
            blocks.append(Paragraph(_spans(point, value), role=role))
    return blocks


def _alone(filled: Filled, role: str) -> list[Block]:
    """A text of several paragraphs stays several paragraphs."""
    if filled.blocks or not filled.spans:
        return list(filled.blocks)
    if len(filled.spans) > 1 or "\n\n" not in filled.spans[0].text:
        return [Paragraph(filled.spans, role=role)]
    only = filled.spans[0]
    return [Paragraph((Span(text, only.kind),), role=role) for text in only.text.split("\n\n")]


def _spans(point: tuple[Part, ...], value: Callable[[str], Filled]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for part in point:
        if isinstance(part, Span):
            spans.append(part)
            continue
        for span in value(part.name).spans:
            text = span.text.replace("\n\n", " ")
            spans.append(Span(text, span.kind, span.strong or part.strong, span.url))
    return tuple(spans)


def _until(tokens: Iterator[Token], close: str, where: str) -> list[Token]:
    """The inline tokens of one flat list."""
    found: list[Token] = []
    for token in tokens:
        if token.type == close:
            return found
        if token.type == "inline":
            found.append(token)
        elif token.type not in ("list_item_open", "list_item_close", "paragraph_open", "paragraph_close"):
            raise BadTemplate(where, _line(token), f"a list in a letter is flat, found {token.type}")
    return found


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _parts(inline: Token, where: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    strong = False
    text = ""
    for child in inline.children or []:
        if child.type in ("text", "text_special"):
            text += child.content
        elif child.type in ("softbreak", "hardbreak"):
            text += " "
        elif child.type in ("strong_open", "strong_close"):
            parts += _split(text, strong)
            text, strong = "", child.type == "strong_open"
        else:
            raise BadTemplate(where, _line(inline), f"{child.type} may not stand in a letter")
    return tuple(parts + _split(text, strong))


def _split(text: str, strong: bool) -> list[Part]:
    parts: list[Part] = []
    for place, piece in enumerate(_HOLE.split(text)):
        if place % 2:
            parts.append(Hole(piece, strong))
        elif piece:
            parts.append(Span(piece, Kind.PROSE, strong))
    return parts
