"""Bakery North and what it says about itself. All invented; numbers and addresses are of reserved ranges."""

from datetime import UTC, datetime
from typing import Any

from breachdesk.law.shapes import Confidence, Duties, Duty, Recipient, Verdict
from breachdesk.notify.brief import Brief
from breachdesk.notify.library import our_library
from breachdesk.notify.organisation import Organisation, read_organisation
from breachdesk.notify.shapes import NoticeCohort

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

SAID: dict[str, Any] = {
    "name": {"en": "Bakery North Ltd", "ru": "ООО «Пекарня Север»"},
    "parent": "",
    "address": {"en": "1 Example Street, 10115 Berlin", "ru": "10115 Берлин, Примерная ул., 1"},
    "phone": "+49 30 555 0100",
    "toll_free": "+1 800 555 0100",
    "email": "privacy@example.org",
    "incident_page": "https://example.org/incident",
    "reference": "2026-014",
    "contact": {"name": "Ada Example", "phone": "+49 30 555 0101", "email": "ada@example.org"},
    "what_happened": {
        "en": "An outsider used a staff password to read our shop database. He copied the customer tables.",
        "ru": "Посторонний вошёл в базу магазина с паролем сотрудника. Он скопировал таблицы с данными клиентов.",
    },
    "measures": {
        "en": "We closed the door he came through. We changed all staff passwords. We told the police.",
        "ru": "Мы закрыли этот вход и сменили все пароли сотрудников. Мы сообщили в полицию.",
    },
    "safeguards": {"en": "Passwords were kept in scrambled form.", "ru": "Пароли хранились в виде хеша."},
    "exposed": {"from": "2026-11-11", "until": "2026-11-19"},
    "services": {
        "name": "Example Watch",
        "months": 24,
        "enrol_by": "2027-02-28",
        "phone": "+1 800 555 0101",
        "web": "https://example.org/watch",
    },
}
FACTS: dict[str, Any] = {
    "organisation": SAID,
    "breach.exfiltration": "yes",
    "breach.confidentiality": True,
    "breach.integrity": False,
    "breach.availability": False,
    "breach.source_is_entity": True,
    "entity.main_establishment": "DE",
    "time.discovered": "2026-11-19T21:40:00+01:00",
    "time.detected": "2026-11-19T21:40:00+01:00",
    "time.aware": "2026-11-20T16:25:00+01:00",
    "time.individual_notice_planned": "2026-11-25",
    "subjects.count": 12345,
}


def organisation(**other: Any) -> Organisation:
    """As above, with keys changed; None takes a key away."""
    return read_organisation({"organisation": {k: v for k, v in {**SAID, **other}.items() if v is not None}})


def brief(facts: dict[str, Any] = FACTS, **other: Any) -> Brief:
    """What whoever writes for it is handed."""
    return Brief(our_library(), organisation(**other), facts)


def cohort(residence: str, *elements: str, minor: bool = False, count: int = 12) -> NoticeCohort:
    return NoticeCohort(
        f"{residence.lower()}-test",
        residence,
        tuple(our_library().vocabulary.sort(elements)),
        minor,
        count,
        {"en": count},
    )


def duty(ref: str, jurisdiction: str, **other: Any) -> Duty:
    given: dict[str, Any] = {
        "id": ref.lower().replace("/", "."),
        "ref": ref,
        "title": ref,
        "jurisdiction": jurisdiction,
        "kind": "notify",
        "recipient": Recipient("authority", "An authority"),
        "verdict": Verdict.OWED,
        "people": None,
        "due": None,
        "due_latest": None,
        "standard": "",
        "clock": None,
        "because": (),
        "missing": (),
        "content": (),
        "citation": "",
        "sources": (),
        "checked_on": "2026-11-22",
        "confidence": Confidence.KNOWN,
    }
    return Duty(**{**given, **other})


def duties(*all_: Duty) -> Duties:
    return Duties(AT, "1", "0" * 64, all_, ())
