"""Answers that tell: what happened and when, what it can do to people, what was done, who was told."""

from datetime import date

from breachdesk.authorities.case import Answer, Case
from breachdesk.authorities.shapes import State, order_of
from breachdesk.notify.advice import choose_steps, harms_of
from breachdesk.notify.organisation import as_day, as_instant, held_since

_COURSE = (  # the days of a breach, in the words of phrases.yaml
    ("occurred", ("organisation.exposed.from", "time.occurred")),
    ("ended", ("organisation.exposed.until",)),
    ("detected", ("time.detected", "time.discovered")),
    ("aware", ("time.aware",)),
    ("assessed", ("time.assessed",)),
    ("police", ("organisation.police.on",)),
    ("letters", ("time.individual_notice_sent",)),
)


def nature(case: Case) -> Answer:
    """Confidentiality, integrity, availability: each as the sheet says, in words."""
    names = ("breach.confidentiality", "breach.integrity", "breach.availability")
    missing = tuple(name for name in names if case.facts.get(name) is None)
    touched = [case.say(name) for name in names if case.facts.get(name) is True]
    if missing and not touched:
        return case.unknown(*missing)
    return case.known(", ".join(touched) if touched else case.say("none"), *names)


def consequences(case: Case) -> Answer:
    """What the organisation says; else drafted from the harm the data lost can do, for a human to agree to."""
    said = case.organisation.text("consequences", case.language)
    if said:
        return case.known(said, "organisation.consequences")
    found = harms_of(case.library.advice, case.elements())
    if not found:
        return case.unknown("organisation.consequences")
    lines = [f"{words.say(case.language)} ({'; '.join(map(case.element, names))})." for words, names in found]
    return Answer("\n".join(lines), State.CONFIRM, ("organisation.consequences",))


def measures(case: Case) -> Answer:
    parts = [case.organisation.text(key, case.language) for key in ("measures", "planned")]
    known = [part for part in parts if part]
    return case.known("\n".join(known), "organisation.measures") if known else case.said("organisation.measures")


def period(case: Case) -> Answer:
    start = case.organisation.days.get("exposed.from")
    end = case.organisation.days.get("exposed.until")
    if start is None:
        return case.instant("time.occurred")
    if end is None:
        return case.known(f"{case.day(start)} – {case.say('not_known_when')}", "organisation.exposed.from")
    return case.known(case.day(start) if start == end else f"{case.day(start)} – {case.day(end)}")


def course(case: Case) -> Answer:
    """Every day and hour the sheet gives, in order, one a line."""
    dated: list[tuple[date, int, str, str]] = []
    for name, keys in _COURSE:
        for key in keys:
            value = case.organisation.days.get(key.removeprefix("organisation."), case.facts.get(key))
            if (day := as_day(value)) is not None:
                moment = as_instant(value)
                dated.append((day, len(dated), case.moment(moment) if moment else case.day(day), name))
                break
    if not dated:
        return case.unknown("time.detected")
    return case.known("\n".join(f"{when}: {case.say(f'course.{name}')}." for _, _, when, name in sorted(dated)))


def contact(case: Case) -> Answer:
    """Who answers; where nobody is named, the contact for data protection, for a human to agree to."""
    answer = _person(case, "contact", "organisation.contact.name")
    other = _person(case, "privacy_contact", "organisation.contact.name")
    if answer.state is State.NOT_YET_KNOWN and other.state is not State.NOT_YET_KNOWN:
        return Answer(other.value, State.CONFIRM, ("organisation.contact.name",))
    return answer


def privacy_contact(case: Case) -> Answer:
    return _person(case, "privacy_contact", "organisation.privacy_contact.name")


def _person(case: Case, who: str, wanted: str) -> Answer:
    parts = [case.organisation.text(f"{who}.{key}", case.language) for key in ("name", "post", "phone", "email")]
    if not parts[0]:
        return case.unknown(wanted)
    missing = [f"organisation.{who}.{key}" for key, part in zip(("phone", "email"), parts[2:], strict=True) if not part]
    value = ", ".join(part for part in parts if part)
    return Answer(value, State.ANSWERED if len(missing) < 2 else State.CONFIRM, tuple(missing) or (wanted,))


def letters_sent(case: Case) -> Answer:
    if case.facts.get("time.individual_notice_sent") is not None:
        return case.instant("time.individual_notice_sent")
    planned = case.instant("time.individual_notice_planned")
    if planned.state is State.NOT_YET_KNOWN:
        return case.unknown("time.individual_notice_sent")
    return Answer(f"{case.say('planned_for')} {planned.value}", State.ESTIMATED, planned.facts)


