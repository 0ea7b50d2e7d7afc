"""Reports by mail, out of a real IMAP server: each letter once, none lost, machines set aside, trouble told."""

from collections.abc import Iterator
from typing import Any

import pytest

from breachdesk.detect.app import actions, mailbox
from breachdesk.detect.app.models import Mailbox, Post, Signal
from breachdesk.journal.app.models import Line
from tests.cast import browser, hand
from tests.detect.imap import Imap, found

pytestmark = pytest.mark.skipif(found() is None, reason="Dovecot is not installed (tools/system-packages)")


@pytest.fixture(scope="module")
def server() -> Iterator[Imap]:
    imap = Imap()
    imap.start()
    yield imap
    imap.stop()


@pytest.fixture
def box(server: Imap, desk: str, settings_of: Any, monkeypatch: pytest.MonkeyPatch) -> Imap:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    settings_of(MAILBOX_URL=server.url, MAILBOX_PASSWORD="secret")
    mailbox.look()  # what earlier tests left
    return server


def letter(subject: str, text: str = "I get spam.", sender: str = "eve@example.org", more: str = "") -> bytes:
    key = f"<{subject.replace(' ', '-')}@example.org>"
    head = f"From: {sender}\r\nSubject: {subject}\r\nMessage-ID: {key}\r\n{more}"
    return f"{head}\r\n{text}\r\n".encode()


def test_each_letter_becomes_a_signal_once(box: Imap, cast: Any) -> None:
    before = Signal.objects.count()
    box.put(letter("your customers are for sale"))
    assert mailbox.look() == 1
    assert mailbox.look() == 0
    signal = Signal.objects.latest("id")
    assert (signal.channel, signal.contact) == ("mail", "eve@example.org")
    assert signal.text == "your customers are for sale\n\nI get spam."
    assert Signal.objects.count() == before + 1
    assert box.seen() >= 1
    Mailbox.objects.update(validity=1)  # the server made its mailbox anew: every letter is there once more
    mailbox.look()
    assert Signal.objects.count() == before + 1
    page = browser(cast.ada).get(f"/signals/{signal.number}/").content.decode()
    assert "The letter as it came" in page
    kept = browser(cast.ada).post(f"/signals/letters/{signal.letters.get().id}/")
    assert b"Subject: your customers are for sale" in b"".join(kept.streaming_content)  # type: ignore[attr-defined]
    assert "detect.letter.opened" in {line.type for line in Line.objects.all()}


def test_a_reply_joins_its_signal_and_nobody_elses_does(box: Imap, cast: Any) -> None:
    box.put(letter("found your dump", sender="Eve <eve@example.org>"))
    mailbox.look()
    signal = Signal.objects.latest("id")
    actions.ask(signal, "Since when?", by=hand(cast.ada))
    box.put(letter(f"Re: [{signal.number}] since", "Since May.", more="In-Reply-To: <x>\r\n"))
    box.put(letter(f"Re: [{signal.number}] also", "Me too.", sender="mallory@example.org"))
    assert mailbox.look() == 2
    assert [one.text.splitlines()[-1] for one in signal.messages.all()] == ["Since when?", "Since May."]
    assert Signal.objects.latest("id").contact == "mallory@example.org"


def test_machines_are_set_aside_and_can_be_taken_up(box: Imap, cast: Any) -> None:
    before = Signal.objects.count()
    box.put(letter("out of office", more="Auto-Submitted: auto-replied\r\n"))
    assert mailbox.look() == 1
    assert Signal.objects.count() == before
    aside = Post.objects.latest("id")
    assert (aside.aside, aside.signal) == ("answer", None)
    for language, told in (("en", "automatic answer"), ("ru", "автоответ")):
        assert told in browser(cast.ada, language).get("/signals/letters/").content.decode()
    answer = browser(cast.ada).post(f"/signals/letters/{aside.id}/", {"do": "take"})
    assert answer.status_code == 302
    assert Signal.objects.latest("id").text.startswith("out of office")
    again = browser(cast.ada).post(f"/signals/letters/{aside.id}/", {"do": "take"}, follow=True)
    assert Signal.objects.count() == before + 1
    assert again.status_code in (200, 400, 409)


def test_a_letter_that_breaks_the_desk_off_is_taken_the_next_time(box: Imap, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Signal.objects.count(), Post.objects.count()
    box.put(letter("killed in between"))
    monkeypatch.setattr(mailbox, "write", lambda *args, **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        mailbox.look()
    assert (Signal.objects.count(), Post.objects.count()) == before
    monkeypatch.undo()


def test_trouble_is_told_and_ends(box: Imap, cast: Any, settings_of: Any) -> None:
    for url, password in (
        (box.url, "wrong"),
        (box.url.replace("INBOX", "nowhere"), "secret"),
        ("imaps://people@localhost:1/INBOX", "secret"),
    ):
        settings_of(MAILBOX_URL=url, MAILBOX_PASSWORD=password)
        assert mailbox.look() == 0
        held = Mailbox.objects.get()
        assert held.trouble
        assert held.trouble_since is not None
        assert "secret" not in held.trouble
    page = browser(cast.ada).get("/signals/").content.decode()
    assert "The mailbox cannot be read since" in page
    settings_of(MAILBOX_URL=box.url, MAILBOX_PASSWORD="secret")
    mailbox.look()
    assert Mailbox.objects.get().trouble == ""


def test_a_certificate_nobody_signed_is_not_spoken_to(box: Imap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert mailbox.look() == 0
    assert "certificate" in Mailbox.objects.get().trouble.lower()


def test_a_letter_beyond_all_bounds_is_told_and_the_next_one_read(box: Imap, settings_of: Any) -> None:
    settings_of(MOST_ATTACHMENT=50_000)
    box.put(letter("a huge one", "x" * 300_000))
    box.put(letter("a small one"))
    assert mailbox.look() == 2
    huge, small = Signal.objects.order_by("-id")[1], Signal.objects.latest("id")
    assert huge.text.endswith("[…]")
    assert small.text.startswith("a small one")
