"""Having evidence read, correcting what was found, opening the list. The reading itself is the worker's (tasks.py)."""

import secrets
from typing import Any

from django.db import transaction

from breachdesk.case.app.actions import still_open
from breachdesk.case.app.models import Case
from breachdesk.ground import places
from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealError
from breachdesk.journal.app.actions import Hand, write
from breachdesk.scope import kept
from breachdesk.scope.app import columns, comparing, tasks
from breachdesk.scope.app.models import OPEN, Better, ColumnSaid, Correction, Run, State
from breachdesk.scope.kept import PeopleList
from breachdesk.vault.app import keys
from breachdesk.vault.app.models import Item
from breachdesk.vault.store import BadVault

_SHOWN = 25  # of those who came, or went: each may lie in a group of rows of its own, which is read whole


@transaction.atomic
def read_evidence(case: Case, *, by: Hand, again: bool = False) -> Run:
    """Have all evidence of the case read; `again`: only corrections came, so what was found is counted anew.

    Raises Refused while a run is under way, without evidence, in a closed case."""
    still_open(case, alone=True)  # two runs that are asked for at once are one
    if Run.objects.filter(case=case, state__in=OPEN).exists():
        raise Refused("scope.refused.under_way")
    before = last(case)
    ours = comparing.own_labels(case)
    held = Item.objects.filter(case=case, forgotten_at=None).exclude(label__in=ours)
    items = list(held.values_list("label", "size"))
    if not items:
        raise Refused("scope.refused.no_evidence")
    if again and before is None:
        raise Refused("scope.refused.no_run")
    again = again and not columns.waiting(case, before)  # what a column holds changes what is read
    run = Run.objects.create(
        case=case,
        again=again,
        items=before.items if again and before else [label for label, _ in items],
        folder=before.folder if again and before else f"s-{secrets.token_hex(12)}",
        bytes=0 if again else sum(size for _, size in items),
        made_at=by.at,
        made_by=by.actor.name,
    )
    write(
        "scope.run.started", by=by, case=case.number, refs={"run": run.id}, payload={"items": run.items, "again": again}
    )
    tasks.soon(run)
    return run


@transaction.atomic
def stop(run: Run, *, by: Hand) -> None:
    """Ask the worker to stop reading; what was found by then is not kept. Raises Refused when it has ended."""
    held = Run.objects.select_for_update().select_related("case").get(id=run.id)
    if held.state not in OPEN:
        raise Refused("scope.refused.ended")
    held.state = State.STOPPED if held.state == State.WAITING else State.STOPPING
    held.save(update_fields=["state"])
    write("scope.run.stopped", by=by, case=held.case.number, refs={"run": run.id})


@transaction.atomic
def finish(run: Run, result: dict[str, Any], *, by: Hand) -> Run:
    """What the worker found becomes the people of the case; the law looks at them next (flow.py)."""
    held = Run.objects.select_for_update().select_related("case").get(id=run.id)
    held.state, held.finished_at, held.step = State.DONE, by.at, ""
    held.summary, held.cohorts = result["summary"], result["cohorts"]
    held.people, held.new, held.gone = result["people"], result["new"], result["gone"]
    held.before = last(held.case)
    held.save()
    sources = result["summary"]["sources"]
    write(
        "scope.people.listed",
        by=by,
        case=held.case.number,
        refs={"run": run.id},
        payload={
            "people": held.people,
            "new": held.new,
            "gone": held.gone,
            "sources": len(sources),
            "not_whole": sum(one["status"] != "read" for one in sources),
            "name_only": result["summary"]["people"]["name_only"],
            "sealed": True,
        },
    )
    return held


@transaction.atomic
def give_up(run: Run, fault: str, *, by: Hand) -> None:
    """The reading ended before its end: by whose wish, or by which kind of error."""
    held = Run.objects.select_for_update().select_related("case").get(id=run.id)
    asked = held.state == State.STOPPING
    held.state, held.finished_at = (State.STOPPED if asked else State.FAILED), None
    held.fault = "" if asked else fault[:60]
    held.save(update_fields=["state", "finished_at", "fault"])
    if not asked:
        write("scope.run.failed", by=by, case=held.case.number, refs={"run": run.id}, payload={"kind": held.fault})


