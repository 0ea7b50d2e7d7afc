"""When this is journalled, do that: the whole story on one page.

A listener runs inside the transaction of the entry it hears; what takes long is put into the queue there, so that it
is done if and only if the deed was.
"""

from collections.abc import Callable

from breachdesk.journal.app import actions as journal
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import Entry
from breachdesk.law.app import tasks as law

Answer = Callable[[Entry, Hand], None]
#: What follows from an entry, by its type. Every line is one consequence.
STORY: dict[str, tuple[Answer, ...]] = {
    # what the law asks hangs on the facts, the people, the moment of awareness and what was handed in
    "case.case.opened": (law.follow,),
    "case.fact.answered": (law.follow,),
    "case.aware.decided": (law.follow,),
    "case.case.reopened": (law.follow,),
    "scope.people.listed": (law.follow,),
    "authorities.filing.sent": (law.follow,),
    "notify.duty.met": (law.follow,),
    "notify.duty.reopened": (law.follow,),
}


def tell(entry: Entry, by: Hand) -> None:
    for answer in STORY.get(entry.type, ()):
        answer(entry, by)


def listen() -> None:
    journal.listen(tell)
