"""Facts of Bakery North as answers of a case, and the law asked about them."""

from datetime import UTC, datetime
from typing import Any

from breachdesk.case.app.models import Answer, Case
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import HOUSE, Via
from breachdesk.law.app import actions
from breachdesk.law.app.models import Standing

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
#: A German shop whose customers' data were copied; it learned of it on 20 November at 16:25 in Berlin.
FACTS: dict[str, Any] = {
    "organisation": {"name": {"en": "Bakery North GmbH", "ru": "Bakery North GmbH"}, "email": "privacy@bakery.example"},
    "entity.role": "controller",
    "entity.sector": "general",
    "entity.kinds": ["business"],
    "entity.establishments": ["DE"],
    "entity.main_establishment": "DE",
    "breach.personal_data": True,
    "breach.confidentiality": True,
    "breach.confirmed": "confirmed",
    "data.encrypted": False,
    "time.aware": "2026-11-20T16:25:00+01:00",
    "risk.gdpr": "high",
    "subjects.count_in.DE": 1200,
}
BERLIN = "eu.gdpr.art33"


def answer(case: Case, **facts: Any) -> None:
    """Dots of the names are written as two underscores."""
    for name, value in facts.items():
        fact = name.replace("__", ".")
        Answer.objects.filter(case=case, fact=fact, last=True).update(last=False)
        Answer.objects.create(
            case=case, fact=fact, known=value is not None, value=value, at=AT, by="ada@bakery.example"
        )


def lay(case: Case, facts: dict[str, Any] | None = None) -> None:
    answer(case, **{name.replace(".", "__"): value for name, value in (facts or FACTS).items()})


def judge(case: Case, at: datetime = AT, because: int | None = None) -> Standing:
    found = actions.judge(case, by=Hand(HOUSE, Via.FLOW, at), because=because)
    assert found is not None
    return found