def advice(case: Case) -> Answer:
    """The steps that the letters to these people give."""
    residence = next(iter(case.residences), "") if len(case.residences) == 1 else ""
    steps = choose_steps(case.library.advice, case.elements(), residence, case.language) if case.elements() else ()
    if not steps:
        return case.unknown("data.classes")
    return case.known("\n".join(step.text for step in steps))


def services(case: Case) -> Answer:
    name = case.organisation.text("services.name", case.language)
    if not name:
        return case.said("organisation.services.name")
    months = case.organisation.numbers.get("services.months")
    if months is None:
        return case.unknown("organisation.services.months")
    return case.known(f"{name}, {months} {case.say('months')}", "organisation.services.name")


def services_how(case: Case) -> Answer:
    """What is offered and how to use it: by when, where, by which telephone."""
    offered = services(case)
    if offered.state is not State.ANSWERED:
        return offered
    keys = ("services.web", "services.phone")
    parts = [offered.value, *(text for key in keys if (text := case.organisation.text(key, case.language)))]
    if day := case.organisation.days.get("services.enrol_by"):
        parts.append(f"{case.say('sign_up_by')} {case.day(day)}")
    missing = tuple(f"organisation.{key}" for key in keys if not case.organisation.text(key, case.language))
    state = State.CONFIRM if len(missing) == len(keys) else State.ANSWERED
    return Answer("; ".join(parts), state, missing or offered.facts)


def services_certified(case: Case) -> Answer:
    """A certification is the deed of a human: drafted, never given."""
    offered = services(case)
    if offered.state is not State.ANSWERED:
        return offered
    return Answer(f"{case.say('to_certify')} {offered.value}", State.CONFIRM, offered.facts)


def police(case: Case) -> Answer:
    told = case.organisation.answers.get("police.told")
    if told is None:
        return case.unknown("organisation.police.told")
    if not told:
        return case.known(case.say("police_not_told"), "organisation.police.told")
    parts = [case.organisation.text(key, case.language) for key in ("police.agency", "police.reference")]
    day = case.organisation.days.get("police.on")
    said = [*(part for part in parts if part), *([case.day(day)] if day else [])]
    value = case.say("police_told") + (": " + ", ".join(said) if said else "")
    return case.known(value, "organisation.police.told")


def police_investigates(case: Case) -> Answer:
    """That they were told is known; whether they investigate, a human must say."""
    told = police(case)
    return Answer(told.value, State.CONFIRM, told.facts) if told.state is State.ANSWERED else told


def late(case: Case) -> Answer:
    """A reason is owed only when the time is over."""
    if not is_late(case):
        return Answer(case.say("in_time"), State.NOT_APPLICABLE)
    return case.said("organisation.delay_reason")


def is_late(case: Case) -> bool:
    return case.duty.due is not None and case.at > case.duty.due


def stage(case: Case) -> Answer:
    """Which filing of several this is; filing.py asks for it last."""
    return case.known(case.say(f"stage_{case.stage.value}"))


def first_number(case: Case) -> Answer:
    """The number an authority gave for the first filing under the same law: as recorded, else as the sheet says of that
    law (`filing.number.eu.gdpr`): the number of another authority must never stand there."""
    name = f"filing.number.{order_of(case.duty.id)}"
    number = _first_of(case)
    return case.known(number, name) if number else case.written(name)


def first_notice(case: Case) -> Answer:
    """The number of the first notice to Roskomnadzor: as recorded, else as the sheet says."""
    name = "organisation.first_notice.number"
    number = _first_of(case)
    return case.known(number, name) if number else case.said(name)


def _first_of(case: Case) -> str:
    """The number of the first filing under the same law; empty while the authority has given none."""
    return case.kin[0].number if case.kin else ""


def filed_before(case: Case) -> Answer:
    """What was handed in under this duty so far: days and numbers."""
    if not case.filed:
        return Answer(case.say("none"), State.NOT_APPLICABLE)
    return case.known("\n".join(": ".join(filter(None, (case.moment(one.filed_at), one.number))) for one in case.filed))


def letters_how(case: Case) -> Answer:
    """How people are told, when, and how many of them: what consumer reporting agencies are to know."""
    parts = [case.said("organisation.letters_by"), letters_sent(case)]
    told = "; ".join(part.value for part in parts if part.value)
    missing = tuple(fact for part in parts if part.state is State.NOT_YET_KNOWN for fact in part.facts)
    if missing:
        return Answer(told, State.CONFIRM, missing) if told else case.unknown(*missing)
    return case.known(told, *(fact for part in parts for fact in part.facts))


def held(case: Case) -> Answer:
    waiting, day = held_since(case.facts)
    if waiting is None:
        return case.unknown("hold.law_enforcement")
    if not waiting:
        return case.known(case.say("no"), "hold.law_enforcement")
    return case.known(case.say("yes") + (f", {case.day(day)}" if day else ""), "hold.law_enforcement")
