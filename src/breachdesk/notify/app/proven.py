"""What stands in a proof that people were told: summary, words, counts, a row for each delivery and each event, and the
entries of the journal that hold the roots of all of it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Count

from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Ask, Case
from breachdesk.ground.clock import rfc3339
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.sealing import SealError
from breachdesk.ground.shelf import our_shelf
from breachdesk.journal import verify
from breachdesk.journal.app import reading
from breachdesk.journal.app.actions import Hand, proof
from breachdesk.journal.app.models import Checkpoint
from breachdesk.journal.app.signing import signer
from breachdesk.journal.note import proof_text
from breachdesk.law.app import standing as law
from breachdesk.notify.app import pens, writing
from breachdesk.notify.app.archive import Archive
from breachdesk.notify.app.models import Batch, Delivery, Event, Met, PublicText, Sending, Up
from breachdesk.notify.masked import masked
from breachdesk.notify.recipients import Place, Recipient, Recipients
from breachdesk.notify.states import Channel
from breachdesk.notify.wording import Wording
from breachdesk.vault.app.errands import Tell
from breachdesk.vault.store import BadVault

T = TypeVar("T")
TOLD_THEM = "breachdesk.told-them/1"
_GONE = (BadVault, SealError, FileNotFoundError)
_AT_ONCE = 500
#: Whose words are of a machine; what people wrote stays in the house.
_MACHINES = ("relay", "log", "dsn", "provider", "gateway", "print")
#: Entries whose contents are given away: numbers and digests, no sentence that somebody wrote.
_OPENED = ("notify.deliveries.told", "notify.sending.fixed")
_DELIVERIES = (
    *("person", "sending", "delivery", "channel", "attempt", "last", "residence", "language", "state", "since"),
    *("sent_at", "tries", "code", "told"),
)
_NAMED = ("person_id", "name", "to")
_EVENTS = ("batch", "delivery", "at", "state", "code", "told", "source", "counted", "content_sha256")


@dataclass(slots=True)
class Proven:
    """`sendings` of one case as the signed state `checkpoint` has them; `said`: what was asked for; `mark`:
    of a person."""

    case: Case
    sendings: Sequence[Sending]
    checkpoint: Checkpoint
    said: Mapping[str, Any]
    by: Hand
    tell: Tell
    archive: Archive
    mark: Callable[[int], str]
    deliveries: int = 0
    events: int = 0
    _wordings: dict[int, Wording] = field(default_factory=dict)
    _people: dict[int, Recipients] = field(default_factory=dict)

    def write(self) -> None:
        with ExitStack() as held:
            for one in self.sendings:
                self._read(one, held)
            self._words()
            named = _NAMED if self.said["named"] else ()
            self.archive.table("deliveries.csv", [*_DELIVERIES, *named], self._deliveries())
            self.archive.table("events.csv", _EVENTS, self._events())
        self.archive.table(
            "counts.csv", ("sending", "stage", "residence", "language", "channel", "state", "people"), self._counts()
        )
        self.archive.table("batches.csv", ("batch", "sending", "at", "count", "root", "entry"), self._batches())
        self._journal()
        self._document("summary.json", self._summary())
        for language in LANGUAGES:
            self.archive.put(f"README.{language}.txt", [our_shelf().data("messages/told-them.yaml")[language].encode()])
        self._checks()

    def _read(self, sending: Sending, held: ExitStack) -> None:
        """What of it is still there: a case that is erased has neither words nor a list."""
        try:
            self._wordings[sending.id] = pens.wording_of(sending)
            self._people[sending.id] = held.enter_context(pens.recipients_of(sending))
        except _GONE:
            return

    # --- what was said

    def _words(self) -> None:
        for sending in self.sendings:
            wording = self._wordings.get(sending.id)
            if wording is None:
                continue
            self.archive.put(f"wording/{sending.number}.json", [wording.written()])
            for place, letter in enumerate(wording.letters):
                name = f"wording/{sending.number}/{place:03}-{letter.residence}-{letter.language}"
                self.archive.put(f"{name}.txt", [f"{letter.title}\n\n{writing.preview(letter)}".encode()])
                if letter.short:
                    self.archive.put(f"{name}-sms.txt", [letter.short.encode()])
        for text in self._public():
            self.archive.put(f"public/{text.number:03}-{text.kind}-{text.language}.txt", [text.words.encode()])

    def _public(self) -> list[PublicText]:
        given = PublicText.objects.filter(case=self.case).exclude(standing__in=(Up.FIXED, Up.DROPPED))
        return list(given.prefetch_related("publications", "posts").order_by("number"))

    # --- to whom, and what became of it

    def _deliveries(self) -> Iterator[list[Any]]:
        found = Delivery.objects.filter(sending__in=self.sendings).order_by("sending_id", "id")
        numbers = {one.id: one.number for one in self.sendings}
        for rows in _parts(found.iterator(chunk_size=_AT_ONCE)):
            told = self._told_last([row.id for row in rows])
            people = self._who((row.sending_id, Place(row.offset, row.length)) for row in rows)
            for row in rows:
                who = people.get((row.sending_id, Place(row.offset, row.length)))
                residence, language = self._letter(row.sending_id, row.letter)
                self.deliveries += 1
                yield [
                    *(self.mark(row.person), numbers[row.sending_id], row.id, row.channel, row.attempt),
                    *("yes" if row.last else "no", residence, language, row.state, _instant(row.at)),
                    *(_instant(row.sent_at), row.tries, row.code, self._said(row.told, told.get(row.id, ""), who)),
                    *(_named(who, row) if self.said["named"] else ()),
                ]
            self.tell(len(rows))

    @staticmethod
    def _told_last(ids: list[int]) -> dict[int, str]:
        """Who told last of each of these."""
        rows = Event.objects.filter(delivery__in=ids, moved=True).order_by("id").values_list("delivery", "source")
        return dict(rows)

    def _events(self) -> Iterator[list[Any]]:
        found = (
            Event.objects.filter(batch__sending__in=self.sendings, batch__entry__lte=self.checkpoint.size)
            .select_related("delivery")
            .order_by("batch_id", "delivery_id", "id")
        )
        for rows in _parts(found.iterator(chunk_size=_AT_ONCE)):
            people = self._who(
                (row.delivery.sending_id, Place(row.delivery.offset, row.delivery.length)) for row in rows if row.told
            )
            for row in rows:
                who = people.get((row.delivery.sending_id, Place(row.delivery.offset, row.delivery.length)))
                self.events += 1
                yield [
                    *(row.batch_id, row.delivery_id, _instant(row.at), row.state, row.code),
                    *(self._said(row.told, row.source, who), row.source, "yes" if row.moved else "no"),
                    bytes(row.content).hex() if row.content else "",
                ]

    def _who(self, wanted: Iterable[tuple[int, Place]]) -> dict[tuple[int, Place], Recipient]:
        by_sending: dict[int, set[Place]] = {}
        for sending, place in wanted:
            by_sending.setdefault(sending, set()).add(place)
        found: dict[tuple[int, Place], Recipient] = {}
        for sending, places in by_sending.items():
            if (people := self._people.get(sending)) is not None:
                ordered = sorted(places)
                found |= {(sending, place): who for place, who in zip(ordered, people.at(ordered), strict=True)}
        return found

    def _said(self, told: str, source: str, who: Recipient | None) -> str:
        """The words of the other side. Where nobody knows any more whom they could name, they stay out."""
        if source not in _MACHINES:
            return ""
        if self.said["named"] or source == "print":
            return told
        return masked(told, who) if who is not None else ""

    def _letter(self, sending: int, letter: int) -> tuple[str, str]:
        wording = self._wordings.get(sending)
        if wording is None or letter >= len(wording.letters):
            return "", ""
        return wording.letters[letter].residence, wording.letters[letter].language

    def _counts(self) -> Iterator[list[Any]]:
        """People by the last way they were tried."""
        rows = Delivery.objects.filter(sending__in=self.sendings, last=True)
        summed: dict[tuple[Any, ...], int] = {}
        known = {one.id: one for one in self.sendings}
        for row in rows.values("sending", "letter", "channel", "state").annotate(n=Count("id")):
            sending = known[row["sending"]]
            key = (
                sending.number,
                sending.stage,
                *self._letter(sending.id, row["letter"]),
                row["channel"],
                row["state"],
            )
            summed[key] = summed.get(key, 0) + row["n"]
        for key, people in sorted(summed.items()):
            yield [*key, people]

    def _batches(self) -> Iterator[list[Any]]:
        numbers = {one.id: one.number for one in self.sendings}
        for one in self._held().iterator(chunk_size=_AT_ONCE):
            root = bytes(one.root).hex()
            yield [one.id, numbers[one.sending_id], _instant(one.at), one.count, root, one.entry]

    def _held(self) -> Any:
        return Batch.objects.filter(sending__in=self.sendings, entry__lte=self.checkpoint.size).order_by("id")

    # --- what proves it

    def _journal(self) -> None:
        note, size = bytes(self.checkpoint.note), self.checkpoint.size
        self.archive.put("journal/checkpoint", [note])
        self.archive.put("journal/log.vkey", [f"{signer().vkey.strip()}\n".encode()])
        if self.checkpoint.token is not None:
            self.archive.put("journal/checkpoint.tsr", [bytes(self.checkpoint.token)])
        numbers = [one.number for one in self.sendings]
        kept: list[int] = []

        def lines() -> Iterator[bytes]:
            for line in reading.lines(self.case.number, until=size, withhold=True):
                content = json.loads(line)
                envelope = content["envelope"]
                if not envelope["type"].startswith("notify.") or envelope["refs"].get("sending") not in numbers:
                    continue
                kept.append(envelope["seq"])
                if envelope["type"] not in _OPENED:
                    content |= {"payload": None, "salt": None, "names": None}
                yield verify.canonical(content) + b"\n"

        self.archive.put("journal/entries.jsonl", lines())
        for seq in kept:
            self.archive.put(f"journal/proofs/{seq}.tlog-proof", [proof_text(seq - 1, proof(seq, size), note)])

    def _checks(self) -> None:
        check = resources.files("breachdesk.notify").joinpath("check_told.py").read_bytes()
        self.archive.put("check.py", [check.replace(b"from breachdesk.journal import verify", b"import verify")])
        self.archive.put("verify.py", [resources.files("breachdesk.journal").joinpath("verify.py").read_bytes()])

    # --- the summary

    def _summary(self) -> dict[str, Any]:
        return {
            "format": TOLD_THEM,
            "case": self.case.number,
            "at": rfc3339(self.by.at),
            "to": self.said["to"],
            "made_by": self.by.actor.name,
            "limited_to": {"sendings": self.said["sendings"], "duty": self.said["duty"] or None},
            "named": self.said["named"],
            "reason": self.said["reason"] or None,
            "rows": {"deliveries": self.deliveries, "events": self.events},
            "journal": {"size": self.checkpoint.size, "origin": signer().origin},
            "sendings": [self._sending(one) for one in self.sendings],
            "duties": self._duties(),
            "public": [self._text(one) for one in self._public()],
        }

    def _sending(self, one: Sending) -> dict[str, Any]:
        wording = self._wordings.get(one.id)
        approved = Ask.objects.filter(case=self.case, deed=asks.SEND, what__sending=one.number, answer=asks.APPROVED)
        return {
            "number": one.number,
            "stage": one.stage,
            "standing": one.standing,
            "channels": one.channels,
            "people": one.people,
            "left_out": one.left_out,
            "wording_sha256": one.wording_sha256,
            "recipients_sha256": one.recipients_sha256,
            "duties": one.duties,
            "made": {"at": _instant(one.made_at), "by": one.made_by},
            "fixed_at": _instant(one.fixed_at),
            "begun_at": _instant(one.begun_at),
            "ended_at": _instant(one.ended_at),
            "approvals": [
                {
                    "asked_by": ask.asked_by,
                    "asked_at": _instant(ask.asked_at),
                    "approved_by": ask.answered_by,
                    "approved_at": _instant(ask.answered_at),
                    "wording_sha256": ask.what.get("wording"),
                    "recipients_sha256": ask.what.get("recipients"),
                }
                for ask in approved.order_by("id")
            ],
            "letters": [
                {"residence": letter.residence, "language": letter.language, "title": letter.title,
                 "elements": list(letter.elements), "people": people,
                 "sha256": hashlib.sha256(writing.preview(letter).encode()).hexdigest()}
                for letter, people in zip(wording.letters, self._by_letter(one, len(wording.letters)), strict=True)
            ] if wording else None,
        }  # fmt: skip

    @staticmethod
    def _by_letter(sending: Sending, letters: int) -> list[int]:
        rows = Delivery.objects.filter(sending=sending, last=True).values_list("letter").annotate(n=Count("id"))
        known = dict(rows)
        return [known.get(place, 0) for place in range(letters)]

    def _duties(self) -> list[dict[str, Any]]:
        """Those these sendings are for, as the law was last read; when everybody was told, as far as that is so."""
        last, met = law.last(self.case), {one.duty: one for one in Met.objects.filter(case=self.case)}
        names = sorted({str(duty) for one in self.sendings for duty in one.duties})
        if self.said["duty"]:
            names = [self.said["duty"]]
        found = []
        for name in names:
            duty = (law.duty(last, name, "en") if last else None) or {}
            done = met.get(name)
            found.append(
                {
                    "id": name,
                    **{
                        key: duty.get(key) for key in ("verdict", "due", "due_latest", "standard", "citation", "people")
                    },
                    "met_at": _instant(done.at) if done else None,
                    "told": done.people if done else None,
                }
            )
        return found

    @staticmethod
    def _text(one: PublicText) -> dict[str, Any]:
        return {
            "number": one.number,
            "kind": one.kind,
            "rule": one.rule or None,
            "language": one.language,
            "sha256": one.sha256,
            "standing": one.standing,
            "approved_by": one.approved_by,
            "released_at": _instant(one.released_at),
            "published": [
                {"where": place.where, "at": _instant(place.at), "part": place.part or None,
                 "until": place.until.isoformat() if place.until else None, "down_at": _instant(place.down_at)}
                for place in one.publications.all()
            ],
            "posts": [
                {"channel": post.channel, "state": post.state, "told_at": _instant(post.told_at), "code": post.code}
                for post in one.posts.all()
            ],
        }  # fmt: skip

    def _document(self, name: str, content: Mapping[str, Any]) -> None:
        self.archive.put(name, [json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"])


def _named(who: Recipient | None, row: Delivery) -> list[str]:
    if who is None:
        return ["", "", ""]
    ways = {
        Channel.EMAIL: who.emails,
        Channel.SMS: who.phones,
        Channel.PHONE: who.phones,
        Channel.LETTER: who.addresses,
    }
    to = ways.get(Channel(row.channel), ())
    return [who.person, who.name, to[row.attempt] if row.attempt < len(to) else ""]


def _instant(at: datetime | None) -> str | None:
    return rfc3339(at) if at is not None else None


def _parts(rows: Iterator[T]) -> Iterator[list[T]]:
    while part := list(islice(rows, _AT_ONCE)):
        yield part
