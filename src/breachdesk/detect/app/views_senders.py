"""Programs that report: for administrators; and the address at which they do."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from breachdesk.detect.app import senders
from breachdesk.detect.app.models import WHO, Sender
from breachdesk.ground.refused import Refused
from breachdesk.staff.app import doors
from breachdesk.staff.app.again import asked_again, asked_again_to_send
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.app.forms import Worded

_LATER = 600


class NewSender(Worded):
    sender_name = forms.CharField(max_length=80)
    sender_who = forms.ChoiceField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._choose("sender_who", [(one, self.words.say(f"tell.kinds.{one}")) for one in WHO])


def address(sender: Sender) -> str:
    """Where it sends to."""
    return f"{settings.SITE_URL}{reverse('detect_in', args=[sender.slug])}"


@doors.house(administrators=True, second_factor=True)
def listed(request: DeskRequest) -> HttpResponse:
    found = Sender.objects.filter(gone_at=None).annotate(count=Count("heard"), last=Max("heard__at"))
    return render(request, "detect/senders.html", {"rows": list(found)})


@doors.house(administrators=True, second_factor=True)
@asked_again
def new(request: DeskRequest) -> HttpResponse:
    """The secret stands in the answer itself and nowhere else."""
    form = NewSender(request.POST or None, words=request.words, initial={"sender_who": "monitoring"})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made, secret = senders.make(said["sender_name"], who=said["sender_who"], by=request.by)
        except Refused as refused:
            form.add_error(None, request.words.say(refused.key, **refused.values))
        else:
            return _secret(request, made, secret)
    return render(request, "detect/sender_new.html", {"form": form})


@doors.house(administrators=True, second_factor=True)
@asked_again_to_send
def one(request: DeskRequest, sender: int) -> HttpResponse:
    """What it reported; `do`: turn, pause, resume, remove."""
    found = get_object_or_404(Sender, id=sender, gone_at=None)
    do = request.POST.get("do", "")
    if do == "turn":
        return _secret(request, found, senders.turn(found, by=request.by))
    if do in ("pause", "resume"):
        (senders.pause if do == "pause" else senders.resume)(found, by=request.by)
        return redirect("detect_sender", found.id)
    if do == "remove":
        senders.remove(found, by=request.by)
        messages.success(request, request.words.say("senders.removed", name=found.name))
        return redirect("detect_senders")
    rows = found.heard.select_related("signal")[:50]
    return render(request, "detect/sender.html", {"sender": found, "address": address(found), "rows": list(rows)})


def _secret(request: DeskRequest, sender: Sender, secret: str) -> HttpResponse:
    said = {"sender": sender, "secret": secret, "address": address(sender)}
    return render(request, "detect/sender_secret.html", said)


def _body(request: DeskRequest) -> bytes:
    """Raises Unheard for more than the desk takes into memory."""
    try:
        return request.body
    except RequestDataTooBig:
        raise senders.Unheard("large", 413) from None


@csrf_exempt
@doors.public
def come_in(request: DeskRequest, sender: str) -> HttpResponse:
    """POST: an event (docs/formats/webhooks.md). The answer: the number of its signal, or a problem (RFC 9457)."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    try:
        headers = {name.lower(): value for name, value in request.headers.items()}
        signal = senders.hear(sender, _body(request), headers, at=request.at)
    except senders.Unheard as error:
        title = request.words.say(f"senders.unheard.{error.reason}")
        answer = HttpResponse(
            json.dumps({"title": title, "status": error.status, "refused": f"senders.unheard.{error.reason}"}),
            content_type="application/problem+json",
            status=error.status,
        )
        if error.status in (429, 503):
            answer.headers["Retry-After"] = str(_LATER)
        return answer
    return HttpResponse(json.dumps({"signal": signal.number}), content_type="application/json")
