"""Addresses of letters to people. `case`: below /case/<number>/; `public`: where carriers tell what became of them."""

from django.urls import path

from breachdesk.notify.app import (
    views,
    views_codes,
    views_paper,
    views_provider,
    views_public,
    views_published,
    views_sendings,
    views_telling,
    views_texts,
    views_words,
)  # fmt: skip

case = [
    path("notices/", views.notices, name="case_notices"),
    path("notices/public/", views_public.texts, name="case_public"),
    path("notices/public/<slug:kind>/<str:language>/", views_public.text, name="case_public_text"),
    path("notices/public/<slug:kind>/<str:language>/<str:ending>", views_public.text_file, name="case_public_file"),
    path("notices/public/<slug:kind>/<str:language>/up/", views_published.put_up, name="case_public_up"),
    path("notices/published/", views_published.all_published, name="case_published"),
    path("notices/published/<int:published_text>/", views_published.one_published, name="case_published_text"),
    path("notices/published/<int:published_text>/place/", views_published.place, name="case_published_place"),
    path("notices/published/<int:published_text>/post/", views_published.post, name="case_published_post"),
    path("notices/published/<int:published_text>/do/<str:deed>/", views_published.act, name="case_published_act"),
    path("notices/published/<int:published_text>/posts/<int:post>/", views_published.decide, name="case_post_looked"),
    path(
        "notices/published/<int:published_text>/places/<int:publication>/",
        views_published.take_down,
        name="case_published_down",
    ),
    path(
        "notices/published/<int:published_text>/<str:ending>",
        views_published.published_file,
        name="case_published_file",
    ),
    path("notices/codes/", views_codes.codes, name="case_codes"),
    path("notices/words/", views_words.words, name="case_words"),
    path("notices/words/<slug:block>/<str:language>/", views_words.wording, name="case_wording"),
    path("notices/<slug:slug>/<str:language>/", views.notice, name="case_notice"),
    path("notices/<slug:slug>/<str:language>/<str:kind>", views.download, name="case_notice_file"),
    path("sendings/new/", views_sendings.plan, name="case_plan"),
    path("sendings/<int:sending>/", views_sendings.sending, name="case_sending"),
    path("sendings/<int:sending>/calls/", views_sendings.calls, name="case_calls"),
    path("sendings/<int:sending>/batches/", views_paper.batches, name="case_batches"),
    path("sendings/<int:sending>/batches/<int:batch>/file", views_paper.batch_file, name="case_batch_file"),
    path("sendings/<int:sending>/batches/<int:batch>/<str:deed>/", views_paper.batch_act, name="case_batch_act"),
    path("sendings/<int:sending>/letters/<int:letter>/", views_sendings.letter, name="case_sending_letter"),
    path("sendings/<int:sending>/<str:deed>/", views_sendings.act, name="case_sending_act"),
    path("returned/", views_paper.returns, name="case_returned"),
    path("told/", views_sendings.told, name="case_told"),
    path("told/<str:person>/", views_sendings.proven, name="case_told_proof"),
    path("telling/", views_telling.telling, name="case_telling"),
    path("telling/<int:errand>/", views_telling.fetch, name="case_telling_fetch"),
    path("minded/", views_sendings.minded, name="case_minded"),
    path("minded/<int:minded>/", views_sendings.unmind, name="case_unmind"),
]

public = [
    path("in/mailed/<slug:provider>/", views_provider.mailed, name="notify_mailed"),
    path("in/texted/<slug:mark>/", views_texts.texted, name="notify_texted"),
]
