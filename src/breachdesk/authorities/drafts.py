"""Every filing of a case, written to its folder: HTML to read, DOCX to carry over, JSON for programs."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from breachdesk.authorities import generic
from breachdesk.authorities.docx import write as write_docx
from breachdesk.authorities.filing import file
from breachdesk.authorities.forms import Form, Forms
from breachdesk.authorities.shapes import FILING, Filing, FilingEntry, FilingsIndex, Receipt
from breachdesk.ground.canonical import canonical
from breachdesk.ground.places import country_of
from breachdesk.law.shapes import Duties, Duty, Verdict
from breachdesk.notify.drafts import Shelving, merge_asks
from breachdesk.notify.library import Library
from breachdesk.notify.organisation import Organisation
from breachdesk.notify.shapes import NoticesIndex
from breachdesk.notify.values import in_words
from breachdesk.scope.shapes import Cohort

FOLDER = "filings"
_FILED = (Verdict.OWED, Verdict.HELD, Verdict.UNKNOWN, Verdict.VOLUNTARY)
_FILED_BY_LAW = (Verdict.OWED, Verdict.HELD)


def write_filings(
    pack: Path,
    duties: Mapping[str, Duties],
    *,
    forms: Forms,
    library: Library,
    organisation: Organisation,
    facts: Mapping[str, Any],
    cohorts: Iterable[Cohort],
    summary: Mapping[str, Any],
    at: datetime,
    notices: NoticesIndex | None = None,
    receipts: Iterable[Receipt] = (),
) -> FilingsIndex:
    """Write `pack/filings/<duty id>.{html,json,docx}`. `duties`: the same evaluation, worded in each language.

    A duty with a form of the authority on the shelf is drafted when owed, held, unknown or voluntary, unless it is
    open only because nobody knows where somebody lives; one without, when it is owed or held, from what its law asks.
    Files that are already the same are left alone.
    """
    people, known = tuple(cohorts), tuple(receipts)
    main = country_of(str(facts.get("entity.main_establishment") or ""))
    page = _page()
    shelf = Shelving(pack)
    entries: list[FilingEntry] = []
    for duty, form in forms_for(duties, forms, main):
        filing = file(
            duty,
            form,
            forms=forms,
            library=library,
            organisation=organisation,
            facts=facts,
            cohorts=people,
            summary=summary,
            at=at,
            notices=notices,
            receipts=known,
        )
        entries.append(_put(filing, duty, shelf, page, forms))
    entries.sort(key=lambda entry: (entry.filing.due or datetime.max.replace(tzinfo=UTC), entry.filing.duty))
    asks = merge_asks(ask for entry in entries for ask in entry.filing.asks)
    return FilingsIndex(tuple(entries), asks, shelf.written, shelf.kept)


def forms_for(duties: Mapping[str, Duties], forms: Forms, main: str) -> Iterator[tuple[Duty, Form]]:
    """Every duty that is drafted, with its form: see `write_filings`. `main`: country of the main establishment."""
    own: set[str] = set()  # duties with a form of their own
    for duty, russian in zip(duties["en"].duties, duties["ru"].duties, strict=True):
        if duty.verdict not in _FILED or duty.remote:
            continue
        form = forms.for_duty(duty, main)
        if form is not None:
            own.add(duty.id)
            yield duty, form
        elif duty.verdict in _FILED_BY_LAW and generic.wants_filing(duty, forms) and not _is_stage(duty.id, own):
            yield duty, generic.form_of(duty, russian, forms)


def _is_stage(duty: str, drawn: Collection[str]) -> bool:
    """A later step of a duty that has a form uses that form again."""
    return any(duty.startswith(f"{one}.") for one in drawn)


def _put(filing: Filing, duty: Duty, shelf: Shelving, page: Any, forms: Forms) -> FilingEntry:
    stem = file_name(duty.id)
    html, json, docx = (PurePosixPath(FOLDER, f"{stem}.{kind}") for kind in ("html", "json", "docx"))
    made = _drawn(filing, forms, page, in_pack=True)
    shelf.put(html, made["html"])
    shelf.put(json, made["json"])
    shelf.put(docx, made["docx"])
    return FilingEntry(filing, html, json, docx)


def drawn(filing: Filing, forms: Forms) -> dict[str, bytes]:
    """The same filing as `html`, `json` and `docx`, for where there is no response pack around it."""
    return _drawn(filing, forms, _page(), in_pack=False)


def drawn_as(filing: Filing, forms: Forms, kind: str) -> bytes:
    """One of them alone: a Word file takes longer than the other two. Raises KeyError for a kind there is none of."""
    if kind == "json":
        return canonical(to_json(filing))
    if kind == "docx":
        say = forms.phrases[filing.language]
        return write_docx(filing, say, due_in_words(filing), filed_lines(filing, say))
    return drawn(filing, forms)[kind]


def _drawn(filing: Filing, forms: Forms, page: Any, *, in_pack: bool) -> dict[str, bytes]:
    say, due = forms.phrases[filing.language], due_in_words(filing)
    filed = filed_lines(filing, say)
    told = page.render(filing=filing, say=say, due=due, css=_css(), filed=filed, in_pack=in_pack)
    return {"html": told.encode(), "json": canonical(to_json(filing)), "docx": write_docx(filing, say, due, filed)}


def due_in_words(filing: Filing) -> str:
    """`23 November 2026, 16:25 (UTC+01:00)`; empty when the law names no day."""
    if filing.due is None:
        return ""
    residence = "US" if filing.ref.startswith("US-") else ""
    offset = filing.due.strftime("%z")
    return (
        f"{in_words(filing.due.date(), filing.language, residence)}, {filing.due:%H:%M} (UTC{offset[:3]}:{offset[3:]})"
    )


def filed_lines(filing: Filing, say: dict[str, str]) -> tuple[str, ...]:
    """One line for each filing handed in: when, number, whether after the due time."""
    return tuple(
        f"{one.filed_at:%Y-%m-%d %H:%M} (UTC{one.filed_at.isoformat()[-6:]})"
        + (f", {one.number}" if one.number else "")
        + (f" ({say['filed_late']})" if one.late else "")
        for one in filing.filed
    )


def file_name(duty: str) -> str:
    """The duty id as a file name; ids are dotted words already, anything else becomes `-`."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", duty).strip(".-")[:100] or "duty"


