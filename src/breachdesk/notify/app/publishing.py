"""What is said to everybody about a case, and which laws let the public be told instead of each person; nothing of it
is kept here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from breachdesk.case.app.models import Case
from breachdesk.ground.languages import LANGUAGES
from breachdesk.law import document
from breachdesk.law.answer import Answer
from breachdesk.law.app import standing
from breachdesk.law.shapes import Duty, Verdict
from breachdesk.notify import public, public_notice
from breachdesk.notify.app.writing import Letters, Written, the_pack
from breachdesk.notify.blocks import Kind, texts_of
from breachdesk.notify.draw import Press
from breachdesk.notify.library import NoticeRule
from breachdesk.notify.own import Outline
from breachdesk.notify.public import POSTING
from breachdesk.notify.public_check import check_public, post_of
from breachdesk.notify.shapes import Ask, Notice, NoticeCohort
from breachdesk.notify.substitute import Crowd, Instead, instead

_TO_MEDIA = (Verdict.OWED, Verdict.HELD, Verdict.UNKNOWN, Verdict.VOLUNTARY)
_ON = "public_notice.on"


@dataclass(frozen=True, slots=True)
class Spoken(Written):
    """A text as things stand now. `post`: as it is copied; `limit`: how many letters it may have."""

    post: str
    limit: int | None

    @property
    def letters(self) -> int:
        return len(self.post)


@dataclass(frozen=True, slots=True)
class Law:
    """One law that knows substitute notice. `people`: of this case under it; `until`: the last day the notice has to
    stand; `place`: of those the posting is written to."""

    rule: NoticeRule
    instead: Instead
    people: int
    place: str
    until: date | None

    @property
    def kind(self) -> str:
        return f"{POSTING}-{self.rule.id}"


class Texts(Letters):
    """The texts of a case, each as it would read at `now`."""

    def __init__(self, case: Case, now: datetime) -> None:
        super().__init__(case)
        self.pack, self.now = the_pack(), now
        self.kinds = tuple(self.pack.kinds)
        self.under = public_notice.under(self.cohorts, self.brief)

    def spoken(self, kind: str, language: str) -> Spoken | None:
        """None: there is no such text."""
        if language not in LANGUAGES:
            return None
        if kind in self.pack.kinds:
            return self._checked(self._public(kind, language))
        rule = self.library.rules.get(kind.removeprefix(f"{POSTING}-")) if kind.startswith(f"{POSTING}-") else None
        if rule is None or rule.id not in self.under:
            return None
        return self._checked(self._posting(rule, language), rule)

    def outline_public(self, kind: str, language: str) -> Outline:
        if kind in self.pack.kinds:
            return public.outline_public(kind, self.cohorts, language, self.brief, self.pack)
        rule = self.library.rules[kind.removeprefix(f"{POSTING}-")]
        return public_notice.outline_posting(rule, self.under[rule.id], language, self.brief, self.pack)

    def _public(self, kind: str, language: str) -> Notice:
        return public.compose_public(kind, self.cohorts, language, self.brief, self.pack)

    def _posting(self, rule: NoticeRule, language: str) -> Notice:
        return public_notice.compose_posting(rule, self.under[rule.id], language, self.brief, self.pack)

    def _checked(self, notice: Notice, rule: NoticeRule | None = None) -> Spoken:
        checks = check_public(notice, self.brief, self.pack, now=self.now, rule=rule)
        kind = self.pack.kinds.get(notice.layout) if rule is None else None
        blanks = texts_of(notice.blocks, Kind.BLANK)
        return Spoken(notice, checks, blanks, post_of(notice, self.pack), kind.limit if kind else None)

    def file(self, spoken: Spoken, kind: str) -> bytes:
        """As html or txt; while it is not ready it says that it is a draft."""
        draft = "" if spoken.ready else self.pack.phrases[spoken.notice.language]["draft"]
        if kind == "txt":
            return (f"{draft}\n\n{spoken.post}\n" if draft else f"{spoken.post}\n").encode()
        return Press(words=self.library.phrases).html(spoken.notice, draft=draft).encode()

    # --- substitute notice

    def laws(self) -> list[Law]:
        """Where it is allowed first, then where it could be, then where it is not; most people first in each."""
        rank = {Answer.YES: 0, Answer.UNKNOWN: 1, Answer.NO: 2}
        found = list(self._laws())
        return sorted(found, key=lambda one: (rank[one.instead.allowed], -one.people, one.rule.id))

    def law(self, kind: str) -> Law | None:
        return next((one for one in self._laws() if one.kind == kind), None)

    def _laws(self) -> Iterator[Law]:
        everybody = sum(one.count for one in self.cohorts)
        on = self.organisation.days.get(_ON)
        for name, rows in self.under.items():
            rule = self.library.rules[name]
            (told,) = instead([rule], self._crowd(rows, everybody), library=self.library)
            days = max((way.days for way in told.ways if way.days), default=None)
            until = on + timedelta(days=days) if on and days else None
            place = public_notice.posting_people(rule, rows, self.library).residence
            yield Law(rule, told, sum(row.count for row in rows), place, until)

    def _crowd(self, rows: list[NoticeCohort], everybody: int) -> Crowd:
        people, numbers = sum(row.count for row in rows), self.organisation.numbers
        lacking = numbers.get("letters.without_address")
        return Crowd(
            people=people,
            cost_cents=numbers.get("letters.cost_cents"),
            without_address=lacking if lacking == 0 or people == everybody else None,
            without_address_in_all=lacking,
        )

    def asked(self, laws: list[Law]) -> tuple[Ask, ...]:
        """What would decide the laws that are open, and the day that what is allowed is counted from."""
        names = {name for one in laws for name in one.instead.missing}
        if any(one.instead.allowed is Answer.YES for one in laws) and _ON not in self.organisation.days:
            names.add(f"organisation.{_ON}")
        rows = [(name, self.library.asks[name].ask) for name in sorted(names)]
        return tuple(Ask(name, "notices/public", row.en, row.ru) for name, row in rows)


def to_media(case: Case, language: str) -> list[Duty]:
    """The duties to tell the media, of the last judgement, in the language of the reader."""
    last = standing.last(case)
    if last is None:
        return []
    told: dict[str, Any] = standing.document(last, language)
    mine = [one for one in told["duties"] if one["recipient"]["type"] == "media" and not one.get("remote")]
    found = document.from_json({**told, "duties": mine, "questions": []})
    return [one for one in found.duties if one.verdict in _TO_MEDIA]
