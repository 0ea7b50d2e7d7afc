"""Signals: in by every door, talked about without a name, decided with a reason, confirmed into a case."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from breachdesk.case.app.models import Case
from breachdesk.detect.app import actions
from breachdesk.detect.app.models import Attachment, Signal, State
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.vault.app import keys
from tests.cast import browser, hand

SAID = {"who": "customer", "text": "I get spam at an address only you know."}


def taken(cast: Any, text: str = "spam to a unique address", **more: Any) -> Signal:
    return actions.take_in(text, channel="staff", who="employee", by=hand(cast.ada, "staff"), **more)


def test_everybody_who_works_here_can_report(cast: Any) -> None:
    assert browser(cast.dan).post("/tell/", {**SAID, "who": "employee"}).status_code == 302
    signal = Signal.objects.get()
    assert (signal.number, signal.channel, signal.by) == ("S-2026-0001", "staff", cast.dan.email)
    assert browser(cast.dan).get("/signals/").status_code == 403
    assert "S-2026-0001" in browser(cast.ada).get("/signals/").content.decode()


def test_a_stranger_reports_without_a_name_and_comes_back_with_a_code(cast: Any) -> None:
    nobody = browser()
    file = SimpleUploadedFile("sample.csv", b"email\nada@example.org\n")
    shown = nobody.post("/report/", {**SAID, "attached": [file]}, REMOTE_ADDR="203.0.113.77").content.decode()
    code = re.search(r'id="code">([0-9 ]{19})<', shown)
    assert code is not None
    signal = Signal.objects.get()
    assert signal.code
    assert code[1].replace(" ", "") not in signal.code
    sealed = keys.vault().place(keys.SIGNALS, Attachment.objects.get().sealed).read_bytes()
    assert b"ada@example.org" not in sealed
    assert not any(b"203.0.113" in bytes(line.envelope) + bytes(line.payload or b"") for line in Line.objects.all())

    actions.ask(signal, "Since when?", by=hand(cast.ada))
    thread = nobody.post("/report/back/", {"code": code[1]}).content.decode()
    assert "Since when?" in thread
    nobody.post("/report/back/", {"code": code[1], "do": "answer", "text": "since Monday"})
    assert "since Monday" in browser(cast.ada).get(f"/signals/{signal.number}/").content.decode()
    assert "not known" in nobody.post("/report/back/", {"code": "1111 2222 3333 4444"}).content.decode()
    assert "sessionid" not in nobody.cookies


def test_a_machine_that_fills_every_field_learns_nothing_and_leaves_nothing(cast: Any) -> None:
    shown = browser().post("/report/", {**SAID, "website": "https://spam.example"})
    assert 'id="code"' in shown.content.decode()
    assert not Signal.objects.exists()


def test_too_much_is_refused_whole_and_said_clearly(cast: Any, settings_of_desk: Any) -> None:
    settings_of_desk.MOST_ATTACHMENT = 10
    large = SimpleUploadedFile("a.bin", b"x" * 11)
    assert "too large" in browser().post("/report/", {**SAID, "attached": [large]}).content.decode()
    many = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(11)]
    assert "Too many files" in browser().post("/report/", {**SAID, "attached": many}).content.decode()
    assert not Signal.objects.exists()
    assert not keys.vault().place(keys.SIGNALS, "any").parent.exists()


@pytest.fixture
def settings_of_desk(monkeypatch: pytest.MonkeyPatch) -> Any:
    from django.conf import settings

    monkeypatch.setattr(settings, "MOST_ATTACHMENT", settings.MOST_ATTACHMENT)
    return settings


def test_what_becomes_of_it_needs_a_reason_and_is_decided_once(cast: Any) -> None:
    first, second = taken(cast), taken(cast)
    with pytest.raises(Refused, match="no_reason"):
        actions.false_alarm(first, reason=" ", by=hand(cast.ada))
    actions.duplicate(second, first, by=hand(cast.ada))
    with pytest.raises(Refused, match="decided"):
        actions.false_alarm(second, reason="x", by=hand(cast.ada))
    with pytest.raises(Refused, match="itself"):
        actions.duplicate(first, second, by=hand(cast.ada))
    actions.reopen(second, reason="another address", by=hand(cast.ada))
    second.refresh_from_db()
    assert second.state == State.LOOKING
    kinds = Line.objects.filter(type__startswith="detect.").order_by("seq").values_list("type", flat=True)
    assert list(kinds)[-2:] == ["detect.signal.decided", "detect.signal.reopened"]


def test_a_signal_that_is_true_becomes_a_case_with_its_moment_of_awareness_or_nothing_happens(cast: Any) -> None:
    signal = taken(cast)
    address = f"/signals/{signal.number}/confirm/"
    said = {"do": "confirm", "title": "Shop copied", "zone": "Europe/Berlin", "reason": "the sample matches"}
    late = browser(cast.ada).post(address, {**said, "at": "2099-01-01T10:00"})
    assert "in the future" in late.content.decode()
    assert not Case.objects.exists()
    done = browser(cast.ada).post(address, {**said, "at": "2026-11-20T10:00"})
    case = Case.objects.get()
    assert done["Location"] == f"/case/{case.number}/"
    assert case.aware_at is not None
    assert case.aware_at.isoformat() == "2026-11-20T09:00:00+00:00"
    signal.refresh_from_db()
    assert (signal.state, signal.case) == (State.CONFIRMED, case.number)
    again = browser(cast.ada).post(address, {**said, "at": "2026-11-20T10:00"})
    assert again.status_code == 200
    assert Case.objects.count() == 1


def test_a_second_report_joins_the_case_that_is_open(cast: Any) -> None:
    signal = taken(cast)
    case = cast.bakery
    answer = browser(cast.ada).post(f"/signals/{signal.number}/confirm/", {"do": "join", "case": case.number})
    assert answer["Location"] == f"/case/{case.number}/"
    signal.refresh_from_db()
    assert signal.case == case.number


def test_reports_that_may_be_the_same_are_shown_together(cast: Any) -> None:
    from breachdesk.detect.app.actions import File

    first = taken(cast, "completely other words", files=[File("a.csv", 2, io.BytesIO(b"x\n"))])
    second = taken(cast, "nothing alike here", files=[File("b.csv", 2, io.BytesIO(b"x\n"))])
    assert actions.alike(second) == [first]


def test_researchers_find_the_way_in(cast: Any) -> None:
    text = browser().get("/.well-known/security.txt").content.decode()
    assert "/report/" in text
    assert "Expires: 20" in text


def test_a_file_of_a_report_goes_out_as_a_file_and_is_entered(cast: Any) -> None:
    from breachdesk.detect.app.actions import File

    signal = taken(cast, files=[File("<b>.html", 3, io.BytesIO(b"<b>"))])
    sent = browser(cast.ada).post(f"/signals/{signal.number}/files/{Attachment.objects.get().id}/")
    assert b"".join(sent.streaming_content) == b"<b>"
    assert sent.headers["Content-Type"] == "application/octet-stream"
    assert Line.objects.filter(type="detect.attachment.opened").exists()
