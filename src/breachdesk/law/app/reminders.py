"""Who is reminded of which deadline, and how they are told: by mail in their language, by the alarms of the house.

At half of the time whoever looks after the duty, at four fifths the leads too, at its end counsel and the alarms.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Value
from django.template.loader import render_to_string

from breachdesk.case.app.models import Case
from breachdesk.law.app import standing
from breachdesk.law.app.models import Deadline, Reminder
from breachdesk.staff.app.alarms import alarm
from breachdesk.staff.app.models import Account
from breachdesk.staff.rights import Role

STEPS = (50, 80, 100)
_LOG = logging.getLogger(__name__)
_MOST = 40  # deadlines told of in one letter


class NotSent(Exception):
    """Nobody could be told: the mail server and the alarm channels took nothing."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A deadline that has reached a step: 50, 80 or 100 per cent of its time."""

    deadline: Deadline
    step: int
    due: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """Whom the letters reached, how many did not go, how many alarm channels took it."""

    mailed: tuple[str, ...]
    failed: int
    alarms: int

    @property
    def told(self) -> int:
        return len(self.mailed) + self.alarms


def step_of(one: Deadline, now: datetime) -> int | None:
    """The last step that has been reached; None before half of the time."""
    if one.due is None:
        return None
    start = min(one.starts_at or one.due, one.due)
    gone = 100.0 if now >= one.due else 100 * (now - start) / (one.due - start)
    return max((step for step in STEPS if gone >= step), default=None)


def reached(case: Case, now: datetime) -> list[Reached]:
    """What is to be reminded of now: of each deadline the last step only, and never again for the same due time."""
    told = set(Reminder.objects.filter(case=case).values_list("duty", "due", "step"))
    found = []
    for one in standing.waiting(case).filter(remote=False).select_related("owner"):
        step = step_of(one, now)
        if step is None or one.due is None:
            continue
        if not any((one.duty, one.due, later) in told for later in STEPS if later >= step):
            found.append(Reached(one, step, one.due))
    return found


def candidates(now: datetime) -> list[int]:
    """Ids of the open cases with a deadline of which half of the time is gone."""
    here = Value(now, output_field=DateTimeField())
    gone = ExpressionWrapper(here - F("starts_at"), output_field=DurationField())
    left = ExpressionWrapper(F("due") - here, output_field=DurationField())
    found = Deadline.objects.filter(
        state="open", verdict="owed", remote=False, due__isnull=False, starts_at__isnull=False, case__state="open"
    )
    past = found.annotate(gone=gone, left=left).filter(gone__gte=F("left"))
    return sorted(set(past.values_list("case_id", flat=True)))


def tell(case: Case, reached: Sequence[Reached], now: datetime) -> Sent:
    """Send the letters and the alarms. Raises NotSent when there was somebody to tell and nobody could be told."""
    letters = _letters(case, reached)
    mailed, failed = _mail(case, letters, now) if settings.EMAIL_HOST else ((), 0)
    last = [one for one in reached if one.step == STEPS[-1]]
    alarms = alarm(*written(case, last, now, settings.LANGUAGE_CODE, case.zone)) if last and settings.ALARMS else 0
    if not mailed and not alarms and (failed or (last and settings.ALARMS)):
        raise NotSent(f"no reminder of case {case.number} could be sent")
    return Sent(tuple(mailed), failed, alarms)


def _letters(case: Case, reached: Sequence[Reached]) -> dict[Account, list[Reached]]:
    """By whom it goes to. Only who is in the case now hears of it."""
    members = case.members.filter(ended_at=None, account__is_active=True).select_related("account").order_by("id")
    roles = {one.account: Role(one.role) for one in members}
    letters: dict[Account, list[Reached]] = {}
    for one in reached:
        owner = one.deadline.owner if one.deadline.owner in roles else None
        heard = {Role.LEAD} if owner is None or one.step >= STEPS[1] else set()
        if one.step == STEPS[-1]:
            heard.add(Role.COUNSEL)
        for account, role in roles.items():
            if account == owner or role in heard:
                letters.setdefault(account, []).append(one)
    return letters


def _mail(case: Case, letters: dict[Account, list[Reached]], now: datetime) -> tuple[list[str], int]:
    """One letter each. One that cannot go keeps no other back."""
    mailed: list[str] = []
    with get_connection() as connection:
        for account, some in letters.items():
            subject, text = written(case, some, now, account.language, account.zone)
            letter = EmailMessage(subject, text, to=[account.email], connection=connection)
            letter.extra_headers["Auto-Submitted"] = "auto-generated"
            try:
                letter.send()
            except (SMTPException, OSError) as error:
                _LOG.warning("a reminder could not be sent (%s)", type(error).__name__)
            else:
                mailed.append(account.email)
    return mailed, len(letters) - len(mailed)


def written(case: Case, some: Sequence[Reached], now: datetime, language: str, zone: str) -> tuple[str, str]:
    """Subject and text, in a language: without values of anybody, everything from people made visible."""
    told = {
        "case": case,
        "now": now,
        "language": language,
        "zone": zone,
        "site": settings.SITE_URL,
        "late": any(one.step == STEPS[-1] for one in some),
        "count": len(some),
        "rows": [
            {
                "title": one.deadline.text("title", language),
                "recipient": one.deadline.text("recipient", language),
                "due": standing.local(one.deadline, case),
                "step": one.step,
                "duty": one.deadline.duty,
            }
            for one in some[:_MOST]
        ],
        "more": max(0, len(some) - _MOST),
    }
    subject = " ".join(render_to_string("law/mail/reminder_subject.txt", told).split())
    return subject, render_to_string("law/mail/reminder.txt", told)
