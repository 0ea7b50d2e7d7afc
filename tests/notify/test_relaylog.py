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
