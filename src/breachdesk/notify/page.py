"""The page a letter is drawn on: what text, HTML and PDF have in common, as plain data."""

from typing import Any

from breachdesk.notify.blocks import Block, Heading, Paragraph, Span, plain
from breachdesk.notify.organisation import clean

SMALLEST_TYPE_POINTS = 10.5  # of any run in letter.typ and letter.css; California asks for 10 or more
HEAD_ROLES = ("sender", "recipient", "recipient-minor", "date")


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
    parts = [_part(block) for block in head]
    points = [_part(block) for block in body]
    for part, following in zip(points, [*points[1:], {}], strict=True):
        part["leads"] = part["type"] == "paragraph" and following.get("type") == "items"  # stays with its list
    return {"head": parts, "body": points, "window": fits_window(head)}


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
