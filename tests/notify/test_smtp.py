"""Each message has one of four ends, told once; what the relay has is never lost, what it lacks never delivered."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from breachdesk.notify.smtp import End, Mail, Outcome, Relay, Unusable, send
from tests.notify.relay import HANG_UP, SILENCE, Box, relaying
from tests.notify.tls import certificate_in, served

SINK = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/sbin:/bin")


@pytest.fixture(autouse=True)
def _no_loop() -> Iterator[None]:
    """Where a browser of other tests is open its loop runs in this thread (Playwright only pauses it), and here are
    others to run."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


def mails(count: int, content: bytes = b"Subject: x\r\n\r\nhello\r\n") -> Iterator[Mail]:
    for n in range(count):
        yield Mail(n, f"n+{n}@desk.example", f"p{n}@people.example", content)


def run(box: Box, count: int = 20, **more: object) -> dict[int, Outcome]:
    """What became of each; told twice is a failure."""
    found: dict[int, Outcome] = {}

    def told(key: int, outcome: Outcome) -> None:
        assert key not in found, f"{key} is told of twice"
        found[key] = outcome

    settings: dict[str, object] = {"host": "127.0.0.1", "port": box.port, "connections": 3, "seconds": 5.0}
    relay = Relay(**{**settings, "seconds_for_end": 5.0, **more})  # type: ignore[arg-type]
    given = more.pop("mails", None) or mails(count)
    taken = send(relay, given, told)  # type: ignore[arg-type]
    assert taken == len(found)
    return found


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
def test_every_message_arrives_once_as_it_was(offers: tuple[str, ...]) -> None:
    content = b"Subject: x\r\n\r\n.dot\r\n..two\r\nlast line without end"
    with relaying(Box(offers=offers)) as box:
        found: dict[int, Outcome] = {}
        relay = Relay("127.0.0.1", box.port, connections=4, seconds=5)
        assert send(relay, mails(50, content), found.__setitem__) == 50
    assert {one.end for one in found.values()} == {End.ACCEPTED}
    assert sorted(box.recipients()) == sorted(f"p{n}@people.example" for n in range(50))
    assert {got for _, _, got in box.got} == {content + b"\r\n"}
    assert {sender for sender, _, _ in box.got} == {f"n+{n}@desk.example" for n in range(50)}


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
@pytest.mark.parametrize(
    ("stage", "said", "end"),
    [
        ("mail", "550 5.1.0 not from you", End.REFUSED),
        ("mail", "451 4.3.0 later", End.LATER),
        ("rcpt", "550 5.1.1 nobody here", End.REFUSED),
        ("rcpt", "450 4.2.0 greylisted", End.LATER),
        ("data", "451 4.3.0 full", End.LATER),
        ("end", "554 5.7.1 spam", End.REFUSED),
        ("end", "452 4.3.1 no room", End.LATER),
    ],
)
def test_what_is_refused_is_told_and_the_next_goes_on(stage: str, said: str, end: End, offers: tuple[str, ...]) -> None:
    def say(at: str, words: str) -> str | None:
        if at != stage:
            return None
        told = [f"{n}@" for n in (3, 7)]
        if at == "data":
            return said if box.heard[-3:-1] and any(one in box.heard[-2] for one in told) else None
        return said if any(one in words for one in told) else None

    with relaying(Box(say, offers=offers)) as box:
        found = run(box, connections=1)
    ends = {n: one.end for n, one in found.items()}
    wrong = {n for n in range(20) if n % 10 in (3, 7)}
    assert ends == {n: end if n in wrong else End.ACCEPTED for n in range(20)}
    assert all(str(found[n].code) == said[:3] and found[n].told == said[4:] for n in wrong)
    assert sorted(box.recipients()) == sorted(f"p{n}@people.example" for n in range(20) if n not in wrong)


