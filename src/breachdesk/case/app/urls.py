"""Addresses of the case room. `case`: below /case/<number>/."""

from django.urls import path

from breachdesk.case.app.views import overview

case = [path("", overview.overview, name="case_overview")]
