"""The fact sheet of a case: what to find out next, each fact with its versions, one answer at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from breachdesk.case.app.actions import answer_fact
from breachdesk.case.app.models import Answer, Case
from breachdesk.ground import elements
from breachdesk.ground.refused import Refused
from breachdesk.ground.shelf import our_shelf
from breachdesk.law import typed
from breachdesk.law.app import standing
from breachdesk.law.typed import NoZone, Reader, Unclear
from breachdesk.law.vocabulary import Fact, FactType, our_facts
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

#: Not asked here: people come from scope, words for letters and filings are asked where they are written.
_ELSEWHERE = (FactType.PEOPLE, FactType.FREE)
_CHOSEN = (FactType.BOOL, FactType.ENUM)
_NEXT = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact in the list: the answer that counts, and what hangs on it."""

    name: str
    fact: Fact
    answer: Answer | None
    decides: int = 0
    due: str = ""


def _answers(case: Case) -> dict[str, Answer]:
    return {one.fact: one for one in Answer.objects.filter(case=case, last=True)}


@doors.case(Act.READ)
def facts(request: DeskRequest, case: Case) -> HttpResponse:
    """The questions in the order of what they decide, then what is known, then everything else that can be asked."""
    answers, kept = _answers(case), standing.last(case)
    vocabulary = our_facts().facts
    asked = [
        Asked(
            one["fact"],
            vocabulary[one["fact"]],
            answers.get(one["fact"]),
            len(one["decides"]),
            one["soonest_due"] or "",
        )
        for one in (kept.questions if kept else ())
        if one["fact"] in vocabulary and vocabulary[one["fact"]].type not in _ELSEWHERE
    ]
    names = {one.name for one in asked}
    known = [Asked(name, vocabulary[name], one) for name, one in sorted(answers.items()) if name in vocabulary]
    rest = [
        Asked(name, fact, None)
        for name, fact in vocabulary.items()
        if fact.type not in _ELSEWHERE and "<" not in name and name not in names and name not in answers
    ]
    return render(
        request,
        "law/facts.html",
        {
            "asked": asked[:_NEXT],
            "asked_later": asked[_NEXT:],
            "questions": len(asked),
            "known": known,
            "rest": rest,
            "standing": kept,
        },
    )


@doors.case(Act.READ, post=Act.FACTS)
def fact(request: DeskRequest, case: Case, fact: str) -> HttpResponse:
    """One fact: the question, why it is asked, an answer, and every answer before."""
    if fact == "people":  # asked by the law, answered by the evidence
        return redirect("case_people" if Act.PEOPLE in request.rights else "case_facts", case.number)
    found = our_facts().find(fact)
    if found is None or found.type in _ELSEWHERE or "<" in fact:
        raise Http404
    versions = list(Answer.objects.filter(case=case, fact=fact).order_by("-id")[:100])
    last = next((one for one in versions if one.last), None)
    unclear: Unclear | None = None
    if request.method == "POST":
        try:
            known, value = _said(found, request, case)
            why, source = request.POST.get("why", "").strip()[:4000], request.POST.get("source", "").strip()[:300]
            answer_fact(case, fact, value, known=known, why=why, source=source, by=request.by)
        except Unclear as error:
            unclear = error
        else:
            messages.success(request, request.words.say("facts.kept"))
            return redirect("case_facts", case.number)
    kept = standing.last(case)
    question = next((one for one in (kept.questions if kept else ()) if one["fact"] == fact), None)
    return render(
        request,
        "law/fact.html",
        {
            "name": fact,
            "fact": found,
            "kind": found.type.value,
            "options": _options(found, request.words.language, last, request.POST),
            "text": request.POST.get("text", "") or _typed(last),
            "unknown": bool(last and not last.known) if request.method != "POST" else "unknown" in request.POST,
            "versions": versions,
            "last": last,
            "unclear": (unclear.key, unclear.places) if unclear else None,
            "question": question,
        },
    )


def _said(found: Fact, request: DeskRequest, case: Case) -> tuple[bool, Any]:
    """What was answered: (known, value). Raises Unclear, and Refused for nothing at all."""
    if request.POST.get("option") == "unknown" or request.POST.get("unknown"):
        return False, None
    if found.type in _CHOSEN:
        chosen = request.POST.get("option", "")
        if not chosen:
            raise Refused("facts.refused.no_value")
        return True, {"yes": True, "no": False}[chosen] if _is_bool(found, chosen) else _one(found, chosen)
    if found.type is FactType.SET:
        return True, [_one(found, option) for option in request.POST.getlist("options")]
    text = typed.clean(request.POST.get("text", ""))
    if not text:
        raise Refused("facts.refused.no_value")
    try:
        reader = Reader(typed.read(our_shelf()), elements.vocabulary(), request.at, case.zone)
        return True, reader.value(found, text)
    except NoZone:
        raise Unclear("typed.instant") from None


def _is_bool(found: Fact, chosen: str) -> bool:
    return found.type is FactType.BOOL and chosen in ("yes", "no")


def _one(found: Fact, option: str) -> str:
    if option not in found.options:
        raise Unclear("typed.choice", n=len(found.options))
    return option


def _typed(last: Answer | None) -> str:
    """The answer that counts as one could have typed it."""
    if last is None or not last.known:
        return ""
    value = last.value
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return " ".join(str(one) for one in value.values() if one is not None)
    return str(value)


def _options(found: Fact, language: str, last: Answer | None, said: Any) -> list[tuple[str, str, bool]]:
    """(option, its words, whether it is chosen)."""
    tongue, value = typed.read(our_shelf()), last.value if last and last.known else None
    if found.type is FactType.BOOL:
        return [("yes", "yes", value is True), ("no", "no", value is False)]
    chosen = said.getlist("options") or said.getlist("option") or (value if isinstance(value, list) else [value])
    return [(option, tongue.choice(found.name, option, language), option in chosen) for option in found.options]
