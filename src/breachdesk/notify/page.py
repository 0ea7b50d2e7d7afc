"""The page a letter is drawn on: what text, HTML and PDF have in common, as plain data."""

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Any

from babel import Locale, UnknownLocaleError

from breachdesk.notify import code128
from breachdesk.notify.blocks import Block, Heading, Items, Paragraph, Span, plain
from breachdesk.notify.codes import shown
from breachdesk.notify.organisation import clean
from breachdesk.notify.shapes import Notice

SMALLEST_TYPE_POINTS = 10.5  # of any run in letter.typ and letter.css; California asks for 10 or more
HEAD_ROLES = ("sender", "recipient", "recipient-minor", "recipient-kin", "date")


def head_and_body(blocks: tuple[Block, ...]) -> tuple[list[Paragraph], list[Block]]:
    """What stands above the title (sender, recipient, date), and the letter itself."""
    head = [block for block in blocks if isinstance(block, Paragraph) and block.role in HEAD_ROLES]
    return head, [block for block in blocks if not (isinstance(block, Paragraph) and block.role in HEAD_ROLES)]


def fits_window(head: list[Paragraph]) -> bool:
    """Whether sender and recipient are short enough for their places in a window envelope."""
    sender = [plain(part.spans) for part in head if part.role == "sender"]
    recipient = [plain(part.spans) for part in head if part.role.startswith("recipient")]
    return (
        len(sender) <= 4
        and len(recipient) <= 5
        and all(len(line) <= 80 for line in sender)
        and all(len(line) <= 48 for line in recipient)
    )


def drawn(blocks: tuple[Block, ...]) -> dict[str, Any]:
    """`head` and `body` as JSON data, for the drawers; `window`: whether the address fits a window envelope."""
    head, body = head_and_body(blocks)
    parts = [_part(block) | {"leads": leads} for block, leads in _leading(body)]
    return {"head": [_part(block) for block in head], "body": parts, "window": fits_window(head)}


def _leading(body: list[Block]) -> Iterator[tuple[Block, bool]]:
    """Each block, and whether it is a paragraph that stays with the list behind it."""
    for block, following in zip_longest(body, body[1:]):
        yield block, isinstance(block, Paragraph) and isinstance(following, Items)


def _part(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"type": "heading", "text": clean(block.text), "level": block.level}
    if isinstance(block, Paragraph):
        return {"type": "paragraph", "role": block.role, "spans": _spans(block.spans)}
    points = [{"spans": _spans(item.spans), "below": [_spans(line) for line in item.below]} for item in block.items]
    return {"type": "items", "role": block.role, "ordered": block.ordered, "points": points}


def _spans(spans: tuple[Span, ...]) -> list[dict[str, Any]]:
    return [
        {"text": seen(span.text), "kind": span.kind.value, "strong": span.strong, "url": span.url} for span in spans
    ]


def seen(text: str) -> str:
    """Without characters that cannot be seen; the spaces at both ends belong to the sentence and stay."""
    before, after = text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
    return before + clean(text) + after if text.strip() else " " * bool(text)


