"""Letters to people by the API: who gets the same one, each as it reads now, and what only a human can say in it."""

from typing import Any, Literal

from django.db import transaction
from django.http import Http404, HttpResponse
from ninja import Router, Schema

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify.app import asks
from breachdesk.notify.app.api import codes, paper, public, published, sendings, telling, words
from breachdesk.notify.app.api.shapes import FILE, AnswersIn, CheckOut, QuestionOut, checks_of
from breachdesk.notify.app.views import KINDS
from breachdesk.notify.app.writing import Letters, Written
from breachdesk.notify.draw import as_text
from breachdesk.notify.shapes import NoticeCohort
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["notices"])
routers = (
    published.router,
    public.router,
    words.router,
    router,
    codes.router,
    paper.router,
    sendings.router,
    telling.router,
)
Language = Literal[LANGUAGES]  # type: ignore[valid-type]
Kind = Literal[KINDS]  # type: ignore[valid-type]


class CohortOut(Schema):
    """People who get the same letter. `languages`: how many speak which, as far as the evidence says."""

    slug: str
    residence: str
    elements: list[str]
    minor: bool
    count: int
    languages: dict[str, int]


class NoticeOut(Schema):
    """One letter as it reads now. `ready`: nothing is blank and no check stops it; `rules`: what it must obey."""

    cohort: CohortOut
    language: str
    title: str
    text: str
    ready: bool
    blanks: list[str]
    rules: list[str]
    checks: list[CheckOut]
    questions: list[QuestionOut]


@router.get("/cases/{number}/notices", response=list[CohortOut])
@api_case(Act.READ)
def list_notices(request: DeskRequest, number: str) -> list[NoticeCohort]:
    """Who gets the same letter, most people first."""
    return list(Letters(request.case).cohorts)


@router.get("/cases/{number}/notices/{slug}/{language}", response=NoticeOut)
@api_case(Act.READ)
def read_notice(
    request: DeskRequest, number: str, slug: str, language: Language, early: bool = False
) -> dict[str, Any]:
    """One letter as it would read now, with what is checked in it and what it still needs. `early`: the warning that
    goes before it."""
    return _told(request, *_written(request, slug, language, early))


@router.get("/cases/{number}/notices/{slug}/{language}/file", openapi_extra=FILE)
@api_case(Act.READ)
def read_notice_file(
    request: DeskRequest, number: str, slug: str, language: Language, kind: Kind = "pdf", early: bool = False
) -> HttpResponse:
    """The draft as pdf, html or txt; it says that it is one."""
    letters, _, written = _written(request, slug, language, early)
    response = HttpResponse(letters.drawn(written.notice, kind), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{request.case.number}-{slug}-{language}.{kind}"'
    return response


@router.put("/cases/{number}/notices/{slug}/{language}/answers", response=NoticeOut)
@api_case(Act.FACTS)
def answer_notice(
    request: DeskRequest, number: str, slug: str, language: Language, said: AnswersIn, early: bool = False
) -> dict[str, Any]:
    """What only a human can say: it goes into the fact sheet, and every letter and form has it from then on."""
    _, _, written = _written(request, slug, language, early)
    asked = asks.questions(written.notice.asks, language, request.words.language)
    with transaction.atomic():
        answers = asks.read(said.answers, asked, request.words)
        asks.save(request.case, answers, by=request.by, source=f"notices/{slug}/{language}")
    return _told(request, *_written(request, slug, language, early))


def _written(request: DeskRequest, slug: str, language: str, early: bool) -> tuple[Letters, NoticeCohort, Written]:
    letters = Letters(request.case)
    cohort = letters.of(slug)
    if cohort is None:
        raise Http404
    return letters, cohort, letters.write(cohort, language, early=early)


def _told(request: DeskRequest, letters: Letters, cohort: NoticeCohort, written: Written) -> dict[str, Any]:
    reader, notice = request.words.language, written.notice
    return {
        "cohort": cohort,
        "language": notice.language,
        "title": notice.title,
        "text": as_text(notice),
        "ready": written.ready,
        "blanks": list(written.blanks),
        "rules": list(notice.rules),
        "checks": checks_of(written.checks, reader),
        "questions": asks.questions(notice.asks, notice.language, reader),
    }
