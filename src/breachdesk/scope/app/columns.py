"""Columns of the evidence of a case: what each was found to hold, and what somebody says who knows better."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from breachdesk.case.app.actions import still_open
from breachdesk.case.app.models import Case
from breachdesk.ground import elements
from breachdesk.ground.refused import Refused
from breachdesk.ground.shelf import our_shelf
from breachdesk.journal.app.actions import Hand, write
from breachdesk.scope.app.models import ColumnSaid, Run
from breachdesk.scope.detectors.meanings import NOTHING, on

_TEXT = "text"


@dataclass(frozen=True, slots=True)
class Seen:
    """A column as the last reading saw it. `said`: the correction that counts."""

    name: str
    found: tuple[tuple[str, int], ...]  # (element, rows)
    reason: str
    said: ColumnSaid | None


def sources(run: Run | None) -> list[dict[str, Any]]:
    """Sources of the summary, as the run read them."""
    return list((run.summary or {}).get("sources", ())) if run else []


def seen(case: Case, source: dict[str, Any]) -> Iterator[Seen]:
    said = {one.column: one for one in case.columns_said.filter(last=True, source=source["source"])}
    fields: dict[str, list[dict[str, Any]]] = {}
    for one in source["fields"]:
        fields.setdefault(one["field"], []).append(one)
    for name, here in fields.items():
        found = tuple((one["element"], one["count"]) for one in here if one["element"])
        yield Seen(name, found, "; ".join(one["reason"] for one in here if one["reason"]), said.get(name))


def meanings(source: dict[str, Any]) -> list[str]:
    """What a column of this source may be said to be. A line of running text speaks of many things: of it one can only
    say that nothing personal stands there."""
    return [NOTHING] if source["kind"] == _TEXT else list(on(our_shelf()))


def titled(meaning: str, words: Any) -> str:
    """`Name: given name`, in words."""
    if meaning == NOTHING:
        return str(words.say("scope.columns.nothing"))
    element, _, part = meaning.partition("/")
    known = elements.vocabulary()
    title = known[element].title(words.language) if element in known else element
    return f"{title}: {words.say(f'scope.parts.{part}')}" if part else title


@transaction.atomic
def correct(
    case: Case, run: Run | None, *, source: str, column: str, meaning: str, reason: str, by: Hand
) -> ColumnSaid:
    """A column holds something else than was found. It counts with the next reading, which reads the evidence anew.

    Raises Refused for a column that was not read, a meaning that does not exist, and without a reason."""
    still_open(case)
    found = next((one for one in sources(run) if one["source"] == source), None)
    if found is None or column not in (one["field"] for one in found["fields"]):
        raise Refused("scope.refused.no_column")
    if meaning not in meanings(found):
        raise Refused("scope.refused.no_meaning", field="meaning")
    if not reason.strip():
        raise Refused("scope.refused.no_reason", field="reason")
    Case.objects.select_for_update(no_key=True).get(id=case.id)
    ColumnSaid.objects.filter(case=case, source=source, column=column, last=True).update(last=False)
    said = ColumnSaid.objects.create(
        case=case, source=source, column=column, meaning=meaning, reason=reason, by=by.actor.name, at=by.at
    )
    write(
        "scope.column.corrected",
        by=by,
        case=case.number,
        refs={"column": said.id},
        payload={"source": source, "name": column, "meaning": meaning, "reason": reason},
    )
    return said


def meant(case: Case) -> dict[str, dict[str, str]]:
    """As the engine takes them. A meaning that the shelf has no more is left out: the page tells of it."""
    known, said = on(our_shelf()), dict[str, dict[str, str]]()
    for one in ColumnSaid.objects.filter(case=case, last=True):
        if one.meaning in known:
            said.setdefault(one.source, {})[one.column] = one.meaning
    return said


def waiting(case: Case, run: Run | None) -> bool:
    """Whether columns were corrected, or corrections taken back, since this run was asked for."""
    return run is not None and case.columns_said.filter(Q(at__gt=run.made_at) | Q(back_at__gt=run.made_at)).exists()
