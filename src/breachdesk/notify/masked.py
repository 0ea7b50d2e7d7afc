"""What a mail server answered, without the person it speaks of."""

import re
from collections.abc import Iterable

from breachdesk.notify.recipients import Recipient

GAP = "•••"
_ADDRESS = re.compile(r"""("[^"]*"|[^\s<>@,;:()"]+)@[^\s<>@,;()"]+""")
_NUMBER = re.compile(r"\+?\d[\d ()./-]{6,}\d")
_SHORTEST = 3  # a shorter part of a name is in every second word


def masked(told: str, who: Recipient | None) -> str:
    """Without addresses, long numbers, and whatever we know of the person: names, addresses and their parts."""
    text = _ADDRESS.sub(GAP, told)
    if who is not None:
        for known in sorted(_known(who), key=len, reverse=True):
            if known.lower() in text.lower():  # a search for each, of a million, would be compiled in vain
                text = re.sub(re.escape(known), GAP, text, flags=re.IGNORECASE)
    return _NUMBER.sub(GAP, text)


def _known(who: Recipient) -> set[str]:
    whole = [who.person, *who.emails, *who.phones, *(line for one in who.addresses for line in one.splitlines())]
    local = [one.rpartition("@")[0] for one in who.emails]
    parts = [part for text in (who.name, *local) for part in _words(text)]
    return {one for one in (*whole, *local, *parts, who.code) if len(one) >= _SHORTEST}


def _words(text: str) -> Iterable[str]:
    return re.findall(r"[^\W_]+", text)
