"""Addresses of the case room. `case`: below /case/<number>/."""

from django.urls import path

from breachdesk.case.app import views

case = [path("", views.overview, name="case_overview")]
