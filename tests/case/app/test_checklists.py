"""Checklists: 122 points, each ticked, not needed with a reason, done by a fact, or made a task of."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from breachdesk.case.app import actions as cases
from breachdesk.case.app import points
from breachdesk.case.app.actions import tasks
from breachdesk.case.app.models import Answer, Task, Ticked
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from tests.cast import AT, browser, hand


def test_every_phase_has_its_page_in_both_languages(cast: Any) -> None:
    case = cast.bakery
    for language in ("en", "ru"):
        client = browser(cast.ada, language)
        for phase in points.phases():
            answer = client.get(f"/case/{case.number}/tasks/checklists/{phase.id}/")
            assert answer.status_code == 200
            said = answer.content.decode()
            for point in phase.points:
                assert f'id="{point.id}"' in said
    assert browser(cast.ada).get(f"/case/{case.number}/tasks/checklists/nothing/").status_code == 404


def test_a_point_is_ticked_and_opened_again_and_the_journal_keeps_both(cast: Any) -> None:
    case, client = cast.bakery, browser(cast.cara)
    at = f"/case/{case.number}/tasks/checklists/notice/"
    answer = client.post(at, {"do": "done", "point": "notice.take_in", "note": "All three reports"})
    assert answer["Location"] == f"{at}#notice.take_in"
    said = client.get(at).content.decode()
    assert "All three reports" in said
    assert "Noted: done." in said
    assert points.progress(case)[0].settled == 1
    client.post(at, {"do": "untick", "point": "notice.take_in"})
    assert points.progress(case)[0].settled == 0
    assert [line.type for line in Line.objects.order_by("-seq")[:2]] == ["case.point.unticked", "case.point.ticked"]
    with pytest.raises(Refused, match="not_ticked"):
        tasks.untick(case, "notice.take_in", by=hand(cast.cara))


def test_not_needed_wants_a_reason(cast: Any) -> None:
    case, client = cast.bakery, browser(cast.ada)
    at = f"/case/{case.number}/tasks/checklists/police/"
    point = points.phase("police").points[0].id  # type: ignore[union-attr]
    client.post(at, {"do": "not_needed", "point": point, "note": " ", "page": at})
    assert not Ticked.objects.exists()
    assert "Write the reason" in client.get(at).content.decode()
    client.post(at, {"do": "not_needed", "point": point, "note": "Nothing was stolen"})
    assert Ticked.objects.get().answer == "not_needed"


def test_what_is_no_point_of_the_phase_changes_nothing(cast: Any) -> None:
    case, client, before = cast.bakery, browser(cast.ada), Line.objects.count()
    at = f"/case/{case.number}/tasks/checklists/notice/"
    before = Line.objects.count()
    for point in ("confirm.sample", "notice.made_up", "", "\x00"):
        client.post(at, {"do": "done", "point": point})
    client.post(at, {"do": "explode", "point": "notice.take_in"})
    client.post(at, {"do": "done", "point": "notice.take_in", "note": "x" * 5000})
    assert Line.objects.count() == before


def test_a_point_shows_as_done_once_its_fact_is_answered_and_not_when_nobody_knows(cast: Any) -> None:
    case = cast.bakery
    answer = Answer.objects.create(case=case, fact="time.detected", known=False, at=AT, by="x")
    assert points.progress(case)[0].settled == 0
    answer.known = True
    answer.save()
    assert points.progress(case)[0].settled == 1
    said = browser(cast.ada).get(f"/case/{case.number}/tasks/checklists/notice/").content.decode()
    assert "done: the fact is answered" in said


def test_a_task_made_of_a_point_knows_its_words_and_its_time(cast: Any) -> None:
    case = cast.bakery
    now = hand(cast.ada).at
    client = browser(cast.ada, "ru")
    from breachdesk.ground import clock

    cases.decide_aware(case, now, reason="The sample is ours", by=hand(cast.ada, at=clock.now()))
    point = points.find("police.report") or points.phases()[8].points[0]
    said = client.get(f"/case/{case.number}/tasks/new/?point={point.id}").content.decode()
    assert point.text["ru"][:60] in said
    client.post(f"/case/{case.number}/tasks/new/", {"title": "Сходить в полицию", "point": point.id})
    task = Task.objects.get()
    assert task.point == point.id
    phase = client.get(f"/case/{case.number}/tasks/checklists/police/").content.decode()
    assert f"/tasks/{task.id}/" in phase


def test_points_say_how_late_they_are_once_awareness_is_decided(cast: Any) -> None:
    case = cast.bakery
    at = f"/case/{case.number}/tasks/checklists/notice/"
    assert "overdue" not in browser(cast.ada).get(at).content.decode()
    cases.decide_aware(case, AT, reason="The sample is ours", by=hand(cast.ada))
    said = browser(cast.ada).get(at).content.decode()
    assert said.count('class="mark late">overdue') == len([p for p in points.phases()[0].points if p.by_hours])


def test_two_who_tick_at_once_leave_one_tick_that_counts(cast: Any) -> None:
    case, by, errors = cast.bakery, hand(cast.ada), []

    def go() -> None:
        try:
            tasks.tick(case, "notice.take_in", by=by)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(4)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert not errors
    assert Ticked.objects.filter(last=True).count() == 1
    assert Ticked.objects.count() == 4


def test_the_pages_ask_the_database_little(cast: Any) -> None:
    case = cast.bakery
    for point in points.phases()[0].points:
        tasks.make_task(case, "x", owner=cast.ben, point=point.id, by=hand(cast.ada))
    client = browser(cast.ada)
    for address in ("", "notice/"):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/case/{case.number}/tasks/checklists/{address}").status_code == 200
        assert len(asked) <= 15
