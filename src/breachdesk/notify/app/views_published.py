"""Pages of what was put up for publication: its words, who approved them, where they stand, and what is to be done."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Case
from breachdesk.case.app.paper import Moment, Paper, line, text
from breachdesk.case.app.seen import page
from breachdesk.ground.refused import Refused
from breachdesk.law.answer import Answer
from breachdesk.notify.app import posts, published
from breachdesk.notify.app.models import Posted, Publication, PublicText, Up
from breachdesk.notify.app.publishing import Spoken, Texts
from breachdesk.notify.channels import Post
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

FILES = ("txt", "html")
_TYPES = {"html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8"}


class WhyForm(Paper):
    sheet = "published.why"
    reason = text(rows=2)


class LookedForm(Paper):
    sheet = "published.looked"
    reason = text(rows=2)


class WhereForm(Paper):
    """Where it was published by hand. `part`: only of a law's substitute notice."""

    sheet = "published.place"
    where = line(longest=published.LONGEST_WHERE)
    at = Moment()
    part = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, words: Any, parts: tuple[tuple[str, str], ...] = (), **more: Any) -> None:
        super().__init__(*args, words=words, **more)
        if parts:
            self.fields["part"].choices = [*parts, ("", words.say("published.no_part"))]  # type: ignore[attr-defined]
        else:
            del self.fields["part"]


class DownForm(Paper):
    sheet = "published.down"
    at = Moment()
    reason = text(rows=2)


class ChannelForm(Paper):
    sheet = "published.posting"
    channel = forms.ChoiceField()

    def __init__(self, *args: Any, words: Any, channels: list[str], **more: Any) -> None:
        super().__init__(*args, words=words, **more)
        self.fields["channel"].choices = [(one, one) for one in channels]  # type: ignore[attr-defined]


def named(one: PublicText, words: Any) -> str:
    """What it is, in words."""
    rule = published.rule_of(one)
    if one.rule:
        return str(words.say("public.posting", law=rule.title.say(words.language) if rule else one.rule))
    return str(words.say(f"public.kinds.{one.kind}")) if f"public.kinds.{one.kind}" in words else one.kind


@doors.case(Act.READ)
def all_published(request: DeskRequest, case: Case) -> HttpResponse:
    """Everything that was put up, the newest first, with how it stands."""
    found = page(published.of(case), request.GET.get("page"))
    ours, alive = Texts(case, request.at), alive_asks(case, request)
    rows = [
        {
            "text": one,
            "named": named(one, request.words),
            "ask": alive.get(one.number),
            "changed": (one.waits or one.may_go) and _words_now(ours, one) != one.words,
            "doubt": any(row.state == Post.DOUBT for row in one.posts.all()),
        }
        for one in found
    ]
    return render(
        request, "notify/published.html", {"page": found, "rows": rows, "today": published.day_of(case, request.at)}
    )


def alive_asks(case: Case, request: DeskRequest) -> dict[int, Any]:
    """What is asked or approved, by the number of the text."""
    found = asks.alive(case, request.by).filter(deed=asks.PUBLISH)
    return {one.what.get("public_text", 0): one for one in found}


def _words_now(ours: Texts, one: PublicText) -> str:
    spoken = ours.spoken(one.kind, one.language)
    return spoken.post if spoken else ""


def _of(case: Case, number: int) -> PublicText:
    return get_object_or_404(case.public_texts.select_related("case"), number=number)


@doors.case(Act.READ)
def one_published(request: DeskRequest, case: Case, published_text: int) -> HttpResponse:
    return _shown(request, _of(case, published_text))


def _shown(request: DeskRequest, one: PublicText, *, forms: dict[str, Paper] | None = None) -> HttpResponse:
    """Its words, how it stands, where it is, and what to do next. `forms`: what somebody filled in, with what is wrong
    in it."""
    case, words = one.case, request.words
    ours = Texts(case, request.at)
    now: Spoken | None = ours.spoken(one.kind, one.language)
    substitute = ours.law(one.kind) if one.rule else None
    changed = one.standing in (Up.FIXED, Up.RELEASED) and (now is None or now.post != one.words)
    mine = asks.alive(case, request.by).filter(deed=asks.PUBLISH, what=published.what(one)).first()
    rule, titles, lacking = published.rule_of(one), dict(_parts(one, request)), published.lacking(one)
    given = {
        "ask": WhyForm(words=words, auto_id="ask_%s"),
        "withdraw": WhyForm(words=words, auto_id="withdraw_%s"),
        "decide": LookedForm(words=words, auto_id="decide_%s"),
        "place": _place_form(request, one),
        "channel": ChannelForm(words=words, channels=posts.open_to(one)),
        **(forms or {}),
    }
    return render(
        request,
        "notify/published_text.html",
        {
            "text": one,
            "named": named(one, words),
            "ready": now is not None and now.ready,
            "changed": changed,
            "difference": list(published.difference(one.words, now.post)) if changed and now else [],
            "ask": mine,
            "lapses": (mine.answered_at or mine.asked_at) + asks.LIVES if mine else None,
            "own": mine is not None and mine.asker_id == request.account.id,
            "publications": [
                (row, given.get(f"down-{row.id}") or DownForm(words=words, zone=case.zone, auto_id=f"down{row.id}_%s"))
                for row in one.publications.all()
            ],
            "part_titles": titles,
            "posts": list(one.posts.all()),
            "doubt": any(row.state == Post.DOUBT for row in one.posts.all()),
            "may_post": one.kind in posts.KINDS,
            "channels": posts.open_to(one),
            "named_channels": posts.named(),
            "forms": given,
            "lacking": [titles[name] for name in lacking],
            "law": rule.title.say(words.language) if rule else "",
            "allowed": substitute.instead.allowed.value if substitute else Answer.NO.value,
            "said": one.standing in published.SAID and one.released_at is not None,
            "files": FILES,
            "today": published.day_of(case, request.at),
        },
        status=422 if forms else 200,
    )


