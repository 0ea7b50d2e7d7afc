"""The page on which codes for a free service are taken in, one for each person."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from breachdesk.case.app.models import Case
from breachdesk.case.app.paper import Paper
from breachdesk.ground.refused import Refused
from breachdesk.notify.app import signing_up
from breachdesk.notify.app.writing import Letters
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

_MOST = 100


class CodesForm(Paper):
    sheet = "codes.form"
    file = forms.FileField(max_length=200)


@doors.case(Act.READ, post=Act.TELL)
def codes(request: DeskRequest, case: Case) -> HttpResponse:
    """How many codes there are and how many are given; never a code. Posting takes in a list."""
    post = request.method == "POST"
    form = CodesForm(request.POST if post else None, request.FILES if post else None, words=request.words)
    if post and form.is_valid():
        try:
            made = signing_up.take_in(case, form.cleaned_data["file"].read(settings.MOST_ATTACHMENT + 1), by=request.by)
        except Refused as refused:
            form.refused(refused)
        else:
            messages.success(request, request.words.say("codes.taken", made.count))
            return redirect("case_codes", case.number)
    return render(
        request,
        "notify/codes.html",
        {
            "form": form,
            "count": signing_up.count(case),
            "lists": case.codes.all()[:_MOST],
            "same": Letters(case).organisation.sign_up_code,
        },
        status=422 if post else 200,
    )
