"""A page that is written again is the page that would be written for the first time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from breachdesk.report.kept import Kept
from breachdesk.report.page import render
from breachdesk.report.shapes import Account, Filed
from tests.report.bakery import account


def filed(told: Account) -> Account:
    assert told.duties is not None
    one = next(duty for duty in told.duties.duties if duty.due is not None)
    return replace(told, filed={one.id: Filed(told.at, "N-4711", late=False)})


def unasked(told: Account) -> Account:
    assert told.duties is not None
    return replace(told, duties=replace(told.duties, questions=()))


def reworded(told: Account) -> Account:
    assert told.duties is not None
    return replace(
        told,
        duties=replace(told.duties, duties=tuple(replace(duty, title="Otherwise") for duty in told.duties.duties)),
    )


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    "change",
    [
        filed,
        unasked,
        reworded,
        lambda told: replace(told, at=told.at + timedelta(days=9)),
        lambda told: replace(told, drafts=()),
        lambda told: replace(told, unfinished="filings"),
    ],
    ids=["filed", "unasked", "reworded", "later", "no drafts", "unfinished"],
)
def test_what_was_drawn_before_changes_nothing(language: str, change: Callable[[Account], Account]) -> None:
    kept = Kept()
    first = account(language)
    before = render(first, language, kept=kept)
    after = render(change(first), language, kept=kept)
    assert after == render(change(first), language)
    assert after != before
    assert render(first, language, kept=kept) == before


def test_a_row_is_drawn_once() -> None:
    kept = Kept()
    render(account(), "en", kept=kept)
    drawn = {key: id(html) for key, (_, html) in kept.rows.items()}
    render(replace(account(), unfinished="filings"), "en", kept=kept)
    assert {key: id(html) for key, (_, html) in kept.rows.items()} == drawn
    assert {key for _, key in drawn} == {duty.id for duty in (account().duties or pytest.fail("none")).duties}
