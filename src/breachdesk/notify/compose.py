"""One letter: the layout of the place, its blocks that hold here, every hole filled or visibly blank."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from breachdesk.notify.advice import choose_steps, first_steps, steps_for_kin, steps_when_lost
from breachdesk.notify.blocks import Block, Heading
from breachdesk.notify.brief import Brief
from breachdesk.notify.check import check
from breachdesk.notify.conditions import conditions, holds, wants_services
from breachdesk.notify.library import EARLY, Library, NoticeRule, Part
from breachdesk.notify.shapes import Notice, NoticeCohort, Step
from breachdesk.notify.template import fill
from breachdesk.notify.values import Person, Values

_GENERAL = "general"
_LOST = "lost"  # in place of the general one when nobody saw the data


def compose(
    cohort: NoticeCohort, language: str, brief: Brief, *, person: Person | None = None, early: bool = False
) -> Notice:
    """The letter to `cohort` in `language` (`en`, `ru`), checked. With `person` its slots are filled for delivery.
    `early`: the warning that goes before it."""
    library, made = brief.library, plan(cohort, language, brief, early=early)
    where = f"notices/{cohort.slug}/{language}{'/early' if early else ''}"
    values = Values(*brief, cohort, language, where, made.steps, person)
    blocks: list[Block] = []
    names = tuple(rule.id for rule in made.rules)
    for part in parts_of(made, library):
        if part.heading:
            blocks.append(Heading(library.headings[language][part.heading]))
        else:
            blocks.extend(fill(library.template(language, part.block, cohort.slug, names), values, role=part.block))
    notice = Notice(
        cohort=cohort,
        language=language,
        rules=names,
        layout=made.layout,
        title=title(library, language, made.layout, cohort),
        blocks=tuple(blocks),
        steps=made.steps,
        asks=tuple(values.asks.values()),
    )
    return replace(notice, checks=check(notice, made.rules, brief, person=person))


def title(library: Library, language: str, layout: str, cohort: NoticeCohort) -> str:
    """Of a letter; one to parents or to next of kin says whose data it is about, where there are such words."""
    headings, name = library.headings[language], library.layouts[layout].title
    reader = "kin" if cohort.kin else "minor" if cohort.minor else ""
    return headings.get(f"{name}-{reader}", headings[name])


@dataclass(frozen=True, slots=True)
class Plan:
    """What decides how a letter is put together. `said`: the conditions that hold (docs/formats/notice.md)."""

    rules: tuple[NoticeRule, ...]
    layout: str
    said: frozenset[str]
    steps: tuple[Step, ...]


def plan(cohort: NoticeCohort, language: str, brief: Brief, *, early: bool = False) -> Plan:
    """The rules that hold for these people, the layout they ask for, and the advice to give."""
    library, organisation, facts = brief
    rules = library.rules_for(cohort.residence, entity_kinds(facts))
    if early:
        rules = library.early_rules(rules)
    regulator, agency = (bool(library.advice.at(cohort.residence, kind)) for kind in ("regulator", "state_agency"))
    said = conditions(cohort, rules, organisation, facts, has_regulator=regulator, has_state_agency=agency)
    layout = layout_of(rules)
    if layout == _GENERAL and facts.get("breach.confidentiality") is False:
        layout = _LOST
    services = not early and wants_services(cohort, rules, organisation, facts)
    steps = _steps(cohort, language, library, lost=layout == _LOST, services=services)
    if early:
        layout, steps = EARLY, first_steps(library.advice, steps, language)
    return Plan(rules, layout, said | {f"step:{step.id}" for step in steps}, steps)


def _steps(
    cohort: NoticeCohort, language: str, library: Library, *, lost: bool, services: bool
) -> tuple[Step, ...]:  # fmt: skip
    advice, place = library.advice, cohort.residence
    if cohort.kin:
        return steps_for_kin(advice, cohort.elements, place, language, lost=lost)
    if lost:
        return steps_when_lost(advice, place, language)
    return choose_steps(advice, cohort.elements, place, language, minor=cohort.minor, services=services)


def parts_of(made: Plan, library: Library) -> tuple[Part, ...]:
    """The headings and blocks of the letter, in order: those of its layout that hold here."""
    return tuple(part for part in library.layouts[made.layout].parts if holds(part.when, made.said))


def layout_of(rules: tuple[NoticeRule, ...]) -> str:
    """The layout of the first rule that has one: the rule nearest to the place stands first."""
    return next((rule.layout for rule in rules if rule.layout), _GENERAL)


def entity_kinds(facts: Mapping[str, Any]) -> frozenset[str]:
    kinds = facts.get("entity.kinds")
    return frozenset(str(kind) for kind in kinds) if isinstance(kinds, list | tuple | set | frozenset) else frozenset()
