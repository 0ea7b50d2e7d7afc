"""People by place of residence, grouped by what the law there asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from breachdesk.ground import places
from breachdesk.law.shapes import Duties, Duty, Verdict
from breachdesk.report.pictures import bars
from breachdesk.report.pictures.canvas import Told
from breachdesk.report.shapes import People
from breachdesk.report.words import Words

MOST = 9
_COMMUNITY = frozenset({"EU", "EEA"})
#: The European Economic Area: where a duty of the EU's law reaches a person by residence.
EEA = frozenset(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IS IT LI LV LT LU MT NL NO PL PT RO SK SI ES SE".split()  # noqa: SIM905
)


class Asks(StrEnum):
    """What the law at a place asks about telling the people who live there."""

    OWED = "owed"
    ABROAD = "abroad"  # not by the law there, but by a law that protects all people of the organisation
    HELD = "held"
    UNKNOWN = "unknown"
    OTHER = "other"
    UNPLACED = "unplaced"


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    title: str
    people: int
    asks: Asks


_VERDICTS = ((Verdict.OWED, Asks.OWED), (Verdict.HELD, Asks.HELD), (Verdict.UNKNOWN, Asks.UNKNOWN))
_TOLD = (Asks.OWED, Asks.ABROAD)


def place_people(people: People, duties: Duties | None, words: Words) -> list[Place]:
    """Every place, the most people first."""
    telling = [duty for duty in (duties.duties if duties else ()) if duty.recipient.type == "individuals"]
    everybody = any(duty.verdict is Verdict.OWED and duty.people == people.count for duty in telling)
    found = [
        Place(code, places.in_full(code, words.language), count, _asks(code, telling, everybody=everybody))
        for code, count in people.by_residence.items()
        if count
    ]
    return sorted(found, key=lambda place: (-place.people, place.title))


def _asks(code: str, telling: Iterable[Duty], *, everybody: bool) -> Asks:
    """What the law at a place asks. `everybody`: some law demands that all people be told, wherever they live."""
    if code == places.UNKNOWN:
        return Asks.UNPLACED
    there = {duty.verdict for duty in telling if reaches(duty.jurisdiction, code)}
    local = next((asks for verdict, asks in _VERDICTS if verdict in there), Asks.OTHER)
    return Asks.ABROAD if everybody and local is not Asks.OWED else local


def reaches(jurisdiction: str, residence: str) -> bool:
    """Whether the law of `jurisdiction` speaks for people living at `residence`."""
    country = places.country_of(residence)
    if jurisdiction in _COMMUNITY:
        return country in EEA
    return jurisdiction in (residence, country)


def countries(people: People) -> list[str]:
    return sorted({places.country_of(code) for code, n in people.by_residence.items() if n and code != places.UNKNOWN})


def finding(found: list[Place], words: Words) -> str:
    placed = [place for place in found if place.asks is not Asks.UNPLACED]
    if not placed:
        return words.say("who.alt_none")
    owed = sum(place.people for place in found if place.asks in _TOLD)
    return words.say(
        "who.alt",
        first=placed[0].title,
        first_n=words.number(placed[0].people),
        places=words.number(len(placed)),
        owed_n=words.number(owed),
    )


def picture(found: list[Place], words: Words) -> Markup:
    groups = []
    for asks in Asks:
        here = [place for place in found if place.asks is asks]
        rest = here[MOST:]
        groups.append(
            bars.Group(
                title=words.say(f"who.{asks}"),
                look=asks.value,
                bars=tuple(_bar(place, words) for place in here[:MOST]),
                rest=_rest(rest, words),
            )
        )
    return bars.draw(groups, Told("places", words.say("who.sub"), finding(found, words)))


def _rest(rest: list[Place], words: Words) -> str:
    if not rest:
        return ""
    return f"{words.say('who.more', len(rest))}: {words.number(sum(place.people for place in rest))}"


def _bar(place: Place, words: Words) -> bars.Bar:
    look = {Asks.OWED: "place-owed", Asks.ABROAD: "place-owed", Asks.HELD: "place-held"}.get(place.asks, "place-other")
    return bars.Bar(place.title, place.people, words.number(place.people), ((look, place.people),))
