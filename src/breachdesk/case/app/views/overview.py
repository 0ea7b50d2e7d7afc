"""The page of a case that answers at a glance."""

from django.http import HttpResponse
from django.shortcuts import render

from breachdesk.case.app.models import Case
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act


@doors.case(Act.READ)
def overview(request: DeskRequest, case: Case) -> HttpResponse:
    return render(request, "case/overview.html")
