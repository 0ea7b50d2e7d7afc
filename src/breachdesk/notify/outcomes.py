"""What became of what was handed to somebody who carries it: a mail relay, a provider, a gateway of short messages."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, Protocol


class End(StrEnum):
    """`ACCEPTED`: the carrier has it. `REFUSED`: it never will. `LATER`: not now, and certainly not taken.
    `DOUBT`: it was handed over whole, and no answer came. `BACK`: the carrier takes nothing from us now, whoever it is
    for; it is as if nobody had tried."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    DOUBT = "doubt"
    BACK = "back"


class Outcome(NamedTuple):
    """`code`: of SMTP, HTTP or SMPP, 0 where none came; `told`: the words beside it, harmless, without addresses
    (said.py). `refs`: by which numbers the carrier knows it, one for each part that it has."""

    end: End
    code: int = 0
    told: str = ""
    refs: tuple[str, ...] = ()


class Unusable(Exception):
    """Nobody takes anything from us as things stand: says why. Nothing was sent."""


class Item(Protocol):
    """One of what is carried. `key`: whatever tells the caller which it is; `content`: what goes, for its hash."""

    @property
    def key(self) -> int: ...

    @property
    def content(self) -> bytes: ...


Told = Callable[[int, Outcome], None]
