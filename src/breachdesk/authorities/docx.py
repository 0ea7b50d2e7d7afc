"""A filing as a document for a word processor (ECMA-376), for whoever must carry answers over, add to them, or send it.

The same case gives the same bytes: the parts of the archive carry no time of writing.
"""

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from breachdesk.authorities.shapes import Filing, FilingField, State
from breachdesk.notify.organisation import clean

_LANGUAGES = {"en": "en-GB", "ru": "ru-RU"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_QUIET, _OPEN = RGBColor(0x4D, 0x59, 0x63), RGBColor(0x8A, 0x4B, 0x00)
_STAMP = datetime(1980, 1, 1)


def write(filing: Filing, say: dict[str, str], due: str, filed: Iterable[str] = ()) -> bytes:
    """`say`: phrases of the language of the filing; `due`: the due time in words, empty when there is none; `filed`: a
    line for each filing handed in before."""
    document = Document()
    _settings(document, filing)
    _line(document, f"{say['supplement'] if filing.filed else say['draft']} {say['legal']}", style="Caption")
    _line(document, filing.title, level=0)
    channel = f"{filing.channel} {filing.url}".strip()
    head = [
        (say["to"], filing.authority),
        (say["channel"], channel),
        (say["due"], due or say["no_due"]),
        (say["citation"], filing.citation),
        *((say["filed"], line) for line in filed),
    ]
    _table(document, head)
    if filing.notes:
        _line(document, say["notes"], level=1)
        for note in filing.notes:
            _line(document, note, style="List Bullet")
    _line(document, say["answer"], level=1)
    for number, field in enumerate(filing.fields, 1):
        _field(document, number, field, say)
    if filing.attachments:
        _line(document, say["attachments"], level=1)
        for one in filing.attachments:
            where = one.path.as_posix() if one.path else say["to_bring"]
            _line(document, f"{one.label} ({where})", style="List Bullet")
    _line(document, say["receipt"], level=1)
    _line(document, "")
    return _bytes(document)


def _settings(document: Any, filing: Filing) -> None:
    core = document.core_properties
    core.title, core.author, core.comments, core.keywords = clean(filing.title), "Breachdesk", "", ""
    core.language = _LANGUAGES[filing.language]
    core.created = core.modified = _STAMP
    core.revision = 1
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(10.5)
    language = OxmlElement("w:lang")
    for kind in ("w:val", "w:eastAsia", "w:bidi"):
        language.set(qn(kind), _LANGUAGES[filing.language])
    style.element.get_or_add_rPr().append(language)


def _field(document: Any, number: int, field: FilingField, say: dict[str, str]) -> None:
    _line(document, f"{number}. {field.label}", level=2)
    if field.value != "; ".join(name for name, _ in field.rows):
        for line in filter(None, field.value.split("\n")):
            _line(document, line)
    if field.rows:
        _table(document, field.rows)
    if field.was is not None:
        _line(document, f"{say['was']} {field.was or say['none']}", style="Intense Quote")
    state = [say[f"state.{field.state.value}"], say["required"] if field.required else "", field.citation]
    line = document.add_paragraph().add_run(clean(" · ".join(filter(None, state))))
    line.font.size = Pt(9)
    line.font.color.rgb = _OPEN if field.state in (State.NOT_YET_KNOWN, State.CONFIRM) else _QUIET
    line.bold = field.state in (State.NOT_YET_KNOWN, State.CONFIRM)


def _line(document: Any, text: str, style: str | None = None, *, level: int | None = None) -> None:
    """A paragraph, or a heading of a level. Characters that no eye sees are left out: XML holds few of them."""
    if level is not None:
        style = f"Heading {level}" if level else "Title"
    paragraph = document.add_paragraph(clean(text))
    if style is not None:
        paragraph._p.style = _style_id(style)


@cache
def _style_id(style: str) -> str:
    """As `paragraph.style = style` would find it, by looking through all styles of the document for each paragraph."""
    part: Any = Document().part
    return str(part.get_style_id(style, WD_STYLE_TYPE.PARAGRAPH))


def _table(document: Any, rows: Iterable[tuple[str, str]]) -> None:
    table = document.add_table(rows=0, cols=2)
    table.style = document.styles["Table Grid"]
    for name, value in rows:
        left, right = table.add_row().cells
        left.text, right.text = clean(name), clean(value)


def _bytes(document: Any) -> bytes:
    """Without the time at which each part was packed."""
    packed, made = io.BytesIO(), io.BytesIO()
    document.save(packed)
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()
