"""What the worker does for the law: judge a case after a change, every open one once a day; remind of deadlines."""

import logging

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from breachdesk.case.app.models import Case, State
from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import HOUSE, Entry, Via
from breachdesk.law.app import actions, reminders
from breachdesk.law.app.kept import the_law
from breachdesk.law.app.models import Standing
from breachdesk.law.app.standing import lock

_LOG = logging.getLogger(__name__)


@app.task(name="law.judge", queue="law")
def judge(case: str, because: int | None = None) -> None:
    """Judge one case. A fault is tried again with the next change, and once a day."""
    found = Case.objects.filter(number=case).first()
    if found is not None:
        actions.judge(found, by=Hand(HOUSE, Via.FLOW, clock.now()), because=because)


def follow(entry: Entry, by: Hand) -> None:
    """Something the law looks at has changed: the case is judged anew as soon as that is committed (flow.py)."""
    soon(entry.case, because=entry.seq)


def soon(case: str, because: int | None = None) -> None:
    """Put one judgement of the case into the queue, in the transaction that runs. One that waits already is enough: it
    will see this change too (actions.judge waits for its commit)."""
    try:
        with transaction.atomic():
            judge.configure(lock=lock(case), queueing_lock=lock(case)).defer(case=case, because=because)
    except AlreadyEnqueued:
        pass


@app.periodic(cron="17 3 * * *", periodic_id="law.daily")
@app.task(name="law.judge_all", queue="law")
def judge_all(timestamp: int) -> None:
    """Law changes with time, and packs with an upgrade: every open case is judged once a day, each in its own turn."""
    for number in Case.objects.filter(state=State.OPEN).order_by("number").values_list("number", flat=True):
        soon(number)


@app.periodic(cron="*/5 * * * *", periodic_id="law.remind")
@app.task(name="law.remind", queue="law", lock="law.remind")
def remind(timestamp: int) -> None:
    """Every five minutes: remind of deadlines, and have cases judged anew that were judged by other packs. A case that
    cannot be told of keeps no other back, and is tried again in five minutes."""
    now = clock.now()
    for case in Case.objects.filter(id__in=reminders.candidates(now)):
        try:
            actions.remind(case, by=Hand(HOUSE, Via.FLOW, now))
        except reminders.NotSent:
            _LOG.exception("reminders of case %s were not sent", case.number)
    other = Standing.objects.filter(last=True, case__state=State.OPEN).exclude(packs_sha256=the_law().sha256)
    for number in other.values_list("case__number", flat=True):
        soon(number)
