"""When so many must be told, or so few addresses are known, that a law lets the public be told instead."""

from collections.abc import Iterable
from dataclasses import dataclass

from breachdesk.ground.languages import LANGUAGES
from breachdesk.law.answer import Answer
from breachdesk.notify.advice import Words
from breachdesk.notify.library import Library, NoticeRule, Substitute

CENTS = 100


@dataclass(frozen=True, slots=True)
class Crowd:
    """Those one law speaks of. None: nobody has said."""

    people: int | None = None
    cost_cents: int | None = None  # of one letter
    without_address: int | None = None


@dataclass(frozen=True, slots=True)
class Instead:
    """Whether substitute notice is allowed under one law, why, and what it consists of (all of it)."""

    rule: str
    allowed: Answer
    why: tuple[Words, ...]
    missing: tuple[str, ...]  # keys of the fact sheet that would decide
    parts: tuple[Words, ...]
    notes: tuple[Words, ...]
    confidence: str
    citation: str


def instead(rules: Iterable[NoticeRule], crowd: Crowd, *, library: Library) -> tuple[Instead, ...]:
    return tuple(_one(rule, rule.substitute, crowd, library) for rule in rules if rule.substitute)


def _one(rule: NoticeRule, law: Substitute, crowd: Crowd, library: Library) -> Instead:
    tries = [one for one in (_by_cost(law, crowd), _by_people(law, crowd), _by_address(law, crowd)) if one]
    if law.cost_over is None and law.people_over is None and law.people_without_address == 1:
        tries.append(_Try(Answer.UNKNOWN, "substitute_judged", {}, ""))  # the law names no number: somebody judges
    allowed = Answer.NO
    for one in tries:
        allowed |= one.answer
    said = [one for one in tries if one.answer is allowed]
    return Instead(
        rule.id,
        allowed,
        tuple(one.words(library) for one in said),
        tuple(dict.fromkeys(one.missing for one in said if one.missing)) if allowed is Answer.UNKNOWN else (),
        tuple(_part(name, law, library) for name in law.parts),
        law.notes,
        law.confidence,
        law.citation or rule.citation,
    )


@dataclass(frozen=True, slots=True)
class _Try:
    answer: Answer
    check: str
    numbers: dict[str, str]
    missing: str

    def words(self, library: Library) -> Words:
        row = library.checks[self.check]
        told = row.looks if self.answer is Answer.YES else row.failed
        said = {}
        for language in LANGUAGES:
            text = told.say(language)
            for name, number in self.numbers.items():
                text = text.replace("{" + name + "}", number.replace(",", "\u00a0") if language == "ru" else number)
            said[language] = text
        return Words(**said)


def _by_cost(law: Substitute, crowd: Crowd) -> _Try | None:
    if law.cost_over is None:
        return None
    over = f"{law.cost_over:,}"
    if crowd.people is None or crowd.cost_cents is None:
        missing = "organisation.letters.cost_cents" if crowd.cost_cents is None else "subjects.count"
        return _Try(Answer.UNKNOWN, "substitute_cost_asked", {"over": over}, missing)
    cents = crowd.people * crowd.cost_cents
    answer = Answer.YES if cents > law.cost_over * CENTS else Answer.NO
    return _Try(answer, "substitute_cost", {"over": over, "cost": f"{cents // CENTS:,}"}, "")


def _by_people(law: Substitute, crowd: Crowd) -> _Try | None:
    if law.people_over is None:
        return None
    over = f"{law.people_over:,}"
    if crowd.people is None:
        return _Try(Answer.UNKNOWN, "substitute_people_asked", {"over": over}, "subjects.count")
    answer = Answer.YES if crowd.people > law.people_over else Answer.NO
    return _Try(answer, "substitute_people", {"over": over, "people": f"{crowd.people:,}"}, "")


def _by_address(law: Substitute, crowd: Crowd) -> _Try | None:
    if not law.without_address:
        return None
    least = f"{law.people_without_address:,}"
    if crowd.without_address is None:
        return _Try(
            Answer.UNKNOWN, "substitute_address_asked", {"least": least}, "organisation.letters.without_address"
        )
    answer = Answer.YES if crowd.without_address >= law.people_without_address else Answer.NO
    return _Try(answer, "substitute_address", {"least": least, "people": f"{crowd.without_address:,}"}, "")


def _part(name: str, law: Substitute, library: Library) -> Words:
    words = library.checks[f"part_{name}"].looks
    if name != "website" or law.website_days is None:
        return words
    days = library.checks["substitute_days"].looks
    return Words(
        **{
            language: words.say(language) + days.say(language).replace("{days}", str(law.website_days))
            for language in LANGUAGES
        }
    )
