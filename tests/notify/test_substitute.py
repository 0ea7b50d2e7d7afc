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
        ("gdpr", Crowd(10**6, 100, 10**6), Answer.UNKNOWN),  # disproportionate effort: no number says what that is
        # How many lack an address is known for the whole case: enough of them may live elsewhere.
        ("hipaa", Crowd(100, 100, None, 9), Answer.NO),
        ("hipaa", Crowd(100, 100, None, 10), Answer.UNKNOWN),
        ("us-ca", Crowd(500_001, 1, None, 1), Answer.YES),
        ("us-ca", Crowd(10, 1, None, 1), Answer.UNKNOWN),
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


def test_what_is_missing_is_not_asked_again_when_it_was_said_for_all() -> None:
    (told,) = instead([LIBRARY.rules["us-ca"]], Crowd(10, 1, None, 12), library=LIBRARY)
    assert told.missing == ()
    assert (
        told.why[0].en
        == "Addresses are missing for 12 people in all. Allowed if at least 1 of them live under this law."
    )
    assert "12 человек" in told.why[0].ru


@pytest.mark.parametrize("law", [rule.id for rule in LIBRARY.rules.values() if rule.substitute])
def test_each_way_says_what_to_keep_as_proof_and_how_long_it_lasts(law: str) -> None:
    rule = LIBRARY.rules[law]
    assert rule.substitute is not None
    (told,) = instead([rule], Crowd(), library=LIBRARY)
    assert [way.name for way in told.ways] == list(rule.substitute.parts)
    for way in told.ways:
        assert way.proof.en
        assert way.proof.ru
        if way.days:
            assert str(way.days) in way.words.en
            assert str(way.days) in way.words.ru
    if law == "hipaa":
        assert [way.days for way in told.ways] == [90, 90]


def test_a_law_without_such_a_rule_says_nothing() -> None:
    assert instead([LIBRARY.rules["ru"]], Crowd(10, 10, 10), library=LIBRARY) == ()
