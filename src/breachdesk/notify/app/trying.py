"""What a text of counsel's would do: every letter, text message and text for everybody that it stands in, as each reads
now and as it would."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from breachdesk.notify import cohorts, readability
from breachdesk.notify.app.models import Minded
from breachdesk.notify.app.publishing import Texts
from breachdesk.notify.app.writing import Written, reading_of
from breachdesk.notify.compose import entity_kinds
from breachdesk.notify.own import IN_PUBLIC, IN_SHORT, Outline, Own, nearest
from breachdesk.notify.public import POSTING, everybody
from breachdesk.notify.public_notice import posting_people
from breachdesk.notify.readability import Reading
from breachdesk.notify.shapes import Level, NoticeCheck, NoticeCohort

#: Texts that are composed to be looked at, at once: a second of work.
AT_ONCE = 30


class Form(StrEnum):
    LETTER = "letter"
    SHORT = "short"  # a text message
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a case. `early`: the warning to these people; `kind`: of a text for everybody, whose `cohort` is all
    of them."""

    form: Form
    cohort: NoticeCohort
    early: bool = False
    kind: str = ""

    @property
    def slug(self) -> str:
        """Whose texts stand in it before all others."""
        return self.kind or self.cohort.slug

    def write(self, texts: Texts, language: str) -> Written:
        if self.form is Form.LETTER:
            return texts.write(self.cohort, language, early=self.early)
        if self.form is Form.SHORT:
            return texts.text_message(self.cohort, language, early=self.early)
        spoken = texts.spoken(self.kind, language)
        assert spoken is not None
        return spoken

    def outline(self, texts: Texts, language: str) -> Outline:
        if self.form is Form.LETTER:
            return texts.outline(self.cohort, language, early=self.early)
        if self.form is Form.SHORT:
            return texts.outline_short(self.cohort, language, early=self.early)
        return texts.outline_public(self.kind, language)


@dataclass(frozen=True, slots=True)
class Variant:
    """A text that words of counsel's touch: as it reads now, and as it would."""

    text: Text
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
    """The texts that words of counsel's touch: letters, text messages, texts for everybody, in this order, most people
    first; how many there are, to how many people, and some of them."""

    letters: int
    short: int
    public: int
    people: int
    first: int
    variants: tuple[Variant, ...]

    @property
    def texts(self) -> int:
        return self.letters + self.short + self.public

    @property
    def following(self) -> int:
        """Where the next of them begin; 0 when these are the last."""
        end = self.first + len(self.variants)
        return end if end < self.texts else 0


def touched(texts: Texts, own: Own, *, first: int = 0, most: int = AT_ONCE) -> Touched:
    """What would read otherwise with this text in its place, whatever stands there now."""
    after = texts.with_own((*(one for one in texts.library.own if one.place != own.place), own))
    found = [one for one in _among(texts, own.block) if _reaches(after, own, one)]
    variants = tuple(
        Variant(one, one.write(texts, own.language), one.write(after, own.language))
        for one in found[first : first + most]
    )
    people = {one.cohort.slug: one.cohort.count for one in found if one.form is not Form.PUBLIC and not one.cohort.kin}
    count = {form: sum(one.form is form for one in found) for form in Form}
    return Touched(
        count[Form.LETTER], count[Form.SHORT], count[Form.PUBLIC], sum(people.values()), first, variants
    )  # fmt: skip


def every(texts: Texts) -> Iterator[Text]:
    """Each text of the case in one language: each letter, most people first, with the early warning that goes before
    it and, where somebody has died, that to their next of kin; each text message; what is said to everybody."""
    dead = Minded.objects.filter(case=texts.case, kind=Minded.Kind.DECEASED, last=True).exists()
    for one in texts.cohorts:
        yield from (Text(Form.LETTER, one), Text(Form.LETTER, one, early=True))
        if dead:
            kin = replace(cohorts.to_kin(one), count=0)  # how many of them have died is not counted here
            yield from (Text(Form.LETTER, kin), Text(Form.LETTER, kin, early=True))
    for one in texts.cohorts:
        yield from (Text(Form.SHORT, one), Text(Form.SHORT, one, early=True))
    everyone = everybody(texts.cohorts, texts.library)
    yield from (Text(Form.PUBLIC, everyone, kind=kind) for kind in texts.kinds)
    for name, rows in texts.under.items():
        people = posting_people(texts.library.rules[name], rows, texts.library)
        yield Text(Form.PUBLIC, people, kind=f"{POSTING}-{name}")


def _among(texts: Texts, block: str) -> Iterator[Text]:
    """Those in which it can stand."""
    forms = {Form.SHORT} if block.startswith(IN_SHORT) else {Form.PUBLIC}
    if not block.startswith((IN_SHORT, IN_PUBLIC)):
        forms = {Form.LETTER, Form.PUBLIC}
    return (one for one in every(texts) if one.form in forms)


def _reaches(texts: Texts, own: Own, one: Text) -> bool:
    if own.slug and own.slug != one.slug:
        return False
    rules, names = one.outline(texts, own.language)
    return own.block in names and nearest(texts.library.own, own.block, own.language, one.slug, rules) == own


def uses(texts: Texts, language: str) -> dict[str, int]:
    """Block -> in how many texts of the case it stands, in the order in which they are read."""
    found: dict[str, int] = {}
    for one in every(texts):
        for name in one.outline(texts, language).blocks:
            found[name] = found.get(name, 0) + 1
    return found


def laws(texts: Texts) -> Iterator[str]:
    """The rules under which letters of the case go, but the one that holds for all."""
    kinds = entity_kinds(texts.facts)
    near = {one.residence for one in texts.cohorts}
    found = {rule.id for place in near for rule in texts.library.rules_for(place, kinds)}
    yield from sorted(found - {"all"})
