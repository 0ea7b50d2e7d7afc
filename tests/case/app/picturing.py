"""A timeline, a map and a source, for the walk through every page (tests/web/filled.py)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from breachdesk.case.app.actions import picture as actions
from breachdesk.case.app.models import Case
from breachdesk.staff.app.models import Account
from tests.cast import AT, hand


def fill(case: Case, lead: Account, text: str) -> None:
    by = hand(lead)
    shop = actions.put_system(
        case, f"shop {text}"[:120], kind="database", state="hit", note=text, owner=text[:120], by=by
    )
    till = actions.put_system(case, "till", kind="server", state="isolated", by=by)
    actions.link(case, till, shop, label=text[:120], attack=True, by=by)
    begun = AT - timedelta(days=3)
    actions.add_happening(case, text[:200], begun, kind="first_access", system=shop, source=text[:300], by=by)
    actions.add_happening(case, "found", AT, kind="discovery", sure=False, zone="Asia/Tokyo", by=by)
    actions.say_origin(case, {"action.hacking.variety": ["SQLi"], "targeted": ["Unknown"]}, text=text, by=by)


VALUES: dict[str, Callable[[Case], Any]] = {
    "happening": lambda case: case.happenings.order_by("id").first().id,  # type: ignore[union-attr]
    "system": lambda case: case.systems.order_by("id").first().id,  # type: ignore[union-attr]
}