def test_a_relay_that_wants_a_message_for_nobody_gets_an_empty_one_and_the_next_goes_on() -> None:
    def say(at: str, words: str) -> str | None:
        if at == "rcpt" and "p1@" in words:
            return "550 nobody"
        return "354 whatever" if at == "data" else None

    with relaying(Box(say)) as box:
        found = run(box, 4, connections=1)
    assert [found[n].end for n in range(4)] == [End.ACCEPTED, End.REFUSED, End.ACCEPTED, End.ACCEPTED]
    assert [to for to in box.recipients() if to] == [f"p{n}@people.example" for n in (0, 2, 3)]


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
@pytest.mark.parametrize("said", ["taken, " + HANG_UP, HANG_UP, SILENCE])
def test_between_the_last_dot_and_its_answer_there_is_doubt(said: str, offers: tuple[str, ...]) -> None:
    with relaying(Box(lambda at, words: said if at == "end" and "p2@" in words else None, offers=offers)) as box:
        found = run(box, 5, connections=1, seconds_for_end=0.3)
    assert [found[n].end for n in (0, 1, 2)] == [End.ACCEPTED, End.ACCEPTED, End.DOUBT]
    assert all(one.end is End.LATER for n, one in found.items() if n > 2)  # begun, and never handed over
    assert len(found) <= 4, "what was not begun stays with whoever gave it"


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("said", [HANG_UP, SILENCE, "421 4.7.0 too much", "nonsense"])
def test_what_was_not_handed_over_is_never_in_doubt(stage: str, said: str, offers: tuple[str, ...]) -> None:
    seen = Counter[str]()

    def say(at: str, words: str) -> str | None:
        seen[at] += 1
        return said if at == stage and seen[at] == 3 else None

    with relaying(Box(say, offers=offers)) as box:
        found = run(box, 6, connections=1, seconds=0.5)
        time.sleep(0.05)
    ends = Counter(one.end for one in found.values())
    assert ends[End.DOUBT] == 0
    assert ends[End.ACCEPTED] == len(box.got) == 2


def test_a_relay_that_closes_after_each_hundred_is_asked_again() -> None:
    """As many do: the caller comes back with what is left."""
    counted = Counter[str]()

    def say(at: str, words: str) -> str | None:
        counted[at] += 1
        return "421 enough" if at == "mail" and counted[at] % 10 == 0 else None

    left = {one.key: one for one in mails(60)}
    with relaying(Box(say)) as box:
        for _ in range(60):
            if not left:
                break
            found = {}
            send(Relay("127.0.0.1", box.port, connections=2, seconds=5), iter(list(left.values())), found.__setitem__)
            for key, one in found.items():
                assert one.end in (End.ACCEPTED, End.LATER)
                if one.end is End.ACCEPTED:
                    del left[key]
    assert not left
    assert sorted(box.recipients()) == sorted(f"p{n}@people.example" for n in range(60))


@pytest.mark.parametrize(
    "address", ["a b@x.example", "a@x.example>\r\nRCPT TO:<b@x.example", "пётр@x.example", "none", '"a"@x', "a@x\0"]
)
def test_an_address_that_is_none_never_reaches_the_relay(address: str) -> None:
    hostile = iter([Mail(0, "n@d.example", address, b"x"), Mail(1, "n@d.example", "good@x.example", b"x")])
    with relaying(Box()) as box:
        found: dict[int, Outcome] = {}
        send(Relay("127.0.0.1", box.port, connections=1, seconds=5), hostile, found.__setitem__)
    assert (found[0].end, found[0].code) == (End.REFUSED, 553)
    assert found[1].end is End.ACCEPTED
    assert box.recipients() == ["good@x.example"]


@pytest.mark.parametrize("said", ["554 go away", "421 busy", HANG_UP, SILENCE, "HTTP/1.1 400 Bad Request"])
def test_a_relay_that_cannot_be_used_takes_nothing_from_the_list(said: str) -> None:
    given = mails(5)
    with relaying(Box(lambda at, words: said if at == "connect" else None)) as box, pytest.raises(Unusable):
        send(Relay("127.0.0.1", box.port, connections=2, seconds=0.3), given, lambda key, one: None)
    assert len(list(given)) == 5


