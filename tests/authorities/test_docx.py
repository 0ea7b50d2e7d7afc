"""The document for a word processor: the same words as the page, readable by others, the same bytes each time."""

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document

from breachdesk.authorities.docx import write as draw
from breachdesk.authorities.forms import load_forms
from breachdesk.ground.shelf import our_shelf
from tests.authorities.test_drafts import write
from tests.authorities.test_filing import ORDERED, filing
from tests.notify.bakery import SAID

SAY = load_forms(our_shelf()).phrases


def text_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


@pytest.mark.parametrize("ref", ORDERED)
def test_every_answer_and_its_state_stand_in_the_document(ref: str) -> None:
    made = filing(ref)
    say = SAY[made.language]
    told = text_of(draw(made, say, ""))
    wanted = [made.title, made.authority, made.citation, *made.notes, say["draft"], say["legal"]]
    wanted += [line for one in made.fields if not one.rows for line in one.value.split("\n")]
    wanted += [cell for one in made.fields for row in one.rows for cell in row]
    wanted += [f"{number}. {one.label}" for number, one in enumerate(made.fields, 1)]
    assert not [words for words in wanted if words not in told]


def test_the_same_case_gives_the_same_bytes_and_no_time(tmp_path: Path) -> None:
    made = filing("US-CA.ag")
    once = draw(made, SAY["en"], "")
    assert once == draw(made, SAY["en"], "")
    with zipfile.ZipFile(io.BytesIO(once)) as parts:
        assert {one.date_time[0] for one in parts.infolist()} == {1980}
        assert b"python-docx" not in parts.read("docProps/core.xml")


def test_the_language_is_said_for_whoever_reads_aloud() -> None:
    for ref, language in (("US-CA.ag", "en-GB"), ("ru-152-21-31-primary", "ru-RU")):
        made = filing(ref)
        with zipfile.ZipFile(io.BytesIO(draw(made, SAY[made.language], ""))) as parts:
            assert f'w:val="{language}"'.encode() in parts.read("word/styles.xml")


def test_headings_are_headings() -> None:
    document = Document(io.BytesIO(draw(filing("US-CA.ag"), SAY["en"], "")))
    styles = [one.style.name for one in document.paragraphs if one.style is not None]
    assert {"Title", "Heading 1", "Heading 2"} <= set(styles)


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    write(tmp_path, {**SAID, "name": "<w:p/>&\x0b\ud800 \u202ename", "what_happened": "]]><x>"})
    told = text_of((tmp_path / "filings" / "eu.gdpr.art33.docx").read_bytes())
    assert "<w:p/>&" in told
    assert "]]><x>" in told
    assert "\u202e" not in told
