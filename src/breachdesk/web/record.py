"""The journal on its pages: what was done, by whom; what of it is proven; the case as a bag that leaves the house."""

import secrets
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.dateparse import parse_date

from breachdesk.case.app import record
from breachdesk.case.app.actions import asks, erasing
from breachdesk.case.app.paper import Paper, text
from breachdesk.ground.digits import whole
from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealedWriter, SealError
from breachdesk.journal.app import actions, stamping
from breachdesk.journal.app.actions import HOUSE_CASE
from breachdesk.journal.app.export import export_case
from breachdesk.journal.app.judging import judge_journal
from breachdesk.journal.app.models import CaseCount, Checkpoint, Head, Line
from breachdesk.journal.app.signing import signer
from breachdesk.journal.note import consistency_text
from breachdesk.journal.shapes import Attachment, JournalError
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import RIGHTS, Act, Role
from breachdesk.vault.app import errands, fetching, keys, sweeping
from breachdesk.vault.app.errands import Deed, Tell
from breachdesk.vault.app.models import OPEN, Errand
from breachdesk.vault.store import BadVault

PAGE = 50
_WINDOW = timedelta(hours=48)
_LATE = 3_000


@doors.case(Act.READ)
def case_journal(request: DeskRequest, case: Any) -> HttpResponse:
    return _entries(request, case.number, privileged=Act.PRIVILEGED in request.rights)


class EraseForm(Paper):
    sheet = "journal.erase"
    reason = text(rows=3)


@doors.case(Act.READ, post=Act.END)
def case_entry(request: DeskRequest, case: Any, entry: int) -> HttpResponse:
    """One entry whole. `do`: `ask` that its contents be erased; `erase` them, once another approved."""
    line = get_object_or_404(Line, case=case.number, case_seq=entry)
    do, what, by = request.POST.get("do", ""), {"entry": entry}, request.by
    form = EraseForm(request.POST if do == "ask" else None, words=request.words)
    if do == "erase":
        erasing.erase(case, entry, by=by)
        messages.success(request, request.words.say("journal.erase.done"))
        return redirect("case_entry", case.number, entry)
    if do == "ask" and form.is_valid():
        try:
            erasing.ask(case, entry, reason=form.cleaned_data["reason"], by=by)
        except Refused as refused:
            form.refused(refused)
        else:
            messages.success(request, request.words.say("closing.said.ask"))
            return redirect("case_entry", case.number, entry)
    return render(
        request,
        "desk/entry.html",
        {
            "row": record.row(line, privileged=Act.PRIVILEGED in request.rights),
            "form": form,
            "may": Act.END in request.rights and line.payload is not None and line.type not in erasing.KEPT,
            "approved": asks.approved(case, asks.ERASE_ENTRY, what, by=by),
            "waiting": asks.waiting(case, by).filter(deed=asks.ERASE_ENTRY, what=what).first(),
        },
    )


@doors.house(administrators=True)
def house_journal(request: DeskRequest) -> HttpResponse:
    """What concerns no case: accounts, signing in, settings, checkpoints."""
    return _entries(request, HOUSE_CASE, privileged=True)


def _entries(request: DeskRequest, case: str, *, privileged: bool) -> HttpResponse:
    """Newest first, by keyset: `?before=` the number of the last one shown."""
    of_case = Line.objects.filter(case=case)
    found = of_case
    late = of_case.order_by("-case_seq").values("actor", "type")[:_LATE]  # who and what: of the last ones, not of all
    actors, kinds = sorted({one["actor"] for one in late}), sorted({one["type"].partition(".")[0] for one in late})
    who, day = request.GET.get("who", "")[:254], _day(request.GET.get("day", ""))
    kind = request.GET.get("kind", "")[:100]
    if who:
        found = found.filter(actor=who)
    if day is not None:
        found = found.filter(at__gte=day, at__lt=day + timedelta(days=1))
    if kind:
        found = found.filter(type__startswith=f"{kind}.")
    before = request.GET.get("before", "")
    if (last := whole(before)) is not None:
        found = found.filter(case_seq__lt=last)
    rows = list(found.order_by("-case_seq")[: PAGE + 1])
    return render(
        request,
        "desk/journal.html" if case == HOUSE_CASE else "desk/case_journal.html",
        {
            "rows": [record.row(line, privileged=privileged) for line in rows[:PAGE]],
            "more": rows[PAGE - 1].case_seq if len(rows) > PAGE else None,
            "actors": actors,
            "who": who,
            "day": request.GET.get("day", "") if day else "",
            "kind": kind,
            "kinds": kinds,
            "strip": list(of_case.filter(at__gte=request.at - _WINDOW).values_list("at", "envelope")[:20_000]),
            "count": CaseCount.objects.filter(case=case).values_list("count", flat=True).first() or 0,
        },
    )


def _day(text: str) -> datetime | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=UTC) if found else None


@doors.house()
def verify(request: DeskRequest) -> HttpResponse:
    """What is proven of the journal and what is not, in plain words; judged anew when asked."""
    size = Head.objects.get(id=1).size
    judged = judge_journal() if request.method == "POST" and size <= record.MOST_JUDGED else None
    last = Checkpoint.objects.order_by("-size").first()
    return render(
        request,
        "desk/verify.html",
        {
            "size": size,
            "most": record.MOST_JUDGED,
            "judged": judged,
            "last": last,
            "checkpoints": Checkpoint.objects.count(),
            "anchored": Checkpoint.objects.exclude(token=None).order_by("-size").first(),
            "stamp_trouble": stamping.trouble(),
            "vkey": signer().vkey,
            "origin": settings.ORIGIN,
        },
    )