@transaction.atomic
def correct(case: Case, residence: str, *, by: Hand, reason: str, mark: str = "", found: str = "") -> Correction:
    """A wrong residence: of whoever has this `mark` (scope.kept.mark, as hex), or of everybody found at `found`. It
    counts with the next run, which this puts into the queue when none is under way.

    Raises Refused for a place that does not exist, and without a reason."""
    still_open(case)
    if residence != places.UNKNOWN and not places.is_code(residence):
        raise Refused("scope.refused.no_place", field="residence", place=residence[:12])
    if not reason.strip():
        raise Refused("scope.refused.no_reason", field="reason")
    if bool(mark) == bool(found):
        raise Refused("scope.refused.whose")
    Case.objects.select_for_update().get(id=case.id)
    Correction.objects.filter(case=case, mark=mark, found=found, last=True).update(last=False)
    correction = Correction.objects.create(
        case=case, mark=mark, found=found, residence=residence, reason=reason, by=by.actor.name, at=by.at
    )
    write(
        "scope.residence.corrected",
        by=by,
        case=case.number,
        refs={"correction": correction.id},
        payload={"found": found, "residence": residence, "reason": reason, "one_person": bool(mark)},
    )
    return correction


@transaction.atomic
def take_back(said: Better, *, reason: str, by: Hand) -> None:
    """It was wrong to correct this: what was found counts again with the next reading. Raises Refused without a reason,
    and for a version that counts no more."""
    still_open(said.case)
    if not reason.strip():
        raise Refused("scope.refused.no_reason", field="reason")
    held = type(said)._default_manager.select_for_update().get(pk=said.pk)
    if not held.last:
        raise Refused("scope.refused.not_last")
    held.last, held.back_reason, held.back_by, held.back_at = False, reason, by.actor.name, by.at
    held.save(update_fields=["last", "back_reason", "back_by", "back_at"])
    write(
        "scope.correction.withdrawn",
        by=by,
        case=said.case.number,
        refs={"column" if isinstance(said, ColumnSaid) else "correction": said.id},
        payload={"reason": reason},
    )


def last(case: Case) -> Run | None:
    """The run whose people are those of the case."""
    return Run.objects.filter(case=case, state=State.DONE).order_by("-finished_at", "-id").first()


def changed(run: Run, which: str) -> list[dict[str, Any]]:
    """The first 25 people who came (kept.NEW) with this run, or who went (kept.GONE); none when the files are gone."""
    home = run if which == kept.NEW else run.before
    if home is None:
        return []
    try:
        path = keys.vault().place(run.case.number, run.folder) / which
        ids = kept.ids(path, keys.key_of(run.case.number), most=_SHOWN)
        with people_of(home) as people:
            return people.of_ids(ids)
    except (Refused, SealError, BadVault):
        return []


def people_of(run: Run) -> PeopleList:
    """The list, open. Raises Refused when it cannot be opened any more."""
    number = run.case.number
    try:
        return PeopleList(keys.vault().place(number, run.folder), keys.key_of(number))
    except (SealError, FileNotFoundError, BadVault):
        raise Refused("scope.refused.no_list") from None


def person_of(case: Case, person_id: str) -> tuple[Run, dict[str, Any]] | None:
    """Whoever has that id on the list of now, with the run it is of; None for nobody. Raises Refused as `people_of`."""
    run = last(case)
    if run is None:
        return None
    with people_of(run) as people:
        found = next((one for one in people.find(person_id, 5) if one["person_id"] == person_id), None)
    return None if found is None else (run, found)


def records_of(run: Run, person_id: str) -> list[dict[str, Any]]:
    """Where somebody stands in the evidence; nothing when the files are gone."""
    try:
        return kept.records_of(keys.vault().place(run.case.number, run.folder), person_id)
    except OSError:
        return []


@transaction.atomic
def unmask(run: Run, person_id: str, *, reason: str, by: Hand) -> dict[str, Any]:
    """Whole values of one person, for one who says why; in the journal first. Raises Refused."""
    if not reason.strip():
        raise Refused("scope.refused.no_reason", field="reason")
    with people_of(run) as people:
        found = people.find(person_id, 1)
    if not found:
        raise Refused("scope.refused.nobody")
    write(
        "scope.people.shown",
        by=by,
        case=run.case.number,
        refs={"run": run.id},
        payload={"reason": reason, "count": 1, "asked": [person_id], "masked": False},
    )
    return found[0]


@transaction.atomic
def looked(run: Run, *, count: int, by: Hand, place: str = "") -> None:
    """Somebody leafed through masked people: that is an entry too, as every reading of personal data."""
    write(
        "scope.people.shown",
        by=by,
        case=run.case.number,
        refs={"run": run.id},
        payload={"reason": "", "count": count, "asked": [place] if place else [], "masked": True},
    )


def mark_of(person: dict[str, Any]) -> str:
    """By what a correction finds this person again in the next list, as hex; "" for one who is known by nothing."""
    return next((one.hex() for one in kept.marks_of(person)), "")


def corrections(case: Case) -> dict[str, dict[str, str]]:
    """As the child takes them."""
    rows = Correction.objects.filter(case=case, last=True).values_list("mark", "found", "residence")
    said: dict[str, dict[str, str]] = {"persons": {}, "places": {}}
    for mark, found, residence in rows:
        said["persons" if mark else "places"][mark or found] = residence
    return said