def _parts(one: PublicText, request: DeskRequest) -> tuple[tuple[str, str], ...]:
    from breachdesk.notify.app.writing import the_library

    checks = the_library().checks
    return tuple((name, checks[f"part_{name}"].looks.say(request.words.language)) for name in published.parts(one))


def _place_form(request: DeskRequest, one: PublicText, *, filled: bool = False) -> WhereForm:
    return WhereForm(
        request.POST if filled else None, words=request.words, zone=one.case.zone, parts=_parts(one, request),
        initial={"at": request.at},
    )  # fmt: skip


@doors.case(Act.READ)
def published_file(request: DeskRequest, case: Case, published_text: int, ending: str) -> HttpResponse:
    """The words exactly as they were fixed: their SHA-256 is the one that was approved."""
    one = _of(case, published_text)
    if ending not in FILES:
        raise Http404
    response = HttpResponse(one.words if ending == "txt" else one.page, content_type=_TYPES[ending])
    name = f"{case.number}-public-{one.number}-{one.kind}-{one.language}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@doors.case(Act.TELL)
@require_POST
def put_up(request: DeskRequest, case: Case, kind: str, language: str) -> HttpResponse:
    """Fix the words as they read now, and ask for their approval."""
    form = WhyForm(request.POST, words=request.words)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["reason"])))
        return redirect("case_public_text", case.number, kind, language)
    made = published.put_up(case, kind, language, reason=form.cleaned_data["reason"], by=request.by)
    messages.success(request, request.words.say("published.done.put_up"))
    return redirect("case_published_text", case.number, made.number)


@doors.case(Act.TELL)
@require_POST
def act(request: DeskRequest, case: Case, published_text: int, deed: str) -> HttpResponse:
    """`ask`, `release`, `withdraw`."""
    one, form = _of(case, published_text), WhyForm(request.POST, words=request.words, auto_id=f"{deed}_%s")
    if deed not in published.DEEDS:
        raise Http404
    if deed in published.REASONED and not form.is_valid():
        return _shown(request, one, forms={deed: form})
    published.act(one, deed, reason=form.cleaned_data["reason"] if form.is_valid() else "", by=request.by)
    messages.success(request, request.words.say(f"published.done.{deed}"))
    return redirect("case_published_text", case.number, published_text)


@doors.case(Act.TELL)
@require_POST
def place(request: DeskRequest, case: Case, published_text: int) -> HttpResponse:
    """Where somebody published it, and since when."""
    one = _of(case, published_text)
    form = _place_form(request, one, filled=True)
    if form.is_valid():
        said = form.cleaned_data
        try:
            published.publish(one, said["where"], said["at"], part=said.get("part", ""), by=request.by)
        except Refused as refused:
            form.refused(refused)
        else:
            messages.success(request, request.words.say("published.done.place"))
            return redirect("case_published_text", case.number, published_text)
    return _shown(request, one, forms={"place": form})


@doors.case(Act.TELL)
@require_POST
def take_down(request: DeskRequest, case: Case, published_text: int, publication: int) -> HttpResponse:
    one = _of(case, published_text)
    row: Publication = get_object_or_404(one.publications.all(), id=publication)
    row.text = one
    form = DownForm(request.POST, words=request.words, zone=case.zone, auto_id=f"down{row.id}_%s")
    if form.is_valid():
        try:
            published.take_down(row, form.cleaned_data["at"], reason=form.cleaned_data["reason"], by=request.by)
        except Refused as refused:
            form.refused(refused)
        else:
            messages.success(request, request.words.say("published.done.down"))
            return redirect("case_published_text", case.number, published_text)
    return _shown(request, one, forms={f"down-{row.id}": form})


@doors.case(Act.TELL)
@require_POST
def post(request: DeskRequest, case: Case, published_text: int) -> HttpResponse:
    """Into the queue of a channel; the worker posts it."""
    one = _of(case, published_text)
    posts.post(one, request.POST.get("channel", ""), by=request.by)
    messages.success(request, request.words.say("published.done.post"))
    return redirect("case_published_text", case.number, published_text)


@doors.case(Act.TELL)
@require_POST
def decide(request: DeskRequest, case: Case, published_text: int, post: int) -> HttpResponse:
    """Somebody looked at the channel: it stands there, or it does not."""
    one = _of(case, published_text)
    row: Posted = get_object_or_404(one.posts.select_related("text__case"), id=post)
    form = LookedForm(request.POST, words=request.words, auto_id="decide_%s")
    if not form.is_valid() or request.POST.get("there") not in ("yes", "no"):
        return _shown(request, one, forms={"decide": form})
    there = request.POST["there"] == "yes"
    posts.decide(row, there=there, reason=form.cleaned_data["reason"], by=request.by)
    messages.success(request, request.words.say("published.done.there" if there else "published.done.not_there"))
    return redirect("case_published_text", case.number, published_text)
