"""The addresses under which calendars fetch the deadlines of all cases of somebody."""

import hashlib
import secrets

from django.db import transaction

from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.law.app.models import Feed
from breachdesk.staff.app.models import Account

MOST_FEEDS = 10


@transaction.atomic
def make_feed(account: Account, *, by: Hand, note: str = "", titles: bool = False) -> tuple[Feed, str]:
    """An address for a calendar, and its secret, which is told this once. Raises Refused when there are too many."""
    Account.objects.select_for_update().get(id=account.id)
    if Feed.objects.filter(account=account, ended_at=None).count() >= MOST_FEEDS:
        raise Refused("calendar.refused.too_many", most=MOST_FEEDS)
    token = secrets.token_urlsafe(32)
    feed = Feed.objects.create(
        account=account, digest=digest_of(token), note=note.strip()[:80], titles=titles, made_at=by.at
    )
    write("law.feed.made", by=by, refs={"feed": feed.id}, payload={"account": account.email, "titles": titles})
    return feed, token


@transaction.atomic
def end_feed(account: Account, feed: int, *, by: Hand) -> None:
    """The address leads nowhere from now on. Raises Refused for one that is not theirs, or is ended already."""
    found = Feed.objects.select_for_update().filter(id=feed, account=account, ended_at=None).first()
    if found is None:
        raise Refused("calendar.refused.gone")
    found.ended_at = by.at
    found.save(update_fields=["ended_at"])
    write("law.feed.ended", by=by, refs={"feed": found.id}, payload={"account": account.email})


def digest_of(token: str) -> str:
    """What is kept of the secret of a feed: it has 256 bits of chance, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
