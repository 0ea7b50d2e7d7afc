"""From counts to a judgement: which element a column holds, how sure, and why, in words without values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from breachdesk.scope.detectors.column import Column, Kind
from breachdesk.scope.detectors.detector import Detector, Detectors
from breachdesk.scope.detectors.guide import Guide, guide_of
from breachdesk.scope.detectors.header import Said, Strength
from breachdesk.scope.detectors.pack import compiled
from breachdesk.scope.detectors.spread import SPREADS
from breachdesk.scope.detectors.tally import Tally
from breachdesk.scope.shapes import Field

_MIXED_LEAST = 0.005  # share of a mixed column that one more kind of id must add
_PERSONAL = ("email", "phone", "date_of_birth", "gov_id", "login", "card", "bank", "health", "insurance")
_SURE = 0.9
_RIVAL = 0.95
_FEW = 20  # rows, below which chance plays
_ABOVE_CHANCE = 0.25  # check digits let one in ten or eleven random numbers through


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of the table around a column."""

    person: bool
    thing: bool
    talk: bool
    elements: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()

    def about_persons(self) -> bool:
        personal = any(element.split(".")[0] in _PERSONAL for element in self.elements)
        named = bool(self.roles & {"given", "family", "birth", "full"})
        if self.thing:
            return named or "birth" in self.roles
        return self.person or personal or named


@dataclass(frozen=True, slots=True)
class Claim:
    """One detector's claim on a column, accepted."""

    detector: Detector
    said: Said
    shape: float
    passed: float
    confidence: float
    basis: str  # header | hint | values

    def weight(self) -> tuple[bool, int, int, int, int, float]:
        values = self.detector.pack.values
        certain = bool(values and values.certain and self.passed >= _SURE)
        return (certain, self.detector.pack.rank, int(self.said.strength), self.said.words, self.said.end, self.passed)


def judge(
    tallies: Mapping[str, Tally], source: str, detectors: Detectors, meant: Mapping[str, str] | None = None
) -> tuple[Column, ...]:
    """Twice over the columns: what stands by itself, then what needs to know whose table it is. `meant`: columns
    of which somebody says what they are, as ids of detectors ("": nothing); the others are judged beside that."""
    meant = meant or {}
    person, thing, talk = detectors.context.table(source)
    bare = Table(person, thing, talk)
    first = {
        name: _meant(tally, meant[name], detectors)
        if name in meant
        else _best(tally, bare, detectors, contextual=False)
        for name, tally in tallies.items()
    }
    table = Table(
        person,
        thing,
        talk,
        frozenset(claims[0].detector.element for claims in first.values() if claims),
        frozenset(claims[0].detector.pack.role for claims in first.values() if claims),
    )
    guides = [guide for name, tally in tallies.items() if (guide := guide_of(name, tally, detectors))]
    columns = []
    for name, tally in tallies.items():
        if name in meant:
            columns.append(_said(name, tally, first[name], table))
            continue
        claims = _best(tally, table, detectors, contextual=True)
        columns.append(_column(name, tally, claims, table, detectors, guides))
    return tuple(columns)


def _meant(tally: Tally, id: str, detectors: Detectors) -> list[Claim]:
    if not id or tally.filled == 0:
        return []
    detector = detectors[id]
    shape = tally.shapes[id] / tally.filled
    return [Claim(detector, Said(Strength.NAMES), shape, tally.passed(detector) / tally.filled, 1.0, "said")]


