"""A made-up breach at a made-up bakery, as the report is told about it: every state of every thing once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from breachdesk.law.shapes import Because, ClockSteps, Confidence, Duties, Duty, Question, Recipient, Verdict
from breachdesk.report.shapes import (
    Account,
    Ask,
    Check,
    Draft,
    DraftKind,
    JournalLine,
    Mark,
    People,
    Point,
    Weight,
)
from breachdesk.scope.shapes import Cohort, Field, Problem, Source, Status

NOW = datetime(2026, 11, 21, 12, 53, tzinfo=ZoneInfo("Europe/Moscow"))
AWARE = datetime(2026, 11, 20, 18, 5, tzinfo=ZoneInfo("Europe/Moscow"))
_MOSCOW, _BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")


def duty(id_: str, title: str, **more: object) -> Duty:
    base = Duty(
        id=id_,
        ref=id_.upper(),
        title=title,
        jurisdiction="EU",
        kind="notify",
        recipient=Recipient("authority", "Supervisory authority", "web form"),
        verdict=Verdict.OWED,
        people=None,
        due=None,
        due_latest=None,
        standard="without undue delay",
        clock=None,
        because=(Because("breach.personal_data", True, "eq true"),),
        missing=(),
        content=(),
        citation=f"Act on {id_}, section 1",
        sources=("law.example.org/act",),
        checked_on="2026-11-22",
        confidence=Confidence.VERIFIED,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def local(zone: str, *when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]


def letters(state: str, name: str, people: int, zone: str, *day: int) -> Duty:
    return duty(
        f"us.{state}.individuals",
        f"Tell the people of {name}",
        jurisdiction=f"US-{state.upper()}",
        recipient=Recipient("individuals", f"Residents of {name}", "letter or e-mail"),
        people=people,
        due=local(zone, *day, 23, 59, 59),
        standard="in the most expedient time possible, at most 30 days",
    )


def duties(language: str = "en") -> tuple[Duty, ...]:
    return (
        duty(
            "ru.152fz.first",
            "Первое уведомление в Роскомнадзор" if language == "ru" else "First notice to Roskomnadzor",
            jurisdiction="RU",
            recipient=Recipient("authority", "Roskomnadzor", "pd.rkn.gov.ru"),
            people=240,
            due=AWARE + timedelta(hours=24),
            standard="within 24 hours",
            clock=ClockSteps(
                "time.aware",
                "24 elapsed hours",
                ("aware Fri 20 Nov 18:05 Moscow", "plus 24 hours", "Sat 21 Nov 18:05 Moscow"),
            ),
            content=("presumed cause", "presumed harm", "measures taken", "contact person"),
            notes=("The 24 and 72 hours run from the same moment.",),
            penalty="Fine of 1 to 3 million roubles (KoAP 13.11)",
        ),
        duty(
            "ru.152fz.second",
            "Second notice to Roskomnadzor: results of the inquiry",
            jurisdiction="RU",
            recipient=Recipient("authority", "Roskomnadzor", "pd.rkn.gov.ru"),
            people=240,
            due=AWARE + timedelta(hours=72),
            standard="within 72 hours",
        ),
        duty(
            "eu.gdpr.art33",
            "Notify the lead supervisory authority",
            recipient=Recipient("authority", "Berlin Commissioner for Data Protection", "web form"),
            people=803,
            due=(AWARE + timedelta(hours=72)).astimezone(_BERLIN),
            due_latest=local("Europe/Berlin", 2026, 11, 24, 23, 59, 59),
        ),
        duty(
            "eu.gdpr.art34",
            "Tell the people concerned",
            recipient=Recipient("individuals", "People concerned", "directly"),
            people=803,
            standard="without undue delay",
        ),
        letters("ca", "California", 402, "America/Los_Angeles", 2026, 12, 20),
        letters("ny", "New York", 118, "America/New_York", 2026, 12, 20),
        letters("fl", "Florida", 74, "America/New_York", 2026, 12, 20),
        letters("tx", "Texas", 96, "America/Chicago", 2027, 1, 19),
        duty(
            "us.tx.ag",
            "Texas Attorney General",
            jurisdiction="US-TX",
            recipient=Recipient("attorney_general", "Texas Attorney General", "web form"),
            verdict=Verdict.NOT_OWED,
            people=96,
            because=(Because("people", 96, "gte 250"),),
        ),
        duty(
            "gb.icd.art33",
            "Notify the Information Commissioner",
            jurisdiction="GB",
            recipient=Recipient("authority", "Information Commissioner's Office", "web form"),
            people=141,
            due=(AWARE - timedelta(hours=30)).astimezone(ZoneInfo("Europe/London")),
        ),
        duty(
            "br.lgpd.anpd",
            "Report to the ANPD",
            jurisdiction="BR",
            recipient=Recipient("authority", "ANPD", "SEI"),
            verdict=Verdict.UNKNOWN,
            people=88,
            due=local("America/Sao_Paulo", 2026, 11, 25, 23, 59, 59),
            missing=("risk.serious_harm", "data.encrypted"),
            confidence=Confidence.UNCERTAIN,
        ),
        duty(
            "sg.pdpa.pdpc",
            "Notify the PDPC",
            jurisdiction="SG",
            recipient=Recipient("authority", "PDPC", "web form"),
            verdict=Verdict.UNKNOWN,
            people=37,
            missing=("risk.serious_harm",),
        ),
        duty(
            "us.il.individuals",
            "Tell the people of Illinois",
            jurisdiction="US-IL",
            recipient=Recipient("individuals", "Residents of Illinois", "letter"),
            verdict=Verdict.HELD,
            people=51,
            due=local("America/Chicago", 2026, 12, 10, 23, 59, 59),
        ),
        duty("eu.gdpr.record", "Keep the breach in your register", verdict=Verdict.RECORD_ONLY),
        duty("eu.omnibus", "Single entry point", verdict=Verdict.DORMANT),
        duty("us.cisa", "Tell CISA", jurisdiction="US", verdict=Verdict.VOLUNTARY),
    )


QUESTIONS = (
    Question(
        "data.encrypted",
        "Was the card table encrypted, and is the key safe?",
        "Была ли таблица карт зашифрована и цел ли ключ?",
        ("br.lgpd.anpd",),
        local("America/Sao_Paulo", 2026, 11, 25, 23, 59, 59),
    ),
    Question(
        "risk.serious_harm",
        "How likely is serious harm to the people?",
        "Насколько вероятен серьёзный вред людям?",
        ("br.lgpd.anpd", "sg.pdpa.pdpc"),
        local("America/Sao_Paulo", 2026, 11, 25, 23, 59, 59),
    ),
)

RESIDENCES = {
    "DE": 611, "US-CA": 402, "RU": 240, "FR": 192, "GB": 141, "US-NY": 118, "US-TX": 96,
    "BR": 88, "US-FL": 74, "US-IL": 51, "SG": 37, "unknown": 22,
}  # fmt: skip


def cohorts() -> tuple[Cohort, ...]:
    """Four kinds of loss, spread over the places in fixed shares."""
    kinds = (
        (("name", "email", "phone", "address"), 0.5),
        (("name", "email", "address", "purchases", "login.password_hash"), 0.2),
        (("name", "email", "card.number", "card.expiry"), 0.25),
        (("name", "email", "health"), 0.05),
    )
    found = []
    for place, people in RESIDENCES.items():
        left = people
        for elements, share in kinds[1:]:
            count = int(people * share)
            left -= count
            found.append(Cohort(place, frozenset(elements), "en", "no", count))
        found.append(Cohort(place, frozenset(kinds[0][0]), "en", "unknown", left))
    return tuple(found)


def people() -> People:
    by_element: dict[str, int] = {}
    for cohort in cohorts():
        for element in cohort.elements:
            by_element[element] = by_element.get(element, 0) + cohort.count
    return People(
        count=sum(RESIDENCES.values()),
        name_only=37,
        minors=3,
        by_source={"shop.sql/customers": 1804, "crm.xlsx/Contacts": 655},
        by_residence=RESIDENCES,
        by_element=by_element,
    )


def _field(name: str, element: str, count: int, confidence: float = 0.99) -> Field:
    return Field(name, element, count, confidence, element, "header and values agree")


SOURCES = (
    Source("shop.sql/customers", "sql", 1804, 402_331, Status.READ, [], [
        _field("email", "email", 1804), _field("phone", "phone", 1611), _field("zip", "address", 1790, 0.71)]),
    Source("shop.sql/cards", "sql", 612, 51_200, Status.READ, [], [
        _field("pan", "card.number", 612), _field("exp", "card.expiry", 612)]),
    Source("shop.sql/products", "sql", 4_210, 211_004, Status.READ),
    Source("crm.xlsx/Contacts", "xlsx", 655, 90_112, Status.READ, [], [_field("E-Mail", "email", 655)]),
    Source("staff.xlsx/Payroll", "xlsx", 12, 14_080, Status.PARTLY, [Problem("truncated", "row 13")]),
    Source("old.zip", "zip", 0, 77_120, Status.UNREADABLE, [Problem("encrypted")]),
)  # fmt: skip


def account(language: str = "en") -> Account:
    return Account(
        case="Bakery North",
        at=NOW,
        version="0.1.0",
        facts={
            "breach.exfiltration": "yes",
            "breach.malicious": True,
            "time.occurred": local("Europe/Berlin", 2026, 11, 11, 3, 0),
            "time.detected": local("Europe/Berlin", 2026, 11, 19, 9, 0),
        },
        sources=SOURCES,
        people=people(),
        cohorts=cohorts(),
        duties=Duties(NOW, "2026.11", "a" * 64, duties(language), QUESTIONS),
        answers={"data.encrypted": ("yes", "no"), "risk.serious_harm": ("unlikely", "possible", "likely")},
        weight=Weight(
            method="ENISA",
            score=3.25,
            band="high",
            steps=(
                Point({"en": "Financial data: 3", "ru": "Финансовые данные: 3"}),
                Point({"en": "Names beside it, easily identified: × 1", "ru": "Рядом имена, легко узнать: × 1"}),
                Point({"en": "Known recipients: + 0.25", "ru": "Известные получатели: + 0,25"}),
            ),
            proposals={"risk.gdpr": "high", "risk.serious_harm": "likely"},
            decided={"risk.gdpr": "high"},
            factors=(
                Point({"en": "Cards with expiry", "ru": "Карты со сроком"}, "higher", "data.classes", "EDPB 9/2022"),
            ),
            missing=("data.encrypted",),
        ),
        drafts=(
            Draft(
                DraftKind.FILING,
                {"en": "Roskomnadzor, first notice", "ru": "Роскомнадзор, первое уведомление"},
                "filings/ru.152fz.first.html",
                "ru",
                240,
                AWARE + timedelta(hours=24),
                (("json", "filings/ru.152fz.first.json"),),
                (Check({"en": "Contact"}, Mark.ASK),),
                ("ru.152fz.first",),
            ),
            Draft(
                DraftKind.NOTICE,
                {"en": "California: name, card", "ru": "Калифорния: имя, карта"},
                "notices/us-ca-1/en.html",
                "en",
                402,
                None,
                (("pdf", "notices/us-ca-1/en.pdf"), ("txt", "notices/us-ca-1/en.txt")),
                (
                    Check({"en": "Headings"}, Mark.PASSED),
                    Check({"en": "Grade", "ru": "Уровень"}, Mark.FAILED, {"en": "grade 9.1, at most 8"}),
                ),
                ("us.ca.individuals",),
            ),
        ),
        asks=(Ask("organisation.phone", {"en": "A phone number for questions", "ru": "Телефон для вопросов"}, 2),),
        journal=JournalLine(214, "breachdesk.example/bakery", "q83r…", True),
        files=(("duties.json", "duties.json"), ("calendar.ics", "calendar.ics"), ("notices", "notices/")),
    )


def at_utc() -> datetime:
    return NOW.astimezone(UTC)
