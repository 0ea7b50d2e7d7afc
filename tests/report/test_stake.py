"""What is at stake by law, on the page: ranges with their sources, in both languages, nothing acted upon."""

from dataclasses import replace

import pytest

from breachdesk.law.exposure import Amount, Exposure
from breachdesk.report.page import render
from tests.report.bakery import account
from tests.report.reading import read

STAKE = Exposure(
    order="eu.gdpr",
    jurisdiction="EU",
    title="GDPR",
    duties=("eu.gdpr.art33",),
    citation="GDPR Art 83(4)",
    words=("<b>also</b> an order",),
    amounts=(
        Amount(
            what="late notice", who="organisation", kind="fine", per="case", currency="EUR", low=0, high=None,
            fixed=10_000_000, share=(0, 2), share_of="worldwide", which="higher", people=None, reckoned=False,
            prison=False, sure=False, confidence="verified",
        ),
    ),
    mitigates=("what was done to help",),
    notes=(),
    sources=("https://example.org",),
    checked_on="2026-11-22",
    sure=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            ("up to 10,000,000 EUR or 2 % of the worldwide turnover, the higher of the two", "only if a missing fact"),
        ),
        ("ru", ("до 10 000 000 EUR", "Это границы, не прогноз")),
    ],
)
def test_what_is_at_stake_stands_there_as_ranges_with_their_sources(language: str, said: tuple[str, ...]) -> None:
    page = render(replace(account(), exposures=(STAKE,)), language)
    text = read(page).text().replace("\xa0", " ").replace("\u202f", " ")
    for words in (*said, "GDPR Art 83(4)", "https://example.org", "<b>also</b> an order", "2026-11-22"):
        assert words in text, words


def test_nothing_at_stake_and_not_yet_reckoned_are_two_things() -> None:
    none, pending = (read(render(replace(account(), exposures=told), "en")).text() for told in ((), None))
    assert "does not mean that nothing can be imposed" in none
    assert "has not been worked out yet" in pending
