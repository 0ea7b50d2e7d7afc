"""The shelf of laws: every legal order with its duties, read once, checked whole, ready to be asked."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from breachdesk.ground import elements
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.places import with_wholes
from breachdesk.ground.shelf import BadPack, Shelf, our_shelf
from breachdesk.law import conditions, faults, overlay, vocabulary, words, workdays
from breachdesk.law.faults import BadLaw
from breachdesk.law.groups import expand
from breachdesk.law.overlay import Laid
from breachdesk.law.people import Names
from breachdesk.law.schema import (
    Authorities,
    Calendar,
    Condition,
    Contents,
    Due,
    Effective,
    Exemption,
    Pack,
    Penalties,
    People,
    Recipient,
    Rule,
    Stage,
    Text,
    Version,
)
from breachdesk.law.shapes import Confidence
from breachdesk.law.vocabulary import Facts, FactType
from breachdesk.law.words import Phrases

M = TypeVar("M", bound=BaseModel)
ROOT = "law"
PACK = "pack.yaml"
SHARED = ("authorities", "penalties")  # files of a pack that are no duties
STORIES = "stories"
WORDS = "messages/law"


@dataclass(frozen=True)
class Order:
    """A legal order: its pack, the authorities and tables of penalties beside it."""

    pack: Pack
    path: str
    authorities: Authorities | None = None
    penalties: Mapping[str, Penalties] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """A duty, or a stage of one with what it inherits."""

    order: Order
    rule: Rule
    id: str
    ref: str
    title: Text
    kind: str
    recipient: Recipient
    citation: str
    confidence: Confidence
    whens: tuple[Condition, ...]
    unless: tuple[Exemption, ...]
    people: People | None
    due: Due
    content: Contents
    notes: tuple[Text, ...]
    held: bool
    versions: tuple[Version, ...]

    @property
    def triggered(self) -> bool:
        """Whether the pack's trigger and encryption apply."""
        if self.rule.trigger is not None:
            return self.rule.trigger
        return self.people is not None and self.people.lost == "pack"

    @property
    def effective(self) -> Effective:
        return self.rule.effective

    @property
    def file(self) -> str:
        """Where it stands on the shelf."""
        return f"{ROOT}/{self.rule.id.replace('.', '/')}.yaml"


