"""Who is who from one list to the next.

Each reading of the evidence numbers people anew: a source that joins two of them moves the numbers of all behind. The
ledger, codes and proofs go by a handle that stays: the number on the list of the reading with which somebody was first
written to, and which reading that was. Who was written to before is known again by address or number and name.
"""

import hashlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from breachdesk.ground.places import country_of
from breachdesk.notify import addressing
from breachdesk.notify.app import pens
from breachdesk.notify.app.models import Sending, Standing
from breachdesk.notify.recipients import Recipient

_NOBODY = -1


def handle_of(person_id: str, run: int) -> str:
    """Of somebody who was never written to before."""
    return f"{person_id}.{run}"


class _Index:
    """Mark -> number of a handle; the first that was put in counts."""

    def __init__(self) -> None:
        self._marks, self._numbers = array("q"), array("q")
        self._sorted: np.ndarray[Any, Any] | None = None
        self._order: np.ndarray[Any, Any] | None = None

    def put(self, mark: int, number: int) -> None:
        self._marks.append(mark)
        self._numbers.append(number)

    def close(self) -> None:
        marks = np.frombuffer(self._marks, np.int64) if self._marks else np.empty(0, np.int64)
        self._order = np.argsort(marks, kind="stable")
        self._sorted = marks[self._order]

    def of(self, mark: int) -> int:
        assert self._sorted is not None
        assert self._order is not None
        at = int(np.searchsorted(self._sorted, mark))
        if at < len(self._sorted) and int(self._sorted[at]) == mark:
            return self._numbers[int(self._order[at])]
        return _NOBODY


class Handles:
    """The handle of everybody on a list. `nameless`: how people without a name are called in lists.

    Raises BadVault, SealError, FileNotFoundError for a list of before that is gone."""

    def __init__(self, sending: Sending, nameless: Collection[str]) -> None:
        assert sending.run_id is not None
        self._run, self._nameless = sending.run_id, frozenset(nameless)
        self._handles: list[str] = []
        self._exact, self._loose, self._bare = _Index(), _Index(), _Index()
        self._same = array("i")  # by the number on this list
        known: dict[str, int] = {}
        earlier = Sending.objects.filter(case=sending.case).exclude(standing=Standing.DROPPED).exclude(id=sending.id)
        for one in earlier.exclude(recipients="").select_related("case").order_by("number"):
            with pens.recipients_of(one) as people:
                for line in people.everybody():
                    number = known.setdefault(line.person, len(self._handles))
                    if number == len(self._handles):
                        self._handles.append(line.person)
                    self._keep(line, number)
        for index in (self._exact, self._loose, self._bare):
            index.close()

    def _keep(self, line: Recipient, number: int) -> None:
        name = "" if line.name in self._nameless else line.name
        contacts = (*line.emails, *line.phones)
        for contact in contacts:
            self._exact.put(_mark(contact, name), number)
            self._loose.put(_mark(contact, "*"), number)
        if not contacts and name and line.addresses:
            self._bare.put(_mark(line.addresses[0].partition("\n")[0], name), number)

    def look(self, people: Iterable[Mapping[str, Any]]) -> None:
        """Find again whom earlier lists had; a handle is one person's. Who fits by name as well comes before who has
        only an address in common with somebody: a family may share it."""
        if not self._handles:
            return
        taken = bytearray(len(self._handles))
        left: list[tuple[int, list[int]]] = []
        for person in people:
            number = _number(person["person_id"])
            exact, loose = self._fits(person)
            found = next((one for one in exact if not taken[one]), _NOBODY)
            if found != _NOBODY:
                taken[found] = 1
                self._is(number, found)
            elif loose:
                left.append((number, loose))
        for number, loose in left:
            found = next((one for one in loose if not taken[one]), _NOBODY)
            if found != _NOBODY:
                taken[found] = 1
                self._is(number, found)

    def _is(self, number: int, found: int) -> None:
        if number >= len(self._same):
            self._same.extend([_NOBODY] * (number + 1 + len(self._same) // 2 - len(self._same)))
        self._same[number] = found

    def _fits(self, person: Mapping[str, Any]) -> tuple[list[int], list[int]]:
        names = person["names"] or ()
        contacts = list(_contacts(person))
        exact = [self._exact.of(_mark(one, name)) for name in (*names, "") for one in contacts]
        lines = [one.partition("\n")[0] for one in map(addressing.as_lines, person["addresses"] or ()) if one]
        exact += [self._bare.of(_mark(one, name)) for name in names for one in lines]
        loose = [self._loose.of(_mark(one, "*")) for one in contacts]
        return [one for one in exact if one != _NOBODY], [one for one in loose if one != _NOBODY]

    def of(self, person_id: str) -> str:
        number = _number(person_id)
        same = self._same[number] if number < len(self._same) else _NOBODY
        return handle_of(person_id, self._run) if same == _NOBODY else self._handles[same]


def _contacts(person: Mapping[str, Any]) -> Iterator[str]:
    """As they stand in a list that is sent to."""
    country = country_of(person["residence"])
    yield from filter(None, map(addressing.as_mailbox, person["emails"] or ()))
    here = country if len(country) == 2 else ""
    yield from dict.fromkeys(filter(None, (addressing.as_number(one, here) for one in person["phones"] or ())))


def _number(person_id: str) -> int:
    return int(person_id[1:])


def _mark(what: str, name: str) -> int:
    told = "\n".join(" ".join(one.split()).casefold() for one in (what, name))
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=8).digest(), "big", signed=True)
