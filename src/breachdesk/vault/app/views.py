"""The evidence of a case: what there is, where it came from, who had it, and a way in for more."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from breachdesk.ground.digits import whole
from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealedReader
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act
from breachdesk.vault.app import actions, errands, inbox, sweeping
from breachdesk.vault.app.actions import MOST_PART, WrongPlace
from breachdesk.vault.app.forms import HandForm, ItemForm, OriginForm, ReasonForm
from breachdesk.vault.app.models import OPEN, Item, Upload

_BLOCK = 1 << 20


@doors.case(Act.EVIDENCE)
def evidence(request: DeskRequest, case: Any) -> HttpResponse:
    items = list(case.items.all())
    busy = case.errands.filter(state__in=OPEN, upload__isnull=False).values("upload")
    return render(
        request,
        "vault/evidence.html",
        {
            "items": items,
            "bytes": sum(item.size for item in items),
            "uploads": case.uploads.exclude(id__in=busy)[:20],
            "gone_after": sweeping.GONE_AFTER.days,
            "errands": errands.of(case, request.at, kind__in=("check", "seal", "inbox")),
        },
    )


@doors.case(Act.EVIDENCE)
def add(request: DeskRequest, case: Any) -> HttpResponse:
    """By a form that works everywhere, in parts where the browser has scripts, or from the folder on the server."""
    form = ItemForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        words=request.words,
        now=request.at,
        initial={"acquired_by": str(request.account)},
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            item = actions.take_in(case, file, name=Path(file.name).name, origin=form.origin(), by=request.by)
        except Refused as refused:
            form.add_error(refused.field or None, request.words.say(refused.key, **refused.values))
        else:
            messages.success(request, request.words.say("evidence.taken", label=item.label))
            return redirect("case_item", case.number, item.label)
    return render(request, "vault/add.html", {"form": form, "inbox": inbox.files() if case.open else []})


@doors.case(Act.EVIDENCE)
def from_inbox(request: DeskRequest, case: Any) -> HttpResponse:
    """Take a file of the server's folder in. It is copied; what lies in the folder stays for its owner to remove."""
    if request.method != "POST":
        return redirect("case_evidence_add", case.number)
    form = OriginForm(request.POST, words=request.words)
    name = request.POST.get("name", "")
    if not form.is_valid():
        raise Refused("evidence.refused.origin")
    inbox.take_in(case, name, origin=form.origin(), by=request.by)
    return redirect("case_evidence", case.number)


@doors.case(Act.EVIDENCE)
def item(request: DeskRequest, case: Any, label: str) -> HttpResponseBase:
    found = get_object_or_404(Item, case=case, label=label)
    hand = HandForm(
        request.POST if request.POST.get("do") == "hand" else None,
        words=request.words,
        initial={"giver": str(request.account)},
    )
    reason = ReasonForm(request.POST if request.POST.get("do") == "open" else None, words=request.words)
    if request.method == "POST":
        if request.POST.get("do") == "check":
            actions.ask_check(found, by=request.by)
            return redirect("case_item", case.number, label)
        if request.POST.get("do") == "hand" and hand.is_valid():
            actions.hand_over(found, by=request.by, **hand.cleaned_data)
            messages.success(request, request.words.say("evidence.handed", label=label))
            return redirect("case_item", case.number, label)
        if request.POST.get("do") == "open" and reason.is_valid():
            return _sent(found, actions.open_item(found, reason=reason.cleaned_data["reason"], by=request.by))
    return render(
        request,
        "vault/item.html",
        {
            "item": found,
            "custody": found.custody.all()[:500],
            "hand": hand,
            "reason": reason,
            "errands": errands.of(case, request.at, item=found),
        },
    )


def _sent(found: Item, content: SealedReader) -> StreamingHttpResponse:
    """As a file to keep, never something a browser would show."""

    def blocks() -> Iterator[bytes]:
        with content:
            while block := content.read(_BLOCK):
                yield block

    response = StreamingHttpResponse(blocks(), content_type="application/octet-stream")
    response.headers["Content-Length"] = str(found.size)
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{found.label}-{found.name}") or ""
    return response