@dataclass(frozen=True)
class LawShelf:
    orders: tuple[Order, ...]
    items: tuple[Item, ...]
    facts: Facts
    names: Names
    content: Mapping[str, tuple[Text, ...]]
    phrases: Mapping[str, Phrases]
    version: str
    sha256: str
    laid: tuple[Laid, ...] = ()  # what folders laid over ours do to the law
    parsed: dict[int, conditions.Condition] = field(default_factory=dict, repr=False)

    @cached_property
    def by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    def owner(self, name: str) -> Item | None:
        """The duty of the shelf an id means: itself, or that which goes to several authorities, one of them named at
        the end (`eu.gdpr.art33.de`)."""
        found = self.by_id.get(name) or self.by_id.get(name.rpartition(".")[0])
        return found if found is not None and (found.id == name or found.recipient.route) else None

    @cached_property
    def asked(self) -> frozenset[str]:
        """Every fact some condition looks at."""
        return frozenset(name for condition in self.parsed.values() for name in condition.facts())

    @cached_property
    def reached(self) -> frozenset[str]:
        """Places whose own law is on the shelf; what reaches a whole federation by sector (HIPAA) is none of these."""
        packs = [order.pack for order in self.orders if order.pack.applies.when is None]
        return frozenset(
            place for pack in packs for place in expand((*pack.applies.residents, *pack.applies.establishments))
        )

    @cached_property
    def wholes(self) -> frozenset[str]:
        """Places of which a part has a law of its own: `US` for `US-CA`."""
        return frozenset(whole for place in self.reached for whole in with_wholes(place) if whole != place)

    def compared(self, fact: str) -> frozenset[Any]:
        """Every value some condition compares a fact with."""
        if fact not in self._compared:
            self._compared[fact] = frozenset(
                value for condition in self.parsed.values() for value in condition.values(fact)
            )
        return self._compared[fact]

    @cached_property
    def _compared(self) -> dict[str, frozenset[Any]]:
        return {}

    @cached_property
    def turns(self) -> dict[str, tuple[date, ...]]:
        """Of each item the days on which what the law says of it changes, in order."""
        return {item.id: tuple(sorted(set(_turns(item)))) for item in self.items}

    def state(self, item: Item, day: date) -> int:
        """How many of its turns lie behind: two days of one state are one and the same law."""
        return bisect_right(self.turns[item.id], day)

    def ask(self, raw: Condition) -> conditions.Condition:
        """The parsed form of a condition that stands in a pack."""
        return self.parsed[id(raw)]

    def looked(self, raw: Condition) -> frozenset[str]:
        """Every fact that a condition of a pack may look at."""
        if id(raw) not in self._looked:
            self._looked[id(raw)] = frozenset(self.ask(raw).facts())
        return self._looked[id(raw)]

    @cached_property
    def _looked(self) -> dict[int, frozenset[str]]:
        return {}

    @cached_property
    def worded(self) -> dict[tuple[str, int], Item]:
        """Each item as one of its states words it, filled by who asks (engine.py)."""
        return {}

    @cached_property
    def said(self) -> dict[tuple[int, str, bool], Any]:
        """What is said of an item of `worded` in every case, filled by who says it (engine.py)."""
        return {}

    def only(self, names: Iterable[str]) -> "LawShelf":
        """These legal orders alone, with those their clocks refer to: it answers for them as the whole shelf does."""
        wanted = set(names)
        while True:
            items = tuple(item for item in self.items if item.order.pack.id in wanted)
            more = {self.by_id[name].order.pack.id for item in items for name in _referred(item)}
            if more <= wanted:
                return replace(self, orders=tuple(o for o in self.orders if o.pack.id in wanted), items=items)
            wanted |= more

    def contents(self, content: Contents) -> tuple[Text, ...]:
        return self.content[content] if isinstance(content, str) else content

    def uses(self, fact: str) -> tuple[str, ...]:
        """Ids of the duties that look at a fact."""
        return tuple(item.id for item in self.items if fact in self._facts_of(item))

    def _facts_of(self, item: Item) -> set[str]:
        return set().union(*(self.looked(raw) for raw in raw_conditions(item)))


def load(shelf: Shelf | None = None) -> LawShelf:
    """Every law on the shelf, not to be changed by who gets it: as long as no byte of its files is another, all get the
    same. Raises BadPack with the file and what is wrong with it."""
    shelf = shelf or our_shelf()
    made_of = _made_of(shelf)
    law = _READ.pop(made_of, None) or _whole(shelf)
    while len(_READ) >= _MOST_READ:  # the one asked for longest ago goes
        _READ.pop(next(iter(_READ)), None)
    _READ[made_of] = law
    return law


_MOST_READ = 2  # shelves kept in memory: ours, and one it is compared with
_READ: dict[tuple[tuple[str, str], ...], "LawShelf"] = {}


def _made_of(shelf: Shelf) -> tuple[tuple[str, str], ...]:
    """Each folder by its name, with the digest of what is read of it."""
    beside = (*overlay.BESIDE, *(f"{WORDS}/{language}.yaml" for language in LANGUAGES))
    return tuple(
        (
            f"{name}\0{folder}",
            Shelf(folder).digest(ROOT, *(one for one in beside if (folder / one).is_file()), without=STORIES),
        )
        for name, folder in zip(shelf.names, shelf.folders, strict=True)
    )


def _whole(shelf: Shelf) -> LawShelf:
    facts = vocabulary.read(shelf)
    orders, items = _read(shelf)
    content = _content(shelf)
    newest = max((order.pack.version for order in orders), default=date.min)
    law = LawShelf(
        orders=orders,
        items=items,
        facts=facts,
        names=Names(elements.read(shelf)),
        content=content,
        phrases={language: words.read(shelf, language) for language in LANGUAGES},
        version=newest.isoformat(),
        sha256=sha256_of(shelf),
        laid=overlay.read(shelf),
    )
    _parse(law, shelf)
    _check(law, shelf)
    return law


