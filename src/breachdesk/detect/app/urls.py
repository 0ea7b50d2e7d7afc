"""Addresses of signals: for everybody who works here, for triage, for everybody."""

from django.urls import path

from breachdesk.detect.app import views, views_senders

house = [
    path("tell/", views.tell, name="detect_tell"),
    path("signals/", views.signals, name="detect_signals"),
    path("signals/letters/", views.letters, name="detect_letters"),
    path("signals/letters/<int:letter>/", views.letter, name="detect_letter"),
    path("signals/<slug:signal>/", views.signal, name="detect_signal"),
    path("signals/<slug:signal>/files/<int:attachment>/", views.attachment, name="detect_attachment"),
    path("senders/", views_senders.listed, name="detect_senders"),
    path("senders/new/", views_senders.new, name="detect_sender_new"),
    path("senders/<int:sender>/", views_senders.one, name="detect_sender"),
]
public = [
    path("in/<slug:sender>/", views_senders.come_in, name="detect_in"),
    path("report/", views.report, name="detect_report"),
    path("report/back/", views.back, name="detect_back"),
    path(".well-known/security.txt", views.security_txt, name="detect_security_txt"),
]
