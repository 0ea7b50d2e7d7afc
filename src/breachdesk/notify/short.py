"""The text message to the people of a cohort: composed from the facts as the letter is, and checked like it.

It holds nothing of a person, so it is the same for all of them (docs/formats/short-text.md).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from breachdesk.ground.elements import covers
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.shelf import BadPack, Shelf, our_shelf
from breachdesk.notify import gsm
from breachdesk.notify.advice import Words
from breachdesk.notify.blocks import Block, Kind, Paragraph, Span, plain
from breachdesk.notify.brief import Brief
from breachdesk.notify.check import Desk, form, sorted_checks, text_of, words
from breachdesk.notify.compose import Plan, plan
from breachdesk.notify.conditions import holds, touches
from breachdesk.notify.library import EARLY, CheckRow, Part
from breachdesk.notify.own import IN_SHORT, Outline, nearest
from breachdesk.notify.shapes import Level, Notice, NoticeCheck, NoticeCohort
from breachdesk.notify.template import Filled, Template, fill, parse
from breachdesk.notify.values import Values

_FILE = "messages/short.yaml"
SHORT = "short"
SHORT_HOLES = ("sender", "names", "where")  # that only text messages have
MOST_PARTS = 3
_LOST, _NATURE = "lost", "nature_of_breach"
#: What a telephone makes a link of: a host, with or without what stands before and behind it; no address of mail.
_LINK = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w@-])(?::\d+)?(?:[/?#][^\s,;]*)?", re.IGNORECASE
)
_PAGES = ("incident_page", "web")


class _Pack(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    parts: tuple[Part, ...]
    blocks: dict[str, Words]
    lost: dict[str, tuple[str, ...]]
    names: dict[str, Words]
    shorteners: tuple[str, ...]
    sign_in: tuple[str, ...]
    checks: dict[str, CheckRow]


@dataclass(frozen=True, slots=True)
class Pack:
    """`templates`: (language, block)."""

    said: _Pack
    templates: dict[tuple[str, str], Template]

    def name_of(self, element: str, language: str) -> str:
        """The short name of it, or of what it lies under; nothing where there is none."""
        near = max((name for name in self.said.names if covers(name, element)), key=len, default="")
        return self.said.names[near].say(language) if near else ""


def load(shelf: Shelf) -> Pack:
    """Raises BadPack, or pydantic's ValidationError."""
    said = _Pack.model_validate(shelf.data(_FILE))
    for part in said.parts:
        if part.block not in said.blocks:
            raise BadPack(f"{_FILE}: no block {part.block}")
    found = {
        (language, name): parse(text.say(language), f"{_FILE}: {name}")
        for language in LANGUAGES
        for name, text in said.blocks.items()
    }
    return Pack(said, found)


@cache
def our_short() -> Pack:
    return load(our_shelf())


def compose_short(
    cohort: NoticeCohort,
    language: str,
    brief: Brief,
    pack: Pack,
    *,
    most_parts: int = MOST_PARTS,
    early: bool = False,
) -> Notice:
    """The text message to `cohort` in `language`, checked; `short_text` gives its words. `early`: that of the warning
    that goes before."""
    made = plan(cohort, language, brief, early=early)
    where = f"texts/{cohort.slug}/{language}{'/early' if early else ''}"
    for room in (2, 1, 0):  # without the first step and the telephone, then without what we never ask for
        values = ShortValues(*brief, cohort, language, where, made.steps, pack=pack, room=room)
        notice = _composed(made, values)
        if gsm.length(short_text(notice)).parts <= most_parts:
            break
    desk = Desk(notice, made.rules, *brief, made.said, text_of(notice))
    found = [*form(desk), *words(desk), *_own(notice, pack, values, most_parts)]
    return replace(notice, checks=sorted_checks(found))


def outline(made: Plan, cohort: NoticeCohort, language: str, brief: Brief, pack: Pack) -> Outline:
    """Of a text message with room for all its blocks. `made`: what decides how the letter to these people is put
    together."""
    values = ShortValues(*brief, cohort, language, "", made.steps, pack=pack)
    said = _said(made, values)
    names = tuple(f"{IN_SHORT}{part.block}" for part in pack.said.parts if holds(part.when, said))
    return Outline(tuple(rule.id for rule in made.rules), names)


def _said(made: Plan, values: "ShortValues") -> frozenset[str]:
    """The conditions that hold in it."""
    cohort, pack = values.cohort, values.pack
    forbidden = any(one.words == _NATURE for rule in made.rules for one in rule.must_not_state)
    return made.said | {
        *([made.layout] if made.layout in (_LOST, EARLY) else []),
        *(["plain"] if forbidden else []),
        *(["page"] if values.page else []),
        *(["room"] if values.room > 1 else []),
        *(["never"] if values.room else []),
        *(name for name, elements in pack.said.lost.items() if touches(cohort.elements, elements)),
    }


def _composed(made: Plan, values: "ShortValues") -> Notice:
    cohort, pack, library = values.cohort, values.pack, values.library
    said, rules = _said(made, values), tuple(rule.id for rule in made.rules)
    blocks: list[Block] = []
    for part in pack.said.parts:
        if holds(part.when, said):
            own = nearest(library.own, f"{IN_SHORT}{part.block}", values.language, cohort.slug, rules)
            template = own.template if own else pack.templates[values.language, part.block]
            blocks += fill(template, values, role=part.block)
    return Notice(
        cohort, values.language, rules, SHORT, "", tuple(blocks), made.steps, tuple(values.asks.values())
    )  # fmt: skip


