"""Letters to the people of a case, composed from its facts as they are now; nothing of them is kept here."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Self

from django.conf import settings

from breachdesk.case.app.models import Case
from breachdesk.ground.refused import Refused
from breachdesk.ground.shelf import our_shelf
from breachdesk.law import document
from breachdesk.law.app import judging, standing
from breachdesk.law.app.judging import Inputs
from breachdesk.law.shapes import Duties, Duty
from breachdesk.notify import gsm, public, readability, short
from breachdesk.notify import library as letters
from breachdesk.notify.app.models import OwnText
from breachdesk.notify.blocks import Kind, texts_of
from breachdesk.notify.brief import Brief
from breachdesk.notify.check import prose_of, sorted_checks
from breachdesk.notify.cohorts import merge
from breachdesk.notify.compose import Plan, compose, parts_of, plan
from breachdesk.notify.drafts import duties_about
from breachdesk.notify.draw import Press, as_text
from breachdesk.notify.gsm import Length
from breachdesk.notify.library import Library
from breachdesk.notify.mould import Mould
from breachdesk.notify.organisation import BadOrganisation, Organisation, read_organisation
from breachdesk.notify.own import Outline, Own
from breachdesk.notify.readability import Reading
from breachdesk.notify.shapes import Level, Notice, NoticeCheck, NoticeCohort
from breachdesk.notify.short import Pack, compose_short, short_text
from breachdesk.notify.values import Person
from breachdesk.notify.wordable import Wordable
from breachdesk.scope.shapes import Cohort


@cache
def the_library() -> Library:
    """What letters and forms are worded with. Raises BadPack."""
    return letters.load(our_shelf())


@cache
def the_short() -> Pack:
    """What text messages are worded with. Raises BadPack."""
    return short.load(our_shelf())


@cache
def the_pack() -> public.Pack:
    """How texts for everybody are worded. Raises BadPack."""
    return public.load(our_shelf(), the_library())


@cache
def the_wordable() -> Wordable:
    """What counsel can word. Raises BadPack."""
    return Wordable(the_library(), the_short(), the_pack())


def organisation(facts: Mapping[str, Any]) -> Organisation:
    """The `organisation:` of the sheet; what cannot be used of it is left out, the letter is not."""
    try:
        return read_organisation(facts)
    except BadOrganisation as error:
        bad = {problem.partition(":")[0].removeprefix("organisation.") for problem in error.problems}
        return read_organisation({**facts, "organisation": without(facts.get("organisation"), bad)})


def without(whole: Any, bad: set[str], above: str = "") -> dict[str, Any]:
    """A part of the sheet without the keys that cannot be used."""
    if not isinstance(whole, Mapping):
        return {}
    kept = {}
    for key, value in whole.items():
        name = f"{above}{key}"
        if name in bad:
            continue
        deep = isinstance(value, Mapping) and any(one.startswith(f"{name}.") for one in bad)
        kept[key] = without(value, bad, f"{name}.") if deep else value
    return kept


def people(case: Case, given: Inputs) -> tuple[Cohort, ...]:
    """As scope counted them; else as somebody wrote them down, the fewest of a range."""
    counted = judging.counted(case)
    if counted is not None:
        return counted
    written = given.raw.get("people")
    return tuple(_cohort(row) for row in written if isinstance(row, Mapping)) if isinstance(written, list) else ()


def _cohort(row: Mapping[str, Any]) -> Cohort:
    count, minor = row.get("count"), row.get("minor")
    low = count.get("min") if isinstance(count, Mapping) else count
    aged = {True: "yes", False: "no"}.get(minor, "unknown") if isinstance(minor, bool) else "unknown"
    return Cohort(
        str(row.get("residence", "unknown")),
        frozenset(map(str, row.get("elements", ()))),
        "unknown",
        aged,
        int(low or 0),
    )


@dataclass(frozen=True, slots=True)
class Written:
    """One letter as things stand now. `checks`: the failed ones first; `blanks`: places nobody has filled."""

    notice: Notice
    checks: tuple[NoticeCheck, ...]
    blanks: tuple[str, ...]

    @property
    def failed(self) -> tuple[NoticeCheck, ...]:
        return tuple(one for one in self.checks if not one.passed)

    @property
    def stops(self) -> int:
        """How many checks say that it must not go like this."""
        return sum(one.level is Level.STOP for one in self.failed)

    @property
    def ready(self) -> bool:
        return not self.blanks and not self.stops


def reading_of(written: Written) -> Reading:
    """How hard it is to read."""
    return readability.read(prose_of(written.notice), written.notice.language)


def own_words(case: Case) -> tuple[Own, ...]:
    """What the case says in words of its own. What a newer shelf could not fill any more is not said."""
    rows = OwnText.objects.filter(case=case, last=True).exclude(text="")
    return tuple(one for row in rows if (one := fits(row)) is not None)


def fits(row: OwnText) -> Own | None:
    """The text, read; None when this shelf has no such block, or no such hole."""
    try:
        _, template = the_wordable().read(row.block, row.text)
    except Refused:
        return None
    known = the_wordable().has(row.block, row.language)
    return Own(row.block, row.language, template, row.slug, row.rule) if known else None


class Letters:
    """The letters of a case: who gets the same one, and each as it would read now."""

    def __init__(self, case: Case) -> None:
        self.case, self.given = case, judging.inputs(case)
        self.library = replace(the_library(), own=own_words(case))
        self.organisation = organisation(self.given.sheet.facts)
        self.cohorts = merge(people(case, self.given), self.library.vocabulary)
        self._plans: dict[tuple[str, str, bool], Plan] = {}
        self.facts = {"subjects.count": sum(one.count for one in self.cohorts), **self.given.sheet.facts}

    def of(self, slug: str) -> NoticeCohort | None:
        return next((one for one in self.cohorts if one.slug == slug), None)

    def write(self, cohort: NoticeCohort, language: str, *, early: bool = False) -> Written:
        """The letter, or the early warning that goes before it."""
        notice = compose(cohort, language, self.brief, early=early)
        return Written(notice, sorted_checks(notice.checks), texts_of(notice.blocks, Kind.BLANK))

    def with_own(self, own: tuple[Own, ...]) -> Self:
        """The same with other words of the case."""
        other = copy(self)
        other.library = replace(self.library, own=own)
        return other

    @property
    def brief(self) -> Brief:
        return Brief(self.library, self.organisation, self.facts)

    def outline(self, cohort: NoticeCohort, language: str, *, early: bool = False) -> Outline:
        """Of the letter."""
        made = self._plan(cohort, language, early)
        names = tuple(part.block for part in parts_of(made, self.library) if part.block)
        return Outline(tuple(rule.id for rule in made.rules), names)

    def duties(self, cohort: NoticeCohort) -> tuple[Duty, ...]:
        """The duties to tell these people that the rules of their letter name, and those of where they live."""
        return duties_of(self.case, cohort, self.outline(cohort, "en").rules, "en")

    def short(self, cohort: NoticeCohort, language: str, *, early: bool = False) -> Notice:
        """The text message, checked; or that of the early warning."""
        return compose_short(cohort, language, self.brief, the_short(), most_parts=settings.SMS_PARTS, early=early)

    def text_message(self, cohort: NoticeCohort, language: str, *, early: bool = False) -> Written:
        notice = self.short(cohort, language, early=early)
        return Written(notice, notice.checks, texts_of(notice.blocks, Kind.BLANK))

    def outline_short(self, cohort: NoticeCohort, language: str, *, early: bool = False) -> Outline:
        """Of the text message."""
        return short.outline(self._plan(cohort, language, early), cohort, language, self.brief, the_short())

    def _plan(self, cohort: NoticeCohort, language: str, early: bool) -> Plan:
        """Made once: letter and text message share it, and words of the case change nothing of it."""
        key = cohort.slug, language, early
        if key not in self._plans:
            self._plans[key] = plan(cohort, language, self.brief, early=early)
        return self._plans[key]

    def drawn(self, notice: Notice, kind: str) -> bytes:
        """The draft as html, pdf or txt, with the word that it is one."""
        draft = self.library.phrases[notice.language]["draft"]
        press = Press(words=self.library.phrases)
        if kind == "pdf":
            sender = self.organisation.text("name", notice.language) or ""
            return press.pdf(notice, sender=sender, draft=draft).content
        if kind == "txt":
            return as_text(notice, draft=draft).encode()
        return press.html(notice, draft=draft).encode()


def preview(mould: Mould) -> str:
    """Its text, with the names of what is each person's own in the places where it will stand."""
    phrases = the_library().phrases[mould.language]
    named = dict.fromkeys(mould.elements, (f"‹{phrases['sample']}›",))
    person = Person(f"‹{phrases['recipient_name']}›", samples=named, code=f"‹{phrases['code']}›")
    return mould.cast(person, f"‹{phrases['date_of_sending']}›").text


