"""Which authority: one lead under the one-stop shop, or every one where affected people live (GDPR Arts 55-56)."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from breachdesk.ground.clock import time_zone
from breachdesk.law.groups import EEA
from breachdesk.law.schema import Authority
from breachdesk.law.shapes import Recipient
from breachdesk.law.sheet import Sheet
from breachdesk.law.shelf import Item
from breachdesk.law.words import Phrases


@dataclass(frozen=True, slots=True)
class Addressee:
    """One recipient of a duty. `suffix` tells several apart in the duty's id."""

    recipient: Recipient
    zone: ZoneInfo
    country: str = ""  # whose working days; empty: the pack's
    suffix: str = ""
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def addressees(item: Item, sheet: Sheet, say: Phrases) -> tuple[Addressee, ...]:
    """One for most duties. Never none: where nobody is known to be competent, the fallback name stands."""
    fallback = Addressee(
        Recipient(item.recipient.type, item.recipient.name(say.language), item.recipient.channel),
        time_zone(item.order.pack.zone),
    )
    if not item.recipient.route:
        return (fallback,)
    return _Router(item, sheet, say, fallback).route()


@dataclass(frozen=True, slots=True)
class _Router:
    item: Item
    sheet: Sheet
    say: Phrases
    fallback: Addressee

    def route(self) -> tuple[Addressee, ...]:
        if self.item.recipient.route == "each_residence":
            return self._everywhere(set(), ())
        main = self.sheet.get("entity.main_establishment")
        seats = self.sheet.get("entity.establishments")
        if main is not None and _state(main) in EEA:
            return self._one(main, self.say("note.route_lead", iso=main))
        if seats is None and main is None:
            return self._open("entity.establishments", set())
        inside = {_state(seat): seat for seat in sorted(seats or ()) if _state(seat) in EEA}
        if main is not None or not inside:
            return self._everywhere(set(inside), (self.say("note.route_every"),))
        if len(inside) == 1:
            (seat,) = inside.values()
            return self._one(seat, self.say("note.route_single", iso=seat))
        return self._open("entity.main_establishment", set(inside))

    def _one(self, place: str, note: str) -> tuple[Addressee, ...]:
        found = self._find(place)
        if found is None:
            return (self.fallback,)
        public = (self.say("note.public_body"),) if self.sheet.get("entity.sector") == "public_body" else ()
        return (self._addressee(found, (note, *public)),)

    def _everywhere(self, also: set[str], notes: tuple[str, ...]) -> tuple[Addressee, ...]:
        lived_in = {state for state in EEA if self.sheet.people.here((state,)).low}
        found = [a for state in sorted(lived_in | also) if (a := self._find(state)) is not None]
        if not found:
            return (self._with_notes(self.fallback, (*notes, self.say("note.route_nowhere"))),)
        several = len(found) > 1
        return tuple(self._addressee(a, notes, a.iso.lower() if several else "") for a in found)

    def _open(self, missing: str, seats: set[str]) -> tuple[Addressee, ...]:
        """Undecided: one duty, naming those it may be, and the fact that decides."""
        states = seats or {state for state in EEA if self.sheet.people.here((state,)).low}
        names = "; ".join(f"{a.iso} {a.name}" for state in sorted(states) if (a := self._find(state)) is not None)
        note = self.say("note.route_open", names=names or "EEA")
        open_ = self._with_notes(self.fallback, (note,))
        return (Addressee(open_.recipient, open_.zone, open_.country, "", open_.notes, (missing,)),)

    @staticmethod
    def _with_notes(one: Addressee, notes: tuple[str, ...]) -> Addressee:
        return Addressee(one.recipient, one.zone, one.country, one.suffix, notes, one.missing)

    def _find(self, place: str) -> Authority | None:
        assert self.item.order.authorities is not None
        listed = {authority.iso: authority for authority in self.item.order.authorities.list}
        return listed.get(place) or listed.get(_state(place))

    def _addressee(self, found: Authority, notes: tuple[str, ...], suffix: str = "") -> Addressee:
        land = (self.say("note.route_land"),) if found.iso == "DE" else ()
        own = tuple(note(self.say.language) for note in found.notes)
        recipient = Recipient(self.item.recipient.type, found.name, found.channel)
        return Addressee(recipient, time_zone(found.zone), _state(found.iso), suffix, (*notes, *land, *own))


def _state(place: str) -> str:
    return place.partition("-")[0]
