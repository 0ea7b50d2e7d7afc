"""Places for which no law is on the shelf are said aloud: silence is never to be taken for "nothing is owed"."""

from breachdesk.ground.places import UNKNOWN
from breachdesk.law.groups import expand
from breachdesk.law.judgement import covers_place
from breachdesk.law.sheet import Sheet
from breachdesk.law.shelf import LawShelf
from breachdesk.law.words import Phrases


def warnings(sheet: Sheet, law: LawShelf, say: Phrases) -> tuple[str, ...]:
    """One line for people who live, one for seats of the organisation, where no law on the shelf reaches."""
    known = _reached(law)
    lived = {place: n for place, n in _residences(sheet).items() if n and not _has_law(place, known)}
    seats = [seat for seat in sorted(sheet.get("entity.establishments") or ()) if not _has_law(seat, known)]
    found = []
    if lived:
        most = sorted(lived.items(), key=lambda pair: (-pair[1], pair[0]))
        found.append(say("warning.no_law_people", places=", ".join(f"{place} ({n:,})" for place, n in most)))
    if seats:
        found.append(say("warning.no_law_seat", places=", ".join(seats)))
    return tuple(found)


def _reached(law: LawShelf) -> set[str]:
    """Places whose own law is on the shelf; one that reaches a whole federation by sector (HIPAA) is none of these."""
    packs = [order.pack for order in law.orders if order.pack.applies.when is None]
    return {place for pack in packs for place in expand((*pack.applies.residents, *pack.applies.establishments))}


def _has_law(place: str, known: set[str]) -> bool:
    """`DE-BY` has that of `DE`; `US` has none of its own but parts that do, and somebody asks for the part."""
    return any(covers_place(law, place) or law.startswith(place + "-") for law in known)


def _residences(sheet: Sheet) -> dict[str, int]:
    """How many people may live where, by what the sheet says; whoever lives nobody knows where is left out."""
    people = sheet.people
    if not people.listed:
        return dict(people.counts)
    found: dict[str, int] = {}
    for place, groups in people.by_residence.items():
        if place != UNKNOWN:
            found[place] = sum(group.high for group in groups)
    return found
