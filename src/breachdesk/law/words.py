"""The words with which the law room explains itself: packs/messages/law, one file per language."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.shelf import BadPack, Shelf


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of one language. Called with a key and what fills its places."""

    language: str
    texts: dict[str, Any]

    def __call__(self, key: str, **places: object) -> str:
        return str(self.texts[key]).format(**places)

    def unit(self, unit: str, n: int) -> str:
        forms = self.texts[f"unit.{unit}"]
        return str(forms[_plural(n, self.language)] if _plural(n, self.language) in forms else forms["other"])

    def counted(self, key: str, n: int, **places: object) -> str:
        """A phrase in the form its number asks for."""
        forms = self.texts[key]
        form = _plural(n, self.language)
        return str(forms.get("many" if form == "other" and "many" in forms else form, forms["other"])).format(
            n=n, **places
        )

    def term(self, n: int, unit: str) -> str:
        return self("rule.term", n=n, unit=self.unit(unit, n))


def _plural(n: int, language: str) -> str:
    if language != "ru":
        return "one" if n == 1 else "other"
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "other"


def read(shelf: Shelf, language: str) -> Phrases:
    if language not in LANGUAGES:
        raise BadPack(f"messages/law: no words in {language!r}; there are {', '.join(LANGUAGES)}")
    file = f"messages/law/{language}.yaml"
    texts = shelf.data(file)
    if not isinstance(texts, dict):
        raise BadPack(f"{file}: is a table of words by their keys; compare the file of that name we ship")
    return Phrases(language, {**_ours(file), **texts})


@cache
def _ours(file: str) -> dict[str, Any]:
    """What stands in for words that a file laid over ours does not have, as one written for an earlier version."""
    return dict(Shelf().data(file))


def read_telling(shelf: Shelf, language: str) -> Phrases:
    """The words above, with those in which a law is told to somebody without a case (packs/messages/shelf)."""
    said = read(shelf, language)
    return Phrases(language, {**said.texts, **shelf.data(f"messages/shelf/{language}.yaml")})


def shown(moment: datetime | date) -> str:
    """`2026-05-25 17:40 +02:00`, or a day alone."""
    if isinstance(moment, datetime):
        offset = moment.isoformat(timespec="minutes")[16:]
        return f"{moment:%Y-%m-%d %H:%M} {offset}"
    return moment.isoformat()
