"""A case with what the law asks of it, a filing on its way and one handed in: for tests that walk through all pages."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from breachdesk.authorities.app import actions, drafting
from breachdesk.authorities.app.models import Filing
from breachdesk.case.app.models import Case
from breachdesk.law.app import actions as law
from breachdesk.law.app import standing
from breachdesk.law.app.models import Feed
from breachdesk.staff.app.models import Account
from tests.cast import AT, hand
from tests.law.app.bakery import BERLIN, FACTS, answer, judge, lay


def fill(case: Case, lead: Account, hostile: str) -> None:
    lay(case, {**FACTS, "entity.establishments": ["DE", "FR"], "organisation": {"name": hostile, "cause": hostile}})
    judge(case, AT)
    answer(case, risk__gdpr="unlikely")
    judge(case, AT)
    answer(case, risk__gdpr="high")
    judge(case, AT)
    by = hand(lead)
    last = standing.last(case)
    assert last is not None
    wanted = {one.duty.id: one for one in drafting.wanted(case, last)}
    sent = actions.mark_sent(actions.keep_draft(case, wanted[BERLIN], by=by), at=AT, channel="form", by=by)
    actions.keep_receipt(sent, number=hostile[:60], file=BytesIO(b"%PDF"), file_name=hostile, by=by)
    actions.withdraw(actions.keep_draft(case, wanted[BERLIN], by=by), why=hostile, by=by)
    law.make_feed(lead, by=by, note=hostile[-80:], titles=True)


def _filing(case: Case) -> Any:
    return Filing.objects.get(case=case, state="receipted").id


VALUES: dict[str, Callable[[Case], Any]] = {
    "duty": lambda case: BERLIN,
    "filing": _filing,
    "case_filing_kept_file:kind": lambda case: "docx",
    "case_filing_file:kind": lambda case: "json",
    "law_calendar_end:feed": lambda case: Feed.objects.order_by("id")[0].id,
    "law_feed:token": lambda case: "not-a-token",
}
