"""Addresses of letters to people. `case`: below /case/<number>/."""

from django.urls import path

from breachdesk.notify.app import views, views_public

case = [
    path("notices/", views.notices, name="case_notices"),
    path("notices/public/", views_public.texts, name="case_public"),
    path("notices/public/<slug:kind>/<str:language>/", views_public.text, name="case_public_text"),
    path("notices/public/<slug:kind>/<str:language>/<str:ending>", views_public.text_file, name="case_public_file"),
    path("notices/<slug:slug>/<str:language>/", views.notice, name="case_notice"),
    path("notices/<slug:slug>/<str:language>/<str:kind>", views.download, name="case_notice_file"),
]