def sha256_of(shelf: Shelf) -> str:
    """What a case is judged by: the laws, what they ask, of which data. Stories prove laws and decide nothing."""
    return shelf.digest(ROOT, "facts.yaml", "elements.yaml", without=STORIES)


def _read(shelf: Shelf) -> tuple[tuple[Order, ...], tuple[Item, ...]]:
    folders: dict[str, dict[str, Any]] = {}
    for path, data in shelf.all(ROOT, without=STORIES).items():
        if overlay.removal(data, path):
            continue
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, {})[name] = data
    orders: list[Order] = []
    items: list[Item] = []
    for folder, documents in folders.items():
        if PACK not in documents:
            continue
        order = _order(folder, documents, shelf)
        orders.append(order)
        for name, data in documents.items():
            if name != PACK and not name.startswith(SHARED):
                path = f"{folder}/{name}"
                items += _items(order, _model(Rule, data, path, shelf), path, shelf)
    return tuple(orders), tuple(items)


def _order(folder: str, documents: Mapping[str, Any], shelf: Shelf) -> Order:
    pack = _model(Pack, documents[PACK], f"{folder}/{PACK}", shelf)
    _same(pack.id, folder, f"{folder}/{PACK}", shelf)
    tables = {
        PurePosixPath(name).stem: _model(Penalties, data, f"{folder}/{name}", shelf)
        for name, data in documents.items()
        if name.startswith("penalties")
    }
    found = None
    if pack.authorities:
        name = f"{pack.authorities}.yaml"
        if name not in documents:
            raise BadLaw(faults.fault(shelf, f"{folder}/{PACK}", ("authorities",), "authorities", name=name))
        found = _model(Authorities, documents[name], f"{folder}/{name}", shelf)
    return Order(pack, folder, found, tables)


def _items(order: Order, rule: Rule, path: str, shelf: Shelf) -> Iterator[Item]:
    _same(rule.id, path.removesuffix(".yaml"), path, shelf)
    base = Item(
        order=order,
        rule=rule,
        id=rule.id,
        ref=rule.ref,
        title=rule.title,
        kind=rule.kind,
        recipient=rule.recipient,
        citation=rule.citation,
        confidence=rule.confidence,
        whens=(rule.when,),
        unless=(*rule.unless, *_shared(order, rule, path, shelf)),
        people=rule.people,
        due=rule.due,
        content=rule.content,
        notes=rule.notes,
        held=rule.held if rule.held is not None else rule.recipient.type == "individuals",
        versions=rule.versions,
    )
    yield base
    for stage in rule.stages:
        yield _stage(base, stage)


def _shared(order: Order, rule: Rule, path: str, shelf: Shelf) -> tuple[Exemption, ...]:
    known = {exemption.id: exemption for exemption in order.pack.unless}
    if "*" in rule.pack_unless:
        return tuple(known.values())
    lacking = next((name for name in rule.pack_unless if name not in known), None)
    if lacking is not None:
        kept = ", ".join(known) or "-"
        raise BadLaw(faults.fault(shelf, path, ("pack_unless",), "pack_unless", name=lacking, known=kept))
    return tuple(known[name] for name in rule.pack_unless)


def _stage(base: Item, stage: Stage) -> Item:
    recipient = stage.recipient or base.recipient
    same = stage.recipient is None or stage.recipient.type == base.recipient.type
    return Item(
        order=base.order,
        rule=base.rule,
        id=f"{base.id}.{stage.id}",
        ref=stage.ref,
        title=stage.title,
        kind=stage.kind or base.kind,
        recipient=recipient,
        citation=stage.citation or base.citation,
        confidence=stage.confidence or base.confidence,
        whens=(*base.whens, *((stage.when,) if stage.when is not None else ())),
        unless=base.unless if stage.unless is None else (*stage.unless, *base.unless[len(base.rule.unless) :]),
        people=stage.people or base.people,
        due=stage.due,
        content=base.content if stage.content is None else stage.content,
        notes=stage.notes,
        held=stage.held if stage.held is not None else (base.held if same else recipient.type == "individuals"),
        versions=tuple(v.model_copy(update={"due": None, "content": None, "notes": None}) for v in base.versions),
    )


