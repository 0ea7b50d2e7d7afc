"""Pages on which counsel words the texts of a case: each block as it is said, and what words would do before they are
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
from breachdesk.notify import gsm
from breachdesk.notify.app import rewording, trying
from breachdesk.notify.app.models import OwnText
from breachdesk.notify.app.publishing import Spoken, Texts
from breachdesk.notify.app.rewording import Place, scope_named
from breachdesk.notify.app.trying import Form, Touched, Variant
from breachdesk.notify.app.writing import Letters, elements_of, fits, the_wordable
from breachdesk.notify.own import IN_PUBLIC, IN_SHORT
from breachdesk.notify.page import drawn
from breachdesk.notify.public import POSTING
from breachdesk.notify.short import short_text
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

#: Texts that are shown in full below a text; of the others, what is checked in them.
IN_FULL = 10
_MOST_HISTORY, _EXCERPT = 50, 400


class WordsForm(Paper):
    """`scope`: `all`, `slug:` and people, `rule:` and a law. Who only looks need not say why."""

    sheet = "words.form"
    scope = forms.ChoiceField()
    text = paper.text(rows=9)
    reason = paper.text(rows=2)

    def __init__(
        self, *args: Any, words: Any, texts: Texts, block: str, rows: list[OwnText], **more: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, words=words, **more)
        self.fields["scope"].choices = _scopes(texts, block, rows, words)  # type: ignore[attr-defined]

    def looked_at(self) -> bool:
        """Whether a text can be looked at, whatever else is missing."""
        self.is_valid()
        return not set(self.errors) - {"reason"}


def _scopes(texts: Texts, block: str, rows: list[OwnText], words: Any) -> list[tuple[str, str]]:
    """What a text may be for: also people whose text was written when they were still there."""
    listed = [("all", words.say("words.scopes.all"))]
    near = trying.laws(texts) if the_wordable().by_law(block) else ()
    laws = dict.fromkeys([*near, *(row.rule for row in rows if row.rule)])
    listed += [(f"rule:{one}", scope_of(texts, Place(block, "", "", one), words)) for one in laws]
    kinds = the_wordable().kinds(block)
    known = [one.slug for one in texts.cohorts] if not block.startswith(IN_PUBLIC) else kinds if len(kinds) > 1 else ()
    slugs = dict.fromkeys([*known, *(row.slug for row in rows if row.slug)])
    return listed + [(f"slug:{one}", scope_of(texts, Place(block, "", one), words)) for one in slugs]


def scope_of(letters: Letters, place: Place | OwnText, words: Any) -> str:
    """For whom it is, in words."""
    if place.rule:
        rule = letters.library.rules.get(place.rule)
        return str(words.say("words.scopes.rule", title=rule.title.say(words.language) if rule else place.rule))
    if not place.slug:
        return str(words.say("words.scopes.all"))
    if f"public.kinds.{place.slug}" in words and place.block.startswith(IN_PUBLIC):
        return str(words.say("words.scopes.kind", kind=words.say(f"public.kinds.{place.slug}")))
    cohort = letters.of(place.slug)
    if cohort is None:
        return str(words.say("words.scopes.gone", slug=place.slug))
    lost = ", ".join(elements_of(cohort, letters, words.language)[:4])
    more = ", …" if len(cohort.elements) > 4 else ""
    where = places.in_full(cohort.residence, words.language)
    people = words.say("notices.people", cohort.count)
    return str(words.say("words.scopes.slug", place=where, people=people, lost=lost + more))


def _place(block: str, language: str, scope: str) -> Place:
    kind, _, name = scope.partition(":")
    return Place(block, language, name if kind == "slug" else "", name if kind == "rule" else "")


@doors.case(Act.READ)
def words(request: DeskRequest, case: Case) -> HttpResponse:
    """Every block that stands in a text of the case, in the order in which they are read, and where it has words of its
    own."""
    uses = trying.uses(Texts(case, request.at), LANGUAGES[0])
    own: dict[tuple[str, str], int] = {}
    for row in rewording.of(case):
        own[row.block, row.language] = own.get((row.block, row.language), 0) + 1
    known = set(the_wordable().blocks)
    names = [one for one in uses if one in known]
    names += sorted({block for block, _ in own} - set(names))
    groups: dict[Form, list[dict[str, Any]]] = {form: [] for form in Form}
    for name in names:
        groups[_form_of(name)].append(
            {
                "block": name,
                "says": the_wordable().shipped(name, request.words.language)[:_EXCERPT],
                "texts": uses.get(name, 0),
                "own": [(one, own.get((name, one), 0)) for one in LANGUAGES],
            }
        )
    return render(
        request,
        "notify/words.html",
        {"groups": [(form.value, rows) for form, rows in groups.items() if rows], "own": sum(own.values())},
    )


def _form_of(block: str) -> Form:
    return Form.SHORT if block.startswith(IN_SHORT) else Form.PUBLIC if block.startswith(IN_PUBLIC) else Form.LETTER


@doors.case(Act.READ, post=Act.TELL)
def wording(request: DeskRequest, case: Case, block: str, language: str) -> HttpResponse:
    """One block: our words, the case's own, and what words would do to every text they touch. Posting looks, keeps or
    withdraws."""
    texts = Texts(case, request.at)
    if block not in the_wordable().blocks or language not in LANGUAGES:
        raise Http404
    history = list(rewording.history(case, block, language)[:_MOST_HISTORY])
    rows = [one for one in rewording.of(case) if (one.block, one.language) == (block, language)]
    post, deed = request.method == "POST", request.POST.get("deed", "look")
    if post and deed == "withdraw":
        place = _place(block, language, request.POST.get("scope", ""))
        rewording.withdraw(case, place, reason=request.POST.get("reason", ""), by=request.by)
        messages.success(request, request.words.say("words.said.withdrawn"))
        return redirect("case_wording", case.number, block, language)
    shipped = the_wordable().shipped(block, language)
    form = WordsForm(
        request.POST if post else None, words=request.words, texts=texts, block=block, rows=rows,
        initial=_initial(request.GET.get("scope", "all"), rows, shipped),
    )  # fmt: skip
    touched = None
    if not post:
        if "look" in request.GET:  # the page itself is there at once; its texts follow
            touched = _first(texts, _place(block, language, form.initial["scope"]), form.initial["text"])
    elif form.is_valid() if deed == "keep" else form.looked_at():
        said = form.cleaned_data
        place = _place(block, language, said["scope"])
        try:
            _, own = rewording.tried(texts, place, said["text"])
            if deed == "keep":
                seen = said["scope"] == request.POST.get("opened")
                before = request.POST.get("before", "") if seen else ""  # of other people's text nothing was seen
                rewording.reword(case, place, said["text"], reason=said["reason"], before=before, by=request.by)
                messages.success(request, request.words.say("words.said.kept"))
                return redirect(f"{request.path}?scope={said['scope']}")
            touched = trying.touched(texts, own, first=_number(request.POST.get("first", "")))
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
            "roles": _roles(block), "form_of": _form_of(block).value,
            "shown": _shown(touched, block, request.words),
            "rows": [(one, scope_of(texts, one, request.words), scope_named(one), fits(one) is None)
                     for one in rows],
            "history": [(one, scope_of(texts, one, request.words)) for one in history],
            "holes": [f"{{{one}}}" for one in the_wordable().holes(block)],
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


def _first(texts: Texts, place: Place, text: str) -> Touched | None:
    """What the text as it stands touches; nothing for a place there is not."""
    try:
        _, own = rewording.tried(texts, place, text)
    except Refused:
        return None
    return trying.touched(texts, own)


def _number(text: str) -> int:
    return min(int(text), 10**6) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _shown(touched: Touched | None, block: str, words: Any) -> list[dict[str, Any]]:
    """Each text that words touch, for the page: the block as it stands in it, and the first of them whole."""
    found, roles = [], _roles(block)
    for number, one in enumerate(touched.variants if touched else ()):
        written = drawn(one.then.notice.blocks)
        whole = one.text.form is not Form.SHORT and number < IN_FULL
        found.append(
            {
                "variant": one,
                "text": one.text,
                "name": _named(one, words),
                "key": f"{one.text.form.value}-{one.text.slug}{'-early' if one.text.early else ''}",
                "failed": [(check, check.text(words.language), new) for check, new in one.failed],
                "mended": [check.text(words.language) for check in one.mended],
                "parts": [part for part in (*written["head"], *written["body"]) if part.get("role") in roles],
                "letter": written if whole else None,
                "open": one.text.form is Form.SHORT and number < IN_FULL,
                **_measured(one),
            }
        )
    return found


def _roles(block: str) -> set[str]:
    """How the paragraphs of a block are known in a text."""
    bare = block.removeprefix(IN_SHORT).removeprefix(IN_PUBLIC)
    return {bare, bare.removeprefix(f"{POSTING}-")}


def _named(one: Variant, words: Any) -> str:
    kind = one.text.kind
    if one.text.form is not Form.PUBLIC:
        return str(places.in_full(one.text.cohort.residence, words.language))
    if f"public.kinds.{kind}" in words:
        return str(words.say(f"public.kinds.{kind}"))
    rule = the_wordable().library.rules[kind.removeprefix(f"{POSTING}-")]
    return str(words.say("public.posting", law=rule.title.say(words.language)))


def _measured(one: Variant) -> dict[str, Any]:
    """What counts where room is short: parts of a text message, letters of a post."""
    if one.text.form is Form.SHORT:
        text = short_text(one.then.notice)
        return {"said": text, "length": gsm.length(text)}
    return {"spoken": one.then} if isinstance(one.then, Spoken) and one.then.limit else {}
