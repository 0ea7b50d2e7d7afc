"""A crowded case: the rules themselves judge the standing breach, with people in forty places and two hundred drafts.

The page has to stay readable here, not only on a handful of made-up duties.
"""

from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from breachdesk import standing
from breachdesk.law import engine, facts, risk, shelf
from breachdesk.law.shapes import Duties, Verdict
from breachdesk.law.sheet import Sheet
from breachdesk.law.vocabulary import FactType, our_facts
from breachdesk.report.shapes import Account, Ask, Check, Draft, DraftKind, JournalLine, Mark, People, Point, Weight
from breachdesk.scope.shapes import Cohort, Field, Problem, Source, Status

AT = datetime(2026, 11, 22, 9, 40, tzinfo=ZoneInfo("Europe/Berlin"))
RESIDENCES = {
    "DE": 512, "RU": 341, "US-CA": 208, "GB": 187, "FR": 131, "US-TX": 97, "US-NY": 91, "US-FL": 64, "IN": 52, "BR": 49,
    "CA-ON": 41, "CA-QC": 24, "AU": 38, "SG": 31, "JP": 30, "KR": 22, "CH": 21, "US-WA": 20, "US-MA": 18, "US-IL": 17,
    "US-PA": 16, "US-OH": 15, "US-CO": 12, "US-NJ": 11, "US-VA": 9, "US-ME": 7, "US-OR": 6, "US-DC": 3, "US-PR": 2,
    "PL": 14, "ES": 13, "IT": 12, "NL": 8, "AT": 7, "ZA": 6, "MX": 5, "AE": 4, "TR": 4, "unknown": 31,
}  # fmt: skip
_KINDS = (
    (("name", "email", "phone", "address"), 0.44),
    (("name", "email", "address", "purchases", "login.password_hash", "date_of_birth"), 0.26),
    (("name", "email", "card.number", "card.expiry"), 0.13),
    (("name", "email", "bank.iban", "income", "employment"), 0.09),
    (("name", "email", "phone", "health"), 0.05),
)
_NATIONAL = {"US": "gov_id.us.ssn", "RU": "gov_id.ru.passport", "BR": "gov_id.br.cpf", "GB": "gov_id.gb.nino"}


def cohorts() -> tuple[Cohort, ...]:
    found = []
    for place, people in RESIDENCES.items():
        left = people
        for elements, share in _KINDS[1:]:
            count = int(people * share)
            left -= count
            if count:
                found.append(Cohort(place, frozenset(elements), "en", "no", count))
        national = _NATIONAL.get(place[:2], "gov_id.passport")
        few = left // 6
        if few:
            found.append(Cohort(place, frozenset((*_KINDS[0][0], national)), "en", "no", few))
        found.append(Cohort(place, frozenset(_KINDS[0][0]), "en", "unknown", left - few))
    return tuple(found)


def people() -> People:
    by_element: dict[str, int] = {}
    for cohort in cohorts():
        for element in cohort.elements:
            by_element[element] = by_element.get(element, 0) + cohort.count
    return People(
        count=sum(RESIDENCES.values()),
        name_only=37,
        minors=12,
        by_source={"shop.sql/customers": 1804, "crm.xlsx/Contacts": 655},
        by_residence=RESIDENCES,
        by_element=by_element,
    )


@cache
def sheet() -> Sheet:
    raw, _ = facts.load(Path(standing.__file__).with_name("facts.yaml").read_text("utf-8"), "facts.yaml")
    raw["people"] = [
        {"residence": one.residence, "count": one.count, "elements": sorted(one.elements)} for one in cohorts()
    ]
    return facts.parse(raw)


@cache
def duties(language: str) -> Duties:
    return engine.evaluate(sheet(), shelf.load(), AT, language=language)


def weight(language: str) -> Weight:
    found = risk.propose(sheet(), language=language)
    return Weight(
        method="ENISA",
        score=found.severity.score,
        band=found.severity.band,
        steps=tuple(Point({language: step}) for step in found.severity.steps),
        proposals=found.proposals,
        decided=found.decided,
        factors=tuple(Point({"en": f.en, "ru": f.ru}, f.toward, f.fact, f.source) for f in found.factors),
        missing=found.missing,
    )


def _field(name: str, element: str, count: int, confidence: float = 0.99) -> Field:
    return Field(name, element, count, confidence, element, "header and values agree")


