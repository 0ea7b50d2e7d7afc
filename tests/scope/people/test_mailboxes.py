"""Two spellings of one mailbox, only where their provider says so."""

import polars as pl
import pytest

from breachdesk.ground.shelf import our_shelf
from breachdesk.scope.people.rows import mailbox, mailboxes

KNOWN = mailboxes(our_shelf())


def one(written: str) -> str | None:
    return mailbox(pl.Series([written]), KNOWN).item()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Anna.Berg@Example.ORG", "anna.berg@example.org"),
        (" <anna@example.org> ", "anna@example.org"),
        ("mailto:anna@example.org", "anna@example.org"),
        ("Anna.Berg+shop@gmail.com", "annaberg@gmail.com"),
        ("annaberg@googlemail.com", "annaberg@gmail.com"),
        ("anna.berg+shop@outlook.com", "anna.berg@outlook.com"),
        ("anna+shop@example.org", "anna+shop@example.org"),
        ("anna@ya.ru", "anna@yandex.ru"),
    ],
)
def test_a_mailbox_is_compared_as_its_provider_compares_it(written: str, compared: str) -> None:
    assert one(written) == compared
    assert one(compared) == compared


def test_a_column_of_providers_keeps_each_to_its_own_rules() -> None:
    column = pl.Series(["a.b@gmail.com", "a.b@example.org", None])
    assert mailbox(column, KNOWN).to_list() == ["ab@gmail.com", "a.b@example.org", None]
