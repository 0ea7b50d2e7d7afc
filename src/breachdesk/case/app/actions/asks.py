"""Four eyes: what cannot be undone is asked for by one person, approved by another, and then done once.

An ask that nobody answered lapses after seven days, and so does an approval that nobody used.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string

from breachdesk.case.app.models import Ask, Case, State
from breachdesk.ground.canonical import canonical
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.staff.app import post
from breachdesk.staff.app.models import Account
from breachdesk.staff.rights import RIGHTS, Act, Role

CLOSE, REOPEN, ERASE, RELEASE, UNMASK_BULK = "close", "reopen", "erase", "release", "unmask_bulk"
ERASE_ENTRY, SEND, PUBLISH, PROVE = "erase_entry", "send", "publish", "prove"
#: What is done by four eyes only, and the right that asking for it needs.
DEEDS: Mapping[str, Act] = {
    CLOSE: Act.END,
    REOPEN: Act.END,
    ERASE: Act.END,
    RELEASE: Act.END,
    UNMASK_BULK: Act.UNMASK,
    ERASE_ENTRY: Act.END,
    SEND: Act.TELL,
    PUBLISH: Act.TELL,
    PROVE: Act.UNMASK,
}
#: In which states of a case a deed may be asked for: others while it is open.
STATES: Mapping[str, tuple[State, ...]] = {
    REOPEN: (State.CLOSED,),
    ERASE: (State.CLOSED,),
    ERASE_ENTRY: (State.OPEN, State.CLOSED, State.ERASED),
}
LIVES = timedelta(days=7)
APPROVED, REFUSED, WITHDRAWN = "approved", "refused", "withdrawn"
What = Mapping[str, str | int]


@transaction.atomic
def ask(case: Case, deed: str, what: What, *, reason: str, by: Hand) -> Ask:
    """Ask for a deed. `what` says to what exactly, in names and plain values: the approval is good for that alone.

    Raises Refused without a reason, without the right, or while the same is asked or approved already."""
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    asker = _who(case, by, DEEDS[deed])
    state = Case.objects.select_for_update(no_key=True).get(id=case.id).state  # two who ask at once are one ask
    if state not in STATES.get(deed, (State.OPEN,)):
        raise Refused("asks.refused.not_now")
    if alive(case, by).filter(deed=deed, what=dict(what)).exists():
        raise Refused("asks.refused.asked")
    made = Ask.objects.create(
        case=case,
        deed=deed,
        what=dict(what),
        reason=reason,
        asker=asker,
        asked_by=by.actor.name,
        asked_at=by.at,
    )
    write(
        "case.ask.made",
        by=by,
        case=case.number,
        refs={"ask": made.id},
        payload={"deed": deed, "what": canonical(made.what).decode(), "reason": reason},
    )
    enders = [role.value for role in Role if Act.END in RIGHTS[role]]
    for member in case.members.filter(role__in=enders, ended_at=None, account__is_active=True):
        if member.account_id != asker.id:
            _mail(made, "asked", member.account)
    return made


def _mail(ask: Ask, kind: str, to: Account) -> None:
    """That it waits, or was answered: where and what, never why, as mail is read by others too."""
    said = {"ask": ask, "kind": kind, "deed": f"asks.deeds.{ask.deed}", "language": to.language}
    said |= {"answer": f"asks.states.{ask.answer}", "site": settings.SITE_URL}
    subject = render_to_string("case/mail/ask_subject.txt", said)
    post.post(to.email, subject, render_to_string("case/mail/ask.txt", said))


@transaction.atomic
def answer(ask: Ask, *, approved: bool, reason: str, by: Hand) -> Ask:
    """Approve or refuse what somebody else asked for. Refusing needs a reason.

    Raises Refused for whoever asked, whatever their role is by now; for whoever may not end a case; when it was
    answered already, or lapsed."""
    now = _locked(ask)
    account = _who(now.case, by, Act.END)
    if account.id == now.asker_id:
        raise Refused("asks.refused.own")
    _unanswered(now, by)
    if not approved and not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    now.answer = APPROVED if approved else REFUSED
    now.answered_by, now.answered_at, now.answer_reason = by.actor.name, by.at, reason
    now.save(update_fields=["answer", "answered_by", "answered_at", "answer_reason"])
    write(
        "case.ask.answered",
        by=by,
        case=now.case.number,
        refs={"ask": now.id},
        payload={"deed": now.deed, "answer": now.answer, "reason": reason},
    )
    if now.asker.is_active:
        _mail(now, "answered", now.asker)
    return now


@transaction.atomic
def withdraw(ask: Ask, *, by: Hand) -> Ask:
    """Whoever asked asks no longer, also when it was approved and not done yet. Raises Refused for anybody else."""
    now = _locked(ask)
    account = Account.objects.filter(email=by.actor.name).first()
    if account is None or account.id != now.asker_id:
        raise Refused("asks.refused.not_yours")
    if now.used_at is not None or now.answer in (REFUSED, WITHDRAWN):
        raise Refused("asks.refused.answered")
    now.answer, now.answered_by, now.answered_at, now.answer_reason = WITHDRAWN, by.actor.name, by.at, ""
    now.save(update_fields=["answer", "answered_by", "answered_at", "answer_reason"])
    write("case.ask.withdrawn", by=by, case=now.case.number, refs={"ask": now.id}, payload={"deed": now.deed})
    return now


def use(case: Case, deed: str, what: What, *, by: Hand) -> Ask:
    """Use up the approval of exactly this deed. Call it inside the transaction of the deed, before anything is done,
    and put the id of the ask into the `refs` of the entry.

    Raises Refused when there is no approval that still holds: none was given, it was used, or it lapsed; and for
    whoever could not have asked for it."""
    with transaction.atomic():
        _who(case, by, DEEDS[deed])
        found = (
            Ask.objects.select_for_update()
            .filter(case=case, deed=deed, what=dict(what), answer=APPROVED, used_at=None)
            .filter(answered_at__gt=by.at - LIVES)
            .order_by("answered_at")
            .first()
        )
        if found is None:
            raise Refused("asks.refused.no_approval")
        found.used_at = by.at
        found.save(update_fields=["used_at"])
        return found


def approved(case: Case, deed: str, what: What, *, by: Hand) -> Ask | None:
    """The approval of this deed that could be used now, or None."""
    return alive(case, by).filter(deed=deed, what=dict(what), answer=APPROVED).first()


def waiting(case: Case, by: Hand) -> "QuerySet[Ask]":
    """Asks nobody has answered, and that have not lapsed."""
    return alive(case, by).filter(answer="")


def alive(case: Case, by: Hand) -> "QuerySet[Ask]":
    """Unanswered or approved, not used, not lapsed."""
    since = by.at - LIVES
    return Ask.objects.filter(
        Q(answer="", asked_at__gt=since) | Q(answer=APPROVED, answered_at__gt=since), case=case, used_at=None
    )


def _unanswered(ask: Ask, by: Hand) -> None:
    if ask.answer:
        raise Refused("asks.refused.answered")
    if ask.asked_at <= by.at - LIVES:
        raise Refused("asks.refused.lapsed")


def _locked(ask: Ask) -> Ask:
    return Ask.objects.select_for_update(of=("self",)).select_related("case").get(id=ask.id)


def _who(case: Case, by: Hand, act: Act) -> Account:
    """The account of the hand. Raises Refused when it may not do that in the case, by its role of now."""
    member = case.members.filter(account__email=by.actor.name, account__is_active=True, ended_at=None).first()
    if member is None or act not in RIGHTS[Role(member.role)]:
        raise Refused("asks.refused.no_right")
    account: Account = member.account
    return account
