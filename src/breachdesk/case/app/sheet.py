"""The fact sheet of a case as it stands: what a facts.yaml would hold (docs/formats/facts.md)."""

from functools import cache
from typing import Any

from breachdesk.case.app.models import Answer, Case
from breachdesk.ground.clock import rfc3339
from breachdesk.ground.shelf import our_shelf


@cache
def vocabulary() -> dict[str, dict[str, Any]]:
    """The facts there are, by name, as packs/facts.yaml says them: type, question, help, what they decide."""
    raw = our_shelf().data("facts.yaml")["facts"]
    return {str(name): dict(row) for name, row in raw.items()}


def facts_of(case: Case) -> dict[str, Any]:
    """Every fact that is known, by name. A fact nobody knows is left out: missing is unknown, never false. The moment
    of awareness is that of the decision, unless the sheet itself says another."""
    found = dict(Answer.objects.filter(case=case, last=True, known=True).values_list("fact", "value"))
    if case.aware_at is not None:
        found.setdefault("time.aware", rfc3339(case.aware_at))
    return found
