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
    without_address_in_all: int | None = None  # of the whole case, where nobody has said how many of them belong here


@dataclass(frozen=True, slots=True)
class Way:
    """One part of substitute notice. `name`: as in the rule; `days`: how long at least; `proof`: what to keep."""

    name: str
    words: Words
    days: int | None
    proof: Words


@dataclass(frozen=True, slots=True)
class Instead:
    """Whether substitute notice is allowed under one law, why, and what it consists of (all of it)."""

    rule: str
    allowed: Answer
    why: tuple[Words, ...]
    missing: tuple[str, ...]  # keys of the fact sheet that would decide
    ways: tuple[Way, ...]
    notes: tuple[Words, ...]
    confidence: str
    citation: str

    @property
    def parts(self) -> tuple[Words, ...]:
        return tuple(way.words for way in self.ways)


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
        tuple(_way(name, law, library) for name in law.parts),
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
    if crowd.without_address is None and crowd.without_address_in_all is not None:
        return _of_all(law, crowd.without_address_in_all, least)
    if crowd.without_address is None:
        return _Try(
            Answer.UNKNOWN, "substitute_address_asked", {"least": least}, "organisation.letters.without_address"
        )
    answer = Answer.YES if crowd.without_address >= law.people_without_address else Answer.NO
    return _Try(answer, "substitute_address", {"least": least, "people": f"{crowd.without_address:,}"}, "")


def _of_all(law: Substitute, in_all: int, least: str) -> _Try:
    """Too few in the whole case are too few here; enough of them may live elsewhere."""
    said = {"least": least, "people": f"{in_all:,}"}
    if in_all < law.people_without_address:
        return _Try(Answer.NO, "substitute_address", said, "")
    return _Try(Answer.UNKNOWN, "substitute_address_part", said, "")


def days_of(part: str, law: Substitute) -> int | None:
    """How long it has to stand at least."""
    lasting = {"website": law.website_days, "home_or_media": law.website_days, "toll_free": law.toll_free_days}
    return lasting.get(part)


def _way(name: str, law: Substitute, library: Library) -> Way:
    words, proof = library.checks[f"part_{name}"].looks, library.checks[f"proof_{name}"].looks
    days = days_of(name, law)
    if days is None or name == "home_or_media":  # its words say so themselves
        return Way(name, words, days, proof)
    said = library.checks["substitute_days"].looks
    told = {language: words.say(language) + said.say(language).replace("{days}", str(days)) for language in LANGUAGES}
    return Way(name, Words(**told), days, proof)