@doors.case(Act.EVIDENCE)
def custody_form(request: DeskRequest, case: Any, label: str) -> HttpResponse:
    """The chain of custody of one item, to be printed and signed."""
    found = get_object_or_404(Item, case=case, label=label)
    return render(request, "vault/custody.html", {"item": found, "custody": found.custody.all()[:500]})


# --- in parts: what evidence.js asks


@doors.case(Act.EVIDENCE)
def upload_begin(request: DeskRequest, case: Any) -> HttpResponse:
    """POST name, size and origin: where to send the parts. The same file chosen again goes on."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = OriginForm(request.POST, words=request.words)
    size, mark = whole(request.POST.get("size", "")), request.POST.get("mark", "")[:64]
    if not form.is_valid() or size is None:
        return JsonResponse({"error": request.words.say("evidence.refused.origin")}, status=400)
    name = request.POST.get("name", "")
    upload = None
    if mark:  # without it nobody knows whether the same name and size are the same file
        same = case.uploads.filter(name=name, size=size, made_by=request.by.actor.name)
        upload = next((one for one in same if one.said.get("mark") == mark), None)
    try:
        if upload is None:
            upload = actions.begin_upload(case, name=name, size=size, origin=form.origin(), mark=mark, by=request.by)
    except Refused as refused:
        return JsonResponse({"error": request.words.say(refused.key, **refused.values)}, status=409)
    at = actions.parts_of(upload, request.at).size
    return JsonResponse({"upload": str(upload.id), "at": at, "part": MOST_PART})


@doors.case(Act.EVIDENCE)
def upload_part(request: DeskRequest, case: Any, upload: uuid.UUID) -> HttpResponse:
    """POST the bytes that begin at `?at=`; 409 with the right place when they do not follow what is there."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = get_object_or_404(Upload.objects.select_related("case"), case=case, id=upload)
    at, length = whole(request.GET.get("at", "")), whole(request.headers.get("Content-Length") or "")
    if at is None or length is None or length > MOST_PART:
        return JsonResponse({"error": request.words.say("evidence.refused.part")}, status=400)
    try:
        after = actions.add_part(found, at, request.read(length), now=request.at)
    except WrongPlace as wrong:
        return JsonResponse({"at": wrong.at}, status=409)
    except Refused as refused:
        return JsonResponse({"error": request.words.say(refused.key, **refused.values)}, status=400)
    return JsonResponse({"at": after})


@doors.case(Act.EVIDENCE)
def upload_end(request: DeskRequest, case: Any, upload: uuid.UUID) -> HttpResponse:
    """POST do=finish or do=abandon."""
    found = get_object_or_404(Upload.objects.select_related("case"), case=case, id=upload)
    if request.method != "POST":
        return redirect("case_evidence", case.number)
    script = request.headers.get("Accept", "").startswith("application/json")
    if request.POST.get("do") == "abandon":
        actions.abandon_upload(found, by=request.by)
        messages.success(request, request.words.say("evidence.abandoned"))
        return redirect("case_evidence", case.number)
    try:
        actions.finish_upload(found, by=request.by)
    except Refused as refused:
        if not script:
            raise
        return JsonResponse({"error": request.words.say(refused.key, **refused.values)}, status=409)
    if script:
        return JsonResponse({"url": reverse("case_evidence", args=[case.number])})
    return redirect("case_evidence", case.number)


@doors.case(Act.EVIDENCE)
@require_POST
def errand_seen(request: DeskRequest, case: Any, errand: int) -> HttpResponse:
    """Its end has been read: it is told no more."""
    found = get_object_or_404(case.errands, id=errand)
    case.errands.filter(id=found.id, ended_at__isnull=False).update(seen=True)
    return redirect("case_evidence", case.number)
