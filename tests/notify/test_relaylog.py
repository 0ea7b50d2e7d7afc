"""What the log of a relay says of a message: taken, delivered, bounced, or nothing; in both ways it writes time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from breachdesk.notify.relaylog import read_log

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OURS = {"<one@x.example>", "<two@x.example>", "<three@x.example>", "<four@x.example>"}
LOG = """\
Nov 24 11:00:00 mx postfix/smtpd[1]: connect from desk[127.0.0.1]
Nov 24 11:00:01 mx postfix/cleanup[2]: 4F2B1: message-id=<one@x.example>
Nov 24 11:00:01 mx postfix/qmgr[3]: 4F2B1: from=<n+a@x.example>, size=12000, nrcpt=1 (queue active)
Nov 24 11:00:02 mx postfix/cleanup[2]: 4F2B2: message-id=<two@x.example>
Nov 24 11:00:02 mx postfix/qmgr[3]: 4F2B2: from=<n+b@x.example>, size=12000, nrcpt=1 (queue active)
Nov 24 11:00:03 mx postfix/smtp[4]: 4F2B1: to=<ada@d.example>, relay=d[1.2.3.4]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
Nov 24 11:00:03 mx postfix/smtp[4]: 4F2B2: to=<ben@d.example>, relay=d[1.2.3.4]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host d said: 550 no ben@d.example)
Nov 24 11:00:04 mx postfix/cleanup[2]: 4F2B3: message-id=<three@x.example>
Nov 24 11:00:04 mx postfix/cleanup[2]: 4F2B1: message-id=<somebody-else@y.example>
Nov 24 11:00:05 mx postfix/smtp[4]: 4F2B1: to=<eve@d.example>, relay=d[1.2.3.4]:25, delay=1, delays=0/0/0/1, dsn=5.0.0, status=bounced (no)
what is this line
Nov 24 11:00:06 mx postfix/submission/smtpd[1]: disconnect from desk[127.0.0.1]
"""  # noqa: E501


def test_of_each_message_the_last_word_counts() -> None:
    found = read_log(LOG.splitlines(), OURS, now=NOW, zone=UTC)
    one, two, three = (found.messages[f"<{name}@x.example>"] for name in ("one", "two", "three"))
    assert (one.status, one.taken, one.dsn) == ("sent", True, "2.0.0")
    assert (two.status, two.dsn) == ("bounced", "5.1.1")
    assert "ben@" not in two.said
    assert (three.status, three.taken) == ("seen", False)  # named, and never in the queue
    assert "<four@x.example>" not in found.messages


HALF = """\
Nov 24 11:00:00 mx postfix/smtpd[7]: connect from desk[127.0.0.1]
Nov 24 11:00:00 mx postfix/smtpd[7]: 4F2B1: client=desk[127.0.0.1]
Nov 24 11:00:00 mx postfix/smtpd[8]: 4F2B2: client=desk[127.0.0.1]
Nov 24 11:00:00 mx postfix/cleanup[2]: 4F2B1: message-id=<one@x.example>
Nov 24 11:00:00 mx postfix/cleanup[3]: 4F2B2: message-id=<two@x.example>
Nov 24 11:00:01 mx postfix/smtpd[7]: lost connection after DATA (13848 bytes) from desk[127.0.0.1]
Nov 24 11:00:01 mx postfix/smtpd[7]: disconnect from desk[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4
"""
TAKEN = "Nov 24 11:09:00 mx postfix/qmgr[3]: 4F2B1: from=<n+a@x.example>, size=12000, nrcpt=1 (queue active)\n"


def status(log: str, name: str = "one") -> str:
    return read_log(log.splitlines(), OURS, now=NOW, zone=UTC).messages[f"<{name}@x.example>"].status


def test_what_broke_off_was_left_and_what_is_only_named_may_wait_behind_a_full_queue() -> None:
    found = read_log(HALF.splitlines(), OURS, now=NOW, zone=UTC).messages
    one, two = found["<one@x.example>"], found["<two@x.example>"]
    assert (one.left, one.taken, two.left, two.taken) == (True, False, False, False)
    assert status(HALF + TAKEN.replace("4F2B1", "4F2B2"), "two") == "queued"
    late = HALF.replace("lost connection after DATA", "timeout after BDAT")
    assert status(late) == "left"


def test_what_is_tried_again_is_judged_by_the_last_try() -> None:
    again = (
        "Nov 24 11:02:00 mx postfix/smtpd[9]: 4F2B9: client=desk[127.0.0.1]\n"
        "Nov 24 11:02:00 mx postfix/cleanup[2]: 4F2B9: message-id=<one@x.example>\n"
    )
    assert status(HALF + again) == "seen"
    assert status(HALF + again + TAKEN.replace("4F2B1", "4F2B9")) == "queued"
    first, lost, rest = HALF.partition(HALF.splitlines()[5])  # the relay waited for the rest of the first until now
    assert status(first + again + lost + rest) == "seen"


@pytest.mark.parametrize(
    "between",
    [
        "NOQUEUE: reject: RCPT from desk[127.0.0.1]: 450 4.1.1 <eve@d.example>: not now",
        "disconnect from desk[127.0.0.1]",
        "4F2C7: client=desk[127.0.0.1]",
    ],
)
def test_what_breaks_off_later_is_another_message(between: str) -> None:
    lines = HALF.splitlines()
    assert status("\n".join([*lines[:5], f"Nov 24 11:00:00 mx postfix/smtpd[7]: {between}", *lines[5:]])) == "seen"


def test_what_was_refused_after_its_end_was_left() -> None:
    for part, said in (("cleanup", "milter-reject: END-OF-MESSAGE"), ("cleanup", "reject: header Subject: no")):
        line = f"Nov 24 11:00:01 mx postfix/{part}[3]: 4F2B2: {said} from desk[127.0.0.1]: 5.7.1 no\n"
        assert status(HALF + line, "two") == "left"


def test_times_of_both_kinds() -> None:
    zone = ZoneInfo("Europe/Berlin")
    old = read_log(LOG.splitlines(), OURS, now=NOW, zone=zone)
    assert old.first == datetime(2026, 11, 24, 11, 0, tzinfo=zone)
    new = LOG.replace("Nov 24 ", "2026-11-24T").replace(" mx ", "+01:00 mx ")
    assert read_log(new.splitlines(), OURS, now=NOW, zone=UTC).first == old.first
    january = datetime(2027, 1, 2, tzinfo=UTC)
    assert read_log(LOG.splitlines(), OURS, now=january, zone=UTC).first == datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def test_a_log_says_not_taken_only_of_a_time_it_covers() -> None:
    found = read_log(LOG.splitlines(), OURS, now=NOW, zone=UTC)
    at, settled = datetime(2026, 11, 24, 11, 0, 2, tzinfo=UTC), timedelta(seconds=3)
    assert found.covers(at, settled)
    assert not found.covers(at, timedelta(minutes=2))  # it ended too soon after
    assert not found.covers(at - timedelta(minutes=1), settled)  # it was begun later: a log that was rotated
    assert not read_log([], OURS, now=NOW, zone=UTC).covers(at, settled)


@pytest.mark.parametrize(
    "line", ["\x00" * 100, "Nov 99 11:00:00 mx postfix/qmgr[1]: x", "x" * 1_000_000, "2026-99-99Tz mx a[1]: b"]
)
def test_a_line_that_makes_no_sense_is_passed_over(line: str) -> None:
    found = read_log([line, *LOG.splitlines()], OURS, now=NOW, zone=UTC)
    assert found.messages["<one@x.example>"].taken
