"""The pages of a case, in the order of a breach: the navigation, and where a point of a checklist leads."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from breachdesk.staff.rights import Act

SPANS = ("in", "late", "ago", "minutes", "hours", "hours_minutes", "days")


@dataclass(frozen=True, slots=True)
class Section:
    """`name` is that of packs/checklists.yaml `leads_to`; its title stands in frame.sections. `key`: `g` and this."""

    name: str
    view: str
    needs: Act
    key: str


SECTIONS = (
    Section("overview", "case_overview", Act.READ, "o"),
    Section("facts", "case_facts", Act.READ, "f"),
    Section("timeline", "case_timeline", Act.READ, "l"),
    Section("systems", "case_systems", Act.READ, "s"),
    Section("origin", "case_origin", Act.READ, "n"),
    Section("evidence", "case_evidence", Act.EVIDENCE, "e"),
    Section("people", "case_people", Act.PEOPLE, "p"),
    Section("duties", "case_duties", Act.READ, "d"),
    Section("authorities", "case_filings", Act.READ, "a"),
    Section("notices", "case_notices", Act.READ, "w"),
    Section("tasks", "case_tasks", Act.READ, "t"),
    Section("decisions", "case_decisions", Act.READ, "c"),
    Section("team", "case_team", Act.READ, "m"),
    Section("costs", "case_costs", Act.COSTS, "x"),
    Section("journal", "case_journal", Act.READ, "j"),
    Section("closing", "case_closing", Act.END, "z"),
)


#: Where a point of a checklist may lead besides the sections of a case: pages within them, pages of the house.
WITHIN = {"sample": Section("sample", "case_sample", Act.EVIDENCE, "")}
HOUSE = {"signals": "detect_signals"}


def way(name: str, case: Any, rights: Set[Act]) -> str:
    """The address of the page of that name for whoever has these rights; "" when it is not there, or not for them."""
    section = next((one for one in SECTIONS if one.name == name), WITHIN.get(name))
    try:
        if section is None:
            return reverse(HOUSE[name]) if name in HOUSE else ""
        return reverse(section.view, args=[case.number]) if section.needs in rights else ""
    except NoReverseMatch:  # a room that is not there yet
        return ""


@dataclass(frozen=True, slots=True)
class Shown:
    name: str
    url: str
    key: str
    here: bool


def of_case(case: Any, rights: Set[Act], path: str) -> tuple[Shown, ...]:
    """What the navigation shows to whoever has these rights."""
    top = f"/case/{case.number}/"
    shown = []
    for section in SECTIONS:
        if section.needs not in rights:
            continue
        try:
            url = reverse(section.view, args=[case.number])
        except NoReverseMatch:  # a room that is not there yet
            continue
        here = path == url or (url != top and path.startswith(url))
        shown.append(Shown(section.name, url, section.key, here))
    return tuple(shown)
