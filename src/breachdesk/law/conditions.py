"""The condition language of packs: named facts compared, joined by all, any, not. A missing fact is unknown.

An evaluation keeps its reasons: the facts that decided, and those whose absence keeps it open.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from breachdesk.ground.shelf import our_shelf
from breachdesk.law import answer
from breachdesk.law.answer import Answer
from breachdesk.law.bounds import Bounds
from breachdesk.law.instants import Instant
from breachdesk.law.predicates import PREDICATES
from breachdesk.law.shapes import Because
from breachdesk.law.sheet import Sheet
from breachdesk.law.vocabulary import COUNT_IN, Fact, Facts, FactType
from breachdesk.law.words import read_telling

OPERATORS = ("eq", "ne", "in", "gt", "gte", "lt", "lte", "has_any", "has_all", "known")
_SIGNS = {"eq": "=", "ne": "≠", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤", "in": "∈", "has_any": "∩", "has_all": "⊇"}
_NUMBERS = (FactType.INT, FactType.MONEY)
_SETS = (FactType.SET, FactType.PLACES)


class BadCondition(ValueError):
    """A condition that means nothing: an unknown fact, operator or value. `key` names its words in every language
    (packs/messages/shelf, `fault.condition.<key>`)."""

    def __init__(self, key: str, **filling: object) -> None:
        super().__init__(key)
        self.key, self.filling = key, filling

    def __str__(self) -> str:
        say = read_telling(our_shelf(), "en")
        keys = (f"fault.condition.{self.key}", f"fault.condition.{self.key}.do")
        return " ".join(say(key, **self.filling) for key in keys)


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer with its reasons. `missing`: facts whose absence keeps it unknown."""

    answer: Answer
    because: tuple[Because, ...] = ()
    missing: tuple[str, ...] = ()


YES = Finding(Answer.YES)
NO = Finding(Answer.NO)