def _content(shelf: Shelf) -> dict[str, tuple[Text, ...]]:
    class Sets(BaseModel):
        sets: dict[str, Contents]

    found = _model(Sets, shelf.data(f"{ROOT}/content.yaml"), f"{ROOT}/content.yaml", shelf).sets
    return {name: items for name, items in found.items() if not isinstance(items, str)}


def _model(kind: type[M], data: Any, path: str, shelf: Shelf) -> M:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise BadLaw(next(faults.validated(kind, data, shelf, path))) from error


def _same(name: str, path: str, file: str, shelf: Shelf) -> None:
    wanted = path.removeprefix(ROOT + "/").replace("/", ".")
    if name != wanted:
        raise BadLaw(faults.fault(shelf, file, ("id",), "id", name=name, wanted=wanted))


def raw_conditions(item: Item) -> Iterator[Condition]:
    """Every condition that can decide an item."""
    pack = item.order.pack
    yield from item.whens
    for exemption in item.unless:
        yield exemption.when
    for version in item.versions:
        if version.when is not None:
            yield version.when
    yield from (raw for raw in (pack.trigger, pack.applies.when) if raw is not None)
    for losses in _losses(item):
        yield from (lost.if_ for lost in losses if lost.if_ is not None)
    for due in _dues(item):
        for term in (*due.terms, *due.earliest_of, *due.latest):
            yield from (raw for raw in (term.if_, term.double_if) if raw is not None)


def _turns(item: Item) -> Iterator[date]:
    spans = [item.effective, *(version.effective for version in item.versions)]
    table = item.order.penalties.get(item.rule.penalty_table)
    if table is not None:
        spans.append(table.effective)
    for span in spans:
        if span.from_ is not None:
            yield span.from_
        if span.until is not None:
            yield span.until + timedelta(days=1)
    for losses in _losses(item):
        yield from (lost.from_ for lost in losses if lost.from_ is not None)


def _losses(item: Item) -> Iterator[Any]:
    kinds = [item.order.pack.personal_information]
    for people in (item.people, *(v.people for v in item.versions)):
        if people is not None:
            kinds.append(people.lost if people.lost != "pack" else None)
            yield people.narrow or ()
    for kind in kinds:
        if kind is not None:
            yield kind.with_name
            yield kind.standalone


def refer_to(law: LawShelf, folders: Collection[str]) -> set[str]:
    """Folders of legal orders with a clock that runs from a duty of one of `folders`."""
    wanted = {item.id for item in law.items if item.order.path in folders}
    return {item.order.path for item in law.items if not wanted.isdisjoint(_referred(item))}


def _referred(item: Item) -> Iterator[str]:
    """Duties whose due time a clock of this one may run from."""
    for due in _dues(item):
        for term in (*due.terms, *due.earliest_of, *due.latest):
            yield from (start.due_of for start in term.from_ if start.due_of is not None)


def _dues(item: Item) -> Iterator[Due]:
    yield item.due
    yield from (version.due for version in item.versions if version.due is not None)


def _parse(law: LawShelf, shelf: Shelf) -> None:
    for item in law.items:
        for raw in raw_conditions(item):
            if id(raw) not in law.parsed:
                _parse_one(law, raw, (item.file, f"{item.order.path}/{PACK}"), shelf)
    for order in law.orders:
        for name, table in order.penalties.items():
            for tier in (*table.always, *table.highest):
                _parse_one(law, tier.when, (f"{order.path}/{name}.yaml",), shelf)


def _parse_one(law: LawShelf, raw: Condition, files: Iterable[str], shelf: Shelf) -> None:
    try:
        law.parsed[id(raw)] = conditions.parse(raw, law.facts)
    except conditions.BadCondition as error:
        for file in files:
            for found in faults.asked(shelf.data(file), law.facts, shelf, file):
                raise BadLaw(found) from error
        raise BadPack(f"{next(iter(files))}: {error}") from error


