"""Pages of sendings: planned, approved by two, watched while they go, and what was told to whom."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Case
from breachdesk.case.app.paper import Paper, line, text
from breachdesk.detect.app import mailbox
from breachdesk.ground import places
from breachdesk.ground.refused import Refused
from breachdesk.notify import gsm
from breachdesk.notify.app import (
    calling,
    caring,
    fixing,
    lawful,
    lawful_words,
    printing,
    proof,
    receipts,
    rewording,
    sendings,
    spreading,
    writing,
)
from breachdesk.notify.app.calling import Outcome
from breachdesk.notify.app.models import LIVE, Minded, Sending, Stage, Standing
from breachdesk.notify.app.progress import domains, progress
from breachdesk.notify.app.unready import Unready, reasons
from breachdesk.notify.app.writing import Letters, Shown, elements_of, preview, shown
from breachdesk.notify.shapes import NoticeCheck, NoticeCohort
from breachdesk.notify.states import Channel
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act
from breachdesk.vault.app import errands
from breachdesk.vault.app.models import Errand, State

if TYPE_CHECKING:
    from breachdesk.report.words import Words

_MOST_RATE = 1000.0
_MINDED = 200
_TEXTS = 40  # shown where a sending is planned
_LETTERS = 40  # of one place, to be chosen one by one; those that most people get


class InOrder(forms.SelectMultiple):
    """A choice for each place, the first before the next; a place left empty is passed over."""

    template_name = "notify/in_order.html"
    use_fieldset = True
    called: Sequence[str] = ()  # what each place is called
    empty = ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        chosen = [*(value or ()), *[""] * len(self.called)]
        return {
            **super().get_context(name, value, attrs),
            "places": list(zip(self.called, chosen, strict=False)),
            "choices": [("", self.empty), *self.choices],
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return list(dict.fromkeys(filter(None, super().value_from_datadict(data, files, name) or ())))

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return ""


class PlanForm(Paper):
    """`places`: everybody who lives there; `slugs`: whoever gets this letter; none of either: everybody."""

    sheet = "sendings.form"
    stage = forms.ChoiceField()
    channels = forms.MultipleChoiceField(widget=InOrder)
    places = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    slugs = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    quiet = forms.BooleanField(required=False)
    per_second = forms.FloatField(required=False, min_value=0.01, max_value=_MOST_RATE)

    def __init__(self, *args: Any, words: Any, letters: Letters, **more: Any) -> None:
        super().__init__(*args, words=words, **more)
        self._homes = writing.by_place(letters.cohorts)
        homes = self._homes.items()
        choices = {
            "stage": [(one.value, words.say(f"sendings.stages.{one.value}")) for one in Stage],
            "channels": [(one.value, words.say(f"sendings.channels.{one.value}")) for one in sendings.ways()],
            "places": [(home, _labelled(places.in_full(home, words.language), there, words)) for home, there in homes],
            "slugs": [
                (one.slug, _labelled(", ".join(elements_of(one, letters, words.language)), [one], words))
                for _, there in homes
                for one in there[:_LETTERS]
            ],
        }
        for name, listed in choices.items():
            self.fields[name].choices = listed  # type: ignore[attr-defined]
        order = self.fields["channels"].widget
        order.called = [words.say("sendings.form.way", n=n) for n, _ in enumerate(sendings.ways(), 1)]
        order.empty = words.say("sendings.form.no_way")
        if not self.is_bound:
            self.initial = {"stage": Stage.FULL.value, "channels": [Channel.EMAIL.value], "quiet": True}

    def whom(self) -> list[tuple[Any, list[Any], bool]]:
        """The box of each place, those of its letters, and whether one of these is ticked."""
        boxes = {str(box.data["value"]): box for box in self["slugs"]}
        rows = []
        for box, there in zip(self["places"], self._homes.values(), strict=True):
            letters = [boxes[one.slug] for one in there[:_LETTERS]]
            rows.append((box, letters, any(letter.data["selected"] for letter in letters)))
        return rows

    def chosen(self) -> list[str]:
        """Slugs of the letters; none: all."""
        there = [one.slug for place in self.cleaned_data.get("places", ()) for one in self._homes[place]]
        return list(dict.fromkeys([*there, *self.cleaned_data.get("slugs", ())]))


def _labelled(title: str, cohorts: Sequence[NoticeCohort], words: Any) -> str:
    return f"{title} · {words.say('notices.people', sum(one.count for one in cohorts))}"


class WhyForm(Paper):
    sheet = "sendings.why"
    reason = text(rows=2)


class MindForm(Paper):
    sheet = "sendings.mind"
    known_by = line()
    kind = forms.ChoiceField()
    reason = text(rows=2)

    def __init__(self, *args: Any, words: Any, **more: Any) -> None:
        super().__init__(*args, words=words, **more)
        listed = [(one.value, words.say(f"sendings.kinds.{one.value}")) for one in Minded.Kind]
        self.fields["kind"].choices = listed  # type: ignore[attr-defined]


QUIET = (21, 8)  # from nine in the evening until eight


@doors.case(Act.TELL)
def plan(request: DeskRequest, case: Case) -> HttpResponse:
    """Choose who is written to and how; the worker writes the list, and nothing goes. `deed=look`: nothing is planned,
    the page says what it would say of that."""
    letters = Letters(case)
    form = PlanForm(request.POST if request.method == "POST" else None, words=request.words, letters=letters)
    held, held_texts = list[Unready](), False
    if form.is_valid() and request.POST.get("deed") != "look":
        said = form.cleaned_data
        try:
            made = sendings.plan(
                case,
                stage=Stage(said["stage"]),
                channels=[Channel(one) for one in said["channels"]],
                slugs=form.chosen(),
                quiet=QUIET if said["quiet"] else None,
                per_second=said["per_second"],
                by=request.by,
            )
        except Refused as refused:  # what was chosen stays chosen
            if isinstance(refused, fixing.NotReady):
                held, held_texts = reasons(refused.notices, request.words.language), refused.texts
                form.add_error(None, request.words.say("sendings.unready.said", len(refused.notices)))
            else:
                field = refused.field if refused.field in form.fields else None
                form.add_error(field, request.words.say(refused.key, **refused.values))
        else:
            return redirect("case_sending", case.number, made.number)
    by_text = Channel.SMS in sendings.ways()
    return render(
        request,
        "notify/plan.html",
        {
            "form": form,
            "letters": len(letters.cohorts),
            "held": held,
            "held_texts": held_texts,
            "foreseen": _foreseen(form, letters, request.words),
            "by_text": by_text,
            "texts": _texts(letters, request.words.language) if by_text else {},
        },
    )


def _foreseen(form: PlanForm, letters: Letters, words: "Words") -> dict[str, Any] | None:
    """What the law of these people says of the ways as they are chosen on the page; of an early warning none does."""
    said = form.cleaned_data if form.is_bound else form.initial
    channels = [Channel(one) for one in said.get("channels", ())]
    if said.get("stage") == Stage.EARLY or not channels:
        return None
    slugs = form.chosen() if form.is_bound else ()
    return lawful_words.of_plan(lawful.foresee(letters, channels, sendings.ways(), slugs), words)


def _texts(letters: Letters, language: str) -> dict[str, list[tuple[Shown, list[tuple[NoticeCheck, str]]]]]:
    """Text messages as they would go, by the stage of the sending; each with the checks that fail, in the language of
    the reader."""
    found = {}
    for stage in (Stage.FULL, Stage.EARLY):
        all_ = [shown(one) for one in fixing.texts(letters, early=stage == Stage.EARLY)[:_TEXTS]]
        found[stage.value] = [(one, [(check, check.text(language)) for check in one.failed]) for one in all_]
    return found


def _of(case: Case, sending: int) -> Sending:
    return get_object_or_404(case.sendings.select_related("case"), number=sending)


@doors.case(Act.READ)
def sending(request: DeskRequest, case: Case, sending: int) -> HttpResponse:
    """How it stands: who is told, who waits, who was not reached, and what to do next."""
    found = _of(case, sending)
    mine = asks.alive(case, request.by).filter(deed=asks.SEND, what=sendings.what(found)).first()
    letters = sendings.letters_of(found)
    return render(
        request,
        "notify/sending.html",
        {
            "sending": found,
            "progress": progress(found, request.at),
            "domains": domains(found),
            "left_out": sorted(found.left_out.items()),
            "ask": mine,
            "lapses": (mine.answered_at or mine.asked_at) + asks.LIVES if mine else None,
            "own": mine is not None and mine.asker_id == request.account.id,
            "forms": {one: WhyForm(words=request.words, auto_id=f"{one}_%s") for one in sendings.REASONED},
            "errands": _errands(found, request.at),
            "reworded": found.standing == Standing.READY and found.fixed_at and rewording.since(case, found.fixed_at),
            "letters": letters,
            "homes": spreading.homes(found, letters),
            "lawful": lawful_words.of_sending(lawful.look(found, letters), request.words),
            "spread": spreading.spread(found, letters),
            "live": found.standing in LIVE,
            "returns": mailbox.trouble(mailbox.RETURNS),
            "unread": not settings.RETURNS_URL and Channel.EMAIL in found.channels,
            "calls": calling.left(found) if found.live else 0,
            "reports": receipts.counted() if Channel.SMS in found.channels else None,
            "on_paper": Channel.LETTER in found.channels,
            "paper": printing.waiting(found),
        },
    )


def _errands(sending: Sending, at: datetime) -> list[Errand]:
    """What the worker does for it, and what it could not do."""
    found = errands.of(sending.case, at, kind=fixing.KIND, said={"sending": sending.id})
    return [one for one in found if one.state != State.DONE]


@doors.case(Act.READ)
def letter(request: DeskRequest, case: Case, sending: int, letter: int) -> HttpResponse:
    """One of its letters, word for word as it goes; what is each person's own is named."""
    found = _of(case, sending)
    letters = sendings.letters_of(found)
    if letter >= len(letters):
        raise Http404
    one = letters[letter]
    return render(
        request,
        "notify/fixed.html",
        {
            "sending": found,
            "letter": one,
            "text": preview(one),
            "elements": len(one.elements),
            "length": gsm.length(one.short) if one.short else None,
        },
    )


