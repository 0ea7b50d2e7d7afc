"""What the pages say: every duty told in one language, by place, with the shortest term of each place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from breachdesk.ground import places
from breachdesk.ground.shelf import Shelf
from breachdesk.law import stories
from breachdesk.law.groups import expand
from breachdesk.law.reading import Number
from breachdesk.law.shapes import Confidence
from breachdesk.law.shelf import Item, LawShelf
from breachdesk.law.stories import Told as Story
from breachdesk.law.told import Told, tell
from breachdesk.law.words import Phrases, read_telling

_GENERAL = "eu-gdpr-33-sa"  # what holds in every member of the Union beside its own law
_PUBLIC = ("authority", "attorney_general", "csirt", "police", "consumer_agency")
#: The steps by which a term is coloured, in hours; beyond the last is the last but one colour.
STEPS = (24, 72, 7 * 24, 31 * 24)


@dataclass(frozen=True, slots=True)
class Entry:
    """One duty. `last_of`: it is a later step of that duty."""

    item: Item
    told: Told
    stories: tuple[Story, ...]

    @property
    def number(self) -> Number | None:
        return self.told.numbers[0] if self.told.numbers else None

    @property
    def hours(self) -> int:
        """What the shortest term is sorted by; 0 without a number, or where it falls on the day of something else."""
        return self.number.hours if self.number else 0

    @property
    def uncertain(self) -> bool:
        return self.told.confidence is Confidence.UNCERTAIN


@dataclass(frozen=True, slots=True)
class Place:
    """A country, a part of one, a union, or what follows no place (contracts)."""

    code: str
    name: str
    region: str
    entries: tuple[Entry, ...]
    union: Entry | None = None  # the duty to tell an authority by the law of the union it is a member of

    @property
    def asked(self) -> tuple[Entry, ...]:
        """Duties that are in force or will be; a law that asks nothing is none."""
        return tuple(entry for entry in self.entries if entry.told.kind != "none")

    @property
    def shortest(self) -> Entry | None:
        """The shortest term in which an authority must be told."""
        asked = (*self.asked, *((self.union,) if self.union else ()))
        dated = [one for one in asked if one.hours and one.told.kind == "notify" and one.told.recipient.type in _PUBLIC]
        return min(dated, key=lambda one: one.hours, default=None)

    @property
    def step(self) -> str:
        """How its tile is coloured: `0` to `4` by the shortest term, `asap` without a number, `none` without a duty."""
        if not self.asked and self.union is None:
            return "none"
        short = self.shortest
        return "asap" if short is None else str(sum(short.hours > step for step in STEPS))


@dataclass(frozen=True)
class Book:
    """The whole shelf in one language on one day."""

    law: LawShelf
    language: str
    say: Phrases
    day: date
    places: tuple[Place, ...]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for place in self.places for entry in place.entries)

    @cached_property
    def unsure(self) -> tuple[Entry, ...]:
        """Duties of which something is not known, those we are not sure of at all first."""
        return tuple(sorted((one for one in self.entries if one.told.unsure), key=lambda one: not one.uncertain))

    @cached_property
    def coming(self) -> tuple[tuple[date, Entry], ...]:
        """Days to come on which what the law says of a duty changes, the nearest first."""
        found = [(day, one) for one in self.entries for day in self.law.turns[one.item.id] if day > self.day]
        return tuple(sorted(found, key=lambda pair: (pair[0], pair[1].told.id)))


def write(law: LawShelf, shelf: Shelf, regions: dict[str, list[str]], language: str, day: date) -> Book:
    """Tell every duty. `regions`: name -> codes of places, in the order in which they are shown."""
    told = list(stories.read(shelf))
    by_item: dict[str, list[Story]] = {}
    for story in told:
        for name in story.story.expect:
            owner = law.owner(name)
            if owner is not None:
                by_item.setdefault(owner.id, []).append(story)
    say = read_telling(shelf, language)
    by_place: dict[str, list[Entry]] = {}
    for item in law.items:
        entry = Entry(item, tell(item, law, say, day), tuple(by_item.get(item.id, ())))
        by_place.setdefault(item.order.pack.jurisdiction, []).append(entry)
    region_of = {code: region for region, codes in regions.items() for code in codes}
    general = next((entry for entry in by_place.get("EU", ()) if entry.item.ref == _GENERAL), None)
    members = frozenset(expand(("EU",))) if general else frozenset()
    found = [
        Place(
            code,
            places.title(code, language),
            region_of.get(code, _region(code, region_of)),
            tuple(by_place.get(code, ())),
            general if code in members else None,
        )
        for code in {*by_place, *members}
    ]
    return Book(law, language, say, day, tuple(sorted(found, key=lambda place: place.name)))


def _region(code: str, region_of: dict[str, str]) -> str:
    """A part of a country stands with its country, unless parts have a region of their own."""
    whole = code.partition("-")[0]
    return region_of.get(f"{whole}-*", region_of.get(whole, "other"))


def grouped(book: Book, regions: Iterable[str]) -> list[tuple[str, list[Place]]]:
    """Places by region, in the order of the regions; what no region names comes last."""
    found = [(region, [place for place in book.places if place.region == region]) for region in (*regions, "other")]
    return [(region, places_) for region, places_ in found if places_]
