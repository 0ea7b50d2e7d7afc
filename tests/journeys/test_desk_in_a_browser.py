"""A whole case by its pages, in a real browser: from a customer's letter to the closed case, in both languages.

Only clicks and keys; what the worker would do is done by its own tasks in this process. An error on the browser's
console is a failure.
"""

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from breachdesk.case.app.models import Case
from breachdesk.detect.app.models import Signal
from breachdesk.journal import verify
from breachdesk.journal.app.signing import signer
from breachdesk.law.app.tasks import judge
from breachdesk.scope.app.models import Run
from breachdesk.scope.app.tasks import read
from breachdesk.vault.app.models import Errand
from breachdesk.vault.app.tasks import do
from breachdesk.web import sayings
from tests.live import Live
from tests.scope.app.filling import ROWS

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Walker:
    """Somebody at a browser, who finds buttons and links by their words."""

    def __init__(self, page: Page, live: Live, language: str) -> None:
        self.page, self.live, self.words = page, live, sayings.words(language)
        self.heard: list[str] = []
        page.on("console", lambda message: self.heard.append(message.text) if message.type == "error" else None)
        page.set_default_timeout(15_000)

    def go(self, path: str) -> None:
        self.page.goto(self.live.url + path)

    def press(self, key: str, n: int | None = None) -> None:
        """The button, or the link that looks like one, of that sentence."""
        said = self.words.say(key, n)
        self.page.locator("main").get_by_text(said, exact=True).first.click()
        self.page.wait_for_load_state()

    def write(self, **fields: str) -> None:
        for name, text in fields.items():
            self.page.locator(f"main [name={name}]").first.fill(text)

    def sees(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text)


