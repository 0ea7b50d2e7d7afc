from itertools import product

import pytest

from breachdesk.law import answer
from breachdesk.law.answer import Answer
from breachdesk.law.bounds import Bounds

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
_AS_SETS = {YES: {True}, NO: {False}, UNKNOWN: {True, False}}


def _of(values: set[bool]) -> Answer:
    return next(a for a, v in _AS_SETS.items() if v == values)


@pytest.mark.parametrize(("a", "b"), list(product(Answer, Answer)))
def test_the_algebra_is_that_of_not_knowing_which(a: Answer, b: Answer) -> None:
    """Each answer is the set of values still possible: and, or, not are taken over all of them."""
    assert a & b is _of({x and y for x in _AS_SETS[a] for y in _AS_SETS[b]})
    assert a | b is _of({x or y for x in _AS_SETS[a] for y in _AS_SETS[b]})
    assert ~a is _of({not x for x in _AS_SETS[a]})


def test_nothing_to_ask_is_yes_for_all_and_no_for_some() -> None:
    assert answer.every([]) is YES
    assert answer.some([]) is NO


@pytest.mark.parametrize("op", ["gt", "gte", "lt", "lte", "eq"])
@pytest.mark.parametrize(("low", "high"), [(0, 0), (3, 5), (5, 5), (5, 9), (6, 6), (0, 9), (4, 4)])
def test_a_count_between_bounds_is_unknown_only_where_both_answers_are_possible(op: str, low: int, high: int) -> None:
    compare = {
        "gt": lambda x: x > 5,
        "gte": lambda x: x >= 5,
        "lt": lambda x: x < 5,
        "lte": lambda x: x <= 5,
        "eq": lambda x: x == 5,
    }[op]
    assert Bounds(low, high).compare(op, 5) is _of({compare(x) for x in range(low, high + 1)})


@pytest.mark.parametrize(
    ("low", "op", "expected"), [(6, "gt", YES), (5, "gt", UNKNOWN), (6, "lt", NO), (0, "lt", UNKNOWN)]
)
def test_without_an_upper_bound_only_the_lower_one_can_settle(low: int, op: str, expected: Answer) -> None:
    assert Bounds(low, None).compare(op, 5) is expected
