"""The judge in the browser says what the engine says: of every kind of case the shelf tells, and of any sheet."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from playwright.sync_api import Browser, Page

from breachdesk.ground.shelf import our_shelf
from breachdesk.law import engine, facts, instants, shelf, stories
from breachdesk.law.predicates import PREDICATES
from breachdesk.law.stories import KINDS
from breachdesk.site import pages, shipped
from tests.law.test_any_sheet import sheets
from tests.site.judged import differences, plain_of, told

LAW = shelf.load()
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVERY = 50  # one of so many stories: the whole shelf takes the engine minutes
LOOK = Path(pages.__file__).parent / "look"
JUDGE = [name for name in pages.SCRIPTS if name != "whatif.js"]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("judge")
    (folder / "law.js").write_text(shipped.as_script("LAW", shipped.law_data(LAW)))
    for name in JUDGE:
        (folder / name).write_text((LOOK / name).read_text())
    scripts = "".join(f'<script src="{name}"></script>' for name in ("law.js", *JUDGE))
    (folder / "page.html").write_text(f'<!DOCTYPE html><meta charset="utf-8">{scripts}')
    opened = chrome.new_page()
    opened.goto((folder / "page.html").as_uri())
    yield opened
    opened.close()


def judged(page: Page, raw: Mapping[str, Any], at: datetime) -> list[str]:
    """What the two say differently of one sheet."""
    sheet = facts.parse(raw, vocabulary=LAW.facts)
    wanted = [plain_of(duty) for duty in engine.duties(sheet, LAW, at)]
    moment = round(at.timestamp() * 1000)
    got = page.evaluate(
        """([told, at]) => JSON.stringify(
           [Breachdesk.judge(LAW, told, at), Breachdesk.contradictions(LAW, told, at)])""",
        [json.loads(json.dumps(told(sheet, raw))), moment],
    )
    duties, contradictions = json.loads(got)
    doubts = [[one.key, one.fact, one.other] for one in sheet.contradictions]
    wrong = [] if doubts == contradictions else [f"contradictions: {doubts} expected, got {contradictions}"]
    return [*wrong, *differences(wanted, duties)]


def chosen() -> list[stories.Told]:
    """Of every legal order a story, of every kind by turns; and one of so many of the rest."""
    found, orders = [], dict[str, int]()
    for place, one in enumerate(stories.read(our_shelf())):
        order = one.file.rpartition("/stories/")[0]
        wanted = KINDS[len(orders) % len(KINDS)] if order not in orders else None
        if place % EVERY == 0 or one.story.kind == wanted:
            found.append(one)
            orders.setdefault(order, place)
    return found


def test_it_says_what_the_engine_says_of_the_stories_of_the_shelf(page: Page) -> None:
    cases = chosen()
    assert len(cases) >= 300
    different = []
    for one in cases:
        at = instants.parse(one.story.at).earliest(ZoneInfo("UTC")) if one.story.at else AT
        different += [f"{one.name}: {line}" for line in judged(page, one.story.facts, at)]
    assert not different, different[:20]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(sheets)
def test_it_says_what_the_engine_says_of_any_sheet(page: Page, sheet: dict[str, Any]) -> None:
    assert not judged(page, sheet, AT)


def test_a_wrong_judge_would_be_found(page: Page) -> None:
    """The comparison bites: one threshold of the law moved by one is seen."""
    raw = {
        "breach.personal_data": True, "breach.confidentiality": True, "time.aware": "2026-11-20T10:00:00Z",
        "breach.exfiltration": "yes", "data.encrypted": False,
        "people": [{"residence": "US-CA", "count": 501, "elements": ["name", "gov_id.us.ssn"], "minor": False}],
    }  # fmt: skip
    assert not judged(page, raw, AT)
    page.evaluate(
        """() => { const one = LAW.items.find((item) => item.id === "us.ca.ag");
           one.states.filter(Boolean).forEach((state) => { state.whom.threshold.n += 1; }); }"""
    )
    try:
        assert any("us.ca.ag: verdict: owed expected, got not_owed" in line for line in judged(page, raw, AT))
    finally:
        page.evaluate(
            """() => { const one = LAW.items.find((item) => item.id === "us.ca.ag");
               one.states.filter(Boolean).forEach((state) => { state.whom.threshold.n -= 1; }); }"""
        )


def test_every_predicate_of_the_engine_has_its_twin() -> None:
    text = (LOOK / "judge.js").read_text()
    assert PREDICATES
    assert [name for name in PREDICATES if f" _{name}()" not in text] == []


def test_a_date_outside_its_years_is_refused_aloud(page: Page) -> None:
    got = page.evaluate(
        """() => { const facts = {"time.aware": {at: Date.UTC(1999, 0, 1)}};
           try { Breachdesk.judge(LAW, {facts, groups: null}, Date.UTC(2026, 0, 1)); }
           catch (error) { return error.name; } }"""
    )
    assert got == "RangeError"