def test_nobody_listens() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(Unusable, match=r"127\.0\.0\.1"):
            send(Relay("127.0.0.1", nobody.getsockname()[1], seconds=1), mails(1), lambda key, one: None)


def test_an_answer_without_end_is_not_kept_in_memory() -> None:
    endless = Box(lambda at, words: "250-" + "x" * 200_000 if at == "ehlo" else None)
    with relaying(endless) as box, pytest.raises(Unusable, match="without end"):
        send(Relay("127.0.0.1", box.port, connections=1, seconds=5), mails(1), lambda key, one: None)


def test_what_a_relay_says_is_told_on_one_line() -> None:
    with relaying(Box(lambda at, words: "550 \x1b[31mred\t\u202egpj" + "y" * 900 if at == "end" else None)) as box:
        found = run(box, 1)
    assert found[0].told.isprintable()
    assert len(found[0].told) <= 300


def test_of_what_a_relay_says_no_address_is_kept() -> None:
    said = "550 5.1.1 <p1@people.example>: no mailbox p1@people.example, ask postmaster@relay.example"
    with relaying(Box(lambda at, words: said if at == "rcpt" and "p1@" in words else None)) as box:
        found = run(box, 3, connections=1)
    assert found[1].end is End.REFUSED
    assert "p1@" not in found[1].told
    assert "people.example" in found[1].told


# --- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_in(tmp_path_factory.mktemp("tls"))


def test_over_tls_with_a_password(certificate: Path) -> None:
    with relaying(Box(tls=served(certificate))) as box:
        trusted = ssl.create_default_context(cafile=str(certificate))
        found = run(box, 9, host="localhost", tls="starttls", user="desk", password="secret", trusted=trusted)
    assert {one.end for one in found.values()} == {End.ACCEPTED}
    assert any(line.startswith("AUTH PLAIN ") for line in box.heard)


def test_a_certificate_that_is_not_trusted_stops_it(certificate: Path) -> None:
    with relaying(Box(tls=served(certificate))) as box, pytest.raises(Unusable, match="certificate"):
        run(box, 1, host="localhost", tls="starttls")
    assert not box.got


def test_nothing_goes_in_clear_where_tls_was_asked_for() -> None:
    with relaying(Box()) as box, pytest.raises(Unusable, match="STARTTLS"):
        run(box, 1, tls="starttls", user="desk", password="secret")
    assert not any("AUTH" in line for line in box.heard)


def test_words_slipped_in_before_the_encryption_are_not_believed(certificate: Path) -> None:
    slipped = "220 go on\r\n250 here\r\n235 known"
    hostile = Box(lambda at, words: slipped if at == "starttls" else None, tls=served(certificate))
    with relaying(hostile) as box, pytest.raises(Unusable, match="encryption"):
        run(box, 1, host="localhost", tls="starttls")


# --- a mail server of the world


@contextmanager
def sink(folder: Path, *more: str) -> Iterator[int]:
    """Postfix' smtp-sink on a free port; each message in a file below `folder`."""
    if SINK is None:
        pytest.skip("smtp-sink is not installed (Debian: postfix)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [SINK, "-u", "nobody", "-R", str(folder), "-d", "m%Y%m%d%H%M.", *more, f"127.0.0.1:{port}", "100"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait(5)


def test_postfix_takes_each_once(tmp_path: Path) -> None:
    import os

    if os.getuid() != 0:
        pytest.skip("smtp-sink changes its user, which only root may")
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o055)
    with sink(tmp_path) as port:
        found: dict[int, Outcome] = {}
        assert send(Relay("127.0.0.1", port, connections=8, seconds=10), mails(400), found.__setitem__) == 400
    assert {one.end for one in found.values()} == {End.ACCEPTED}
    arrived = Counter(
        line.split("<")[1].split(">")[0]
        for file in tmp_path.iterdir()
        for line in file.read_text("latin-1").splitlines()
        if line.startswith("X-Rcpt-Args:")
    )
    assert arrived == {f"p{n}@people.example": 1 for n in range(400)}
