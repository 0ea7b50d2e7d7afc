"""What the log of a relay says of messages, by their Message-ID: taken, delivered, bounced. Postfix as it writes by
syslog or by `maillog_file`, with old or RFC 3339 times.

A message was taken when the queue manager has it. It was certainly not taken when the log covers the time it was handed
over in, and has no word of it, or says that the connection broke off inside it. One that is only named may wait behind
a queue that is full, and then it was taken: of that the log says nothing.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from breachdesk.notify.said import harmless

LONGEST_LINE = 8192
_LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\S+|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) \S+ "
    r"[^\s\[]*?(?P<part>[a-z-]+)\[(?P<process>\d+)\]: (?P<said>.*)"
)
_ID = re.compile(r"(?P<queue>[0-9A-Za-z]+): message-id=(?P<id><[^>]*>)")
_QUEUED = re.compile(r"(?P<queue>[0-9A-Za-z]+): from=<[^>]*>, size=\d+, nrcpt=\d+ \(queue active\)")
_SENT = re.compile(
    r"(?P<queue>[0-9A-Za-z]+): to=<[^>]*>,.* dsn=(?P<dsn>\d\.\d+\.\d+), status=(?P<status>[a-z]+)(?P<said>.*)"
)
_BEGUN = re.compile(r"(?P<queue>[0-9A-Za-z]+): client=")
_BROKEN = re.compile(r"(?:lost connection|timeout) after (?:DATA|BDAT) \(\d+ bytes\) from ")
_REFUSED = re.compile(r"(?P<queue>[0-9A-Za-z]+): (?:milter-|proxy-)?reject: ")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(slots=True)
class Known:
    """What the log says of one message. `status`: `seen`, `left`, `queued`, `sent`, `bounced`, `deferred` or
    `expired`."""

    status: str = "seen"  # named, and not in the queue yet
    dsn: str = ""
    said: str = ""
    queue: str = ""  # its last number in the queue

    @property
    def taken(self) -> bool:
        return self.status not in ("seen", "left")

    @property
    def left(self) -> bool:
        """It came in part, or was refused."""
        return self.status == "left"


@dataclass(slots=True)
class Log:
    """`messages`: by Message-ID. `first`, `last`: times of the first and the last line that could be read."""

    messages: dict[str, Known] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def covers(self, at: datetime, settled: timedelta) -> bool:
        """Whether it was written before `at`, and still is `settled` after it: then what it does not name, was not."""
        return self.first is not None and self.last is not None and self.first <= at and self.last >= at + settled


def read_log(
    lines: Iterable[str], wanted: Collection[str], *, now: datetime, zone: tzinfo, since: datetime | None = None
) -> Log:
    """What it says of the wanted Message-IDs. One line and the wanted are held. `now`, `zone`: of the year and the
    clock of the old times. `since`: from when on all of it is there, where that is known."""
    log, reading = Log(first=since), _Reading(wanted)
    for line in lines:
        found = _LINE.match(line[:LONGEST_LINE])
        if found is None:
            continue
        at = _time(found["at"], now, zone)
        if at is not None:
            log.first = log.first or at
            log.last = at
        reading.line(found["part"], found["process"], found["said"])
    log.messages = reading.messages
    return log


@dataclass(slots=True)
class _Reading:
    """`queues`: which message has a number of the queue; `receiving`: the number under which a process takes one."""

    wanted: Collection[str]
    messages: dict[str, Known] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    receiving: dict[str, str] = field(default_factory=dict)

    def line(self, part: str, process: str, said: str) -> None:
        if part == "cleanup" and (named := _ID.match(said)):
            self._named(named["queue"], named["id"])
        elif part == "qmgr" and (queued := _QUEUED.match(said)):
            self._now(queued["queue"], "queued")
        elif part in ("smtpd", "cleanup") and (refused := _REFUSED.match(said)) and refused["queue"] != "NOQUEUE":
            self._now(refused["queue"], "left")
        elif part == "smtpd":
            self._received(process, said)
        elif (sent := _SENT.match(said)) and (one := self._of(sent["queue"])) and one.status not in ("sent", "bounced"):
            one.status, one.dsn, one.said = sent["status"], sent["dsn"], harmless(sent["said"].strip(" ()"))

    def _named(self, queue: str, name: str) -> None:
        if name not in self.wanted:
            self.queues.pop(queue, None)  # a queue id that is used again
            return
        self.queues[queue] = name
        one = self.messages.setdefault(name, Known())
        one.queue = queue
        if one.left:
            one.status = "seen"  # it is tried again

    def _received(self, process: str, said: str) -> None:
        """A process takes one message after the other. What breaks off belongs to the last it began, unless something
        was refused since: then it may have had no number."""
        if begun := _BEGUN.match(said):
            self.receiving[process] = begun["queue"]
        elif _BROKEN.match(said):
            self._now(self.receiving.pop(process, ""), "left")
        else:
            self.receiving.pop(process, None)

    def _now(self, queue: str, status: str) -> None:
        one = self._of(queue)
        if one is not None and not one.taken and (status != "left" or one.queue == queue):
            one.status = status

    def _of(self, queue: str) -> Known | None:
        name = self.queues.get(queue)
        return None if name is None else self.messages[name]


def _time(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    try:
        if text[0].isdigit():
            found = datetime.fromisoformat(text)
            return found if found.tzinfo else found.replace(tzinfo=zone)
        day, clock = int(text[4:6]), datetime.strptime(text[7:], "%H:%M:%S").time()
        found = datetime(now.year, _MONTHS.index(text[:3]) + 1, day, tzinfo=zone)
        found = datetime.combine(found.date(), clock, zone)
        return found if found <= now + timedelta(days=1) else found.replace(year=now.year - 1)
    except ValueError:
        return None
