"""The form "What if" as its reader uses it, opened from the disk: it answers, it explains, it tells nobody."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Request

from breachdesk.ground.shelf import our_shelf
from breachdesk.law import engine, facts, shelf
from breachdesk.site import pages

LAW = shelf.load()
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    pages.write(LAW, our_shelf(), out, date(2026, 11, 26))
    return out


class Opened:
    def __init__(self, chrome: Browser, site: Path, language: str) -> None:
        self.asked: list[str] = []
        self.errors: list[str] = []
        self.page = chrome.new_page(viewport={"width": 1300, "height": 900})
        self.page.on("request", self._asked)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.goto((site / language / "what-if.html").as_uri())
        self.page.wait_for_selector("body.ready")

    def _asked(self, request: Request) -> None:
        self.asked.append(request.url)

    def owed(self) -> list[str]:
        found: list[str] = self.page.eval_on_selector_all(
            "#owed [data-duty]", "all => all.map(one => one.dataset.duty)"
        )
        return found

    def sheet(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.page.input_value("#sheet"))
        return found


@pytest.fixture(params=["en", "ru"])
def opened(chrome: Browser, site: Path, request: pytest.FixtureRequest) -> Iterator[Opened]:
    found = Opened(chrome, site, request.param)
    yield found
    assert found.errors == []
    found.page.close()


@pytest.fixture
def english(chrome: Browser, site: Path) -> Iterator[Opened]:
    found = Opened(chrome, site, "en")
    yield found
    assert found.errors == []
    found.page.close()


def test_the_example_is_answered_as_the_engine_answers_the_sheet_it_gives(opened: Opened) -> None:
    opened.page.click("#example")
    raw = opened.sheet()
    wanted = [
        duty.id
        for duty in engine.duties(facts.parse(raw), LAW, datetime.now(UTC))
        if duty.verdict in ("owed", "held") and not duty.remote
    ]
    assert sorted(opened.owed()) == sorted(wanted)
    assert {"eu.gdpr.art33", "us.ca.individuals", "us.ca.ag"} <= set(wanted)
    assert opened.page.inner_text("#summary").strip()


def test_nothing_but_its_own_files_is_ever_asked_for(opened: Opened) -> None:
    opened.page.click("#example")
    opened.page.click("#copy")
    names = sorted(url.rpartition("/")[2] for url in opened.asked)
    assert names == sorted(["what-if.html", "site.css", "law.js", "words.js", *pages.SCRIPTS])
    assert all(url.startswith("file://") for url in opened.asked)
    assert opened.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_somebody_enters_a_case_by_hand(english: Opened) -> None:
    page = english.page
    assert english.owed() == []
    page.get_by_label("They live in").fill("california")
    page.get_by_label("They live in").press("Tab")
    assert page.get_by_label("They live in").input_value() == "California (US-CA)"
    page.get_by_label("How many").fill("500")
    page.get_by_label("How many").press("Tab")
    page.get_by_label("Name", exact=True).check()
    page.get_by_label("Social Security number", exact=True).check()
    page.get_by_label("Did somebody without a right see or obtain the data?").select_option("yes")
    page.get_by_label("Were the data encrypted?").select_option("no")
    assert "us.ca.individuals" in english.owed()
    assert "us.ca.ag" not in english.owed()  # more than 500, and these are 500
    page.get_by_label("How many").fill("501")
    page.get_by_label("How many").press("Tab")
    assert "us.ca.ag" in english.owed()
    page.locator("[data-duty='us.ca.ag'] summary").click()
    assert "501" in page.inner_text("[data-duty='us.ca.ag']")


def test_an_answered_question_stays_and_can_be_taken_back(english: Opened) -> None:
    page = english.page
    page.click("#example")
    before = english.owed()
    risk = page.locator("[data-fact='risk.gdpr'] select")
    risk.select_option("unlikely")
    assert "eu.gdpr.art34" not in english.owed()
    risk.select_option("high")
    assert english.owed() == before


def test_a_place_nobody_knows_is_refused_and_changes_nothing(english: Opened) -> None:
    page = english.page
    page.get_by_label("How many").fill("5")
    page.get_by_label("They live in").fill('<img src=x onerror="alert(1)">')
    page.get_by_label("They live in").press("Tab")
    message = page.get_by_label("They live in").evaluate("one => one.validationMessage")
    assert message.startswith("No such place")
    assert "people" not in english.sheet()
    assert page.locator("img").count() == 0


def test_a_place_without_a_law_on_the_shelf_is_said_aloud(english: Opened) -> None:
    page = english.page
    assert page.locator("#lacking").is_hidden()
    page.get_by_label("They live in").fill("Antarctica")
    page.get_by_label("They live in").press("Tab")
    assert "Antarctica (AQ)" in page.inner_text("#lacking")


def test_numbers_below_zero_and_half_people_are_no_numbers(english: Opened) -> None:
    page = english.page
    page.get_by_label("They live in").fill("DE")
    page.get_by_label("They live in").press("Tab")
    for wrong in ("-5", "1.5"):
        page.get_by_label("How many").fill(wrong)
        page.get_by_label("How many").press("Tab")
        assert "people" not in english.sheet(), wrong


def test_facts_that_cannot_both_be_right_are_said(english: Opened) -> None:
    page = english.page
    page.click("#example")
    assert page.locator("#wrong").is_hidden()
    seats = page.locator("[data-fact='entity.establishments'] input")
    seats.fill("France")
    seats.press("Tab")
    main = page.locator("[data-fact='entity.main_establishment'] input")
    main.fill("Italy")
    main.press("Tab")
    assert "is not among" in page.inner_text("#wrong")
    main.fill("France")
    main.press("Tab")
    assert page.locator("#wrong").is_hidden()


def test_every_question_has_a_name_for_those_who_hear_the_page(opened: Opened) -> None:
    opened.page.click("#example")
    nameless = opened.page.eval_on_selector_all(
        "form :is(input, select)",
        "all => all.filter(one => !(one.labels && one.labels.length) && !one.ariaLabel).map(one => one.outerHTML)",
    )
    assert nameless == []


def test_every_word_the_page_says_is_there_in_both_languages(site: Path) -> None:
    script = (Path(pages.__file__).parent / "look" / "whatif.js").read_text()
    used = set(re.findall(r'(?:say|counted)\("(\w+)"', script))
    assert len(used) > 30
    for language in ("en", "ru"):
        text = (site / language / "words.js").read_text(encoding="utf-8")
        spoken = json.loads(text.removeprefix("window.WORDS = ").removesuffix(";\n"))
        assert not used - set(spoken["say"])


def test_pages_are_readable_by_a_web_server(site: Path) -> None:
    assert {path.stat().st_mode & 0o777 for path in site.rglob("*") if path.is_file()} == {0o644}
