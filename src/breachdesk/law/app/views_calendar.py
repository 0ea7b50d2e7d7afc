"""Somebody's addresses for calendars: made, told once, ended."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from breachdesk.case.app.paper import Paper, line
from breachdesk.ground.refused import Refused
from breachdesk.law.app import actions
from breachdesk.law.app.models import Feed
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest


class FeedForm(Paper):
    sheet = "calendar.form"
    note = line(required=False, longest=80)
    titles = forms.BooleanField(required=False)


@doors.house()
def calendar(request: DeskRequest) -> HttpResponse:
    """Posting makes an address and tells it: this once, on this very page, as only its digest is kept."""
    form, address = FeedForm(request.POST or None, words=request.words), ""
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = form.cleaned_data
        try:
            _, token = actions.make_feed(request.account, by=request.by, note=said["note"], titles=said["titles"])
            address = settings.SITE_URL + reverse("law_feed", args=[token])
            form = FeedForm(words=request.words)
        except Refused as refusal:
            form.add_error(None, request.words.say(refusal.key, **refusal.values))
    feeds = list(Feed.objects.filter(account=request.account, ended_at=None))
    return render(request, "law/calendar.html", {"form": form, "address": address, "feeds": feeds})


@doors.house()
def end(request: DeskRequest, feed: int) -> HttpResponse:
    """The address leads nowhere any more."""
    if request.method == "POST":
        actions.end_feed(request.account, feed, by=request.by)
    return redirect("law_calendar")