# --- for witnesses: no contents, only signed states and proofs


@doors.public
def checkpoint(request: DeskRequest) -> HttpResponse:
    """The last signed state (C2SP tlog-checkpoint)."""
    last = Checkpoint.objects.order_by("-size").first()
    note = bytes(last.note) if last else b""
    return HttpResponse(note, content_type="text/plain; charset=utf-8", status=200 if note else 204)


@doors.public
def consistency(request: DeskRequest) -> HttpResponse:
    """That the last signed state goes on from the one of `?from=` entries (RFC 6962 2.1.2), as a witness is asked."""
    wanted = request.GET.get("from", "")
    last = Checkpoint.objects.order_by("-size").first()
    size = whole(wanted)
    earlier = Checkpoint.objects.filter(size=size).first() if size is not None else None
    if last is None or earlier is None:
        raise BadRequest("no checkpoint of that size")
    try:
        proof = actions.consistency(earlier.size, last.size)
    except JournalError as error:
        raise BadRequest("the proof cannot be made") from error
    return HttpResponse(
        consistency_text(bytes(earlier.note), proof, bytes(last.note)), content_type="text/plain; charset=utf-8"
    )


# --- the case as a bag


@doors.case(Act.EXPORT)
def export(request: DeskRequest, case: Any) -> HttpResponseBase:
    """POST: the worker packs the case as a zip of a BagIt folder; with `items` the evidence too."""
    size = sum(case.items.filter(forgotten_at=None).values_list("size", flat=True))
    if request.method == "POST":
        with_items = bool(request.POST.get("items")) and Act.EVIDENCE in request.rights
        errands.pack(case, with_items=with_items, by=request.by)
        return redirect("case_export", case.number)
    mine = errands.of(case, request.at, kind="bag", made_by=request.by.actor.name)
    return render(request, "desk/export.html", {"size": size, "vkey": signer().vkey, "errands": mine})


@doors.case(Act.EXPORT)
def export_fetch(request: DeskRequest, case: Any, errand: int) -> HttpResponseBase:
    """What was packed, once, to whoever asked for it."""
    found = get_object_or_404(case.errands.select_related("case"), id=errand)
    if found.kind != "bag" or found.made_by != request.by.actor.name or "sealed" not in found.outcome:
        raise Refused("journal.refused.fetched")
    return fetching.sent(found, f"case-{case.number}.zip")


def _packing(errand: Errand, tell: Tell) -> Deed:
    """The bag as one sealed file. The folder it is made in is removed however that ends; killed, by the next sweep."""
    case, by = errand.case, errands.hand_of(errand)
    wanted = errand.said["items"] and Act.EVIDENCE in RIGHTS[Role(errand.role)]
    held: QuerySet[Any] = case.items.filter(forgotten_at=None) if wanted else case.items.none()
    named = [Attachment(item.sha256, item.size, f"item:{item.label}/{item.sealed}") for item in held]
    sealed, key = f"x-{secrets.token_hex(12)}", keys.key_for(case.number, by.at)
    folder = settings.DATA / f"export-{errand.id}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        with ExitStack() as stack:
            export_case(
                case.number,
                folder / case.number,
                signer=signer(),
                by=by,
                attachments=named,
                items=_opened(case.number, held, stack, tell),
            )
        path = keys.vault().place(case.number, sealed)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (
            SealedWriter(path, key) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as zipped,
        ):
            for one in sorted(path for path in (folder / case.number).rglob("*") if path.is_file()):
                zipped.write(one, f"{case.number}/{one.relative_to(folder / case.number).as_posix()}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return lambda by: {"sealed": sealed}


def register() -> None:
    errands.register("bag", _packing)
    sweeping.register(_strays)


def _strays(at: datetime) -> None:
    """Folders in which a bag was made by a process that was killed."""
    busy = {f"export-{id}" for id in Errand.objects.filter(kind="bag", state__in=OPEN).values_list("id", flat=True)}
    for folder in sweeping.strays(settings.DATA, "export-*"):
        if folder.name not in busy:
            shutil.rmtree(folder, ignore_errors=True)


def _opened(number: str, held: Any, stack: ExitStack, tell: Tell) -> Iterator[tuple[str, BinaryIO]]:
    for item in held:
        try:
            content = stack.enter_context(keys.vault().open(number, item.sealed, keys.key_of(number)))
        except (SealError, FileNotFoundError, BadVault):
            raise Refused("evidence.refused.damaged", label=item.label) from None
        yield f"{item.label}/{item.sealed}", cast(BinaryIO, errands.Telling(cast(BinaryIO, content), tell))


case = [
    path("journal/", case_journal, name="case_journal"),
    path("journal/<int:entry>/", case_entry, name="case_entry"),
    path("journal/export/", export, name="case_export"),
    path("journal/export/<int:errand>/", export_fetch, name="case_export_fetch"),
]
house = [path("journal/", house_journal, name="journal_house"), path("journal/verify/", verify, name="journal_verify")]
public = [
    path("journal/checkpoint", checkpoint, name="journal_checkpoint"),
    path("journal/consistency", consistency, name="journal_consistency"),
]
