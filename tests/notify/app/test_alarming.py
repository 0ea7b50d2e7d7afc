"""The team hears, once and in time, that a sending will miss its deadline."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from breachdesk.journal.app.actions import Hand
from breachdesk.journal.app.models import Line
from breachdesk.journal.shapes import HOUSE, Via
from breachdesk.notify.app import alarming, ledger, pens, sendings
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, Sending
from breachdesk.notify.smtp import Relay
from breachdesk.notify.states import State
from breachdesk.staff.app.models import Account
from tests import postbox
from tests.cast import hand
from tests.notify.app.sending import case_with, going, planned, rows
from tests.postbox import Postbox


@pytest.fixture
def post() -> Iterator[Postbox]:
    with (
        postbox.open_() as box,
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=box.port,
            DEFAULT_FROM_EMAIL="desk@bakery.example",
        ),
    ):  # fmt: skip
        yield box


@pytest.fixture
def sending(cast: Any, settings_of: Any) -> Sending:
    """To ten people, begun at the hour of the cast, due two days later."""
    settings_of(RELAY=Relay("127.0.0.1", 9), NOTICE_FROM="a@bakery.example", NOTICE_RETURN="b@bakery.example")
    made = planned(case_with(cast, rows(10)), cast.ada)
    going(cast, made)
    Sending.objects.filter(id=made.id).update(due=hand(cast.ada).at + timedelta(days=2))
    return again(made)


def again(sending: Sending) -> Sending:
    return Sending.objects.select_related("case").get(id=sending.id)


def look(sending: Sending, after: timedelta) -> bool:
    found = again(sending)
    assert found.begun_at is not None
    return alarming.look(found, by=Hand(HOUSE, Via.FLOW, found.begun_at + after))


def told(sending: Sending, count: int, at: datetime) -> None:
    waiting = list(Delivery.objects.filter(sending=sending, state="queued").order_by("id")[:count])
    words = [Word(one.id, State.ACCEPTED) for one in waiting]
    ledger.tell(sending, words, source="relay", by=Hand(HOUSE, Via.FLOW, at))


def entries() -> int:
    return Line.objects.filter(type="notify.sending.delayed").count()


def test_at_a_rate_that_will_do_nobody_is_disturbed(sending: Sending, post: Postbox) -> None:
    assert sending.begun_at is not None
    told(sending, 5, sending.begun_at + timedelta(minutes=30))
    assert not look(sending, timedelta(minutes=1))
    assert not look(sending, timedelta(minutes=35))  # five in ten minutes: the rest in ten more
    assert post.letters == []


def test_at_a_rate_that_will_not_do_the_team_hears_it_once(sending: Sending, post: Postbox, cast: Any) -> None:
    assert sending.begun_at is not None
    Account.objects.filter(id=cast.ben.id).update(language="ru")
    Sending.objects.filter(id=sending.id).update(due=sending.begun_at + timedelta(minutes=50))
    told(sending, 1, sending.begun_at + timedelta(minutes=30))  # one in ten minutes, nine to go
    assert look(sending, timedelta(minutes=35))
    assert not look(sending, timedelta(minutes=36))
    assert len(post.letters) == 2
    letter = post.to("ada@bakery.example")[0]
    assert letter["Subject"] == "[2026-001] People will not be told in time"
    text = letter.get_content()
    assert "9 people are not told yet." in text
    assert "the last of them is told" in text
    assert f"/case/2026-001/sendings/{sending.number}/" in text
    russian = post.to("ben@bakery.example")[0].get_content()
    assert "Ещё не оповещено 9 человек." in russian
    assert "<time" not in text + russian
    assert entries() == 1


def test_when_nothing_goes_it_is_told_a_day_before_and_when_past(sending: Sending, post: Postbox, cast: Any) -> None:
    sendings.pause(sending, reason="a doubt", by=hand(cast.ada))
    assert not look(sending, timedelta(hours=20))
    assert look(sending, timedelta(hours=25))
    assert "It was paused by somebody." in post.to("ada@bakery.example")[0].get_content()
    assert not look(sending, timedelta(hours=60))  # the same deadline
    found = again(sending)
    assert found.begun_at is not None
    Sending.objects.filter(id=sending.id).update(due=found.begun_at + timedelta(hours=40))  # judged anew
    assert look(sending, timedelta(hours=60))
    assert any(one["Subject"] == "[2026-001] People are not told in time" for one in post.to("ada@bakery.example"))
    assert entries() == 2


def test_a_letter_that_cannot_go_is_tried_again(sending: Sending) -> None:
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=9
    ):
        assert not look(sending, timedelta(hours=50))
    assert again(sending).alarmed_for is None
    assert entries() == 0


def test_who_is_told_in_time_leaves_nothing_to_tell(sending: Sending, post: Postbox) -> None:
    told(sending, 10, pens.hand().at)
    assert not look(sending, timedelta(hours=50))
    assert post.letters == []
