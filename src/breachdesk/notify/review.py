"""A letter of anybody's hand, against the rules of the laws it goes under: passed, failed, or for a human to look at.

The letter is read as its reader would read it: by its words. What the fact sheet says is looked for first; where words
alone cannot tell, a human is asked, with the line and the words found. It proves nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify.advice import Resource, Words
from breachdesk.notify.blocks import Kind, Span, plain
from breachdesk.notify.check import may_stand
from breachdesk.notify.conditions import conditions, holds, months_required, touches
from breachdesk.notify.leaks import full_values
from breachdesk.notify.letters import Letter
from breachdesk.notify.library import Library, Must, MustNot, NoticeRule, PointRow
from breachdesk.notify.organisation import Organisation
from breachdesk.notify.shapes import Level, NoticeCohort
from breachdesk.notify.values import Values

_MOST_HITS = 3
_NEAR = 4  # passages: an office and its telephone stand together
_PHONE = re.compile(r"\+\d(?:[ ()./-]{0,2}\d){7,}|(?<![\w/])\(?\d(?:[ ()./-]{0,2}\d){9,}")  # no date, no postal code
_STREET = re.compile(
    r"P\.? ?O\.? Box|\b[A-Z]{2},? \d{5}\b|\b\d{1,6} [A-Z]\w+.{0,40}\b(Street|St|Avenue|Ave|Road|Place|Plaza)\b"
)
_LONG = re.compile(
    r"\b(\d{1,3}|one|two|three|twelve|eighteen|twenty-four|один|два|три)[ -](month|year|месяц|год|лет)", re.I
)
_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "twelve": 12,
    "eighteen": 18,
    "twenty-four": 24,
    "один": 1,
    "два": 2,
    "три": 3,
}
_OFFERS = re.compile(
    r"monitor|protection|restoration|restoring|prevention|pay for|мониторинг|защит|оплат", re.IGNORECASE
)


class Outcome(StrEnum):
    FAILED = "failed"
    ASKS = "asks"  # a human has to look
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule tried on one letter. `line` and `words`: where it was decided, 0 when nowhere."""

    rule: str
    check: str
    outcome: Outcome
    level: Level
    said: Words
    citation: str = ""
    line: int = 0
    words: str = ""
    write: Words | None = None  # what to write instead


@dataclass(frozen=True, slots=True)
class Case:
    """What is known about those who get the letter. None: nobody has said."""

    residence: str
    elements: tuple[str, ...] | None = None
    minor: bool = False
    organisation: Organisation | None = None
    facts: Mapping[str, Any] | None = None
    channel: str = ""


class _Seen(NamedTuple):
    """How a point was found: for sure, by words a human should look at, or not (`lacks` says what)."""

    found: bool
    sure: bool = True
    line: int = 0
    words: str = ""
    lacks: Words | None = None


def review(letter: Letter, rules: Iterable[NoticeRule], case: Case, *, library: Library) -> tuple[Finding, ...]:
    """Every rule tried on the letter: what failed first, then what a human must look at."""
    desk = _Desk(letter, tuple(rules), case, library)
    found = [*desk.form(), *desk.points(), *desk.words(), *desk.by_law()]
    order, grave = list(Outcome), list(Level)
    return tuple(sorted(found, key=lambda one: (order.index(one.outcome), grave.index(one.level))))


