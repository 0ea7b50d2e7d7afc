"""Letters as Markdown: holes are filled after the Markdown is read."""

import pytest

from breachdesk.ground.shelf import BadPack
from breachdesk.notify.blocks import Items, Kind, Paragraph, Span, plain
from breachdesk.notify.template import Filled, fill, holes, parse


def filled(text: str, value: str) -> list[object]:
    return list(fill(parse(text, "x.md"), lambda _: Filled((Span(value, Kind.NAME),)), role="r"))


def test_a_value_is_never_read_as_markdown() -> None:
    (only,) = filled("Ask {organisation.name} now.", "**x** [y](https://example.org) `z`")
    assert isinstance(only, Paragraph)
    assert plain(only.spans) == "Ask **x** [y](https://example.org) `z` now."
    assert not any(span.strong or span.url for span in only.spans)


def test_a_text_of_two_paragraphs_stays_two_when_it_stands_alone() -> None:
    assert len(filled("{a}", "one\n\ntwo")) == 2
    assert len(filled("Say {a}", "one\n\ntwo")) == 1


def test_lists_and_strong_words_are_kept() -> None:
    paragraph, points = filled("**Do** this:\n\n1. {a}\n2. b", "x")
    assert isinstance(paragraph, Paragraph)
    assert paragraph.spans[0] == Span("Do", Kind.PROSE, strong=True)
    assert isinstance(points, Items)
    assert points.ordered
    assert [plain(item.spans) for item in points.items] == ["x", "b"]


def test_holes_are_known_before_filling() -> None:
    assert holes(parse("{a.b} and {c}", "x.md")) == {"a.b", "c"}


@pytest.mark.parametrize("text", ["# Heading", "<b>x</b>", "[a](https://example.org)", "> q", "- a\n  - b", "`code`"])
def test_anything_else_in_a_letter_is_refused_with_its_file(text: str) -> None:
    with pytest.raises(BadPack, match=r"x\.md"):
        parse(text, "x.md")
