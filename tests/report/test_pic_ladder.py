"""The ladder of deadlines: what is said at the left of a rung never runs into its label, in either language."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from breachdesk.ground.shelf import our_shelf
from breachdesk.report import words as sayings
from breachdesk.report.pictures import ladder
from breachdesk.report.pictures.canvas import breadth
from breachdesk.report.rungs import Rung, State

NOW = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
SPANS = (
    timedelta(hours=-11, minutes=-59), timedelta(hours=-2, minutes=-29), timedelta(minutes=-59), timedelta(days=-400),
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("span", SPANS)
def test_the_time_left_ends_before_the_label(language: str, span: timedelta) -> None:
    words = sayings.read(our_shelf(), language)
    rung = Rung((), NOW + span, State.LATE, "Tell Mastercard", "other", 148, "contract")
    drawn = str(ladder.draw([rung], words, NOW))
    wide = drawn[: drawn.index("</svg>")]
    found = {text: float(x) for x, text in re.findall(r'<text x="([\d.]+)"[^>]*>([^<]+)', wide)}
    told = ladder.left(rung, words, NOW)
    at, label = found[told], found["Tell Mastercard"]
    assert at + breadth(told, 15, heavy=True) < label
