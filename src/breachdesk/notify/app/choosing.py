"""Whom a sending writes to: each person of the list with their letter, their addresses and the ways there are to them;
and why somebody is not written to."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from babel.languages import get_official_languages

from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.masking import mask
from breachdesk.ground.places import country_of
from breachdesk.notify import addressing
from breachdesk.notify.addresses import posted
from breachdesk.notify.cohorts import kin_slug, slug, to_next_of_kin
from breachdesk.notify.mould import Mould
from breachdesk.notify.recipients import Recipient
from breachdesk.notify.states import Channel, State
from breachdesk.scope import kept

#: Samples of these stand in the letter as the list has them, masked; of others it says the name alone.
_SAMPLED: Mapping[str, str] = {"name": "names", "email": "emails", "phone": "phones"}
MOST_SAMPLES = 2


@cache
def language_for(said: str, residence: str) -> str:
    """The language somebody is written to in: theirs where we speak it, else one of where they live, else English."""
    if said in LANGUAGES:
        return said
    official = get_official_languages(country_of(residence), regional=False, de_facto=True)
    return next((one for one in LANGUAGES if one != "en" and one in official), "en")


def key_of(handle: str) -> int:
    """What stands for a person in the ledger: the mark of their handle (knowing.py), as the database keeps numbers."""
    return int.from_bytes(kept.mark(handle), "big", signed=True)


@dataclass(frozen=True, slots=True)
class Care:
    """What is to be minded with some people, by the marks of what they are known by (scope.kept.mark)."""

    honey: frozenset[bytes] = frozenset()  # records that are bait: never written to
    deceased: frozenset[bytes] = frozenset()  # their next of kin are told, by letter
    vulnerable: frozenset[bytes] = frozenset()  # told by telephone first
    held: frozenset[bytes] = frozenset()  # the police asked to wait

    def of(self, person: Mapping[str, Any], handle: str) -> str:
        """`honey`, `deceased`, `held`, `vulnerable`, or nothing."""
        if not (self.honey or self.deceased or self.vulnerable or self.held):
            return ""
        told = {kept.mark(handle), *kept.marks_of(person)}
        named = (("honey", self.honey), ("deceased", self.deceased), ("held", self.held))
        found = next((name for name, marks in named if told & marks), "")
        return found or ("vulnerable" if told & self.vulnerable else "")


@dataclass(slots=True)
class Chosen:
    """Somebody who is written to."""

    recipient: Recipient
    person: int
    channel: Channel
    state: State
    domain: str
    addresses: Mapping[Channel, int]


@dataclass(slots=True)
class Choice:
    """Goes through a list of people. `letters`: of the wording, in their order; `handles`: gives the handle of an
    id of the list; `slugs`: only these cohorts, none: all; `codes`: gives each person a code of their own, else `code`
    is everybody's; `told`: (person, slug) of those who have this already. `left_out`: why -> how many, as it goes
    on."""

    letters: tuple[Mould, ...]
    channels: tuple[Channel, ...]
    handles: Callable[[str], str]
    code: str  # by which people sign up for the free service, one for all; or nothing
    codes: Callable[[str], str] | None = None
    slugs: Collection[str] = ()
    care: Care = field(default_factory=Care)
    told: "np.ndarray[Any, Any] | None" = None  # sorted keys of people, with their letter's slug (told_key)
    nameless: Mapping[str, str] = field(default_factory=dict)  # language -> how somebody without a name is called
    home: str = ""  # the country letters are posted in
    left_out: Counter[str] = field(default_factory=Counter)
    _numbers: dict[tuple[str, str], int] = field(init=False)
    _slugs: dict[tuple[str, tuple[str, ...], bool], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = {(one.slug, one.language): number for number, one in enumerate(self.letters)}

    def of(self, people: Iterator[Mapping[str, Any]]) -> Iterator[Chosen]:
        for person in people:
            why = self._unwanted(person)
            if why:
                if why != "other":
                    self.left_out[why] += 1
                continue
            yield self._chosen(person)

    def slug_of(self, person: Mapping[str, Any]) -> str:
        key = (person["residence"], tuple(person["elements"] or ()), person["minor"] == "yes")
        found = self._slugs.get(key)
        if found is None:
            found = self._slugs[key] = slug(key[0], key[1], key[2])
        return found

    def _unwanted(self, person: Mapping[str, Any]) -> str:
        """Why nobody writes to this person; `other`: they get another letter, which is not among these."""
        if not person["elements"]:
            return "nothing_lost"
        own = self.slug_of(person)
        if self.slugs and own not in self.slugs:
            return "other"
        handle = self.handles(person["person_id"])
        minded = self.care.of(person, handle)
        if minded == "honey":
            return minded
        if minded == "deceased":
            own = kin_slug(own)
            if not self._addresses(person, ""):
                return "deceased"
        if (own, language_for(person["language"], person["residence"])) not in self._numbers:
            return "deceased" if minded == "deceased" else "no_letter"
        if self.told is not None and _among(self.told, told_key(key_of(handle), own)):
            return "told_already"
        return ""

    def _addresses(self, person: Mapping[str, Any], country: str) -> tuple[str, ...]:
        found = tuple(filter(None, map(addressing.as_lines, person["addresses"] or ())))[:15]
        if Channel.LETTER not in self.channels:
            return found
        return tuple("\n".join(posted(one.splitlines(), country, self.home)) for one in found)

    def _code(self, person: str, number: int) -> str:
        if self.codes is None:
            return self.code
        return self.codes(person) if self.letters[number].needs_code else ""

    def _chosen(self, person: Mapping[str, Any]) -> Chosen:
        language = language_for(person["language"], person["residence"])
        handle = self.handles(person["person_id"])
        minded, own = self.care.of(person, handle), self.slug_of(person)
        by_post = minded == "deceased"  # nothing goes into the mailbox or to the telephone of somebody who has died
        number = self._numbers[kin_slug(own) if by_post else own, language]
        country = country_of(person["residence"])
        country = country if len(country) == 2 else ""
        emails = tuple(filter(None, map(addressing.as_mailbox, () if by_post else person["emails"] or ())))[:15]
        phones, mobiles = addressing.numbers(() if by_post else person["phones"] or (), country)
        phones = phones[:15]
        addresses = self._addresses(person, country)
        name = next(iter(person["names"] or ()), "") or self.nameless.get(language, "")
        recipient = Recipient(
            handle,
            name,
            number,
            country,
            emails,
            phones,
            addresses,
            _samples(person, self.letters[number]),
            self._code(handle, number),
        )
        has = {Channel.EMAIL: len(emails), Channel.SMS: min(mobiles, 15), Channel.LETTER: len(addresses),
               Channel.PHONE: len(phones)}  # fmt: skip
        order = self.channels if minded != "vulnerable" else (Channel.PHONE, *self.channels)
        channel = next((one for one in order if has.get(one)), Channel.NONE)
        state = State.QUEUED if channel is not Channel.NONE else State.UNREACHABLE
        if minded == "held" and channel is not Channel.NONE:
            state = State.HELD
        domain = addressing.domain_of(channel, recipient)
        return Chosen(recipient, key_of(handle), channel, state, domain, has)


def _samples(person: Mapping[str, Any], letter: Mould) -> tuple[tuple[str, ...], ...]:
    """Of each element of the letter, what of it this person will know as theirs."""
    found = []
    for element in letter.elements:
        values = (
            [person["date_of_birth"]] if element == "date_of_birth" else person.get(_SAMPLED.get(element, "")) or ()
        )
        masked = dict.fromkeys(mask(element, one) for one in values if one)
        found.append(tuple(list(masked)[:MOST_SAMPLES]))
    return tuple(found)


def told_key(person: int, slug: str) -> int:
    """A person and what they were told of, as one number: who was told of the same has the same. What went to somebody
    is another thing than what goes to their next of kin."""
    digest = int(slug.rsplit("-", 1)[-1][:15], 16)
    return person ^ (~digest if to_next_of_kin(slug) else digest)


def _among(keys: "np.ndarray[Any, Any]", key: int) -> bool:
    at = int(np.searchsorted(keys, key))
    return at < len(keys) and int(keys[at]) == key
