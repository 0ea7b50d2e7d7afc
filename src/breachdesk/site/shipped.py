"""The shelf as plain data, for the judge that runs in the reader's browser (`look/judge.js`): no server, no case leaves
the page. What depends on a day is worked out here, once for each state of the law, by the engine's own functions."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from breachdesk.ground import places
from breachdesk.ground.clock import time_zone
from breachdesk.ground.elements import covers as covers_element
from breachdesk.law.clocks import LONGEST, MONDAY_TO_FRIDAY
from breachdesk.law.groups import EEA, expand
from breachdesk.law.judgement import KNOWN_SINCE, covers, in_force
from breachdesk.law.people import Names
from breachdesk.law.predicates import PREDICATES
from breachdesk.law.schema import Applies, Calendar, Condition, Due, Lost, PersonalInformation, Start, Term
from breachdesk.law.schema import People as Whom
from breachdesk.law.shelf import Item, LawShelf, Order
from breachdesk.site import days


def law_data(law: LawShelf) -> dict[str, Any]:
    """Everything the judge needs, without words: JSON values."""
    maker = _Maker(law)
    items = [maker.item(item) for item in law.items]
    orders = {order.pack.id: maker.order(order) for order in law.orders}
    for predicate in PREDICATES.values():
        maker.zone(predicate.zone)
    return {
        "version": law.version,
        "sha256": law.sha256,
        "first": days.number(days.FIRST),
        "last": days.number(days.LAST),
        "known_since": KNOWN_SINCE,
        "longest": LONGEST,
        "eea": sorted(EEA),
        "elements": _elements(law.names),
        "combinations": [
            {"names": [one.us, one.id], "all": one.all, "any": one.any, "and_any": one.and_any}
            for one in law.names.vocabulary.combinations
        ],
        "parts": places.PARTS,
        "reached": sorted(law.reached),
        "wholes": sorted(law.wholes),
        "facts": {name: fact.type.value for name, fact in law.facts.facts.items()},
        "monday_to_friday": maker.calendar(MONDAY_TO_FRIDAY),
        "items": items,
        "orders": orders,
        "conditions": maker.conditions,
        "calendars": maker.calendars,
        "zones": maker.zones,
    }


def _elements(names: Names) -> dict[str, Any]:
    """Of each element the names it satisfies by itself, and its classes (`data.classes`)."""
    known = names.vocabulary.elements
    above = {element: [part for part in known if covers_element(part, element)] for element in known}
    return {
        element: [
            sorted({name for part in parts for name in (part, *known[part].us)}),
            sorted(names.classes([element])),
        ]
        for element, parts in above.items()
    }


@dataclass
class _Maker:
    law: LawShelf
    conditions: list[Condition] = field(default_factory=list)
    calendars: list[str] = field(default_factory=list)
    zones: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _told: dict[str, int] = field(default_factory=dict)
    _kept: dict[Calendar, int] = field(default_factory=dict)

    def condition(self, raw: Condition | None) -> int | None:
        """Its number; the same condition is told once."""
        if raw is None:
            return None
        text = json.dumps(raw, sort_keys=True)
        if text not in self._told:
            self._told[text] = len(self.conditions)
            self.conditions.append(raw)
        return self._told[text]

    def calendar(self, calendar: Calendar | None) -> int | None:
        if calendar is None:
            return None
        if calendar not in self._kept:
            self._kept[calendar] = len(self.calendars)
            self.calendars.append(days.working_days(calendar))
        return self._kept[calendar]

    def zone(self, name: str) -> str:
        if name and name not in self.zones:
            self.zones[name] = list(days.clock_changes(time_zone(name)))
        return name

    def order(self, order: Order) -> dict[str, Any]:
        pack = order.pack
        encryption = pack.encryption
        hold = pack.hold.model_dump(exclude={"note"}) if pack.hold.allowed else None
        if hold is not None and pack.hold.after_release and pack.hold.after_release.unit == "business_days":
            hold["calendar"] = self.calendar(pack.calendar)
        listed = order.authorities.list if order.authorities else ()
        return _lean(
            {
                "jurisdiction": pack.jurisdiction,
                "zone": self.zone(pack.zone),
                "applies": self._applies(pack.applies),
                "trigger": self.condition(pack.trigger),
                "encryption": encryption.model_dump(exclude={"note"})
                if encryption and encryption.safe_harbour
                else None,
                "hold": hold,
                "places": expand(pack.applies.residents or (pack.jurisdiction,)),
                "label": ",".join(pack.applies.residents or (pack.jurisdiction,)),
                "authorities": {one.iso: [one.name, self.zone(one.zone)] for one in listed},
            }
        )

    def _applies(self, applies: Applies) -> dict[str, Any]:
        return _lean(
            {
                "always": applies.always,
                "residents": expand(applies.residents),
                "residents_said": ",".join(applies.residents),
                "establishments": expand(applies.establishments),
                "establishments_said": ", ".join(applies.establishments),
                "when": self.condition(applies.when),
            }
        )

    def item(self, item: Item) -> dict[str, Any]:
        turns = self.law.turns[item.id]
        states = [self._state(item, day) for day in (date.min, *turns)]
        return _lean(
            {
                "id": item.id,
                "order": item.order.pack.id,
                "kind": item.kind,
                "to": item.recipient.type,
                "route": item.recipient.route,
                "confidence": item.confidence.value,
                "held": item.held,
                "record": item.rule.otherwise == "record_only" and item.id == item.rule.id,
                "unless": [[self.condition(one.when), one.verdict] for one in item.unless],
                "turns": [days.number(day) for day in turns],
                "states": [state if state != before else 0 for before, state in itertools.pairwise(({}, *states))],
            }
        )

    def _state(self, item: Item, day: date) -> dict[str, Any]:
        """The duty as the law of that day words it; nothing that depends on the day is left open."""
        worded = in_force(item, day)
        asleep = "" if covers(item.effective, day) and item.rule.not_in_force is None else "not_owed"
        if item.rule.not_in_force is not None or (item.effective.from_ is not None and day < item.effective.from_):
            asleep = "dormant"
        told = _lean(
            {
                "asleep": asleep,
                "whens": [self.condition(raw) for raw in worded.whens],
                "triggered": worded.triggered,
                "due": self._due(worded, worded.due),
            }
        )
        return told if worded.people is None else told | {"whom": self._whom(worded, worded.people, day)}

    def _whom(self, item: Item, whom: Whom, day: date) -> dict[str, Any]:
        kind = whom.lost if whom.lost != "pack" else item.order.pack.personal_information
        anything = kind is None or kind.any
        return _lean(
            {
                "of": "" if whom.of == "residents" else whom.of,
                "minors": "" if whom.minors == "all" else whom.minors,
                "threshold": whom.threshold.model_dump() if whom.threshold is not None else None,
                "narrow": self._losses(whom.narrow, day) if whom.narrow is not None else None,
                "lost": None if anything or kind is None else self._kind(kind, day),
            }
        )

    def _kind(self, kind: PersonalInformation, day: date) -> dict[str, Any]:
        with_name, alone = self._losses(kind.with_name, day), self._losses(kind.standalone, day)
        return {"names": sorted(set(kind.name)), "with_name": with_name, "alone": alone}

    def _losses(self, losses: Sequence[Lost], day: date) -> list[list[Any]]:
        return [
            [one.element, *(() if one.if_ is None else (self.condition(one.if_),))]
            for one in losses
            if one.from_ is None or day >= one.from_
        ]

    def _due(self, item: Item, due: Due) -> dict[str, Any]:
        worked = self._works(due)
        own = due.calendar or item.order.pack.calendar
        by_country: dict[str, int | None] = {}
        if worked and own is None and item.order.authorities is not None:
            for one in item.order.authorities.list:
                country = places.country_of(one.iso)
                by_country[country] = self.calendar(Calendar(country=country))
        return _lean(
            {
                "terms": [self._term(term) for term in due.terms],
                "earliest_of": [self._term(term) for term in due.earliest_of],
                "latest": [self._term(term) for term in due.latest],
                "eu_1182": due.eu_1182,
                "zone": self.zone(due.zone),
                "calendar": self.calendar(own) if worked else None,
                "by_country": by_country,
            }
        )

    @staticmethod
    def _works(due: Due) -> bool:
        """Whether working days play a part."""
        terms = (*due.terms, *due.earliest_of, *due.latest)
        return due.eu_1182 or any(t.unit == "business_days" or t.roll != "none" for t in terms)

    def _term(self, term: Term) -> dict[str, Any]:
        return _lean(
            {
                "if": self.condition(term.if_),
                "n": term.n,
                "n_from": term.n_from,
                "unit": term.unit,
                "from": [self._start(one) for one in term.from_],
                "pick": "" if term.pick == "first" else term.pick,
                "first_day": term.first_day == "included",
                "roll": term.roll != "none",
                "by": [term.by.month, term.by.day] if term.by is not None else None,
                "double_if": self.condition(term.double_if),
            }
        )

    @staticmethod
    def _start(start: Start) -> dict[str, Any]:
        return _lean(start.model_dump())


_NOTHING: tuple[Any, ...] = ("", [], (), {})


def _lean(told: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing; a zero does say something."""
    return {key: value for key, value in told.items() if value not in (None, *_NOTHING) and value is not False}


def as_script(name: str, data: dict[str, Any]) -> str:
    """A classic script that lays the data on the page: unlike a file to fetch it can be read from a disk as well."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"window.{name} = {text};\n"
