"""Letters on paper: what waits is drawn as a batch for a print house, and the ledger is told when it was handed over.

The worker draws and seals; only when all of it is there are its letters in hand, in the transaction of its end. So a
batch that failed leaves nothing in hand, and a letter that cannot be printed is refused while the others go.
"""

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from breachdesk.case.app.actions import still_open
from breachdesk.ground import clock
from breachdesk.ground.keys import KeyRing
from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealedReader, SealError
from breachdesk.journal.app.actions import Hand, write
from breachdesk.notify import paper
from breachdesk.notify.app import ledger, pens, sendings
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import LIVE, Delivery, Printed, Printing, Sending, Standing
from breachdesk.notify.app.writing import the_library
from breachdesk.notify.batches import Batch, Letter, Placed, draw_batches
from breachdesk.notify.draw import Fonts, Press
from breachdesk.notify.mould import Unfilled
from breachdesk.notify.page import LetterData
from breachdesk.notify.recipients import Place, Recipient
from breachdesk.notify.shapes import Notice
from breachdesk.notify.states import Channel, State
from breachdesk.notify.values import Person
from breachdesk.notify.wording import Wording
from breachdesk.vault.app import errands, keys
from breachdesk.vault.app.errands import Deed, Tell
from breachdesk.vault.app.models import OPEN, Errand
from breachdesk.vault.store import BadVault

KIND = "print"
MOST = 2000  # letters of one batch: they are drawn in memory, and never lie about in the open
_AT_ONCE = 200
_ZONES = timedelta(hours=14)  # by so much a day begins earlier or later elsewhere
_KEY = "letters"


def code_key() -> bytes:
    """Of the codes for returned mail."""
    return KeyRing(settings.KEYS).get_or_create(_KEY).secret


def waiting(sending: Sending) -> int:
    """How many letters wait to be printed."""
    return Delivery.objects.filter(sending=sending, channel=Channel.LETTER, state=State.QUEUED).count()


def of(sending: Sending) -> list[Printing]:
    """Its batches, the newest first."""
    found = list(sending.printings.select_related("sending__case"))
    for one in found:
        if _abandoned(one):
            one.standing = Printing.Standing.FAILED
    return found


@transaction.atomic
def make(sending: Sending, *, most: int, by: Hand) -> Printing:
    """Have the worker draw one batch of what waits. Raises Refused."""
    still_open(sending.case)
    held = Sending.objects.select_for_update(of=("self",)).select_related("case").get(id=sending.id)
    if held.standing != Standing.GOING:
        raise Refused("sendings.refused.not_now")
    if not 1 <= most <= MOST:
        raise Refused("printing.refused.most", field="most", most=MOST)
    for one in filter(_abandoned, held.printings.all()):
        Printing.objects.filter(id=one.id).update(standing=Printing.Standing.FAILED)
        _forget(one)
    if held.printings.filter(standing=Printing.Standing.MAKING).exists():
        raise Refused("printing.refused.making")
    if not waiting(held):
        raise Refused("printing.refused.nobody")
    made = Printing.objects.create(
        sending=held, number=held.printings.count() + 1, most=most, dated_at=by.at, made_by=by.actor.name
    )
    errands.put(held.case, KIND, by=by, said={"sending": held.id, "printing": made.id})
    return made


def _abandoned(printing: Printing) -> bool:
    """Whether its errand is over and it was never made."""
    if printing.standing != Printing.Standing.MAKING:
        return False
    return not Errand.objects.filter(kind=KIND, said__printing=printing.id, state__in=OPEN).exists()


def _name(printing: Printing) -> str:
    """Of its archive in the vault."""
    return f"n-print-{printing.id}"


def _forget(printing: Printing) -> None:
    keys.vault().forget(printing.sending.case.number, _name(printing))


# --- drawing


@dataclass(slots=True)
class _Drawn:
    """What came of drawing. `refused`: row -> what is wrong with its letter."""

    rows: dict[int, str] = field(default_factory=dict)  # row -> the file of its letter
    placed: dict[int, Placed] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    sheets: int = 0

    def told(self, batch: Batch) -> None:
        for one in batch.letters:
            self.rows[int(one.id)] = f"{batch.name}.pdf"
            self.placed[int(one.id)] = one
        self.sheets += batch.sheets
        self.files.append(
            {
                "name": f"{batch.name}.pdf",
                "sha256": batch.sha256,
                "letters": len(batch.letters),
                "sheets": batch.sheets,
                "boxes": batch.fonts is Fonts.BOXES,
            }
        )


