"""When at the rate it goes a sending will miss its deadline, the team hears of it while something can be done."""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string

from breachdesk.journal.app.actions import Hand, write
from breachdesk.notify.app.models import Sending
from breachdesk.notify.app.progress import Progress, progress
from breachdesk.staff.app.alarms import alarm
from breachdesk.staff.rights import Role

_LOG = logging.getLogger(__name__)
_TOLD = (Role.LEAD, Role.COUNSEL, Role.COMMUNICATIONS)
#: A rate says something only after some minutes of going; and standing still is told of before the end.
_SETTLED = timedelta(minutes=10)
_STANDING = timedelta(hours=24)


def look(sending: Sending, *, by: Hand) -> bool:
    """Tell the team, once for each deadline; whether it did. A letter that cannot go is tried again next minute."""
    if sending.due is None or sending.alarmed_for == sending.due or sending.begun_at is None:
        return False
    found = progress(sending, by.at)
    if not _misses(sending, found, by):
        return False
    with transaction.atomic():
        held = Sending.objects.select_for_update(of=("self",)).select_related("case").get(id=sending.id)
        if held.alarmed_for == held.due:
            return False
        mailed, failed = _mail(held, found, by)
        taken = alarm(*written(held, found, by, settings.LANGUAGE_CODE, held.case.zone)) if settings.ALARMS else 0
        if not mailed and not taken and (failed or settings.ALARMS):
            return False
        held.alarmed_for = held.due
        held.save(update_fields=["alarmed_for"])
        write(
            "notify.sending.delayed",
            by=by,
            case=held.case.number,
            refs={"sending": held.number},
            payload={
                "due": held.due,
                "done_at": found.done_at,
                "left": found.counts.unresolved,
                "to": mailed,
                "failed": failed,
                "alarms": taken,
            },
        )
    return True


def _misses(sending: Sending, found: Progress, by: Hand) -> bool:
    """Whether it surely will: by its rate, or because the deadline is near, or past, and nothing goes."""
    if sending.due is None or sending.begun_at is None or not found.counts.unresolved:
        return False
    if by.at > sending.due:
        return True
    if found.done_at is not None:
        return found.late and by.at - sending.begun_at >= _SETTLED
    return sending.due - by.at < _STANDING and by.at - sending.begun_at >= _SETTLED


def _mail(sending: Sending, found: Progress, by: Hand) -> tuple[list[str], int]:
    """Whom it reached, and how many it did not."""
    roles = [one.value for one in _TOLD]
    members = sending.case.members.filter(ended_at=None, account__is_active=True, role__in=roles)
    accounts = [one.account for one in members.select_related("account").order_by("id")]
    if not settings.EMAIL_HOST:
        return [], 0
    mailed = list[str]()
    try:
        with get_connection() as connection:
            for account in accounts:
                subject, text = written(sending, found, by, account.language, account.zone)
                letter = EmailMessage(subject, text, to=[account.email], connection=connection)
                letter.extra_headers["Auto-Submitted"] = "auto-generated"
                try:
                    letter.send()
                except SMTPException as error:
                    _LOG.warning("an alarm of a sending could not be mailed (%s)", type(error).__name__)
                else:
                    mailed.append(account.email)
    except (SMTPException, OSError) as error:
        _LOG.warning("no alarm of a sending could be mailed (%s)", type(error).__name__)
    return mailed, len(accounts) - len(mailed)


def written(sending: Sending, found: Progress, by: Hand, language: str, zone: str) -> tuple[str, str]:
    """Subject and text, in a language."""
    told = {
        "sending": sending,
        "now": by.at,
        "language": language,
        "zone": zone,
        "site": settings.SITE_URL,
        "past": sending.due is not None and by.at > sending.due,
        "left": found.counts.unresolved,
        "done_at": found.done_at,
    }
    subject = " ".join(render_to_string("notify/mail/late_subject.txt", told).split())
    return subject, render_to_string("notify/mail/late.txt", told)
