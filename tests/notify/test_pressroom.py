"""Batches drawn by other processes: what goes wrong there is heard here."""

import os

import pytest

from breachdesk.notify import pressroom
from breachdesk.notify.draw import Bundle, Fonts, Press
from breachdesk.notify.pressroom import Job, Pressroom
from tests.notify.mail import LIBRARY, letter


def job(number: int = 1) -> Job:
    data = Press(words=LIBRARY.phrases).data(letter(number).notice, code="8KQ8241Z8AE42")
    return Job((data,), Fonts.OURS, "Letters", "Bakery", "en")


def test_others_draw_what_one_would_draw() -> None:
    room = Pressroom(2)
    jobs = [job(number) for number in range(3)]
    made = [told() for told in [room.draw(one) for one in jobs]]
    room.close()
    assert made == [one.drawn(Press()) for one in jobs]


def test_who_is_killed_while_drawing_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Job, "drawn", lambda job, press: os._exit(9))
    with pytest.raises(ChildProcessError, match="Letters"):
        pressroom._drawn(job())


def test_what_goes_wrong_while_drawing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(job: Job, press: Press) -> Bundle:
        raise OSError("no place")

    monkeypatch.setattr(Job, "drawn", fails)
    with pytest.raises(OSError, match="no place"):
        pressroom._drawn(job())