def making(errand: Errand, tell: Tell) -> Deed:
    """The worker's part: the archive, sealed. Its letters are in hand when the deed is done."""
    printing = Printing.objects.select_related("sending__case").get(id=errand.said["printing"])
    try:
        return _made(printing, tell)
    except Exception as error:  # whatever it was, the errand tells of it; nothing half-made is left
        fault = error.key if isinstance(error, Refused) else type(error).__name__
        Printing.objects.filter(id=printing.id).update(standing=Printing.Standing.FAILED, fault=fault[:120])
        _forget(printing)
        raise


def _made(printing: Printing, tell: Tell) -> Deed:
    sending = printing.sending
    found = Delivery.objects.filter(sending=sending, channel=Channel.LETTER, state=State.QUEUED).order_by("id")
    rows = list(found[: printing.most])
    drawn, archive = _Drawn(), io.BytesIO()
    dated = clock.now()
    try:
        wording = pens.wording_of(sending)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
            _draw(wording, _letters(sending, wording, rows, dated.date(), drawn, tell), files, drawn)
    except (BadVault, SealError, FileNotFoundError):
        raise Refused("sendings.refused.gone") from None
    content = archive.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    _forget(printing)  # what an errand left that was broken off
    if drawn.rows:
        number = sending.case.number
        keys.vault().seal(number, _name(printing), io.BytesIO(content), keys.key_of(number))

    def deed(by: Hand) -> dict[str, str]:
        _take_in_hand(printing, drawn, dated, by)
        held = Printing.objects.select_for_update(of=("self",)).select_related("sending__case").get(id=printing.id)
        held.standing = Printing.Standing.READY if drawn.rows else Printing.Standing.FAILED
        held.fault = "" if drawn.rows else "printing.refused.none"
        held.letters, held.sheets, held.files = len(drawn.rows), drawn.sheets, drawn.files
        held.refused = dict(sorted(Counter(why for one in drawn.refused.values() for why in one.split()).items()))
        held.sha256, held.size = (digest, len(content)) if drawn.rows else ("", 0)
        held.dated_at = dated
        held.save()
        write(
            "notify.print.made",
            by=by,
            case=sending.case.number,
            refs=_refs(held),
            payload={
                "batch": held.name,
                "letters": held.letters,
                "sheets": held.sheets,
                "refused": [f"{why} {n}" for why, n in held.refused.items()],
                "sha256": held.sha256,
                "files": [f"{one['name']} {one['sha256']}" for one in held.files],
            },
        )
        words = [Word(row, State.REFUSED, told=why[:300]) for row, why in sorted(drawn.refused.items())]
        for part in ledger.chunks(words, 1000):
            ledger.tell(sending, part, source="print", by=by)
        if words:
            sendings.go_on(sending, by=by)
        return {"sending": str(sending.number)}

    return deed


def _take_in_hand(printing: Printing, drawn: _Drawn, dated: datetime, by: Hand) -> None:
    """Raises Refused when what was drawn does not wait any more: it was stopped meanwhile."""
    held = Sending.objects.select_for_update(of=("self",)).get(id=printing.sending_id)
    ids = sorted([*drawn.rows, *drawn.refused])
    found = Delivery.objects.filter(id__in=ids, state=State.QUEUED).order_by("id")
    if held.standing not in LIVE or len(found.select_for_update()) != len(ids):
        raise Refused("printing.refused.changed")
    Delivery.objects.filter(id__in=list(drawn.rows)).update(
        state=State.SENDING.value, at=by.at, sent_at=dated, tries=F("tries") + 1, told=""
    )
    Printed.objects.bulk_create(
        Printed(
            printing=printing,
            delivery_id=row,
            code=one.code,
            content=bytes.fromhex(one.content_sha256),
            file=drawn.rows[row],
            first_page=one.first_page,
        )
        for row, one in sorted(drawn.placed.items())
    )


def _letters(
    sending: Sending, wording: Wording, rows: Sequence[Delivery], day: date, drawn: _Drawn, tell: Tell
) -> Iterator[Letter]:
    with pens.recipients_of(sending) as people:
        for at in range(0, len(rows), _AT_ONCE):
            part = rows[at : at + _AT_ONCE]
            found = people.at([Place(row.offset, row.length) for row in part])
            for row, one in zip(part, found, strict=True):
                try:
                    notice, address = notice_of(wording, one, row.attempt, day)
                    yield Letter(str(row.id), notice, address, one.country)
                except Unfilled:
                    drawn.refused[row.id] = "no_name"
                tell(1)


def notice_of(wording: Wording, recipient: Recipient, attempt: int, day: date) -> tuple[Notice, tuple[str, ...]]:
    """The letter to somebody at one of their addresses, and the lines of that. Raises Unfilled."""
    mould = wording.letters[recipient.letter]
    address = tuple(recipient.addresses[attempt].splitlines())
    known = pens.person_of(mould, recipient)
    return paper.cast(mould, Person(known.name, address, known.samples, known.code), day), address


