"""Drafts of a case for authorities, made of its facts as they are now, and those that were kept in the vault."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from django.apps import apps

from breachdesk.authorities import drafts
from breachdesk.authorities.app.models import Filing as Kept
from breachdesk.authorities.app.models import FilingState
from breachdesk.authorities.extra import read_extra
from breachdesk.authorities.filing import file
from breachdesk.authorities.forms import Form, Forms, load_forms
from breachdesk.authorities.shapes import Filing, Receipt, Stage
from breachdesk.case.app.models import Case
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.places import country_of
from breachdesk.ground.shelf import our_shelf
from breachdesk.law import document
from breachdesk.law.app import judging, standing
from breachdesk.law.app.judging import Inputs
from breachdesk.law.app.models import Standing
from breachdesk.law.shapes import Duties, Duty, Verdict
from breachdesk.notify import library as letters
from breachdesk.notify.library import Library
from breachdesk.notify.organisation import BadOrganisation, Organisation, read_organisation
from breachdesk.scope.shapes import Cohort
from breachdesk.vault.app.keys import key_of, vault

FORMATS = ("html", "docx", "json")
_FILED = (Verdict.OWED, Verdict.HELD, Verdict.UNKNOWN, Verdict.VOLUNTARY)


@cache
def the_forms() -> Forms:
    """Every form on our shelf. Raises BadPack."""
    return load_forms(our_shelf())


@cache
def the_library() -> Library:
    """What letters and forms are worded with. Raises BadPack."""
    return letters.load(our_shelf())


@dataclass(frozen=True, slots=True)
class Wanted:
    """A duty of which something is handed in, and the form for that."""

    duty: Duty
    form: Form


def wanted(case: Case, last: Standing) -> list[Wanted]:
    """Every duty of the last judgement that is drafted: by the authority's own form, or by what the law asks."""
    told = {language: _filed(standing.document(last, language)) for language in LANGUAGES}
    main = country_of(str(last.facts.get("entity.main_establishment") or ""))
    return [Wanted(duty, form) for duty, form in drafts.forms_for(told, the_forms(), main)]


def _filed(told: Mapping[str, Any]) -> Duties:
    """Of hundreds of duties only those that can be filed become shapes."""
    wanted = [one for one in told["duties"] if one["verdict"] in _FILED and not one.get("remote")]
    return document.from_json({**told, "duties": wanted, "questions": []})


def draft(case: Case, one: Wanted, at: datetime, given: Inputs | None = None) -> Filing:
    """The draft as things stand now. What is wrong in the words of the organisation leaves them out, not the draft."""
    given = given or judging.inputs(case)
    return file(
        one.duty,
        one.form,
        forms=the_forms(),
        library=the_library(),
        organisation=_organisation(given.sheet.facts),
        facts=_usable(given.sheet.facts),
        cohorts=_people(case, given),
        summary=_summary(case),
        at=at,
        receipts=receipts(case, one.duty.id),
    )


def _organisation(facts: Mapping[str, Any]) -> Organisation:
    try:
        return read_organisation(facts)
    except BadOrganisation as error:
        bad = {problem.partition(":")[0].removeprefix("organisation.") for problem in error.problems}
        return read_organisation({**facts, "organisation": _without(facts.get("organisation"), bad)})


def _usable(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """`filing:` of the sheet without the keys that cannot be used."""
    try:
        read_extra(facts)
    except BadOrganisation as error:
        bad = {problem.partition(":")[0].removeprefix("filing.") for problem in error.problems}
        return {**facts, "filing": _without(facts.get("filing"), bad)}
    return facts


def _without(whole: Any, bad: set[str], above: str = "") -> dict[str, Any]:
    if not isinstance(whole, Mapping):
        return {}
    kept = {}
    for key, value in whole.items():
        name = f"{above}{key}"
        if name in bad:
            continue
        deep = isinstance(value, Mapping) and any(one.startswith(f"{name}.") for one in bad)
        kept[key] = _without(value, bad, f"{name}.") if deep else value
    return kept


def _people(case: Case, given: Inputs) -> tuple[Cohort, ...]:
    """As scope counted them; else as somebody wrote them down, the fewest of a range."""
    counted = judging.counted(case)
    if counted is not None:
        return counted
    written = given.raw.get("people")
    return tuple(_cohort(row) for row in written if isinstance(row, Mapping)) if isinstance(written, list) else ()


def _cohort(row: Mapping[str, Any]) -> Cohort:
    count, minor = row.get("count"), row.get("minor")
    low = count.get("min") if isinstance(count, Mapping) else count
    aged = {True: "yes", False: "no"}.get(minor, "unknown") if isinstance(minor, bool) else "unknown"
    return Cohort(
        str(row.get("residence", "unknown")),
        frozenset(map(str, row.get("elements", ()))),
        "unknown",
        aged,
        int(low or 0),
    )


def _summary(case: Case) -> Mapping[str, Any]:
    """What scope told of its sources (breachdesk.scope/1); empty while nothing was read."""
    runs = apps.all_models["scope"].get("run")
    if runs is None or not hasattr(runs, "summary"):
        return {}
    ended = runs._default_manager.filter(case=case, finished_at__isnull=False).order_by("-finished_at")
    found = ended.values_list("summary", flat=True).first()
    return found if isinstance(found, Mapping) else {}


# --- what was kept


def sent(case: Case) -> list[Kept]:
    """What was handed in, the first one first."""
    found = Kept.objects.filter(case=case, state__in=[FilingState.SENT, FilingState.RECEIPTED])
    return list(found.order_by("sent_at", "id"))


def receipts(case: Case, duty: str) -> list[Receipt]:
    """What was handed in, as drafts take it. Only what was filed of this `duty` is read again, to mark what moved."""
    return [_receipt(one, opened=one.duty == duty) for one in sent(case)]


def _receipt(one: Kept, *, opened: bool) -> Receipt:
    assert one.sent_at is not None
    told = read(one) if opened else {"fields": []}
    return Receipt(
        duty=one.duty,
        number=one.number,
        filed_at=one.sent_at,
        recorded_at=one.receipted_at or one.sent_at,
        by=one.sent_by,
        stage=Stage(one.stage),
        folder=PurePosixPath("filed", one.duty, str(one.id)),
        files={},
        values={field["id"]: field["value"] for field in told["fields"]},
        late=one.late,
    )


def read(one: Kept) -> dict[str, Any]:
    """The document breachdesk.filing/1 as it was kept. Raises BadVault, SealError."""
    found: dict[str, Any] = json.loads(content(one, "json"))
    return found


def moved(one: Kept, now: Filing) -> bool:
    """Whether a draft of the facts of now would say something else than the kept one."""
    return {field["id"]: field["value"] for field in read(one)["fields"]} != {f.id: f.value for f in now.fields}


def content(one: Kept, kind: str) -> bytes:
    """One of the forms in which it was kept: html, docx, json. Raises BadVault, SealError."""
    with vault().open(one.case.number, f"{one.name}-{kind}", key_of(one.case.number)) as sealed:
        return bytes(sealed.read())


def proof(one: Kept) -> bytes:
    """The receipt itself. Raises BadVault, SealError."""
    with vault().open(one.case.number, one.proof, key_of(one.case.number)) as sealed:
        return bytes(sealed.read())
