"""Addresses of signals: for everybody who works here, for triage, for everybody."""

from django.urls import path

from breachdesk.detect.app import views

house = [
    path("tell/", views.tell, name="detect_tell"),
    path("signals/", views.signals, name="detect_signals"),
    path("signals/letters/", views.letters, name="detect_letters"),
    path("signals/letters/<int:letter>/", views.letter, name="detect_letter"),
    path("signals/<slug:signal>/", views.signal, name="detect_signal"),
    path("signals/<slug:signal>/files/<int:attachment>/", views.attachment, name="detect_attachment"),
]
public = [
    path("report/", views.report, name="detect_report"),
    path("report/back/", views.back, name="detect_back"),
    path(".well-known/security.txt", views.security_txt, name="detect_security_txt"),
]