class Condition:
    """Something that can be asked of a sheet."""

    def ask(self, sheet: Sheet) -> Finding:
        raise NotImplementedError

    def facts(self) -> set[str]:
        """Every fact it may look at."""
        raise NotImplementedError

    def values(self, fact: str) -> list[Any]:
        """Values it compares `fact` with: what is worth trying to see whether an answer flips."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Leaf(Condition):
    fact: str
    op: str
    value: Any

    def ask(self, sheet: Sheet) -> Finding:
        got = sheet.get(self.fact)
        if self.op == "known":
            result = answer.of((got is not None) == self.value)
        elif got is None:
            return Finding(Answer.UNKNOWN, missing=(self.fact,))
        else:
            result = _compare(got, self.op, self.value)
        if result is Answer.UNKNOWN:  # a count between bounds: only the people themselves can settle it
            return Finding(result, missing=("people",))
        return Finding(result, (Because(self.fact, plain(got), self.test),))

    @property
    def test(self) -> str:
        if self.op == "known":
            return "known" if self.value else "not known"
        shown = "{" + ", ".join(map(str, self.value)) + "}" if isinstance(self.value, tuple) else _word(self.value)
        return f"{_SIGNS[self.op]} {shown}"

    def facts(self) -> set[str]:
        return {self.fact}

    def values(self, fact: str) -> list[Any]:
        if fact != self.fact or self.op == "known":
            return []
        return list(self.value) if isinstance(self.value, tuple) else [self.value]


@dataclass(frozen=True, slots=True)
class All(Condition):
    parts: tuple[Condition, ...]

    def ask(self, sheet: Sheet) -> Finding:
        return every(part.ask(sheet) for part in self.parts)

    def facts(self) -> set[str]:
        return set().union(*(part.facts() for part in self.parts))

    def values(self, fact: str) -> list[Any]:
        return [value for part in self.parts for value in part.values(fact)]


@dataclass(frozen=True, slots=True)
class Some(Condition):
    parts: tuple[Condition, ...]

    def ask(self, sheet: Sheet) -> Finding:
        return some(part.ask(sheet) for part in self.parts)

    def facts(self) -> set[str]:
        return set().union(*(part.facts() for part in self.parts))

    def values(self, fact: str) -> list[Any]:
        return [value for part in self.parts for value in part.values(fact)]


@dataclass(frozen=True, slots=True)
class Not(Condition):
    part: Condition

    def ask(self, sheet: Sheet) -> Finding:
        found = self.part.ask(sheet)
        return Finding(~found.answer, found.because, found.missing)

    def facts(self) -> set[str]:
        return self.part.facts()

    def values(self, fact: str) -> list[Any]:
        return self.part.values(fact)


@dataclass(frozen=True, slots=True)
class Predicate(Condition):
    name: str

    def ask(self, sheet: Sheet) -> Finding:
        result, because, missing = PREDICATES[self.name].test(sheet)
        return Finding(result, because, missing)

    def facts(self) -> set[str]:
        return set(PREDICATES[self.name].facts)

    def values(self, fact: str) -> list[Any]:
        return []


def every(findings: Iterable[Finding]) -> Finding:
    """All of them. The first that says no ends it, and its reasons are the reasons."""
    found = []
    result = Answer.YES
    for one in findings:
        if one.answer is Answer.NO:
            return one
        if one.answer is Answer.UNKNOWN:
            result = Answer.UNKNOWN
        found.append(one)
    return found[0] if len(found) == 1 else Finding(result, *_joined(found))


def some(findings: Iterable[Finding]) -> Finding:
    """One of them. Those that say yes are the reasons."""
    found = list(findings)
    yes = [one for one in found if one.answer is Answer.YES]
    if yes:
        return Finding(Answer.YES, _joined(yes)[0])
    return Finding(answer.some(one.answer for one in found), *_joined(found))


def _joined(found: Iterable[Finding]) -> tuple[tuple[Because, ...], tuple[str, ...]]:
    because: list[Because] = []
    missing: dict[str, None] = {}
    for one in found:
        for reason in one.because:
            if reason not in because:
                because.append(reason)
        for name in one.missing:
            missing[name] = None
    return tuple(because), tuple(missing)


def _compare(got: Any, op: str, value: Any) -> Answer:
    if isinstance(got, Bounds):
        if op in ("ne", "in"):
            hits = answer.some(got.compare("eq", n) for n in (value if op == "in" else (value,)))
            return hits if op == "in" else ~hits
        return got.compare(op, value)
    match op:
        case "eq":
            return answer.of(got == value)
        case "ne":
            return answer.of(got != value)
        case "in":
            return answer.of(got in value)
        case "has_any":
            return answer.of(not got.isdisjoint(value))
        case "has_all":
            return answer.of(got >= set(value))
        case "gt":
            return answer.of(got > value)
        case "gte":
            return answer.of(got >= value)
        case "lt":
            return answer.of(got < value)
    return answer.of(got <= value)


def plain(value: Any) -> Any:
    """A fact as JSON can hold it."""
    if isinstance(value, Bounds):
        return value.low if value.exact else {"min": value.low, "max": value.high}
    if isinstance(value, Instant):
        return value.text()
    if isinstance(value, frozenset | set | tuple):
        return sorted(value)
    return value


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse(raw: Any, words: Facts) -> Condition:
    """Read a condition strictly. `{}` is yes. Raises BadCondition."""
    if not isinstance(raw, Mapping):
        raise BadCondition("map", value=raw)
    if not raw:
        return All(())
    if "f" in raw:
        return _leaf(raw, words)
    if len(raw) != 1:
        raise BadCondition("kind", found=", ".join(map(str, raw)))
    kind, inner = next(iter(raw.items()))
    if kind in ("all", "any"):
        if not isinstance(inner, list) or not inner:
            raise BadCondition("parts", kind=kind)
        parts = tuple(parse(part, words) for part in inner)
        return All(parts) if kind == "all" else Some(parts)
    if kind == "not":
        return Not(parse(inner, words))
    if kind == "predicate":
        if inner not in PREDICATES:
            raise BadCondition("predicate", name=inner, known=", ".join(PREDICATES))
        return Predicate(inner)
    raise BadCondition("kind", found=kind)


def _leaf(raw: Mapping[str, Any], words: Facts) -> Leaf:
    name = raw["f"]
    fact = words.find(name) if isinstance(name, str) else None
    if fact is None:
        near = words.suggest(str(name))
        raise BadCondition("fact_near" if near else "fact", name=name, near=near)
    rest = {key: value for key, value in raw.items() if key != "f"}
    if len(rest) != 1 or next(iter(rest)) not in OPERATORS:
        raise BadCondition("operator", name=name, known=", ".join(OPERATORS))
    op, value = next(iter(rest.items()))
    _check(fact, name, op, value)
    return Leaf(name, op, tuple(value) if isinstance(value, list) else value)


def _check(fact: Fact, name: str, op: str, value: Any) -> None:
    if op == "known":
        if not isinstance(value, bool):
            raise BadCondition("known", name=name)
        return
    if op in ("in", "has_any", "has_all") and not isinstance(value, list):
        raise BadCondition("list", name=name, op=op)
    if op in ("has_any", "has_all") and fact.type not in _SETS:
        raise BadCondition("no_set", name=name, op=op)
    if op in ("gt", "gte", "lt", "lte") and fact.type not in _NUMBERS and not name.startswith(COUNT_IN):
        raise BadCondition("no_number", name=name, op=op)
    for one in value if isinstance(value, list) else [value]:
        _check_value(fact, name, one)


def _check_value(fact: Fact, name: str, value: Any) -> None:
    if fact.type is FactType.BOOL and not isinstance(value, bool):
        raise BadCondition("yes_no", name=name, value=value)
    if fact.type in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise BadCondition("number", name=name, value=value)
    if fact.options and value not in fact.options:
        near = difflib.get_close_matches(str(value), fact.options, n=1)
        known = ", ".join(fact.options)
        raise BadCondition("value_near" if near else "value", name=name, value=value, near="".join(near), known=known)
