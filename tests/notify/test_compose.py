"""Whole letters: golden texts, the law's headings and silences, slots and blanks."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify.blocks import Heading, Kind, plain, spans_of
from breachdesk.notify.check import text_of
from breachdesk.notify.cohorts import to_kin
from breachdesk.notify.compose import compose, title
from breachdesk.notify.draw import as_text
from breachdesk.notify.library import our_library
from breachdesk.notify.shapes import AskKind, Level, Notice, NoticeCohort
from breachdesk.notify.values import Person
from tests.notify.bakery import FACTS, brief, cohort, organisation

GOLDEN = Path(__file__).parent / "golden"
CAST = {
    "us-ca": cohort("US-CA", "name", "email", "gov_id.us.ssn", "card.number", "login.password_hash"),
    "ru": cohort("RU", "name", "phone", "gov_id.ru.passport", "gov_id.ru.snils"),
}


def letter(who: NoticeCohort, language: str = "en", person: Person | None = None, **other: Any) -> Notice:
    """`other`: what is not as usual in the brief."""
    return compose(who, language, brief()._replace(**other), person=person)


def headings(notice: Notice) -> list[str]:
    return [block.text for block in notice.blocks if isinstance(block, Heading)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", CAST)
def test_a_letter_reads_as_agreed(who: str, language: str) -> None:
    """After a wanted change: write `as_text(...)` to the golden file and read it as its recipient would."""
    assert as_text(letter(CAST[who], language)) == (GOLDEN / f"{who}-{language}.txt").read_text(encoding="utf-8")


def test_california_gets_its_title_and_five_headings_in_order() -> None:
    notice = letter(CAST["us-ca"])
    assert notice.title == "Notice of Data Breach"
    assert headings(notice) == [
        "What Happened",
        "What Information Was Involved",
        "What We Are Doing",
        "What You Can Do",
        "For More Information",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_massachusetts_is_told_its_rights_and_not_what_happened(language: str) -> None:
    notice = letter(cohort("US-MA", "name", "gov_id.us.ssn"), language)
    said = text_of(notice)
    told = organisation().text("what_happened", language)
    assert told
    assert told not in said
    assert organisation().text("measures", language) not in said  # type: ignore[operator]
    assert not [one for one in notice.checks if not one.passed and one.level is Level.STOP]


def test_massachusetts_names_the_parent_when_there_is_one_and_asks_when_nobody_said() -> None:
    who = cohort("US-MA", "name")
    assert "Bakery World" in text_of(letter(who, organisation=organisation(parent="Bakery World Inc")))
    assert "organisation.parent" in {ask.id for ask in letter(who, organisation=organisation(parent=None)).asks}
    assert "linked with" not in text_of(letter(who))


def test_new_york_and_illinois_name_the_offices_their_laws_name() -> None:
    new_york = text_of(letter(cohort("US-NY", "name", "bank.account")))
    assert "New York Attorney General" in new_york
    assert "Division of Consumer Protection" in new_york
    illinois = text_of(letter(cohort("US-IL", "name", "bank.account")))
    assert "fraud alerts and security freezes" in illinois
    assert "New York" not in illinois


@pytest.mark.parametrize(
    ("residence", "rule", "authority"),
    [
        ("DE", "gdpr", "your Land"),
        ("NO", "gdpr", "Datatilsynet"),
        ("GB", "uk", "Information Commissioner"),
        ("RU", "ru", "Roskomnadzor"),
        ("BR", "br", "ANPD"),
        ("AU", "au", "Australian Information Commissioner"),
        ("SG", "sg", "Personal Data Protection Commission"),
    ],
)
def test_each_law_is_obeyed_where_it_holds_and_its_authority_named(residence: str, rule: str, authority: str) -> None:
    notice = letter(cohort(residence, "name", "email", "bank.iban"))
    assert notice.rules[0] == rule
    assert authority.lower() in text_of(notice).lower()
    assert not [one.code for one in notice.checks if not one.passed and one.level is not Level.INFO]


def test_hipaa_is_added_for_those_it_binds_but_never_to_the_silent_letter_of_massachusetts() -> None:
    facts = {**FACTS, "entity.kinds": ["hipaa_covered_entity"]}
    assert "hipaa" in letter(cohort("US-TX", "name", "health"), facts=facts).rules
    assert "hipaa" not in letter(cohort("US-MA", "name", "health"), facts=facts).rules
    assert "hipaa" not in letter(cohort("DE", "name", "health"), facts=facts).rules


@pytest.mark.parametrize(("language", "word"), [("en", "parent or guardian"), ("ru", "Родителю или опекуну")])
def test_a_minors_letter_goes_to_the_guardian(language: str, word: str) -> None:
    minor = letter(cohort("DE", "name", "date_of_birth", minor=True), language)
    assert word in text_of(minor)
    assert word not in text_of(letter(cohort("DE", "name", "date_of_birth"), language))


def test_what_nobody_said_is_a_visible_blank_and_a_question_and_never_invented() -> None:
    notice = letter(CAST["ru"], "ru", organisation=organisation(phone=None, contact=None, measures={"en": "Done."}))
    blanks = {span.text for span in spans_of(notice.blocks) if span.kind is Kind.BLANK}
    asks = {ask.id: ask for ask in notice.asks}
    assert blanks == {"[телефон]", "[что вы уже сделали]"}
    assert "Done." not in text_of(notice)
    assert {"organisation.phone", "organisation.measures.ru"} <= asks.keys()
    assert all(ask.kind is AskKind.CONFIRM for ask in asks.values() if ask.id.startswith("resource."))
    assert any(check.code == "all.blanks" and not check.passed for check in notice.checks)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("minor", [False, True])
def test_data_that_nobody_saw_is_called_lost_and_not_stolen(minor: bool, language: str) -> None:
    facts = {**FACTS, "breach.confidentiality": False, "breach.availability": True, "breach.exfiltration": "no"}
    meaning = {"en": "Your orders are late.", "ru": "Ваши заказы придут позже."}
    who = cohort("DE", "name", "purchases", minor=minor)
    notice = letter(who, language, facts=facts, organisation=organisation(consequences=meaning))
    said = text_of(notice)
    assert meaning[language] in said
    assert [step.id for step in notice.steps] == ["check_records", "phish_links"]
    assert not [one.code for one in notice.checks if not one.passed and one.level is not Level.INFO]
    for stolen in ("had no right", "was taken", "lay open", "не имел на это права", "похитили", "утечк", "посторонним"):
        assert stolen not in said


def test_nothing_at_all_known_still_makes_a_letter() -> None:
    notice = letter(CAST["us-ca"], organisation=organisation(**dict.fromkeys(FACTS["organisation"])), facts={})
    assert len([span for span in spans_of(notice.blocks) if span.kind is Kind.BLANK]) > 8
    assert "was open to people who had no right" in text_of(notice)


def test_slots_are_filled_for_one_person_and_values_shown_half() -> None:
    ada = Person("Ada Example", ("1 Example Street",), {"card.number": ("•••• 1111",)}, "7KQ2-EXAM")
    said = text_of(letter(CAST["us-ca"], person=ada))
    for word in ("Ada Example", "1 Example Street", "Payment card number: •••• 1111", "7KQ2-EXAM"):
        assert word in said
    assert "‹" not in said


def test_the_police_who_asked_to_wait_are_named_and_the_silence_is_not_interpreted() -> None:
    held = {**FACTS, "hold.law_enforcement": {"from": "2026-11-20", "until": None, "written": True}}
    assert "from November 20, 2026 on" in text_of(letter(CAST["us-ca"], facts=held))
    told_not = {**FACTS, "hold.law_enforcement": None}
    assert "No police or other agency" in text_of(letter(CAST["us-ca"], facts=told_not))
    unknown = text_of(letter(CAST["us-ca"]))
    assert "No police" not in unknown
    assert "asked us to wait" not in unknown


def test_a_login_only_breach_says_to_change_the_password_here_and_elsewhere() -> None:
    notice = text_of(letter(cohort("US-IL", "email", "login.password")))
    assert "Change the same password in every other place" in notice
    assert "Change the password too" not in notice
    assert "answers to security questions? Change them here, and in every other place" in notice


def test_a_reused_password_is_spoken_of_even_when_seven_graver_steps_crowd_it_out() -> None:
    crowd = ("login.password", "gov_id.us.ssn", "card.number", "bank.account", "health", "phone", "email", "address")
    notice = letter(cohort("DE", *crowd))
    assert "password_reuse" not in {step.id for step in notice.steps}
    assert "Change the password too in every other place" in text_of(notice)


@pytest.mark.parametrize(
    ("months", "english", "russian"),
    [
        (1, "1 month,", "1 месяц "),
        (3, "3 months,", "3 месяца "),
        (12, "12 months,", "12 месяцев "),
        (24, "24 m", "24 месяца "),
    ],
)
def test_months_are_counted_as_each_language_counts(months: int, english: str, russian: str) -> None:
    said = organisation(services={**FACTS["organisation"]["services"], "months": months})
    assert f"For {english}" in text_of(letter(CAST["us-ca"], organisation=said))
    assert f"на {russian}" in text_of(letter(CAST["us-ca"], "ru", organisation=said))


def test_the_lines_of_an_address_stay_lines() -> None:
    ada = Person("Ada Example", ("1 Example Street", "Springfield, IL 62701"))
    lines = as_text(letter(CAST["us-ca"], person=ada)).splitlines()
    assert "1 Example Street" in lines
    assert "Springfield, IL 62701" in lines


def test_one_day_is_written_as_one_day() -> None:
    notice = letter(CAST["us-ca"], organisation=organisation(exposed={"from": "2026-11-11"}))
    assert "This happened on November 11, 2026." in text_of(notice)
    occurred = letter(
        CAST["ru"], organisation=organisation(exposed=None), facts={**FACTS, "time.occurred": "2026-11-12"}
    )
    assert "12 November 2026" in text_of(occurred)


def test_every_element_lost_is_listed_and_no_other() -> None:
    notice = letter(CAST["us-ca"])
    lists = [block for block in notice.blocks if getattr(block, "role", "") == "elements" and hasattr(block, "items")]
    names = [plain(item.spans) for item in lists[0].items]  # type: ignore[union-attr]
    assert names == ["Name", "E-mail address", "Social Security number", "Payment card number", "Password, hashed"]


@pytest.mark.parametrize(
    ("place", "office"), [("CA-QC", "www.cai.gouv.qc.ca"), ("CA-AB", "oipc.ab.ca"), ("CA-ON", "www.priv.gc.ca")]
)
def test_people_in_quebec_and_alberta_complain_to_their_own_commissioner(place: str, office: str) -> None:
    notice = compose(cohort(place, "name"), "en", brief())
    assert re.findall(r"https://([^/]+)/", text_of(notice).partition("complain")[2]) == [office]


@pytest.mark.parametrize(
    ("place", "elements", "words"),
    [
        ("US-CT", ("name", "gov_id.us.ssn"), "You can put a security freeze"),
        ("US-WV", ("name",), "which kinds of information we keep"),
        ("US-WI", ("name",), "Ask us in writing"),
    ],
)
def test_a_letter_brings_the_blocks_that_its_law_asks_for(place: str, elements: tuple[str, ...], words: str) -> None:
    notice = compose(cohort(place, *elements), "en", brief())
    assert words in text_of(notice)


def test_wyoming_hears_whether_the_police_asked_to_wait_and_if_nobody_knows_we_ask() -> None:
    who = cohort("US-WY", "name")
    open_ = compose(who, "en", brief())
    assert "hold.law_enforcement" in [one.id for one in open_.asks]
    facts = {**FACTS, "hold.law_enforcement": None}
    settled = compose(who, "en", brief(facts))
    assert "hold.law_enforcement" not in [one.id for one in settled.asks]
    assert "No police or other agency asked us to delay" in text_of(settled)


@pytest.mark.parametrize("lost", ["gov_id.us.ssn", "bank.account", "gov_id.driver_licence", "gov_id.state_id"])
def test_pennsylvania_owes_free_services_for_more_than_a_social_security_number(lost: str) -> None:
    who = cohort("US-PA", "name", lost)
    notice = compose(who, "en", brief(services=None))
    assert "organisation.services.name" in [one.id for one in notice.asks]


@pytest.mark.parametrize("layout", ["general", "lost", "early"])
def test_the_title_says_whose_data_it_is(layout: str) -> None:
    grown_up = cohort("DE", "name", "email")
    said = {
        language: [
            title(our_library(), language, layout, one)
            for one in (grown_up, replace(grown_up, minor=True), to_kin(grown_up))
        ]
        for language in LANGUAGES
    }
    for own, child, kin in said.values():
        assert len({own, child, kin}) == 3
    assert "child" in said["en"][1]
    assert "family" in said["en"][2]
    assert title(our_library(), "en", "us", to_kin(grown_up)) == "Notice of Data Breach"  # as California has it
