"""By which ways a law lets people be told (`channels` of its rule), and whether ours is one of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from breachdesk.notify.library import NoticeRule
from breachdesk.notify.states import Channel

#: What the rules call a channel of ours.
WAYS: Mapping[Channel, str] = {
    Channel.EMAIL: "email",
    Channel.SMS: "text",
    Channel.LETTER: "post",
    Channel.PHONE: "phone",
}
DIRECT = "direct"  # any way that reaches the person


class Accepts(StrEnum):
    YES = "yes"
    IF = "if"  # on a condition
    NO = "no"
    SILENT = "silent"  # the law names no way, or we have read none


def accepts(rule: NoticeRule, channel: Channel) -> tuple[Accepts, str]:
    """Whether this law lets people be told so, and on which condition (`only_...` of checks.yaml)."""
    if not rule.channels:
        return Accepts.SILENT, ""
    found = [one for one in rule.channels if one.way in (DIRECT, WAYS.get(channel, ""))]
    if not found:
        return Accepts.NO, ""
    only = "" if any(not one.only for one in found) else found[0].only
    return (Accepts.IF, only) if only else (Accepts.YES, "")


def accepted(rules: Iterable[NoticeRule], ref: str) -> frozenset[Channel]:
    """The channels by which somebody is told as far as this duty goes. What no rule speaks of is not refused."""
    about = [one for one in rules if one.channels and any(fnmatchcase(ref, pattern) for pattern in one.refs)]
    if not about:
        return frozenset(WAYS)
    return frozenset(one for one in WAYS if any(accepts(rule, one)[0] is not Accepts.NO for rule in about))


@dataclass(frozen=True, slots=True)
class TooSoon:
    """A way that a law does not name, or names on a condition (`only`), with the one that belongs before it. `chosen`:
    that one is among the ways and comes later; None: there is none."""

    channel: Channel
    accepts: Accepts
    only: str
    better: Channel | None
    chosen: bool


_RANK = {Accepts.NO: 0, Accepts.IF: 1, Accepts.YES: 2, Accepts.SILENT: 2}


def too_soon(rule: NoticeRule, channels: Sequence[Channel], offered: Collection[Channel]) -> tuple[TooSoon, ...]:
    """Of ways that are tried in this order those before which the law wants another, chosen or `offered`. Nothing is
    said of what comes last, after a better one; nor of a second way that the same step puts right."""
    found: dict[tuple[Accepts, str], TooSoon] = {}
    for at, one in enumerate(channels):
        answer, only = accepts(rule, one)
        later = _best(rule, channels[at + 1 :], answer)
        last = later is None and _best(rule, channels[:at], answer) is not None
        if _RANK[answer] < _RANK[Accepts.YES] and not last:
            better = later or _best(rule, offered, answer)
            found.setdefault((answer, only), TooSoon(one, answer, only, better, later is not None))
    return tuple(found.values())


def _best(rule: NoticeRule, channels: Iterable[Channel], than: Accepts) -> Channel | None:
    """The way the law takes most readily, if more readily than that; of two a letter."""
    ranks = {one: _RANK[accepts(rule, one)[0]] for one in channels}
    better = [one for one, rank in ranks.items() if rank > _RANK[than]]
    return max(better, key=lambda one: (ranks[one], one is Channel.LETTER), default=None)
