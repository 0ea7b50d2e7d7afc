"""Counsel words a block of the letters of a case, and takes it back; what a text would do is seen before it is kept.

Nothing that was approved changes by it: a sending goes by its own sealed wording, and one that waits for its approval
is refused once its letters read otherwise (sendings.py)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from breachdesk.case.app.actions import still_open
from breachdesk.case.app.models import Case
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.notify import readability
from breachdesk.notify.app.models import OwnText
from breachdesk.notify.app.writing import Letters, Written, reading_of
from breachdesk.notify.compose import entity_kinds
from breachdesk.notify.library import LETTERS, Library
from breachdesk.notify.own import FIXED, Own, nearest, read_own
from breachdesk.notify.readability import Reading
from breachdesk.notify.shapes import Level, NoticeCheck, NoticeCohort
from breachdesk.notify.values import WHOLE, holes_known

#: Letters that are composed to be looked at, at once: a second of work.
AT_ONCE = 30


@dataclass(frozen=True, slots=True)
class Place:
    """Which block, in which language, and for whom: `slug` these people, `rule` this law, neither everybody."""

    block: str
    language: str
    slug: str = ""
    rule: str = ""


def scope_named(place: "Place | OwnText | Own") -> str:
    """For whom a text is, as pages and programs name it: `all`, `rule:us-ca`, `slug:` and a cohort."""
    return f"rule:{place.rule}" if place.rule else f"slug:{place.slug}" if place.slug else "all"


@transaction.atomic
def reword(case: Case, place: Place, text: str, *, reason: str, by: Hand, before: str | None = None) -> OwnText:
    """Say it in these words from now on. `before`: the digest of the text somebody looked at when they began, so that
    nobody writes over what a colleague wrote meanwhile. Raises Refused."""
    still_open(case, alone=True)
    kept, _ = tried(Letters(case), place, text)
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    held = _now(case, place)
    if before is not None and before != (digest(held.text) if held else ""):
        raise Refused("words.refused.meanwhile", field="text", by=held.by if held else "—")
    if held and held.text == kept:
        raise Refused("words.refused.same", field="text")
    made = _put(case, place, kept, reason, by)
    write(
        "notify.words.changed",
        by=by,
        case=case.number,
        refs={"words": made.id},
        payload={**_said(place, reason), "sha256": digest(kept), "before_sha256": digest(held.text) if held else ""},
    )
    return made


@transaction.atomic
def withdraw(case: Case, place: Place, *, reason: str, by: Hand) -> None:
    """Say it again as it is said elsewhere. Raises Refused when the case has no words of its own there."""
    still_open(case, alone=True)
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    held = _now(case, place)
    if held is None:
        raise Refused("words.refused.nothing")
    made = _put(case, place, "", reason, by)
    write(
        "notify.words.withdrawn",
        by=by,
        case=case.number,
        refs={"words": made.id},
        payload={**_said(place, reason), "before_sha256": digest(held.text)},
    )


def _now(case: Case, place: Place) -> OwnText | None:
    return _at(case, place).exclude(text="").first()


def _at(case: Case, place: Place) -> "QuerySet[OwnText]":
    return OwnText.objects.filter(
        case=case, block=place.block, language=place.language, slug=place.slug, rule=place.rule, last=True
    )


def _put(case: Case, place: Place, text: str, reason: str, by: Hand) -> OwnText:
    _at(case, place).update(last=False)
    return OwnText.objects.create(
        case=case, block=place.block, language=place.language, slug=place.slug, rule=place.rule,
        text=text, reason=reason, by=by.actor.name, at=by.at,
    )  # fmt: skip


def _said(place: Place, reason: str) -> dict[str, str]:
    return {
        "block": place.block,
        "language": place.language,
        "cohort": place.slug,
        "rule": place.rule,
        "reason": reason,
    }


def digest(text: str) -> str:
    """SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def of(case: Case) -> "QuerySet[OwnText]":
    """What the case says in its own words now."""
    return OwnText.objects.filter(case=case, last=True).exclude(text="")


def history(case: Case, block: str, language: str) -> "QuerySet[OwnText]":
    """Everything that was ever said there, the newest first."""
    return OwnText.objects.filter(case=case, block=block, language=language)


def since(case: Case, at: datetime) -> bool:
    """Whether words of the letters were changed after that."""
    return OwnText.objects.filter(case=case, at__gt=at).exists()


# --- what a text would do


def blocks(library: Library) -> tuple[str, ...]:
    """What can be worded, by name."""
    return tuple(sorted({block for _, block in library.templates} - set(FIXED)))


