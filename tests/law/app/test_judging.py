"""A case is judged by what it holds, once for each change, and what the change did is kept and told."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from breachdesk.authorities.app.models import Filing
from breachdesk.case.app import actions as cases
from breachdesk.journal.app.actions import write
from breachdesk.journal.app.models import Line
from breachdesk.journal.app.reading import lines
from breachdesk.law.app import actions, standing, tasks
from breachdesk.law.app.models import Change, Deadline, Document, Standing
from tests.cast import hand
from tests.law.app.bakery import AT, BERLIN, answer, judge, lay


def entries(kind: str) -> list[dict[str, Any]]:
    return [one for line in lines() if (one := json.loads(line))["envelope"]["type"] == kind]


def test_what_the_law_asks_is_kept_with_its_deadlines_in_every_language(cast: Any) -> None:
    lay(cast.bakery)
    made = judge(cast.bakery)
    row = Deadline.objects.get(case=cast.bakery, duty=BERLIN)
    assert row.due is not None
    assert row.due.isoformat() == "2026-11-23T15:25:00+00:00"  # 72 hours after 16:25 in Berlin
    assert row.starts_at is not None
    assert row.due - row.starts_at == timedelta(hours=72)
    assert row.text("title", "ru") != row.text("title", "en")
    assert made.counts["owed"] == Deadline.objects.filter(case=cast.bakery, verdict="owed").count()
    assert not Deadline.objects.filter(verdict="not_owed").exists()
    for language in ("en", "ru"):
        told = standing.document(made, language)
        assert told["format"] == "breachdesk.duties/1"
        assert sum(made.counts.values()) == len(told["duties"])


def test_an_answer_shows_what_it_changed_and_why(cast: Any) -> None:
    lay(cast.bakery)
    judge(cast.bakery)
    answer(cast.bakery, breach__personal_data=False)
    later = judge(cast.bakery, AT + timedelta(hours=1), because=7)
    change = Change.objects.get(case=cast.bakery)
    assert (change.cause, change.facts, change.fresh) == ("facts", ["breach.personal_data"], True)
    fell = {one["id"]: one for one in change.told["en"]["changes"] if one["kind"] == "fell_away"}
    assert BERLIN in fell
    assert fell[BERLIN]["reasons"][0]["fact"] == "breach.personal_data"
    assert Deadline.objects.get(case=cast.bakery, duty=BERLIN).state == "overtaken"
    assert standing.next_due(cast.bakery, "en", AT) is None
    assert [one.id for one in Standing.objects.filter(case=cast.bakery, last=True)] == [later.id]
    assert set(Document.objects.values_list("standing", flat=True)) == {later.id}


def test_the_journal_tells_of_each_judgement_once_and_of_none_that_says_the_same(cast: Any) -> None:
    lay(cast.bakery)
    first = judge(cast.bakery)
    assert judge(cast.bakery, AT + timedelta(hours=1)).id == first.id
    assert len(entries("law.duties.judged")) == 1
    answer(cast.bakery, data__encrypted=True)
    judge(cast.bakery, AT + timedelta(hours=2), because=3)
    told = entries("law.duties.judged")[-1]
    assert told["envelope"]["refs"]["because"] == 3
    assert told["payload"]["cause"] == "facts"
    assert told["payload"]["facts"] == ["data.encrypted"]
    assert told["payload"]["owed"] >= 1


def test_a_fact_that_cannot_be_used_keeps_no_other_from_being_judged(cast: Any) -> None:
    lay(cast.bakery)
    answer(cast.bakery, time__detected="the day before yesterday")
    judge(cast.bakery)
    assert Deadline.objects.filter(duty=BERLIN, verdict="owed").exists()
    assert entries("law.duties.judged")[0]["payload"]["unread"] == ["time.detected"]


def test_the_decided_moment_of_awareness_starts_the_clocks(cast: Any) -> None:
    lay(cast.bakery)
    answer(cast.bakery, time__aware=None)
    cases.decide_aware(cast.bakery, AT - timedelta(hours=2), reason="the sample is ours", by=hand(cast.ada, at=AT))
    judge(cast.bakery)
    row = Deadline.objects.get(duty=BERLIN)
    assert row.due == AT + timedelta(hours=70)


def test_a_closed_case_is_judged_no_more(cast: Any) -> None:
    cast.bakery.state = "closed"
    cast.bakery.save()
    lay(cast.bakery)
    assert actions.judge(cast.bakery, by=hand(cast.ada)) is None
    assert not Standing.objects.exists()


def test_what_was_handed_in_is_no_deadline_any_more(cast: Any) -> None:
    lay(cast.bakery)
    judge(cast.bakery)
    filed = AT + timedelta(hours=2)
    filing(cast.bakery, BERLIN, filed)
    judge(cast.bakery, filed)
    row = Deadline.objects.get(duty=BERLIN)
    assert (row.state, row.filed_at, row.late) == ("filed", filed, False)
    assert standing.next_due(cast.bakery, "en", filed) is None


def filing(case: Any, duty: str, at: Any) -> Filing:
    return Filing.objects.create(
        case=case, duty=duty, ref="", form="x", stage="initial", state="sent", authority="x", language="en", title="x",
        name=f"filing-{duty}".replace(".", "-"), sha256="", inputs="", open=0, fields=0, made_at=at, sent_at=at,
    )  # fmt: skip


def test_one_judgement_waits_for_each_case_however_much_changes(cast: Any) -> None:
    nothing_waits(cast.bakery)
    with transaction.atomic():
        for _ in range(3):
            write("case.fact.answered", by=hand(cast.ada), case=cast.bakery.number)
    assert standing.working(cast.bakery)
    assert waiting(cast.bakery) == 1


def waiting(case: Any) -> int:
    return ProcrastinateJob.objects.filter(task_name="law.judge", args__case=case.number).count()


def nothing_waits(case: Any) -> None:
    """The case is there, and what its opening put into the queue is gone."""
    assert case
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_nothing_is_judged_when_the_change_itself_did_not_happen(cast: Any) -> None:
    nothing_waits(cast.bakery)
    with suppress(RuntimeError), transaction.atomic():
        write("case.fact.answered", by=hand(cast.ada), case=cast.bakery.number)
        raise RuntimeError
    assert not Line.objects.filter(type="case.fact.answered").exists()
    assert not standing.working(cast.bakery)


def test_every_open_case_is_judged_once_a_day(cast: Any) -> None:
    nothing_waits(cast.bakery)
    tasks.judge_all(timestamp=0)
    assert waiting(cast.bakery) == 1


def test_the_worker_judges_what_waits(cast: Any) -> None:
    lay(cast.bakery)
    tasks.soon(cast.bakery.number)
    work()
    assert Deadline.objects.filter(duty=BERLIN).exists()
    assert not standing.working(cast.bakery)


def work() -> None:
    """The real worker, until nothing waits. In a thread: a browser of another test may have its loop in this one."""
    from django.db import connection
    from procrastinate.contrib.django import app

    def run() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as worker:
            worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, queues=["law"])
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def test_the_line_on_top_costs_one_query(cast: Any) -> None:
    lay(cast.bakery)
    judge(cast.bakery)
    with CaptureQueriesContext(connection) as queries:
        found = standing.next_due(cast.bakery, "en", AT)
    assert len(queries) == 1
    assert found is not None
    assert (found["late"], found["soon"]) == (False, False)
    assert standing.next_due(cast.bakery, "en", AT + timedelta(hours=40))["soon"]  # type: ignore[index]
    assert standing.next_due(cast.bakery, "en", AT + timedelta(hours=60))["late"]  # type: ignore[index]


def test_changes_are_new_until_somebody_has_read_them(cast: Any) -> None:
    lay(cast.bakery)
    judge(cast.bakery)
    answer(cast.bakery, risk__gdpr="unlikely")
    judge(cast.bakery, AT + timedelta(hours=1))
    by = hand(cast.ben, "counsel", AT + timedelta(hours=2))
    assert actions.look_at_changes(cast.bakery, by=by) == 1
    assert actions.look_at_changes(cast.bakery, by=by) == 0
    assert Change.objects.get().seen_by == cast.ben.email
    assert len(entries("law.changes.read")) == 1
