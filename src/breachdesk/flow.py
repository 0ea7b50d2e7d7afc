"""When this is journalled, do that: the whole story on one page.

A listener runs inside the transaction of the entry it hears; what takes long is put into the queue there, so that it
is done if and only if the deed was.
"""

from collections.abc import Callable

from breachdesk.journal.app import actions as journal
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import Entry

Answer = Callable[[Entry, Hand], None]
#: What follows from an entry, by its type. Every line is one consequence.
STORY: dict[str, tuple[Answer, ...]] = {}


def tell(entry: Entry, by: Hand) -> None:
    for answer in STORY.get(entry.type, ()):
        answer(entry, by)


def listen() -> None:
    journal.listen(tell)
