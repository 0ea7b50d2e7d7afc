"""Letters of others are held against each law: what fails, what a human must look at, where, what to write."""

import time
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify.compose import compose
from breachdesk.notify.draw import Press, as_text
from breachdesk.notify.letters import read
from breachdesk.notify.library import EARLY, NoticeRule, our_library
from breachdesk.notify.review import Case, Finding, Outcome, review
from breachdesk.notify.shapes import Level
from tests.notify.bakery import FACTS, brief, cohort, organisation

LIBRARY = our_library()
PRESS = Press(words=LIBRARY.phrases)
SSN = ("name", "gov_id.us.ssn")
WHOLE: dict[str, Any] = {
    "web": "https://example.org",
    "remedy": {"en": "You can claim damages from us.", "ru": "Вы можете потребовать возмещения ущерба."},
    "next_update": "2026-12-01",
    "early": {"known": {"en": "An outsider got into our shop.", "ru": "Посторонний проник в наш магазин."}},
    "acquirer": {"en": "A former worker obtained the data.", "ru": "Данные получил бывший работник."},
}
FREEZE = "Equifax, P.O. Box 105788, Atlanta, GA 30348-5788, 1-888-298-0045."


def found(
    text: str, tmp_path: Path, *laws: str, residence: str = "US-TX", name: str = "a.txt", **known: Any
) -> list[Finding]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    rules = [LIBRARY.rules[law] for law in laws]
    return list(review(read(path), rules, Case(residence, **known), library=LIBRARY))


def of(findings: list[Finding], check: str) -> list[tuple[Outcome, int, str]]:
    return [(one.outcome, one.line, one.words) for one in findings if one.check == check]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", LIBRARY.rules.values(), ids=lambda rule: rule.id)
def test_what_we_draft_passes_every_law_as_page_and_as_text(rule: NoticeRule, language: str, tmp_path: Path) -> None:
    place = LIBRARY.advice.rules.groups.get("".join(rule.places[:1]), (*rule.places, "US-TX"))[0]
    facts = {**FACTS, "hold.law_enforcement": None, "entity.kinds": list(rule.entity_kinds)}
    said = organisation(**WHOLE)
    for elements in ((*SSN, "bank.account"), ("email", "login.password")):
        notice = compose(cohort(place, *elements), language, brief(facts, **WHOLE), early=rule.id == EARLY)
        assert rule.id in notice.rules
        assert not [one.en for one in notice.checks if not one.passed and one.level is not Level.INFO]
        for name, content in (("a.html", PRESS.html(notice)), ("a.txt", as_text(notice))):
            case = Case(place, elements, False, said, facts)
            (tmp_path / name).write_text(content, encoding="utf-8")
            rules = [rule] if rule.id == EARLY else [LIBRARY.rules[one] for one in notice.rules]
            told = review(read(tmp_path / name), rules, case, library=LIBRARY)
            open_ = [one.said.en for one in told if one.outcome is not Outcome.PASSED and one.level is not Level.INFO]
            assert open_ == [] or (place == "US-CA" and name == "a.txt" and len(open_) == 1), open_


def test_massachusetts_hears_nothing_of_how_it_happened_and_each_word_is_shown(tmp_path: Path) -> None:
    text = "We write to you about this.\n\nHackers broke into our network\nand took the files of 1,204 residents.\n"
    told = found(text, tmp_path, "us-ma", residence="US-MA", elements=SSN)
    assert of(told, "nature_of_breach") == [(Outcome.FAILED, 3, "Hackers"), (Outcome.FAILED, 3, "broke into")]
    assert of(told, "number_of_people") == [(Outcome.FAILED, 4, "1,204 residents")]
    assert all(one.citation == "c. 93H s. 3(b)" for one in told if one.check == "number_of_people")


def test_california_wants_its_title_and_its_headings_in_their_order(tmp_path: Path) -> None:
    names = [
        "What Happened",
        "What Information Was Involved",
        "What We Are Doing",
        "What You Can Do",
        "For More Information",
    ]
    page = "<h1>NOTICE OF DATA BREACH</h1>" + "".join(
        f"<h2>{name}</h2><p>The words of this and that for you.</p>" for name in names
    )
    assert of(found(page, tmp_path, "us-ca", name="a.html"), "headings")[0][0] is Outcome.PASSED
    assert of(found(page, tmp_path, "us-ca", name="a.html"), "title")[0][0] is Outcome.PASSED
    turned = page.replace("What Happened", "X").replace("What You Can Do", "What Happened")
    assert of(found(turned, tmp_path, "us-ca", name="a.html"), "headings")[0][0] is Outcome.FAILED


