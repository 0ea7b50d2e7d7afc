"""Cohorts of letters: by place, elements and age, with stable names that say nothing of a person."""

import re

from hypothesis import given
from hypothesis import strategies as st

from breachdesk.notify.cohorts import merge, slug
from breachdesk.notify.library import our_library
from breachdesk.scope.shapes import Cohort

WORDS = our_library().vocabulary


def test_languages_and_unknown_ages_are_merged_and_minors_stay_apart() -> None:
    lost = frozenset({"email", "name"})
    merged = merge(
        [
            Cohort("DE", lost, "de", "no", 3),
            Cohort("DE", lost, "ru", "unknown", 2),
            Cohort("DE", lost, "de", "yes", 1),
            Cohort("DE", frozenset(), "de", "no", 9),
            Cohort("FR", lost, "fr", "no", 0),
        ],
        WORDS,
    )
    assert [(one.count, one.minor, dict(one.languages)) for one in merged] == [
        (5, False, {"de": 3, "ru": 2}),
        (1, True, {"de": 1}),
    ]
    assert merged[0].elements == ("name", "email")


@given(
    residence=st.text(max_size=30),
    elements=st.lists(st.sampled_from(list(WORDS.elements)), min_size=1, unique=True),
    minor=st.booleans(),
)
def test_a_slug_is_short_safe_and_the_same_in_any_order(residence: str, elements: list[str], minor: bool) -> None:
    name = slug(residence, elements, minor)
    assert re.fullmatch(r"[a-z0-9-]{1,80}", name)
    assert name == slug(residence, list(reversed(elements)), minor)
    assert name != slug(residence, elements, not minor)
