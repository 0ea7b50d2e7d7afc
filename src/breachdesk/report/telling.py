"""Facts, duties and what changed about them, in sentences: at the terminal, and on the pages of the desk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from breachdesk.ground import elements, places
from breachdesk.ground.visible import visible
from breachdesk.law import instants, typed
from breachdesk.law.changes import Cause, Change, Changes, Kind, Reason
from breachdesk.law.shapes import Duty, Question, Verdict
from breachdesk.law.shelf import LawShelf
from breachdesk.law.vocabulary import Fact, FactType
from breachdesk.report.words import Words

_COUNTED = (Kind.OPENED, Kind.RULED_OUT, Kind.PEOPLE, Kind.VERDICT, Kind.REWORDED)  # after an answer: only how many
_MOST = 8
_SIGNS = {">": "more", "≥": "least", "<": "fewer", "≤": "most", "=": "is", "≠": "is_not", "∈": "one_of", "∩": "any_of",
          "⊇": "all_of"}  # fmt: skip

_WHERE = {"Σ": "people_all", "max": "people_most"}


@dataclass(frozen=True, slots=True)
class Line:
    """`deep`: how far it is set in; `quiet`: said beside the point."""

    text: str
    deep: int = 0
    quiet: bool = False


@dataclass(frozen=True)
class Teller:
    """Says things in one language, as seen at one moment."""

    say: Words
    dates: Words
    law: LawShelf
    tongue: typed.Tongue
    at: datetime

    @property
    def language(self) -> str:
        return self.say.language

    # --- facts

    def question(self, name: str) -> str:
        fact = self.law.facts.find(name)
        if fact is None:
            return visible(name)
        return fact.question(self.language).replace("<ISO>", places.title(name.rpartition(".")[2], self.language))

    def asked(self, question: Question) -> str:
        return self.question(question.fact)

    def value(self, name: str, value: Any) -> str:
        """A value of a sheet in words. What is only for letters stays where it is: it may name people."""
        fact = self.law.facts.find(name)
        if value is None:
            return self.say.say("facts.not_known")
        if isinstance(value, Mapping) and "value" in value:
            value = value["value"]
        if fact is None or fact.type is FactType.FREE:
            return self.say.say("facts.private")
        match fact.type:
            case FactType.PEOPLE:
                return self._people(value)
            case FactType.INSTANT:
                return self._instant(value)
            case FactType.MONEY if isinstance(value, Mapping):
                return f"{self.dates.number(value['amount'])} {visible(str(value.get('currency', '')))}".strip()
            case FactType.HOLD if isinstance(value, Mapping):
                return self._hold(value)
        if isinstance(value, list | tuple | set | frozenset):
            said = [self._one(fact, one) for one in value]
            return ", ".join(said) if said else self.say.say("facts.none")
        return self._one(fact, value)

    def _one(self, fact: Fact, value: Any) -> str:
        if isinstance(value, bool) or (fact.type is FactType.BOOL and value in ("yes", "no")):
            return self.say.say("facts.yes" if value in (True, "yes") else "facts.no")
        if isinstance(value, Mapping) and set(value) == {"min", "max"}:
            return f"{value['min']}-{value['max'] if value['max'] is not None else '?'}"
        if isinstance(value, int | float):
            return self.dates.number(value)
        if fact.options:
            return visible(self.tongue.choice(fact.name, str(value), self.language))
        if fact.type in (FactType.PLACE, FactType.PLACES):
            return places.title(str(value), self.language)
        return visible(str(value))

    def _people(self, value: Any) -> str:
        if not isinstance(value, list):
            return self._number(value) if isinstance(value, int | Mapping) else visible(str(value))
        known = elements.vocabulary()
        said = []
        for group in value:
            lost = [known[one].title(self.language) if one in known else visible(str(one)) for one in group["elements"]]
            where = places.title(str(group["residence"]), self.language)
            aged = group.get("minor")
            old = f" ({self.say.say('facts.minors' if aged else 'facts.adults')})" if isinstance(aged, bool) else ""
            said.append(f"{where}: {self._number(group['count'])}{old} - {', '.join(lost)}")
        return "; ".join(said) if said else self.say.say("facts.none")

    def _number(self, value: Any) -> str:
        if isinstance(value, Mapping):
            return f"{value.get('min')}-{value.get('max') if value.get('max') is not None else '?'}"
        return self.dates.number(value) if isinstance(value, int) else visible(str(value))

    def _instant(self, value: Any) -> str:
        try:
            told = instants.parse(value)
        except instants.BadInstant:
            return visible(str(value))
        if told.at is not None:
            zone = value.get("tz") if isinstance(value, dict) else None
            there = told.at.astimezone(typed.zone_info(zone)) if zone else told.at
            return self.moment(there)
        return self._day(told.day)

    def _day(self, day: date | None) -> str:
        assert day is not None
        return self.dates.day(datetime(day.year, day.month, day.day)).replace("\u00a0", " ")

    def _hold(self, value: Mapping[str, Any]) -> str:
        said = [self.say.say("facts.hold_from", moment=self._instant(value["from"]))]
        until = value.get("until")
        said.append(
            self.say.say("facts.hold_until", moment=self._instant(until)) if until else self.say.say("facts.hold_lasts")
        )
        if isinstance(value.get("written"), bool):
            said.append(self.say.say("facts.hold_written" if value["written"] else "facts.hold_oral"))
        return ", ".join(said)

    # --- time

    def moment(self, moment: datetime) -> str:
        return self.dates.placed(moment, seen_from=self.at).replace("\u00a0", " ")

    def due(self, duty: Duty) -> str:
        """`by Sat 26 Dec, 23:59 Chicago, in 30 days`; what the law says instead when it gives no number."""
        if duty.due is None:
            return visible(duty.standard) or self.say.say("duty.no_date")
        return self.say.say("duty.by", moment=self.moment(duty.due), left=self.left(duty.due, duty.verdict))

    def left(self, due: datetime, verdict: Verdict) -> str:
        return self.dates.left(due, self.at, sure=verdict is Verdict.OWED).replace("\u00a0", " ")

    def nearest(self, question: Question) -> str:
        """`; the nearest is due Thu 26 Nov, 22:00 Berlin, in 12 h`; empty without a date."""
        due = question.soonest_due
        if due is None:
            return ""
        return self.say.say("ask.nearest", moment=self.moment(due), left=self.left(due, Verdict.UNKNOWN))

    def duty(self, duty: Duty) -> str:
        """`Tell the Attorney General → Texas Attorney General`."""
        return f"{visible(duty.title)} → {visible(duty.recipient.name)}"

    def people(self, n: int) -> str:
        return self.say.say("duty.people", n)

    # --- what changed

    def changes(self, found: Changes, *, brief: bool = False, most: int = _MOST) -> Iterator[Line]:
        """Each change with its reason. `brief`, after an answer: what is sure in full, the rest counted."""
        counted = _COUNTED if brief else ()
        for kind in Kind:
            some = found.of(kind)
            if not some:
                continue
            if kind is Kind.MOVED and brief:
                dated = [one for one in some if one.duty.verdict is Verdict.UNKNOWN]
                some = tuple(one for one in some if one.duty.verdict is not Verdict.UNKNOWN)
                if dated:
                    yield Line(self.say.say("changes.dated", len(dated)), quiet=True)
            if kind in counted:
                if kind is not Kind.REWORDED:
                    yield Line(self.say.say(f"changes.n.{kind.value}", len(some)), quiet=True)
                continue
            shown = some[:most] if brief else some
            for change in shown:
                yield from self.change(change, brief=brief)
            if len(some) > len(shown):
                yield Line(self.say.say("changes.more", len(some) - len(shown)), 1, True)

    def change(self, change: Change, *, brief: bool = False) -> Iterator[Line]:
        head = self.say.say(f"changes.kind.{change.kind.value}")
        yield Line(f"{head}: {self.duty(change.duty)}{self._what(change)}")
        if not brief:
            yield Line(change.duty.id, 1, True)
        for reason in change.reasons:
            plain = reason.cause in (Cause.ANSWERED, Cause.UNANSWERED) and not _number(reason)
            if brief and plain and change.kind is not Kind.FELL_AWAY:
                continue  # the answer just given
            yield Line(self.say.say("changes.because", reason=self.reason(reason)), 1, True)

    def _what(self, change: Change) -> str:
        was, now = change.before, change.after
        if change.kind is Kind.PEOPLE and was and now:
            return f": {self.say.say('changes.people', was=self._count(was.people), now=self._count(now.people))}"
        if change.kind is Kind.MOVED and was and now:
            return f": {self.say.say('changes.moved', was=self._end(was), now=self._end(now))}"
        if change.kind is Kind.REWORDED:
            return f": {', '.join(self.say.say(f'changes.part.{part}') for part in change.parts)}"
        if change.kind in (Kind.FELL_AWAY, Kind.REMOVED, Kind.RULED_OUT, Kind.HELD):
            return ""
        if change.kind in (Kind.VERDICT, Kind.REOPENED):
            return f": {self.say.say(f'verdict.{change.duty.verdict.value}')}"
        told = f"; {self.due(change.duty)}"
        return told + (f"; {self.people(change.duty.people)}" if change.duty.people is not None else "")

    def _count(self, n: int | None) -> str:
        return "?" if n is None else self.dates.number(n)

    def _end(self, duty: Duty) -> str:
        return self.moment(duty.due) if duty.due is not None else self.say.say("duty.no_date")

    def reason(self, reason: Reason) -> str:
        cause = reason.cause
        if cause is Cause.PACKS:
            return self.say.say("changes.cause.packs", was=reason.was, now=reason.now)
        if cause in (Cause.HOLD_BEGAN, Cause.HOLD_ENDED, Cause.TIME):
            return self.say.say(f"changes.cause.{cause.value}")
        if cause is Cause.CLOCK:
            return self.say.say("changes.cause.clock", start=self.question(reason.fact), rule=visible(str(reason.now)))
        test = self.test(reason.fact, reason.test) if _number(reason) else ""
        key = "changes.cause.tested" if test else "changes.cause.said"
        now, was = self._said(reason.fact, reason.now), self._said(reason.fact, reason.was)
        if cause is Cause.CHANGED:
            now = self.say.say("changes.cause.instead", now=now, was=was)
        return self.say.say(key, question=self.subject(reason.fact, reason.test), value=now, test=test)

    def _said(self, name: str, value: Any) -> str:
        if name == "people" and value is not None:
            return self._number(value)
        return self.value(name, value)

    def subject(self, name: str, test: str = "") -> str:
        """What a reason speaks of: the question, or the people of a place."""
        if name != "people":
            return self.question(name)
        place = test.partition("(")[2].rstrip(")")
        if place in _WHERE:
            return self.say.say(f"facts.{_WHERE[place]}")
        titles = [places.title(one, self.language) for one in place.split(",") if one]
        return self.say.say("facts.people_of", place=", ".join(titles)) if titles else self.say.say("facts.people")

    def test(self, name: str, test: str) -> str:
        """`> 500 (US-CA)` -> `more than 500`."""
        sign, _, rest = test.partition(" ")
        value = rest.partition(" (")[0]
        if sign not in _SIGNS:
            return visible(test)
        fact = self.law.facts.find(name)
        if fact is not None and fact.type is not FactType.PEOPLE:
            parts = [part.strip() for part in value.strip("{}").split(",")]
            said = ", ".join(self._one(fact, {"true": True, "false": False}.get(part, part)) for part in parts)
            return self.say.say(f"changes.test.{_SIGNS[sign]}", n=said)
        return self.say.say(
            f"changes.test.{_SIGNS[sign]}", n=self.dates.number(int(value)) if value.isdecimal() else value
        )


def _number(reason: Reason) -> bool:
    return reason.test[:1] in "<>≤≥" if reason.test else False
