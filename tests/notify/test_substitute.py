"""When the public may be told instead of each person: cost, number, missing addresses, as each law says."""

import pytest

from breachdesk.law.answer import Answer
from breachdesk.notify.library import our_library
from breachdesk.notify.substitute import Crowd, instead

LIBRARY = our_library()


@pytest.mark.parametrize(
    ("law", "crowd", "answer"),
    [
        ("us-ca", Crowd(500_000, 50, 0), Answer.NO),  # 250,000 USD and 500,000 people: neither is more
        ("us-ca", Crowd(500_001, 1, 0), Answer.YES),
        ("us-ca", Crowd(250_001, 100, 0), Answer.YES),
        ("us-ca", Crowd(250_000, 100, 0), Answer.NO),
        ("us-ca", Crowd(10, 100, 1), Answer.YES),
        ("us-ca", Crowd(10, None, 0), Answer.UNKNOWN),
        ("us-ca", Crowd(None, None, 0), Answer.UNKNOWN),
        ("us-me", Crowd(1_001, 1, 0), Answer.YES),
        ("us-id", Crowd(50_000, 50, 0), Answer.NO),
        ("us-vt", Crowd(10_001, 100, 0), Answer.YES),
        ("us-vt", Crowd(2_000, 100, 0), Answer.NO),
        ("us-ut", Crowd(9_000_000, 100, 0), Answer.UNKNOWN),  # no number: somebody judges
        ("hipaa", Crowd(100, 100, 9), Answer.NO),
        ("hipaa", Crowd(100, 100, 10), Answer.YES),
        ("jp", Crowd(10, None, 0), Answer.UNKNOWN),
    ],
)
def test_each_boundary(law: str, crowd: Crowd, answer: Answer) -> None:
    (told,) = instead([LIBRARY.rules[law]], crowd, library=LIBRARY)
    assert told.allowed is answer
    assert told.parts
    assert told.why


def test_what_is_missing_is_named_by_its_key_in_the_fact_sheet() -> None:
    (told,) = instead([LIBRARY.rules["us-ca"]], Crowd(10, None, None), library=LIBRARY)
    assert told.missing == ("organisation.letters.cost_cents", "organisation.letters.without_address")
    assert "30 days" in told.parts[1].en
    assert "30 дней" in told.parts[1].ru


def test_a_law_without_such_a_rule_says_nothing() -> None:
    assert instead([LIBRARY.rules["ru"]], Crowd(10, 10, 10), library=LIBRARY) == ()
