"""What the overview of a case says at a glance: a panel for each thing one asks first; rooms below register theirs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from breachdesk.case.app.models import Case


@dataclass(frozen=True, slots=True)
class Panel:
    """`name` is a key of glance.titles, `key` the sentence (with `n` for its plural form, `values` for its places),
    `url` where more stands. `urgent`: a person must act. `order` from above."""

    name: str
    key: str
    url: str
    n: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    urgent: bool = False
    order: int = 50


Look = Callable[[Case], Panel | None]
_looks: dict[str, Look] = {}


def register(name: str, look: Look) -> None:
    """From AppConfig.ready of a room: `look` is asked each time the overview is drawn, in a few queries."""
    _looks[name] = look


def panels(case: Case) -> list[Panel]:
    found = [panel for look in _looks.values() if (panel := look(case)) is not None]
    return sorted(found, key=lambda panel: (panel.order, panel.name))
