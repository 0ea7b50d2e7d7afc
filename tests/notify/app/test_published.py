"""What is said to everybody is put up, approved, published and kept: never lost, and never said twice."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from breachdesk.case.app import closing_checks
from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Ask, Task
from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.notify.app import posts, published, rewording, tasks
from breachdesk.notify.app.models import Met, Posted, Publication, PublicText, Up
from breachdesk.notify.app.publishing import Texts
from breachdesk.staff.rights import Role
from breachdesk.web import doctor
from tests.cast import AT, account, browser, hand
from tests.law.app.bakery import FACTS, answer, judge, lay
from tests.notify.app.apart import Run
from tests.notify.app.test_public_pages import PEOPLE, SPOKEN
from tests.notify.posting import Wall, posting
from tests.web.test_api import call, client

LATER = AT + timedelta(hours=1)


@pytest.fixture
def told(cast: Any) -> Any:
    """Every text of the bakery can go; California allows a public notice in place of letters."""
    lay(
        cast.bakery,
        {
            **FACTS,
            "people": PEOPLE,
            "organisation": {**SPOKEN, "letters": {"cost_cents": 95}},
            "breach.exfiltration": "yes",
            "time.discovered": "2026-11-20T16:25:00+01:00",
        },
    )
    judge(cast.bakery)
    return cast


@pytest.fixture
def wall(settings_of: Any) -> Iterator[Wall]:
    with posting() as one:
        settings_of(POSTS={"press": one.address})
        yield one


def approve(cast: Any, made: PublicText, at: datetime = AT) -> Ask:
    asked = Ask.objects.get(deed=asks.PUBLISH, what=published.what(made), answer="")
    return asks.answer(asked, approved=True, reason="", by=hand(cast.ben, "counsel", at))


def up(cast: Any, kind: str = "social", language: str = "en") -> PublicText:
    return published.put_up(cast.bakery, kind, language, reason="they have to know", by=hand(cast.ada))


def released(cast: Any, kind: str = "social", language: str = "en") -> PublicText:
    made = up(cast, kind, language)
    approve(cast, made)
    return published.release(made, by=hand(cast.ada))


def types(cast: Any) -> list[str]:
    found = Line.objects.filter(case=cast.bakery.number, type__regex=r"^notify\.(text|post)\.").order_by("seq")
    return list(found.values_list("type", flat=True))


def refused(deed: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as error, transaction.atomic():
        deed()
    return error.value.key.removeprefix("published.refused.")


def page(cast: Any, path: str = "", who: str = "ada", language: str = "en") -> str:
    found = browser(getattr(cast, who), language).get(f"/case/{cast.bakery.number}/notices/published/{path}")
    assert found.status_code == 200, path
    return found.content.decode()


def test_the_words_are_fixed_approved_by_another_and_released_once(told: Any) -> None:
    made, spoken = up(told), Texts(told.bakery, AT).spoken("social", "en")
    assert spoken is not None
    assert made.words == spoken.post
    assert made.sha256 == hashlib.sha256(made.words.encode()).hexdigest()
    assert refused(lambda: published.release(made, by=hand(told.ada))) == "asks.refused.no_approval"
    asked = Ask.objects.get(deed=asks.PUBLISH)
    assert refused(lambda: asks.answer(asked, approved=True, reason="", by=hand(told.ada))) == "asks.refused.own"
    approve(told, made)
    assert published.release(made, by=hand(told.ada)).standing == Up.RELEASED
    assert refused(lambda: published.release(made, by=hand(told.ada))) == "not_now"
    assert types(told) == ["notify.text.fixed", "notify.text.released"]
    assert refused(lambda: up(told)) == "same"


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"organisation": {**SPOKEN, "incident_page": None}}, "blank"),
        ({"hold__law_enforcement": {"from": "2026-11-20T00:00:00Z", "until": None, "written": True}}, "stopped"),
    ],
)
def test_what_has_a_blank_or_is_stopped_goes_by_no_door(told: Any, facts: dict[str, Any], why: str, wall: Wall) -> None:
    approved, out = up(told, "banner"), released(told, "social")
    approve(told, approved)
    row = posts.post(out, "press", by=hand(told.ada))
    answer(told.bakery, **facts)
    assert refused(lambda: up(told, "social", "ru")) == why
    assert refused(lambda: published.release(approved, by=hand(told.ada))) == why
    ada, top = client(told.ada), f"/cases/{told.bakery.number}"
    said = call(ada, "POST", f"{top}/notices/public/social/ru/published", reason="x")
    assert (said.status_code, said.json()["refused"]) == (409, f"published.refused.{why}")
    assert call(ada, "PUT", f"{top}/published/{approved.number}/release").status_code == 409
    here = f"/case/{told.bakery.number}/notices"
    browser(told.ada).post(f"{here}/public/social/ru/up/", {"reason": "x"})
    browser(told.ada).post(f"{here}/published/{approved.number}/do/release/")
    assert PublicText.objects.filter(standing=Up.RELEASED).count() == 1
    assert PublicText.objects.count() == 2
    posts.carry()
    row.refresh_from_db()
    assert (row.state, row.told) == ("refused", "stopped")
    assert wall.heard == []


def test_when_the_facts_change_the_words_are_put_up_and_asked_for_anew(told: Any) -> None:
    made = up(told, "press")
    approve(told, made)
    answer(told.bakery, harm__further_use=False)
    assert refused(lambda: published.release(made, by=hand(told.ada))) == "changed"
    text = page(told, f"{made.number}/")
    assert "Whether somebody has used the data" in text[text.index("<del>") : text.index("</del>")]
    assert "these words cannot be released" in text
    assert "Release for publication" not in text
    again = up(told, "press")
    assert again.number == 2
    made.refresh_from_db()
    assert made.standing == Up.DROPPED
    assert refused(lambda: published.release(again, by=hand(told.ada))) == "asks.refused.no_approval"
    approve(told, again)
    published.release(again, by=hand(told.ada))


def test_what_was_released_stays_word_for_word_and_newer_words_take_its_place(told: Any) -> None:
    first = released(told, "press")
    answer(told.bakery, harm__further_use=False)
    assert "Look at the difference" in page(told)
    ada, here = browser(told.ada), f"/case/{told.bakery.number}/notices/published"
    assert "The case reads otherwise now" in page(told, f"{first.number}/")
    second = released(told, "press")
    first.refresh_from_db()
    assert (first.standing, second.standing) == (Up.REPLACED, Up.RELEASED)
    for ending, digest in (("txt", first.sha256), ("html", first.page_sha256)):
        kept = ada.get(f"{here}/{first.number}/{ending}").content
        assert hashlib.sha256(kept).hexdigest() == digest
    assert first.words != second.words
    assert "replaced by newer words" in page(told)


def test_where_it_stands_is_written_down_and_taken_down(told: Any) -> None:
    made = up(told, "banner")
    assert refused(lambda: published.publish(made, "our website", AT, by=hand(told.ada))) == "not_released"
    approve(told, made)
    published.release(made, by=hand(told.ada))
    ada = browser(told.ada)
    here = f"/case/{told.bakery.number}/notices/published/{made.number}"
    now = clock.now().astimezone(clock.time_zone("Europe/Berlin"))
    said = {"where": "front page of <our> website", "at": now.strftime("%Y-%m-%dT%H:%M")}
    assert ada.post(f"{here}/place/", {**said, "at": "2020-01-01T10:00"}).status_code == 422
    assert ada.post(f"{here}/place/", {**said, "at": "2199-01-01T10:00"}).status_code == 422
    assert ada.post(f"{here}/place/", {**said, "where": " "}).status_code == 422
    assert ada.post(f"{here}/place/", said).status_code == 302
    row = Publication.objects.get()
    assert (row.where, row.until, row.noted_by) == ("front page of <our> website", None, told.ada.email)
    assert "front page of &lt;our&gt; website" in page(told)
    assert ada.post(f"{here}/places/{row.id}/", {"at": said["at"], "reason": ""}).status_code == 422
    assert ada.post(f"{here}/places/{row.id}/", {"at": said["at"], "reason": "the case is over"}).status_code == 302
    row.refresh_from_db()
    assert (row.down_why, row.early) == ("the case is over", False)
    assert types(told)[-2:] == ["notify.text.published", "notify.text.taken_down"]
    assert refused(lambda: published.take_down(row, AT, reason="x", by=hand(told.ada))) == "down"


def deadlines(cast: Any) -> set[str]:
    """Laws whose duty to tell the people is met now."""
    tasks.fulfil()
    return {one.partition(".art")[0] for one in Met.objects.filter(case=cast.bakery).values_list("duty", flat=True)}


def test_a_notice_in_place_of_letters_meets_the_duty_once_all_of_it_stands(told: Any) -> None:
    made = released(told, "posting-us-ca")
    by = hand(told.ada, at=LATER)
    assert published.lacking(made) == ["email", "website", "media"]
    assert refused(lambda: published.publish(made, "x", AT, part="newspaper", by=by)) == "no_part"
    for part in ("email", "media"):
        published.publish(made, f"by {part}", AT, part=part, by=by)
    assert deadlines(told) == set()
    site = published.publish(made, "our front page", LATER, part="website", by=by)
    assert site.until == date(2026, 12, 20)
    task = Task.objects.get()
    assert "20 December 2026" in task.title.replace("\xa0", " ")
    assert task.due is not None
    assert task.due.astimezone(clock.time_zone("Europe/Berlin")).date() == date(2026, 12, 21)
    assert deadlines(told) != set()
    met = Met.objects.filter(case=told.bakery)
    assert {one.at for one in met} == {LATER}
    assert {one.people for one in met} == {500_001}
    assert "has to stand until" in page(told)
    published.take_down(site, LATER, reason="the site was made anew", by=hand(told.ada, at=LATER))
    assert deadlines(told) == set()
    assert Line.objects.filter(type="notify.duty.reopened").exists()
    task.refresh_from_db()
    assert task.done_at is None
    assert "taken down too early" in page(told, f"{made.number}/")
    assert [key for key, _, _ in closing_checks.still(told.bakery) if "early" in key] == ["closing.open.early"]
    published.publish(made, "our front page", LATER, part="website", by=by)
    assert deadlines(told) != set()
    assert not [key for key, _, _ in closing_checks.still(told.bakery) if "early" in key]


def test_a_notice_that_stood_as_long_as_it_had_to_ends_its_task(told: Any) -> None:
    made = released(told, "posting-us-ca")
    site = published.publish(made, "our front page", AT, part="website", by=hand(told.ada))
    over = AT + timedelta(days=31)
    assert not published.take_down(site, over, reason="its time is over", by=hand(told.ada, at=over)).early
    assert Task.objects.get().done_at == over


def test_counsels_words_of_a_law_stand_in_its_public_notice_and_make_what_waits_ask_anew(told: Any) -> None:
    made = up(told, "posting-us-ca")
    approve(told, made)
    block = rewording.Place("contact", "en", rule="us-ca")
    said = "Call us in California: {organisation.contact.phone}."
    rewording.reword(told.bakery, block, said, reason="their way", by=hand(told.ben, "counsel"))
    spoken = Texts(told.bakery, AT).spoken("posting-us-ca", "en")
    assert spoken is not None
    assert "Call us in California: +49 30 555 0101." in spoken.post
    other = Texts(told.bakery, AT).spoken("posting-gdpr-art34", "en") or Texts(told.bakery, AT).spoken("press", "en")
    assert other is not None
    assert "Call us in California" not in other.post
    assert refused(lambda: published.release(made, by=hand(told.ada))) in ("changed", "stopped")


# --- posts


def test_a_post_goes_once_with_the_words_that_were_approved(told: Any, wall: Wall) -> None:
    made = released(told)
    row = posts.post(made, "press", by=hand(told.ada))
    assert refused(lambda: posts.post(made, "press", by=hand(told.ada))) == "there"
    assert posts.carry() == 1
    assert posts.carry() == 0
    row.refresh_from_db()
    assert (row.state, row.told) == ("posted", "taken")
    assert wall.words == [made.words]
    assert refused(lambda: posts.post(made, "press", by=hand(told.ada))) == "there"
    assert types(told)[-2:] == ["notify.post.queued", "notify.post.told"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Posted.objects.create(text=made, channel="press", attempt=9, asked_at=AT, asked_by="x")
    text = page(told, f"{made.number}/")
    assert "the channel took it" in text
    assert "Nobody can prove who read it." in text
    published.withdraw(made, reason="again", by=hand(told.ada))
    again = released(told)
    assert refused(lambda: posts.post(again, "press", by=hand(told.ada))) == "there"  # the very same words


def test_a_channel_that_refuses_can_be_tried_again(told: Any, wall: Wall) -> None:
    made, wall.status = released(told), 403
    posts.post(made, "press", by=hand(told.ada))
    posts.carry()
    row = Posted.objects.get()
    assert (row.state, row.told, row.code) == ("refused", "answered", 403)
    wall.status = 200
    assert posts.post(made, "press", by=hand(told.ada)).attempt == 1
    posts.carry()
    assert [one.state for one in Posted.objects.order_by("attempt")] == ["refused", "posted"]


def test_a_channel_that_hangs_is_in_doubt_until_a_person_has_looked(told: Any, wall: Wall) -> None:
    made = released(told)
    posts.post(made, "press", by=hand(told.ada))
    wall.hold.clear()
    posts.carry()
    wall.hold.set()
    posts.carry()
    row = Posted.objects.get()
    assert row.state == "doubt"
    overview = browser(told.ada).get(f"/case/{told.bakery.number}/").content.decode()
    assert "Of 1 post nobody knows whether it stands in its channel." in overview
    assert "closing.open.post" in [key for key, _, _ in closing_checks.still(told.bakery)]
    assert len(wall.heard) == 1
    assert refused(lambda: posts.post(made, "press", by=hand(told.ada))) == "there"
    here = f"/case/{told.bakery.number}/notices/published/{made.number}"
    assert "Look whether a post stands in its channel" in page(told)
    ada = browser(told.ada)
    assert ada.post(f"{here}/posts/{row.id}/", {"there": "no", "reason": ""}).status_code == 422
    assert ada.post(f"{here}/posts/{row.id}/", {"there": "no", "reason": "not to be seen"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("refused", told.ada.email)
    assert ada.post(f"{here}/post/", {"channel": "press"}).status_code == 302
    posts.carry()
    assert wall.words == [made.words] * 2


def test_what_may_not_go_any_more_is_not_posted(told: Any, wall: Wall, settings_of: Any) -> None:
    made = released(told)
    posts.post(made, "press", by=hand(told.ada))
    answer(told.bakery, organisation={**SPOKEN, "incident_page": "https://example.org/south"})
    posts.carry()
    assert Posted.objects.get().told == "changed"
    again = released(told)
    row = posts.post(again, "press", by=hand(told.ada))
    published.withdraw(again, reason="not yet", by=hand(told.ada))
    posts.carry()
    row.refresh_from_db()
    assert row.state == "cancelled"
    answer(told.bakery, organisation={**SPOKEN, "incident_page": "https://example.org/west"})
    third = released(told)
    row = posts.post(third, "press", by=hand(told.ada))
    settings_of(POSTS={})
    posts.carry()
    row.refresh_from_db()
    assert (row.state, row.told) == ("refused", "no_channel")
    assert wall.heard == []


def test_the_doctor_says_whether_apprise_takes_each_address_and_shows_none(settings_of: Any) -> None:
    settings_of(POSTS={"press": "json://token@example.org/", "odd": "nothing://token"}, ALARMS=["json://token@x/"])
    found = [(one.state.value, one.values["name"]) for one in doctor._channels()]
    assert found == [("well", "BREACHDESK_ALARMS 1"), ("well", "press"), ("broken", "odd")]
    assert "token" not in str([one.values for one in doctor._channels()])


def test_only_short_posts_go_to_channels_and_their_addresses_are_shown_nowhere(told: Any, wall: Wall) -> None:
    statement = released(told, "press")
    assert refused(lambda: posts.post(statement, "press", by=hand(told.ada))) == "not_short"
    made = released(told)
    assert refused(lambda: posts.post(made, "nowhere", by=hand(told.ada))) == "no_channel"
    posts.post(made, "press", by=hand(told.ada))
    posts.carry()
    shown = page(told) + page(told, f"{made.number}/")
    shown += call(client(told.ada), "GET", f"/cases/{told.bakery.number}/published/{made.number}").content.decode()
    shown += str([bytes(one.payload or b"") for one in Line.objects.all()])
    assert "json://" not in shown
    assert str(wall.port) not in shown


def test_a_worker_killed_between_handing_over_and_writing_down_leaves_it_in_doubt(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with posting() as wall:
        monkeypatch.setenv("BREACHDESK_POSTS", f"press={wall.address}&rto=60".replace("rto=2&", ""))
        run("tests.notify.app.posted", "lay")
        wall.hold.clear()

        def heard() -> None:
            deadline = time.monotonic() + 60
            while not wall.heard and time.monotonic() < deadline:
                time.sleep(0.02)

        run("breachdesk.notify.app.posting", kill=heard)
        assert run("tests.notify.app.posted", "stand") == [["sending", ""]]
        wall.hold.set()
        for _ in range(2):
            run("tests.notify.app.posted", "carry")
            assert run("tests.notify.app.posted", "stand") == [["doubt", "lost"]]
        assert len(wall.heard) == 1
        run("tests.notify.app.posted", "look", "no")
        run("tests.notify.app.posted", "again")
        run("tests.notify.app.posted", "carry")
        assert run("tests.notify.app.posted", "stand") == [["refused", "looked"], ["posted", "taken"]]
        assert len(wall.heard) == 2


# --- who may


def test_communications_may_put_up_and_post_but_not_approve_and_support_only_reads(told: Any) -> None:
    from breachdesk.case.app import actions as cases

    cleo = account("Cleo")
    cases.let_in(told.bakery, cleo, Role.COMMUNICATIONS, by=hand(told.ada))
    number = told.bakery.number
    comms, support = client(cleo), client(told.cara)
    path = f"/cases/{number}/notices/public/social/en/published"
    assert call(support, "POST", path, reason="x").status_code == 403
    assert call(comms, "POST", path, reason="they have to know").status_code == 201
    asked = Ask.objects.get()
    assert call(comms, "POST", f"/cases/{number}/asks/{asked.id}/answer", approve=True, reason="").status_code == 403
    here = f"/case/{number}/notices/published/1/"
    text = browser(told.cara).get(here).content.decode()
    assert not re.search(r'action="[^"]*/notices/published/', text)
    assert browser(told.cara).post(f"{here}do/withdraw/", {"reason": "x"}).status_code == 403
    assert browser(told.dan).get(here).status_code == 404


def test_programs_do_the_same(told: Any, wall: Wall) -> None:
    ada, ben, top = client(told.ada), client(told.ben), f"/cases/{told.bakery.number}"
    made = call(ada, "POST", f"{top}/notices/public/social/en/published", reason="they have to know").json()
    assert (made["standing"], made["changed"], made["channels"]) == ("fixed", False, [])
    asked = call(ben, "GET", f"{top}/asks").json()
    row = next(one for one in (asked["items"] if isinstance(asked, dict) else asked) if one["deed"] == "publish")
    approve(told, PublicText.objects.get(), clock.now())
    assert row["deed"] == "publish"
    out = call(ada, "PUT", f"{top}/published/1/release").json()
    assert (out["standing"], out["approved_by"], out["channels"]) == ("released", told.ben.email, ["press"])
    queued = call(ada, "POST", f"{top}/published/1/posts", channel="press").json()
    assert [one["state"] for one in queued["posts"]] == ["queued"]
    posts.carry()
    at = clock.rfc3339(clock.now())
    placed = call(ada, "POST", f"{top}/published/1/places", where="https://example.org/", at=at).json()
    where = placed["publications"][0]
    down = call(ada, "PUT", f"{top}/published/1/places/{where['id']}/down", at=clock.rfc3339(clock.now()), reason="x")
    assert down.json()["publications"][0]["down_why"] == "x"
    kept = call(ada, "GET", f"{top}/published/1/file")
    assert hashlib.sha256(kept.content).hexdigest() == out["sha256"]
    assert [one["state"] for one in call(ada, "GET", f"{top}/published").json()[0]["posts"]] == ["posted"]
    assert call(client(told.dan), "GET", f"{top}/published/1").status_code == 404
