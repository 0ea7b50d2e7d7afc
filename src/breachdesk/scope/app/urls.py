"""Addresses of the scope room, below /case/<number>/."""

from django.urls import path

from breachdesk.scope.app import releasing, views, views_sample

case = [
    path("people/", views.people, name="case_people"),
    path("people/list/", views.listed, name="case_people_list"),
    path("people/correct/", views.correct, name="case_people_correct"),
    path("people/person/<slug:person>/", views.person, name="case_person"),
    path("people/person/<slug:person>/whole/", views.unmask, name="case_person_whole"),
    path("sources/", views.sources, name="case_sources"),
    path("people/release/", releasing.the_release, name="case_release"),
    path("people/release/asks/<int:ask>/", releasing.begin, name="case_release_begin"),
    path("people/release/<slug:label>/fetch/", releasing.fetch, name="case_release_fetch"),
    path("people/changed/", views.changed, name="case_people_changed"),
    path("sources/<int:place>/columns/", views.the_columns, name="case_columns"),
    path("sources/corrections/<slug:kind>/<int:correction>/back/", views.take_back, name="case_correction_back"),
    path("sources/sample/", views_sample.sample, name="case_sample"),
    path("sources/read/", views.start, name="case_scope_start"),
    path("sources/<int:run>/stop/", views.stop, name="case_scope_stop"),
]
