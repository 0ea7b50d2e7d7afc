"""Decisions with their reasons, and notes. Neither is ever edited: a newer decision replaces an older one."""

from datetime import datetime

from django.db import transaction

from breachdesk.case.app.actions.opening import still_open
from breachdesk.case.app.models import Case, Decision, Note
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write


@transaction.atomic
def decide(
    case: Case,
    title: str,
    *,
    decided: str,
    reasons: str,
    at: datetime,
    by: Hand,
    considered: str = "",
    privileged: bool = False,
    replaces: Decision | None = None,
) -> Decision:
    """What was decided, why, what else was considered, and when. A decision that replaces another is as privileged as
    that one: otherwise who may read only one of them would be misled.

    Raises Refused for a moment to come, without reasons, or when another has replaced the older one already."""
    still_open(case)
    for field, said in (("title", title), ("decided", decided), ("reasons", reasons)):
        if not said.strip():
            raise Refused("decisions.refused.incomplete", field=field)
    if at > by.at:
        raise Refused("decisions.refused.to_come", field="at")
    if replaces is not None:
        older = Decision.objects.select_for_update().get(id=replaces.id)
        if older.replaced_by.exists():
            raise Refused("decisions.refused.replaced")
        privileged = older.privileged
    made = Decision.objects.create(
        case=case,
        title=title.strip(),
        decided=decided,
        reasons=reasons,
        considered=considered,
        at=at,
        by=by.actor.name,
        written_at=by.at,
        privileged=privileged,
        replaces=replaces,
    )
    write(
        "case.decision.taken",
        by=by,
        case=case.number,
        refs={"decision": made.id, "replaces": replaces.id if replaces else None},
        payload={
            "title": made.title,
            "decided": decided,
            "reasons": reasons,
            "considered": considered,
            "at": at,
        },
        privileged=privileged,
    )
    return made


@transaction.atomic
def note(case: Case, text: str, *, by: Hand, privileged: bool = False) -> Note:
    """Something worth keeping. Raises Refused when there is nothing in it."""
    still_open(case)
    if not text.strip():
        raise Refused("decisions.refused.empty", field="text")
    made = Note.objects.create(case=case, text=text, by=by.actor.name, at=by.at, privileged=privileged)
    write(
        "case.note.written",
        by=by,
        case=case.number,
        refs={"note": made.id},
        payload={"text": text},
        privileged=privileged,
    )
    return made
