"""Forms of authorities, as packs: which duty, which fields in which order, what each is answered from."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from pydantic import BaseModel, ConfigDict

from breachdesk.authorities.asked import Asked
from breachdesk.authorities.shapes import Stage
from breachdesk.ground.places import country_of
from breachdesk.ground.shelf import BadPack, Shelf
from breachdesk.law.shapes import Duty
from breachdesk.notify.advice import Words

FOLDER = "messages/filings"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldRow(_Row):
    """`answer` names an answer of answers.py, or a key of facts.yaml; several are told one under the other, none is
    left to a human. `label`: absent, the words of labels.yaml for that answer. `only_if`: a condition of answers.py."""

    id: str
    label: Words | None = None
    answer: str | tuple[str, ...]
    required: bool = True
    only_if: str = ""
    citation: str = ""

    @property
    def answers(self) -> tuple[str, ...]:
        return (self.answer,) if isinstance(self.answer, str) else self.answer


class AttachmentRow(_Row):
    """A letter is found among the notices to `residence` (or a group of it); anything else a human must bring."""

    id: str
    label: Words
    residence: str = ""


class Form(_Row):
    id: str
    title: Words
    refs: tuple[str, ...]
    authority: Words | None = None  # None: the recipient of the duty, or the authority of its country
    channel: Words
    url: str = ""
    language: str
    stage: Stage
    phases: bool = False  # the same form takes the first filing and the further ones
    lead_authority: bool = False  # goes to the authority of the main establishment: authorities.yaml
    establishments: tuple[str, ...] = ()  # only for an organisation whose main establishment lies there
    established: bool = False  # everybody is counted where the organisation is established; else residents
    citation: str
    checked_on: Any
    confidence: str
    unknown: Words  # what this law lets one say for `not yet known`
    notes: tuple[Words, ...] = ()
    attachments: tuple[AttachmentRow, ...] = ()
    fields: tuple[FieldRow, ...]

    def serves(self, duty: Duty, main: str = "") -> bool:
        """`main`: code of the country of the main establishment."""
        here = not self.establishments or bool({main, country_of(duty.jurisdiction)} & set(self.establishments))
        return here and any(fnmatchcase(duty.ref, pattern) for pattern in self.refs)

    def nearness(self, duty: Duty) -> tuple[bool, bool]:
        """An exact name goes before a pattern, the form of one country before that of all."""
        return duty.ref not in self.refs, not self.establishments


class AuthorityRow(_Row):
    """The data protection authority of a country with the GDPR or a law like it."""

    name: str
    languages: tuple[str, ...]
    url: str
    form: str = ""
    confidence: str


class Generic(_Row):
    """What a draft is made of where no form of the authority is on the shelf: see generic.py."""

    unknown: Words
    notes: dict[str, Words]  # no_form, no_contents, uncertain, languages
    never: tuple[str, ...]  # refs by which nobody files anything
    russian: tuple[str, ...]  # places whose authorities read Russian: drafted in it
    languages: dict[str, tuple[str, ...]]  # place -> languages its authorities take (ISO 639)
    first: tuple[FieldRow, ...]
    usual: tuple[FieldRow, ...]  # instead of contents of the law that are not on the shelf
    last: tuple[FieldRow, ...]
    letter: Words
    channels: dict[str, Words]  # `unknown`: where the law names no channel
    asked: Asked


@dataclass(frozen=True, slots=True)
class Forms:
    forms: tuple[Form, ...]
    authorities: dict[str, AuthorityRow]
    phrases: dict[str, dict[str, str]]  # language -> name -> words
    labels: dict[str, Words]  # answer -> what it is called
    generic: Generic

    def for_duty(self, duty: Duty, main: str = "") -> Form | None:
        """The nearest form that names the duty's ref; None where no form of the authority is on the shelf. `main`: code
        of the country of the main establishment."""
        serving = [form for form in self.forms if form.serves(duty, main)]
        return min(serving, key=lambda form: form.nearness(duty), default=None)


_OWN = ("authorities.yaml", "phrases.yaml", "labels.yaml", "generic.yaml")


def load_forms(shelf: Shelf) -> Forms:
    """Every form on the shelf. Raises BadPack or pydantic's ValidationError, naming the file."""
    labels = {name: Words.model_validate(row) for name, row in shelf.data(f"{FOLDER}/labels.yaml")["labels"].items()}
    forms = []
    for path, _ in shelf.files(FOLDER):
        if path.rpartition("/")[2] in _OWN:
            continue
        form = Form.model_validate(shelf.data(path))
        forms.append(form.model_copy(update={"fields": _labelled(form.fields, labels, path)}))
    path = f"{FOLDER}/generic.yaml"
    generic = Generic.model_validate(shelf.data(path))
    parts = {part: _labelled(getattr(generic, part), labels, path) for part in ("first", "usual", "last")}
    return Forms(
        forms=tuple(forms),
        authorities={
            place: AuthorityRow.model_validate(row)
            for place, row in shelf.data(f"{FOLDER}/authorities.yaml")["authorities"].items()
        },
        phrases=shelf.data(f"{FOLDER}/phrases.yaml"),
        labels=labels,
        generic=generic.model_copy(update=parts),
    )


def _labelled(rows: tuple[FieldRow, ...], labels: dict[str, Words], path: str) -> tuple[FieldRow, ...]:
    names = [row.id for row in rows]
    if len(set(names)) < len(names):
        raise BadPack(f"{path}: two fields of one name: {next(n for n in names if names.count(n) > 1)}")
    bare = [row.id for row in rows if row.label is None and not (len(row.answers) == 1 and row.answers[0] in labels)]
    if bare:
        raise BadPack(f"{path}: field {bare[0]}: give it a label; labels.yaml has none for its answer")
    return tuple(row if row.label else row.model_copy(update={"label": labels[row.answers[0]]}) for row in rows)
