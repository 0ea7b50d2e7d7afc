"""The page in a real browser: nothing is fetched, nothing sticks out, no label lies on another, no script is needed."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from breachdesk.report.page import file_name, render
from breachdesk.report.shapes import Account
from tests.report import bakery, crowd
from tests.report.test_page import hostile_account

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).resolve().parents[2] / "tools/screenshots"
DESK, PHONE = 1440, 390
OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"
WIDTHS = "[document.documentElement.scrollWidth, window.innerWidth]"
OUTSIDE = """Array.from(document.querySelectorAll('svg.picture text')).filter(text => {
  const svg = text.ownerSVGElement, box = text.getBBox(), view = svg.viewBox.baseVal;
  const inside = box.x > -3 && box.x + box.width < view.width + 3 && box.y + box.height < view.height + 1;
  return svg.checkVisibility() && !inside;
}).map(text => text.textContent)"""
COLLIDING = """Array.from(document.querySelectorAll('svg.picture')).flatMap(svg => {
  if (!svg.checkVisibility()) return [];
  const boxes = Array.from(svg.querySelectorAll('text')).map(text => [text.getBBox(), text.textContent]);
  return boxes.flatMap(([a, said], at) => boxes.slice(at + 1).filter(([b]) =>
    Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > 2 &&
    Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > 4).map(([, other]) => said + ' / ' + other));
})"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for language in ("en", "ru"):
        cases = {
            "crowd": crowd.account(language),
            "bakery": bakery.account(language),
            "live": replace(crowd.account(language), live=True),
            "hostile": hostile_account(),
        }
        for name, account in cases.items():
            write(folder / f"{name}.{file_name(language)}", account, language)
    return folder


def write(path: Path, account: Account, language: str) -> None:
    path.write_text(render(account, language), encoding="utf-8")


class Watched:
    """A page that remembers what it asked the network for and what it complained of."""

    def __init__(self, page: Page) -> None:
        self.page, self.asked, self.complaints = page, [], []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


def look(chrome: Browser, path: Path, width: int, scheme: str = "light", **more: object) -> Watched:
    seen = Watched(chrome.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme, **more))
    seen.page.goto(path.as_uri())
    return seen


CASES = [
    (name, language, scheme)
    for name in ("crowd", "bakery", "hostile")
    for language in ("en", "ru")
    for scheme in ("light", "dark")
]


@pytest.mark.parametrize(("name", "language", "scheme"), CASES)
def test_nothing_is_fetched_and_nothing_sticks_out(chrome, pages, name, language, scheme):
    path = pages / f"{name}.{file_name(language)}"
    seen = look(chrome, path, PHONE, scheme)
    wide, window = seen.page.evaluate(WIDTHS)
    assert wide <= window
    seen.page.evaluate(OPEN_ALL)
    wide, window = seen.page.evaluate(WIDTHS)
    assert wide <= window, "with everything opened"
    seen.page.set_viewport_size({"width": DESK, "height": 844})
    wide, window = seen.page.evaluate(WIDTHS)
    assert wide <= window, "at a desk"
    assert seen.asked == [path.as_uri()]
    assert seen.complaints == []
    seen.page.close()


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", ["crowd", "bakery", "hostile"])
def test_no_label_leaves_its_picture_or_lies_on_another(chrome, pages, name, language, width):
    seen = look(chrome, pages / f"{name}.{file_name(language)}", width)
    assert seen.page.evaluate(OUTSIDE) == []
    assert seen.page.evaluate(COLLIDING) == []
    seen.page.close()


def test_the_deadline_line_and_the_heads_of_tables_stay_on_top(chrome, pages):
    page = look(chrome, pages / "crowd.report.html", DESK).page
    page.evaluate(OPEN_ALL)
    page.evaluate("document.querySelectorAll('#drafts table')[1].rows[7].scrollIntoView()")
    assert page.evaluate("document.querySelector('.deadline').getBoundingClientRect().top") == 0
    line = page.evaluate("document.querySelector('.deadline').getBoundingClientRect().bottom")
    head = page.evaluate(
        "document.querySelectorAll('#drafts table')[1].tHead.rows[0].cells[0].getBoundingClientRect().top"
    )
    assert abs(head - line) < 3
    page.close()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_next_deadline_is_in_sight_before_any_scrolling(chrome, pages, language):
    page = look(chrome, pages / f"crowd.{file_name(language)}", DESK).page
    box = page.locator(".next .big").bounding_box()
    assert box["y"] + box["height"] < 844
    size = float(page.locator(".next .big").evaluate("node => parseFloat(getComputedStyle(node).fontSize)"))
    assert size > float(page.locator("h1").evaluate("node => parseFloat(getComputedStyle(node).fontSize)"))
    page.close()


def test_it_reads_without_scripts_and_counts_down_by_itself_only_when_live(chrome, pages):
    still = chrome.new_context(java_script_enabled=False).new_page()
    still.goto((pages / "live.report.html").as_uri())
    assert "36 h late" in still.locator(".next .big").inner_text().replace("\u00a0", " ")
    row = still.locator("#duties .duty").first
    row.locator("summary").click()
    assert row.locator("dl").is_visible()
    still.close()
    seen = look(chrome, pages / "live.report.html", DESK)
    assert seen.page.locator("#counted-at").is_hidden()
    assert seen.complaints == []
    seen.page.close()


def test_the_keyboard_reaches_the_answer_first_and_shows_where_it_is(chrome, pages):
    page = look(chrome, pages / "crowd.report.html", DESK).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.url.endswith("#answer")
    page.close()


def test_a_link_to_a_folded_duty_opens_what_hides_it(chrome, pages):
    page = look(chrome, pages / "crowd.report.html", DESK).page
    target = page.locator("details.hangs .duty").first
    assert target.is_hidden()
    page.goto(f"{page.url}#{target.get_attribute('id')}")
    assert target.is_visible()
    assert 0 < target.bounding_box()["y"] < 844
    page.close()


def test_duties_without_a_date_are_one_step_from_the_next_deadline(chrome, pages):
    page = look(chrome, pages / "crowd.report.html", DESK).page
    page.locator(".asap a").click()
    assert 0 < page.locator("#undated > summary").bounding_box()["y"] < 844
    page.close()


def test_on_paper_it_is_light_and_has_no_line_on_top(chrome, pages):
    page = look(chrome, pages / "crowd.report.html", 673, "dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".deadline").is_hidden()
    assert page.locator(".picture.wide").first.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.ramp.simple')).fill") == "rgb(121, 170, 168)"
    page.close()


def test_pictures_for_the_documents_are_drawn_by_a_command(chrome, pages, tmp_path):
    pack, out = tmp_path / "pack", tmp_path / "pictures"
    pack.mkdir()
    for language in ("en", "ru"):
        write(pack / file_name(language), crowd.account(language), language)
    done = subprocess.run([sys.executable, SCREENSHOTS, pack, out], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    drawn = sorted(out.iterdir())
    assert [path.name for path in drawn] == ["report-dark.png", "report-en.png", "report-phone.png", "report-ru.png"]
    assert all(20_000 < path.stat().st_size < 400_000 for path in drawn)


def test_without_a_pack_the_command_says_what_to_do(tmp_path):
    done = subprocess.run(
        [sys.executable, SCREENSHOTS, tmp_path, tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "make screenshots" in done.stderr