def _said(name: str, tally: Tally, claims: Sequence[Claim], table: Table) -> Column:
    """As somebody says. Where most cells look like it, the others are blanks of some kind and do not count; where they
    do not, whoever says it knows a form that we do not, and every filled cell counts."""
    kind = _kind(tally, table)
    if not claims:
        return Column(
            name=name,
            filled=tally.filled,
            elements=(),
            main=None,
            free_text=False,
            kind=kind,
            distinct_estimate=tally.distinct(),
            reason="somebody of the team said so" if tally.filled else "empty",
            left=True,
        )
    detector, alike = claims[0].detector, tally.shapes[claims[0].detector.id]
    prose = detector.element in ("messages", "health") and _prose(tally)
    every = alike * 2 < tally.filled and not prose
    reason = f"somebody of the team said so; {alike} of {tally.filled} rows look like it"
    count = tally.filled if every else alike + (tally.long if prose else 0)
    return Column(
        name=name,
        filled=tally.filled,
        elements=(Field(name, detector.element, count, 1.0, detector.id, reason),),
        main=detector.element,
        free_text=prose,
        kind=Kind.TEXT if prose else kind,
        distinct_estimate=tally.distinct(),
        reason=reason,
        role=detector.pack.role,
        plan=(detector.id,),
        whole=every or alike == tally.filled,
        loose=True,
    )


def _best(tally: Tally, table: Table, detectors: Detectors, *, contextual: bool) -> list[Claim]:
    """Accepted claims, the weightiest first."""
    claims = []
    for detector in tally.candidates:
        claim = _claim(detector, tally, table, contextual=contextual)
        if claim is not None:
            claims.append(claim)
    claims.sort(key=Claim.weight, reverse=True)
    return _yielded(claims, tally) if claims else claims


def _yielded(claims: list[Claim], tally: Tally) -> list[Claim]:
    """A header is wrong now and then: `phone` over numbers that nearly all pass the check of something else."""
    values = claims[0].detector.pack.values
    if values is None or not values.yields or claims[0].basis != "header":
        return claims
    if tally.kinds["date"] > _SURE * tally.sampled:
        return claims[1:]
    rivals = [claim for claim in claims[1:] if claim.basis == "values" and claim.passed >= _RIVAL]
    return claims if tally.filled < _FEW or not rivals else [*rivals, *(c for c in claims if c not in rivals)]


def _claim(detector: Detector, tally: Tally, table: Table, *, contextual: bool) -> Claim | None:
    pack = detector.pack
    said = tally.said.get(detector.id, Said(Strength.NOTHING))
    if said.strength is Strength.NEVER or tally.filled == 0:
        return None
    if pack.needs == "person" and not (contextual and _person_here(tally, table)):
        return None
    if pack.needs == "talk" and not table.talk:
        return None
    if pack.needs == "no_thing" and not (contextual and _about_somebody(tally, table)):
        return None
    filled = max(1, tally.filled)
    shape, passed = tally.shapes[detector.id] / filled, tally.passed(detector) / filled
    strength = _strength(detector, said, tally)
    basis = _accept(detector, strength, shape, passed, tally)
    if basis == "values" and pack.values and pack.values.alone_needs and not _about_somebody(tally, table):
        return None
    if basis is None:
        return None
    return Claim(
        detector, Said(strength, said.words, said.end), shape, passed, _confidence(detector, basis, passed), basis
    )


def _person_here(tally: Tally, table: Table) -> bool:
    return tally.header.person or (table.about_persons() and "~thing" not in tally.said)


def _about_somebody(tally: Tally, table: Table) -> bool:
    """The table is not about things alone: `invoice` is, unless its address is the bill's or it knows its customer."""
    return not table.thing or table.about_persons() or tally.header.person or "key" in table.roles


def _strength(detector: Detector, said: Said, tally: Tally) -> Strength:
    """A header that speaks of a property (`phone_type`) or of a thing (`product_name`) names nothing by itself."""
    if said.strength is not Strength.NAMES or said.whole or not ({"~prop", "~thing"} & tally.said.keys()):
        return said.strength
    values = detector.pack.values
    return Strength.HINT if values is not None and values.alone is not None else Strength.NOTHING


