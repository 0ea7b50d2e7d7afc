"""Does a text for everybody say that we are sorry, what is known and what to do, and nothing that comes back to us?

The finished text is looked at, not how it was made; what fails says what to do.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify.blocks import Heading, Kind, Paragraph, spans_of, texts_of
from breachdesk.notify.brief import Brief
from breachdesk.notify.check import Desk, form, sorted_checks, text_of, words
from breachdesk.notify.conditions import conditions
from breachdesk.notify.library import NoticeRule
from breachdesk.notify.organisation import Organisation, as_day, as_instant, held_since
from breachdesk.notify.page import seen
from breachdesk.notify.public import POSTING, Pack, Point
from breachdesk.notify.public_notice import wants_free_call
from breachdesk.notify.shapes import Level, Notice, NoticeCheck
from breachdesk.notify.values import in_words

_QUOTED = ("staff-say-not",)  # says what must not be said


def check_public(
    notice: Notice, brief: Brief, pack: Pack, *, now: datetime, rule: NoticeRule | None = None
) -> tuple[NoticeCheck, ...]:
    """Every check of a text of compose_public, or of the posting of `rule`; the failed first, the gravest before.

    `now`: aware; a request to wait that has ended by then stops nothing."""
    rules, organisation = (brief.library.rules["all"],), brief.organisation
    said = conditions(notice.cohort, rules, organisation, brief.facts)
    desk = Desk(notice, rules, *brief, said, text_of(notice))
    found = [*_wants(desk, pack, POSTING if rule else notice.layout)]
    if rule is None:
        kept = replace(notice, blocks=tuple(one for one in notice.blocks if _counts(one)))
        found += [*form(desk), *words(replace(desk, notice=kept)), *_length(notice, pack)]
        found += _promise(notice, organisation, pack, now)
    else:
        found += [*notice.checks, *_free_call(notice, rule, organisation, pack)]
    found += [_personal(notice, pack), _admission(notice, pack), _hold(brief.facts, notice.language, pack, now)]
    return sorted_checks(_with_help(one, pack) for one in found)


def post_of(notice: Notice, pack: Pack) -> str:
    """The text as it is copied: a paragraph is a line. The title is its first line where it belongs to the text."""
    kind = pack.kinds.get(notice.layout)
    lines = [] if kind and kind.untitled else [notice.title]
    for block in notice.blocks:
        if isinstance(block, Heading):
            lines.append(seen(block.text))
        elif isinstance(block, Paragraph):
            lines.append("".join(seen(span.text) for span in block.spans))
        else:
            points = []
            for number, item in enumerate(block.items, start=1):
                mark = f"{number}." if block.ordered else "-"
                below = "".join("\n  " + "".join(seen(span.text) for span in line) for line in item.below)
                points.append(f"{mark} {''.join(seen(span.text) for span in item.spans)}{below}")
            lines.append("\n".join(points))
    return "\n\n".join(lines)


def letters_of(notice: Notice, pack: Pack) -> int:
    return len(post_of(notice, pack))


def _counts(block: object) -> bool:
    return getattr(block, "role", "") not in _QUOTED


def _wants(desk: Desk, pack: Pack, kind: str) -> Iterator[NoticeCheck]:
    for name in pack.owes[kind]:
        for number, point in enumerate(pack.wants[name].points):
            made = _made(desk, point)
            row = pack.checks["want"]
            told = {}
            for language in LANGUAGES:
                words_ = (row.looks if made else row.failed).say(language)
                told[language] = words_.replace("{detail}", point.what.say(language))
                if not made:
                    told[language] += f" {point.write.say(language)}"
            yield NoticeCheck(f"public.{name}.{number + 1}", Level.STOP, made, told["en"], told["ru"])


def _made(desk: Desk, point: Point) -> bool:
    text = text_of(desk.notice, without=_QUOTED, blanks=False)
    signs = point.signs.get(desk.notice.language, ())
    if not any(re.search(sign, text, re.IGNORECASE) for sign in signs):
        return False
    if not point.way_out:
        return True
    page = desk.organisation.text("incident_page", desk.notice.language)
    return bool(page and page in text) or any(step.text.rstrip(".") in text for step in desk.notice.steps)


def _length(notice: Notice, pack: Pack) -> Iterator[NoticeCheck]:
    limit = pack.kinds[notice.layout].limit
    if limit is not None:
        long = letters_of(notice, pack)
        yield _verdict("length", long <= limit, Level.STOP, pack, dict.fromkeys(LANGUAGES, f"{long} / {limit}"))


def _promise(notice: Notice, organisation: Organisation, pack: Pack, now: datetime) -> Iterator[NoticeCheck]:
    """News that were promised for a day that is over were not given, or the text is old."""
    day = organisation.days.get("next_update")
    if day is not None and any(getattr(block, "role", "") == "next" for block in notice.blocks):
        told = {one: in_words(day, one) for one in LANGUAGES}
        yield _verdict("promise", day >= now.date(), Level.WARN, pack, told)


def _personal(notice: Notice, pack: Pack) -> NoticeCheck:
    """A place for what is one person's own: in public nobody fills it."""
    own = texts_of(notice.blocks, Kind.SLOT)
    return _verdict("personal", not own, Level.STOP, pack, dict.fromkeys(LANGUAGES, ", ".join(dict.fromkeys(own))))


def _admission(notice: Notice, pack: Pack) -> NoticeCheck:
    text = text_of(notice, without=_QUOTED, blanks=False)
    hit = re.search("|".join(pack.admission.get(notice.language, ())) or r"(?!)", text, re.IGNORECASE)
    found = " ".join(hit[0].split())[:60] if hit else ""
    return _verdict("admission", not found, Level.WARN, pack, dict.fromkeys(LANGUAGES, found))


def _free_call(notice: Notice, rule: NoticeRule, organisation: Organisation, pack: Pack) -> Iterator[NoticeCheck]:
    if wants_free_call(rule):
        number = organisation.text("toll_free", notice.language)
        there = any(number and number in span.text for span in spans_of(notice.blocks) if span.kind is not Kind.BLANK)
        citation = rule.substitute.citation if rule.substitute else ""
        yield replace(_verdict("free_call", there, Level.STOP, pack, dict.fromkeys(LANGUAGES, "")), citation=citation)


def _hold(facts: Mapping[str, Any], language: str, pack: Pack, now: datetime) -> NoticeCheck:
    """The police may have asked to wait; who publishes meanwhile may ruin what they do."""
    held, _ = held_since(facts)
    hold = facts.get("hold.law_enforcement")
    until = hold.get("until") if isinstance(hold, Mapping) else getattr(hold, "until", None)
    instant, day = as_instant(until), as_day(until)
    ended = instant <= now if instant else day is not None and day < now.date()
    told = {one: pack.until.say(one).replace("{day}", in_words(day, one)) if day else "" for one in LANGUAGES}
    return _verdict("hold", not held or ended, Level.STOP, pack, told)


def _verdict(name: str, passed: bool, level: Level, pack: Pack, detail: Mapping[str, str]) -> NoticeCheck:
    row = pack.checks[name]
    en, ru = (
        (row.looks if passed else row.failed).say(language).replace("{detail}", detail[language])
        for language in ("en", "ru")
    )
    return NoticeCheck(f"public.{name}", level, passed, en, ru)


def _with_help(one: NoticeCheck, pack: Pack) -> NoticeCheck:
    """What fails says what to do."""
    help_ = pack.do.get(one.code.rpartition(".")[2])
    if one.passed or help_ is None:
        return one
    return replace(one, en=f"{one.en} {help_.en}", ru=f"{one.ru} {help_.ru}")
