"""Facts of a case, for the walk through every page (tests/web/filled.py)."""

from collections.abc import Callable
from typing import Any

from breachdesk.case.app.actions import answer_fact
from breachdesk.case.app.models import Case
from breachdesk.staff.app.models import Account
from tests.cast import hand


def fill(case: Case, lead: Account, text: str) -> None:
    answer_fact(case, "breach.personal_data", True, why=text, source=text[:300], by=hand(lead))
    answer_fact(case, "data.key_taken", None, known=False, why=text, by=hand(lead))


VALUES: dict[str, Callable[[Case], Any]] = {"fact": lambda case: "breach.personal_data"}
