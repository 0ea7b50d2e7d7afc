"""What to ask next: the facts that would change an answer, the one with the nearest deadline first.

A fact is tried with every value the laws compare it with; it decides a duty when some value changes the verdict or
makes other missing facts needless, or when the due time waits for it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from breachdesk.law.groups import expand
from breachdesk.law.judgement import KNOWN_SINCE, Judge, Judged
from breachdesk.law.shapes import Duty, Question, Verdict
from breachdesk.law.shelf import Item, LawShelf, raw_conditions
from breachdesk.law.vocabulary import Fact, FactType

_FAR = datetime.max.replace(tzinfo=UTC)
_UNTRIED = (FactType.INSTANT, FactType.PEOPLE, FactType.PLACE, FactType.HOLD, FactType.MONEY)


@dataclass(frozen=True, slots=True)
class Asked:
    """A duty with what it was judged from."""

    duty: Duty
    item: Item
    judged: Judged


Flips = Callable[[Asked, Fact, str], bool]


def rank(asked: Sequence[Asked], law: LawShelf, deciding: Flips) -> tuple[Question, ...]:
    """Questions worth asking, by the soonest due time they decide; then those that keep more duties open."""
    found = []
    for name, concerned in _waiting(asked).items():
        fact = law.facts.find(name)
        if fact is None:
            continue
        decides = [one for one in concerned if deciding(one, fact, name)]
        if decides:
            found.append((_urgency(decides), _question(name, fact, decides)))
    return tuple(question for _, question in sorted(found, key=lambda pair: pair[0]))


def _waiting(asked: Iterable[Asked]) -> dict[str, list[Asked]]:
    found: dict[str, list[Asked]] = {}
    for one in asked:
        if one.duty.verdict in (Verdict.OWED, Verdict.UNKNOWN, Verdict.HELD, Verdict.VOLUNTARY):
            for name in _names(one):
                found.setdefault(name, []).append(one)
    return found


def _names(one: Asked) -> tuple[str, ...]:
    """What a duty waits for. While it is open whether the law reaches the case, only that is asked; while the duty is
    open, neither exceptions nor times of what may never have happened (a payment, letters)."""
    if one.judged.far:
        return one.judged.far
    if one.duty.verdict is not Verdict.UNKNOWN:
        return tuple(dict.fromkeys((*one.duty.missing, *one.judged.open)))
    early = [name for name in one.duty.missing if name.startswith("time.") and name not in KNOWN_SINCE]
    return tuple(name for name in one.duty.missing if name in one.judged.missing or name not in early)


def waits(one: Asked, fact: Fact, name: str) -> bool:
    """Whether a duty waits for a fact that needs no trial: of a kind that has no values to try, or one of its clock."""
    return fact.type in _UNTRIED or (name in one.duty.missing and name not in one.judged.missing)


def flips(one: Asked, fact: Fact, name: str, judge: Judge, day: date) -> bool:
    """Whether some value of the fact changes what is said of the duty, as the law of that day words it."""
    return any(_moves(one, name, value, judge, day) for value in trial_values(one.item, fact, name, judge.law))


def _moves(one: Asked, name: str, value: Any, judge: Judge, day: date) -> bool:
    """Whether this value changes the verdict, or settles another missing fact with it (one branch of several)."""
    now = judge.but(name, value).judge(one.item, day)
    if now.verdict is not one.judged.verdict:
        return True
    return bool(set(one.judged.missing) - {name} - set(now.missing))


def trial_values(item: Item, fact: Fact, name: str, law: LawShelf) -> list[Any]:
    compared = [value for raw in raw_conditions(item) for value in law.ask(raw).values(name)]
    match fact.type:
        case FactType.BOOL:
            return [True, False]
        case FactType.ENUM:
            return list(fact.options)
        case FactType.INT:
            return sorted({max(0, int(value) + step) for value in (*compared, 0) for step in (-1, 0, 1)})
        case FactType.SET:
            return [frozenset(), *(frozenset((value,)) for value in dict.fromkeys(compared)), frozenset(fact.options)]
        case FactType.PLACES:
            seats = item.order.pack.applies.establishments
            return [frozenset(), *(frozenset((seat,)) for seat in expand(seats)[:1])]
    return []


def _urgency(decides: Sequence[Asked]) -> tuple[datetime, bool, int]:
    keeps_open = any(one.duty.verdict is Verdict.UNKNOWN for one in decides)
    return (_soonest(decides) or _FAR, not keeps_open, -len(decides))


def _soonest(decides: Sequence[Asked]) -> datetime | None:
    return min((one.duty.due for one in decides if one.duty.due is not None), default=None)


def _question(name: str, fact: Fact, decides: Sequence[Asked]) -> Question:
    place = name.rpartition(".")[2]
    return Question(
        fact=name,
        en=fact.question.en.replace("<ISO>", place),
        ru=fact.question.ru.replace("<ISO>", place),
        decides=tuple(one.duty.id for one in decides),
        soonest_due=_soonest(decides),
    )
