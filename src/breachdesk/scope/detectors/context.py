"""What a table is about, from its name and the names of its columns: persons, things, or nobody knows."""

from dataclasses import dataclass

from breachdesk.scope.detectors.header import Phrases, Strength, split
from breachdesk.scope.detectors.pack import ContextPack


@dataclass(frozen=True, slots=True)
class Header:
    """The words of a column name, and what they say about its kind."""

    name: str
    words: tuple[str, ...]
    opaque: bool  # a, col_7, field3: says nothing
    person: bool  # customer_..., user_...
    key: bool  # ..._id, ..._no


class Context:
    def __init__(self, pack: ContextPack) -> None:
        self.pack = pack
        self._phrases = Phrases()
        for owner, words in (
            ("person_table", pack.person_tables),
            ("thing_table", pack.thing_tables),
            ("talk_table", pack.talk_tables),
            ("person", pack.person_headers),
            ("key", pack.key_headers),
        ):
            self._phrases.add(owner, Strength.NAMES, words)
        self._opaque = frozenset(pack.opaque_headers)
        self._bare = frozenset(pack.bare_headers)

    def header(self, name: str) -> Header:
        words = split(name)
        said = self._phrases.look(words)
        opaque = all(len(word) == 1 or word.isdigit() or word in self._opaque for word in words)
        return Header(name, words, opaque, "person" in said, "key" in said)

    def phrase_of(self, header: Header, source: str) -> tuple[str, ...]:
        """The words to look up: a header that only says `number` or `value` borrows those of its table."""
        if header.words and all(word in self._bare for word in header.words):
            return split(_stem(source)) + header.words
        return header.words

    def table(self, source: str) -> tuple[bool, bool, bool]:
        """(about persons, about things, what people wrote) by the last part of the source's name, last word first."""
        said = self._phrases.look(split(_stem(source)))
        person, thing = said.get("person_table"), said.get("thing_table")
        if person and thing:
            # `customer_orders` is about orders, `store_staff` about staff: the last word is the noun
            return person.end >= thing.end, thing.end > person.end, "talk_table" in said
        return person is not None, thing is not None, "talk_table" in said

    def blank_pattern(self) -> str:
        """One pattern for cells that say there is nothing (`n/a`, `-`, `нет`)."""
        return r"(?i)^\s*(?:" + "|".join(_literal(word) for word in self.pack.blanks) + r")\s*$"


def _stem(source: str) -> str:
    """`shop.sql/users` -> `users`; `old.zip/list.csv` -> `list`."""
    last = next((part for part in reversed(source.split("/")) if part), "")
    return last.rsplit(".", 1)[0] if "." in last else last


def _literal(word: str) -> str:
    return "".join(sign if sign.isalnum() or sign == " " else "\\" + sign for sign in word)
