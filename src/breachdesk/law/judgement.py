"""Whether a duty is owed: reach, trigger, condition, encryption, people, exceptions, in that order; with the reasons.

What takes a duty away must be shown; a missing exception leaves it owed and open to be shown. What makes a duty must be
known; a missing fact leaves it unknown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from breachdesk.law import answer
from breachdesk.law import people as groups
from breachdesk.law.answer import Answer
from breachdesk.law.bounds import Bounds
from breachdesk.law.conditions import YES, Finding, every, plain, some
from breachdesk.law.groups import expand
from breachdesk.law.instants import Instant
from breachdesk.law.schema import Applies, Effective, Encryption, Lost, PersonalInformation, Text, Threshold, Version
from breachdesk.law.schema import People as Whom
from breachdesk.law.shapes import Because, Verdict
from breachdesk.law.sheet import Sheet, Watched
from breachdesk.law.shelf import Item, LawShelf
from breachdesk.law.words import Phrases

KNOWN_SINCE = (
    "time.aware", "time.discovered", "time.detected", "time.determined", "time.suspected", "time.assessed",
)  # fmt: skip
_SEATS = frozenset({"entity.establishments", "entity.main_establishment"})
_SIGNS = {"gt": ">", "gte": "≥", "lt": "<", "lte": "≤", "eq": "="}


@dataclass(frozen=True, slots=True)
class Judged:
    """`missing` facts keep the verdict unknown; `open` ones would take an owed duty away; `far` ones keep it open
    whether this law reaches the case at all."""

    verdict: Verdict
    because: tuple[Because, ...] = ()
    missing: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    people: Bounds | None = None
    far: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a condition of the law came to in this case, and the facts it may look at."""

    finding: Finding
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Step:
    finding: Finding
    notes: tuple[str, ...] = ()


def known_on(sheet: Sheet, at: datetime, zone: ZoneInfo) -> date:
    """The day whose law counts: when the breach became known, else the day of asking."""
    for name in KNOWN_SINCE:
        value = sheet.facts.get(name)
        if isinstance(value, Instant):
            return value.on(zone)
    return at.astimezone(zone).date()


def in_force(item: Item, day: date) -> Item:
    """The duty as the law of that day words it."""
    for version in item.versions:
        if covers(version.effective, day):
            return _as(item, version)
    return item


def _as(item: Item, version: Version) -> Item:
    due = version.due
    if due is not None and due.standard is None:
        due = due.model_copy(update={"standard": item.due.standard})
    return replace(
        item,
        due=item.due if due is None else due,
        whens=item.whens if version.when is None else (version.when, *item.whens[1:]),
        people=version.people or item.people,
        content=item.content if version.content is None else version.content,
        notes=item.notes if version.notes is None else version.notes,
        citation=version.citation or item.citation,
    )