@dataclass(frozen=True, slots=True)
class LetterData:
    """A letter as letter.typ reads it. `own`: all but the body, as JSON; `parts`: the body, each part as JSON.

    Each text is canonical (RFC 8785): keys in order, no spaces. Parts that letters have in common are equal texts.
    """

    own: str
    parts: tuple[str, ...]
    paper: str
    title: str

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON `{"body": [...], "letter": {...}, "paper": "..."}`: what the letter says."""
        said = f'{{"body":[{",".join(self.parts)}],"letter":{self.own},"paper":"{self.paper}"}}'
        return hashlib.sha256(said.encode()).hexdigest()


_SEEN_APART = ("blank", "slot")  # kinds that look other than plain words


def _joined(spans: list[dict[str, Any]], turned: bool) -> list[dict[str, Any]]:
    """Neighbours that look alike as one run: fewer to set. In a `turned` letter a name or number keeps its own order
    (first strong isolate): else `+49 30 555` would stand as `555 30 49+`."""
    joined: list[dict[str, Any]] = []
    for span in spans:
        look = {**span, "kind": span["kind"] if span["kind"] in _SEEN_APART else "prose"}
        if turned and span["kind"] == "name":
            look["text"] = f"\u2068{span['text']}\u2069"
        last = joined[-1] if joined else None
        if last and not span["url"] and {**last, "text": ""} == {**look, "text": ""}:
            last["text"] += look["text"]
        else:
            joined.append(look)
    return joined


@cache
def runs_from_right(language: str) -> bool:
    """Whether a language is written from right to left (CLDR); one that nobody knows is not."""
    try:
        return str(Locale.parse(language).character_order) == "right-to-left"
    except (UnknownLocaleError, ValueError):
        return False


def _set(part: dict[str, Any], turned: bool) -> dict[str, Any]:
    """A part with its runs joined."""
    if part["type"] == "paragraph":
        return {**part, "spans": _joined(part["spans"], turned)}
    if part["type"] == "items":
        points = [
            {"spans": _joined(one["spans"], turned), "below": [_joined(line, turned) for line in one["below"]]}
            for one in part["points"]
        ]
        return {**part, "points": points}
    return part


def letter_data(notice: Notice, *, page: str, draft: str = "", code: str = "") -> LetterData:
    """`page`: the word before its number. `code`: of codes.code_of; printed above the address when given."""
    turned, title = runs_from_right(notice.language), clean(notice.title)
    above, body = head_and_body(notice.blocks)
    head = [_set(_part(block), turned) for block in above]
    own = {
        "head": head,
        "window": fits_window(above),
        "title": title,
        "language": notice.language,
        "page": page,
        "draft": draft,
        "turned": turned,
        "backwards": _backwards(head),
        "code": {"text": shown(code), "bars": code128.bars(code)} if code else None,
    }
    parts = tuple(_said(block, leads, turned) for block, leads in _leading(body))
    return LetterData(_json(own), parts, paper_of(notice), title)


@lru_cache(maxsize=4_096)
def _said(block: Block, leads: bool, turned: bool) -> str:
    """A part of the body. Letters have most of theirs in common."""
    return _json(_set(_part(block) | {"leads": leads}, turned))


def paper_of(notice: Notice) -> str:
    """US Letter for people in the United States, A4 elsewhere."""
    return "us-letter" if notice.cohort.residence.startswith("US") else "a4"


def sheet(letters: Sequence[LetterData], *, title: str, author: str, language: str) -> str:
    """What letter.typ is given: letters on one kind of paper; a part that many share stands in it once."""
    places: dict[str, int] = {}
    entries = []
    for letter in letters:
        body = ",".join([str(places.setdefault(part, len(places))) for part in letter.parts])
        entries.append(f'{{"body":[{body}],"letter":{letter.own}}}')
    about = _json({"title": title, "author": author, "language": language, "paper": letters[0].paper})
    return f'{about[:-1]},"parts":[{",".join(places)}],"letters":[{",".join(entries)}]}}'


def _json(value: Any) -> str:
    """As RFC 8785 for what stands in letters: texts, whole numbers, yes and no, under ASCII keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _backwards(head: list[dict[str, Any]]) -> bool:
    """Whether the address runs from right to left: most of its lines do."""
    lines = [part for part in head if part["role"].startswith("recipient")]
    runs = [_runs_backwards("".join(span["text"] for span in part["spans"])) for part in lines]
    return sum(runs) * 2 > len(runs)


def _runs_backwards(text: str) -> bool:
    """By its first letter that has a direction."""
    strong = (unicodedata.bidirectional(sign) for sign in text)
    return next((kind in ("R", "AL") for kind in strong if kind in ("L", "R", "AL")), False)
