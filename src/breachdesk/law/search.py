"""Finding duties by words: titles, places, citations, recipients, notes, contents. A slip of the pen is forgiven."""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pycountry

from breachdesk.ground import places
from breachdesk.ground.languages import LANGUAGES
from breachdesk.law.groups import expand, is_group
from breachdesk.law.schema import Text
from breachdesk.law.shelf import Item, LawShelf

_WORD = re.compile(r"[^\W_]+")
_WHOLE, _BEGINS, _NEAR = 1.0, 0.8, 0.55
_LONG = 4  # letters: shorter words are not guessed at
_ALIKE = 0.78


@dataclass(frozen=True, slots=True)
class Hit:
    item: Item
    score: float


def fold(text: str) -> str:
    """For comparing: small letters, no accents, `ё` as `е`."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ё", "е"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


@dataclass(frozen=True)
class Index:
    """Every word of the shelf: which duties hold it, and how much it weighs there."""

    law: LawShelf
    held: Mapping[str, Mapping[int, float]]

    def find(self, query: str) -> list[Hit]:
        """Duties that hold every word of the query (or one like it), the best first."""
        asked = words(query)
        total: dict[int, float] | None = None
        for word in asked:
            found = self._of_word(word)
            total = found if total is None else {at: total[at] + found[at] for at in total.keys() & found.keys()}
        items = self.law.items
        hits = [Hit(items[at], round(score, 3)) for at, score in (total or {}).items()]
        return sorted(hits, key=lambda hit: (-hit.score, hit.item.id))

    def _of_word(self, word: str) -> dict[int, float]:
        found: dict[int, float] = {}
        for known, quality in self._like(word):
            for at, weight in self.held[known].items():
                found[at] = max(found.get(at, 0.0), weight * quality)
        return found

    def _like(self, word: str) -> Iterator[tuple[str, float]]:
        if word in self.held:
            yield word, _WHOLE
        if len(word) < 3:
            return
        stem = word[: max(_LONG, len(word) - 2)]  # Russian ends its words in many ways
        begun = [known for known in self.held if known.startswith(stem) and known != word]
        yield from ((known, _BEGINS) for known in begun)
        if not begun and word not in self.held and len(word) >= _LONG:
            yield from ((near, _NEAR) for near in difflib.get_close_matches(word, self.held, n=6, cutoff=_ALIKE))


def index(law: LawShelf) -> Index:
    held: dict[str, dict[int, float]] = {}
    for at, item in enumerate(law.items):
        for weight, text in _texts(item, law):
            for word in words(text):
                there = held.setdefault(word, {})
                there[at] = max(there.get(at, 0.0), weight)
    return Index(law, held)


def _texts(item: Item, law: LawShelf) -> Iterator[tuple[float, str]]:
    pack = item.order.pack
    yield 10, " ".join(place_words(pack.jurisdiction))
    yield 9, f"{item.id} {item.ref}"
    yield 8, _both(item.title)
    yield 8, _both(pack.title)
    yield 7, _both(item.recipient.name)
    yield 6, item.citation
    for code in expand(code for code in pack.applies.residents if is_group(code)):
        yield 3, " ".join(place_words(code))
    if item.recipient.route and item.order.authorities is not None:
        yield 3, " ".join(authority.name for authority in item.order.authorities.list)
    for text in (*item.notes, *pack.notes):
        yield 2, _both(text)
    for text in law.contents(item.content):
        yield 1.5, _both(text)
    if item.due.standard:
        yield 2, _both(item.due.standard)


def _both(text: Text) -> str:
    return f"{text.en} {text.ru}"


def place_words(code: str) -> tuple[str, ...]:
    """What a place may be called: its code, those of ISO 3166-1, its names in the languages we speak."""
    found = [code, *(places.title(code, language) for language in LANGUAGES)]
    country = pycountry.countries.get(alpha_2=code)
    if country is not None:
        found += [country.alpha_3, country.name, getattr(country, "official_name", "")]
    return tuple(dict.fromkeys(filter(None, found)))


def place(text: str, law: LawShelf) -> tuple[str, ...]:
    """The places of the shelf somebody may mean, by code or name in any language; else those of the nearest name."""
    known = {order.pack.jurisdiction for order in law.orders}
    known |= {code for order in law.orders for code in expand(order.pack.applies.residents)}
    names: dict[str, set[str]] = {}
    for code in known:
        for name in place_words(code):
            names.setdefault(fold(name), set()).add(code)
    wanted = fold(text.strip())
    if wanted in names:
        return tuple(sorted(names[wanted]))
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.84) if len(wanted) >= _LONG else []
    return tuple(sorted(names[near[0]])) if near else ()


def reaches(item: Item, code: str) -> bool:
    """Whether a duty is one of that place: its own law, or that of a union it belongs to."""
    pack = item.order.pack
    if pack.jurisdiction == code:
        return True
    return any(is_group(group) and code in expand((group,)) for group in pack.applies.residents)
