"""Posts to the channels of the desk (BREACHDESK_POSTS), by the worker: never lost, never blindly said twice.

A post is in hand before it is handed over, and what came of it is written down after. A worker that ended in between
left it in doubt: nobody posts it again until a person has looked.
"""

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from breachdesk.case.app.actions import still_open
from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.shapes import HOUSE, Via
from breachdesk.notify import channels
from breachdesk.notify.app import published, tasks
from breachdesk.notify.app.models import Posted, PublicText
from breachdesk.notify.channels import FORWARD, STANDING, Post, Said

#: The first half of the advisory locks of posts in hand.
_LOCKS = 0x706F7374
#: Texts that are short enough for a channel.
KINDS = ("social",)


def named() -> list[str]:
    """The channels there are, by name."""
    return list(settings.POSTS)


def open_to(text: PublicText) -> list[str]:
    """Channels these words may still go to."""
    if not text.may_go or text.kind not in KINDS:
        return []
    there = set(_standing(text).values_list("channel", flat=True))
    return [one for one in named() if one not in there]


def _standing(text: PublicText) -> "QuerySet[Posted]":
    """Posts of these words, of this text or an earlier one of the case."""
    states = [one.value for one in STANDING]
    return Posted.objects.filter(text__case=text.case_id, text__sha256=text.sha256, state__in=states)


@transaction.atomic
def post(text: PublicText, channel: str, *, by: Hand) -> Posted:
    """Put it into the queue of a channel. Raises Refused for what was not released, reads otherwise by now, or stands
    there already."""
    still_open(text.case)
    held = PublicText.objects.select_for_update(of=("self",)).select_related("case").get(id=text.id)
    if channel not in settings.POSTS:
        raise Refused("published.refused.no_channel", field="channel")
    if not held.may_go:
        raise Refused("published.refused.not_released")
    if held.kind not in KINDS:
        raise Refused("published.refused.not_short")
    published.fit(held, by.at)
    if _standing(held).filter(channel=channel).exists():
        raise Refused("published.refused.there", field="channel", channel=channel)
    made = Posted.objects.create(
        text=held, channel=channel, attempt=held.posts.filter(channel=channel).count(), asked_at=by.at,
        asked_by=by.actor.name,
    )  # fmt: skip
    write(
        "notify.post.queued",
        by=by,
        case=held.case.number,
        refs={"public_text": held.number, "post": made.id},
        payload={"channel": channel, "attempt": made.attempt, "sha256": held.sha256},
    )
    tasks.post_soon()
    return made


@transaction.atomic
def decide(posted: Posted, *, there: bool, reason: str, by: Hand) -> Posted:
    """A person looked at the channel: what is in doubt stands there, or does not. Raises Refused."""
    still_open(posted.text.case)
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    held = _locked(posted.id)
    if held.state != Post.DOUBT:
        raise Refused("published.refused.not_now")
    held.decided_by, held.reason = by.actor.name, reason.strip()
    held.save(update_fields=["decided_by", "reason"])
    _tell(held, Said(Post.POSTED if there else Post.REFUSED, "looked"), by)
    return held


def _locked(post: int) -> Posted:
    return Posted.objects.select_for_update(of=("self",)).select_related("text__case").get(id=post)


# --- the worker


def busy() -> bool:
    """Whether anything waits, or is in somebody's hand."""
    return Posted.objects.filter(state__in=(Post.QUEUED, Post.SENDING)).exists()


def carry() -> int:
    """Post what waits, one after the other; returns how many were handed over."""
    bury()
    done = 0
    while (held := claim()) is not None:
        said = channels.post(settings.POSTS[held.channel], held.text.words)
        with transaction.atomic():
            _tell(_locked(held.id), said, _hand())
        let_go(held)
        done += 1
    return done


def _hand() -> Hand:
    return Hand(HOUSE, Via.FLOW, clock.now())


def claim() -> Posted | None:
    """The next in hand, written down before it is handed over; what may not go any more is refused on the way. It is
    this process's as long as its connection lives."""
    while True:
        with transaction.atomic():
            rows = Posted.objects.select_for_update(of=("self",), skip_locked=True).select_related("text__case")
            held = rows.filter(state=Post.QUEUED).order_by("id").first()
            if held is None:
                return None
            by = _hand()
            if why := _unfit(held, by):
                _tell(held, Said(Post.REFUSED, why), by)
                continue
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_LOCKS, held.id])
            held.state, held.begun_at = Post.SENDING, by.at
            held.save(update_fields=["state", "begun_at"])
        return held


def let_go(held: Posted) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, held.id])


def _unfit(held: Posted, by: Hand) -> str:
    """Why it must not go, or nothing."""
    if held.channel not in settings.POSTS:
        return "no_channel"
    if not held.text.may_go or not held.text.case.open:
        return "not_released"
    try:
        published.fit(held.text, by.at)
    except Refused as refused:
        return "changed" if refused.key == "published.refused.changed" else "stopped"
    return ""


def bury() -> int:
    """What is in the hands of workers that are no more is in doubt; returns how many."""
    lost = 0
    for id in list(Posted.objects.filter(state=Post.SENDING).values_list("id", flat=True)):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCKS, id])
                if not cursor.fetchone()[0]:
                    continue
            held = _locked(id)
            if held.state == Post.SENDING:
                _tell(held, Said(Post.DOUBT, "lost"), _hand())
                lost += 1
    return lost


def _tell(held: Posted, said: Said, by: Hand) -> None:
    """Write down what came of it, if that may follow how it stands; must run in a transaction that holds the row."""
    if said.state not in FORWARD[Post(held.state)]:
        return
    held.state, held.told, held.code, held.told_at = said.state.value, said.told, said.code, by.at
    held.save(update_fields=["state", "told", "code", "told_at"])
    write(
        "notify.post.told",
        by=by,
        case=held.text.case.number,
        refs={"public_text": held.text.number, "post": held.id},
        payload={
            "channel": held.channel, "attempt": held.attempt, "state": held.state, "told": said.told, "code": said.code,
            "reason": held.reason,
        },
    )  # fmt: skip
