"""The fact sheet of a case: versions stay, unknown is an answer, and the sheet is what a facts.yaml would hold."""

from threading import Thread
from typing import Any

import pytest
from django.db import connection

from breachdesk.case.app import actions
from breachdesk.case.app.models import Answer, State
from breachdesk.case.app.sheet import facts_of
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from tests.cast import AT, hand


def test_a_newer_answer_counts_and_the_older_stays(cast: Any) -> None:
    by = hand(cast.ada)
    actions.answer_fact(cast.bakery, "data.encrypted", False, by=by, source="export of the shop")
    actions.answer_fact(cast.bakery, "data.encrypted", True, by=by, why="the backup was")
    assert facts_of(cast.bakery)["data.encrypted"] is True
    assert list(Answer.objects.filter(fact="data.encrypted").values_list("value", "last")) == [
        (False, False),
        (True, True),
    ]
    assert Line.objects.filter(type="case.fact.answered", case=cast.bakery.number).count() == 2


def test_unknown_is_an_answer_and_leaves_the_sheet_without_the_fact(cast: Any) -> None:
    actions.answer_fact(cast.bakery, "data.key_taken", True, by=hand(cast.ada))
    actions.answer_fact(cast.bakery, "data.key_taken", None, known=False, by=hand(cast.ben), why="logs are gone")
    assert "data.key_taken" not in facts_of(cast.bakery)


def test_the_same_answer_again_is_no_new_version(cast: Any) -> None:
    for _ in range(2):
        actions.answer_fact(cast.bakery, "data.encrypted", False, by=hand(cast.ada))
    assert Answer.objects.count() == 1
    assert Line.objects.filter(type="case.fact.answered").count() == 1


def test_awareness_is_that_of_the_decision_unless_the_sheet_says_another(cast: Any) -> None:
    actions.decide_aware(cast.bakery, AT, reason="the sample matches", by=hand(cast.ada))
    assert facts_of(cast.bakery)["time.aware"] == "2026-11-20T18:05:00Z"
    actions.answer_fact(cast.bakery, "time.aware", "2026-11-19T10:00:00Z", by=hand(cast.ada))
    assert facts_of(cast.bakery)["time.aware"] == "2026-11-19T10:00:00Z"


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("no.such", True, "facts.refused.no_such_fact"),
        ("data.encrypted", None, "facts.refused.no_value"),
        ("organisation", {"name": "x" * 20_000}, "facts.refused.too_long"),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_is_kept(cast: Any, name: str, value: Any, key: str) -> None:
    with pytest.raises(Refused) as refused:
        actions.answer_fact(cast.bakery, name, value, by=hand(cast.ada))
    assert refused.value.key == key
    assert not Answer.objects.exists()


def test_a_closed_case_takes_no_answer(cast: Any) -> None:
    cast.bakery.state = State.CLOSED
    cast.bakery.save()
    with pytest.raises(Refused, match="closed"):
        actions.answer_fact(cast.bakery, "data.encrypted", True, by=hand(cast.ada))


def test_two_answers_at_once_leave_one_that_counts(cast: Any) -> None:
    case, by = cast.bakery, hand(cast.ada)

    def say(value: bool) -> None:
        actions.answer_fact(case, "data.encrypted", value, by=by)
        connection.close()

    threads = [Thread(target=say, args=(number % 2 == 0,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert Answer.objects.filter(fact="data.encrypted", last=True).count() == 1