def shipped(library: Library, block: str, language: str) -> str:
    """What we say there, as Markdown; nothing where this shelf has no such block."""
    if (language, block) not in library.templates:
        return ""
    return library.shelf.text(f"{LETTERS}/{language}/{block}.md").strip()


def tried(letters: Letters, place: Place, text: str) -> tuple[str, Own]:
    """A text as it would be kept, and read. Raises Refused for a place there is not, and for what no letter can say."""
    library = letters.library
    if place.block not in blocks(library) or place.language not in LANGUAGES:
        raise Refused("words.refused.no_block")
    if place.slug and (place.rule or letters.of(place.slug) is None):
        raise Refused("sendings.refused.no_cohort", field="scope")
    if place.rule and place.rule not in library.rules:
        raise Refused("words.refused.no_rule", field="scope")
    kept, template = read_own(text, place.block, known=holes_known(library), whole=WHOLE)
    return kept, Own(place.block, place.language, template, place.slug, place.rule)


@dataclass(frozen=True, slots=True)
class Variant:
    """A letter that a text touches: as it reads now, and as it would. `early`: the warning to these people."""

    cohort: NoticeCohort
    early: bool
    now: Written
    then: Written

    @property
    def failed(self) -> list[tuple[NoticeCheck, bool]]:
        """What fails in it then, and whether that is new."""
        known = {one.code for one in self.now.failed}
        return [(one, one.code not in known) for one in self.then.failed]

    @property
    def mended(self) -> list[NoticeCheck]:
        """What fails in it now, and would not."""
        left = {one.code for one in self.then.failed}
        return [one for one in self.now.failed if one.code not in left]

    @property
    def musts(self) -> tuple[int, int]:
        """Of what must not be missing or wrong in it: how much is right, and how much there is."""
        stops = [one for one in self.then.checks if one.level is Level.STOP]
        return sum(one.passed for one in stops), len(stops)

    @property
    def reading(self) -> Reading:
        return reading_of(self.then)

    @property
    def before(self) -> Reading:
        return reading_of(self.now)

    @property
    def readable(self) -> bool:
        return readability.passes(self.reading)


@dataclass(frozen=True, slots=True)
class Touched:
    """The letters a text touches, most people first: how many there are, for how many people, and some of them."""

    letters: int
    people: int
    first: int
    variants: tuple[Variant, ...]

    @property
    def following(self) -> int:
        """Where the next of them begin; 0 when these are the last."""
        end = self.first + len(self.variants)
        return end if end < self.letters else 0


def touched(letters: Letters, own: Own, *, first: int = 0, most: int = AT_ONCE) -> Touched:
    """What would read otherwise with this text in its place, whatever stands there now."""
    kept = tuple(one for one in letters.library.own if one.place != own.place)
    after = letters.with_own((*kept, own))
    found = [(one, early) for one, early in every(letters) if _reaches(after, own, one, early)]
    variants = tuple(
        Variant(
            one,
            early,
            letters.write(one, own.language, early=early),
            after.write(one, own.language, early=early),
        )
        for one, early in found[first : first + most]
    )
    people = {one.slug: one.count for one, _ in found}
    return Touched(len(found), sum(people.values()), first, variants)


def every(letters: Letters) -> Iterator[tuple[NoticeCohort, bool]]:
    """Each letter of the case in one language, most people first, and the early warning that goes before it."""
    for one in letters.cohorts:
        yield from ((one, False), (one, True))


def _reaches(letters: Letters, own: Own, cohort: NoticeCohort, early: bool) -> bool:
    if own.slug and own.slug != cohort.slug:
        return False
    rules, names = letters.outline(cohort, own.language, early=early)
    if own.block not in names:
        return False
    return nearest(letters.library.own, own.block, own.language, cohort.slug, rules) == own


def uses(letters: Letters, language: str) -> dict[str, int]:
    """Block -> in how many letters of the case it stands."""
    found: dict[str, int] = {}
    for cohort, early in every(letters):
        for name in letters.outline(cohort, language, early=early)[1]:
            found[name] = found.get(name, 0) + 1
    return found


def laws(letters: Letters) -> Iterator[str]:
    """The rules under which letters of the case go, but the one that holds for all."""
    kinds = entity_kinds(letters.facts)
    near = {one.residence for one in letters.cohorts}
    found = {rule.id for place in near for rule in letters.library.rules_for(place, kinds)}
    yield from sorted(found - {"all"})
