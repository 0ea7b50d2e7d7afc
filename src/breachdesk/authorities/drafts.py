"""Every filing of a case, written to its folder as HTML to read and JSON to carry over."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from breachdesk.authorities.filing import file
from breachdesk.authorities.forms import Forms
from breachdesk.authorities.shapes import FILING, Filing, FilingEntry, FilingsIndex
from breachdesk.ground.canonical import canonical
from breachdesk.law.shapes import Duties, Duty, Verdict
from breachdesk.notify.drafts import Shelving, merge_asks
from breachdesk.notify.library import Library
from breachdesk.notify.organisation import Organisation
from breachdesk.notify.shapes import NoticesIndex
from breachdesk.notify.values import in_words
from breachdesk.scope.shapes import Cohort

FOLDER = "filings"
_FILED = (Verdict.OWED, Verdict.HELD, Verdict.UNKNOWN, Verdict.VOLUNTARY)
_NOT_AUTHORITIES = (
    "individuals", "internal", "controller", "media", "credit_bureaus", "organisations", "owner", "acquirer",
    "insurer", "",
)  # fmt: skip


def write_filings(
    pack: Path,
    duties: Duties,
    *,
    forms: Forms,
    library: Library,
    organisation: Organisation,
    facts: Mapping[str, Any],
    cohorts: Iterable[Cohort],
    summary: Mapping[str, Any],
    at: datetime,
    notices: NoticesIndex | None = None,
) -> FilingsIndex:
    """Write `pack/filings/<duty id>.{html,json}` for duties to an authority: owed, held, unknown or voluntary.

    Files that are already the same are left alone. Duties for which no form is on the shelf are named in the index.
    """
    people = tuple(cohorts)
    page = _page()
    shelf = Shelving(pack)
    entries: list[FilingEntry] = []
    without: list[str] = []
    for duty in duties.duties:
        if duty.verdict not in _FILED:
            continue
        form = forms.for_duty(duty)
        if form is None:
            if duty.verdict is Verdict.OWED and duty.kind == "notify" and duty.recipient.type not in _NOT_AUTHORITIES:
                without.append(duty.id)
            continue
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
        )
        entries.append(_put(filing, duty, shelf, page, forms))
    entries.sort(key=lambda entry: (entry.filing.due or datetime.max.replace(tzinfo=UTC), entry.filing.duty))
    asks = merge_asks(ask for entry in entries for ask in entry.filing.asks)
    filed = tuple(f"{entry.filing.duty}." for entry in entries)  # a stage of a duty that has a form uses that form
    bare = tuple(name for name in without if not name.startswith(filed))
    return FilingsIndex(tuple(entries), asks, bare, shelf.written, shelf.kept)


def _put(filing: Filing, duty: Duty, shelf: Shelving, page: Any, forms: Forms) -> FilingEntry:
    stem = file_name(duty.id)
    html, json = PurePosixPath(FOLDER, f"{stem}.html"), PurePosixPath(FOLDER, f"{stem}.json")
    say = forms.phrases[filing.language]
    shelf.put(html, page.render(filing=filing, say=say, due=due_in_words(filing), css=_css()).encode())
    shelf.put(json, canonical(to_json(filing)))
    return FilingEntry(filing, html, json)


def due_in_words(filing: Filing) -> str:
    """`23 November 2026, 16:25 (UTC+01:00)`; empty when the law names no day."""
    if filing.due is None:
        return ""
    residence = "US" if filing.ref.startswith("US-") else ""
    offset = filing.due.strftime("%z")
    return (
        f"{in_words(filing.due.date(), filing.language, residence)}, {filing.due:%H:%M} (UTC{offset[:3]}:{offset[3:]})"
    )


def file_name(duty: str) -> str:
    """The duty id as a file name; ids are dotted words already, anything else becomes `-`."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", duty).strip(".-")[:100] or "duty"


def _page() -> Any:
    text = resources.files("breachdesk.authorities").joinpath("filing.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, keep_trailing_newline=True).from_string(text)


def _css() -> Markup:
    """Our own style sheet, which Jinja must not escape."""
    return Markup(resources.files("breachdesk.authorities").joinpath("filing.css").read_text(encoding="utf-8"))  # noqa: S704


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
        "stage": filing.stage,
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
            }
            for field in filing.fields
        ],
        "attachments": [
            {"id": one.id, "label": one.label, "path": one.path.as_posix() if one.path else None}
            for one in filing.attachments
        ],
        "notes": list(filing.notes),
        "asks": [ask.id for ask in filing.asks],
        "receipt": {"number": filing.receipt, "filed_at": filing.filed_at},
    }
