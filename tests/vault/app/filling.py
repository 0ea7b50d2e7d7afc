"""One item, and one upload on its way, for the walk through every page (tests/web/filled.py)."""

import io
from collections.abc import Callable
from typing import Any

from breachdesk.case.app.models import Case
from breachdesk.staff.app.models import Account
from breachdesk.vault.app import actions
from breachdesk.vault.app.actions import Origin
from tests.cast import AT, hand


def origin(text: str = "ada") -> Origin:
    return Origin(AT, text[:120], text[:300], text[:300], text)


def fill(case: Case, lead: Account, text: str) -> None:
    name = text.replace("/", "")[:200]
    item = actions.take_in(case, io.BytesIO(b"id\n1\n"), name=name, origin=origin(text), by=hand(lead))
    actions.hand_over(item, giver=text[:120], taker=text[:120], purpose=text[:300], place=text[:120], by=hand(lead))
    actions.begin_upload(case, name=name, size=9, origin=origin(text), by=hand(lead))


VALUES: dict[str, Callable[[Case], Any]] = {
    "label": lambda case: case.items.get().label,
    "errand": lambda case: case.errands.order_by("id").first().id,
    "upload": lambda case: case.uploads.get().id,
}