def _page() -> Any:
    text = resources.files("breachdesk.authorities").joinpath("filing.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, keep_trailing_newline=True).from_string(text)


def _css() -> Markup:
    """Our own style sheet, which Jinja must not escape."""
    return Markup(resources.files("breachdesk.authorities").joinpath("filing.css").read_text(encoding="utf-8"))  # noqa: S704  # nosec B704


def to_json(filing: Filing) -> dict[str, Any]:
    """The public document breachdesk.filing/1 (docs/formats/filing.md)."""
    return {
        "format": FILING,
        "duty": filing.duty,
        "ref": filing.ref,
        "form": filing.form,
        "title": filing.title,
        "authority": filing.authority,
        "channel": filing.channel,
        "url": filing.url,
        "language": filing.language,
        "stage": filing.stage.value,
        "verdict": filing.verdict.value,
        "due": filing.due.isoformat() if filing.due else None,
        "citation": filing.citation,
        "fields": [
            {
                "id": field.id,
                "label": field.label,
                "label_en": field.label_en,
                "label_ru": field.label_ru,
                "value": field.value,
                "state": field.state.value,
                "required": field.required,
                "rows": [list(row) for row in field.rows],
                "facts": list(field.facts),
                "citation": field.citation,
                "was": field.was,
            }
            for field in filing.fields
        ],
        "attachments": [
            {"id": one.id, "label": one.label, "path": one.path.as_posix() if one.path else None}
            for one in filing.attachments
        ],
        "notes": list(filing.notes),
        "asks": [ask.id for ask in filing.asks],
        "own_form": filing.own,
        "confidence": filing.confidence,
        "checked_on": filing.checked_on,
        "filed": [
            {
                "number": one.number,
                "filed_at": one.filed_at.isoformat(),
                "stage": one.stage.value,
                "late": one.late,
                "folder": one.folder.as_posix(),
            }
            for one in filing.filed
        ],
    }