def _draw(wording: Wording, letters: Iterator[Letter], files: zipfile.ZipFile, drawn: _Drawn) -> None:
    aside: list[bytes] = []

    def keep(name: str, content: bytes) -> None:
        files.writestr(
            zipfile.ZipInfo(name), content, zipfile.ZIP_STORED if name.endswith(".pdf") else zipfile.ZIP_DEFLATED
        )
        if name == "set-aside.jsonl":
            aside.append(content)

    draw_batches(
        letters,
        keep,
        pages={one.language: one.page for one in wording.letters},
        library=the_library(),
        author=lambda language: wording.sender.names.get(language, ""),
        home=wording.posted_in,
        key=code_key(),
        told=drawn.told,
    )
    for line in aside[0].splitlines()[1:]:
        row = json.loads(line)
        drawn.refused[int(row["id"])] = " ".join(dict.fromkeys(wrong["code"] for wrong in row["wrong"]))


def drawn_again(
    wording: Wording, recipient: Recipient, row: Delivery, code: str, day: date
) -> tuple[LetterData, bytes]:
    """A letter that was printed: what it is drawn from, and its pages as a file. Raises Unfilled."""
    notice, _ = notice_of(wording, recipient, row.attempt, day)
    mould = wording.letters[recipient.letter]
    press = Press(words={mould.language: {"page": mould.page}})
    sender = wording.sender.names.get(mould.language, "")
    return press.data(notice, code=code), press.pdf(notice, sender=sender, code=code).content


# --- out of the house and back


@transaction.atomic
def fetch(printing: Printing, *, by: Hand) -> SealedReader:
    """The archive, for whoever takes it to the print house: whole names and addresses. Raises Refused."""
    if printing.standing not in (Printing.Standing.READY, Printing.Standing.HANDED):
        raise Refused("sendings.refused.not_now")
    number = printing.sending.case.number
    try:
        content = keys.vault().open(number, _name(printing), keys.key_of(number))
    except (BadVault, SealError, FileNotFoundError):
        raise Refused("sendings.refused.gone") from None
    write(
        "notify.print.fetched",
        by=by,
        case=number,
        refs=_refs(printing),
        payload={"batch": printing.name, "sha256": printing.sha256, "unmasked": True},
    )
    return content


@transaction.atomic
def hand_over(printing: Printing, *, on: date, by: Hand) -> Printing:
    """The print house has it since that day: its letters count as gone. Raises Refused."""
    still_open(printing.sending.case)
    held = _now(printing, Printing.Standing.HANDED, by)
    if not (held.dated_at - _ZONES).date() <= on <= (by.at + _ZONES).date():
        raise Refused("printing.refused.day", field="on")
    held.handed_on = on
    held.save()
    told = f"{held.name} {on.isoformat()}"
    words = [
        Word(row, State.ACCEPTED, told=told, content=bytes(content))
        for row, content in held.printed.order_by("delivery").values_list("delivery", "content")
    ]
    write(
        "notify.print.handed",
        by=by,
        case=held.sending.case.number,
        refs=_refs(held),
        payload={"batch": held.name, "letters": len(words), "on": on.isoformat(), "sha256": held.sha256},
    )
    for part in ledger.chunks(words, 1000):
        ledger.tell(held.sending, part, source="print", by=by)
    sendings.go_on(held.sending, by=by)
    return held


@transaction.atomic
def give_back(printing: Printing, *, by: Hand) -> Printing:
    """It was not handed over: its letters wait again, and its files are forgotten. Raises Refused."""
    held = _now(printing, Printing.Standing.BACK, by)
    held.save()
    rows = Delivery.objects.filter(printed__printing=held, state=State.SENDING)
    count = rows.update(state=State.QUEUED.value, at=by.at, tries=F("tries") - 1, sent_at=None)
    held.printed.all().delete()
    transaction.on_commit(partial(_forget, held))
    write(
        "notify.print.given_back",
        by=by,
        case=held.sending.case.number,
        refs=_refs(held),
        payload={"batch": held.name, "letters": count},
    )
    sendings.go_on(held.sending, by=by)
    return held


def _now(printing: Printing, standing: Printing.Standing, by: Hand) -> Printing:
    """What is ready stands otherwise from now on; not kept yet. Raises Refused."""
    sending = Sending.objects.select_for_update(of=("self",)).select_related("case").get(id=printing.sending_id)
    held = Printing.objects.select_for_update(of=("self",)).get(id=printing.id)
    if held.standing != Printing.Standing.READY:
        raise Refused("sendings.refused.not_now")
    held.sending = sending
    held.standing, held.ended_by = standing, by.actor.name
    return held


def _refs(printing: Printing) -> dict[str, int]:
    return {"sending": printing.sending.number, "printing": printing.id}
