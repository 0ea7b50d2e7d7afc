"""What was approved to be said: every letter of a sending as a mould, and in whose name it goes.

The document is canonical JSON (docs/formats/sending.md); its SHA-256 is what two people approve. Whoever sends casts
from it, not from the facts of the moment.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from breachdesk.ground.canonical import canonical
from breachdesk.notify import paper
from breachdesk.notify.mould import Mould, Part

WORDING = "breachdesk.wording/1"


class BadWording(ValueError):
    """This is no wording: says why."""


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name mail goes. `names`: by language; `address`, `reply_to`: addresses; what comes back goes to
    `return_local`+mark@`return_domain` (marks.py). `texts`: number or name that text messages are from; nothing where
    the sending does not go by them."""

    names: Mapping[str, str]
    address: str
    reply_to: str
    return_local: str
    return_domain: str
    texts: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """`letters`: one for each cohort and language; a recipient names theirs by its number here.
    `posted_in`: the country from which letters on paper go, where it is known."""

    sender: Sender
    letters: tuple[Mould, ...]
    posted_in: str = ""

    def written(self) -> bytes:
        return canonical(
            {
                "format": WORDING,
                "sender": _said(asdict(self.sender), "texts"),
                "letters": [
                    _said(
                        {
                            "slug": one.slug,
                            "residence": one.residence,
                            "language": one.language,
                            "title": one.title,
                            "elements": list(one.elements),
                            "text": [_plain(part) for part in one.text],
                            "html": [_plain(part) for part in one.html],
                            "short": one.short,
                            **({"blocks": paper.written(one.blocks), "page": one.page} if one.blocks else {}),
                        },
                        "short",
                    )
                    for one in self.letters
                ],
                **({"posted_in": self.posted_in} if self.posted_in else {}),
            }
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the document, in hex."""
        return hashlib.sha256(self.written()).hexdigest()


def _said(row: dict[str, Any], name: str) -> dict[str, Any]:
    """Without `name` where nothing is said by it: a wording of mail alone is the same document as ever."""
    return {key: value for key, value in row.items() if value or key != name}


def _plain(part: Part) -> Any:
    return part if isinstance(part, str) else list(part)


def read_wording(document: bytes) -> Wording:
    """What `written` wrote. Raises BadWording."""
    try:
        found = json.loads(document)
        if found["format"] != WORDING:
            raise BadWording(f"not {WORDING}")
        letters = tuple(_letter(one) for one in found["letters"])
        return Wording(Sender(**found["sender"]), letters, str(found.get("posted_in", "")))
    except (ValueError, KeyError, TypeError) as error:
        raise BadWording(f"this is no wording ({error})") from error


def _letter(found: Mapping[str, Any]) -> Mould:
    return Mould(
        str(found["slug"]),
        str(found["residence"]),
        str(found["language"]),
        str(found["title"]),
        tuple(map(str, found["elements"])),
        tuple(map(paper.read_part, found["text"])),
        tuple(map(paper.read_part, found["html"])),
        str(found.get("short", "")),
        paper.read(found.get("blocks", ())),
        str(found.get("page", "")),
    )
