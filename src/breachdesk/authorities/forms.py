"""Forms of authorities, as packs: which duty, which fields in which order, what each is answered from."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from pydantic import BaseModel, ConfigDict

from breachdesk.ground.shelf import BadPack, Shelf
from breachdesk.law.shapes import Duty
from breachdesk.notify.advice import Words

FOLDER = "messages/filings"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldRow(_Row):
    """`answer` names an answer of answers.py, or a key of facts.yaml. `only_if`: a condition of answers.py."""

    id: str
    label: Words
    answer: str
    required: bool = True
    only_if: str = ""
    citation: str = ""


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
    stage: str
    established: bool = False  # everybody is counted where the organisation is established; else residents
    citation: str
    checked_on: Any
    confidence: str
    unknown: Words  # what this law lets one say for `not yet known`
    notes: tuple[Words, ...] = ()
    attachments: tuple[AttachmentRow, ...] = ()
    fields: tuple[FieldRow, ...]

    def serves(self, duty: Duty) -> bool:
        return any(fnmatchcase(duty.ref, pattern) for pattern in self.refs)


class AuthorityRow(_Row):
    """The data protection authority of a country with the GDPR or a law like it."""

    name: str
    languages: tuple[str, ...]
    url: str
    form: str = ""
    confidence: str


@dataclass(frozen=True, slots=True)
class Forms:
    forms: tuple[Form, ...]
    authorities: dict[str, AuthorityRow]
    phrases: dict[str, dict[str, str]]  # language -> name -> words

    def for_duty(self, duty: Duty) -> Form | None:
        """The first form that names the duty's ref; an exact name goes before a pattern."""
        serving = [form for form in self.forms if form.serves(duty)]
        return min(serving, key=lambda form: duty.ref not in form.refs, default=None)


def load_forms(shelf: Shelf) -> Forms:
    """Every form on the shelf. Raises BadPack or pydantic's ValidationError, naming the file."""
    own = ("authorities.yaml", "phrases.yaml")
    forms = []
    for path, _ in shelf.files(FOLDER):
        if path.rpartition("/")[2] in own:
            continue
        form = Form.model_validate(shelf.data(path))
        names = [row.id for row in form.fields]
        if len(set(names)) < len(names):
            raise BadPack(f"{path}: two fields of one name")
        forms.append(form)
    return Forms(
        forms=tuple(forms),
        authorities={
            place: AuthorityRow.model_validate(row)
            for place, row in shelf.data(f"{FOLDER}/authorities.yaml")["authorities"].items()
        },
        phrases=shelf.data(f"{FOLDER}/phrases.yaml"),
    )