@pytest.mark.parametrize(("size", "outcome"), [("9.5pt", Outcome.FAILED), ("10pt", Outcome.PASSED), ("", Outcome.ASKS)])
def test_small_type_is_seen_where_the_file_says_it(size: str, outcome: Outcome, tmp_path: Path) -> None:
    page = f'<p style="font-size: {size}">The words of the letter to you and yours.</p>'
    assert of(found(page, tmp_path, "us-ca", name="a.html"), "type_size")[0][0] is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (FREEZE, Outcome.PASSED),
        (
            FREEZE.replace("105788", "999999").replace("1-888-298-0045", "1-888-555-0100"),
            Outcome.ASKS,
        ),  # another number
        ("Equifax, P.O. Box 105788, Atlanta, GA 30348-5788.", Outcome.FAILED),
        ("Equifax, 1-888-298-0045.", Outcome.FAILED),
        ("Call the bureaus.", Outcome.FAILED),
    ],
)
def test_a_bureau_needs_its_telephone_and_its_address(text: str, outcome: Outcome, tmp_path: Path) -> None:
    experian = "Experian, P.O. Box 9554, Allen, TX 75013, 1-888-397-3742."
    others = f"{experian}\n\nTransUnion, P.O. Box 160, Woodlyn, PA 19094, 1-800-916-8800."
    letter = f"The letter is for you and yours.\n\n{others}\n\nThe end of it.\n\nAnd then:\n\n{text}\n"
    assert of(found(letter, tmp_path, "us-wa"), "bureaus")[0][0] is outcome


@pytest.mark.parametrize(
    ("offer", "outcome"),
    [
        ("We pay for 12 months of credit monitoring.", Outcome.FAILED),
        ("We pay for two years of credit monitoring.", Outcome.PASSED),
        ("We pay for 24 months of credit monitoring.", Outcome.PASSED),
        ("Watch your accounts for 24 months.", Outcome.FAILED),
    ],
)
def test_months_of_free_services_are_read_from_the_letter(offer: str, outcome: Outcome, tmp_path: Path) -> None:
    told = found(f"This is the letter to you. {offer}", tmp_path, "us-ct", residence="US-CT", elements=SSN)
    assert of(told, "services_months")[0][0] is outcome


def test_no_services_are_asked_for_where_nothing_was_lost_that_calls_for_them(tmp_path: Path) -> None:
    told = found(
        "This is the letter to you and the others.", tmp_path, "us-ct", residence="US-CT", elements=("name", "email")
    )
    assert of(told, "services_months") == []
    assert of(told, "freeze_how") == []


def test_what_hangs_on_an_answer_nobody_gave_is_asked_not_failed(tmp_path: Path) -> None:
    told = found("This is the letter to you and the others.", tmp_path, "us-de", "us-ma")
    assert {outcome for outcome, _, _ in of(told, "freeze_how") + of(told, "parent")} == {Outcome.ASKS, Outcome.FAILED}
    parent = next(one for one in told if one.check == "parent")
    assert parent.outcome is Outcome.ASKS
    assert "parent or affiliated" in parent.said.en
    assert parent.write is not None


def test_a_letter_in_a_third_language_is_for_a_human(tmp_path: Path) -> None:
    told = found("Nous vous écrivons car vos données ont été volées le 3 mars.", tmp_path, "gdpr", residence="FR")
    assert {one.outcome for one in told if one.rule == "gdpr"} == {Outcome.ASKS}
    assert of(told, "review_language")[0][0] is Outcome.ASKS


def test_blanks_and_full_numbers_are_found(tmp_path: Path) -> None:
    told = found("Dear you, this is the letter.\n\nCall [telephone]. Your number is 900-12-3456.", tmp_path, "us-tx")
    assert of(told, "blanks") == [(Outcome.FAILED, 3, "[telephone]")]
    assert of(told, "values")[0][0] is Outcome.FAILED


def test_words_of_the_fact_sheet_settle_what_patterns_cannot(tmp_path: Path) -> None:
    said = organisation()
    text = f"The letter is here for you.\n\n{said.text('what_happened', 'en')}"
    assert of(found(text, tmp_path, "gdpr", residence="DE"), "what_happened")[0][0] is Outcome.ASKS
    sure = found(text, tmp_path, "gdpr", residence="DE", organisation=said, facts=FACTS)
    assert of(sure, "what_happened")[0][0] is Outcome.PASSED


@pytest.mark.parametrize(
    ("law", "channel", "outcome"),
    [
        ("us-ma", "post", Outcome.PASSED),
        ("us-ma", "email", Outcome.ASKS),
        ("us-ma", "phone", Outcome.FAILED),
        ("us-or", "phone", Outcome.PASSED),
        ("jp", "phone", Outcome.PASSED),
    ],
)
def test_the_way_of_sending_is_tried(law: str, channel: str, outcome: Outcome, tmp_path: Path) -> None:
    assert of(found("This is the letter to you.", tmp_path, law, channel=channel), "channel")[0][0] is outcome


def test_an_offer_for_the_right_to_sue_fails_in_massachusetts(tmp_path: Path) -> None:
    text = "We pay for 24 months. You waive the right to sue us and you agree not to sue."
    assert of(found(text, tmp_path, "us-ma"), "waiver")[0][0] is Outcome.FAILED
    assert (
        of(found("You give up no rights when you sign up for it.", tmp_path, "us-ma"), "waiver")[0][0] is Outcome.PASSED
    )


@pytest.mark.parametrize("word", ["name taken ", "freeze ", "1-", "report theft police ", "Equifax ", "номер похищен "])
def test_a_file_made_to_be_slow_is_not(word: str, tmp_path: Path) -> None:
    text = (word * 20_000)[:50_000]
    before = time.process_time()
    found(text, tmp_path, "us-ma", "us-nc", "us-ca", "us-wv", "gdpr", residence="US-NC", elements=SSN)
    assert time.process_time() - before < 5
