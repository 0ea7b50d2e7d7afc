"""Two cases with one of everything, every text of them hostile: what the pages of the desk are walked through with."""

from collections.abc import Callable
from typing import Any

from breachdesk.case.app import actions as cases
from breachdesk.case.app.models import Case
from breachdesk.staff.app.models import Account
from breachdesk.staff.rights import Role
from tests.authorities.app import filling as filings
from tests.case.app import filling, picturing
from tests.cast import AT, account, hand
from tests.detect.app import filling as signals
from tests.law.app import filling as law
from tests.notify.app import filling as notices
from tests.scope.app import filling as people
from tests.staff.app import filling as staff
from tests.vault.app import filling as evidence

#: What evidence and reporters send: markup, a line turned round, an escape of terminals, a formula, a template.
HOSTILE = "<script>alert(1)</script>\u202egpj.exe\x1b[31m=HYPERLINK('x')\"'{{7*7}}{% now 'Y' %}&amp;"

Filler = Callable[[Case, Account], None]

#: One of everything a room keeps, by its actions (`fill`, where there is something to fill), and the values of its
#: pages' parameters (`VALUES`). A room that has pages with parameters stands here.
ROOMS: tuple[Any, ...] = (signals, filling, picturing, evidence, people, staff, law, filings, notices)
FILLERS: list[Filler] = [
    lambda case, lead, room=room: room.fill(case, lead, HOSTILE) for room in ROOMS if hasattr(room, "fill")
]
#: The value of a parameter of an address: `view name:parameter`, or `parameter` alone where it is the same everywhere.
VALUES: dict[str, Callable[[Case], Any]] = {
    "number": lambda case: case.number,
    "demo_enter:token": lambda case: "not-a-token",
    **{name: value for room in ROOMS for name, value in room.VALUES.items()},
}


class Filled:
    """`own` and `other`: two cases with nobody in common; one account for each role of `own`."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {role.value: account(role.value.title()) for role in Role}
        self.accounts |= {
            "stranger": account("Stranger"),
            "administrator": account("Administrator", administrator=True),
            "triage": account("Triage", triage=True),
        }
        self.foe = account("Foe")
        self.own = self._opened(self.accounts["lead"])
        self.other = self._opened(self.foe)
        for role in Role:
            if role is not Role.LEAD:
                cases.let_in(self.own, self.accounts[role.value], role, by=hand(self.accounts["lead"]))

    def _opened(self, lead: Account) -> Case:
        case = cases.open_case(HOSTILE, lead=lead, by=hand(lead))
        cases.decide_aware(case, AT, reason=HOSTILE, by=hand(lead))
        for fill in FILLERS:
            fill(case, lead)
        return case


def value(view: str, parameter: str, case: Case) -> Any:
    """Raises KeyError for a parameter that has no line in VALUES: write one, the new page is not judged otherwise."""
    found = VALUES.get(f"{view}:{parameter}") or VALUES.get(parameter)
    if found is None:
        raise KeyError(f"tests/web/filled.py: VALUES has no line for {parameter!r} of {view}")
    return found(case)
