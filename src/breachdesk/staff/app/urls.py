"""Addresses of the staff room."""

from django.urls import path

from breachdesk.staff.app.views import factor, joining

house = [
    path("me/second-factor/", factor.second_factor, name="staff_second_factor"),
]
public = [
    path("join/<str:token>/", joining.join, name="staff_join"),
]
