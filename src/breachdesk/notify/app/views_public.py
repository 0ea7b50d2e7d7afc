"""What is said to everybody: each text as it reads now, and where the public may be told instead of each person."""

from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from breachdesk.case.app.models import Case
from breachdesk.ground import places
from breachdesk.ground.languages import LANGUAGES
from breachdesk.law.answer import Answer
from breachdesk.law.app import standing
from breachdesk.notify.app import asks, published, rewording
from breachdesk.notify.app.publishing import Law, Spoken, Texts, to_media
from breachdesk.notify.app.views_published import WhyForm, alive_asks
from breachdesk.notify.page import drawn
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

ON_A_PAGE = 10
FILES = ("html", "txt")
_TYPES = {"html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8"}


@doors.case(Act.READ, post=Act.FACTS)
def texts(request: DeskRequest, case: Case) -> HttpResponse:
    """Each text with how far it is in each language; below, what each law says of telling the public instead. Posting
    says what decides those laws: it goes into the fact sheet."""
    ours, language = Texts(case, request.at), request.words.language
    laws = ours.laws()
    open_ = [one for one in laws if one.instead.allowed is not Answer.NO]
    asked = asks.questions(ours.asked(open_), language, language)
    sent = request.method == "POST"
    form = asks.AskForm(request.POST if sent else None, asked=asked, words=request.words)
    if sent and form.is_valid():
        with transaction.atomic():
            asks.save(case, form.given(), by=request.by, source="notices/public")
        return redirect("case_public", case.number)
    spoken = [(kind, _in_each(ours, kind)) for kind in ours.kinds]
    up = published.up(case)
    page = Paginator(open_, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "notify/public.html",
        {
            "texts": [
                (kind, each, [one for at, ones in up.items() if at[0] == kind for one in ones]) for kind, each in spoken
            ],
            "ready": sum(all(one.ready for _, one in each) for _, each in spoken),
            "page": page,
            "laws": [_law(one, ours, language) for one in page],
            "allowed": sum(one.instead.allowed is Answer.YES for one in open_),
            "open": sum(one.instead.allowed is Answer.UNKNOWN for one in open_),
            "closed": [_law(one, ours, language) for one in laws if one.instead.allowed is Answer.NO],
            "media": to_media(case, language),
            "asked": asked,
            "form": form,
            "why": ours.library.checks["proof_why"].looks.say(language),
            "proofs": _proofs(open_, ours, language),
            "working": standing.working(case),
        },
        status=422 if sent else 200,
    )


def _proofs(laws: list[Law], ours: Texts, language: str) -> list[tuple[str, str]]:
    """Each way these laws ask for, once, with what to keep of it."""
    ways = {way.name: way for one in laws for way in one.instead.ways}
    named = ours.library.checks
    return [(named[f"part_{name}"].looks.say(language), way.proof.say(language)) for name, way in ways.items()]


def _in_each(ours: Texts, kind: str) -> list[tuple[str, Spoken]]:
    return [(one, found) for one in LANGUAGES if (found := ours.spoken(kind, one)) is not None]


def _law(one: Law, ours: Texts, language: str) -> dict[str, Any]:
    """`written` only where it is allowed: what may never be needed is written when it is opened."""
    yes = one.instead.allowed is Answer.YES
    return {
        "law": one,
        "title": one.rule.title.say(language),
        "state": one.instead.allowed.value,
        "place": places.title(one.place, language),
        "why": [line.say(language) for line in one.instead.why],
        "ways": [(way.words.say(language), way.proof.say(language)) for way in one.instead.ways],
        "notes": [note.say(language) for note in one.instead.notes],
        "written": _in_each(ours, one.kind) if yes else [],
        "languages": LANGUAGES,
    }


@doors.case(Act.READ, post=Act.FACTS)
def text(request: DeskRequest, case: Case, kind: str, language: str) -> HttpResponse:
    """One text as it reads now, what is checked in it, and what only a human can say. Posting says it: it goes into the
    fact sheet, and every text, letter and form has it from then on."""
    ours, reader = Texts(case, request.at), request.words.language
    spoken = _asked(ours, kind, language)
    asked = asks.questions(spoken.notice.asks, language, reader)
    sent = request.method == "POST"
    form = asks.AskForm(request.POST if sent else None, asked=asked, words=request.words)
    if sent and form.is_valid():
        with transaction.atomic():
            asks.save(case, form.given(), by=request.by, source=f"notices/public/{kind}/{language}")
        return redirect("case_public_text", case.number, kind, language)
    law, alive = ours.law(kind), alive_asks(case, request)
    up = [(one, alive.get(one.number)) for one in published.up(case).get((kind, language), [])]
    return render(
        request,
        "notify/public_text.html",
        {
            "kind": kind,
            "law": _law(law, ours, reader) if law else None,
            "written": spoken,
            "letter": drawn(spoken.notice.blocks),
            "blocks": rewording.standing(ours, ours.outline_public(kind, language), kind, language),
            "language": language,
            "others": [one for one in LANGUAGES if one != language],
            "failed": [(one, one.text(reader)) for one in spoken.failed],
            "passed": [(one, one.text(reader)) for one in spoken.checks if one.passed],
            "asked": asked,
            "form": form,
            "files": FILES,
            "why": ours.library.checks["proof_why"].looks.say(reader),
            "working": standing.working(case),
            "up": up,
            "is_up": any(one.words == spoken.post for one, _ in up),
            "why_form": WhyForm(words=request.words, auto_id="up_%s"),
        },
        status=422 if sent else 200,
    )


def _asked(ours: Texts, kind: str, language: str) -> Spoken:
    spoken = ours.spoken(kind, language)
    if spoken is None:
        raise Http404
    return spoken


@doors.case(Act.READ)
def text_file(request: DeskRequest, case: Case, kind: str, language: str, ending: str) -> HttpResponse:
    """The text to take elsewhere; it says that it is a draft until nothing in it is blank or wrong."""
    ours = Texts(case, request.at)
    spoken = _asked(ours, kind, language)
    if ending not in FILES:
        raise Http404
    response = HttpResponse(ours.file(spoken, ending), content_type=_TYPES[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="{case.number}-{kind}-{language}.{ending}"'
    return response
