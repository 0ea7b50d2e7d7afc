"""Addresses of letters to people. `case`: below /case/<number>/."""

from django.urls import path

from breachdesk.notify.app import views

case = [
    path("notices/", views.notices, name="case_notices"),
    path("notices/<slug:slug>/<str:language>/", views.notice, name="case_notice"),
    path("notices/<slug:slug>/<str:language>/<str:kind>", views.download, name="case_notice_file"),
]
