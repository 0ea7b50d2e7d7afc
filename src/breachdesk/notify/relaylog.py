"""What the log of a relay says of messages, by their Message-ID: taken, delivered, bounced. Postfix as it writes by
syslog or by `maillog_file`, with old or RFC 3339 times.

A message was taken when the queue manager has it; it was certainly not taken when the log covers the time it was handed
over in, and has no word of it.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from breachdesk.notify.said import harmless

LONGEST_LINE = 8192
_LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\S+|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) \S+ "
    r"[^\s\[]*?(?P<part>[a-z-]+)\[\d+\]: (?P<said>.*)"
)
_ID = re.compile(r"(?P<queue>[0-9A-Za-z]+): message-id=(?P<id><[^>]*>)")
_QUEUED = re.compile(r"(?P<queue>[0-9A-Za-z]+): from=<[^>]*>, size=\d+, nrcpt=\d+ \(queue active\)")
_SENT = re.compile(
    r"(?P<queue>[0-9A-Za-z]+): to=<[^>]*>,.* dsn=(?P<dsn>\d\.\d+\.\d+), status=(?P<status>[a-z]+)(?P<said>.*)"
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(slots=True)
class Known:
    """What the log says of one message. `status`: `queued`, `sent`, `bounced`, `deferred`, `expired`."""

    status: str = "seen"  # named, and not queued: it was refused after its end, or the relay died over it
    dsn: str = ""
    said: str = ""

    @property
    def taken(self) -> bool:
        return self.status != "seen"


@dataclass(slots=True)
class Log:
    """`messages`: by Message-ID. `first`, `last`: times of the first and the last line that could be read."""

    messages: dict[str, Known] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def covers(self, at: datetime, settled: timedelta) -> bool:
        """Whether it was written before `at`, and still is `settled` after it: then what it does not name, was not."""
        return self.first is not None and self.last is not None and self.first <= at and self.last >= at + settled


def read_log(lines: Iterable[str], wanted: Collection[str], *, now: datetime, zone: tzinfo) -> Log:
    """What it says of the wanted Message-IDs. One line and the wanted are held. `now`, `zone`: of the year and the
    clock of the old times."""
    log, queues = Log(), dict[str, str]()
    for line in lines:
        found = _LINE.match(line[:LONGEST_LINE])
        if found is None:
            continue
        at = _time(found["at"], now, zone)
        if at is not None:
            log.first = log.first or at
            log.last = at
        _read(found["part"], found["said"], wanted, log.messages, queues)
    return log


def _read(part: str, said: str, wanted: Collection[str], messages: dict[str, Known], queues: dict[str, str]) -> None:
    if part == "cleanup" and (named := _ID.match(said)):
        if named["id"] in wanted:
            queues[named["queue"]] = named["id"]
            messages.setdefault(named["id"], Known())
        else:
            queues.pop(named["queue"], None)  # a queue id that is used again
    elif part == "qmgr" and (queued := _QUEUED.match(said)) and queued["queue"] in queues:
        one = messages[queues[queued["queue"]]]
        one.status = "queued" if one.status == "seen" else one.status
    elif (sent := _SENT.match(said)) and sent["queue"] in queues:
        one = messages[queues[sent["queue"]]]
        if one.status not in ("sent", "bounced"):
            one.status, one.dsn, one.said = sent["status"], sent["dsn"], harmless(sent["said"].strip(" ()"))


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
