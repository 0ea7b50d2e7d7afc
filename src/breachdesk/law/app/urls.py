"""Addresses of the law room. `case`: below /case/<number>/."""

from django.urls import path

from breachdesk.law.app import views

case = [
    path("duties/", views.duties, name="case_duties"),
    path("duties/changes/", views.changes, name="case_changes"),
    path("duties/all.json", views.as_json, name="case_duties_json"),
    path("duties/rule/<str:duty>/", views.duty, name="case_duty"),
]
