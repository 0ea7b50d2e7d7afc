"""Deadlines are reminded of at half of their time, at four fifths and at the end: each step once, by real mail."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test.utils import override_settings

from breachdesk.authorities.app import actions as filings
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.app.reading import lines
from breachdesk.journal.shapes import HOUSE, Via
from breachdesk.law.app import actions, reminders, tasks
from breachdesk.law.app.models import Deadline, Reminder
from breachdesk.staff.app.models import Account
from tests import postbox
from tests.authorities.app.test_filings import wanted
from tests.cast import browser, hand
from tests.law.app.bakery import AT, BERLIN, judge, lay
from tests.postbox import Postbox

AWARE = datetime.fromisoformat("2026-11-20T16:25:00+01:00")


@pytest.fixture
def post() -> Iterator[Postbox]:
    with (
        postbox.open_() as box,
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=box.port,
            DEFAULT_FROM_EMAIL="desk@bakery.example",
        ),
    ):
        yield box


@pytest.fixture
def judged(cast: Any) -> Any:
    lay(cast.bakery)
    judge(cast.bakery)
    return cast


def remind(cast: Any, hours: float) -> int:
    """That many hours after the bakery became aware; 72 it has."""
    return actions.remind(cast.bakery, by=Hand(HOUSE, Via.FLOW, AWARE + timedelta(hours=hours)))


def entries() -> list[dict[str, Any]]:
    found = (json.loads(line) for line in lines())
    return [one for one in found if one["envelope"]["type"] == "law.reminder.sent"]


def test_each_step_is_told_once_and_further_every_time(judged: Any, post: Postbox) -> None:
    assert [remind(judged, hours) for hours in (10, 36, 37, 58, 59, 72, 80)] == [0, 1, 0, 1, 0, 1, 0]
    assert sorted(Reminder.objects.values_list("step", flat=True)) == [50, 80, 100]
    assert len(post.to(judged.ada.email)) == 3
    assert str(post.to(judged.ben.email)[0]["Subject"]).startswith("[2026-001] Due: ")
    assert len(post.to(judged.ben.email)) == 1  # counsel hears at the end
    assert not post.to(judged.cara.email)
    assert [one["envelope"]["refs"]["steps"] for one in entries()] == [[50], [80], [100]]


def test_whoever_looks_after_it_hears_first_then_the_leads_too(judged: Any, post: Postbox) -> None:
    actions.give(judged.bakery, BERLIN, judged.cara, by=hand(judged.ada, at=AT))
    remind(judged, 36)
    assert [to for to, _ in post.letters] == [[judged.cara.email]]
    remind(judged, 58)
    assert {to[0] for to, _ in post.letters[1:]} == {judged.cara.email, judged.ada.email}
    judge(judged.bakery, AT + timedelta(hours=1))
    assert Deadline.objects.get(duty=BERLIN).owner == judged.cara  # judged anew, it is still theirs


def test_a_letter_speaks_the_language_of_its_reader_and_names_the_place(judged: Any, post: Postbox) -> None:
    Account.objects.filter(id=judged.ada.id).update(language="ru", zone="Asia/Tokyo")
    remind(judged, 36)
    (letter,) = post.to(judged.ada.email)
    text = letter.get_content()
    assert str(letter["Subject"]).strip().startswith("[2026-001] Срок: ")
    assert "Половина времени прошла" in text
    assert "16:25 (Берлин)" in text
    assert "00:25 (Токио)" in text
    assert f"http://127.0.0.1:8500/case/2026-001/duties/rule/{BERLIN}/" in text


def test_what_people_wrote_steers_no_letter(judged: Any, post: Postbox) -> None:
    judged.bakery.title = "Bakery\r\nBcc: all@example.org\u202e<b>"
    judged.bakery.save()
    remind(judged, 36)
    (letter,) = post.to(judged.ada.email)
    assert "Bcc" not in letter
    assert "⟨U+202E⟩" in letter.get_content()
    assert "&lt;" not in letter.get_content()


def test_what_was_handed_in_is_not_reminded_of(judged: Any, post: Postbox) -> None:
    draft = filings.keep_draft(judged.bakery, wanted(judged.bakery), by=hand(judged.ada, at=AT))
    filings.mark_sent(draft, at=AT, channel="form", by=hand(judged.ada, at=AT))
    assert remind(judged, 60) == 0
    assert not post.letters


def test_a_deadline_that_moves_later_is_reminded_of_anew(judged: Any, post: Postbox) -> None:
    assert remind(judged, 58) == 1
    row = Deadline.objects.get(duty=BERLIN)
    assert row.due is not None
    Deadline.objects.filter(duty=BERLIN).update(due=row.due + timedelta(hours=24))
    assert remind(judged, 58) == 1
    assert sorted(Reminder.objects.values_list("step", flat=True)) == [50, 80]


def test_one_address_that_fails_keeps_no_other_back(judged: Any, post: Postbox) -> None:
    post.refused.add(judged.ada.email)
    assert remind(judged, 73) == 1
    assert len(post.to(judged.ben.email)) == 1
    assert entries()[0]["payload"]["failed"] == 1


def test_when_nobody_can_be_told_nothing_is_claimed_and_it_is_tried_again(judged: Any, post: Postbox) -> None:
    post.refused |= {judged.ada.email, judged.ben.email}
    with pytest.raises(reminders.NotSent):
        remind(judged, 73)
    assert not Reminder.objects.exists()
    assert not entries()
    post.refused.clear()
    assert remind(judged, 73) == 1


def test_two_workers_at_once_send_one_letter(judged: Any, post: Postbox) -> None:
    def work() -> None:
        try:
            remind(judged, 36)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert len(post.letters) == 1
    assert Reminder.objects.count() == 1


def test_at_the_end_the_alarms_of_the_house_sound(judged: Any, post: Postbox) -> None:
    with channel() as (address, heard), override_settings(ALARMS=[address]):
        remind(judged, 58)
        assert not heard
        remind(judged, 72)
    assert len(heard) == 1
    assert heard[0]["title"].startswith("[2026-001] Due: ")
    assert BERLIN in heard[0]["message"]
    assert entries()[-1]["payload"]["alarms"] == 1


class channel:  # noqa: N801 - reads as what it is
    """A place that takes alarms as JSON."""

    def __enter__(self) -> tuple[str, list[dict[str, Any]]]:
        heard: list[dict[str, Any]] = []

        class Ear(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"json://127.0.0.1:{self.server.server_address[1]}/", heard

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def test_a_desk_without_mail_writes_down_that_nobody_was_told(judged: Any) -> None:
    with override_settings(EMAIL_HOST="", ALARMS=[]):
        assert remind(judged, 72) == 1
    assert entries()[0]["payload"] == {"to": [], "failed": 0, "alarms": 0}
    assert Reminder.objects.get().to == 0


def test_every_five_minutes_those_who_are_near_are_looked_at(judged: Any) -> None:
    assert reminders.candidates(AWARE + timedelta(hours=35)) == []
    assert reminders.candidates(AWARE + timedelta(hours=37)) == [judged.bakery.id]
    judged.bakery.state = "closed"
    judged.bakery.save()
    assert reminders.candidates(AWARE + timedelta(hours=37)) == []


def test_a_case_judged_by_other_packs_is_judged_anew(judged: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        tasks.remind(timestamp=0)
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone()[0] == 0
        cursor.execute("UPDATE law_standing SET packs_sha256 = 'older'")
        tasks.remind(timestamp=0)
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'law.judge'")
        assert cursor.fetchone()[0] == 1


def test_a_duty_is_given_on_its_page_to_somebody_of_the_case(judged: Any) -> None:
    place = f"/case/{judged.bakery.number}/duties/rule/{BERLIN}/"
    client = browser(judged.ada)
    client.post(place, {"owner": judged.ben.id})
    assert Deadline.objects.get(duty=BERLIN).owner == judged.ben
    client.post(place, {"owner": judged.dan.id})
    assert Deadline.objects.get(duty=BERLIN).owner == judged.ben
    assert "Ben" in client.get(place).content.decode()