@doors.case(Act.TELL)
@require_POST
def act(request: DeskRequest, case: Case, sending: int, deed: str) -> HttpResponse:
    """`ask`, `go`, `pause`, `resume`, `stop`, `drop`, `taken`, `again`, `substitute`."""
    found, form = _of(case, sending), WhyForm(request.POST, words=request.words)
    if deed not in sendings.DEEDS:
        raise Http404
    if deed in sendings.REASONED and not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["reason"])))
        return redirect("case_sending", case.number, sending)
    sendings.act(found, deed, reason=form.cleaned_data["reason"] if form.is_valid() else "", by=request.by)
    messages.success(request, request.words.say(f"sendings.said.{deed}"))
    return redirect("case_sending", case.number, sending)


class CallForm(Paper):
    sheet = "sendings.call"
    outcome = forms.ChoiceField(widget=forms.RadioSelect)
    note = line(required=False)

    def __init__(self, *args: Any, words: Any, **more: Any) -> None:
        super().__init__(*args, words=words, **more)
        listed = [(one.value, words.say(f"sendings.outcomes.{one.value}")) for one in Outcome]
        self.fields["outcome"].choices = listed  # type: ignore[attr-defined]


@doors.case(Act.UNMASK)
def calls(request: DeskRequest, case: Case, sending: int) -> HttpResponse:
    """The call one has in hand, with the number and what to say; posting takes the next, or tells what came of it."""
    found = _of(case, sending)
    form = CallForm(request.POST if "row" in request.POST else None, words=request.words)
    if request.method == "POST" and "row" not in request.POST:
        if calling.take(found, by=request.by) is None:
            messages.info(request, request.words.say("sendings.call.nobody_now"))
        return redirect("case_calls", case.number, sending)
    if request.method == "POST" and form.is_valid() and request.POST["row"].isdigit():
        said = form.cleaned_data
        calling.tell(found, int(request.POST["row"]), Outcome(said["outcome"]), note=said["note"], by=request.by)
        messages.success(request, request.words.say("sendings.call.told"))
        return redirect("case_calls", case.number, sending)
    held = calling.in_hand(found, request.by.actor.name)
    return render(
        request,
        "notify/calls.html",
        {
            "sending": found,
            "left": calling.left(found),
            "call": calling.call_of(found, held) if held is not None else None,
            "form": form,
        },
    )


