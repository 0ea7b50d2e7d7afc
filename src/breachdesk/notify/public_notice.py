"""The letter of a law as a public notice: what is published where the law lets the public be told instead.

It is composed as that letter is, without what belongs to one person (docs/formats/public-text.md).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from breachdesk.notify.blocks import Block, Heading
from breachdesk.notify.brief import Brief
from breachdesk.notify.check import check
from breachdesk.notify.compose import Plan, entity_kinds, parts_of, plan
from breachdesk.notify.library import Library, NoticeRule, Part
from breachdesk.notify.own import Outline
from breachdesk.notify.public import POSTING, Pack, everybody, name_of, worded
from breachdesk.notify.shapes import Notice, NoticeCohort
from breachdesk.notify.template import fill
from breachdesk.notify.values import Values


def compose_posting(
    rule: NoticeRule, cohorts: Iterable[NoticeCohort], language: str, brief: Brief, pack: Pack
) -> Notice:
    """What the law wants in a letter to these people, as a notice for everybody; checked by the same rules.

    `cohorts`: those the law is about, at least one; of several places the one with most people gives offices and
    addresses."""
    brief = _published(brief)
    library = brief.library
    people, made = _plan(rule, cohorts, language, brief)
    where, names = f"notices/public/{POSTING}-{rule.id}/{language}", tuple(one.id for one in made.rules)
    values = Values(*brief, people, language, where, made.steps)
    blocks: list[Block] = []
    for part in _posted(rule, made, library, pack):
        if part.heading:
            blocks.append(Heading(library.headings[language][part.heading]))
        else:
            block = _in_public(part.block, pack, language)
            blocks += fill(worded(pack, library, language, block, people.slug, names), values, role=part.block)
    notice = Notice(
        cohort=people,
        language=language,
        rules=names,
        layout=made.layout,
        title=library.headings[language][library.layouts[made.layout].title],
        blocks=tuple(blocks),
        steps=made.steps,
        asks=tuple(values.asks.values()),
    )
    return replace(notice, checks=check(notice, made.rules, brief))


def outline_posting(
    rule: NoticeRule, cohorts: Iterable[NoticeCohort], language: str, brief: Brief, pack: Pack
) -> Outline:
    _, made = _plan(rule, cohorts, language, _published(brief))
    blocks = [_in_public(part.block, pack, language) for part in _posted(rule, made, brief.library, pack) if part.block]
    names = tuple(name_of(pack, language, block) for block in blocks)
    return Outline(tuple(one.id for one in made.rules), names)


def _published(brief: Brief) -> Brief:
    """A letter says when it was sent, a public notice when it was published."""
    on = brief.organisation.days.get("public_notice.on")
    days = {"time.individual_notice_sent": on, "time.individual_notice_planned": None}
    return brief._replace(facts={**brief.facts, **days})


def _plan(
    rule: NoticeRule, cohorts: Iterable[NoticeCohort], language: str, brief: Brief
) -> tuple[NoticeCohort, Plan]:  # fmt: skip
    people = posting_people(rule, cohorts, brief.library)
    return people, plan(people, language, brief)


def _posted(rule: NoticeRule, made: Plan, library: Library, pack: Pack) -> Iterator[Part]:
    """The headings and blocks of the letter that have a place in public, and the toll-free number where one is asked
    for."""
    for part in parts_of(made, library):
        if part.block not in pack.posting.without:
            yield part
        if part.block == "contact" and wants_free_call(rule):
            yield Part(block=pack.posting.free_call)


def _in_public(block: str, pack: Pack, language: str) -> str:
    """What stands in a public notice in place of a block of the letter."""
    own = f"{POSTING}-{block}"
    return own if (language, own) in pack.templates else block


def posting_people(rule: NoticeRule, cohorts: Iterable[NoticeCohort], library: Library) -> NoticeCohort:
    rows = list(cohorts)
    people = everybody(rows, library)
    most = max(rows, key=lambda row: (row.count, row.slug)).residence
    near = people.residence if people.residence and rule in library.rules_for(people.residence) else most
    # An adult is spoken to in public even where all are children: their guardians read it.
    return replace(people, slug=f"{POSTING}-{rule.id}", residence=near, minor=False)


def wants_free_call(rule: NoticeRule) -> bool:
    return rule.substitute is not None and "toll_free" in rule.substitute.parts


def under(cohorts: Iterable[NoticeCohort], brief: Brief) -> dict[str, list[NoticeCohort]]:
    """Law that knows substitute notice -> those of these people it is about."""
    found: dict[str, list[NoticeCohort]] = {}
    library, kinds = brief.library, entity_kinds(brief.facts)
    near: dict[str, tuple[NoticeRule, ...]] = {}
    for row in cohorts:
        if row.residence not in near:
            near[row.residence] = tuple(rule for rule in library.rules_for(row.residence, kinds) if rule.substitute)
        for rule in near[row.residence]:
            found.setdefault(rule.id, []).append(row)
    return found
