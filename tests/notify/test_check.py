"""The checker catches each fault it is there for, and lets a good letter pass."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from breachdesk.notify.blocks import Block, Heading, Items, Kind, Paragraph, Span
from breachdesk.notify.check import check
from breachdesk.notify.compose import compose
from breachdesk.notify.leaks import full_values
from breachdesk.notify.library import EARLY, NoticeRule, our_library
from breachdesk.notify.shapes import Level, Notice, NoticeCohort
from tests.notify.bakery import FACTS, brief, cohort

LIBRARY = our_library()
CALIFORNIA = cohort("US-CA", "name", "gov_id.us.ssn", "login.password")
MASSACHUSETTS = cohort("US-MA", "name", "gov_id.us.ssn")
GERMANY = cohort("DE", "name", "email", "health")


def failed(notice: Notice, facts: dict[str, Any] = FACTS, **said: Any) -> set[str]:
    rules = tuple(LIBRARY.rules[name] for name in notice.rules)
    found = check(notice, rules, brief(facts, **said))
    return {one.code for one in found if not one.passed and one.level is not Level.INFO}


def letter(who: NoticeCohort, language: str = "en", facts: dict[str, Any] = FACTS, **said: Any) -> Notice:
    return compose(who, language, brief(facts, **said))


def without(role: str) -> Callable[[Notice], Notice]:
    return lambda notice: replace(notice, blocks=tuple(b for b in notice.blocks if getattr(b, "role", "") != role))


def added(text: str) -> Callable[[Notice], Notice]:
    return lambda notice: replace(notice, blocks=(*notice.blocks, Paragraph((Span(text),), role="what-happened")))


def mapped(change: Callable[[Block], Block]) -> Callable[[Notice], Notice]:
    return lambda notice: replace(notice, blocks=tuple(map(change, notice.blocks)))


def swap_headings(notice: Notice) -> Notice:
    blocks = list(notice.blocks)
    first, second = [place for place, block in enumerate(blocks) if isinstance(block, Heading)][:2]
    blocks[first], blocks[second] = blocks[second], blocks[first]
    return replace(notice, blocks=tuple(blocks))


def drop_element(block: Block) -> Block:
    return replace(block, items=block.items[1:]) if isinstance(block, Items) and block.role == "elements" else block


@pytest.mark.parametrize("who", [CALIFORNIA, MASSACHUSETTS, GERMANY], ids=lambda who: who.residence)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_good_letter_passes(who: NoticeCohort, language: str) -> None:
    assert failed(letter(who, language)) == set()


@pytest.mark.parametrize(
    ("who", "spoil", "code"),
    [
        (CALIFORNIA, swap_headings, "us-ca.headings"),
        (CALIFORNIA, lambda n: replace(n, title="An Important Message"), "us-ca.title"),
        (CALIFORNIA, mapped(drop_element), "all.elements"),
        (CALIFORNIA, without("resources"), "us-ca.bureaus"),
        (CALIFORNIA, without("what-happened"), "us-ca.what_happened"),
        (CALIFORNIA, without("when-range"), "us-ca.day_of_breach"),
        (CALIFORNIA, without("date"), "us-ca.day_of_letter"),
        (CALIFORNIA, without("contact"), "us-ca.sender_contact"),
        (CALIFORNIA, without("steps"), "all.advice"),
        (CALIFORNIA, without("genuine"), "all.genuine"),
        (CALIFORNIA, without("services"), "us.services"),
        (CALIFORNIA, lambda n: replace(n, steps=()), "all.steps"),
        (CALIFORNIA, lambda n: replace(n, steps=n.steps[:1] * 8), "all.steps"),
        (CALIFORNIA, added("Your data may have been seen."), "all.hedging"),
        (CALIFORNIA, added("There is no evidence of misuse."), "all.minimising"),
        (CALIFORNIA, added("We write to {organisation.name}."), "all.unfilled"),
        (CALIFORNIA, added("The threat actor was quick."), "all.jargon"),
        (CALIFORNIA, added("Your number is 900-12-3456."), "all.values"),
        (CALIFORNIA, added("Your card is 4111 1111 1111 1111."), "all.values"),
        (CALIFORNIA, added("We wrote to someone@example.com."), "all.values"),
        (CALIFORNIA, added("Мы сообщили об этом в полицию."), "all.language"),
        (
            CALIFORNIA,
            added("x " * 3 + "organisational responsibilities necessitate considerable deliberation " * 40),
            "all.readability",
        ),
        (
            CALIFORNIA,
            lambda n: replace(n, blocks=(*n.blocks, Paragraph((Span("[telephone]", Kind.BLANK),)))),
            "all.blanks",
        ),
        (MASSACHUSETTS, added("An intruder used malware."), "us-ma.nature_of_breach"),
        (MASSACHUSETTS, added("This concerns 1,204 residents."), "us-ma.number_of_people"),
        (MASSACHUSETTS, without("police-report"), "us-ma.police_report"),
        (MASSACHUSETTS, without("freeze-how"), "us-ma.freeze_how"),
        (MASSACHUSETTS, without("freeze-how"), "us-ma.freeze_free"),
        (MASSACHUSETTS, without("freeze-needs"), "us-ma.freeze_needs"),
        (GERMANY, without("what-happened"), "gdpr.what_happened"),
        (GERMANY, without("measures"), "gdpr.measures"),
        (GERMANY, without("risks"), "gdpr.consequences"),
        (GERMANY, without("contact"), "gdpr.contact_point"),
        (GERMANY, without("resources"), "gdpr.complaint"),
        (cohort("US-IL", "name", "bank.account"), without("trade-commission"), "us-il.alerts_and_freezes"),
        (
            cohort("US-IL", "name", "bank.account"),
            added("We wrote to 611 people in Illinois."),
            "us-il.number_of_people",
        ),
        (cohort("US-NY", "name", "bank.account"), without("resources"), "us-ny.new_york_agencies"),
        (cohort("US-IL", "email", "login.password"), without("passwords"), "us-il.change_password"),
        (cohort("US-WA", "name", "bank.account"), without("when-range"), "us-wa.day_of_discovery"),
        (cohort("BR", "name", "bank.account"), without("safeguards"), "br.safeguards"),
        (cohort("BR", "name"), without("when-range"), "br.day_of_discovery"),
        (cohort("GB", "name"), without("risks"), "uk.consequences"),
        (cohort("SG", "name"), without("what-happened"), "sg.what_happened"),
        (cohort("AU", "name"), without("steps"), "au.advice"),
        (cohort("RU", "name"), without("resources"), "ru.complaint"),
        (cohort("US-FL", "name"), without("when-range"), "us-fl.day_of_breach"),
        (cohort("US-TX", "name"), without("contact"), "us.sender_contact"),
        (cohort("US-MD", "name"), without("resources"), "us-md.state_agency"),
        (cohort("US-DC", "name"), without("bureaus"), "us-dc.freeze_free_of_charge"),
        (cohort("US-OR", "name"), without("agencies-state"), "us-or.report_theft"),
        (cohort("US-NM", "name"), without("credit-rights"), "us-nm.credit_rights"),
        (cohort("US-RI", "name"), without("affected"), "us-ri.number_of_people"),
        (cohort("US-RI", "name"), without("police-report"), "us-ri.police_report"),
        (cohort("US-VT", "name"), without("vigilance"), "us-vt.vigilance"),
    ],
)
def test_each_fault_is_caught(who: NoticeCohort, spoil: Callable[[Notice], Notice], code: str) -> None:
    good = letter(who)
    assert code not in failed(good)
    assert code in failed(spoil(good))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Возможно, ваши данные уже у чужих.", "all.hedging"),
        ("Признаков нет, случай единичный, нет признаков обмана.", "all.minimising"),
        ("Позвоните по ХХХ.", "all.unfilled"),
        ("Настоящим уведомляем вас.", "all.jargon"),
        ("Ваш СНИЛС 000-000-001 00.", "all.values"),
        ("We told the police about it at once.", "all.language"),
        ("Уполномоченное подразделение осуществляет соответствующие мероприятия " * 40, "all.readability"),
    ],
)
def test_faults_are_caught_in_russian_too(text: str, code: str) -> None:
    good = letter(GERMANY, "ru")
    assert code not in failed(good)
    assert code in failed(added(text)(good))


def test_days_that_run_backwards_are_caught() -> None:
    facts = {**FACTS, "time.discovered": "2026-11-01T10:00:00+01:00"}
    assert "all.days" in failed(letter(CALIFORNIA, facts=facts), facts)
    backwards = {"exposed": {"from": "2026-11-11", "until": "2026-11-10"}}
    assert "all.days" in failed(letter(CALIFORNIA, **backwards), **backwards)


def test_services_shorter_than_the_law_asks_are_caught_only_where_it_asks() -> None:
    short = {"services": {"name": "Example Watch", "months": 12, "enrol_by": "2027-02-28"}}
    assert "us-ma.services_months" in failed(letter(MASSACHUSETTS, **short), **short)
    assert failed(letter(CALIFORNIA, **short), **short) & {"us-ca.services_months"} == set()
    lent = {**FACTS, "breach.source_is_entity": False}
    assert "us-ca.services_months" not in failed(letter(CALIFORNIA, facts=lent, services=None), lent, services=None)
    assert "us-ca.services_months" in failed(letter(CALIFORNIA, services=None), services=None)


def test_a_letter_in_another_language_goes_beside_the_one_the_law_asks_for() -> None:
    notes = [one for one in letter(CALIFORNIA, "ru").checks if one.code == "us-ca.official_language"]
    assert [(one.passed, one.level) for one in notes] == [(False, Level.INFO)]


def test_failed_checks_come_first_and_say_what_is_wrong_in_both_languages() -> None:
    notice = letter(CALIFORNIA, phone=None, toll_free=None, contact=None)
    assert not notice.checks[0].passed
    blank = next(one for one in notice.checks if one.code == "all.blanks")
    assert blank.text("en") == "Still blank: telephone."
    assert blank.text("ru").startswith("Не заполнено:")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4111-1111-1111-1111", ["card.number"]),
        ("4111 1111 1111 1112", []),
        ("GB82 WEST 1234 5698 7654 32", ["bank.iban"]),
        ("900-12-3456", ["gov_id.us.ssn"]),
        ("AB 12 34 56 C", ["gov_id.gb.nino"]),
        ("call +1 800 555 0100 or 1-888-555-0100", []),
        ("•••• 1111", []),
        ("a•••@example.org", []),
    ],
)
def test_full_values_are_known_by_shape_and_check(text: str, found: list[str]) -> None:
    assert list(full_values(text)) == found


def test_numbers_of_the_sender_are_no_leak() -> None:
    assert list(full_values("write to privacy@example.org", ["privacy@example.org"])) == []


def test_a_blank_is_told_once_and_not_called_an_unfinished_text() -> None:
    codes = failed(letter(CALIFORNIA, services=None), services=None)
    assert "all.blanks" in codes
    assert "all.unfilled" not in codes


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("rule", LIBRARY.rules.values(), ids=lambda rule: rule.id)
def test_no_point_of_any_law_is_found_in_an_empty_letter(rule: NoticeRule, language: str) -> None:
    facts = {**FACTS, "entity.kinds": list(rule.entity_kinds), "hold.law_enforcement": {"from": "2026-11-20"}}
    place = LIBRARY.advice.rules.groups.get("".join(rule.places[:1]), (*rule.places, "US-TX"))[0]
    lost = [name for must in rule.must_state for name in must.elements] or ["email", "login.password"]
    who = cohort(place, *lost)
    said = {"parent": "Bakery World Inc", "acquirer": {"en": "A thief has it.", "ru": "Они у вора."}}
    good = compose(who, language, brief(facts, **said), early=rule.id == EARLY)
    assert rule.id in good.rules
    points = {code.partition(".")[2] for code in failed(replace(good, blocks=()), facts, **said)}
    assert {must.point for must in rule.must_state} <= points


@pytest.mark.parametrize(
    ("sentence", "leaks"),
    [
        ("Card 4111 1111 1111 1111 was read.", True),
        ("We wrote to someone@example.com.", True),
        ("Write to claims@example.org.", False),  # the sender's own domain
        ("Call us on +49 30 555 0100.", False),
    ],
)
def test_a_sentence_of_the_sender_is_no_excuse_for_a_full_value(sentence: str, leaks: bool) -> None:
    said = {"measures": {"en": sentence}}
    assert ("all.values" in failed(letter(GERMANY, **said), **said)) is leaks
