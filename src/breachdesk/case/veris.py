"""The source of a breach in the terms of VERIS (verisframework.org): packs/veris.yaml, our words for its terms.

`incident` makes the document that other programs of the field read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from breachdesk.ground.shelf import BadTable, Shelf, our_shelf

FILE = "veris.yaml"
SCHEMA = "1.3.7"
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Term:
    """A field of VERIS, as `action.hacking.vector`: its question, and its values with their words."""

    name: str
    title: Texts
    values: Mapping[str, Texts]
    several: bool


def read(shelf: Shelf) -> dict[str, Term]:
    """Every field we ask for, in order. Raises BadTable naming the field."""
    found: dict[str, Term] = {}
    for name, row in shelf.data(FILE)["fields"].items():
        values = row.get("values")
        if not isinstance(values, dict) or not {"en", "ru"} <= set(row):
            raise BadTable(FILE, 0, f"{name}: a field has `en`, `ru` and `values`")
        for value, texts in values.items():
            if not isinstance(texts, dict) or not {"en", "ru"} <= set(texts):
                raise BadTable(FILE, 0, f"{name}: {value} has no words in en and ru")
        found[name] = Term(name, {"en": row["en"], "ru": row["ru"]}, dict(values), bool(row.get("several", True)))
    return found


@cache
def terms() -> dict[str, Term]:
    return read(our_shelf())


def incident(number: str, chosen: Mapping[str, Sequence[str]], summary: str) -> dict[str, Any]:
    """A VERIS incident: what is known, nothing else. `action.hacking.vector: [..]` becomes a tree."""
    document: dict[str, Any] = {
        "schema_version": SCHEMA,
        "incident_id": number,
        "source_id": "breachdesk",
        "security_incident": "Confirmed",
        "summary": summary,
    }
    known = terms()
    for field, values in chosen.items():
        *way, last = field.split(".")
        place = document
        for step in way:
            place = place.setdefault(step, {})
        place[last] = list(values) if known[field].several else values[0]
    return document
