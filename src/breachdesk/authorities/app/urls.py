"""Addresses of the authorities room. `case`: below /case/<number>/."""

from django.urls import path

from breachdesk.authorities.app import views

case = [
    path("authorities/", views.filings, name="case_filings"),
    path("authorities/kept/<int:filing>/", views.kept, name="case_filing_kept"),
    path("authorities/kept/<int:filing>/receipt/", views.proof, name="case_filing_proof"),
    path("authorities/kept/<int:filing>/<str:kind>", views.download_kept, name="case_filing_kept_file"),
    path("authorities/draft/<str:duty>/", views.filing, name="case_filing"),
    path("authorities/draft/<str:duty>/answers/", views.answers, name="case_filing_answers"),
    path("authorities/draft/<str:duty>/<str:kind>", views.download, name="case_filing_file"),
]
