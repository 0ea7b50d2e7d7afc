"""Answering a fact: every answer is a version with who, when, why and from where; unknown is an answer too."""

import json
from typing import Any

from django.db import transaction

from breachdesk.case.app.actions.opening import still_open
from breachdesk.case.app.models import Answer, Case
from breachdesk.case.app.sheet import vocabulary
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write

#: A value, as JSON, in bytes: no fact of the sheet comes near it.
MOST = 16_384


@transaction.atomic
def answer_fact(
    case: Case, name: str, value: Any, *, by: Hand, known: bool = True, why: str = "", source: str = ""
) -> Answer:
    """A new version of the answer to `name`; the same answer again makes none. `value` is what a facts.yaml would hold.

    Raises Refused for a fact that does not exist, a value that is too long, a closed case."""
    still_open(case, alone=True)  # two answers at once come one after the other
    if name not in vocabulary():
        raise Refused("facts.refused.no_such_fact", name=name[:120])
    if known and value is None:
        raise Refused("facts.refused.no_value", field="value")
    value = value if known else None
    if len(json.dumps(value)) > MOST:
        raise Refused("facts.refused.too_long", field="value")
    before = Answer.objects.filter(case=case, fact=name, last=True).first()
    if before is not None:
        if (before.known, before.value, before.why, before.source) == (known, value, why, source):
            return before
        before.last = False
        before.save(update_fields=["last"])
    answer = Answer.objects.create(
        case=case, fact=name, known=known, value=value, why=why, source=source, at=by.at, by=by.actor.name
    )
    write(
        "case.fact.answered",
        by=by,
        case=case.number,
        refs={"fact": name},
        payload={"known": known, "value": json.dumps(value, ensure_ascii=False), "why": why, "source": source},
    )
    return answer