def covers(span: Effective, day: date) -> bool:
    """In force on that day."""
    return (span.from_ is None or span.from_ <= day) and (span.until is None or day <= span.until)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges duties of one case. `item` is already worded as of `day`."""

    sheet: Sheet
    law: LawShelf
    say: Phrases
    counted: dict[tuple[Any, ...], tuple[Finding, Bounds | None]] = field(default_factory=dict)  # see `whom`
    found: dict[int, "_Asked"] = field(default_factory=dict)  # of the case itself: see `_once`
    trying: str = ""  # the fact that has another value in `sheet` than in the case
    tried: dict[int, Finding] = field(default_factory=dict)  # what looks at that fact: see `_once`
    others: dict[tuple[str, Any], "Judge"] = field(default_factory=dict)  # judges with one fact tried: see `but`

    def but(self, name: str, value: Any) -> "Judge":
        """Judges the same case with one fact tried; what does not look at it is not asked again, nor is what does for
        the next duty on which the same is tried."""
        key = (name, value)
        other = self.others.get(key)
        if other is None:
            other = self.others[key] = replace(
                self, sheet=self.sheet.but(name, value), trying=name, tried={}, others={}
            )
        if isinstance(self.sheet.facts, Watched) and isinstance(other.sheet.facts, Watched):
            other.sheet.facts.seen = self.sheet.facts.seen  # of the duty it is tried on this time
        return other

    def follow(self, before: "Judge", changed: set[str]) -> None:
        """Take over what was found before and looked at no fact that has changed since."""
        self.counted.update(before.counted)
        self.found.update((key, one) for key, one in before.found.items() if one.facts.isdisjoint(changed))

    def judge(self, item: Item, day: date) -> Judged:
        reach = self.reach(item.order.pack.applies)
        if reach.answer is Answer.NO:
            return Judged(Verdict.NOT_OWED, reach.because, people=self._concerned(item))
        asleep = self._asleep(item, day)
        if asleep:
            return self._dormant(item, reach, *asleep)
        if item.kind == "none":
            return Judged(Verdict.NOT_OWED, reach.because)
        whom, bounds = self.whom(item, day)
        readable = self._readable(item)
        condition = every(self._ask(raw) for raw in item.whens)
        found = every((reach, self._trigger(item), condition, readable.finding, whom))
        shown = self._exemptions(item, found)
        if bounds is None:
            bounds = self._concerned(item)
        if found.answer is Answer.NO:
            return Judged(self._otherwise(item, reach, condition), found.because, people=bounds)
        if shown.verdict is not None:
            return Judged(shown.verdict, shown.because, notes=shown.notes, people=bounds)
        verdict = Verdict.UNKNOWN if found.answer is Answer.UNKNOWN else _owed(item)
        return Judged(
            verdict,
            (*found.because, *shown.because),
            found.missing,
            shown.open,
            (*readable.notes, *shown.notes, *self._bounded(bounds, found.answer)),
            bounds,
            reach.missing,
        )

    def reach(self, applies: Applies) -> Finding:
        if applies.always:
            return YES
        seats = _SEATS if applies.establishments else frozenset()
        asked = self.law.looked(applies.when) if applies.when is not None else frozenset()
        return self._once(id(applies), seats | asked, partial(self._reach, applies))

    def _reach(self, applies: Applies) -> Finding:
        ways = []
        if applies.residents:
            here = self.sheet.people.here(expand(applies.residents))
            ways.append(_count(here, "gte", 1, ",".join(applies.residents)))
        if applies.establishments:
            ways.append(self._seated(applies))
        if applies.when is not None:
            ways.append(self._ask(applies.when))
        return some(ways)

    def _seated(self, applies: Applies) -> Finding:
        wanted = expand(applies.establishments)
        seats = self.sheet.get("entity.establishments")
        main = self.sheet.get("entity.main_establishment")
        known = set(seats or ()) | ({main} if main else set())
        hits = sorted(s for s in known if any(covers_place(w, s) for w in wanted))
        because = (Because("entity.establishments", sorted(known), "∩ {" + ", ".join(applies.establishments) + "}"),)
        if hits:
            return Finding(Answer.YES, because)
        if seats is None:
            return Finding(Answer.UNKNOWN, missing=("entity.establishments",))
        return Finding(Answer.NO, because)

    def _asleep(self, item: Item, day: date) -> tuple[Verdict, str] | None:
        rule = item.rule
        if rule.not_in_force is not None:
            return Verdict.DORMANT, self.say("note.not_in_force", why=rule.not_in_force(self.say.language))
        if rule.effective.from_ is not None and day < rule.effective.from_:
            return Verdict.DORMANT, self.say("note.dormant", date=rule.effective.from_)
        if rule.effective.until is not None and day > rule.effective.until:
            return Verdict.NOT_OWED, self.say("note.ended", date=rule.effective.until)
        return None

    def _dormant(self, item: Item, reach: Finding, verdict: Verdict, note: str) -> Judged:
        """Worth a line only where it would be asked for if it were in force."""
        found = every((reach, self._trigger(item), *(self._ask(raw) for raw in item.whens)))
        certain = found.answer is Answer.YES
        return Judged(verdict if certain else Verdict.NOT_OWED, found.because, notes=(note,))

    def _ask(self, raw: dict[str, object]) -> Finding:
        known = self.found.get(id(raw))
        if known is None or self.trying in known.facts:
            return self._once(id(raw), self.law.looked(raw), partial(self.law.ask(raw).ask, self.sheet))
        if isinstance(self.sheet.facts, Watched):
            self.sheet.facts.seen |= known.facts
        return known.finding

    def _once(self, key: int, facts: frozenset[str], find: Callable[[], Finding]) -> Finding:
        """What a part of the law (`key`, its id) came to in this case, found out once. `facts`: all it may look at."""
        if self.trying in facts:
            finding = self.tried.get(key)
            if finding is None:
                finding = self.tried[key] = find()
        else:
            known = self.found.get(key)
            if known is None:
                known = self.found[key] = _Asked(find(), facts)
            finding = known.finding
        if isinstance(self.sheet.facts, Watched):
            self.sheet.facts.seen |= facts
        return finding

    def _trigger(self, item: Item) -> Finding:
        trigger = item.order.pack.trigger
        return self._ask(trigger) if item.triggered and trigger is not None else YES

    def _readable(self, item: Item) -> _Step:
        rule = item.order.pack.encryption
        return self.readable(rule) if item.triggered and rule is not None and rule.safe_harbour else _Step(YES)

    def readable(self, rule: Encryption) -> _Step:
        """Whether encryption does NOT save: data readable, or the key went with them."""
        encrypted = self.sheet.get("data.encrypted")
        if encrypted is None:
            unintelligible = self.sheet.get("data.unintelligible")
            if unintelligible is None:
                return _Step(Finding(Answer.UNKNOWN, missing=("data.encrypted",)))
            fact = Because("data.unintelligible", unintelligible, "= false")
            return _Step(Finding(answer.of(not unintelligible), (fact,)))
        if not encrypted:
            return _Step(Finding(Answer.YES, (Because("data.encrypted", False, "= false"),)))
        return self._key(rule)

    def _key(self, rule: Encryption) -> _Step:
        taken = self.sheet.get("data.key_taken")
        if taken is None and rule.lost_with_key is not False:
            return _Step(Finding(Answer.UNKNOWN, missing=("data.key_taken",)))
        if taken and rule.lost_with_key is not False:
            notes = () if rule.lost_with_key else (self.say("note.key_silent"),)
            return _Step(Finding(Answer.YES, (Because("data.key_taken", True, "= true"),)), notes)
        if rule.minimum_bits is not None:
            bits = self.sheet.get("data.encryption_bits")
            if bits is None:
                return _Step(Finding(Answer.UNKNOWN, missing=("data.encryption_bits",)))
            if bits < rule.minimum_bits:
                return _Step(Finding(Answer.YES, (Because("data.encryption_bits", bits, f"< {rule.minimum_bits}"),)))
        return _Step(Finding(Answer.NO, (Because("data.encrypted", True, "= false"),)))

    def whom(self, item: Item, day: date) -> tuple[Finding, Bounds | None]:
        """Whether there are enough people, and how many. Counting is what costs: it is remembered, by what can change
        it while questions are tried (the conditions on elements)."""
        whom = item.people
        if whom is None:
            return YES, None
        told = [self._ask(raw) for raw in _element_conditions(item, whom)]
        key = (item.id, self.law.state(item, day), *((one.answer, one.missing) for one in told))
        if key not in self.counted:
            self.counted[key] = self._count_whom(item, whom, day)
        return self.counted[key]

    def _count_whom(self, item: Item, whom: Whom, day: date) -> tuple[Finding, Bounds | None]:
        places = None if whom.of == "everywhere" else self._places(item)
        protected = self._protected(item, whom, day)
        here, missing = self._bounds(item, places, protected, whom)
        label = "" if places is None else ",".join(item.order.pack.applies.residents or (item.order.pack.jurisdiction,))
        found = _count(here, "gte", 1, label)
        if whom.threshold is not None:
            enough = self._threshold(item, whom.threshold, here, protected, whom, label)
            if enough.answer is Answer.UNKNOWN and whom.threshold.unknown == "owed":
                enough = Finding(Answer.YES, (Because("people", plain(here), "not known exactly"),))
            found = every((found, enough))
        if found.answer is Answer.UNKNOWN and missing:
            found = Finding(found.answer, found.because, missing)
        return found, here

    @staticmethod
    def _places(item: Item) -> tuple[str, ...]:
        return expand(item.order.pack.applies.residents or (item.order.pack.jurisdiction,))

    def _bounds(
        self, item: Item, places: tuple[str, ...] | None, protected: groups.Protected, whom: Whom
    ) -> tuple[Bounds, tuple[str, ...]]:
        """How many, and what would settle for whom it is open."""
        people = self.sheet.people
        if people.listed:
            counted = people.count(places, protected, self.law.names, whom.minors)
            return counted.bounds, counted.missing
        here = people.everybody() if places is None else people.here(places)
        return (here if self._everyone(item, whom) else Bounds(0, here.high)), ()

    @staticmethod
    def _everyone(item: Item, whom: Whom) -> bool:
        """Whether every person counts, whatever he lost and however old."""
        kind = _kind(item, whom)
        return (kind is None or kind.any) and whom.narrow is None and whom.minors == "all"

    def _threshold(
        self, item: Item, rule: Threshold, here: Bounds, protected: groups.Protected, whom: Whom, label: str
    ) -> Finding:
        if rule.counts == "residents":
            return _count(here, rule.op, rule.n, label)
        total, _ = self._bounds(item, None, protected, whom)
        if rule.counts == "one_state":
            most = self.sheet.people.most_in_one_state(protected, self.law.names, item.order.pack.jurisdiction)
            if not self.sheet.people.listed and not self._everyone(item, whom):
                most = Bounds(0, most.high)
            return _count(most, rule.op, rule.n, "max")
        return _count(total, rule.op, rule.n, "Σ")

    def _protected(self, item: Item, whom: Whom, day: date) -> groups.Protected:
        """Whose loss counts in this case on that day: the conditions on kinds of data are asked here, once."""
        kind = _kind(item, whom)
        narrow = None if whom.narrow is None else self._kinds(whom.narrow, day)
        if kind is None or kind.any:
            return groups.Protected(narrow=narrow)
        return groups.Protected(
            any=False,
            names=frozenset(kind.name),
            with_name=self._kinds(kind.with_name, day),
            alone=self._kinds(kind.standalone, day),
            narrow=narrow,
        )

    def _kinds(self, told: Sequence[Lost], day: date) -> tuple[groups.Kind, ...]:
        found = []
        for one in told:
            if one.from_ is not None and day < one.from_:
                continue
            if one.if_ is None:
                found.append(groups.Kind(one.element))
            else:
                asked = self._ask(one.if_)
                found.append(groups.Kind(one.element, asked.answer, asked.missing))
        return tuple(found)

    def _exemptions(self, item: Item, found: Finding) -> "_Shown":
        if found.answer is Answer.NO:
            return _Shown()
        open_: dict[str, None] = {}
        notes = []
        for exemption in item.unless:
            asked = self._ask(exemption.when)
            if asked.answer is Answer.NO:
                continue
            name = exemption.name(self.say.language) + (f" ({exemption.cite})" if exemption.cite else "")
            if asked.answer is Answer.YES:
                return _Shown(Verdict(exemption.verdict), asked.because, (), (self.say("note.shown", name=name),))
            open_.update(dict.fromkeys(asked.missing))
            notes.append(self.say("note.open", name=name))
        return _Shown(open=tuple(open_), notes=tuple(notes))

    def _otherwise(self, item: Item, reach: Finding, condition: Finding) -> Verdict:
        """Data were breached but the duty does not arise: still to be recorded, unless an exception is shown."""
        recorded = item.rule.otherwise == "record_only" and item.id == item.rule.id
        if not recorded or condition.answer is not Answer.NO or reach.answer is not Answer.YES:
            return Verdict.NOT_OWED
        excepted = any(self._ask(exemption.when).answer is Answer.YES for exemption in item.unless)
        return Verdict.NOT_OWED if excepted or not self.sheet.get("breach.personal_data") else Verdict.RECORD_ONLY

    def _concerned(self, item: Item) -> Bounds | None:
        """People a duty without a people test speaks of: for the reader only."""
        if item.recipient.type != "individuals":
            return None
        applies = item.order.pack.applies
        seated = applies.establishments and self._seated(applies).answer is Answer.YES
        here = self.sheet.people.everybody() if seated else self.sheet.people.here(self._places(item))
        return here if here.exact else None

    def _bounded(self, bounds: Bounds | None, found: Answer) -> tuple[str, ...]:
        if bounds is None or bounds.exact or bounds.high is None or found is Answer.NO:
            return ()
        return (self.say("note.bounds", low=bounds.low, high=bounds.high),)


@dataclass(frozen=True, slots=True)
class _Shown:
    verdict: Verdict | None = None
    because: tuple[Because, ...] = ()
    open: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _kind(item: Item, whom: Whom) -> PersonalInformation | None:
    return whom.lost if whom.lost != "pack" else item.order.pack.personal_information


def _element_conditions(item: Item, whom: Whom) -> list[dict[str, Any]]:
    kind = _kind(item, whom)
    told = (*kind.with_name, *kind.standalone) if kind is not None else ()
    return [one.if_ for one in (*told, *(whom.narrow or ())) if one.if_ is not None]


def _owed(item: Item) -> Verdict:
    return Verdict.VOLUNTARY if item.kind == "voluntary" else Verdict.OWED


def _count(bounds: Bounds, op: str, n: int, label: str) -> Finding:
    result = bounds.compare(op, n)
    if result is Answer.UNKNOWN:
        return Finding(result, missing=("people",))
    test = f"{_SIGNS[op]} {n}" + (f" ({label})" if label else "")
    return Finding(result, (Because("people", plain(bounds), test),))


def covers_place(wanted: str, place: str) -> bool:
    """`DE` covers `DE-BY`."""
    return place == wanted or place.startswith(wanted + "-")


def texts(items: tuple[Text, ...], language: str) -> tuple[str, ...]:
    return tuple(item(language) for item in items)