class _Desk:
    def __init__(self, letter: Letter, rules: tuple[NoticeRule, ...], case: Case, library: Library) -> None:
        self.letter, self.rules, self.case, self.library = letter, rules, case, library
        self.cohort = NoticeCohort("letter", case.residence, case.elements or (), case.minor, 0)
        organisation, facts = case.organisation or Organisation(), case.facts or {}
        self.said = conditions(self.cohort, rules, organisation, facts)
        self.flat = " ".join(letter.text.split())
        self.values = (
            Values(library, organisation, facts, self.cohort, letter.language or "en", "", ())
            if case.organisation
            else None
        )

    # --- what any letter must be

    def form(self) -> Iterator[Finding]:
        if not self.letter.language:
            yield self._told("review_language", Outcome.ASKS, Level.WARN)
        blanks = self.letter.blanks
        line, words = blanks[0] if blanks else (0, "")
        yield self._told("blanks", _outcome(not blanks), Level.STOP, "; ".join(w for _, w in blanks[:5]), line, words)
        known = may_stand(self.library, self.case.organisation or Organisation())
        leaked = [name for name in full_values(self.letter.text, known) if name != "email" or self.case.organisation]
        language = self.letter.language or "en"
        titles = ", ".join(self.library.vocabulary[name].title(language) for name in leaked)
        yield self._told("values", _outcome(not leaked), Level.STOP, titles)
        if self.case.elements is not None and self.letter.language:
            yield self._elements(self.case.elements)

    def _elements(self, elements: tuple[str, ...]) -> Finding:
        """People name things in many ways: what is not found by name is for a human."""
        titles = {
            self.library.vocabulary[name].title(self.letter.language)
            for name in elements
            if name in self.library.vocabulary
        }
        lacking = sorted(title for title in titles if title.lower() not in self.flat.lower())
        return self._told(
            "review_elements", Outcome.ASKS if lacking else Outcome.PASSED, Level.STOP, ", ".join(lacking)
        )

    # --- what must be said

    def points(self) -> Iterator[Finding]:
        """A point two laws ask for is tried once, under the law nearest to the place."""
        tried: set[str] = set()
        for rule in self.rules:
            for must in rule.must_state:
                needed = self._needed(must)
                if must.point in tried or needed is False:
                    continue
                if needed:
                    tried.add(must.point)
                yield self._point(rule, must, certain=bool(needed))

    def _needed(self, must: Must) -> bool | None:
        """None: it hangs on what nobody has said."""
        if must.elements and self.case.elements is not None and not touches(self.case.elements, must.elements):
            return False
        open_ = bool(must.elements) and self.case.elements is None
        if must.when and not self._settled(must.when):
            return None
        if must.when and not holds(must.when, self.said):
            return False
        return None if open_ else True

    def _settled(self, when: tuple[str, ...]) -> bool:
        """Whether what is known decides these conditions."""
        for name in when:
            bare = name.removeprefix("not:")
            if bare in ("sign-in-only", "passwords", "identity"):
                known = self.case.elements is not None
            elif bare == "no-parent":
                known = self.case.organisation is not None and self.case.organisation.known("parent")
            elif bare == "services":
                known = self.case.organisation is not None or bare in self.said
            elif bare in ("held", "not-held"):
                known = self.case.facts is not None and "hold.law_enforcement" in self.case.facts
            else:
                known = self.case.organisation is not None
            if not known:
                return False
        return True

    def _point(self, rule: NoticeRule, must: Must, *, certain: bool) -> Finding:
        row = self.library.points[must.point]
        seen = self._look(row)
        citation = must.citation or rule.citation
        detail = {language: row.what.say(language) for language in LANGUAGES}
        if seen.found and seen.sure:
            return self._told(
                must.point, Outcome.PASSED, must.level, detail, seen.line, seen.words, rule, "must_state", citation
            )
        if seen.found:
            return self._told(
                must.point, Outcome.ASKS, must.level, detail, seen.line, seen.words, rule, "review_look", citation
            )
        if seen.lacks:
            detail = {language: f"{detail[language]} ({seen.lacks.say(language)})" for language in LANGUAGES}
        asks = not citation or not certain or must.level is not Level.STOP or row.human or not self.letter.language
        named = "review_if" if not certain else "must_state"
        if not certain:
            condition = self._condition(must)
            detail = {language: f"{detail[language]} — {condition.say(language)}" for language in LANGUAGES}
        outcome = Outcome.ASKS if asks else Outcome.FAILED
        return self._told(must.point, outcome, must.level, detail, 0, "", rule, named, citation, row.write)

    def _condition(self, must: Must) -> Words:
        said = [self.library.checks[f"if_{name.removeprefix('not:').replace('-', '_')}"].looks for name in must.when]
        parts = {language: [one.say(language) for one in said] for language in LANGUAGES}
        if must.elements and self.case.elements is None:
            for language in LANGUAGES:
                titles = [self.library.vocabulary[name].title(language) for name in must.elements]
                parts[language].append(
                    self.library.checks["if_elements"].looks.say(language).replace("{detail}", ", ".join(titles))
                )
        return Words(**{language: "; ".join(parts[language]) for language in LANGUAGES})

    def _look(self, row: PointRow) -> _Seen:
        if self._as_told(row) or self._as_drafted(row):
            return _Seen(True)
        offices = [self.library.advice.named(name) for name in row.resources]
        if row.resource_kinds:
            offices = list(self.library.advice.at(self.case.residence, *row.resource_kinds)[:1])
        missing: dict[str, list[str]] = {language: [] for language in LANGUAGES}
        doubts: list[tuple[int, str]] = []
        for office in offices:
            others = [name for other in offices if other is not office for name in _names(other)]
            self._office(office, others, missing, doubts)
        if any(missing.values()):
            return _Seen(False, lacks=Words(**{language: "; ".join(missing[language]) for language in LANGUAGES}))
        first: tuple[int, str] = doubts[0] if doubts else (0, "")
        for sign in row.signs:
            hit = self._search(sign.patterns(self.letter.language))
            if hit is None:
                return _Seen(False)
            first = first if first[0] else hit
        if not row.signs and not offices:
            return _Seen(False)
        return _Seen(True, not row.doubt and not doubts, *first)

    def _as_told(self, row: PointRow) -> bool:
        """The words of the fact sheet stand in the letter."""
        if self.values is None or not row.values or row.resources or row.resource_kinds:
            return False
        for hole in row.values:
            spans: tuple[Span, ...] = self.values(hole).spans
            if not spans or any(span.kind is Kind.BLANK for span in spans):
                return False
            if " ".join(plain(spans).split()) not in self.flat:
                return False
        return True

    def _as_drafted(self, row: PointRow) -> bool:
        """The block that we write for this point stands in the letter, word for word between its holes."""
        roles = row.roles or row.any_role
        if not roles or row.values or row.resources:
            return False
        here = {passage.role for passage in self.letter.passages}
        found = [any(role in here for role in roles if role == wanted) or self._block(wanted) for wanted in roles]
        return any(found) if row.any_role else all(found)

    def _block(self, role: str) -> bool:
        for (language, block), template in self.library.templates.items():
            if language != self.letter.language or not block.startswith(role):
                continue
            pieces = [
                part.text.strip()
                for line in template
                for point in line.points
                for part in point
                if isinstance(part, Span)
            ]
            pieces = [piece for piece in pieces if len(piece) > 12]
            if pieces and all(" ".join(piece.split()) in self.flat for piece in pieces):
                return True
        return False

    def _office(
        self, office: Resource, others: list[str], missing: dict[str, list[str]], doubts: list[tuple[int, str]]
    ) -> None:
        """Its name, and near it telephone and address as we know them; others than ours are for a human."""
        best: list[str] | None = None
        doubt: tuple[int, str] | None = None
        for place, near in self._near(_names(office), others):
            parts = [("phone", office.phone, _PHONE), ("address", _street(office.address), _STREET)]
            wanted = [(key, ours, shape) for key, ours, shape in parts if ours and ours not in near]
            lacking = [key for key, _, shape in wanted if not shape.search(near)]
            if not wanted:
                return
            if not lacking:
                doubt = doubt or (self.letter.passages[place].line(), self.letter.passages[place].text[:80])
            elif best is None or len(lacking) < len(best):
                best = lacking
        if doubt:
            doubts.append(doubt)
            return
        for language in LANGUAGES:
            lacks = ", ".join(self.library.checks[f"lacks_{key}"].looks.say(language) for key in best or ())
            missing[language].append(f"{lacks}: {self._office_words(office, language)}".removeprefix(": "))

    def _near(self, names: list[str], others: list[str]) -> Iterator[tuple[int, str]]:
        """Wherever the office is named: what follows, up to the name of another one."""
        for place, passage in enumerate(self.letter.passages):
            at = min((found for name in names if (found := passage.text.find(name)) >= 0), default=-1)
            if at < 0:
                continue
            near = " ".join([passage.text[at:], *(one.text for one in self.letter.passages[place + 1 : place + _NEAR])])
            yield place, near[: min((found for name in others if (found := near.find(name)) > 0), default=len(near))]

    def _office_words(self, office: Resource, language: str) -> str:
        return ", ".join(filter(None, (office.name.say(language), office.address, office.phone, office.url)))

    def _search(self, patterns: tuple[str, ...], without: tuple[str, ...] = ()) -> tuple[int, str] | None:
        return next(self._hits(patterns, without), None)

    def _hits(self, patterns: tuple[str, ...], without: tuple[str, ...] = ()) -> Iterator[tuple[int, str]]:
        if not patterns:
            return
        shape = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
        for passage in self.letter.passages:
            if passage.role in without:
                continue
            for found in shape.finditer(passage.text):
                rest = re.match(r"\w*", passage.text[found.end() :])
                words = found[0] + (rest[0] if rest else "")
                yield passage.line(found.start()), " ".join(words.split())[:80]

    # --- what must not be said

    def words(self) -> Iterator[Finding]:
        for rule in self.rules:
            for must_not in rule.must_not_state:
                yield from self._word(rule, must_not)

    def _word(self, rule: NoticeRule, must_not: MustNot) -> Iterator[Finding]:
        citation = must_not.citation or rule.citation
        if not self.letter.language:
            if must_not.level is Level.STOP:
                yield self._told(must_not.id, Outcome.ASKS, must_not.level, "", 0, "", rule, must_not.words, citation)
            return
        patterns = self.library.words[must_not.words].get(self.letter.language, ())
        hits = []
        for hit in self._hits(patterns, must_not.except_roles):
            hits.append(hit)
            if len(hits) == _MOST_HITS:
                break
        if not hits:
            yield self._told(must_not.id, Outcome.PASSED, must_not.level, "", 0, "", rule, must_not.words, citation)
        bad = Outcome.FAILED if must_not.level is Level.STOP else Outcome.ASKS
        for line, words in hits:
            yield self._told(must_not.id, bad, must_not.level, words, line, words, rule, must_not.words, citation)

    # --- form that one law prescribes

    def by_law(self) -> Iterator[Finding]:
        language = self.letter.language
        for rule in self.rules:
            if title := rule.exact_title.get(language):
                line = next((one.line() for one in self.letter.passages if _same(one.text, title)), 0)
                yield self._told("title", _outcome(line > 0), Level.STOP, title, line, "", rule)
            if wanted := rule.headings.get(language):
                have = iter([passage.text for passage in self.letter.passages if passage.heading])
                in_order = all(any(_same(text, heading) for text in have) for heading in wanted)
                yield self._told("headings", _outcome(in_order), Level.STOP, ", ".join(wanted), 0, "", rule)
            if (least := rule.smallest_type_points) is not None:
                points = self.letter.smallest_points
                outcome = Outcome.ASKS if points is None else _outcome(points >= least)
                named = "review_type_size" if points is None else "type_size"
                yield self._told("type_size", outcome, Level.STOP, f"{least:g}", 0, "", rule, named)
            if rule.languages and language not in rule.languages:
                yield self._told("official_language", Outcome.ASKS, Level.INFO, ", ".join(rule.languages), 0, "", rule)
            yield from self._services(rule)
            yield from self._channel(rule)

    def _services(self, rule: NoticeRule) -> Iterator[Finding]:
        """How long free help lasts, as the letter itself says."""
        if rule.services is None or self.case.elements is None:
            return
        months = months_required(self.cohort, [rule], self.case.facts or {})
        if not months:
            return
        best, line, words = 0, 0, ""
        for passage in self.letter.passages:
            for found in _LONG.finditer(passage.text) if _OFFERS.search(passage.text) else ():
                number = _NUMBERS.get(found[1].lower()) or int(found[1])
                lasting = number * (1 if found[2].lower() in ("month", "месяц") else 12)
                if lasting > best:
                    best, line, words = lasting, passage.line(found.start()), found[0]
        yield self._told("services_months", _outcome(best >= months), Level.STOP, str(months), line, words, rule)

    def _channel(self, rule: NoticeRule) -> Iterator[Finding]:
        if not self.case.channel or not rule.channels:
            return
        ways = [one for one in rule.channels if one.way in (self.case.channel, "direct")]
        words = self.library.checks
        ours = {language: words[f"way_{self.case.channel}"].looks.say(language) for language in LANGUAGES}
        if not ways:
            yield self._told("channel", Outcome.FAILED, Level.STOP, ours, 0, "", rule)
        elif ways[0].only:
            only = words[f"only_{ways[0].only}"].looks
            detail = {language: f"{ours[language]}: {only.say(language)}" for language in LANGUAGES}
            yield self._told("channel", Outcome.ASKS, Level.WARN, detail, 0, "", rule, "review_channel")
        else:
            yield self._told("channel", Outcome.PASSED, Level.STOP, ours, 0, "", rule)

    def _told(
        self,
        check: str,
        outcome: Outcome,
        level: Level,
        detail: str | Mapping[str, str] = "",
        line: int = 0,
        words: str = "",
        rule: NoticeRule | None = None,
        named: str = "",
        citation: str = "",
        write: Words | None = None,
    ) -> Finding:
        row = self.library.checks[named or check]
        told = row.looks if outcome is Outcome.PASSED else row.failed
        said = {}
        for language in LANGUAGES:
            given = detail if isinstance(detail, str) else detail[language]
            said[language] = told.say(language).replace("{detail}", given).replace("{point}", given)
        cited = citation or (rule.citation if rule else "")
        return Finding(rule.id if rule else "all", check, outcome, level, Words(**said), cited, line, words, write)


def _outcome(passed: bool) -> Outcome:
    return Outcome.PASSED if passed else Outcome.FAILED


def _same(text: str, wanted: str) -> bool:
    return re.sub(r"[^\w ]", "", text).strip().lower() == re.sub(r"[^\w ]", "", wanted).strip().lower()


def _names(office: Resource) -> list[str]:
    """How a letter may name an office: by its name, its short name, its website."""
    site = re.sub(r"^https?://(www\.|consumer\.)?|/.*$", "", office.url)
    return [office.name.en, office.name.ru, *re.findall(r"\b[A-Z]{3,}\b", office.name.en), *([site] if site else [])]


def _street(address: str) -> str:
    """An address without the name before it: letters write the name in their own way."""
    found = re.search(r"(P\.O\. Box|\d).*", address)
    return found[0] if found else address
