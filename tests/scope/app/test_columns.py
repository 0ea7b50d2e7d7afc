"""What a column holds in truth is said with a reason, counts with the next reading, and can be taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.scope.app import actions, columns
from breachdesk.scope.app.models import ColumnSaid, Run
from tests.cast import AT, browser, hand
from tests.scope.app import filling

SHOP = (
    b"id,name,email,second,colour\n"
    b"1,Ada Petrova,ada@example.org,ben@example.org,red\n"
    b"2,Ben Ode,,,green\n"
    b"3,Cara Lund,cara@example.org,dan@example.net,red\n"
)


def lost(run: Run) -> dict[str, int]:
    return dict((run.summary or {})["people"]["by_element"])


def test_a_corrected_column_changes_people_and_elements_stays_with_new_evidence_and_is_taken_back(cast: Any) -> None:
    filling.take(cast.bakery, cast.ada, SHOP, "shop.csv")
    first = filling.read(cast.bakery, cast.ada)
    number, lead = cast.bakery.number, browser(cast.ada)
    address = f"/case/{number}/sources/0/columns/"
    assert "colour" in lead.get(f"{address}?column=colour").content.decode()
    said = {"source": "E-001/shop.csv", "column": "colour", "meaning": "religion", "reason": "codes of a parish"}
    assert lead.post(address, said).status_code == 302
    assert lead.post(address, {**said, "column": "name", "meaning": "name/full"}).status_code == 302
    sources = lead.get(f"/case/{number}/sources/").content.decode()
    assert "codes of a parish" in sources
    assert 'value="read"' in sources

    # counting anew is not enough: the evidence itself is read again
    again = actions.read_evidence(cast.bakery, by=hand(cast.ada), again=True)
    assert not again.again
    actions.stop(again, by=hand(cast.ada))
    second = filling.read(cast.bakery, cast.ada)
    assert "religion" not in lost(first)
    assert (first.people, second.people, second.new, second.gone) == (2, 3, 1, 0)  # Ben, whom nobody saw before
    assert (lost(second)["religion"], lost(second)["name"], lost(second)["email"]) == (3, 3, 2)
    page = lead.get(f"/case/{number}/people/changed/").content.decode()
    assert "Religious" in page
    assert "1 person came" in page
    assert "Ode" not in page
    judged = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'law.judge' AND status = 'todo'"
    with connection.cursor() as cursor:
        cursor.execute(judged)
        assert cursor.fetchone()[0] == 1  # the duties follow

    # other evidence comes: it stands
    filling.take(cast.bakery, cast.ada, b"email,of\nnew@example.org,x\n", "more.csv")
    third = filling.read(cast.bakery, cast.ada)
    assert lost(third)["religion"] == 3
    assert (third.new, third.gone) == (1, 0)
    assert "1 person came" in lead.get(f"/case/{number}/people/changed/").content.decode()

    # and is taken back
    one = ColumnSaid.objects.get(case=cast.bakery, column="colour")
    back = f"/case/{number}/sources/corrections/column/{one.id}/back/"
    lead.post(back, {"reason": " "})
    one.refresh_from_db()
    assert one.last
    lead.post(back, {"reason": "colours after all"})
    one.refresh_from_db()
    assert (one.last, one.back_reason, one.back_by) == (False, "colours after all", cast.ada.email)
    assert "religion" not in lost(filling.read(cast.bakery, cast.ada))
    kinds = Line.objects.filter(type__contains="corr").order_by("seq").values_list("type", flat=True)
    assert list(kinds) == ["scope.column.corrected", "scope.column.corrected", "scope.correction.withdrawn"]


def test_who_is_on_the_list_no_more_is_told(cast: Any) -> None:
    filling.take(cast.bakery, cast.ada, SHOP, "shop.csv")
    filling.take(cast.bakery, cast.ada, b"email,of\nx@example.org,a\ny@example.org,b\n", "noise.csv")
    before = filling.read(cast.bakery, cast.ada)
    said = {
        "source": "E-002/noise.csv",
        "column": "email",
        "meaning": "nothing",
        "reason": "a test list",
        "by": hand(cast.ada),
    }
    columns.correct(cast.bakery, before, **said)
    after = filling.read(cast.bakery, cast.ada)
    assert (before.people, after.people, after.new, after.gone) == (4, 2, 0, 2)
    page = browser(cast.ada).get(f"/case/{cast.bakery.number}/people/changed/").content.decode()
    assert "2 people went" in page


def test_only_what_was_read_can_be_corrected_to_what_exists_with_a_reason(cast: Any) -> None:
    filling.take(cast.bakery, cast.ada, SHOP, "shop.csv")
    filling.take(cast.bakery, cast.ada, b"hello, it is Ada, ada@example.org\nthank you\n", "chat.txt")
    run = filling.read(cast.bakery, cast.ada)
    good = {"source": "E-001/shop.csv", "column": "colour", "meaning": "religion", "reason": "why"}
    for wrong, key in (
        ({"column": "no"}, "no_column"),
        ({"source": "E-009/x"}, "no_column"),
        ({"meaning": "religious"}, "no_meaning"),
        ({"reason": " "}, "no_reason"),
        ({"source": "E-002/chat.txt", "column": "text"}, "no_meaning"),  # a line speaks of many things
    ):
        with pytest.raises(Refused, match=key):
            columns.correct(cast.bakery, run, by=hand(cast.ada), **{**good, **wrong})
    assert not ColumnSaid.objects.exists()
    columns.correct(cast.bakery, run, by=hand(cast.ada), **good)
    columns.correct(cast.bakery, run, by=hand(cast.ada), **{**good, "meaning": "politics"})
    assert columns.meant(cast.bakery) == {"E-001/shop.csv": {"colour": "politics"}}
    old = ColumnSaid.objects.get(meaning="religion")
    with pytest.raises(Refused, match="not_last"):
        actions.take_back(old, reason="why", by=hand(cast.ada))
    assert not columns.waiting(cast.bakery, Run(made_at=AT + timedelta(days=1)))
    assert columns.waiting(cast.bakery, Run(made_at=AT - timedelta(days=1)))


def test_a_residence_that_was_corrected_wrongly_is_taken_back(cast: Any) -> None:
    filling.take(cast.bakery, cast.ada)
    filling.read(cast.bakery, cast.ada)
    one = actions.correct(cast.bakery, "BE", found="FR", reason="a warehouse", by=hand(cast.ada))
    number = cast.bakery.number
    browser(cast.ada).post(f"/case/{number}/sources/corrections/residence/{one.id}/back/", {"reason": "it is not"})
    assert actions.corrections(cast.bakery) == {"persons": {}, "places": {}}
    assert "it is not" in browser(cast.ada).get(f"/case/{number}/people/").content.decode()
