"""What the run found, in the shapes of the report."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from breachdesk.authorities.shapes import FilingsIndex, Receipt
from breachdesk.authorities.shapes import State as Answered
from breachdesk.ground import elements, places
from breachdesk.ground.languages import LANGUAGES
from breachdesk.law.instants import Instant
from breachdesk.law.risk import Risk
from breachdesk.law.severity import METHOD
from breachdesk.law.shapes import Duties, Question
from breachdesk.law.sheet import Sheet
from breachdesk.law.shelf import LawShelf
from breachdesk.law.vocabulary import Facts, FactType
from breachdesk.notify.shapes import Ask as Wanted
from breachdesk.notify.shapes import AskKind, Level, NoticeEntry, NoticesIndex
from breachdesk.report.shapes import Ask, Check, Draft, DraftKind, Filed, Mark, People, Point, Weight
from breachdesk.report.words import Words
from breachdesk.scope.shapes import Cohort

_NAMED = 3  # elements in the title of a notice


def home(sheet: Sheet) -> tzinfo:
    """The clock of those who read the report: that of their main establishment, else UTC."""
    established = sheet.get("entity.main_establishment") or next(iter(sheet.get("entity.establishments") or ()), "")
    return places.zone_of(places.country_of(str(established))) or UTC


def facts_told(sheet: Sheet, zone: tzinfo) -> dict[str, object]:
    """The facts as the report takes them: instants as datetimes of its own clock, or days."""
    return {name: _told(value, zone) for name, value in sheet.facts.items()}


def _told(value: object, zone: tzinfo) -> object:
    if not isinstance(value, Instant):
        return value
    return value.at.astimezone(zone) if value.at else value.day


def people(document: Mapping[str, Any], cohorts: Iterable[Cohort]) -> People:
    """From summary.json and the cohorts."""
    told = document["people"]
    return People(
        count=told["count"],
        name_only=told["name_only"],
        minors=sum(cohort.count for cohort in cohorts if cohort.minor == "yes"),
        by_source=told["by_source"],
        by_residence=told["by_residence"],
        by_element=told["by_element"],
    )


def weight(risks: Mapping[str, Risk]) -> Weight:
    """`risks`: the same proposal, its severity steps in each language."""
    one = next(iter(risks.values()))
    by_language = {language: risk.severity.steps for language, risk in risks.items()}
    steps = [
        Point({language: said[place] for language, said in by_language.items()})
        for place in range(len(one.severity.steps))
    ]
    factors = [Point({"en": f.en, "ru": f.ru}, f.toward, f.fact, f.source, f.weighed) for f in one.factors]
    return Weight(
        method=METHOD,
        score=one.severity.score,
        band=one.severity.band or "",
        steps=tuple(steps),
        proposals=one.proposals,
        decided=one.decided,
        decided_by={fact: decision.line() for fact, decision in one.decisions.items()},
        differs=tuple(fact for fact in one.decided if one.differs(fact)),
        factors=tuple(factors),
        missing=tuple(dict.fromkeys((*one.missing, *one.severity.missing))),
    )


def answers(questions: Iterable[Question], words: Facts) -> dict[str, tuple[str, ...]]:
    """What may be written as an answer to each question."""
    found: dict[str, tuple[str, ...]] = {}
    for question in questions:
        fact = words.find(question.fact)
        if fact is None:
            continue
        if fact.type is FactType.BOOL:
            found[question.fact] = ("true", "false")
        elif fact.type is FactType.INSTANT:
            found[question.fact] = ("2026-11-20T18:05+01:00",)
        elif fact.options:
            found[question.fact] = fact.options
    return found


def notices(index: NoticesIndex, says: Mapping[str, Words]) -> list[Draft]:
    """One line a cohort, most people first; its letter in the language most of them read comes first."""
    return [_notice(entry, says) for entry in index.entries]


def _first(entry: NoticeEntry) -> str:
    """The language most people of the cohort read, of those a letter is written in."""
    spoken = entry.cohort.languages
    return max(LANGUAGES, key=lambda language: (spoken.get(language, 0), language == "en"))


def _notice(entry: NoticeEntry, says: Mapping[str, Words]) -> Draft:
    first = _first(entry)
    others = [language for language in LANGUAGES if language != first]
    files = entry.files
    formats = [(kind, files[first][kind].as_posix()) for kind in ("pdf", "txt")]
    formats += [(language, files[language]["html"].as_posix()) for language in others]
    formats += [(f"{language} pdf", files[language]["pdf"].as_posix()) for language in others]
    checks: dict[tuple[str, bool], Check] = {}
    for language in (first, *others):
        for check in entry.checks[language]:
            if check.level is Level.INFO and not check.passed:
                continue
            mark = Mark.PASSED if check.passed else Mark.FAILED
            checks.setdefault((check.code, check.passed), Check({"en": check.en, "ru": check.ru}, mark))
    asked = [_asked(ask) for ask in entry.asks if ask.kind is AskKind.SAY]
    return Draft(
        kind=DraftKind.NOTICE,
        title={language: _title(entry, say) for language, say in says.items()},
        path=files[first]["html"].as_posix(),
        language=first,
        people=entry.cohort.count,
        formats=tuple(formats),
        checks=(*checks.values(), *asked),
        duties=entry.duties,
    )


def _asked(ask: Wanted) -> Check:
    return Check({"en": ask.en, "ru": ask.ru}, Mark.ASK)


def _title(entry: NoticeEntry, say: Words) -> str:
    vocabulary = elements.vocabulary()
    names = [vocabulary[name].title(say.language) if name in vocabulary else name for name in entry.cohort.elements]
    told = ", ".join(names[:_NAMED])
    if len(names) > _NAMED:
        told = say.say("drafts.more_elements", elements=told, n=len(names) - _NAMED)
    return f"{places.title(entry.cohort.residence, say.language)}: {told}"


def filings(index: FilingsIndex, duties: Mapping[str, Duties]) -> list[Draft]:
    """By due time; titles from the duties as each language words them."""
    titles = {language: {duty.id: duty.title for duty in found.duties} for language, found in duties.items()}
    counts = {duty.id: duty.people for found in duties.values() for duty in found.duties}
    return [
        Draft(
            kind=DraftKind.FILING,
            title={language: titles[language].get(entry.filing.duty, entry.filing.title) for language in titles},
            path=entry.html.as_posix(),
            language=entry.filing.language,
            people=counts.get(entry.filing.duty),
            due=entry.filing.due,
            formats=(("docx", entry.docx.as_posix()), ("json", entry.json.as_posix())),
            checks=tuple(
                Check(
                    {language: field.title(language) for language in LANGUAGES},
                    Mark.ASK if field.state in (Answered.NOT_YET_KNOWN, Answered.CONFIRM) else Mark.PASSED,
                )
                for field in entry.filing.fields
            ),
            duties=(entry.filing.duty,),
        )
        for entry in index.entries
    ]


def handed_in(receipts: Iterable[Receipt], law: LawShelf) -> dict[str, Instant]:
    """When each duty of the shelf was first handed in: what follows runs from then. Of one that goes to several
    authorities the first filing counts."""
    found: dict[str, Instant] = {}
    for one in sorted(receipts, key=lambda one: one.filed_at):
        item = law.owner(one.duty)
        if item is not None:  # else a duty of another shelf
            found.setdefault(item.id, Instant(at=one.filed_at))
    return found


def filed(receipts: Iterable[Receipt], zone: tzinfo) -> dict[str, Filed]:
    """The last filing of each duty, by the clock of the report."""
    return {one.duty: Filed(one.filed_at.astimezone(zone), one.number, one.late) for one in receipts}


def asks(notices_: NoticesIndex | None, filings_: FilingsIndex | None) -> tuple[Ask, ...]:
    """Each thing only a human can say, once, with how many drafts wait for it; blanks come before confirmations."""
    wanted: list[tuple[str, Sequence[Wanted]]] = []
    if filings_:
        wanted += [(entry.html.as_posix(), entry.filing.asks) for entry in filings_.entries]
    if notices_:
        wanted += [(entry.files[_first(entry)]["html"].as_posix(), entry.asks) for entry in notices_.entries]
    first: dict[str, Wanted] = {}
    drafts: dict[str, list[str]] = {}
    for path, some in wanted:
        for ask in {one.id: one for one in some}.values():
            first.setdefault(ask.id, ask)
            drafts.setdefault(ask.id, []).append(path)
    order = sorted(first.values(), key=lambda ask: (ask.kind is not AskKind.SAY, -len(drafts[ask.id]), ask.id))
    return tuple(
        Ask(
            key=ask.id,
            text={"en": ask.en, "ru": ask.ru},
            wanted_by=len(drafts[ask.id]),
            fact=ask.id,
            drafts=tuple(drafts[ask.id]),
            confirm=ask.kind is not AskKind.SAY,
        )
        for ask in order
    )


def files(pack: Path) -> tuple[tuple[str, str], ...]:
    """What lies in the pack beside the report: (key of its words, path)."""
    wanted = (
        ("duties.json", "duties.json"),
        ("calendar.ics", "calendar.ics"),
        ("scope", "scope/"),
        ("notices", "notices/"),
        ("filings", "filings/"),
        ("journal", "journal/"),
        ("previous", "previous/"),
        ("state", "state.json"),
    )
    return tuple((key, path) for key, path in wanted if (pack / path).exists())