@pytest.fixture(params=["en", "ru"])
def walk(request: pytest.FixtureRequest, live: Live, chrome: Browser, cast: Any) -> Any:
    """Makes a browser for somebody; at the end none of them heard an error."""
    language, made = request.param, list[Walker]()
    contexts = []

    def browser_of(who: Any = None) -> Walker:
        context = chrome.new_context(locale=language, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        if who is not None:
            type(who).objects.filter(id=who.id).update(language=language, zone="Europe/Berlin")
            live.sign_in(page, who)
        made.append(Walker(page, live, language))
        return made[-1]

    yield browser_of
    heard = [line for one in made for line in one.heard]
    for context in contexts:
        context.close()
    assert heard == []


def test_a_whole_case_from_a_letter_to_its_end(walk: Any, cast: Any, tmp_path: Path) -> None:
    ada, nobody = walk(cast.ada), walk()
    code = _a_customer_writes(nobody, tmp_path)
    number = _it_is_true(ada, nobody, code)
    top = f"/case/{number}/"
    _the_evidence_is_read(ada, top, tmp_path)
    _facts_decide_what_the_law_asks(ada, top)
    _what_happened_is_drawn(ada, top)
    _work_is_done(ada, top)
    _it_is_closed_by_two(ada, walk(cast.ben), cast, top)
    _the_record_leaves_the_house(ada, top, tmp_path)


def _a_customer_writes(nobody: Walker, folder: Path) -> str:
    sample = folder / "sample.csv"
    sample.write_bytes(ROWS)
    nobody.go("/report/")
    nobody.write(text="Somebody offers my data on a forum.")
    nobody.page.set_input_files("input[name=attached]", str(sample))
    nobody.press("tell.button")
    code = nobody.page.locator("#code").inner_text()
    assert re.fullmatch(r"(\d{4} ){3}\d{4}", code)
    return code


def _it_is_true(ada: Walker, nobody: Walker, code: str) -> str:
    signal = Signal.objects.get()
    ada.go("/signals/")
    ada.page.get_by_role("link", name=signal.number).click()
    ada.write(text="Since when?")
    ada.press("detect.ask")
    nobody.go("/report/back/")
    nobody.write(code=code)
    nobody.press("tell.look")
    nobody.sees("Since when?")
    nobody.write(text="Since Monday.")
    nobody.press("tell.send_answer")
    ada.go(f"/signals/{signal.number}/")
    ada.sees("Since Monday.")
    ada.press("detect.confirm")
    ada.write(title="Shop copied", zone="Europe/Berlin", reason="The sample matches our table.")
    ada.press("confirming.button")
    case = Case.objects.get()
    assert ada.page.url.endswith(f"/case/{case.number}/")
    assert case.aware_at is not None
    return case.number


def _the_evidence_is_read(ada: Walker, top: str, folder: Path) -> None:
    file = folder / "customers.csv"
    file.write_bytes(ROWS)
    ada.press("overview.steps.evidence")
    ada.page.set_input_files("input[name=file]", str(file))
    ada.write(acquired_at="2026-11-20T10:00", source="web-1")
    ada.press("evidence.take_in")
    ada.page.wait_for_url("**/evidence/")
    do.func(Errand.objects.get().id)
    ada.go(f"{top}evidence/E-001/")
    ada.sees("SHA-512")
    ada.go(f"{top}people/")
    ada.press("scope.read")
    read.func(Run.objects.get().id)
    ada.go(f"{top}people/")
    ada.sees(ada.words.say("people.answer", 3))
    ada.press("people.look")
    ada.sees("P00000001")
    assert "ada@example.org" not in ada.page.content()
    ada.page.get_by_role("link", name="P00000001").click()
    ada.write(reason="She called.")
    ada.press("people.unmask_button")
    ada.sees("ada@example.org")


def _facts_decide_what_the_law_asks(ada: Walker, top: str) -> None:
    for fact, option in (
        ("breach.personal_data", "yes"),
        ("breach.confidentiality", "yes"),
        ("entity.role", "controller"),
    ):
        ada.go(f"{top}facts/{fact}/")
        ada.page.locator(f"input[name=option][value={option}]").check()
        ada.press("facts.keep")
    for fact, text in (("entity.establishments", "DE"), ("entity.main_establishment", "DE")):
        ada.go(f"{top}facts/{fact}/")
        ada.write(text=text)
        ada.press("facts.keep")
    ada.go(f"{top}facts/time.discovered/")
    ada.write(text="some day")
    ada.press("facts.keep")
    expect(ada.page.get_by_role("alert")).to_be_visible()
    judge.func(top.split("/")[2])
    ada.go(f"{top}duties/rule/eu.gdpr.art33/")
    assert ada.page.locator("h1").inner_text()
    ada.go(top)
    ada.sees(ada.words.say("overview.rows.duties"))


def _what_happened_is_drawn(ada: Walker, top: str) -> None:
    ada.go(f"{top}systems/")
    ada.write(name="shop-db")
    ada.page.select_option("[name=kind]", "database")
    ada.page.select_option("[name=state]", "isolated")
    ada.press("systems.keep")
    ada.sees("shop-db")
    ada.go(f"{top}timeline/")
    ada.write(title="First strange line", at="2026-11-19T22:40")
    ada.page.select_option("[name=kind]", "first_access")
    ada.press("timeline.keep")
    ada.sees("First strange line")
    expect(ada.page.locator("figure.map > svg:visible")).to_have_count(1)  # drawn twice: one for a phone


def _work_is_done(ada: Walker, top: str) -> None:
    ada.go(f"{top}tasks/new/")
    ada.write(title="Rotate the keys")
    ada.page.locator("main form button").last.click()
    ada.page.wait_for_load_state()
    ada.sees("Rotate the keys")
    ada.go(f"{top}decisions/new/")
    ada.write(title="No ransom", decided="Nothing is paid.", reasons="It proves nothing.")
    ada.page.locator("main form button").last.click()
    ada.page.wait_for_load_state()
    ada.sees("No ransom")


def _it_is_closed_by_two(ada: Walker, ben: Walker, cast: Any, top: str) -> None:
    ada.go(f"{top}team/")
    ada.write(email=cast.ben.email)
    ada.page.select_option("main [name=role]", "counsel")
    ada.page.locator("main form button").first.click()
    ada.page.wait_for_load_state()
    ada.sees(cast.ben.email)
    ada.go(f"{top}closing/")
    ada.page.locator("main [name=close-reason]").fill("Everything is done.")
    ada.page.locator("button[value=ask_close]").click()
    ben.go(f"{top}closing/asks/")
    ben.write(reason="I agree.")
    ben.page.locator("button[value=approve]").click()
    ben.page.wait_for_load_state()
    ada.go(f"{top}closing/")
    ada.page.locator("button[value=close]").click()
    ada.page.wait_for_load_state()
    assert not Case.objects.get().open
    ada.go(f"{top}facts/breach.personal_data/")
    assert ada.page.locator("input[name=option]").count() == 0


def _the_record_leaves_the_house(ada: Walker, top: str, folder: Path) -> None:
    ada.go("/journal/verify/")
    ada.press("journal.verify.button")
    expect(ada.page.locator(".lead")).to_contain_text(ada.words.say("journal.verify.holds", 50).split(":")[0])
    ada.go(f"{top}journal/export/")
    ada.page.get_by_role("button", name=ada.words.say("journal.export_button")).click()
    expect(ada.page.locator("progress")).to_be_visible()
    do.func(Errand.objects.get(kind="bag").id)
    with ada.page.expect_download() as sent:  # the page looks again by itself
        ada.page.get_by_role("link", name=ada.words.say("journal.export_fetch")).click()
    sent.value.save_as(folder / "case.zip")
    with zipfile.ZipFile(folder / "case.zip") as zipped:
        zipped.extractall(folder / "bag")
    report = verify.verify(str(folder / "bag" / top.split("/")[2]), signer().vkey, [])
    assert report.verdict == "intact", report.faults
