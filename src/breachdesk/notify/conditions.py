"""What holds for one letter, as words that layouts and rules may name (`taken`, `minor`, `services`, `rule:us-ca`)."""

from collections.abc import Iterable, Mapping
from typing import Any

from breachdesk.ground.elements import covers
from breachdesk.ground.places import country_of
from breachdesk.notify.library import Must, NoticeRule
from breachdesk.notify.organisation import Organisation, held_since
from breachdesk.notify.shapes import NoticeCohort

_PASSWORDS = ("login.password", "login.password_hash", "login.security_answer")
_SIGN_IN_ONLY = ("name", "email", "login", "customer_id", "ip_address", "device_id")
_IDENTITY = ("gov_id.us.ssn", "gov_id.us.itin", "gov_id.driver_licence", "gov_id.state_id")


def touches(elements: Iterable[str], parents: Iterable[str]) -> bool:
    """Whether one of the lost elements is, or lies under, one of these names."""
    names = tuple(parents)
    return any(covers(parent, element) for element in elements for parent in names)


def conditions(
    cohort: NoticeCohort,
    rules: Iterable[NoticeRule],
    organisation: Organisation,
    facts: Mapping[str, Any],
    *,
    has_regulator: bool = True,
    has_state_agency: bool = False,
) -> frozenset[str]:
    """The advice pack knows, where these people live, an authority to complain to (`has_regulator`), an office of their
    state that helps against identity theft (`has_state_agency`)."""
    applied = tuple(rules)
    held, _ = held_since(facts)
    said = {
        "minor": cohort.minor,
        "kin": cohort.kin,
        "us": country_of(cohort.residence) == "US",
        "taken": facts.get("breach.exfiltration") == "yes",
        "seen": facts.get("breach.confidentiality") is True,
        "early-unknown": "early.unknown" in organisation.texts,
        "exposed-range": "exposed.until" in organisation.days and _first_day_known(organisation, facts),
        "held": held is True,
        "not-held": held is False,
        "has-regulator": has_regulator,
        "state-agency": has_state_agency,
        "services": wants_services(cohort, applied, organisation, facts),
        "passwords": touches(cohort.elements, _PASSWORDS),
        "sign-in-only": touches(cohort.elements, _PASSWORDS)
        and all(touches([element], _SIGN_IN_ONLY) for element in cohort.elements),
        "identity": touches(cohort.elements, _IDENTITY),
        "police-told": organisation.answers.get("police.told") is True,
        "no-parent": organisation.text("parent", "en") == "",
        "planned": "planned" in organisation.texts,
        "privacy-contact": any(key.startswith("privacy_contact.") for key in organisation.texts),
        "acquirer": bool(organisation.text("acquirer", "en") or organisation.text("acquirer", "ru")),
        "late": "delay_reason" in organisation.texts,
    }
    holding = frozenset([name for name, yes in said.items() if yes] + [f"rule:{rule.id}" for rule in applied])
    return holding | {
        f"point:{must.point}" for rule in applied for must in rule.must_state if asked(must, cohort, holding)
    }


def asked(must: Must, cohort: NoticeCohort, said: frozenset[str]) -> bool:
    """Whether the letter to these people must make the point."""
    return (not must.elements or touches(cohort.elements, must.elements)) and holds(must.when, said)


def holds(when: Iterable[str], said: frozenset[str]) -> bool:
    return all((name.removeprefix("not:") in said) != name.startswith("not:") for name in when)


def wants_services(
    cohort: NoticeCohort, rules: Iterable[NoticeRule], organisation: Organisation, facts: Mapping[str, Any]
) -> bool:
    """Free services are offered, or must be under one of the rules."""
    return "services.name" in organisation.texts or months_required(cohort, rules, facts) > 0


def months_required(cohort: NoticeCohort, rules: Iterable[NoticeRule], facts: Mapping[str, Any]) -> int:
    """How many months of free services must be offered; 0: none. A source not known counts as the source."""
    wanted = [
        rule.services.months
        for rule in rules
        if rule.services
        and touches(cohort.elements, rule.services.elements)
        and not (rule.services.only_if_source and facts.get("breach.source_is_entity") is False)
    ]
    return max(wanted, default=0)


def _first_day_known(organisation: Organisation, facts: Mapping[str, Any]) -> bool:
    return "exposed.from" in organisation.days or facts.get("time.occurred") is not None
