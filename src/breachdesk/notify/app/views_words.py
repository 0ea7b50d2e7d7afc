"""Pages on which counsel words the letters of a case: each block as it is said, and what a text would do before it is
kept."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from breachdesk.case.app import paper
from breachdesk.case.app.models import Case
from breachdesk.case.app.paper import Paper
from breachdesk.ground import places
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.refused import Refused
from breachdesk.notify.app import rewording
from breachdesk.notify.app.models import OwnText
from breachdesk.notify.app.rewording import Place, Touched, scope_named
from breachdesk.notify.app.writing import Letters, fits
from breachdesk.notify.page import drawn
from breachdesk.notify.values import holes_known
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

#: Letters that are shown in full below a text; of the others, what is checked in them.
IN_FULL = 10
_MOST_HISTORY, _EXCERPT = 50, 400


class WordsForm(Paper):
    """`scope`: `all`, `slug:` and people, `rule:` and a law. Who only looks need not say why."""

    sheet = "words.form"
    scope = forms.ChoiceField()
    text = paper.text(rows=9)
    reason = paper.text(rows=2)

    def __init__(self, *args: Any, words: Any, letters: Letters, rows: list[OwnText], **more: Any) -> None:
        super().__init__(*args, words=words, **more)
        self.fields["scope"].choices = _scopes(letters, rows, words)  # type: ignore[attr-defined]

    def looked_at(self) -> bool:
        """Whether a text can be looked at, whatever else is missing."""
        self.is_valid()
        return not set(self.errors) - {"reason"}


def _scopes(letters: Letters, rows: list[OwnText], words: Any) -> list[tuple[str, str]]:
    """Whom a text may be for: also those whose text was written when there were still people it is for."""
    listed = [("all", words.say("words.scopes.all"))]
    laws = dict.fromkeys([*rewording.laws(letters), *(row.rule for row in rows if row.rule)])
    listed += [(f"rule:{one}", scope_of(letters, Place("", "", "", one), words)) for one in laws]
    slugs = dict.fromkeys([*(one.slug for one in letters.cohorts), *(row.slug for row in rows if row.slug)])
    return listed + [(f"slug:{one}", scope_of(letters, Place("", "", one), words)) for one in slugs]


def scope_of(letters: Letters, place: Place | OwnText, words: Any) -> str:
    """For whom it is, in words."""
    if place.rule:
        rule = letters.library.rules.get(place.rule)
        return str(words.say("words.scopes.rule", title=rule.title.say(words.language) if rule else place.rule))
    if not place.slug:
        return str(words.say("words.scopes.all"))
    cohort = letters.of(place.slug)
    if cohort is None:
        return str(words.say("words.scopes.gone", slug=place.slug))
    known = letters.library.vocabulary
    lost = ", ".join(known[one].title(words.language) if one in known else one for one in cohort.elements[:4])
    more = ", …" if len(cohort.elements) > 4 else ""
    where = places.title(cohort.residence, words.language)
    people = words.say("notices.people", cohort.count)
    return str(words.say("words.scopes.slug", place=where, people=people, lost=lost + more))


def _place(block: str, language: str, scope: str) -> Place:
    kind, _, name = scope.partition(":")
    return Place(block, language, name if kind == "slug" else "", name if kind == "rule" else "")


@doors.case(Act.READ)
def words(request: DeskRequest, case: Case) -> HttpResponse:
    """Every block that stands in a letter of the case, in the order of the letters, and where it has words of its
    own."""
    letters = Letters(case)
    uses = rewording.uses(letters, LANGUAGES[0])
    own: dict[tuple[str, str], int] = {}
    for row in rewording.of(case):
        own[row.block, row.language] = own.get((row.block, row.language), 0) + 1
    known = rewording.blocks(letters.library)
    names = [one for one in uses if one in known]
    names += sorted({block for block, _ in own} - set(names))
    rows = [
        {
            "block": name,
            "says": rewording.shipped(letters.library, name, request.words.language)[:_EXCERPT],
            "letters": uses.get(name, 0),
            "own": [(one, own.get((name, one), 0)) for one in LANGUAGES],
        }
        for name in names
    ]
    return render(request, "notify/words.html", {"rows": rows, "own": sum(own.values())})


@doors.case(Act.READ, post=Act.TELL)
def wording(request: DeskRequest, case: Case, block: str, language: str) -> HttpResponse:
    """One block: our words, the case's own, and what a text would do to every letter it touches. Posting looks, keeps
    or withdraws."""
    letters = Letters(case)
    if block not in rewording.blocks(letters.library) or language not in LANGUAGES:
        raise Http404
    history = list(rewording.history(case, block, language)[:_MOST_HISTORY])
    rows = [one for one in rewording.of(case) if (one.block, one.language) == (block, language)]
    post, deed = request.method == "POST", request.POST.get("deed", "look")
    if post and deed == "withdraw":
        place = _place(block, language, request.POST.get("scope", ""))
        rewording.withdraw(case, place, reason=request.POST.get("reason", ""), by=request.by)
        messages.success(request, request.words.say("words.said.withdrawn"))
        return redirect("case_wording", case.number, block, language)
    shipped = rewording.shipped(letters.library, block, language)
    form = WordsForm(
        request.POST if post else None, words=request.words, letters=letters, rows=rows,
        initial=_initial(request.GET.get("scope", "all"), rows, shipped),
    )  # fmt: skip
    touched = None
    if not post:
        if "look" in request.GET:  # the page itself is there at once; its letters follow
            touched = _first(letters, _place(block, language, form.initial["scope"]), form.initial["text"])
    elif form.is_valid() if deed == "keep" else form.looked_at():
        said = form.cleaned_data
        place = _place(block, language, said["scope"])
        try:
            _, own = rewording.tried(letters, place, said["text"])
            if deed == "keep":
                seen = said["scope"] == request.POST.get("opened")
                before = request.POST.get("before", "") if seen else ""  # of other people's text nothing was seen
                rewording.reword(case, place, said["text"], reason=said["reason"], before=before, by=request.by)
                messages.success(request, request.words.say("words.said.kept"))
                return redirect(f"{request.path}?scope={said['scope']}")
            touched = rewording.touched(letters, own, first=_number(request.POST.get("first", "")))
            form.errors.pop("reason", None)
        except Refused as refused:
            form.errors.pop("reason", None)
            form.refused(refused)
    wrong = post and bool(form.errors)
    return render(
        request,
        "notify/wording.html",
        {
            "passage": block, "language": language, "others": [one for one in LANGUAGES if one != language],
            "shipped": shipped, "form": form,
            "before": request.POST.get("before", "") if post else form.initial["before"],
            "opened": request.POST.get("opened", "") if post else form.initial["scope"],
            "touched": touched, "looked": post or touched is not None,
            "shown": _shown(touched, block, request.words.language),
            "rows": [(one, scope_of(letters, one, request.words), scope_named(one), fits(letters.library, one) is None)
                     for one in rows],
            "history": [(one, scope_of(letters, one, request.words)) for one in history],
            "holes": [f"{{{one}}}" for one in holes_known(letters.library)],
        },
        status=422 if wrong else 200,
    )  # fmt: skip


def _initial(scope: str, rows: list[OwnText], shipped: str) -> dict[str, str]:
    """What is said to these people now: by them alone, else by everybody's own text, else by ours."""
    own = {scope_named(one): one.text for one in rows}
    held = own.get(scope, "")
    return {
        "scope": scope,
        "text": held or own.get("all", "") or shipped,
        "before": rewording.digest(held) if held else "",  # so that nobody writes over what a colleague wrote meanwhile
    }


def _first(letters: Letters, place: Place, text: str) -> Touched | None:
    """What the text as it stands touches; nothing for a place there is not."""
    try:
        _, own = rewording.tried(letters, place, text)
    except Refused:
        return None
    return rewording.touched(letters, own)


def _number(text: str) -> int:
    return min(int(text), 10**6) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _shown(touched: Touched | None, block: str, language: str) -> list[dict[str, Any]]:
    """Each letter a text touches, for the page: the block as it stands in it, and the first of them whole."""
    found = []
    for number, one in enumerate(touched.variants if touched else ()):
        letter = drawn(one.then.notice.blocks)
        found.append(
            {
                "variant": one,
                "place": places.title(one.cohort.residence, language),
                "failed": [(check, check.text(language), new) for check, new in one.failed],
                "mended": [check.text(language) for check in one.mended],
                "parts": [part for part in (*letter["head"], *letter["body"]) if part.get("role") == block],
                "letter": letter if number < IN_FULL else None,
            }
        )
    return found
