"""A draft for an authority whose own form is not on the shelf: what its law asks, in its order, marked as such."""

import re

from breachdesk.authorities.forms import AttachmentRow, FieldRow, Form, Forms
from breachdesk.authorities.shapes import Stage
from breachdesk.ground.places import country_of
from breachdesk.law.shapes import Confidence, Duty
from breachdesk.notify.advice import Words

NAME = "law"  # what such a draft calls its form
_LETTERS = ("individuals", "media", "internal", "")  # told by a letter, a press release, a note: not by a filing


def wants_filing(duty: Duty, forms: Forms) -> bool:
    """Whether somebody is to be told in writing who is neither the people nor the public nor oneself."""
    return (
        duty.ref not in forms.generic.never
        and duty.kind in ("notify", "voluntary")
        and duty.recipient.type not in _LETTERS
    )


def form_of(duty: Duty, russian: Duty, forms: Forms) -> Form:
    """`duty` and `russian`: the same duty, worded in English and in Russian."""
    generic = forms.generic
    place = duty.jurisdiction
    language = "ru" if country_of(place) in generic.russian else "en"
    contents = _contents(duty, russian, forms)
    told = {name for row in contents for name in row.answers}
    fields = (
        *(row for row in generic.first if not told.intersection(row.answers)),
        *(contents or generic.usual),
        *(row for row in generic.last if not told.intersection(row.answers)),
    )
    channel, channel_ru = duty.recipient.channel, russian.recipient.channel
    residence = () if place == "contract" else (place,)
    return Form(
        id=NAME,
        title=Words(en=duty.title, ru=russian.title),
        refs=(duty.ref,),
        authority=Words(en=duty.recipient.name, ru=russian.recipient.name),
        channel=Words(en=channel, ru=channel_ru) if channel else generic.channels["unknown"],
        language=language,
        stage=Stage.FULL,
        citation=duty.citation,
        checked_on=duty.checked_on,
        confidence=duty.confidence.value,
        unknown=generic.unknown,
        notes=_notes(duty, russian, forms, language, known=bool(contents)),
        attachments=tuple(AttachmentRow(id="letter", label=generic.letter, residence=place) for place in residence),
        fields=fields,
    )


def _contents(duty: Duty, russian: Duty, forms: Forms) -> tuple[FieldRow, ...]:
    rows: dict[str, FieldRow] = {}
    for en, ru in zip(duty.content, russian.content, strict=True):
        name = _slug(en)
        name = name if name not in rows else f"{name}_{len(rows)}"
        answers = forms.generic.asked.answers(en)
        rows[name] = FieldRow(id=name, label=Words(en=_upper(en), ru=_upper(ru)), answer=answers)
    return tuple(rows.values())


def _slug(words: str) -> str:
    """A key for below `filing:` that stands when the law asks for more one day: `alternatives_considered`."""
    return "_".join(re.findall(r"[a-z0-9]+", words.lower())[:6]) or "item"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _notes(duty: Duty, russian: Duty, forms: Forms, language: str, *, known: bool) -> tuple[Words, ...]:
    notes = [forms.generic.notes["no_form"]]
    if not known:
        notes.append(forms.generic.notes["no_contents"])
    if duty.confidence is Confidence.UNCERTAIN:
        notes.append(forms.generic.notes["uncertain"])
    taken = forms.generic.languages.get(country_of(duty.jurisdiction), ())
    if taken and language not in taken:
        said = forms.generic.notes["languages"]
        listed = ", ".join(taken)
        notes.append(Words(en=said.en.replace("{languages}", listed), ru=said.ru.replace("{languages}", listed)))
    return (*notes, *(Words(en=en, ru=ru) for en, ru in zip(duty.notes, russian.notes, strict=True)))
