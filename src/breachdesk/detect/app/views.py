"""The doors for signals: a form for staff, a form for everybody with a way back, and the desk that looks at them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header

from breachdesk.detect import codes
from breachdesk.detect.app import actions, mailbox
from breachdesk.detect.app.actions import File
from breachdesk.detect.app.models import OPEN, WHO, Attachment, Mailbox, Post, Signal
from breachdesk.ground.digits import whole
from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealedReader
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest

PAGE = 50
_BLOCK = 1 << 20
#: Reports from outside in an hour; beyond, the form asks to come again later.
_MOST_REPORTS, _REPORT_SECONDS = 120, 3600


class Several(forms.FileField):
    """Several files of one input."""

    widget = type("SeveralFiles", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(Several, self).clean(one, initial) for one in (data or [])]


def _files(given: Iterable[Any]) -> list[File]:
    return [File(one.name or "file", one.size or 0, one) for one in given]


class SignalForm(forms.Form):
    """What was noticed. `trap` is for machines that fill every field; people do not see it."""

    who = forms.ChoiceField(choices=[(one, one) for one in WHO])
    text = forms.CharField(max_length=actions.LONGEST, widget=forms.Textarea(attrs={"rows": 7}))
    noticed = forms.CharField(max_length=200, required=False)
    contact = forms.CharField(max_length=254, required=False)
    attached = Several(required=False)

    def __init__(self, *args: Any, words: Any, public: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        shown = [one for one in WHO if one != "monitoring"] if public else list(WHO)
        for name, field in self.fields.items():
            field.label = words.say("tell.files" if name == "attached" else f"tell.{name}")
            field.error_messages["required"] = words.say("evidence.refused.required")
        who: Any = self.fields["who"]
        who.choices = [(one, words.say(f"tell.kinds.{one}")) for one in shown]
        self.fields["attached"].help_text = words.say(
            "tell.files_help", most=actions.MOST_FILES, size=words.number(settings.MOST_ATTACHMENT // 1_000_000)
        )
        if public:
            self.fields["contact"].help_text = words.say("tell.contact_help")

    def files_given(self) -> list[File]:
        return _files(self.cleaned_data["attached"])

    def refused(self, error: Refused) -> None:
        """What an action would not do, on the field it speaks of."""
        self.add_error(error.field if error.field in self.fields else None, self.words.say(error.key, **error.values))


def _posted(request: DeskRequest, *, public: bool, **initial: Any) -> SignalForm:
    if request.method != "POST":
        return SignalForm(words=request.words, public=public, initial=initial)
    return SignalForm(request.POST, request.FILES, words=request.words, public=public)


@doors.house()
def tell(request: DeskRequest) -> HttpResponse:
    """For everybody who works here."""
    form = _posted(request, public=False, who="employee", contact=request.account.email)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            signal = actions.take_in(
                said["text"],
                channel="staff",
                who=said["who"],
                noticed=said["noticed"],
                contact=said["contact"],
                language=request.words.language,
                files=form.files_given(),
                by=request.by,
            )
        except Refused as refused:
            form.refused(refused)
        else:
            messages.success(request, request.words.say("tell.thanks_staff", number=signal.number))
            return redirect("front")
    return render(request, "detect/tell.html", {"form": form})


@doors.public
def report(request: DeskRequest) -> HttpResponse:
    """For customers, researchers, journalists, police: without an account, with a code to come back."""
    form = _posted(request, public=True, who="customer")
    if request.method == "POST" and request.POST.get("website"):
        return render(request, "detect/code.html", {"code": codes.new_code()})  # a machine: it learns nothing
    if request.method == "POST" and form.is_valid():
        said, code = form.cleaned_data, codes.new_code()
        try:
            if _too_many("reports", _MOST_REPORTS, _REPORT_SECONDS):
                raise Refused("detect.refused.busy")
            actions.take_in(
                said["text"],
                channel="public",
                who=said["who"],
                noticed=said["noticed"],
                contact=said["contact"],
                language=request.words.language,
                files=form.files_given(),
                code=code,
                by=request.by,
            )
        except Refused as refused:
            form.refused(refused)
        else:
            return render(request, "detect/code.html", {"code": code})
    return render(request, "detect/report.html", {"form": form})


def _too_many(what: str, most: int, seconds: int) -> bool:
    """Count one more of it within the time, over everybody: no address is kept."""
    key = f"detect.{what}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # it ran out between the two
        return False


@doors.public
def back(request: DeskRequest) -> HttpResponse:
    """With the code: questions, answers, further files. The code is sent with every form and kept nowhere.

    Guesses are not locked out, as that would lock out whoever has a code: at the few hundred answers a second this door
    can give, 10^15 codes leave a thousand open reports alone for a century (detect/codes.py)."""
    code = request.POST.get("code", "")[:40]
    signal = actions.of_code(code) if code else None
    wrong = ""
    if code and signal is None:
        wrong = request.words.say("detect.refused.code")
    if signal is not None and request.POST.get("do") == "answer":
        files = _files(request.FILES.getlist("files"))
        try:
            actions.answer(signal, request.POST.get("text", ""), files=files, by=request.by)
        except Refused as refused:
            wrong = request.words.say(refused.key, **refused.values)
    return render(
        request,
        "detect/back.html",
        {
            "signal": signal,
            "code": code,
            "wrong": wrong,
            "thread": signal.messages.all() if signal else (),
            "files": signal.attachments.count() if signal else 0,
        },
    )


@doors.public
def security_txt(request: DeskRequest) -> HttpResponse:
    """RFC 9116: where researchers write to."""
    from datetime import timedelta

    until = (request.at + timedelta(days=180)).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    lines = [f"Contact: {settings.SITE_URL}/report/", f"Expires: {until}", "Preferred-Languages: en, ru"]
    return HttpResponse(
        "\n".join([*lines, f"Canonical: {settings.SITE_URL}/.well-known/security.txt", ""]), "text/plain"
    )


# --- triage


@doors.house(triage=True)
def signals(request: DeskRequest) -> HttpResponse:
    wanted = request.GET.get("state", "open")
    found = Signal.objects.filter(state__in=OPEN) if wanted != "all" else Signal.objects.all()
    page = whole(request.GET.get("page", "")) or 1
    start = (max(1, min(page, 10_000)) - 1) * PAGE
    rows = list(found[start : start + PAGE + 1])
    return render(
        request,
        "detect/signals.html",
        {
            "rows": rows[:PAGE],
            "more": page + 1 if len(rows) > PAGE else None,
            "all": wanted == "all",
            "box": Mailbox.objects.filter(id=mailbox.REPORTS).first() if settings.MAILBOX_URL else None,
            "aside": Post.objects.filter(signal=None).count() if settings.MAILBOX_URL else 0,
            "open_count": Signal.objects.filter(state__in=OPEN).count(),
        },
    )


@doors.house(triage=True)
def signal(request: DeskRequest, signal: str) -> HttpResponse:
    found = get_object_or_404(Signal.objects.select_related("same_as"), number=signal)
    if request.method == "POST":
        _decide(request, found)
        return redirect("detect_signal", found.number)
    return render(
        request,
        "detect/signal.html",
        {
            "signal": found,
            "thread": found.messages.all(),
            "files": found.attachments.all(),
            "letters": found.letters.all(),
            "alike": actions.alike(found) if found.open else (),
        },
    )


def _decide(request: DeskRequest, found: Signal) -> None:
    do, reason = request.POST.get("do", ""), request.POST.get("reason", "")[:4000]
    if do == "look":
        actions.look(found, by=request.by)
    elif do == "false_alarm":
        actions.false_alarm(found, reason=reason, by=request.by)
    elif do == "duplicate":
        other = Signal.objects.filter(number=request.POST.get("same_as", "").strip()[:20]).first()
        if other is None:
            raise Refused("detect.refused.no_signal", field="same_as")
        actions.duplicate(found, other, by=request.by)
    elif do == "reopen":
        actions.reopen(found, reason=reason, by=request.by)
    elif do == "ask":
        actions.ask(found, request.POST.get("text", ""), by=request.by)


@doors.house(triage=True)
def attachment(request: DeskRequest, signal: str, attachment: int) -> HttpResponse | StreamingHttpResponse:
    """POST: the file, to keep; never something a browser would show."""
    found = get_object_or_404(Attachment.objects.select_related("signal"), signal__number=signal, id=attachment)
    if request.method != "POST":
        return redirect("detect_signal", signal)
    content = actions.open_attachment(found, by=request.by)
    response = StreamingHttpResponse(_blocks(content), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{signal}-{found.name}") or ""
    return response


@doors.house(triage=True)
def letters(request: DeskRequest) -> HttpResponse:
    """Letters of the mailbox that no human seems to have written: kept, and taken up when one has."""
    rows = list(Post.objects.filter(signal=None)[: PAGE * 4])
    return render(request, "detect/letters.html", {"rows": rows, "box": Mailbox.objects.first()})


@doors.house(triage=True)
def letter(request: DeskRequest, letter: int) -> HttpResponse | StreamingHttpResponse:
    """POST: `do=take`: it is a report after all; else the letter as it came, to keep."""
    found = get_object_or_404(Post.objects.select_related("signal"), id=letter)
    if request.method != "POST":
        return redirect("detect_letters")
    if request.POST.get("do") == "take":
        return redirect("detect_signal", actions.take_up(found, by=request.by).number)
    response = StreamingHttpResponse(
        _blocks(actions.open_letter(found, by=request.by)), content_type="application/octet-stream"
    )
    response.headers["Content-Disposition"] = content_disposition_header(True, f"letter-{found.id}.eml") or ""
    return response


def _blocks(content: SealedReader) -> Iterator[bytes]:
    with content:
        while block := content.read(_BLOCK):
            yield block
