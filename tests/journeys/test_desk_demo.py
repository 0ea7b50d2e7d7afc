"""`serve --demo`: an empty desk is filled by the real engines; the link alone lets one be anybody of its cast."""

from typing import Any

import pytest
from django.conf import settings

from breachdesk.case.app.models import Case
from breachdesk.ground import clock
from breachdesk.journal.app.judging import judge_journal
from breachdesk.journal.app.models import Line
from breachdesk.law.app import standing
from breachdesk.scope.app import actions as scope
from breachdesk.web import demo
from tests.cast import browser

pytestmark = pytest.mark.slow


def test_the_demo_is_a_breach_half_worked_through(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert demo.needed()
    case = demo.fill(clock.now())
    assert not demo.needed()
    run = scope.last(case)
    assert run is not None
    assert run.people is not None
    assert run.people >= demo.PEOPLE
    last = standing.last(case)
    assert last is not None
    assert last.counts["owed"] > 20
    assert standing.waiting(case).filter(due__gt=clock.now()).exists()
    assert not judge_journal().faults
    assert Line.objects.filter(case=case.number).count() > 40
    monkeypatch.setattr(settings, "DEMO", "a-secret")
    assert browser().get("/demo/another/").status_code == 404
    nobody = browser()
    assert "Ada Sommer" in nobody.get("/demo/a-secret/").content.decode()
    answer: Any = nobody.post("/demo/a-secret/", {"who": "cara@bakery-north.example"})
    assert answer["Location"] == f"/case/{Case.objects.get().number}/"
    assert nobody.get(f"/case/{case.number}/people/").status_code == 200
    assert nobody.get(f"/case/{case.number}/team/").status_code in (200, 403)


def test_without_a_demo_there_is_no_such_way_in(desk: str) -> None:
    assert settings.DEMO == ""
    assert browser().get("/demo//").status_code == 404
    assert browser().get("/demo/x/").status_code == 404
