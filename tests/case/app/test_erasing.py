"""What should never have been written down goes, by four eyes; that it was there, and who took it, stays."""

import json
from typing import Any

import pytest
from django.core import mail

from breachdesk.case.app import actions as cases
from breachdesk.case.app.actions import asks, erasing
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.judging import judge_journal
from breachdesk.journal.app.models import Line
from breachdesk.staff.app import post
from breachdesk.staff.rights import Role
from tests.cast import AT, browser, hand

SECRET = "the password is hunter2"


def written(cast: Any) -> Line:
    """An entry with what should not stand there."""
    from breachdesk.case.app.actions import decisions

    decisions.decide(cast.bakery, SECRET, decided="x", reasons="x", at=AT, by=hand(cast.ada))
    return Line.objects.get(case=cast.bakery.number, type="case.decision.taken")


def test_two_people_take_the_contents_of_an_entry_away_and_the_journal_still_holds(cast: Any) -> None:
    line, case = written(cast), cast.bakery
    ada, ben = browser(cast.ada), browser(cast.ben)
    cases.let_in(case, cast.ben, Role.LEAD, by=hand(cast.ada))
    where = f"/case/{case.number}/journal/{line.case_seq}/"
    assert SECRET in ada.get(where).content.decode()
    ada.post(where, {"do": "erase"})
    assert SECRET in ada.get(where).content.decode()

    assert ada.post(where, {"do": "ask", "reason": ""}).status_code == 200
    assert ada.post(where, {"do": "ask", "reason": "no password belongs here"}).status_code == 302
    ask = case.asks.get()
    ada.post(f"/case/{case.number}/closing/asks/{ask.id}/answer/", {"do": "approve", "reason": ""})
    ada.post(where, {"do": "erase"})
    assert SECRET in ada.get(where).content.decode()

    assert str(line.case_seq) in ben.get(f"/case/{case.number}/closing/asks/").content.decode()
    ben.post(f"/case/{case.number}/closing/asks/{ask.id}/answer/", {"do": "approve", "reason": ""})
    assert ada.post(where, {"do": "erase"}).status_code == 302
    for page in (where, f"/case/{case.number}/journal/"):
        assert SECRET not in ada.get(page).content.decode()
    assert "were erased" in ada.get(where).content.decode()
    told = Line.objects.get(type="journal.content.erased")
    assert json.loads(bytes(told.envelope))["refs"] == {"seq": line.seq, "ask": ask.id}
    assert json.loads(bytes(told.payload or b"")) == {"reason": "no password belongs here"}
    line.refresh_from_db()
    assert (line.payload, line.salt) == (None, None)
    assert judge_journal().faults == []


def test_why_something_is_gone_is_not_taken_away(cast: Any) -> None:
    case, line, ada = cast.bakery, written(cast), hand(cast.ada)
    cases.let_in(case, cast.ben, Role.LEAD, by=ada)
    ask = erasing.ask(case, line.case_seq, reason="x", by=ada)
    asks.answer(ask, approved=True, reason="", by=hand(cast.ben))
    erasing.erase(case, line.case_seq, by=ada)
    with pytest.raises(Refused, match="empty"):
        erasing.erase(case, line.case_seq, by=ada)
    for kind in erasing.KEPT:
        entry = Line.objects.filter(case=case.number, type=kind)[0]
        with pytest.raises(Refused, match="kept"):
            erasing.ask(case, entry.case_seq, reason="x", by=ada)
    with pytest.raises(Refused, match="no_entry"):
        erasing.ask(case, 9999, reason="x", by=ada)


def test_an_approval_is_good_for_its_entry_alone(cast: Any) -> None:
    case, line, ada = cast.bakery, written(cast), hand(cast.ada)
    cases.let_in(case, cast.ben, Role.LEAD, by=ada)
    asks.answer(erasing.ask(case, line.case_seq, reason="x", by=ada), approved=True, reason="", by=hand(cast.ben))
    with pytest.raises(Refused, match="no_approval"):
        erasing.erase(case, 1, by=ada)


def test_whoever_may_approve_is_told_by_mail_and_whoever_asked_of_the_answer(cast: Any) -> None:
    case, ada = cast.bakery, hand(cast.ada)
    cases.let_in(case, cast.ben, Role.COUNSEL, by=ada)
    cases.let_in(case, cast.cara, Role.SUPPORT, by=ada)
    type(cast.ben).objects.filter(id=cast.ben.id).update(language="ru")
    mail.outbox.clear()
    ask = asks.ask(case, asks.CLOSE, {}, reason="everything about the thief", by=ada)
    post.settle()
    assert [one.to for one in mail.outbox] == [[cast.ben.email]]
    told = mail.outbox[0]
    assert f"/case/{case.number}/closing/asks/" in told.body
    assert cast.ada.email in told.body
    assert "одобрение" in told.subject
    assert "thief" not in told.body + told.subject
    mail.outbox.clear()
    asks.answer(ask, approved=True, reason="fine by me", by=hand(cast.ben, "counsel"))
    post.settle()
    assert [one.to for one in mail.outbox] == [[cast.ada.email]]
    assert "approved" in mail.outbox[0].body
    assert "fine by me" not in mail.outbox[0].body
