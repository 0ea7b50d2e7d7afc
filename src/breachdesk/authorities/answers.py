"""The names a form may give for an answer, and for a condition. A new form needs a line here only for a new one."""

from collections.abc import Callable

from breachdesk.authorities import counts, told
from breachdesk.authorities.case import Answer, Case
from breachdesk.authorities.shapes import State
from breachdesk.ground.elements import covers

ANSWERS: dict[str, Callable[[Case], Answer]] = {
    "people.here": counts.people_here,
    "people.residents": counts.people_residents,
    "people.total": counts.people_total,
    "people.by_place": counts.people_by_place,
    "people.minors": counts.minors,
    "records": counts.records,
    "breach.sources": counts.sources,
    "data.kinds": counts.kinds,
    "data.special": counts.special,
    "data.special_ru": counts.special_ru,
    "breach.nature": told.nature,
    "breach.period": told.period,
    "breach.course": told.course,
    "consequences": told.consequences,
    "measures": told.measures,
    "advice": told.advice,
    "contact": told.contact,
    "privacy_contact": told.privacy_contact,
    "letters.sent": told.letters_sent,
    "services": told.services,
    "services.how": told.services_how,
    "services.certified": told.services_certified,
    "police": told.police,
    "police.investigates": told.police_investigates,
    "late": told.late,
    "stage": told.stage,
    "first.number": told.first_number,
    "first.notice": told.first_notice,
    "filed.before": told.filed_before,
    "letters.how": told.letters_how,
    "attached": lambda case: Answer(case.say("attached"), State.CONFIRM),
    "held": told.held,
    "discovered": lambda case: case.instant("time.discovered", "time.detected", "time.aware"),
    "detected": lambda case: case.instant("time.detected", "time.discovered", "time.aware"),
}
CONDITIONS: dict[str, Callable[[Case], bool]] = {
    "late": told.is_late,
    "ssn": lambda case: any(covers("gov_id.us.ssn", name) for name in case.elements()),
}


def answer(case: Case, name: str) -> Answer:
    """By the name of the answer, else what stands under that key of facts.yaml."""
    return ANSWERS[name](case) if name in ANSWERS else case.answer(name)


def holds(case: Case, condition: str) -> bool:
    return not condition or CONDITIONS[condition](case)
