"""Tasks: one thing, one person, one time. Mine first, the overdue ones in a word; privileged ones are not there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from breachdesk.case.app.actions import tasks
from breachdesk.case.app.models import Case, State, Task
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.staff.rights import Role
from tests.cast import AT, browser, hand


def page(who: Any, address: str, language: str = "en") -> str:
    answer = browser(who, language).get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_a_task_is_written_down_done_and_opened_again_each_with_one_entry(cast: Any) -> None:
    case, client, before = cast.bakery, browser(cast.ada), Line.objects.count()
    client.post(
        f"/case/{case.number}/tasks/new/",
        {"title": "Change all keys", "owner": cast.cara.id, "due": "2026-11-21T09:30", "note": "41 of them"},
    )
    task = Task.objects.get()
    assert (task.owner, task.due) == (cast.cara, datetime(2026, 11, 21, 8, 30, tzinfo=UTC))  # Berlin's clock
    at = f"/case/{case.number}/tasks/{task.id}/"
    browser(cast.cara).post(at, {"do": "finish", "finish-outcome": "All 41 changed"})
    task.refresh_from_db()
    assert (task.done_by, task.outcome) == (cast.cara.email, "All 41 changed")
    answer = client.post(at, {"do": "reopen", "reopen-reason": " "})
    assert "Please fill this in." in answer.content.decode()
    client.post(at, {"do": "reopen", "reopen-reason": "Two were forgotten"})
    task.refresh_from_db()
    assert task.done_at is None
    written = list(Line.objects.filter(seq__gt=before).order_by("seq").values_list("type", "actor"))
    assert written == [
        ("case.task.made", cast.ada.email),
        ("case.task.finished", cast.cara.email),
        ("case.task.reopened", cast.ada.email),
    ]


def test_a_change_tells_what_stood_there_before_and_no_change_tells_nothing(cast: Any) -> None:
    case, by = cast.bakery, hand(cast.ada)
    task = tasks.make_task(case, "Change all keys", owner=cast.cara, by=by)
    tasks.change_task(task, title="Change all keys", owner=cast.ben, due=AT, by=by)
    line = Line.objects.latest("seq")
    assert b'"owner_before":"cara@bakery.example"' in bytes(line.payload or b"")
    tasks.change_task(task, title="Change all keys", owner=cast.ben, due=AT, by=by)
    assert Line.objects.latest("seq").seq == line.seq


def test_mine_come_first_and_the_overdue_are_said_in_a_word(cast: Any) -> None:
    case, by = cast.bakery, hand(cast.ada)
    tasks.make_task(case, "Of Ben, soon", owner=cast.ben, due=AT + timedelta(days=3650), by=by)
    tasks.make_task(case, "Of Ada, later", owner=cast.ada, due=AT + timedelta(days=3700), by=by)
    tasks.make_task(case, "Of Ada, late", owner=cast.ada, due=AT - timedelta(days=1), by=by)
    said = page(cast.ada, f"/case/{case.number}/tasks/")
    assert said.index("Of Ada, late") < said.index("Of Ada, later") < said.index("Of Ben, soon")
    assert said.count('class="mark late">overdue') == 1
    assert "3 tasks are open. 2 of them are yours. 1 is overdue." in said
    assert "Открыты 3 задачи. Ваших из них 2. Просрочена 1." in page(cast.ada, f"/case/{case.number}/tasks/", "ru")


def test_the_list_narrows_by_owner_and_state_and_minds_no_nonsense(cast: Any) -> None:
    case, by = cast.bakery, hand(cast.ada)
    tasks.make_task(case, "Of Ben", owner=cast.ben, by=by)
    tasks.finish_task(tasks.make_task(case, "Done by Ada", owner=cast.ada, by=by), "", by=by)
    at = f"/case/{case.number}/tasks/"
    assert "Done by Ada" not in page(cast.ada, at)
    assert "Done by Ada" in page(cast.ada, f"{at}?state=done")
    said = page(cast.ada, f"{at}?owner={cast.ben.id}&state=all")
    assert "Of Ben" in said
    assert "Done by Ada" not in said
    assert "No task is like that" in page(cast.ada, f"{at}?owner=nobody")
    page(cast.ada, f"{at}?owner=99999999999999999999&state=%00&page=-7&owner=\N{ARABIC-INDIC DIGIT ONE}")


def test_who_may_not_read_privileged_things_learns_nothing_of_them(cast: Any) -> None:
    case, by = cast.bakery, hand(cast.ada)
    task = tasks.make_task(case, "Call the insurer's lawyer", privileged=True, owner=cast.ben, by=by)
    at = f"/case/{case.number}/tasks/"
    assert "Call the insurer" in page(cast.ben, at)
    assert "Call the insurer" not in page(cast.cara, f"{at}?state=all")
    assert "No task is open." in page(cast.cara, at)
    assert browser(cast.cara).get(f"{at}{task.id}/").status_code == 404
    assert browser(cast.cara).post(f"{at}{task.id}/", {"do": "finish"}).status_code == 404
    assert Line.objects.latest("seq").privileged
    assert "privileged" not in page(cast.cara, f"{at}new/")


def test_a_task_goes_only_to_somebody_who_may_do_it(cast: Any) -> None:
    case, by = cast.bakery, hand(cast.ada)
    with pytest.raises(Refused, match="not_in_case"):
        tasks.make_task(case, "Anything", owner=cast.dan, by=by)
    with pytest.raises(Refused, match="not_privileged"):
        tasks.make_task(case, "Anything", owner=cast.cara, privileged=True, by=by)
    from breachdesk.case.app import actions

    actions.let_in(case, cast.dan, Role.AUDITOR, by=by)
    with pytest.raises(Refused, match="only_reads"):
        tasks.make_task(case, "Anything", owner=cast.dan, by=by)
    answer = browser(cast.ada).post(f"/case/{case.number}/tasks/new/", {"title": "x", "owner": cast.dan.id})
    assert "This could not be read" in answer.content.decode()
    assert not Task.objects.exists()


def test_a_closed_case_takes_no_task(cast: Any) -> None:
    case, by = cast.bakery, hand(cast.ada)
    task = tasks.make_task(case, "Change all keys", by=by)
    Case.objects.filter(id=case.id).update(state=State.CLOSED)
    with pytest.raises(Refused, match="closed"):
        tasks.finish_task(task, "", by=by)
    client = browser(cast.ada)
    client.post(f"/case/{case.number}/tasks/{task.id}/", {"do": "finish", "page": "/"})
    assert "is closed. Open it again" in client.get("/").content.decode()
    task.refresh_from_db()
    assert task.done_at is None


def test_a_long_list_is_paged_with_few_questions_to_the_database(cast: Any) -> None:
    case = cast.bakery
    Task.objects.bulk_create(
        Task(case=case, title=f"Task {n}", owner=cast.ben, made_at=AT, made_by="x") for n in range(120)
    )
    client = browser(cast.ada)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        said = client.get(f"/case/{case.number}/tasks/?page=2").content.decode()
    assert "Page 2 of 3" in said
    assert said.count('scope="row"') == 50
    assert len(asked) <= 20