def _check(law: LawShelf, shelf: Shelf) -> None:
    """What a schema cannot see: names that must exist elsewhere."""
    seen: set[str] = set()
    for item in law.items:
        for problem in _problems(law, item, seen):
            raise BadLaw(faults.fault(shelf, problem.file, problem.keys, problem.key, **problem.filling))
        seen.add(item.id)


@dataclass(frozen=True, slots=True)
class _Problem:
    file: str
    keys: tuple[str | int, ...]
    key: str
    filling: Mapping[str, object] = field(default_factory=dict)


def _problems(law: LawShelf, item: Item, seen: set[str]) -> Iterator[_Problem]:
    file, pack = item.file, f"{item.order.path}/{PACK}"
    if item.id in seen:
        yield _Problem(file, ("id",), "twice", {"name": item.id})
    for losses in _losses(item):
        for lost in losses:
            if not law.names.knows(lost.element):
                own = item.order.pack.personal_information
                shared = own is not None and losses in (own.with_name, own.standalone)
                where = pack if shared else file
                near = law.names.near(lost.element)
                yield _Problem(
                    where,
                    ("personal_information",) if shared else ("people",),
                    "element_near" if near else "element",
                    {"name": lost.element, "near": near},
                )
    for due in _dues(item):
        yield from _bad_starts(law, item, due)
    if isinstance(item.content, str) and item.content not in law.content:
        yield _Problem(file, ("content",), "content", {"name": item.content})
    if item.rule.penalty_table and item.rule.penalty_table not in item.order.penalties:
        yield _Problem(file, ("penalty_table",), "penalty_table", {"name": item.rule.penalty_table})
    if item.recipient.route and item.order.authorities is None:
        yield _Problem(file, ("recipient", "route"), "route", {"name": item.recipient.route})
    for zone, calendar, where, keys in _clocks(item, file, pack):
        if calendar is not None and (text := _bad_calendar(calendar)):
            yield _Problem(where, (*keys, "calendar"), "calendar", {"text": text})
        if _bad_zone(zone):
            yield _Problem(where, (*keys, "zone"), "zone", {"name": zone})


def _clocks(item: Item, file: str, pack: str) -> Iterator[tuple[str, Calendar | None, str, tuple[str | int, ...]]]:
    """Every zone and calendar by which the item may be reckoned, with the file and the place where it stands."""
    order = item.order
    yield order.pack.zone, order.pack.calendar, pack, ()
    yield item.due.zone, item.due.calendar, file, ("due",)
    for at, version in enumerate(item.versions):
        if version.due is not None:
            yield version.due.zone, version.due.calendar, file, ("versions", at, "due")
    if item.recipient.route and order.authorities is not None:
        for at, authority in enumerate(order.authorities.list):
            yield authority.zone, None, f"{order.path}/{order.pack.authorities}.yaml", ("list", at)


def _bad_starts(law: LawShelf, item: Item, due: Due) -> Iterator[_Problem]:
    for term in (*due.terms, *due.earliest_of, *due.latest):
        told = law.facts.find(term.n_from) if term.n_from is not None else None
        if term.n_from is not None and (told is None or told.type is not FactType.INT):
            yield _Problem(item.file, ("due", "n_from"), "n_from", {"name": term.n_from})
        for start in term.from_:
            if start.due_of is not None and start.due_of not in law.by_id:
                yield _Problem(item.file, ("due", "from"), "due_of", {"name": start.due_of})
            name = start.fact or start.year_end_of
            if name and (law.facts.find(name) is None or not name.startswith("time.")):
                near = law.facts.suggest(name) or "time.aware"
                yield _Problem(item.file, ("due", "from"), "start", {"name": name, "near": near})


def _bad_calendar(calendar: Calendar) -> str:
    """Why its working days cannot be told; "" when they can."""
    try:
        workdays.check(calendar)
    except workdays.NoCalendar as error:
        return str(error)
    return ""


def _bad_zone(zone: str) -> bool:
    try:
        ZoneInfo(zone or "UTC")
    except (OSError, ValueError, KeyError):
        return True
    return False