def short_text(notice: Notice) -> str:
    """Its words, on one line, as they go."""
    return gsm.cleaned(" ".join(plain(block.spans) for block in notice.blocks if isinstance(block, Paragraph)))


@dataclass(slots=True)
class ShortValues(Values):
    """Fills what only a text message asks for, and all that letters ask for."""

    pack: Pack = field(default_factory=our_short)
    room: int = 2

    def __call__(self, name: str) -> Filled:
        match name:
            case "sender":
                short = self.organisation.text("short_name", self.language)
                return self._said("short_name" if short else "name")
            case "names":
                return Filled((Span(", ".join(self.names()), Kind.NAME),))
            case "where":
                return self._where()
        return Values.__call__(self, name)

    def names(self) -> list[str]:
        """What was lost, in short names, each once."""
        named = (self.pack.name_of(one, self.language) or self.title(one) for one in self.cohort.elements)
        return list(dict.fromkeys(named))

    @property
    def page(self) -> str:
        """The page to read at, as it is written in the facts; nothing where nobody said one."""
        found = (self.organisation.text(key, self.language) for key in _PAGES)
        return next((one for one in found if one), "")

    @property
    def bare_page(self) -> str:
        return self.page.removeprefix("https://").rstrip("/")

    def called(self) -> list[str]:
        """What the organisation is called in a text message: its short name, or its whole one."""
        found = (self.organisation.text(key, self.language) for key in ("short_name", "name"))
        return [gsm.cleaned(one) for one in found if one]

    @property
    def phone(self) -> str:
        """Of whoever answers; nothing where nobody said one, which is no fault beside a page."""
        asked = dict(self.asks)
        reach = self._reach_phone().spans
        self.asks = asked
        return "".join(one.text for one in reach if one.kind is not Kind.BLANK)

    def _where(self) -> Filled:
        page = self.bare_page
        phone = self.phone if self.room > 1 or not page else ""
        both = ", ".join(one for one in (page, phone) if one)
        return Filled((Span(both, Kind.NAME),)) if both else self.blank("organisation.incident_page")


def _own(notice: Notice, pack: Pack, values: ShortValues, most: int) -> Iterator[NoticeCheck]:
    text = short_text(notice)
    n = gsm.length(text).parts
    row = pack.said.checks["parts_said"]
    counted = row.looks if n <= most else row.failed
    told = {one: counted.say(one).replace("{n}", str(n)).replace("{most}", str(most)) for one in LANGUAGES}
    yield _verdict("parts", n <= most, pack, told)
    missing = [one for one in values.names() if gsm.cleaned(one) not in text]
    yield _verdict("names", not missing, pack, dict.fromkeys(LANGUAGES, ", ".join(missing)))
    if known := values.called():
        yield _verdict("sender", any(one in text for one in known), pack, dict.fromkeys(LANGUAGES, known[0]))
    if ways := [one for one in (values.bare_page, values.phone) if one]:
        yield _verdict("where", any(gsm.cleaned(one) in text for one in ways), pack, dict.fromkeys(LANGUAGES, ways[0]))
    wrong = _foreign(text, values)
    yield _verdict("link", not wrong, pack, dict.fromkeys(LANGUAGES, wrong))


def _foreign(text: str, values: ShortValues) -> str:
    """The first link of it that must not stand there: of somebody else, to sign in, shortened."""
    shorteners, sign_in = values.pack.said.shorteners, values.pack.said.sign_in
    if values.page and (wrong := bad_link(values.page, shorteners, sign_in)):
        return wrong
    hosts = {_host(one) for key in _PAGES for one in values.organisation.texts.get(key, {}).values()} - {""}
    for found in _LINK.findall(text):
        link: str = found.rstrip(".,:!?)»”\"'")
        if any(link in name for name in values.called()):
            continue  # somebody is called like a host
        if wrong := bad_link(link, shorteners, sign_in):
            return wrong
        if not any(_host(link) == host or _host(link).endswith(f".{host}") for host in hosts):
            return link[:80]
    return ""


def _host(page: str) -> str:
    try:
        host = urlsplit(page if "://" in page else f"https://{page}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def bad_link(page: str, shorteners: Iterable[str], sign_in: Iterable[str]) -> str:
    """What of it must not stand in a text message; nothing when it may. Without a scheme it is read as https."""
    try:
        parts = urlsplit(page if "://" in page else f"https://{page}")
        host, named = (parts.hostname or "").removeprefix("www."), parts.username is not None or bool(parts.port)
    except ValueError:
        return page[:80]
    if parts.scheme != "https" or "." not in host or named or parts.query or parts.fragment or re.search(r"\s", page):
        return page[:80]
    if host in shorteners or re.search("|".join(sign_in), f"{host}{parts.path}", re.IGNORECASE):
        return f"{host}{parts.path}"[:80]
    return ""


def _verdict(name: str, passed: bool, pack: Pack, detail: Mapping[str, str]) -> NoticeCheck:
    row = pack.said.checks[name]
    told = row.looks if passed else row.failed
    en, ru = (told.say(language).replace("{detail}", detail[language]) for language in ("en", "ru"))
    return NoticeCheck(f"short.{name}", Level.STOP, passed, en, ru)
