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
from breachdesk.notify.app import asks, writing
from breachdesk.notify.app.asks import Question
from breachdesk.notify.organisation import BadOrganisation
from breachdesk.vault.app.keys import key_of, vault

FORMATS = ("html", "docx", "json")
_FILED = (Verdict.OWED, Verdict.HELD, Verdict.UNKNOWN, Verdict.VOLUNTARY)


@cache
def the_forms() -> Forms:
    """Every form on our shelf. Raises BadPack."""
    return load_forms(our_shelf())


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
        library=writing.the_library(),
        organisation=writing.organisation(given.sheet.facts),
        facts=_usable(given.sheet.facts),
        cohorts=writing.people(case, given),
        summary=_summary(case),
        at=at,
        receipts=receipts(case, one.duty.id),
    )


def _usable(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """`filing:` of the sheet without the keys that cannot be used."""
    try:
        read_extra(facts)
    except BadOrganisation as error:
        bad = {problem.partition(":")[0].removeprefix("filing.") for problem in error.problems}
        return {**facts, "filing": writing.without(facts.get("filing"), bad)}
    return facts


def _summary(case: Case) -> Mapping[str, Any]:
    """What scope told of its sources (breachdesk.scope/1); empty while nothing was read."""
    runs = apps.all_models["scope"].get("run")
    if runs is None or not hasattr(runs, "summary"):
        return {}
    ended = runs._default_manager.filter(case=case, finished_at__isnull=False).order_by("-finished_at")
    found = ended.values_list("summary", flat=True).first()
    return found if isinstance(found, Mapping) else {}


# --- what was kept


def questions(made: Filing, language: str) -> list[Question]:
    """What the draft still needs, in the language of the reader."""
    return asks.questions(made.asks, made.language, language)


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