def sources() -> tuple[Source, ...]:
    tables = [
        Source(f"shop.sql/table_{place:02}", "sql", 17 * place, 4096 * place, Status.READ, [], [])
        for place in range(1, 12)
    ]
    return (
        Source("shop.sql/customers", "sql", 1804, 402_331, Status.READ, [], [
            _field("email", "email", 1804), _field("phone", "phone", 1611), _field("zip", "address", 1790, 0.71)]),
        Source("shop.sql/cards", "sql", 612, 51_200, Status.READ, [], [
            _field("pan", "card.number", 612), _field("exp", "card.expiry", 612)]),
        Source("crm.xlsx/Contacts", "xlsx", 655, 90_112, Status.READ, [], [_field("E-Mail", "email", 655)]),
        Source("newsletter.csv", "csv", 1200, 60_112, Status.READ, [], [_field("Электронная почта", "email", 1200)]),
        Source("events.ndjson", "ndjson", 41_804, 9_402_331, Status.READ, [], [
            _field("payload.token", "login.password", 9, 0.9)]),
        *tables,
        Source("staff.xlsx/Payroll", "xlsx", 12, 14_080, Status.PARTLY, [Problem("truncated", "row 13")]),
        Source("old.zip", "zip", 0, 77_120, Status.UNREADABLE, [Problem("encrypted")]),
    )  # fmt: skip


_FILES = ("duties.json", "calendar.ics", "scope", "notices", "filings", "journal")
_WHOLE = {"en": "Every part the law asks for is there", "ru": "Есть все части, которых требует закон"}
_LEVEL = {"en": "Reading level", "ru": "Уровень чтения"}
_TOO_HARD = {"en": "grade 9.1, at most 8", "ru": "уровень 9,1 при допустимом 8"}
_ASKED = {
    "organisation.registration": {
        "en": "Under which number is the organisation registered?",
        "ru": "Под каким номером зарегистрирована организация?",
    },
    "measures.taken": {"en": "Which measures were taken, and when?", "ru": "Какие меры приняты и когда?"},
}


def filings(language: str) -> list[Draft]:
    """A filing for every duty owed to an office; each waits for two things only a human can say."""
    return [
        Draft(
            kind=DraftKind.FILING,
            title={language: duty.title},
            path=f"filings/{duty.id}.html",
            language="ru" if duty.jurisdiction == "RU" else "en",
            people=duty.people,
            due=duty.due,
            formats=(("json", f"filings/{duty.id}.json"),),
            checks=(Check(_WHOLE, Mark.PASSED), *(Check(asked, Mark.ASK) for asked in _ASKED.values())),
            duties=(duty.id,),
        )
        for duty in duties(language).duties
        if duty.verdict is Verdict.OWED and duty.recipient.type != "individuals"
    ]


def letters() -> list[Draft]:
    """Four letters for every place; the third of each is too hard to read."""
    found = []
    for place, count in RESIDENCES.items():
        tongue = "ru" if place == "RU" else "en"
        for kind in range(1, 5):
            path = f"notices/{place.lower()}-{kind}/{tongue}"
            level = Check(_LEVEL, Mark.FAILED, _TOO_HARD) if kind == 3 else Check(_LEVEL, Mark.PASSED)
            found.append(
                Draft(
                    kind=DraftKind.NOTICE,
                    title={"en": f"{place}: name, e-mail, telephone", "ru": f"{place}: имя, почта, телефон"},
                    path=f"{path}.html",
                    language=tongue,
                    people=count // 4,
                    formats=(("pdf", f"{path}.pdf"), ("txt", f"{path}.txt")),
                    checks=(Check(_WHOLE, Mark.PASSED), level),
                )
            )
    return found


def _answers(name: str) -> tuple[str, ...]:
    fact = our_facts().find(name)
    assert fact is not None
    return ("true", "false") if fact.type is FactType.BOOL else fact.options


def account(language: str) -> Account:
    found, paperwork = duties(language), filings(language)
    return Account(
        case="Bakery North",
        at=AT,
        version="0.1.0",
        facts=sheet().facts,
        facts_file="facts.yaml",
        command="breachdesk assess evidence --facts facts.yaml --out pack",
        sources=sources(),
        people=people(),
        cohorts=cohorts(),
        duties=found,
        answers={question.fact: _answers(question.fact) for question in found.questions},
        weight=weight(language),
        drafts=(*paperwork, *letters()),
        asks=tuple(
            Ask(key, text, len(paperwork), key, tuple(draft.path for draft in paperwork))
            for key, text in _ASKED.items()
        ),
        journal=JournalLine(214, "bakery-north.example/BN-2026-01", "q83rF0ZtZPlB6pS2vY3bJv2x4n8cQ1mT", True),
        files=tuple((name, name if "." in name else f"{name}/") for name in _FILES),
    )
