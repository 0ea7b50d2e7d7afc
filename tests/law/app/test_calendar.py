"""A calendar fetches the deadlines of all cases of somebody by an address of their own, and nothing else."""

import re
from datetime import timedelta
from typing import Any

import pytest

from breachdesk.case.app import actions as cases
from breachdesk.law.app import actions
from breachdesk.law.app.models import Deadline, Feed
from tests.cast import browser, hand
from tests.law.app.bakery import AT, BERLIN, judge, lay


@pytest.fixture
def judged(cast: Any) -> Any:
    lay(cast.bakery)
    judge(cast.bakery)
    return cast


def fetch(token: str) -> Any:
    return browser().get(f"/calendar/{token}.ics")


def unfolded(response: Any) -> str:
    return str(response.content.decode()).replace("\r\n ", "")


def test_it_says_what_is_due_in_every_case_of_whoever_owns_it(judged: Any) -> None:
    other = cases.open_case("Other", lead=judged.dan, by=hand(judged.dan))
    lay(other)
    judge(other)
    _, token = actions.make_feed(judged.ada, by=hand(judged.ada), titles=True)
    found = fetch(token)
    text = unfolded(found)
    assert found.headers["Content-Type"].startswith("text/calendar")
    assert (
        text.count("BEGIN:VEVENT")
        == Deadline.objects.filter(case=judged.bakery, verdict="owed", due__isnull=False).count()
    )
    assert "DTSTART:20261123T152500Z" in text
    assert f"SUMMARY:2026-001: {Deadline.objects.filter(duty=BERLIN)[0].text('title', 'en')}" in text
    assert f"/case/2026-001/duties/rule/{BERLIN}/" in text
    assert "Other" not in text
    assert other.number not in text
    assert all(len(line) <= 75 for line in found.content.split(b"\r\n"))


def test_without_titles_it_says_only_that_something_is_due(judged: Any) -> None:
    _, token = actions.make_feed(judged.ada, by=hand(judged.ada))
    text = unfolded(fetch(token))
    assert "SUMMARY:2026-001: a deadline" in text
    assert Deadline.objects.get(duty=BERLIN).text("title", "en") not in text
    assert Deadline.objects.get(duty=BERLIN).text("recipient", "en") not in text


def test_the_same_deadline_keeps_its_event_when_it_moves(judged: Any) -> None:
    _, token = actions.make_feed(judged.ada, by=hand(judged.ada))
    before = set(re.findall("UID:(.*)", unfolded(fetch(token))))
    row = Deadline.objects.get(duty=BERLIN)
    assert row.due is not None
    Deadline.objects.filter(duty=BERLIN).update(due=row.due + timedelta(hours=5))
    after = fetch(token)
    assert set(re.findall("UID:(.*)", unfolded(after))) == before
    assert b"DTSTART:20261123T202500Z" in after.content


def test_only_the_digest_of_the_secret_is_kept(judged: Any) -> None:
    feed, token = actions.make_feed(judged.ada, by=hand(judged.ada))
    assert len(token) >= 43
    assert token not in str(Feed.objects.filter(id=feed.id).values())


def test_an_ended_address_leads_nowhere_and_so_does_one_of_somebody_who_has_left(judged: Any) -> None:
    feed, token = actions.make_feed(judged.ada, by=hand(judged.ada))
    _, other = actions.make_feed(judged.ben, by=hand(judged.ben))
    assert fetch(token).status_code == 200
    actions.end_feed(judged.ada, feed.id, by=hand(judged.ada, at=AT))
    assert fetch(token).status_code == 404
    judged.ben.is_active = False
    judged.ben.save()
    assert fetch(other).status_code == 404
    assert fetch("guessed").status_code == 404


def test_who_was_let_out_of_a_case_hears_nothing_of_it(judged: Any) -> None:
    _, token = actions.make_feed(judged.ben, by=hand(judged.ben))
    assert "BEGIN:VEVENT" in unfolded(fetch(token))
    cases.let_out(judged.bakery, judged.ben, by=hand(judged.ada, at=AT))
    assert "BEGIN:VEVENT" not in unfolded(fetch(token))


def test_the_address_is_told_once_on_its_page_and_ended_there(judged: Any) -> None:
    client = browser(judged.ada)
    made = client.post("/calendar/", {"note": "phone", "titles": "on"}).content.decode()
    address = re.search(r"http://127\.0\.0\.1:8500(/calendar/[\w-]+\.ics)", made)
    assert address is not None
    assert browser().get(address[1]).status_code == 200
    again = client.get("/calendar/").content.decode()
    assert address[1] not in again
    assert "phone" in again
    stranger = browser(judged.dan)
    stranger.post(f"/calendar/{Feed.objects.get().id}/end/")
    assert browser().get(address[1]).status_code == 200
    client.post(f"/calendar/{Feed.objects.get().id}/end/")
    assert browser().get(address[1]).status_code == 404