def _accept(detector: Detector, strength: Strength, shape: float, passed: float, tally: Tally) -> str | None:
    values = detector.pack.values
    if values is None:
        return "header" if strength is Strength.NAMES else None
    if strength is Strength.NAMES and shape >= values.least:
        return "header"
    if strength is Strength.HINT and passed >= values.hint:
        return "hint"
    if values.alone is None or passed < values.alone or shape < values.whole:
        return None
    if values.certain:
        return "values"
    if "~thing" in tally.said or _prose(tally) or not SPREADS[values.spread](tally):
        return None
    if not tally.header.opaque and (values.words is not None or values.spread == "births"):
        return None  # a header that says something else is believed before a likeness of words or dates
    return "values"


def _confidence(detector: Detector, basis: str, passed: float) -> float:
    top = detector.pack.confidence
    if basis == "header":
        return round(top * (0.8 + 0.2 * passed), 3)
    if basis == "hint":
        return round(top * (0.6 + 0.35 * passed), 3)
    return round(top * (0.5 + 0.45 * passed), 3)


def _prose(tally: Tally) -> bool:
    """Sentences rather than values."""
    return tally.long * 10 > tally.filled or tally.kinds["prose"] >= 0.3 * max(1, tally.sampled)


def _column(
    name: str, tally: Tally, claims: Sequence[Claim], table: Table, detectors: Detectors, guides: Sequence[Guide]
) -> Column:
    kind = _kind(tally, table)
    prose = _prose(tally)
    things = table.thing and not table.about_persons() and not table.talk
    if not claims:
        return Column(
            name=name,
            filled=tally.filled,
            elements=(),
            main=None,
            free_text=prose,
            kind=Kind.TEXT if prose else kind,
            distinct_estimate=tally.distinct(),
            reason=_nothing(tally),
            things=things,
        )
    main = claims[0]
    plan = _plan(tally, main, detectors)
    guide = None
    if main.detector.id in detectors.mixers and guides:
        guide = guides[0]
        plan = guide.extend(plan, detectors)
    fields = tuple(_field(name, tally, plan, place, main, prose=prose) for place in reversed(range(len(plan))))
    # What a header calls remarks is text even where people wrote three words.
    texty = main.detector.element == "messages" or (main.detector.element == "health" and prose)
    return Column(
        name=name,
        filled=tally.filled,
        elements=fields,
        main=plan[0].element,
        free_text=texty,
        kind=Kind.TEXT if prose else kind,
        distinct_estimate=tally.distinct(),
        reason=fields[-1].reason,
        role=_role(main, tally, table),
        plan=tuple(detector.id for detector in plan),
        things=things,
        whole=len(plan) == 1 and tally.shapes[plan[0].id] == tally.filled,
        loose=len(plan) == 1,
        guide=guide,
    )


def _plan(tally: Tally, main: Claim, detectors: Detectors) -> list[Detector]:
    """The detectors that mark the column; where it mixes, the first one takes a cell first."""
    group = main.detector.pack.group
    if not group or not (tally.mixed_ids() or main.basis == "values"):
        return [main.detector]
    members = [one for one in tally.candidates if one.pack.group == group and _stands(one, tally, detectors)]
    members.sort(key=lambda one: (_has_check(one), one.pack.rank, tally.passed(one)), reverse=True)
    taken: list[Detector] = []
    for member in members:
        if tally.passed(member, beside=taken) >= max(2, _MIXED_LEAST * tally.filled):
            taken.append(member)
    if not taken:
        return [main.detector]
    covered = sum(tally.passed(one, beside=taken[:place]) for place, one in enumerate(taken))
    if main.detector.id in detectors.mixers and covered < tally.filled:
        taken.append(main.detector)
    return taken


def _stands(detector: Detector, tally: Tally, detectors: Detectors) -> bool:
    """May take cells of a mixed column: more of its shape pass its check than chance lets through; a detector without
    a check must be spoken for by the header."""
    if detector.id in detectors.mixers:
        return False
    if not _has_check(detector):
        return detector.id in tally.said and tally.said[detector.id].strength >= Strength.HINT
    return tally.passed(detector) >= _ABOVE_CHANCE * tally.shapes[detector.id]


