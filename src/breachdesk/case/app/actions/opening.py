"""Opening a case, and who may enter it. Each action is one transaction with one entry of the journal."""

from datetime import datetime

from django.db import connection, transaction

from breachdesk.case.app.models import Case, Membership, Number, State
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.staff.app.models import Account
from breachdesk.staff.rights import Role


@transaction.atomic
def open_case(title: str, *, lead: Account, by: Hand, zone: str = "UTC", signal: str = "") -> Case:
    """A new case with its lead. `signal`: the number of the signal it came from."""
    case = Case.objects.create(
        number=_next_number(by.at.year), title=title, zone=zone, opened_at=by.at, opened_by=by.actor.name
    )
    Membership.objects.create(case=case, account=lead, role=Role.LEAD, since=by.at)
    write(
        "case.case.opened",
        by=by,
        case=case.number,
        refs={"signal": signal} if signal else {},
        payload={"title": title, "lead": lead.email, "zone": zone},
    )
    return case


def _next_number(year: int) -> str:
    count, _ = Number.objects.select_for_update().get_or_create(year=year, defaults={"count": 0})
    count.count += 1
    count.save(update_fields=["count"])
    return f"{year}-{count.count:03}"


@transaction.atomic
def decide_aware(case: Case, at: datetime, *, reason: str, by: Hand) -> Case:
    """From when the organisation counts as aware of the breach: a dated, reasoned decision by a named person.

    Raises Refused for an instant to come, and without a reason."""
    still_open(case, alone=True)
    if at > by.at:
        raise Refused("case.refused.aware_to_come", field="at")
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    before = case.aware_at
    case.aware_at, case.aware_by, case.aware_reason = at, by.actor.name, reason
    case.save(update_fields=["aware_at", "aware_by", "aware_reason"])
    write("case.aware.decided", by=by, case=case.number, payload={"at": at, "before": before, "reason": reason})
    return case


@transaction.atomic
def let_in(case: Case, account: Account, role: Role, *, by: Hand, note: str = "") -> Membership:
    """Somebody may enter the case from now on; whoever is in it already gets the new role.

    Also in a closed case, whose data somebody still looks after. Raises Refused when nobody would be left to lead."""
    Case.objects.select_for_update(no_key=True).get(id=case.id)  # two leads who dismiss each other: one stays
    now = case.members.filter(account=account, ended_at=None).first()
    if now is not None:
        if now.role == role and now.note == note:
            return now
        _keeps_a_lead(case, now, role)
        now.ended_at = by.at
        now.save(update_fields=["ended_at"])
    member = Membership.objects.create(case=case, account=account, role=role, note=note, since=by.at)
    write("case.member.admitted", by=by, case=case.number, payload={"who": account.email, "role": role, "note": note})
    return member


@transaction.atomic
def let_out(case: Case, account: Account, *, by: Hand, reason: str = "") -> None:
    """Somebody may enter the case no longer. Raises Refused when nobody would be left to lead."""
    Case.objects.select_for_update(no_key=True).get(id=case.id)  # two leads who dismiss each other: one stays
    now = case.members.filter(account=account, ended_at=None).first()
    if now is None:
        raise Refused("case.refused.not_in_case", who=account.email)
    _keeps_a_lead(case, now, None)
    now.ended_at = by.at
    now.save(update_fields=["ended_at"])
    write("case.member.dismissed", by=by, case=case.number, payload={"who": account.email, "reason": reason})


def _keeps_a_lead(case: Case, member: Membership, role: Role | None) -> None:
    if member.role != Role.LEAD or role == Role.LEAD:
        return
    if not case.members.filter(role=Role.LEAD, ended_at=None).exclude(id=member.id).exists():
        raise Refused("case.refused.last_lead")


def still_open(case: Case, *, alone: bool = False) -> None:
    """Raises Refused when the case is closed: nothing is written to it until it is opened again.

    Must run inside a transaction. It is asked of the database, and holds until the transaction ends: many may write at
    once, and whoever closes the case waits for them. `alone`: nobody else may write to the case until then; asked for
    by an action that changes the case itself, or what stands in it once."""
    kind = "FOR NO KEY UPDATE" if alone else "FOR SHARE"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT state FROM case_case WHERE id = %s {kind}", [case.id])  # noqa: S608  # nosec B608
        found = cursor.fetchone()
    if found is None or found[0] != State.OPEN:
        raise Refused("case.refused.closed", number=case.number)
