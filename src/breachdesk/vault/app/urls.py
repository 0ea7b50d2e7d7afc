"""Addresses of the vault, below /case/<number>/."""

from django.urls import path

from breachdesk.vault.app import views

case = [
    path("evidence/", views.evidence, name="case_evidence"),
    path("evidence/add/", views.add, name="case_evidence_add"),
    path("evidence/inbox/", views.from_inbox, name="case_evidence_inbox"),
    path("evidence/uploads/", views.upload_begin, name="case_upload_begin"),
    path("evidence/uploads/<uuid:upload>/part/", views.upload_part, name="case_upload_part"),
    path("evidence/uploads/<uuid:upload>/", views.upload_end, name="case_upload_end"),
    path("evidence/errands/<int:errand>/seen/", views.errand_seen, name="case_errand_seen"),
    path("evidence/<slug:label>/", views.item, name="case_item"),
    path("evidence/<slug:label>/custody/", views.custody_form, name="case_custody"),
]
