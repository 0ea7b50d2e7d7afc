"""Codes by which people sign up for a free service, where each has one of their own: taken in sealed, each given once.

Lists are numbered through in the order they came. A sending keeps which numbers it gave (`Sending.codes`); what was
given up before it went is free again. Who is written to again gets the code they had."""

import hashlib
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from breachdesk.case.app.actions import still_open
from breachdesk.case.app.models import Case
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.notify.app import pens
from breachdesk.notify.app.choosing import key_of
from breachdesk.notify.app.models import Codes, Sending, Standing
from breachdesk.vault.app import keys

_CODE = re.compile(r"[A-Za-z0-9]+(?:[-._][A-Za-z0-9]+)*")
SHORTEST, LONGEST = 4, 40


class Count(NamedTuple):
    """How many codes there are, and how many are given."""

    all: int
    given: int

    @property
    def left(self) -> int:
        return self.all - self.given


@transaction.atomic
def take_in(case: Case, content: bytes, *, by: Hand) -> Codes:
    """Take in a list, a code on each line. Raises Refused for what is no code, and for one that was there before: which
    line, never which code."""
    still_open(case, alone=True)
    if len(content) > settings.MOST_ATTACHMENT:
        raise Refused("codes.refused.too_large", field="file", most=settings.MOST_ATTACHMENT // 1_000_000)
    found = _read(content)
    if not found:
        raise Refused("codes.refused.empty", field="file")
    seen = set(_all(case))
    for line, code in found:
        if code in seen:
            raise Refused("codes.refused.twice", field="file", line=line)
        seen.add(code)
    plain = "".join(f"{code}\n" for _, code in found).encode()
    made = Codes.objects.create(
        case=case, count=len(found), sha256=hashlib.sha256(plain).hexdigest(), at=by.at, by=by.actor.name
    )
    keys.vault().forget(case.number, _name(made))  # of an upload that was broken off
    keys.vault().seal(case.number, _name(made), io.BytesIO(plain), keys.key_for(case.number, by.at))
    write(
        "notify.codes.taken",
        by=by,
        case=case.number,
        refs={"codes": made.id},
        payload={"count": made.count, "sha256": made.sha256},
    )
    return made


def _read(content: bytes) -> list[tuple[int, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("codes.refused.no_text", field="file") from None
    found = []
    for line, raw in enumerate(text.splitlines(), start=1):
        code = raw.strip()
        if not code:
            continue
        if not SHORTEST <= len(code) <= LONGEST or not _CODE.fullmatch(code):
            raise Refused("codes.refused.no_code", field="file", line=line, least=SHORTEST, most=LONGEST)
        found.append((line, code))
    return found


def _name(codes: Codes) -> str:
    return f"n-codes-{codes.id}"


def _all(case: Case) -> Iterator[str]:
    """Every code of the case, by its number from 0. Raises SealError, FileNotFoundError."""
    for one in Codes.objects.filter(case=case).order_by("id"):
        with keys.vault().open(case.number, _name(one), keys.key_of(case.number)) as file:
            yield from file.readall().decode().splitlines()


def has(case: Case) -> bool:
    """Whether everybody gets a code of their own."""
    return Codes.objects.filter(case=case).exists()


def count(case: Case) -> Count:
    whole = Codes.objects.filter(case=case).aggregate(sum=Sum("count"))["sum"] or 0
    return Count(whole, sum(end - begin for begin, end in _ranges(case)))


def _ranges(case: Case, but: int = 0) -> list[tuple[int, int]]:
    """Numbers that are given, from and until; without those of the sending `but`."""
    sendings = Sending.objects.filter(case=case).exclude(standing=Standing.DROPPED).exclude(id=but)
    return sorted((begin, end) for row in sendings.values_list("codes", flat=True) for begin, end in row)


class Giving:
    """Gives the codes of one sending. `ranges`: the numbers it gave, from and until."""

    def __init__(self, sending: Sending) -> None:
        self._known = _known(sending)
        self._free = _free(sending.case, _ranges(sending.case, sending.id))
        self.ranges: list[list[int]] = []

    def to(self, person: str) -> str:
        """Their code: the one they had, else one nobody has. Raises Refused when there is none."""
        key = key_of(person)
        if key not in self._known:
            number, code = next(self._free, (-1, ""))
            if not code:
                raise Refused("sendings.refused.too_few_codes")
            self._known[key] = code
            if self.ranges and self.ranges[-1][1] == number:
                self.ranges[-1][1] = number + 1
            else:
                self.ranges.append([number, number + 1])
        return self._known[key]


def _known(sending: Sending) -> dict[int, str]:
    """Who has which code by an earlier sending."""
    found: dict[int, str] = {}
    earlier = Sending.objects.filter(case=sending.case).exclude(standing=Standing.DROPPED).exclude(id=sending.id)
    for one in earlier.exclude(codes=[]).select_related("case"):
        with pens.recipients_of(one) as people:
            found.update((key_of(person.person), person.code) for person in people.everybody() if person.code)
    return found


def _free(case: Case, given: list[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Codes nobody has, with their numbers."""
    taken = iter(given)
    begin, end = next(taken, (-1, -1))
    for number, code in enumerate(_all(case)):
        while end != -1 and number >= end:
            begin, end = next(taken, (-1, -1))
        if end == -1 or number < begin:
            yield number, code
