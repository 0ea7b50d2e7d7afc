"""A channel of Apprise for posts to everybody. Apprise says yes or no; what a no means stands only in what it logs."""

import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

#: Longer than a channel may take by its own time-outs; whatever has not answered by then is in doubt.
MOST_SECONDS = 60.0
_NEVER_REACHED = re.compile(r"NewConnectionError|ConnectTimeoutError|NameResolutionError|ConnectionRefusedError")
_ANSWERED = re.compile(r"error=(\d{3})\b")
_TAKEN = re.compile(r" - INFO - Sent ")


class Post(StrEnum):
    """How a post stands, as deliveries do (states.py)."""

    QUEUED = "queued"
    SENDING = "sending"  # in the hands of a worker
    POSTED = "posted"  # the channel took it
    REFUSED = "refused"  # it certainly was not taken
    DOUBT = "doubt"  # handed over, and nobody knows
    CANCELLED = "cancelled"


#: What may follow what. A worker that was given up may still tell what came of it.
FORWARD: Mapping[Post, frozenset[Post]] = {
    Post.QUEUED: frozenset((Post.SENDING, Post.REFUSED, Post.CANCELLED)),
    Post.SENDING: frozenset((Post.POSTED, Post.REFUSED, Post.DOUBT)),
    Post.DOUBT: frozenset((Post.POSTED, Post.REFUSED)),
    Post.POSTED: frozenset(),
    Post.REFUSED: frozenset(),
    Post.CANCELLED: frozenset(),
}
#: The same words do not go to that channel again.
STANDING = (Post.QUEUED, Post.SENDING, Post.POSTED, Post.DOUBT)


@dataclass(frozen=True, slots=True)
class Said:
    """What came of it. `told`: a word of ours; `code`: what the channel answered, or how long a post may be there."""

    state: Post
    told: str
    code: int = 0


def limit(address: str) -> int | None:
    """How many letters the channel takes; None when Apprise takes no such address."""
    found = _channel(address)
    return None if found is None else int(found.body_maxlen)


def post(address: str, words: str, *, seconds: float = MOST_SECONDS) -> Said:
    """Hand it over, once. Blocks at most so long."""
    channel = _channel(address)
    if channel is None:
        return Said(Post.REFUSED, "no_address")
    if len(words) > channel.body_maxlen:
        return Said(Post.REFUSED, "too_long", channel.body_maxlen)
    found = list[Said]()
    thread = threading.Thread(target=lambda: found.append(_handed(channel, words)), daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0] if found else Said(Post.DOUBT, "no_answer")


def _channel(address: str) -> Any:
    import apprise  # tens of megabytes that only who posts needs

    found = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if found is not None:
        found.retry = 0  # an address may ask for it (?retry=): what timed out would stand there twice
    return found


def _handed(channel: Any, words: str) -> Said:
    import apprise

    desk, capture = apprise.Apprise(), cast(Any, apprise.LogCapture)
    desk.add(channel)
    with capture(level=logging.DEBUG) as log:
        taken = desk.notify(body=words, body_format=apprise.NotifyFormat.TEXT)
        heard = log.getvalue()
    return Said(Post.POSTED, "taken") if taken else meant(heard)


def meant(heard: str) -> Said:
    """What a no of Apprise means, by what it logged. Only what was certainly not taken is refused."""
    if _TAKEN.search(heard):
        return Said(Post.DOUBT, "in_part")
    answered = _ANSWERED.search(heard)
    if answered:
        code = int(answered[1])
        return Said(Post.REFUSED if 400 <= code < 500 else Post.DOUBT, "answered", code)
    if _NEVER_REACHED.search(heard):
        return Said(Post.REFUSED, "unreachable")
    return Said(Post.DOUBT, "no_answer")
