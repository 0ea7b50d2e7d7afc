"""Prove you told them: what an authority, a court or the police can check without us (docs/formats/told-them.md).

The worker writes it row by row as one sealed archive: a million people need no more memory than a hundred. A person is
a mark in it, made with a key that never leaves; names and addresses stand in it only where somebody who may see them
asked for that.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Ask, Case
from breachdesk.ground.keys import KeyRing
from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealedWriter, SealError
from breachdesk.journal.app import actions as journal
from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.app.models import Checkpoint
from breachdesk.journal.app.signing import signer
from breachdesk.journal.shapes import Attachment
from breachdesk.notify.app.archive import Archive
from breachdesk.notify.app.models import Delivery, Sending, Standing
from breachdesk.notify.app.proven import Proven
from breachdesk.staff.rights import RIGHTS, Act, Role
from breachdesk.vault.app import errands, keys
from breachdesk.vault.app.errands import Deed, Tell
from breachdesk.vault.app.models import Errand
from breachdesk.vault.store import BadVault

KIND = "told"
_KEY = "told-marks"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be proven `to` whom: everything that was sent, or one `sending`, or what meets a `duty`. `named`: with
    names and addresses; `reason`: why with these."""

    to: str
    sending: int | None = None
    duty: str = ""
    named: bool = False
    reason: str = ""


def sendings_of(case: Case) -> list[Sending]:
    """Those of which something can be proven: approved, and begun."""
    begun = Sending.objects.filter(case=case).exclude(begun_at=None).exclude(standing=Standing.DROPPED)
    return list(begun.select_related("case").order_by("number"))


def duties_of(found: Iterable[Sending]) -> list[str]:
    return sorted({str(duty) for one in found for duty in one.duties})


@transaction.atomic
def ask(case: Case, wanted: Wanted, *, rights: frozenset[Act], by: Hand) -> Errand | Ask:
    """Have the worker write it. With names and addresses it is a release: a second person is asked first (`begin`).
    Raises Refused."""
    to, reason = " ".join(wanted.to.split()), wanted.reason.strip()
    if not to:
        raise Refused("proving.refused.to_whom", field="to")
    if wanted.named and Act.UNMASK not in rights:
        raise Refused("proving.refused.no_right", field="named")
    if wanted.named and not reason:
        raise Refused("case.refused.no_reason", field="reason")
    chosen = _chosen(case, wanted.sending, wanted.duty)
    if not chosen:
        raise Refused("proving.refused.nothing")
    numbers = [one.number for one in chosen]
    if wanted.named:
        what = {"to": to, "sendings": " ".join(map(str, numbers)), "duty": wanted.duty}
        return asks.ask(case, asks.PROVE, what, reason=reason, by=by)
    return _put(case, Wanted(to, duty=wanted.duty), chosen, by)


@transaction.atomic
def begin(asked: Ask, *, rights: frozenset[Act], by: Hand) -> Errand:
    """Use the approval, once: the worker writes it, with names and addresses. Raises Refused."""
    if asked.deed != asks.PROVE or asked.asked_by != by.actor.name:
        raise Refused("asks.refused.no_approval")
    if Act.UNMASK not in rights or Act.EXPORT not in rights:
        raise Refused("proving.refused.no_right")
    what = asked.what
    used = asks.use(asked.case, asks.PROVE, what, by=by)
    numbers = str(what["sendings"]).split()
    chosen = [one for one in sendings_of(asked.case) if str(one.number) in numbers]
    if not chosen:
        raise Refused("proving.refused.nothing")
    wanted = Wanted(str(what["to"]), duty=str(what["duty"]), named=True, reason=asked.reason)
    return _put(asked.case, wanted, chosen, by, {"ask": used.id})


def _put(
    case: Case, wanted: Wanted, chosen: Sequence[Sending], by: Hand, refs: Mapping[str, int] | None = None
) -> Errand:
    to, reason, numbers = wanted.to, wanted.reason, [one.number for one in chosen]
    write(
        "notify.telling.asked",
        by=by,
        case=case.number,
        refs=refs or {},
        payload={"to": to, "sendings": numbers, "duty": wanted.duty, "unmasked": wanted.named, "reason": reason},
    )
    said = {"to": to, "sendings": numbers, "duty": wanted.duty, "named": wanted.named, "reason": reason}
    rows = Delivery.objects.filter(sending__in=[one.id for one in chosen]).count()
    return errands.put(case, KIND, by=by, total=rows, said={**said, "for": by.actor.name})


def _chosen(case: Case, number: int | None, duty: str) -> list[Sending]:
    found = sendings_of(case)
    if number is not None:
        found = [one for one in found if one.number == number]
    return [one for one in found if duty in one.duties] if duty else found


def marker(case: str) -> Callable[[int], str]:
    """Makes the mark of a person in the proofs of one case: the same in each, and of no use in another case."""
    key = KeyRing(settings.KEYS).get_or_create(_KEY).secret
    return lambda person: hmac.new(key, f"{case}\n{person}".encode(), hashlib.sha256).hexdigest()[:32]


def making(errand: Errand, tell: Tell) -> Deed:
    """The worker's part: the archive, sealed."""
    case, by, said = errand.case, errands.hand_of(errand), errand.said
    if said["named"] and Act.UNMASK not in RIGHTS[Role(errand.role)]:
        raise Refused("proving.refused.no_right")
    chosen = [one for one in sendings_of(case) if one.number in said["sendings"]]
    if not chosen:
        raise Refused("proving.refused.nothing")
    sealed = f"x-{secrets.token_hex(12)}"
    path = keys.vault().place(case.number, sealed)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with SealedWriter(path, keys.key_for(case.number, by.at)) as file:
            archive = Archive(file, f"{case.number}-told")
            made = Proven(case, chosen, _signed(by), said, by, tell, archive, marker(case.number))
            made.write()
            archive.close()
    except (BadVault, SealError, FileNotFoundError):
        keys.vault().forget(case.number, sealed)
        raise Refused("sendings.refused.gone") from None
    except BaseException:
        keys.vault().forget(case.number, sealed)
        raise

    def deed(by: Hand) -> dict[str, Any]:
        write(
            "notify.telling.written",
            by=by,
            case=case.number,
            payload={
                "to": said["to"],
                "sendings": said["sendings"],
                "duty": said["duty"],
                "deliveries": made.deliveries,
                "events": made.events,
                "manifest_sha256": archive.manifest_sha256,
                "unmasked": said["named"],
                "reason": said["reason"],
            },
            attachments=[Attachment(archive.sha256, archive.size, f"told:{sealed}")],
        )
        return {"sealed": sealed, "sha256": archive.sha256}

    return deed


@transaction.atomic
def _signed(by: Hand) -> Checkpoint:
    return journal.sign(signer(), by.at)


@transaction.atomic
def fetch(found: Errand, *, rights: frozenset[Act], by: Hand) -> Errand:
    """What was written, for whoever asked, once; in the journal before a byte is read. Raises Refused."""
    if found.kind != KIND or found.made_by != by.actor.name or "sealed" not in found.outcome:
        raise Refused("proving.refused.fetched")
    if found.said["named"] and Act.UNMASK not in rights:
        raise Refused("proving.refused.no_right")
    write(
        "notify.telling.fetched",
        by=by,
        case=found.case.number,
        payload={"to": found.said["to"], "sha256": found.outcome["sha256"], "unmasked": found.said["named"]},
    )
    return found


def asked_by(case: Case, name: str, at: datetime) -> Sequence[Errand]:
    """What one asked for, under way or ready."""
    return errands.of(case, at, kind=KIND, made_by=name)