def _has_check(detector: Detector) -> bool:
    return detector.pack.values is not None and detector.pack.values.check is not None


def _field(name: str, tally: Tally, plan: Sequence[Detector], place: int, main: Claim, *, prose: bool) -> Field:
    detector = plan[place]
    if len(plan) == 1:
        count = tally.shapes[detector.id] + (tally.long if prose else 0)
        return Field(name, detector.element, count, main.confidence, detector.id, _because(main, tally))
    if detector not in tally.candidates:
        reason = "another column of the row says which identifier it is"
        return Field(name, detector.element, 0, round(detector.pack.confidence * 0.9, 3), detector.id, reason)
    count = tally.passed(detector, beside=[one for one in plan[:place] if one in tally.candidates])
    reason = f"one column, several identifiers: {count} of {tally.filled} rows pass this one's pattern and check"
    return Field(name, detector.element, count, round(detector.pack.confidence * 0.9, 3), detector.id, reason)


def _because(claim: Claim, tally: Tally) -> str:
    """Why, in words that name no value."""
    values = claim.detector.pack.values
    parts = []
    if claim.basis == "header":
        parts.append("the header names it")
    elif claim.basis == "hint":
        parts.append("the header allows it")
    else:
        parts.append("the values alone show it")
    if values is not None and values.pattern is not None:
        right = round(claim.passed * tally.filled)
        test = f"pattern and check {values.check}" if values.check else "pattern"
        parts.append(f"{right} of {tally.filled} rows pass {test}")
        if claim.shape > claim.passed:
            parts.append(f"{round(claim.shape * tally.filled)} have its shape")
        if kinds := _kinds(values.kinds, tally):
            parts.append(f"of the kind {', '.join(kinds)}")
    return "; ".join(parts)


def _kinds(kinds: Mapping[str, str], tally: Tally) -> list[str]:
    """Which sorts are among the cells kept aside, the most frequent first."""
    tests = {name: compiled(pattern) for name, pattern in kinds.items()}
    counts = {name: sum(test.search(value) is not None for value in tally.sample) for name, test in tests.items()}
    return sorted((name for name, count in counts.items() if count), key=lambda name: -counts[name])


def _nothing(tally: Tally) -> str:
    if tally.filled == 0:
        return "empty"
    if "~thing" in tally.said:
        return "the header names a thing, not a person's data"
    return "neither header nor values show personal data"


def _kind(tally: Tally, table: Table) -> Kind:
    if tally.filled == 0:
        return Kind.EMPTY
    tried = max(1, tally.sampled)
    share = {kind: count / tried for kind, count in tally.kinds.items()}
    numeric = share.get("integer", 0) + share.get("decimal", 0)
    if tally.header.key and (
        share.get("integer", 0) > _SURE or share.get("uuid", 0) > _SURE or share.get("code", 0) > _SURE
    ):
        return Kind.PERSON_KEY if tally.header.person or (table.person and len(tally.header.words) == 1) else Kind.ID
    if share.get("date", 0) > _SURE:
        return Kind.DATE
    if share.get("uuid", 0) > _SURE:
        return Kind.ID
    distinct = tally.distinct()
    if distinct <= 64 and distinct * 4 <= tally.filled:
        return Kind.CATEGORY
    if numeric > _SURE:
        return Kind.NUMBER
    if share.get("code", 0) + numeric > _SURE:
        return Kind.CODE
    return Kind.TEXT


def _role(main: Claim, tally: Tally, table: Table) -> str:
    role = main.detector.pack.role
    if role != "full" or main.basis == "values":
        return role
    spaced = sum(" " in value.strip() or "," in value for value in tally.sample)
    if spaced * 2 < len(tally.sample) and "given" not in table.roles and tally.sample:
        return "given"
    return role
