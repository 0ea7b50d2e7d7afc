"""What happened when, on which systems, by whom and how: the timeline, the map, the source of the breach.

Nothing is written over: what is changed or taken away stays, marked as gone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

from django.db import transaction

from breachdesk.case.app.actions.opening import still_open
from breachdesk.case.app.models import Case, Happening, Link, Origin, System
from breachdesk.case.veris import terms
from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write

#: report.happenings.Kind, report.systems.Kind and State: rooms below, so their words stand here too (a test compares).
HAPPENINGS = ("first_access", "act", "discovery", "aware", "containment", "notice", "other")
SYSTEMS = (
    "server", "database", "workstation", "cloud", "account", "application", "network", "mailbox", "storage", "backup",
    "vendor", "other",
)  # fmt: skip
STATES = ("hit", "at_risk", "isolated", "clean", "unknown")
_MOST = 500  # of each in one case: a picture of more helps nobody


@transaction.atomic
def add_happening(
    case: Case,
    title: str,
    at: datetime,
    *,
    by: Hand,
    kind: str = "other",
    until: datetime | None = None,
    zone: str = "UTC",
    sure: bool = True,
    system: System | None = None,
    source: str = "",
    instead_of: Happening | None = None,
) -> Happening:
    """A moment or a span of the timeline; `instead_of` takes the place of another, which stays as gone.

    Raises Refused for what is no time, no zone, no kind."""
    still_open(case)
    if kind not in HAPPENINGS or not title.strip():
        raise Refused("timeline.refused.kind", field="kind")
    if until is not None and until < at:
        raise Refused("timeline.refused.backwards", field="until")
    if at > by.at and kind != "notice":
        raise Refused("timeline.refused.to_come", field="at")
    _zone(zone)
    if case.happenings.filter(gone=False).count() >= _MOST:
        raise Refused("timeline.refused.too_many", most=_MOST)
    if instead_of is not None:
        instead_of.gone = True
        instead_of.save(update_fields=["gone"])
    made = Happening.objects.create(
        case=case,
        kind=kind,
        title=title,
        at=at,
        until=until,
        zone=zone,
        sure=sure,
        system=system,
        source=source,
        by=by.actor.name,
        made_at=by.at,
    )
    write(
        "case.happening.added",
        by=by,
        case=case.number,
        refs={"happening": made.id, "instead_of": instead_of.id if instead_of else None},
        payload={"kind": kind, "title": title, "at": at, "until": until, "zone": zone, "sure": sure, "source": source},
    )
    return made


@transaction.atomic
def take_happening(happening: Happening, *, reason: str, by: Hand) -> None:
    """It did not happen, or not so: it leaves the timeline and stays in the history."""
    still_open(happening.case)
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    happening.gone = True
    happening.save(update_fields=["gone"])
    write(
        "case.happening.removed",
        by=by,
        case=happening.case.number,
        refs={"happening": happening.id},
        payload={"reason": reason},
    )


def _zone(name: str) -> None:
    try:
        clock.time_zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("timeline.refused.zone", field="zone", zone=name[:60]) from None


@transaction.atomic
def put_system(
    case: Case,
    name: str,
    *,
    kind: str,
    state: str,
    by: Hand,
    owner: str = "",
    note: str = "",
    system: System | None = None,
) -> System:
    """A system on the map, or, with `system`, what is known of it now. Isolating it is a moment that is kept."""
    still_open(case)
    if kind not in SYSTEMS or state not in STATES or not name.strip():
        raise Refused("systems.refused.kind", field="kind")
    if System.objects.filter(case=case, name=name, gone=False).exclude(id=system.id if system else 0).exists():
        raise Refused("systems.refused.twice", field="name", name=name)
    if system is None and case.systems.filter(gone=False).count() >= _MOST:
        raise Refused("timeline.refused.too_many", most=_MOST)
    found = system or System(case=case)
    before = found.state
    found.name, found.kind, found.state, found.owner, found.note = name, kind, state, owner, note
    found.isolated_at = (found.isolated_at or by.at) if state == "isolated" else None
    found.save()
    write(
        "case.system.put",
        by=by,
        case=case.number,
        refs={"system": found.id},
        payload={"name": name, "kind": kind, "state": state, "before": before, "owner": owner, "note": note},
    )
    return found


@transaction.atomic
def take_system(system: System, *, by: Hand) -> None:
    """Off the map, with its links; the history keeps it."""
    still_open(system.case)
    system.gone = True
    system.save(update_fields=["gone"])
    Link.objects.filter(case=system.case, source=system).update(gone=True)
    Link.objects.filter(case=system.case, target=system).update(gone=True)
    write("case.system.removed", by=by, case=system.case.number, refs={"system": system.id})


@transaction.atomic
def link(case: Case, source: System, target: System, *, by: Hand, label: str = "", attack: bool = False) -> Link:
    """Access from one system to another; `attack`: the attacker took it. The same link again is changed."""
    still_open(case)
    if source.id == target.id or {source.case_id, target.case_id} != {case.id}:
        raise Refused("systems.refused.itself", field="target")
    Link.objects.filter(case=case, source=source, target=target, gone=False).update(gone=True)
    made = Link.objects.create(case=case, source=source, target=target, label=label, attack=attack)
    write(
        "case.link.put",
        by=by,
        case=case.number,
        refs={"source": source.id, "target": target.id},
        payload={"label": label, "attack": attack},
    )
    return made


@transaction.atomic
def unlink(found: Link, *, by: Hand) -> None:
    still_open(found.case)
    found.gone = True
    found.save(update_fields=["gone"])
    write(
        "case.link.removed", by=by, case=found.case.number, refs={"source": found.source_id, "target": found.target_id}
    )


@transaction.atomic
def say_origin(case: Case, chosen: Mapping[str, Sequence[str]], *, text: str, by: Hand) -> Origin:
    """The source of the breach in VERIS terms, a new version each time. Raises Refused for a term nobody knows."""
    still_open(case, alone=True)
    known = terms()
    for field, values in chosen.items():
        if field not in known or not set(values) <= set(known[field].values):
            raise Refused("origin.refused.term", term=field[:60])
    Origin.objects.filter(case=case, last=True).update(last=False)
    kept = {field: list(dict.fromkeys(values)) for field, values in chosen.items() if values}
    made = Origin.objects.create(case=case, terms=kept, text=text, by=by.actor.name, at=by.at)
    write(
        "case.origin.told",
        by=by,
        case=case.number,
        refs={"origin": made.id},
        payload={"text": text, **{field.replace(".", "_"): values for field, values in kept.items()}},
    )
    return made
