"""Whether the way by which people are told is one that their law accepts; who was told by another is not told, as that
law goes."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import reduce

from breachdesk.case.app.models import Case
from breachdesk.law.app import standing
from breachdesk.law.shapes import Verdict
from breachdesk.notify.app.models import Sending, Standing
from breachdesk.notify.app.writing import Letters
from breachdesk.notify.compose import entity_kinds
from breachdesk.notify.library import NoticeRule
from breachdesk.notify.mould import Mould
from breachdesk.notify.states import TOLD, Channel, State
from breachdesk.notify.ways import WAYS, Accepts, TooSoon, accepted, accepts, too_soon

_ASKED = (Verdict.OWED, Verdict.HELD, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Under:
    """So many people whose way is this one, under this law."""

    rule: NoticeRule
    channel: Channel
    accepts: Accepts
    only: str
    people: int


@dataclass(frozen=True, slots=True)
class Looked:
    """`refused`: by ways that a law does not name; `on_condition`: by ways that it names on a condition; `silent`:
    people of whose law we know no ways. `sent`: they were told so; else it is the first way that would be tried."""

    sent: bool
    refused: tuple[Under, ...]
    on_condition: tuple[Under, ...]
    silent: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """So many people of a place to whom, as things are planned, this way would go too soon under this law."""

    residence: str
    rule: NoticeRule
    way: TooSoon
    people: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`refused`: ways that a law does not name; `on_condition`: those it names on a condition; `silent`: people of
    whose law we know no ways. Most people first."""

    refused: tuple[Ahead, ...]
    on_condition: tuple[Ahead, ...]
    silent: int


def foresee(
    letters: Letters, channels: Sequence[Channel], offered: Collection[Channel], slugs: Collection[str] = ()
) -> Foreseen:
    """Before a list is fixed: out of the people as they were counted, so nobody knows yet who of them has which
    address, or was told already. `offered`: the ways this desk has."""
    refs, near, people = asked_refs(letters.case), dict[str, tuple[NoticeRule, ...]](), Counter[str]()
    chosen = frozenset(slugs)
    for one in letters.cohorts:
        if not chosen or one.slug in chosen:
            people[one.residence] += one.count
    for place in people:
        near[place] = tuple(one for one in _asked(letters, place, refs) if one.channels)
    found = [
        Ahead(place, rule, way, people[place])
        for place, rules in near.items()
        for rule in rules
        for way in too_soon(rule, channels, offered)
    ]
    found.sort(key=lambda one: (-one.people, one.residence, one.rule.id))
    return Foreseen(
        tuple(one for one in found if one.way.accepts is Accepts.NO),
        tuple(one for one in found if one.way.accepts is Accepts.IF),
        sum(n for place, n in people.items() if not near[place]),
    )


def look(sending: Sending, letters: tuple[Mould, ...]) -> Looked | None:
    """None: it is an early warning, which no law orders, or nothing is fixed."""
    if sending.early or not letters:
        return None
    sent = sending.standing not in (Standing.MAKING, Standing.READY)
    ours, refs = Letters(sending.case), asked_refs(sending.case)
    near: dict[str, tuple[NoticeRule, ...]] = {}
    people, silent = Counter[tuple[str, Channel]](), 0
    for (place, channel), n in _by_place(sending, letters, told=sent).items():
        if place not in near:
            near[place] = _asked(ours, place, refs)
        known = [one for one in near[place] if one.channels]
        people.update({(one.id, channel): n for one in known})
        silent += 0 if known else n
    found = sorted(
        (
            Under(rule, channel, *accepts(rule, channel), n)
            for (name, channel), n in people.items()
            if (rule := ours.library.rules[name])
        ),
        key=lambda one: (-one.people, one.rule.id),
    )
    return Looked(
        sent,
        tuple(one for one in found if one.accepts is Accepts.NO),
        tuple(one for one in found if one.accepts is Accepts.IF),
        silent,
    )


def _by_place(sending: Sending, letters: tuple[Mould, ...], *, told: bool) -> Counter[tuple[str, Channel]]:
    """(residence, channel) -> people, as they were counted last (spreading.py). `told`: those that were told."""
    found = Counter[tuple[str, Channel]]()
    for letter, state, name, n in sending.spread:
        channel = Channel(name)
        if channel in WAYS and letter < len(letters) and (State(state) in TOLD or not told):
            found[letters[letter].residence, channel] += n
    return found


def _asked(letters: Letters, residence: str, refs: frozenset[str]) -> tuple[NoticeRule, ...]:
    """The rules of a letter to people living there under which somebody may have to be told."""
    rules = letters.library.rules_for(residence, entity_kinds(letters.facts))
    return tuple(one for one in rules if any(fnmatchcase(ref, pattern) for ref in refs for pattern in one.refs))


def asked_refs(case: Case) -> frozenset[str]:
    """The duties to tell people that are owed, put off or open, as the last judgement has it."""
    last = standing.last(case)
    if last is None:
        return frozenset()
    rows = standing.document(last, "en")["duties"]
    return frozenset(
        row["ref"]
        for row in rows
        if row["recipient"]["type"] == "individuals" and not row.get("remote") and row["verdict"] in _ASKED
    )


def narrow(letters: Letters) -> Mapping[str, frozenset[Channel]]:
    """Letter -> the channels by which its people are told as every law goes; only where these are not all."""
    refs, near, found = asked_refs(letters.case), dict[str, frozenset[Channel]](), {}
    for one in letters.cohorts:
        if one.residence not in near:
            rules = letters.library.rules_for(one.residence, entity_kinds(letters.facts))
            named = [ref for ref in refs if any(fnmatchcase(ref, at) for rule in rules for at in rule.refs)]
            near[one.residence] = reduce(frozenset.__and__, (accepted(rules, ref) for ref in named), frozenset(WAYS))
        if near[one.residence] != frozenset(WAYS):
            found[one.slug] = near[one.residence]
    return found
