"""Prove you told me: what was sent to one person, what the other side said, and where the journal has it.

The message is cast again from the approved wording and the approved list, and is proven by its digest: that of what
went, which was written down when it went.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from breachdesk.case.app.models import Case
from breachdesk.ground.clock import rfc3339
from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealError
from breachdesk.journal.app.actions import Hand, write
from breachdesk.notify import marks
from breachdesk.notify.app import ledger, pens, printing
from breachdesk.notify.app.choosing import key_of
from breachdesk.notify.app.knowing import handle_of
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Batch, Delivery, Event, Printed, Sending, Standing
from breachdesk.notify.codes import shown
from breachdesk.notify.recipients import Place, Recipient
from breachdesk.notify.states import Channel, State
from breachdesk.scope.app import actions as scope
from breachdesk.scope.app.models import Run
from breachdesk.scope.kept import PeopleList
from breachdesk.vault.store import BadVault

TOLD = "breachdesk.told/1"
_MOST = 20


@dataclass(frozen=True, slots=True)
class Told:
    """One person and what was sent to them; `deliveries` with their events, the newest sending first."""

    person: str
    name: str
    deliveries: Sequence[Delivery]

    @property
    def listed(self) -> dict[str, list[str]]:
        """As a person of the list, for a page that masks."""
        return {"names": [self.name]}


@transaction.atomic
def find(case: Case, wanted: str, *, by: Hand) -> list[Told]:
    """Whoever is known by exactly this on any list that was sent to, or got the message with this Message-ID; the look
    is in the journal."""
    row = marks.row_of(wanted, pens.mark_key())
    keys = set(Delivery.objects.filter(id=row, sending__case=case).values_list("person", flat=True)) if row else set()
    found: list[Told] = []
    with ExitStack() as open_:
        lists = [(run.id, people) for run in _runs(case) if (people := _opened(run, open_)) is not None]
        for group in _groups(lists, wanted):
            handles = [handle_of(one["person_id"], run) for run, one in group]
            sent = [(one, rows) for one in handles if (rows := _of(case, key_of(one)))]
            shown_as = next((name for _, one in group for name in one["names"] or ()), "")
            found += [Told(one, shown_as, rows) for one, rows in sent or [(handles[0], [])]]
    found += [Told("", "", _of(case, key)) for key in keys - {key_of(one.person) for one in found}]
    write("notify.person.looked_up", by=by, case=case.number, payload={"found": len(found)})
    return found


def _opened(run: Run, open_: ExitStack) -> PeopleList | None:
    try:
        return open_.enter_context(scope.people_of(run))
    except (Refused, SealError, BadVault):
        return None


def _groups(lists: Sequence[tuple[int, PeopleList]], wanted: str) -> list[list[tuple[int, dict[str, Any]]]]:
    """Whoever is known by it, each with the same person on the other lists. Who has an address in common with them and
    another name stands for themselves: it may be a relative, or the same person whose name was misread before."""
    known = [(run, one) for run, people in lists for one in people.find(wanted, _MOST)]
    seen = {(run, one["person_id"]) for run, one in known}
    for run, person in list(known):
        for other, people in lists:
            for told in (_reached_at(person) or person["names"] or ()) if other != run else ():
                for one in people.find(told, _MOST):
                    related = bool(set(_reached_at(person)) & set(_reached_at(one))) or _same(person, one)
                    if related and (other, one["person_id"]) not in seen:
                        seen.add((other, one["person_id"]))
                        known.append((other, one))
    groups: list[list[tuple[int, dict[str, Any]]]] = []
    for run, person in known:
        fits = (one for one in groups if all(run != there for there, _ in one) and _same(one[0][1], person))
        group = next(fits, None)
        if group is None:
            groups.append([(run, person)])
        else:
            group.append((run, person))
    return groups


def _reached_at(person: Mapping[str, Any]) -> list[str]:
    return [*(person["emails"] or ()), *(person["phones"] or ())]


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """The same address or number and no other name; without these the same name at the same place."""
    names, others = set(one["names"] or ()), set(other["names"] or ())
    if set(_reached_at(one)) & set(_reached_at(other)):
        return not names or not others or bool(names & others)
    return bool(names & others) and bool(set(one["addresses"] or ()) & set(other["addresses"] or ()))


def _runs(case: Case) -> list[Run]:
    ids = set(Sending.objects.filter(case=case).exclude(run=None).values_list("run", flat=True))
    last = scope.last(case)
    return list(Run.objects.select_related("case").filter(id__in=ids | ({last.id} if last else set())).order_by("-id"))


def _of(case: Case, person: int) -> list[Delivery]:
    rows = Delivery.objects.filter(person=person, sending__in=_sendings(case)).select_related("sending")
    return list(rows.prefetch_related("events").order_by("-sending__number", "id"))


def _sendings(case: Case) -> list[int]:
    """Deliveries are found by sending and person."""
    alive = Sending.objects.filter(case=case).exclude(standing=Standing.DROPPED)
    return list(alive.values_list("id", flat=True))


@transaction.atomic
def document(case: Case, person: str, *, reason: str, by: Hand) -> dict[str, Any] | None:
    """breachdesk.told/1 (docs/formats/sending.md); None for whom nothing was sent. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    rows = _of(case, key_of(person))
    if not rows:
        return None
    try:
        deliveries = [_delivery(row) for row in rows]
    except (BadVault, SealError, FileNotFoundError):
        raise Refused("sendings.refused.gone") from None
    write(
        "notify.proof.given",
        by=by,
        case=case.number,
        payload={"reason": reason, "deliveries": len(rows), "unmasked": True},
    )
    return {
        "format": TOLD,
        "case": case.number,
        "at": rfc3339(by.at),
        "person": person,
        "deliveries": deliveries,
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    sending = row.sending
    with pens.recipients_of(sending) as people:
        recipient = people.at([Place(row.offset, row.length)])[0]
    found: dict[str, Any] = {
        "sending": sending.number,
        "stage": sending.stage,
        "wording_sha256": sending.wording_sha256,
        "recipients_sha256": sending.recipients_sha256,
        "approved_by": sending.approved_by,
        "delivery": row.id,
        "channel": row.channel,
        "attempt": row.attempt,
        "state": row.state,
        "events": [_event(one) for one in row.events.order_by("id")],
    }
    if row.channel == Channel.EMAIL and row.sent_at is not None:
        pen = pens.Pen(pens.wording_of(sending), pens.mark_key())
        mail = pen.write(row.id, row.attempt, recipient, row.sent_at)
        digest = hashlib.sha256(mail.content).hexdigest()
        went = row.events.exclude(content=None).order_by("-id").first()
        found |= {
            "to": mail.recipient,
            "return_path": mail.sender,
            "sent_at": rfc3339(row.sent_at),
            "message_sha256": digest,
            "same_as_sent": went is not None and bytes(went.content or b"").hex() == digest,
            "message": mail.content.decode("ascii"),
        }
    if row.channel == Channel.SMS and row.sent_at is not None:
        text = pens.Pen(pens.wording_of(sending), pens.mark_key()).text(row.id, row.attempt, recipient)
        digest = hashlib.sha256(text.content).hexdigest()
        went = row.events.exclude(content=None).order_by("-id").first()
        found |= {
            "to": text.to,
            "from": text.sender,
            "sent_at": rfc3339(row.sent_at),
            "message_sha256": digest,
            "same_as_sent": went is not None and bytes(went.content or b"").hex() == digest,
            "message": text.content.decode(),
            "numbers": list(row.pieces.order_by("id").values_list("ref", flat=True)),
        }
    if row.channel == Channel.LETTER and row.sent_at is not None:
        found |= _on_paper(row, recipient)
    return found


def _on_paper(row: Delivery, recipient: Recipient) -> dict[str, Any]:
    """The letter as it was printed; nothing when its batch was given back."""
    printed = Printed.objects.select_related("printing__sending__case").filter(delivery=row).first()
    if printed is None or row.sent_at is None:
        return {}
    data, pages = printing.drawn_again(pens.wording_of(row.sending), recipient, row, printed.code, row.sent_at.date())
    went = row.events.exclude(content=None).order_by("-id").first()
    handed = printed.printing.handed_on
    return {
        "to": recipient.addresses[row.attempt].splitlines(),
        "dated": row.sent_at.date().isoformat(),
        "batch": printed.printing.name,
        "file": printed.file,
        "first_page": printed.first_page,
        "handed_over": handed.isoformat() if handed else None,
        "code": shown(printed.code),
        "letter_sha256": data.digest,
        "same_as_sent": went is not None and bytes(went.content or b"").hex() == data.digest,
        "letter_pdf": base64.b64encode(pages).decode("ascii"),
    }


def _event(event: Event) -> dict[str, Any]:
    said: dict[str, Any] = {
        "at": rfc3339(event.at),
        "state": event.state,
        "code": event.code,
        "told": event.told,
        "source": event.source,
        "counted": event.moved,
        "content_sha256": bytes(event.content).hex() if event.content else None,
    }
    if event.batch is not None:
        said["batch"] = _batch(event.batch, event)
    return said


def _batch(batch: Batch, event: Event) -> dict[str, Any]:
    """Where it stands in the tree whose root is in the journal: of the others only their hashes."""
    words = words_of(batch)
    tree = ledger.tree_of(words)
    ids = list(Event.objects.filter(batch=batch).order_by("delivery", "id").values_list("id", flat=True))
    place = ids.index(event.id)
    return {
        "entry": batch.entry,
        "root": bytes(batch.root).hex(),
        "size": len(words),
        "index": place,
        "path": [one.hex() for one in tree.inclusion(place)],
        "leaf": ledger.leaf(words[place]).decode(),
        "holds": tree.root() == bytes(batch.root),
    }


def words_of(batch: Batch) -> list[Word]:
    """What was told in a batch, in the order of its tree."""
    return [
        Word(one.delivery_id, State(one.state), one.code, content=bytes(one.content) if one.content else None)
        for one in Event.objects.filter(batch=batch).order_by("delivery", "id")
    ]
