"""Four eyes: one asks, another approves, and the approval serves once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from breachdesk.case.app import actions as cases
from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Ask
from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.staff.rights import Role
from tests.cast import AT, browser, hand


def at_once(*deeds: Callable[[], Any]) -> list[str]:
    """Each in a thread of its own, all at the same moment: "" for what was done, else the key of the refusal."""
    gate, said = threading.Barrier(len(deeds)), []

    def run(deed: Callable[[], Any]) -> None:
        gate.wait()
        try:
            deed()
            said.append("")
        except Refused as refusal:
            said.append(refusal.key)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    [one.start() for one in threads]
    [one.join() for one in threads]
    return sorted(said)


def used(case: Any, by: Any) -> None:
    with transaction.atomic():
        asks.use(case, asks.CLOSE, {}, by=by)


def test_one_asks_another_approves_and_it_is_done_once(cast: Any) -> None:
    case, ada, ben = cast.bakery, hand(cast.ada), hand(cast.ben, "counsel")
    ask = asks.ask(case, asks.CLOSE, {}, reason="All told", by=ada)
    with pytest.raises(Refused, match="no_approval"):
        used(case, ada)
    asks.answer(ask, approved=True, reason="", by=ben)
    used(case, ada)
    with pytest.raises(Refused, match="no_approval"):
        used(case, ada)
    types = list(Line.objects.order_by("-seq").values_list("type", flat=True)[:2])
    assert types == ["case.ask.answered", "case.ask.made"]


def test_nobody_approves_their_own_not_even_in_another_role(cast: Any) -> None:
    case, ada = cast.bakery, hand(cast.ada)
    ask = asks.ask(case, asks.CLOSE, {}, reason="All told", by=ada)
    with pytest.raises(Refused, match="own"):
        asks.answer(ask, approved=True, reason="", by=ada)
    cases.let_in(case, cast.ben, Role.LEAD, by=ada)
    cases.let_in(case, cast.ada, Role.COUNSEL, by=ada)
    with pytest.raises(Refused, match="own"):
        asks.answer(ask, approved=True, reason="", by=hand(cast.ada, "counsel"))
    type(cast.ada).objects.filter(id=cast.ada.id).update(email="ada.new@bakery.example")
    cast.ada.refresh_from_db()
    with pytest.raises(Refused, match="own"):
        asks.answer(ask, approved=True, reason="", by=hand(cast.ada))


def test_only_who_may_end_a_case_answers_and_strangers_do_nothing(cast: Any) -> None:
    case = cast.bakery
    ask = asks.ask(case, asks.CLOSE, {}, reason="All told", by=hand(cast.ada))
    for who in (cast.cara, cast.dan):
        with pytest.raises(Refused, match="no_right"):
            asks.answer(ask, approved=True, reason="", by=hand(who))
        with pytest.raises(Refused, match="no_right"):
            asks.ask(case, asks.RELEASE, {}, reason="Please", by=hand(who))
        with pytest.raises(Refused, match="not_yours"):
            asks.withdraw(ask, by=hand(who))
    asks.ask(case, asks.UNMASK_BULK, {"people": 40}, reason="Calls tonight", by=hand(cast.cara, "support"))


def test_an_approval_is_good_for_exactly_what_was_asked(cast: Any) -> None:
    case, ada, ben = cast.bakery, hand(cast.ada), hand(cast.ben)
    asks.answer(asks.ask(case, asks.RELEASE, {"to": "police"}, reason="x", by=ada), approved=True, reason="", by=ben)
    for deed, what in ((asks.RELEASE, {"to": "press"}), (asks.RELEASE, {}), (asks.CLOSE, {"to": "police"})):
        with pytest.raises(Refused, match="no_approval"), transaction.atomic():
            asks.use(case, deed, what, by=ada)
    with transaction.atomic():
        assert asks.use(case, asks.RELEASE, {"to": "police"}, by=ada).used_at == AT


def test_asks_and_approvals_lapse_after_seven_days(cast: Any) -> None:
    case, ben = cast.bakery, hand(cast.ben)
    ask = asks.ask(case, asks.CLOSE, {}, reason="x", by=hand(cast.ada))
    with pytest.raises(Refused, match="asked"):
        asks.ask(case, asks.CLOSE, {}, reason="again", by=hand(cast.ada))
    late = AT + timedelta(days=7)
    with pytest.raises(Refused, match="lapsed"):
        asks.answer(ask, approved=True, reason="", by=hand(cast.ben, at=late))
    asks.answer(ask, approved=True, reason="", by=ben)
    with pytest.raises(Refused, match="no_approval"):
        used(case, hand(cast.ada, at=late))
    assert asks.ask(case, asks.CLOSE, {}, reason="anew", by=hand(cast.ada, at=late)).id != ask.id
    used(case, hand(cast.ada, at=late - timedelta(seconds=1)))


def test_what_was_refused_or_withdrawn_is_no_approval(cast: Any) -> None:
    case, ada, ben = cast.bakery, hand(cast.ada), hand(cast.ben)
    ask = asks.ask(case, asks.CLOSE, {}, reason="x", by=ada)
    with pytest.raises(Refused, match="no_reason"):
        asks.answer(ask, approved=False, reason="  ", by=ben)
    asks.answer(ask, approved=False, reason="Two notices are out", by=ben)
    with pytest.raises(Refused, match="answered"):
        asks.withdraw(ask, by=ada)
    other = asks.ask(case, asks.CLOSE, {}, reason="x", by=ada)
    asks.answer(other, approved=True, reason="", by=ben)
    asks.withdraw(other, by=ada)
    with pytest.raises(Refused, match="no_approval"):
        used(case, ada)


def test_two_who_approve_at_once_are_one_answer(cast: Any) -> None:
    case = cast.bakery
    cases.let_in(case, cast.dan, Role.COUNSEL, by=hand(cast.ada))
    ask = asks.ask(case, asks.CLOSE, {}, reason="x", by=hand(cast.ada))
    ben, dan = hand(cast.ben), hand(cast.dan)
    said = at_once(
        lambda: asks.answer(ask, approved=True, reason="", by=ben),
        lambda: asks.answer(ask, approved=False, reason="No", by=dan),
    )
    assert said == ["", "asks.refused.answered"]
    assert Line.objects.filter(type="case.ask.answered").count() == 1


def test_an_approval_used_twice_at_once_serves_once(cast: Any) -> None:
    case, ada = cast.bakery, hand(cast.ada)
    asks.answer(asks.ask(case, asks.CLOSE, {}, reason="x", by=ada), approved=True, reason="", by=hand(cast.ben))
    assert at_once(*[lambda: used(case, ada)] * 4) == ["", *["asks.refused.no_approval"] * 3]


def test_two_who_ask_for_the_same_at_once_are_one_ask(cast: Any) -> None:
    case, ada, ben = cast.bakery, hand(cast.ada), hand(cast.ben)
    said = at_once(*[lambda by=by: asks.ask(case, asks.CLOSE, {}, reason="x", by=by) for by in (ada, ben)])
    assert said == ["", "asks.refused.asked"]


def test_the_page_shows_what_waits_to_those_who_may_answer_and_their_own_to_others(cast: Any) -> None:
    case = cast.bakery
    address, now = f"/case/{case.number}/closing/asks/", clock.now()
    browser(cast.ada).post(f"/case/{case.number}/closing/", {"do": "ask_close", "close-reason": "Everyone is told"})
    asks.ask(case, asks.UNMASK_BULK, {"people": 40}, reason="Calls tonight", by=hand(cast.cara, "support", now))
    ask = Ask.objects.get(deed="close")
    said = browser(cast.ben).get(address).content.decode()
    assert "2 requests wait for your answer." in said
    cara = browser(cast.cara).get(address).content.decode()
    assert "Everyone is told" not in cara
    assert "Calls tonight" in cara
    assert browser(cast.cara).post(f"{address}{ask.id}/answer/", {"do": "approve"}).status_code == 403
    ada = browser(cast.ada)
    ada.post(f"{address}{ask.id}/answer/", {"do": "approve", "page": address})
    assert "You asked for this yourself" in ada.get(address).content.decode()
    browser(cast.ben).post(f"{address}{ask.id}/answer/", {"do": "approve"})
    ask.refresh_from_db()
    assert (ask.answer, ask.answered_by) == ("approved", cast.ben.email)
    assert "Одобрено" in browser(cast.ada, "ru").get(f"/case/{case.number}/closing/").content.decode()
