"""The timeline, the map of systems, and the source of the breach: each as a picture, a table and a form."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime

from breachdesk.case import veris
from breachdesk.case.app import moments
from breachdesk.case.app.actions import picture as actions
from breachdesk.case.app.models import Case, Happening, Link, Origin, System
from breachdesk.ground import clock
from breachdesk.ground.digits import whole
from breachdesk.ground.refused import Refused
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

_LOCAL = "%Y-%m-%dT%H:%M"
_YEARS = (1970, 2200)


class Worded(forms.Form):
    """Labels and help out of the packs: `<under>.<field>`, `<under>.<field>_help`; choices by `choice_words`."""

    under = ""
    choice_words: dict[str, str] = {}  # noqa: RUF012 - a table of the class

    def __init__(self, *args: Any, words: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        for name, field in self.fields.items():
            field.label = words.say(f"{self.under}.{name}")
            if f"{self.under}.{name}_help" in words:
                field.help_text = words.say(f"{self.under}.{name}_help")
            field.error_messages["required"] = words.say("evidence.refused.required")
            if isinstance(field, forms.ChoiceField) and name in self.choice_words:
                options: Any = field.choices
                field.choices = [(one, words.say(f"{self.choice_words[name]}.{one}")) for one, _ in options]

    def refused(self, error: Refused) -> None:
        said = self.words.say(error.key, **error.values)
        self.add_error(error.field if error.field in self.fields else None, said)


def _choices(values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(one, one) for one in values]


class HappeningForm(Worded):
    under = "timeline.form"
    choice_words = {"kind": "timeline.kinds"}  # noqa: RUF012 - a table of the class
    title = forms.CharField(max_length=200)
    kind = forms.ChoiceField(choices=_choices(actions.HAPPENINGS))
    at = forms.CharField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    until = forms.CharField(required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    zone = forms.CharField(max_length=64)
    system = forms.ModelChoiceField(queryset=System.objects.none(), required=False)
    sure = forms.BooleanField(required=False)
    source = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, case: Any, words: Any, **kwargs: Any) -> None:
        super().__init__(*args, words=words, **kwargs)
        field = self.fields["system"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = case.systems.filter(gone=False)
            field.empty_label = words.say("timeline.whole_case")

    def keep(self, case: Case, request: DeskRequest, instead_of: Happening | None = None) -> bool:
        """Whether it was kept; what is wrong stands on the form otherwise."""
        if not self.is_valid():
            return False
        said = self.cleaned_data
        try:
            actions.add_happening(
                case,
                said["title"],
                local(said["at"], said["zone"], "at"),
                until=local(said["until"], said["zone"], "until") if said["until"] else None,
                kind=said["kind"],
                zone=said["zone"],
                sure=said["sure"],
                system=said["system"],
                source=said["source"],
                instead_of=instead_of,
                by=request.by,
            )
        except Refused as refused:
            self.refused(refused)
            return False
        return True


def local(text: str, zone: str, field: str) -> datetime:
    """A moment on the wall of that zone. Raises Refused."""
    try:
        found = parse_datetime(text)
        place = clock.time_zone(zone)
    except (ValueError, OSError, KeyError):
        raise Refused("timeline.refused.zone", field="zone", zone=zone[:60]) from None
    if found is None or not _YEARS[0] <= found.year <= _YEARS[1]:
        raise Refused("timeline.refused.no_time", field=field)
    if found.tzinfo:
        return found
    here, later = found.replace(tzinfo=place), found.replace(tzinfo=place, fold=1)
    if here.utcoffset() != later.utcoffset():  # the clocks are put on or back
        gap = here.astimezone(UTC).astimezone(place).replace(tzinfo=None) != found
        raise Refused(f"timeline.refused.{'gap' if gap else 'twice'}", field=field, zone=zone)
    return here


def on_the_wall(instant: datetime, zone: str) -> str:
    return instant.astimezone(clock.time_zone(zone)).strftime(_LOCAL)


@doors.case(Act.READ, post=Act.FACTS)
def timeline(request: DeskRequest, case: Any) -> HttpResponse:
    posted = request.method == "POST"
    form = HappeningForm(
        request.POST if posted else None,
        case=case,
        words=request.words,
        initial={"zone": case.zone, "sure": True, "at": on_the_wall(request.at, case.zone)},
    )
    if posted and form.keep(case, request):
        messages.success(request, request.words.say("timeline.kept"))
        return redirect("case_timeline", case.number)
    rows = list(case.happenings.filter(gone=False).select_related("system"))
    record = moments.of(case)
    start, end = _window(request)
    return render(
        request,
        "case/timeline.html",
        {
            "form": form,
            "rows": rows,
            "record": record,
            "together": sorted(
                [(row.at, row, "") for row in rows]
                + [(one.at, one, request.words.say(one.key, **one.values)) for one in record],
                key=lambda one: one[0],
            ),
            "gone": case.happenings.filter(gone=True).count(),
            "start": start,
            "end": end,
            "zooms": _zooms(rows, request.at),
        },
    )


def _window(request: DeskRequest) -> tuple[datetime | None, datetime | None]:
    """What part of time is asked for by ?start= and ?end= (RFC 3339); nothing: all of it."""
    found: list[datetime | None] = []
    for name in ("start", "end"):
        try:
            one = parse_datetime(request.GET.get(name, "").replace(" ", "+"))
        except ValueError:
            one = None
        found.append(one if one is not None and one.tzinfo is not None else None)
    start, end = found
    return (start, end) if start and end and start < end else (None, None)


def _zooms(rows: list[Happening], now: datetime) -> list[tuple[str, str, str]]:
    """Windows worth a look: (name, start, end): around the first access, around discovery, the last two days."""
    found = []
    for kind in ("first_access", "discovery"):
        first = next((row.at for row in rows if row.kind == kind), None)
        if first is not None:
            found.append((kind, first - timedelta(hours=12), first + timedelta(hours=36)))
    found.append(("last", now - timedelta(days=2), now + timedelta(hours=6)))
    return [(name, start.isoformat(), end.isoformat()) for name, start, end in found]


@doors.case(Act.READ, post=Act.FACTS)
def happening(request: DeskRequest, case: Any, happening: int) -> HttpResponse:
    """Change one, or take it away; what it was stays in the history."""
    found = get_object_or_404(Happening.objects.select_related("system"), case=case, id=happening)
    form = HappeningForm(
        request.POST if request.method == "POST" and request.POST.get("do") != "remove" else None,
        case=case,
        words=request.words,
        initial={
            "title": found.title,
            "kind": found.kind,
            "at": on_the_wall(found.at, found.zone),
            "until": on_the_wall(found.until, found.zone) if found.until else "",
            "zone": found.zone,
            "system": found.system_id,
            "sure": found.sure,
            "source": found.source,
        },
    )
    if request.method == "POST" and not found.gone:
        if request.POST.get("do") == "remove":
            actions.take_happening(found, reason=request.POST.get("reason", "")[:1000], by=request.by)
            return redirect("case_timeline", case.number)
        if form.keep(case, request, found):
            return redirect("case_timeline", case.number)
    return render(request, "case/happening.html", {"form": form, "happening": found})


class SystemForm(Worded):
    under = "systems.form"
    choice_words = {"kind": "systems.kinds", "state": "systems.states"}  # noqa: RUF012 - a table of the class
    name = forms.CharField(max_length=120)
    kind = forms.ChoiceField(choices=_choices(actions.SYSTEMS))
    state = forms.ChoiceField(choices=_choices(actions.STATES))
    owner = forms.CharField(max_length=120, required=False)
    note = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def keep(self, case: Case, request: DeskRequest, system: System | None = None) -> bool:
        if not self.is_valid():
            return False
        try:
            actions.put_system(case, by=request.by, system=system, **self.cleaned_data)
        except Refused as refused:
            self.refused(refused)
            return False
        return True


class LinkForm(Worded):
    under = "systems.link"
    source = forms.ModelChoiceField(queryset=System.objects.none(), empty_label=None)
    target = forms.ModelChoiceField(queryset=System.objects.none(), empty_label=None)
    label = forms.CharField(max_length=120, required=False)
    attack = forms.BooleanField(required=False)

    def __init__(self, *args: Any, case: Any, words: Any, **kwargs: Any) -> None:
        super().__init__(*args, words=words, **kwargs)
        for name in ("source", "target"):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = case.systems.filter(gone=False)


@doors.case(Act.READ, post=Act.FACTS)
def systems(request: DeskRequest, case: Any) -> HttpResponse:
    do = request.POST.get("do", "")
    form = SystemForm(
        request.POST if do == "system" else None, words=request.words, initial={"kind": "server", "state": "hit"}
    )
    between = LinkForm(request.POST if do == "link" else None, case=case, words=request.words, auto_id="link_%s")
    if do == "system" and form.keep(case, request):
        messages.success(request, request.words.say("systems.kept"))
        return redirect("case_systems", case.number)
    if do == "link" and between.is_valid():
        said = between.cleaned_data
        actions.link(case, said["source"], said["target"], label=said["label"], attack=said["attack"], by=request.by)
        return redirect("case_systems", case.number)
    if do == "unlink":
        wanted = request.POST.get("link", "")
        found = get_object_or_404(Link, case=case, gone=False, id=whole(wanted) or 0)
        actions.unlink(found, by=request.by)
        return redirect("case_systems", case.number)
    rows = list(case.systems.filter(gone=False))
    hit = [row for row in rows if row.state in ("hit", "isolated")]
    return render(
        request,
        "case/systems.html",
        {
            "form": form,
            "between": between,
            "rows": rows,
            "links": list(case.links.filter(gone=False).select_related("source", "target")),
            "hit": len(hit),
            "isolated": sum(row.state == "isolated" for row in hit),
        },
    )


@doors.case(Act.READ, post=Act.FACTS)
def system(request: DeskRequest, case: Any, system: int) -> HttpResponse:
    found = get_object_or_404(System, case=case, id=system)
    form = SystemForm(
        request.POST if request.POST.get("do") == "change" else None,
        words=request.words,
        initial={name: getattr(found, name) for name in ("name", "kind", "state", "owner", "note")},
    )
    if request.method == "POST" and not found.gone:
        if request.POST.get("do") == "remove":
            actions.take_system(found, by=request.by)
            return redirect("case_systems", case.number)
        if form.keep(case, request, found):
            messages.success(request, request.words.say("systems.kept"))
            return redirect("case_systems", case.number)
    return render(request, "case/system.html", {"form": form, "system": found})


@doors.case(Act.READ, post=Act.FACTS)
def origin(request: DeskRequest, case: Any) -> HttpResponse:
    """Who, what, which way: in VERIS terms."""
    known = veris.terms()
    if request.method == "POST":
        chosen = {name: request.POST.getlist(name) for name in known if request.POST.getlist(name)}
        actions.say_origin(case, chosen, text=request.POST.get("text", "").strip()[:4000], by=request.by)
        messages.success(request, request.words.say("origin.kept"))
        return redirect("case_origin", case.number)
    versions = list(Origin.objects.filter(case=case).order_by("-id")[:50])
    last = next((one for one in versions if one.last), None)
    words = request.words
    now = last.terms if last else {}
    fields = []
    for name, term in known.items():
        values = [(value, words.pick(texts), value in now.get(name, ())) for value, texts in term.values.items()]
        fields.append((term, words.pick(term.title), values, bool(now.get(name))))
    told = []
    for name, chosen in now.items():
        if name in known:
            named = [words.pick(known[name].values[one]) for one in chosen if one in known[name].values]
            told.append((words.pick(known[name].title), named))
    return render(request, "case/origin.html", {"fields": fields, "last": last, "told": told, "versions": versions})


@doors.case(Act.READ)
def origin_json(request: DeskRequest, case: Any) -> HttpResponse:
    """The incident as a VERIS document."""
    last = Origin.objects.filter(case=case, last=True).first()
    document = veris.incident(case.number, last.terms if last else {}, last.text if last else "")
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": True, "indent": 1})
    response.headers["Content-Disposition"] = f'attachment; filename="veris-{case.number}.json"'
    return response
