"""Places for which no law is on the shelf are said aloud: silence is never to be taken for "nothing is owed"."""

from breachdesk.ground.places import UNKNOWN, with_wholes
from breachdesk.law.sheet import Sheet
from breachdesk.law.shelf import LawShelf
from breachdesk.law.vocabulary import FactType
from breachdesk.law.words import Phrases

_KINDS = "entity.kinds"


def warnings(sheet: Sheet, law: LawShelf, say: Phrases) -> tuple[str, ...]:
    """One line for people who live, one for seats of the organisation, where no law on the shelf reaches; one for what
    the organisation is without any law here looking at it (a NIS2 entity, a bank)."""
    lived = {place: n for place, n in _residences(sheet).items() if n and not _has_law(place, law)}
    seats = [seat for seat in sorted(sheet.get("entity.establishments") or ()) if not _has_law(seat, law)]
    found = []
    if lived:
        most = sorted(lived.items(), key=lambda pair: (-pair[1], pair[0]))
        found.append(say("warning.no_law_people", places=", ".join(f"{place} ({n:,})" for place, n in most)))
    if seats:
        found.append(say("warning.no_law_seat", places=", ".join(seats)))
    unread = _unread(sheet, law)
    if unread:
        found.append(say("warning.no_law_facts", facts=", ".join(unread)))
    return tuple(found)


def _has_law(place: str, law: LawShelf) -> bool:
    """`DE-BY` has that of `DE`; `US` has none of its own but parts that do, and somebody asks for the part."""
    return place in law.wholes or not law.reached.isdisjoint(with_wholes(place))


def _unread(sheet: Sheet, law: LawShelf) -> list[str]:
    """What the organisation is said to be, as far as no condition of a law asks for it."""
    asked, kinds = law.asked, law.compared(_KINDS)
    found = [
        f"{_KINDS}: {kind}" for kind in sorted(sheet.get(_KINDS) or ()) if kind not in kinds and kind != "business"
    ]
    for name, value in sorted(sheet.facts.items()):
        fact = law.facts.facts.get(name)
        plain = fact is not None and fact.type in (FactType.BOOL, FactType.ENUM)
        if plain and name.startswith("entity.") and name not in asked and value not in (False, "none"):
            found.append(name if value is True else f"{name}: {value}")
    return found


def _residences(sheet: Sheet) -> dict[str, int]:
    """How many people may live where, by what the sheet says; whoever lives nobody knows where is left out."""
    people = sheet.people
    if not people.listed:
        return dict(people.counts)
    return {place: n for place, n in people.at_most.items() if place != UNKNOWN}
