"""The page a letter is drawn on: what text, HTML and PDF have in common, as plain data."""

from typing import Any

from breachdesk.notify.blocks import Block, Heading, Paragraph, Span
from breachdesk.notify.organisation import clean

SMALLEST_TYPE_POINTS = 10.5  # of any run in letter.typ and letter.css; California asks for 10 or more
HEAD_ROLES = ("sender", "recipient", "recipient-minor", "date")


def head_and_body(blocks: tuple[Block, ...]) -> tuple[list[Paragraph], list[Block]]:
    """What stands above the title (sender, recipient, date), and the letter itself."""
    head = [block for block in blocks if isinstance(block, Paragraph) and block.role in HEAD_ROLES]
    return head, [block for block in blocks if not (isinstance(block, Paragraph) and block.role in HEAD_ROLES)]


def drawn(blocks: tuple[Block, ...]) -> dict[str, list[dict[str, Any]]]:
    """`head` and `body` as JSON data, for the drawers."""
    head, body = head_and_body(blocks)
    parts = [_part(block) for block in head]
    for place, part in enumerate(parts):
        part["first"] = place == 0 or parts[place - 1]["role"] != part["role"]
    return {"head": parts, "body": [_part(block) for block in body]}


def _part(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"type": "heading", "text": clean(block.text), "level": block.level}
    if isinstance(block, Paragraph):
        return {"type": "paragraph", "role": block.role, "spans": _spans(block.spans)}
    points = [{"spans": _spans(item.spans), "below": [_spans(line) for line in item.below]} for item in block.items]
    return {"type": "items", "role": block.role, "ordered": block.ordered, "points": points}


def _spans(spans: tuple[Span, ...]) -> list[dict[str, Any]]:
    return [
        {"text": _seen(span.text), "kind": span.kind.value, "strong": span.strong, "url": span.url} for span in spans
    ]


def _seen(text: str) -> str:
    """Without characters that cannot be seen; the spaces at both ends belong to the sentence and stay."""
    before, after = text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
    return before + clean(text) + after if text.strip() else " " * bool(text)
