"""Letters to the people of a case: who gets the same one, how each reads now, what every law says of it."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from breachdesk.case.app.models import Case
from breachdesk.ground import places
from breachdesk.ground.languages import LANGUAGES
from breachdesk.law.app import standing
from breachdesk.law.shapes import Duty, Verdict
from breachdesk.notify.app import asks, ledger, rewording, sendings, writing
from breachdesk.notify.app.models import Sending
from breachdesk.notify.app.progress import Progress, progress
from breachdesk.notify.app.writing import Letters, Written, elements_of
from breachdesk.notify.page import drawn
from breachdesk.notify.shapes import NoticeCohort
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

ON_A_PAGE = 10
MOST_SENDINGS = 50
KINDS = ("pdf", "html", "txt")
_TYPES = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8"}


@doors.case(Act.READ)
def notices(request: DeskRequest, case: Case) -> HttpResponse:
    """Who gets the same letter, everywhere or in one place, most people first, and how far each is in each language."""
    letters = Letters(case)
    homes = writing.by_place(letters.cohorts)
    place = request.GET.get("place", "") if request.GET.get("place") in homes else ""
    page = Paginator(homes[place] if place else letters.cohorts, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "notify/notices.html",
        {
            "page": page,
            "rows": [_row(one, letters, request.words.language) for one in page],
            "people": sum(one.count for one in letters.cohorts),
            "letters": len(letters.cohorts),
            "homes": [(one, sum(cohort.count for cohort in there)) for one, there in homes.items()],
            "home": place,
            "kept": f"&place={quote(place)}" if place else "",
            "working": standing.working(case),
            "sendings": _sendings(case, request.at),
        },
    )


def _sendings(case: Case, at: datetime) -> list[tuple[Sending, Progress]]:
    found = sendings.of(case)[:MOST_SENDINGS]
    stands = ledger.standings(found)
    return [(one, progress(one, at, stands.get(one.id, {}))) for one in found]


def _row(cohort: NoticeCohort, letters: Letters, language: str) -> dict[str, Any]:
    return {
        "cohort": cohort,
        "place": places.in_full(cohort.residence, language),
        "elements": elements_of(cohort, letters, language),
        "written": [(one, letters.write(cohort, one)) for one in LANGUAGES],
    }


def _asked(case: Case, slug: str, language: str, early: bool) -> tuple[Letters, NoticeCohort, Written]:
    letters = Letters(case)
    cohort = letters.of(slug)
    if cohort is None or language not in LANGUAGES:
        raise Http404
    return letters, cohort, letters.write(cohort, language, early=early)


@doors.case(Act.READ, post=Act.FACTS)
def notice(request: DeskRequest, case: Case, slug: str, language: str) -> HttpResponse:
    """One letter as it would read now, what is checked in it, and what only a human can say. Posting says it: it goes
    into the fact sheet, and every letter and form has it from then on."""
    early = "early" in request.GET
    letters, cohort, written = _asked(case, slug, language, early)
    asked = asks.questions(written.notice.asks, language, request.words.language)
    sent = request.method == "POST"
    form = asks.AskForm(request.POST if sent else None, asked=asked, words=request.words)
    if sent and form.is_valid():
        with transaction.atomic():
            asks.save(case, form.given(), by=request.by, source=f"notices/{slug}/{language}")
        return redirect(request.get_full_path())
    duties = () if early else writing.duties_of(case, cohort, written.notice.rules, request.words.language)
    return render(
        request,
        "notify/notice.html",
        {
            "cohort": cohort,
            "place": places.in_full(cohort.residence, request.words.language),
            "elements": elements_of(cohort, letters, request.words.language),
            "written": written,
            "letter": drawn(written.notice.blocks),
            "language": language,
            "early": early,
            "others": [one for one in LANGUAGES if one != language],
            "failed": [(one, one.text(request.words.language)) for one in written.failed],
            "passed": [(one, one.text(request.words.language)) for one in written.checks if one.passed],
            "duties": duties,
            "due": _due(duties),
            "asked": asked,
            "form": form,
            "kinds": KINDS,
            "blocks": rewording.standing(letters, letters.outline(cohort, language, early=early), slug, language),
            "working": standing.working(case),
        },
        status=422 if sent else 200,
    )


def _due(duties: tuple[Duty, ...]) -> Duty | None:
    """The one that has to be met first."""
    owed = [one for one in duties if one.verdict is Verdict.OWED]
    return min(owed, key=lambda one: (one.due is None, one.due.timestamp() if one.due else 0), default=None)


@doors.case(Act.READ)
def download(request: DeskRequest, case: Case, slug: str, language: str, kind: str) -> HttpResponse:
    """The draft, to print, to read on paper, to send to counsel: it says that it is one, and speaks of nobody."""
    if kind not in KINDS:
        raise Http404
    letters, _, written = _asked(case, slug, language, "early" in request.GET)
    response = HttpResponse(letters.drawn(written.notice, kind), content_type=_TYPES[kind])
    early = "-early" if "early" in request.GET else ""
    response.headers["Content-Disposition"] = f'attachment; filename="{case.number}-{slug}-{language}{early}.{kind}"'
    return response
