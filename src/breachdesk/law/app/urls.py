"""Addresses of the law room. `case`: below /case/<number>/; `house`: of whoever is signed in."""

from django.urls import path

from breachdesk.law.app import views, views_calendar, views_facts

case = [
    path("facts/", views_facts.facts, name="case_facts"),
    path("facts/<str:fact>/", views_facts.fact, name="case_fact"),
    path("duties/", views.duties, name="case_duties"),
    path("duties/changes/", views.changes, name="case_changes"),
    path("duties/all.json", views.as_json, name="case_duties_json"),
    path("duties/rule/<str:duty>/", views.duty, name="case_duty"),
]
house = [
    path("calendar/", views_calendar.calendar, name="law_calendar"),
    path("calendar/<int:feed>/end/", views_calendar.end, name="law_calendar_end"),
]
