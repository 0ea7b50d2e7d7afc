"""Is this letter what the law and its reader need? The finished letter is looked at, not how it was made."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from breachdesk.notify import readability
from breachdesk.notify.blocks import Heading, Items, Kind, Paragraph, Span, plain, spans_of
from breachdesk.notify.brief import Brief
from breachdesk.notify.conditions import asked, conditions, holds, months_required
from breachdesk.notify.leaks import full_values
from breachdesk.notify.library import Library, NoticeRule
from breachdesk.notify.organisation import Organisation, Says, as_day, says
from breachdesk.notify.page import SMALLEST_TYPE_POINTS
from breachdesk.notify.shapes import Level, Notice, NoticeCheck
from breachdesk.notify.values import Person, Values

_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_LATIN = re.compile(r"[A-Za-z]")
_NO_PROSE = ("sender", "recipient", "recipient-minor", "recipient-kin", "date")


@dataclass(frozen=True, slots=True)
class Desk:
    """One letter under examination."""

    notice: Notice
    rules: tuple[NoticeRule, ...]
    library: Library
    organisation: Organisation
    facts: Mapping[str, Any]
    said: frozenset[str]
    text: str
    person: Person | None = None  # whose it is, or what stands in the place of a person

    def verdict(
        self,
        code: str,
        passed: bool,
        level: Level,
        detail: str = "",
        *,
        rule: NoticeRule | None = None,
        words: str = "",
        citation: str = "",
        point: Mapping[str, str] | None = None,
    ) -> NoticeCheck:
        row = self.library.checks[words or code]
        told = row.looks if passed else row.failed
        en, ru = (
            told.say(language).replace("{detail}", detail).replace("{point}", (point or {}).get(language, ""))
            for language in ("en", "ru")
        )
        return NoticeCheck(
            f"{rule.id if rule else 'all'}.{code}", level, passed, en, ru, citation or (rule.citation if rule else "")
        )


def check(
    notice: Notice, rules: Iterable[NoticeRule], brief: Brief, *, person: Person | None = None
) -> tuple[NoticeCheck, ...]:
    """Every check of every rule tried on the letter; the failed ones first, the gravest before. `person`: as the letter
    was composed with."""
    applied = tuple(rules)
    said = conditions(notice.cohort, applied, brief.organisation, brief.facts)
    desk = Desk(notice, applied, *brief, said, text_of(notice), person)
    found = [*_form(desk), *_points(desk), *words(desk), *_by_law(desk)]
    return sorted_checks(found)


def sorted_checks(found: Iterable[NoticeCheck]) -> tuple[NoticeCheck, ...]:
    """The failed ones first, the gravest before."""
    grave = list(Level)
    return tuple(sorted(found, key=lambda one: (one.passed, grave.index(one.level))))


def pdf_check(library: Library, accessible: bool) -> NoticeCheck:
    row = library.checks["pdf"]
    told = row.looks if accessible else row.failed
    return NoticeCheck("all.pdf", Level.WARN, accessible, told.en, told.ru)


def text_of(notice: Notice, *, without: tuple[str, ...] = (), blanks: bool = True) -> str:
    """The letter as running text, one block a line; blocks whose role is in `without` are left out."""

    def plain(spans: tuple[Span, ...]) -> str:
        return "".join(span.text for span in spans if blanks or span.kind is not Kind.BLANK)

    lines = [notice.title]
    for block in notice.blocks:
        if isinstance(block, Heading):
            lines.append(block.text)
        elif block.role in without:
            continue
        elif isinstance(block, Paragraph):
            lines.append(plain(block.spans))
        else:
            lines += [" ".join([plain(item.spans), *map(plain, item.below)]) for item in block.items]
    return "\n".join(lines)


def prose_of(notice: Notice) -> list[str]:
    """What counts for readability: sentences of ours and of the organisation, without names, numbers and blanks."""
    pieces: list[str] = []
    for block in notice.blocks:
        if isinstance(block, Heading) or block.role in _NO_PROSE:
            continue
        rows = [block.spans] if isinstance(block, Paragraph) else [item.spans for item in block.items]
        pieces += ["".join(span.text if span.kind is Kind.PROSE else " " for span in row) for row in rows]
    return [piece for piece in pieces if piece.strip()]


def _form(desk: Desk) -> Iterator[NoticeCheck]:
    yield _elements(desk)
    yield from form(desk)
    yield desk.verdict("steps", 1 <= len(desk.notice.steps) <= 7, Level.STOP, str(len(desk.notice.steps)))
    yield _days(desk)


def form(desk: Desk) -> Iterator[NoticeCheck]:
    """What holds for every text that leaves: whole, in one language, without full values, easy to read."""
    blanks = [span.text.strip("[]") for span in spans_of(desk.notice.blocks) if span.kind is Kind.BLANK]
    yield desk.verdict("blanks", not blanks, Level.STOP, "; ".join(dict.fromkeys(blanks)))
    yield _language(desk)
    known = may_stand(desk.library, desk.organisation)
    leaked = [desk.library.vocabulary[name].title(desk.notice.language) for name in full_values(desk.text, known)]
    yield desk.verdict("values", not leaked, Level.STOP, ", ".join(leaked))
    reading = readability.read(prose_of(desk.notice), desk.notice.language)
    wanted = "Oborneva {:.0f}, 45+" if desk.notice.language == "ru" else "grade {:.1f}, 8 or less"
    yield desk.verdict("readability", readability.passes(reading), Level.WARN, wanted.format(reading.score))
    yield desk.verdict("sentences", not reading.long_sentences, Level.INFO, str(reading.long_sentences))


def may_stand(library: Library, organisation: Organisation) -> set[str]:
    """Numbers and addresses of the sender and of offices: no leak where they stand in a letter. Sentences can hold
    anything: of these only e-mail addresses at a domain of the sender."""
    names, sentences = set[str](), set[str]()
    for key, said in organisation.texts.items():
        (names if says(key) is Says.NAME else sentences).update(said.values())
    known = {name for name in names if len(name) < 80}
    domains = {name.rpartition("@")[2].lower() for name in known if "@" in name}
    known |= {
        found
        for sentence in sentences
        for found in re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", sentence)
        if found.rpartition("@")[2].lower() in domains
    }
    return known | {
        part
        for rows in library.advice.resources.values()
        for row in rows
        for part in (row.phone, row.url, *re.findall(r"\S+@\S+?(?=,|$|\s)", f"{row.name.en} {row.name.ru}"))
    }


def _elements(desk: Desk) -> NoticeCheck:
    wanted = {
        desk.library.vocabulary[name].title(desk.notice.language) if name in desk.library.vocabulary else name
        for name in desk.notice.cohort.elements
    }
    named = {
        item.spans[0].text
        for block in desk.notice.blocks
        if isinstance(block, Items) and block.role == "elements"
        for item in block.items
    }
    wrong = sorted(wanted - named) + [f"+ {name}" for name in sorted(named - wanted)]
    return desk.verdict("elements", not wrong, Level.STOP, ", ".join(wrong))


def _language(desk: Desk) -> NoticeCheck:
    """Prose alone: a Latin product name inside Russian is no fault, a whole English sentence is."""
    foreign, own = (_LATIN, _CYRILLIC) if desk.notice.language == "ru" else (_CYRILLIC, _LATIN)
    for piece in [*prose_of(desk.notice), *(b.text for b in desk.notice.blocks if isinstance(b, Heading))]:
        if len(foreign.findall(piece)) > len(own.findall(piece)):
            return desk.verdict("language", False, Level.STOP, " ".join(piece.split())[:60])
    return desk.verdict("language", True, Level.STOP)


def _days(desk: Desk) -> NoticeCheck:
    """Breach, discovery, letter: in this order, as far as known."""
    exposed = desk.organisation.days.get("exposed.from") or as_day(desk.facts.get("time.occurred"))
    found = as_day(desk.facts.get("time.discovered") or desk.facts.get("time.detected") or desk.facts.get("time.aware"))
    until = desk.organisation.days.get("exposed.until")
    letter = as_day(desk.facts.get("time.individual_notice_sent") or desk.facts.get("time.individual_notice_planned"))
    known = [day for day in (exposed, found, letter) if day]
    in_order = known == sorted(known) and not (exposed and until and until < exposed)
    detail = " → ".join(str(day) for day in (exposed, until, found, letter) if day)
    return desk.verdict("days", in_order, Level.STOP, detail)


def _points(desk: Desk) -> Iterator[NoticeCheck]:
    """What must be said; a point two laws ask for is tried once, under the law nearest to the place."""
    tried: set[str] = set()
    for rule in desk.rules:
        for must in rule.must_state:
            if must.point in tried or not asked(must, desk.notice.cohort, desk.said):
                continue
            tried.add(must.point)
            what = desk.library.points[must.point].what
            yield desk.verdict(
                must.point,
                _made(desk, must.point),
                must.level,
                rule=rule,
                words="must_state",
                citation=must.citation,
                point={"en": what.en, "ru": what.ru},
            )


def _made(desk: Desk, point: str) -> bool:
    row = desk.library.points[point]
    if any(
        not any(getattr(block, "role", "") == role for block in desk.notice.blocks) and not _block_of(desk, role)
        for role in row.roles
    ):
        return False
    if row.any_role and not any(_block_of(desk, role) for role in row.any_role):
        return False
    values = Values(
        *(desk.library, desk.organisation, desk.facts, desk.notice.cohort, desk.notice.language, "", (), desk.person)
    )
    for hole in row.values:
        spans = values(hole).spans
        if not spans or any(span.kind is Kind.BLANK for span in spans):
            return False
        if " ".join(plain(spans).split()) not in " ".join(desk.text.split()):
            return False
    for name in row.resources:
        resource = desk.library.advice.named(name)
        if any(
            part not in desk.text
            for part in (resource.phone, resource.address, resource.name.say(desk.notice.language))
        ):
            return False
    if row.resource_kinds:
        near = desk.library.advice.at(desk.notice.cohort.residence, *row.resource_kinds)
        if near and not any(one.name.say(desk.notice.language) in desk.text for one in near):
            return False
    patterns = row.patterns.get(desk.notice.language, ())
    return not patterns or any(re.search(pattern, desk.text, re.IGNORECASE) for pattern in patterns)


def _block_of(desk: Desk, role: str) -> bool:
    return any(isinstance(block, Items | Paragraph) and block.role.startswith(role) for block in desk.notice.blocks)


def words(desk: Desk) -> Iterator[NoticeCheck]:
    """What its rules say may not stand in it."""
    for rule in desk.rules:
        for must_not in rule.must_not_state:
            if not holds(must_not.when, desk.said):
                continue
            text = text_of(desk.notice, without=must_not.except_roles, blanks=False)
            patterns = desk.library.words[must_not.words].get(desk.notice.language, ())
            hit = re.search("|".join(patterns), text, re.IGNORECASE) if patterns else None
            found = hit[0] if hit else ""
            yield desk.verdict(
                must_not.id,
                not found,
                must_not.level,
                " ".join(found.split())[:60],
                rule=rule,
                words=must_not.words,
                citation=must_not.citation,
            )


def _by_law(desk: Desk) -> Iterator[NoticeCheck]:
    language = desk.notice.language
    for rule in desk.rules:
        if title := rule.exact_title.get(language):
            yield desk.verdict("title", desk.notice.title == title, Level.STOP, title, rule=rule)
        if wanted := rule.headings.get(language):
            have = tuple(block.text for block in desk.notice.blocks if isinstance(block, Heading))
            yield desk.verdict("headings", have == wanted, Level.STOP, ", ".join(wanted), rule=rule)
        if (least := rule.smallest_type_points) is not None:
            yield desk.verdict("type_size", least <= SMALLEST_TYPE_POINTS, Level.STOP, f"{least:g}", rule=rule)
        if rule.most_words is not None:
            count = readability.read(prose_of(desk.notice), language).words
            yield desk.verdict("most_words", count <= rule.most_words, Level.WARN, str(count), rule=rule)
        if rule.languages:
            beside = ", ".join(rule.languages)
            yield desk.verdict("official_language", language in rule.languages, Level.INFO, beside, rule=rule)
        if months := months_required(desk.notice.cohort, [rule], desk.facts):
            offered = desk.organisation.numbers.get("services.months", 0)
            yield desk.verdict("services_months", offered >= months, Level.STOP, str(months), rule=rule)