@doors.case(Act.PEOPLE)
def told(request: DeskRequest, case: Case) -> HttpResponse:
    """Prove you told me: everything that was sent to one person, and what came of it."""
    wanted = request.GET.get("who", "").strip()[:200]
    found = proof.find(case, wanted, by=request.by) if wanted else []
    return render(request, "notify/told.html", {"wanted": wanted, "found": found, "looked": bool(wanted)})


@doors.case(Act.UNMASK)
@require_POST
def proven(request: DeskRequest, case: Case, person: str) -> HttpResponse:
    """The proof for one person, as a document: what was sent, when, to which address, what the relay said, and where it
    stands in the journal. It holds whole values, so it wants a reason."""
    document = proof.document(case, person, reason=request.POST.get("reason", ""), by=request.by)
    if document is None:
        raise Http404
    response = HttpResponse(json.dumps(document, ensure_ascii=False, indent=2), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{case.number}-told.json"'
    return response


@doors.case(Act.PEOPLE, post=Act.TELL)
def minded(request: DeskRequest, case: Case) -> HttpResponse:
    """People with whom something is to be minded."""
    form = MindForm(request.POST if request.method == "POST" else None, words=request.words)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            caring.mind(case, said["known_by"], said["kind"], reason=said["reason"], by=request.by)
        except Refused as refused:
            form.refused(refused)
        else:
            messages.success(request, request.words.say("sendings.said.minded"))
            return redirect("case_minded", case.number)
    rows = case.minded.filter(last=True)[:_MINDED]
    return render(request, "notify/minded.html", {"form": form, "rows": rows})


@doors.case(Act.TELL)
@require_POST
def unmind(request: DeskRequest, case: Case, minded: int) -> HttpResponse:
    caring.forget(get_object_or_404(case.minded, id=minded), reason=request.POST.get("reason", ""), by=request.by)
    return redirect("case_minded", case.number)
