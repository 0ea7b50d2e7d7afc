"""Whoever closes a case is told what the law still asks of it."""

from typing import Any

from breachdesk.case.app import closing_checks
from breachdesk.law.app.models import Deadline, DeadlineState
from tests.cast import browser
from tests.law.app.bakery import judge, lay


def test_duties_owed_and_not_handed_in_stand_among_what_is_open(cast: Any) -> None:
    lay(cast.bakery)
    judge(cast.bakery)
    owed = Deadline.objects.filter(case=cast.bakery, verdict="owed", state=DeadlineState.OPEN)
    told = {key: values["n"] for key, values, _ in closing_checks.still(cast.bakery) if "n" in values}
    assert told["closing.open.duties"] == owed.count() > 0
    assert f"{told['closing.open.duties']} duties are owed" in (
        browser(cast.ada).get(f"/case/{cast.bakery.number}/closing/").content.decode()
    )
    owed.update(state=DeadlineState.FILED)
    assert "closing.open.duties" not in [key for key, _, _ in closing_checks.still(cast.bakery)]
