"""What the case itself did when, as every room keeps it: set into the timeline beside what the team wrote there."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse

from breachdesk.case.app.models import Case, System
from breachdesk.detect.app.models import Signal


@dataclass(frozen=True, slots=True)
class Moment:
    """`kind`: one of actions.picture.HAPPENINGS. `key`: a sentence of the packs, with its `values`. `address`: where it
    was done; `why`: what was said of it; `lane`: the name of a system, or nothing for the whole case."""

    at: datetime
    kind: str
    key: str
    address: str
    by: str = ""
    why: str = ""
    lane: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


Source = Callable[[Case], Iterable[Moment]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """From AppConfig.ready of a room: `source` is asked for each timeline, in a query or two."""
    if source not in _sources:
        _sources.append(source)


def of(case: Case) -> list[Moment]:
    """By time."""
    return sorted((one for source in _sources for one in source(case)), key=lambda one: one.at)


def ours(case: Case) -> Iterable[Moment]:
    """Signals, opened, aware, systems isolated, closed."""
    overview = reverse("case_overview", args=[case.number])
    for signal in Signal.objects.filter(case=case.number).only("number", "at"):
        address = reverse("detect_signal", args=[signal.number])
        yield Moment(signal.at, "other", "timeline.record.signal", address, values={"number": signal.number})
    yield Moment(case.opened_at, "other", "timeline.record.opened", overview, case.opened_by)
    if case.aware_at is not None and not case.happenings.filter(gone=False, kind="aware").exists():
        yield Moment(case.aware_at, "aware", "timeline.record.aware", overview, case.aware_by, case.aware_reason)
    contained = set(case.happenings.filter(gone=False, kind="containment").values_list("system", flat=True))
    for one in System.objects.filter(case=case, gone=False).exclude(isolated_at=None):
        if one.id not in contained:  # the team wrote itself when that was
            address = reverse("case_system", args=[case.number, one.id])
            yield Moment(
                one.isolated_at or case.opened_at, "containment", "timeline.record.isolated", address, lane=one.name
            )
    if case.closed_at is not None:
        yield Moment(case.closed_at, "other", "timeline.record.closed", overview)
