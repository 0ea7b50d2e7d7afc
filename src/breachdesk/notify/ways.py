"""By which ways a law lets people be told (`channels` of its rule), and whether ours is one of them."""

from collections.abc import Iterable, Mapping
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
