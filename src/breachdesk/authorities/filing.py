"""One filing: the form a duty asks for, every field answered or said to be not yet known."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from breachdesk.authorities import generic
from breachdesk.authorities.answers import answer as answer_to
from breachdesk.authorities.answers import holds
from breachdesk.authorities.case import Answer, Case
from breachdesk.authorities.extra import read_extra
from breachdesk.authorities.forms import AttachmentRow, FieldRow, Form, Forms
from breachdesk.authorities.shapes import Attachment, Filing, FilingField, Receipt, Stage, State, order_of
from breachdesk.ground.places import country_of
from breachdesk.law.shapes import Duty
from breachdesk.notify.advice import Words
from breachdesk.notify.library import Library
from breachdesk.notify.organisation import Organisation, Says, clean, says
from breachdesk.notify.shapes import Ask, AskKind, NoticesIndex
from breachdesk.scope.shapes import Cohort

_ZONES = {"RU": "Europe/Moscow"}
_WORST = (State.NOT_YET_KNOWN, State.CONFIRM, State.ESTIMATED, State.ANSWERED, State.NOT_APPLICABLE)


def file(
    duty: Duty,
    form: Form,
    *,
    forms: Forms,
    library: Library,
    organisation: Organisation,
    facts: Mapping[str, Any],
    cohorts: Iterable[Cohort],
    summary: Mapping[str, Any],
    at: datetime,
    notices: NoticesIndex | None = None,
    receipts: Iterable[Receipt] = (),
) -> Filing:
    """Draft `form` for `duty` as things stand `at` (aware). `summary`: the document breachdesk.scope/1, or empty.
    `receipts`: what was handed in of the case so far. Raises BadOrganisation where `filing:` of the sheet is bad."""
    residences = places_of(duty, library)
    known = sorted(receipts, key=lambda one: one.filed_at)
    case = Case(
        duty=duty,
        library=library,
        organisation=organisation,
        facts=facts,
        cohorts=tuple(cohorts),
        summary=summary,
        language=form.language,
        residences=residences,
        everyone=form.established and established(residences, facts),
        phrases=forms.phrases[form.language],
        zone=_ZONES.get(duty.jurisdiction, ""),
        at=at,
        extra=read_extra(facts),
        labels=forms.labels,
        filed=tuple(one for one in known if one.duty == duty.id),
        kin=tuple(one for one in known if order_of(one.duty) == order_of(duty.id)),
    )
    where = f"filings/{duty.id}"
    asks: dict[str, Ask] = {}
    rows = [row for row in form.fields if holds(case, row.only_if)]
    fields = [_field(row, case, form, asks, where) for row in rows]
    case.complete = all(field.state is not State.NOT_YET_KNOWN for field in fields if field.required)
    case.stage = _stage(form, case)
    fields = [
        _field(row, case, form, asks, where) if "stage" in row.answers else done
        for row, done in zip(rows, fields, strict=True)
    ]
    authority, url, extra = _authority(form, duty, forms, facts)
    return Filing(
        duty=duty.id,
        ref=duty.ref,
        form=form.id,
        title=form.title.say(form.language),
        authority=authority,
        channel=form.channel.say(form.language),
        url=url,
        language=form.language,
        stage=case.stage,
        verdict=duty.verdict,
        due=duty.due,
        fields=tuple(fields),
        attachments=tuple(_attachment(form, row, library, notices) for row in form.attachments),
        notes=(*extra, *(note.say(form.language) for note in form.notes)),
        asks=tuple(asks.values()),
        citation=form.citation,
        filed=case.filed,
        own=form.id != generic.NAME,
        confidence=form.confidence,
        checked_on=str(form.checked_on),
    )


def _stage(form: Form, case: Case) -> Stage:
    """A form that takes everything, or that is filed in phases, moves on with what was filed and what is still open."""
    if case.filed and (form.phases or form.stage is Stage.FULL):
        return Stage.FINAL if case.complete else Stage.INTERMEDIATE
    return Stage.FULL if form.phases and case.complete else form.stage


def places_of(duty: Duty, library: Library) -> frozenset[str]:
    """Whose residents count: the state or country of the duty; the EEA for law of the Union; a contract counts all."""
    groups = library.advice.rules.groups
    if duty.jurisdiction in groups:
        return frozenset(groups[duty.jurisdiction])
    return frozenset({duty.jurisdiction} - {"", "contract"})


def established(residences: frozenset[str], facts: Mapping[str, Any]) -> bool:
    """Whether the sheet says that the organisation has an establishment in one of these places."""
    named = facts.get("entity.establishments")
    places = set(named) if isinstance(named, list | tuple | set | frozenset) else set()
    return bool(residences & {country_of(str(place)) for place in (*places, facts.get("entity.main_establishment"))})


def _field(row: FieldRow, case: Case, form: Form, asks: dict[str, Ask], where: str) -> FilingField:
    label = row.label or Words(en=row.id, ru=row.id)
    answer, value = _answered(row, label, case, form, asks, where)
    return FilingField(
        id=row.id,
        label=label.say(form.language),
        value=value,
        state=answer.state,
        required=row.required,
        rows=tuple((clean(name), clean(figure)) for name, figure in answer.rows),
        facts=answer.facts,
        citation=row.citation,
        label_en=label.en,
        label_ru=label.ru,
        was=_was(case, row.id, value),
    )


def _was(case: Case, name: str, value: str) -> str | None:
    """What the last filing said of the field, where it is something else now."""
    before = case.filed[-1].values.get(name) if case.filed else None
    return _lines(before) if before is not None and before != value else None


def _answered(
    row: FieldRow, label: Words, case: Case, form: Form, asks: dict[str, Ask], where: str
) -> tuple[Answer, str]:
    """One answer as it is; several one under the other, each with its name; none is for a human to write."""
    if not row.answers:
        answer = case.written(f"filing.{case.duty.id}.{row.id}")
        return answer, _value(row, label, answer, case, form, asks, where)
    answers = [answer_to(case, name) for name in row.answers]
    if len(answers) == 1:
        return answers[0], _value(row, label, answers[0], case, form, asks, where)
    lines: list[str] = []
    for name, one in zip(row.answers, answers, strict=True):
        named = case.labels.get(name, label)
        table = "; ".join(name for name, _ in one.rows)
        told = "; ".join(": ".join(pair) for pair in one.rows) if table and one.value == table else ""
        value = told or _value(row, named, one, case, form, asks, where)
        if value:
            lines.append(f"{named.say(form.language)}: {'; '.join(value.split(chr(10)))}")
    state = min((one.state for one in answers), key=_WORST.index)
    facts = tuple(dict.fromkeys(fact for one in answers for fact in one.facts))
    return Answer("", state, facts), "\n".join(lines)


def _value(
    row: FieldRow, label: Words, answer: Answer, case: Case, form: Form, asks: dict[str, Ask], where: str
) -> str:
    value = clean(answer.value).replace("\n\n", "\n") if "\n\n" in answer.value else _lines(answer.value)
    if answer.state is State.NOT_YET_KNOWN:
        value = _not_known(row, answer, case, form)
    if answer.state in (State.NOT_YET_KNOWN, State.CONFIRM):
        for fact in answer.facts:
            asks.setdefault(fact, _ask(fact, label, answer, case, where))
    return value


def _not_known(row: FieldRow, answer: Answer, case: Case, form: Form) -> str:
    """A law lets one say that a fact of the breach is not yet known; never who one is oneself: there a blank stays."""
    for fact in answer.facts:
        key = fact.removeprefix("organisation.").removesuffix(f".{case.language}")
        own = fact.startswith("organisation.") and not key.startswith("exposed")
        if own and says(key) not in (Says.PROSE, Says.NUMBER):
            known = case.library.asks.get(f"organisation.{key}")
            return f"[{known.blank.say(form.language)}]" if known else "[…]"
    return form.unknown.say(form.language) if row.required else ""


def _lines(value: str) -> str:
    return "\n".join(clean(line) for line in value.split("\n"))


def _ask(fact: str, label: Words, answer: Answer, case: Case, where: str) -> Ask:
    known = case.library.asks.get(fact) or case.library.asks.get(fact.removesuffix(f".{case.language}"))
    if known and answer.state is State.NOT_YET_KNOWN:
        return Ask(fact, where, known.ask.en, known.ask.ru)
    kind = AskKind.CONFIRM if answer.state is State.CONFIRM else AskKind.SAY
    confirm = case.library.asks["filing.confirm" if kind is AskKind.CONFIRM else "filing.say"]
    said = [confirm.ask.say(language).replace("{name}", label.say(language)) for language in ("en", "ru")]
    return Ask(fact, where, said[0], said[1], kind)


def _authority(form: Form, duty: Duty, forms: Forms, facts: Mapping[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    """Name, address on the web, and a word about the language, of whoever takes it."""
    if not form.lead_authority:
        return form.authority.say(form.language) if form.authority else duty.recipient.name, form.url, ()
    main = facts.get("entity.main_establishment")
    place = next((place for place in (country_of(duty.jurisdiction), main) if place in forms.authorities), None)
    if place is None:
        return duty.recipient.name, form.url, ()
    row = forms.authorities[place]
    phrases = forms.phrases[form.language]
    words = [f"{phrases['languages']}: {', '.join(row.languages)}.", *([row.form + "."] if row.form else [])]
    return row.name, row.url, (" ".join(words),)


def _attachment(form: Form, row: AttachmentRow, library: Library, notices: NoticesIndex | None) -> Attachment:
    """The letter most grown-ups of the place get serves as the sample."""
    path: PurePosixPath | None = None
    if notices and row.residence:
        places = library.advice.rules.groups.get(row.residence, (row.residence,))
        near = [entry for entry in notices.entries if entry.cohort.residence in places]
        if near:
            path = min(near, key=lambda entry: entry.cohort.minor).files[form.language]["pdf"]
    return Attachment(row.id, row.label.say(form.language), path)
