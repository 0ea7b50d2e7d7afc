"""Filings of a case: what is to be handed in where, each draft with what it still needs, and each on its way."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from breachdesk.authorities import drafts
from breachdesk.authorities.app import actions, drafting
from breachdesk.authorities.app.drafting import FORMATS, Wanted
from breachdesk.authorities.app.models import Filing, FilingState
from breachdesk.case.app.models import Case
from breachdesk.case.app.paper import Moment, Paper, line, text
from breachdesk.ground import places
from breachdesk.ground.refused import Refused
from breachdesk.law.app import judging, standing
from breachdesk.law.app.models import Deadline
from breachdesk.law.shapes import Verdict
from breachdesk.notify.app import asks
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

_ON_A_PAGE = 50
_TYPES = {
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_IN_HAND = (FilingState.DRAFTED, FilingState.REVIEWED)
_ORDER = (Verdict.OWED, Verdict.HELD, Verdict.UNKNOWN, Verdict.VOLUNTARY)


class ReviewForm(Paper):
    sheet = "filings.review"
    note = text(required=False, rows=3)


class SentForm(Paper):
    sheet = "filings.send"
    at = Moment()
    channel = forms.ChoiceField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["channel"]
        field.choices = [(one, self.words.say(f"filings.channels.{one}")) for one in actions.CHANNELS]  # type: ignore[attr-defined]


class ReceiptForm(Paper):
    sheet = "filings.receipt"
    number = line(required=False)
    file = forms.FileField(required=False, max_length=200)

    def clean_file(self) -> Any:
        found = self.cleaned_data.get("file")
        if found is not None and found.size > settings.MOST_ATTACHMENT:
            most = self.words.number(settings.MOST_ATTACHMENT >> 20)
            self.add_error("file", self.words.say("filings.refused.large_file", most=most))
        return found


class WithdrawForm(Paper):
    sheet = "filings.withdraw"
    why = text(rows=2)


@doors.case(Act.READ)
def filings(request: DeskRequest, case: Case) -> HttpResponse:
    """Everything to be handed in, the nearest first, with how far each has come."""
    last, language = standing.last(case), request.words.language
    if last is None:
        return render(request, "authorities/filings.html", {"standing": None, "working": standing.working(case)})
    wanted = drafting.wanted(case, last)
    rows = {one.duty: one for one in Deadline.objects.filter(case=case, duty__in=[one.duty.id for one in wanted])}
    kept: dict[str, list[Filing]] = {}
    for one in Filing.objects.filter(case=case).exclude(state=FilingState.WITHDRAWN).order_by("made_at", "id"):
        kept.setdefault(one.duty, []).append(one)
    found = [_line(one, rows.get(one.duty.id), kept.pop(one.duty.id, []), request) for one in wanted]
    found += [_gone(some, case) for some in kept.values()]
    found.sort(key=_nearest)
    owed = [one for one in found if one["verdict"] == Verdict.OWED]
    waiting = [one for one in owed if not one["sent"]]
    return render(
        request,
        "authorities/filings.html",
        {
            "standing": last,
            "working": standing.working(case),
            "page": Paginator(found, _ON_A_PAGE).get_page(request.GET.get("page")),
            "owed": len(owed),
            "waiting": len(waiting),
            "next": waiting[0] if waiting else None,
            "no_receipt": sum(one["last"] is not None and one["last"].state == FilingState.SENT for one in found),
            "legal": last.legal.get(language, ""),
        },
    )


def _line(one: Wanted, row: Deadline | None, kept: list[Filing], request: DeskRequest) -> dict[str, Any]:
    case, language = request.case, request.words.language
    sent = [filing for filing in kept if filing.sent]
    return {
        "duty": one.duty.id,
        "title": row.text("title", language) if row is not None else one.duty.title,
        "authority": one.duty.recipient.name,
        "place": places.title(one.duty.jurisdiction, language),
        "verdict": one.duty.verdict.value,
        "due": standing.local(row, case) if row is not None else one.duty.due,
        "standard": row.text("standard", language) if row is not None else one.duty.standard,
        "state": standing.state_of(row, request.at) if row is not None else "quiet",
        "own": one.form.id != "law",
        "hand": next((filing for filing in kept if not filing.sent), None),
        "last": sent[-1] if sent else None,
        "sent": len(sent),
    }


def _gone(kept: list[Filing], case: Case) -> dict[str, Any]:
    """Something was kept or handed in for a duty that the law no longer asks."""
    one = kept[-1]
    sent = [filing for filing in kept if filing.sent]
    return {
        "duty": one.duty, "title": one.title, "authority": one.authority, "place": "", "verdict": "overtaken",
        "due": None, "standard": "", "state": "quiet", "own": True, "hand": None if one.sent else one,
        "last": sent[-1] if sent else None, "sent": len(sent),
    }  # fmt: skip


def _nearest(one: dict[str, Any]) -> tuple[Any, ...]:
    verdict = _ORDER.index(one["verdict"]) if one["verdict"] in _ORDER else len(_ORDER)
    return (bool(one["sent"]), verdict, one["due"] is None, one["due"].timestamp() if one["due"] else 0, one["duty"])


def _asked(case: Case, duty: str) -> Wanted | None:
    last = standing.last(case)
    return next((one for one in drafting.wanted(case, last) if one.duty.id == duty), None) if last else None


def _wanted(case: Case, duty: str) -> Wanted:
    found = _asked(case, duty)
    if found is None:
        raise Http404
    return found


def _title(row: Deadline | None, title: str, request: DeskRequest) -> str:
    """What is to be done, in the language of the reader; the form itself speaks that of the authority."""
    return row.text("title", request.words.language) if row is not None else title


@doors.case(Act.READ, post=Act.DECIDE)
def filing(request: DeskRequest, case: Case, duty: str) -> HttpResponse:
    """The draft of one duty as things stand now, what it still needs, and what became of earlier ones. Posting keeps it
    for somebody to look over."""
    kept = list(Filing.objects.filter(case=case, duty=duty)[:20])
    wanted = _asked(case, duty)
    if wanted is None:
        if not kept:
            raise Http404
        return redirect("case_filing_kept", case.number, kept[0].id)
    if request.method == "POST":
        made = actions.keep_draft(case, wanted, by=request.by)
        return redirect("case_filing_kept", case.number, made.id)
    return _draft(request, case, wanted, kept, None)


def _draft(
    request: DeskRequest, case: Case, wanted: Wanted, kept: list[Filing], form: asks.AskForm | None
) -> HttpResponse:
    given = judging.inputs(case)
    made = drafting.draft(case, wanted, request.at, given)
    asked = drafting.questions(made, request.words.language)
    row = Deadline.objects.filter(case=case, duty=made.duty).first()
    hand = next((one for one in kept if one.state in _IN_HAND), None)
    return render(
        request,
        "authorities/filing.html",
        {
            "draft": drafts.to_json(made),
            "title": _title(row, made.title, request),
            "row": row,
            "due": standing.local(row, case) if row is not None else made.due,
            "asked": asked,
            "form": form or asks.AskForm(asked=asked, words=request.words),
            "open": sum(not one.confirm for one in asked),
            "kept": kept,
            "hand": hand,
            "stale": hand is not None and drafting.moved(hand, made),
            "formats": FORMATS,
            "working": standing.working(case),
        },
        status=200 if form is None else 422,
    )


@doors.case(Act.READ, post=Act.FACTS)
def answers(request: DeskRequest, case: Case, duty: str) -> HttpResponse:
    """What only a human can say, said: it goes into the fact sheet, and every draft has it from then on."""
    if request.method != "POST":
        return redirect("case_filing", case.number, duty)
    wanted = _wanted(case, duty)
    asked = drafting.questions(drafting.draft(case, wanted, request.at), request.words.language)
    form = asks.AskForm(request.POST, asked=asked, words=request.words)
    if not form.is_valid():
        return _draft(request, case, wanted, list(Filing.objects.filter(case=case, duty=duty)[:20]), form)
    with transaction.atomic():
        asks.save(case, form.given(), by=request.by, source=wanted.duty.id)
    return redirect("case_filing", case.number, duty)


@doors.case(Act.READ)
def download(request: DeskRequest, case: Case, duty: str, kind: str) -> HttpResponse:
    """The draft as it stands now, to read, carry over, or hand to a program."""
    if kind not in FORMATS:
        raise Http404
    made = drafting.draft(case, _wanted(case, duty), request.at)
    return _file(drafts.drawn_as(made, drafting.the_forms(), kind), f"{case.number}-{drafts.file_name(duty)}", kind)


@doors.case(Act.READ)
def download_kept(request: DeskRequest, case: Case, filing: int, kind: str) -> HttpResponse:
    """A filing as it was kept, byte for byte."""
    one = _kept(case, filing)
    if kind not in FORMATS:
        raise Http404
    return _file(drafting.content(one, kind), f"{case.number}-{drafts.file_name(one.duty)}-{one.id}", kind)


@doors.case(Act.READ)
def proof(request: DeskRequest, case: Case, filing: int) -> HttpResponse:
    """The receipt itself, as it was given to us: never opened here, whatever it is."""
    one = _kept(case, filing)
    if not one.proof:
        raise Http404
    ending = "".join(re.findall(r"[a-z0-9]", one.proof_file.rpartition(".")[2].lower()))[:8]
    return _file(drafting.proof(one), f"{case.number}-receipt-{one.id}", ending or "bin")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    """To be saved, never shown by the browser inside the desk: what a page or a picture holds is not ours."""
    response = HttpResponse(content, content_type=_TYPES.get(kind, "application/octet-stream"))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _kept(case: Case, filing: int) -> Filing:
    return get_object_or_404(Filing.objects.select_related("case"), case=case, id=filing)


@doors.case(Act.READ, post=Act.DECIDE)
def kept(request: DeskRequest, case: Case, filing: int) -> HttpResponse:
    """One filing as it was kept, and the next step on its way."""
    one = _kept(case, filing)
    given: dict[str, Any] = {"words": request.words, "zone": case.zone}
    made: dict[str, Paper] = {
        "review": ReviewForm(**given),
        "sent": SentForm(**given, initial={"at": request.at}),
        "receipt": ReceiptForm(**given),
        "withdraw": WithdrawForm(**given),
    }
    status = 200
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in made:
            return redirect("case_filing_kept", case.number, one.id)
        form = type(made[act])(request.POST, request.FILES, **given)
        if form.is_valid():
            try:
                _step(one, act, form.cleaned_data, request)
                return redirect("case_filing_kept", case.number, one.id)
            except Refused as refusal:
                form.refused(refusal)
        made[act], status = form, 422
    row = Deadline.objects.filter(case=case, duty=one.duty).first()
    wanted = _asked(case, one.duty) if one.state in _IN_HAND else None
    now = drafting.draft(case, wanted, request.at) if wanted is not None else None
    return render(
        request,
        "authorities/kept.html",
        {
            "filing": one,
            "draft": drafting.read(one),
            "forms": made,
            "title": _title(row, one.title, request),
            "due": None if one.sent or row is None else standing.local(row, case),
            "mine": one.made_by == request.by.actor.name,
            "formats": FORMATS,
            "stale": one.state in _IN_HAND and now is not None and drafting.moved(one, now),
        },
        status=status,
    )


def _step(one: Filing, act: str, said: dict[str, Any], request: DeskRequest) -> None:
    match act:
        case "review":
            actions.review(one, by=request.by, note=said["note"])
        case "sent":
            actions.mark_sent(one, at=said["at"], channel=said["channel"], by=request.by)
        case "receipt":
            file = said["file"]
            name = file.name if file is not None else ""
            actions.keep_receipt(one, number=said["number"], file=file, file_name=name, by=request.by)
        case "withdraw":
            actions.withdraw(one, why=said["why"], by=request.by)
