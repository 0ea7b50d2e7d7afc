"""The shelf as pages: every place and duty in both languages, nothing broken, nothing loaded from elsewhere, no lie."""

import html
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.testing import CliRunner

from breachdesk.cli.main import app, collect
from breachdesk.ground.shelf import our_shelf
from breachdesk.law import shelf
from breachdesk.law.groups import expand
from breachdesk.law.shapes import Confidence
from breachdesk.site import book, pages

LAW = shelf.load()
DAY = date(2026, 11, 26)
REGIONS = our_shelf().data("messages/site/regions.yaml")["regions"]
collect()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    pages.write(LAW, our_shelf(), out, DAY)
    return out


@pytest.fixture(scope="module")
def english() -> book.Book:
    return book.write(LAW, our_shelf(), REGIONS, "en", DAY)


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag in ("link", "script", "img", "iframe"):
            self.loaded.append(given.get("href") or given.get("src") or "")
        if tag not in ("meta", "link", "br", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()


def read(path: Path) -> Links:
    found = Links()
    found.feed(path.read_text(encoding="utf-8"))
    assert not found.open, path
    return found


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        if path.parent == site:
            continue
        found = read(path)
        own = [f"../{name}" for name in pages.SCRIPTS]
        scripts = ["../law.js", "words.js", *own] if path.name == "what-if.html" else []
        assert found.loaded == [f"{'../' if path.parent.name == 'duty' else ''}../site.css", *scripts]
        assert all((path.parent / name).is_file() for name in found.loaded)
        inner = [link for link in found.links if not link.startswith(("http://", "https://"))]
        broken = [link for link in inner if not (path.parent / unquote(link.partition("#")[0])).is_file()]
        assert not broken, (path, broken[:3])


def test_every_duty_and_place_has_its_page_in_each_language(site: Path, english: book.Book) -> None:
    for language in ("en", "ru"):
        assert {path.stem for path in (site / language / "duty").iterdir()} == {item.id for item in LAW.items}
        codes = {item.order.pack.jurisdiction for item in LAW.items} | set(expand(("EU",)))
        assert codes <= {path.stem for path in (site / language).glob("*.html")}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_says_that_it_is_no_advice_and_from_which_packs(site: Path, language: str) -> None:
    words = {"en": "not legal advice", "ru": "не юридическая консультация"}[language]
    for path in (site / language).rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert words in text, path
        assert LAW.sha256[:12] in text


def test_an_unsure_duty_says_so_on_its_page_and_on_the_page_of_doubts(site: Path) -> None:
    doubts = (site / "en" / "unsure.html").read_text(encoding="utf-8")
    unsure = [item for item in LAW.items if item.confidence is Confidence.UNCERTAIN]
    assert unsure
    for item in unsure:
        text = (site / "en" / "duty" / f"{item.id}.html").read_text(encoding="utf-8")
        assert '<p class="unsure">' in text, item.id
        assert f'href="duty/{item.id}.html"' in doubts


def test_sources_notes_and_stories_stand_on_the_page(site: Path, english: book.Book) -> None:
    for entry in english.entries[::17]:
        text = html.unescape((site / "en" / "duty" / f"{entry.told.id}.html").read_text(encoding="utf-8"))
        wanted = [entry.told.citation, *entry.told.notes, *(url for url, _ in entry.told.sources if url)]
        wanted += [one.story.name for one in entry.stories]
        assert not [words for words in wanted if words not in text], entry.told.id


def test_the_picture_counts_what_it_shows(site: Path, english: book.Book) -> None:
    text = (site / "en" / "index.html").read_text(encoding="utf-8")
    tiles = re.findall(r'<a class="tile step-(\w+)" href="([^"]+)"', text)
    assert len(tiles) == len(english.places)
    steps = [step for step, _ in tiles]
    finding = f"{steps.count('0')} places within a day, {steps.count('1')} within three days"
    assert finding in text


@pytest.mark.parametrize(
    ("code", "step"),
    [("DE", "1"), ("IT", "1"), ("SE", "1"), ("RU", "0"), ("GB", "0"), ("US-WA", "3"), ("NZ", "asap"), ("TJ", "none")],
)
def test_a_place_is_coloured_by_its_shortest_term_and_its_union_counts(
    code: str, step: str, english: book.Book
) -> None:
    assert next(place for place in english.places if place.code == code).step == step


def test_changes_to_come_are_those_after_the_day(english: book.Book) -> None:
    assert english.coming
    assert all(on > DAY for on, _ in english.coming)
    assert any(entry.told.jurisdiction == "CL" and on == date(2026, 12, 1) for on, entry in english.coming)
    later = book.write(LAW, our_shelf(), REGIONS, "en", date(2035, 1, 1))
    assert len(later.coming) < len(english.coming)


def test_no_place_is_nowhere(english: book.Book) -> None:
    assert [place.code for place in english.places if place.region == "other"] == []


def test_words_of_a_pack_stay_words(tmp_path: Path, english: book.Book) -> None:
    from dataclasses import replace

    entry = replace(english.entries[0], told=replace(english.entries[0].told, title="<script>alert(1)</script>"))
    place = replace(english.places[0], entries=(entry,))
    hostile = replace(english, places=(place,))
    words = pages.read_sayings(our_shelf(), "messages/site/en.yaml", "en")
    for name, text in pages._pages(hostile, words, list(REGIONS)):
        assert "<script>" not in text
        assert "<script" not in text or name == "what-if.html"


def test_the_command_writes_and_leaves_other_folders_alone(tmp_path: Path) -> None:
    other = tmp_path / "papers"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    refused = CliRunner().invoke(app, ["law", "site", str(other)])
    assert refused.exit_code == 2
    assert "holds other things" in refused.output
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]
    for _ in range(2):  # its own pages it writes over
        done = CliRunner().invoke(app, ["law", "site", str(tmp_path / "site"), "--language", "ru"])
        assert done.exit_code == 0, done.output
        assert "Откройте" in done.output
