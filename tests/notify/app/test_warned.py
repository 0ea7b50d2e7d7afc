"""An early warning: it says less, tells nobody in the sense of the law, and the full notice follows."""

import email
import email.policy
from typing import Any

import pytest

from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.notify.app import carrier, closing, sendings
from breachdesk.notify.app.models import Stage, Standing
from breachdesk.notify.app.progress import progress
from tests.cast import browser, hand
from tests.law.app.bakery import FACTS as LAW
from tests.law.app.bakery import answer, judge, lay
from tests.notify.app.sending import WITH_CODE, case_with, going, planned, rows, to
from tests.notify.relay import Box
from tests.scope.app.filling import read, take
from tests.web.test_api import call, client

pytestmark = pytest.mark.usefixtures("by_relay")


def test_a_warning_says_less_warns_and_tells_nobody_and_the_full_notice_goes_to_them_later(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(6))
    lay(case, {name: value for name, value in LAW.items() if name != "organisation"})
    answer(case, breach__exfiltration="unknown")
    judge(case)
    warning = planned(case, cast.ada, stage=Stage.EARLY)
    assert (warning.standing, warning.people, warning.duties, warning.due) == (Standing.READY, 6, [], None)
    going(cast, warning)
    carrier.carry(warning, to(box))
    warned = [email.message_from_bytes(raw, policy=email.policy.default) for _, _, raw in box.got]
    for one in warned:
        text = one.get_body(("plain",)).get_content()
        assert one["Subject"] == "Early warning about your data"
        assert "An outsider got into our shop." in text
        assert "A full letter will follow" in text
        assert "by 1 December 2026" in text
        assert "NORTH-2026" not in text
    shown = progress(warning, clock.now())
    assert (shown.warned, shown.told) == (6, 0)
    page = browser(cast.ada).get(f"/case/{case.number}/sendings/{warning.number}/").content.decode()
    assert "6 of 6 people have been warned" in page
    assert "have been told" not in page
    assert "warned" in browser(cast.ada).get(f"/case/{case.number}/notices/").content.decode()
    told = call(client(cast.ada), "GET", f"/cases/{case.number}/sendings/{warning.number}").json()
    assert (told["warned"], told["told"], told["stage"]) == (6, 0, "early")
    assert [values for _, values in closing_of(case)] == [{"n": 6}]
    take(case, cast.ada, rows(8), "more.csv")
    read(case, cast.ada)
    again = planned(case, cast.ada, stage=Stage.EARLY)
    assert (again.people, again.left_out) == (2, {"told_already": 6})
    sendings.drop(again, by=hand(cast.ada))
    full = planned(case, cast.ada)
    assert (full.people, full.left_out) == (8, {})
    assert full.duties
    going(cast, full)
    carrier.carry(full, to(box))
    assert len(box.got) == 14
    assert progress(full, clock.now()).told == 8
    assert not closing_of(case)


def closing_of(case: Any) -> list[tuple[str, dict[str, Any]]]:
    """What a case that somebody wants to close still owes people who were only warned."""
    return [(key, values) for key, values, _ in closing.warned(case)]


def test_a_warning_that_claims_what_is_not_established_goes_by_no_door(cast: Any) -> None:
    case = case_with(cast, rows(3))
    answer(case, breach__exfiltration="unknown", breach__confidentiality=None)
    claims = {"known": {"en": "Your data was stolen.", "ru": "Ваши данные похитили."}}
    answer(case, organisation={**WITH_CODE, "early": claims})
    with pytest.raises(Refused, match="stopped"):
        planned(case, cast.ada, stage=Stage.EARLY)
    answer(case, breach__exfiltration="yes")
    assert planned(case, cast.ada, stage=Stage.EARLY).people == 3