@dataclass(frozen=True, slots=True)
class Shown:
    """A text message for a page."""

    residence: str
    language: str
    text: str
    length: Length
    failed: tuple[NoticeCheck, ...] = ()
    blanks: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        return not self.blanks and not any(one.level is Level.STOP for one in self.failed)


def shown(notice: Notice) -> Shown:
    text = short_text(notice)
    failed = tuple(one for one in notice.checks if not one.passed)
    blanks = texts_of(notice.blocks, Kind.BLANK)
    return Shown(notice.cohort.residence, notice.language, text, gsm.length(text), failed, blanks)


def duties_of(case: Case, cohort: NoticeCohort, rules: tuple[str, ...], language: str) -> tuple[Duty, ...]:
    """The duties to tell these people, of the last judgement, in the language of the reader."""
    last = standing.last(case)
    if last is None:
        return ()
    told = standing.document(last, language)
    mine = [one for one in told["duties"] if one["recipient"]["type"] == "individuals" and not one.get("remote")]
    duties: Duties = document.from_json({**told, "duties": mine, "questions": []})
    return duties_about(cohort, rules, the_library(), duties)


def elements_of(cohort: NoticeCohort, letters: Letters, language: str) -> list[str]:
    known = letters.library.vocabulary
    return [known[one].title(language) if one in known else one for one in cohort.elements]


def by_place(cohorts: Iterable[NoticeCohort]) -> dict[str, list[NoticeCohort]]:
    """By where they live, the place of most people first."""
    found: dict[str, list[NoticeCohort]] = {}
    for one in cohorts:
        found.setdefault(one.residence, []).append(one)
    return dict(sorted(found.items(), key=lambda item: (-sum(one.count for one in item[1]), item[0])))
