"""Conditions in words: what a pack asks of the facts, as a person reads it, not as the engine does."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal

from breachdesk.ground import places
from breachdesk.ground.elements import Combination
from breachdesk.law.conditions import All, Condition, Leaf, Not, Predicate, Some
from breachdesk.law.schema import Lost, PersonalInformation, Text
from breachdesk.law.shelf import LawShelf
from breachdesk.law.vocabulary import COUNT_IN
from breachdesk.law.words import Phrases

_CONTRARY = {"eq": "ne", "ne": "eq", "gt": "lte", "lte": "gt", "gte": "lt", "lt": "gte", "has_any": "has_none"}


@dataclass(frozen=True, slots=True)
class Said:
    """A line, and what stands below it."""

    text: str
    parts: tuple["Said", ...] = ()

    def flat(self) -> str:
        """In one line, for a sentence."""
        if not self.parts:
            return self.text
        return f"{self.text} {'; '.join(part.flat() for part in self.parts)}"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says the conditions of one shelf in one language."""

    law: LawShelf
    say: Phrases

    def text(self, words: Text) -> str:
        return words(self.say.language)

    def raw(self, raw: dict[str, Any]) -> Said:
        """A condition as it stands in a pack."""
        return self.condition(self.law.ask(raw))

    def condition(self, condition: Condition) -> Said:
        match condition:
            case Leaf():
                return Said(self._leaf(condition, condition.op))
            case Not(part=Leaf() as leaf) if leaf.op in _CONTRARY:
                return Said(self._leaf(leaf, _CONTRARY[leaf.op]))
            case Not():
                return Said(self.say("said.not"), (self.condition(condition.part),))
            case All(parts=()):
                return Said(self.say("said.always"))
            case All(parts=(one,)) | Some(parts=(one,)):
                return self.condition(one)
            case All():
                return Said(self.say("said.all"), tuple(self.condition(part) for part in condition.parts))
            case Some():
                return Said(self.say("said.any"), tuple(self.condition(part) for part in condition.parts))
            case Predicate():
                return Said(self.say(f"predicate.{condition.name}"))
        raise AssertionError(f"a condition nobody can say: {condition!r}")

    def _leaf(self, leaf: Leaf, op: str) -> str:
        return self.say("said.leaf", question=self.question(leaf.fact), answer=self._answer(op, leaf.value))

    def question(self, fact: str) -> str:
        found = self.law.facts.find(fact)
        if found is None:
            return fact
        asked = found.question(self.say.language)
        if fact.startswith(COUNT_IN):
            asked = asked.replace("<ISO>", places.title(fact.removeprefix(COUNT_IN), self.say.language))
        return asked

    def _answer(self, op: str, value: Any) -> str:
        if op == "known":
            return self.say("said.known" if value else "said.not_known")
        if isinstance(value, bool):
            return self.say("said.yes" if value == (op == "eq") else "said.no")
        return self.say(f"said.{op}", value=self._values(value))

    def _values(self, value: Any) -> str:
        if isinstance(value, tuple):
            return self.say("said.or").join(map(self._value, value))
        return self._value(value)

    def _value(self, value: Any) -> str:
        if isinstance(value, bool):
            return self.say("said.yes" if value else "said.no")
        if isinstance(value, int):
            return self.number(value)
        return f"«{value}»" if self.say.language == "ru" else f"“{value}”"

    def number(self, value: int) -> str:
        return str(format_decimal(value, locale=self.say.language))

    # --- kinds of data

    def kinds(self, kind: PersonalInformation) -> tuple[str, ...]:
        """Whose data a law protects, in sentences."""
        if kind.any:
            return (self.say("people.everybody"),)
        found = []
        if kind.with_name:
            key = "people.with_name" if kind.name else "people.with"
            found.append(self.say(key, names=self.losses(kind.with_name)))
        if kind.standalone:
            key = "people.standalone" if kind.with_name else "people.with"
            found.append(self.say(key, names=self.losses(kind.standalone)))
        if kind.note:
            found.append(self.text(kind.note))
        return tuple(found)

    def losses(self, losses: Iterable[Lost]) -> str:
        """Kinds of data, those under the same condition together."""
        together: dict[tuple[str, str], list[str]] = {}
        for lost in losses:
            condition = self.raw(lost.if_).flat() if lost.if_ is not None else ""
            since = lost.from_.isoformat() if lost.from_ is not None else ""
            together.setdefault((condition, since), []).append(self.element(lost.element))
        return "; ".join(self._under(", ".join(names), *key) for key, names in together.items())

    def _under(self, names: str, condition: str, since: str) -> str:
        if condition:
            names = self.say("people.element_if", name=names, condition=condition)
        return self.say("people.element_from", name=names, date=since) if since else names

    def element(self, name: str) -> str:
        """The words of a kind of data, however a pack names it."""
        vocabulary = self.law.names.vocabulary
        together = next((c for c in vocabulary.combinations if name in (c.us, c.id)), None)
        if together is not None:
            return self._together(together)
        if name in vocabulary:
            return vocabulary[name].title(self.say.language)
        return self._titles(self.law.names.us.get(name, ())) or name

    def _together(self, one: Combination) -> str:
        first, others = (one.all, one.any) if one.all else (one.any, one.and_any)
        return self.say("people.with_together", names=self._titles(first), others=self._titles(others))

    def _titles(self, names: Iterable[str]) -> str:
        vocabulary = self.law.names.vocabulary
        return self.say("said.or").join(
            vocabulary[name].title(self.say.language) if name in vocabulary else name for name in names
        )
