"""What leaves with four eyes: the list of people with clear values, and evidence for somebody outside.

One asks, another approves, then it is done once (case/app/actions/asks.py). The worker writes the list; its digest goes
into the journal; whoever asked fetches it once, and what was written is forgotten.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from breachdesk.case.app.actions import asks, still_open
from breachdesk.case.app.models import Ask, Case
from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealedReader, SealedWriter, SealError
from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.shapes import Attachment
from breachdesk.scope import leaving
from breachdesk.scope.app import actions
from breachdesk.scope.app.models import Run
from breachdesk.vault.app import actions as vault
from breachdesk.vault.app import errands, keys
from breachdesk.vault.app.errands import Deed, Tell
from breachdesk.vault.app.models import Custody, Errand, Item, Released
from breachdesk.vault.store import BadVault

PEOPLE_KIND = "people"
_BLOCK = 1 << 20
_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to leave: the people of the last reading (`item` empty; `place`: only who lives there) as `form`, or an
    evidence item by its label; to whom (empty: to whoever asks), and what for."""

    item: str = ""
    form: str = leaving.CSV
    place: str = ""
    to: str = ""
    purpose: str = ""


def ask(case: Case, wanted: Wanted, *, reason: str, by: Hand) -> Ask:
    """Ask for it. The approval is good for exactly this list, form and recipient. Raises Refused."""
    if wanted.item and not wanted.to.strip():
        raise Refused("release.refused.to_whom", field="to")
    if wanted.to.strip() and not wanted.purpose.strip():
        raise Refused("release.refused.what_for", field="purpose")
    return asks.ask(case, _deed(wanted), _what(case, wanted), reason=reason, by=by)


def _deed(wanted: Wanted) -> str:
    """Evidence goes to somebody outside only, which is another right than seeing whole values."""
    return asks.RELEASE if wanted.to.strip() or wanted.item else asks.UNMASK_BULK


def _wanted(what: Mapping[str, Any]) -> Wanted:
    named = {name: str(what.get(name, "")) for name in ("form", "place", "to", "purpose")}
    return Wanted(item=str(what.get("items", "")), **named)


def _what(case: Case, wanted: Wanted) -> dict[str, str | int]:
    named = {"to": " ".join(wanted.to.split()), "purpose": " ".join(wanted.purpose.split())}
    given = {name: text for name, text in named.items() if text}
    if wanted.item:
        item = Item.objects.filter(case=case, label=wanted.item, forgotten_at=None).first()
        if item is None:
            raise Refused("release.refused.no_item", field="item")
        return {"items": item.label, **given}
    run = actions.last(case)
    if run is None or wanted.form not in (leaving.CSV, leaving.JSONL):
        raise Refused("release.refused.no_list")
    with actions.people_of(run) as people:
        count = people.places.get(wanted.place, 0) if wanted.place else people.count
    if not count:
        raise Refused("release.refused.nobody", field="place")
    place = {"place": wanted.place} if wanted.place else {}
    return {"people": count, "form": wanted.form, "list": run.id, **place, **given}


@transaction.atomic
def begin(ask: Ask, *, by: Hand) -> Errand | Released:
    """Use the approval, once: the worker writes the list, or the item is ready to be fetched.

    Raises Refused for anybody but who asked, without an approval that holds, for an approval of something else, and
    when people were counted anew since it was asked for."""
    case = ask.case
    still_open(case)
    if ask.asked_by != by.actor.name or ask.deed not in (asks.RELEASE, asks.UNMASK_BULK):
        raise Refused("release.refused.not_yours")
    what = dict(ask.what)
    if "list" in what and (run := actions.last(case)) is not None and run.id != what["list"]:
        raise Refused("release.refused.counted_anew")
    wanted = _wanted(what)
    if ask.deed != _deed(wanted) or what != _what(case, wanted):  # asked by another way than this page
        raise Refused("release.refused.counted_anew")
    used = asks.use(case, ask.deed, what, by=by)
    if "items" in what:
        return _item_ready(case, used, by)
    write(
        "scope.release.started",
        by=by,
        case=case.number,
        refs={"ask": used.id, "run": what["list"]},
        payload={name: value for name, value in what.items() if name != "list"},
    )
    said = {"ask": used.id, "what": what, "reason": used.reason, "sealed": f"r-{secrets.token_hex(12)}"}
    return errands.put(case, PEOPLE_KIND, by=by, said=said)


def _item_ready(case: Case, ask: Ask, by: Hand) -> Released:
    item = Item.objects.get(case=case, label=ask.what["items"])
    if item.forgotten_at is not None:
        raise Refused("evidence.refused.forgotten")
    made = _entered(case, ask.id, ask.what, by, item=item, name=item.name, size=item.size)
    made.sha256, made.sha512 = item.sha256, item.sha512
    made.save()
    write(
        "vault.item.released",
        by=by,
        case=case.number,
        refs={"ask": ask.id, "item": item.label, "release": made.label},
        payload={"to": made.to, "purpose": made.purpose, "reason": ask.reason},
        attachments=[Attachment(item.sha256, item.size, f"item:{item.label}/{item.sealed}")],
    )
    return made


def writing(errand: Errand, tell: Tell) -> Deed:
    """The worker's part: the list as a sealed file, with the digest of what will leave."""
    what, sealed, case = errand.said["what"], errand.said["sealed"], errand.case
    run = Run.objects.select_related("case").filter(case=case, id=what["list"]).first()
    if run is None:
        raise Refused("release.refused.no_list")
    keys.vault().forget(case.number, sealed)
    path = keys.vault().place(case.number, sealed)
    short, long, size, count = hashlib.sha256(), hashlib.sha512(), 0, 0

    def people() -> Iterator[Mapping[str, Any]]:
        nonlocal count
        with actions.people_of(run) as found:
            for one in found.everybody(what.get("place", "")):
                count += 1
                yield one

    with SealedWriter(path, keys.key_of(case.number)) as file:
        for piece in leaving.written(people(), what["form"]):
            short.update(piece)
            long.update(piece)
            size += file.write(piece)

    def deed(by: Hand) -> dict[str, str]:
        name = f"people-{case.number}.{what['form']}"
        made = _entered(case, errand.said["ask"], what, by, item=None, name=name, size=size)
        made.sealed, made.sha256, made.sha512, made.people = sealed, short.hexdigest(), long.hexdigest(), count
        made.save()
        write(
            "scope.people.exported",
            by=by,
            case=case.number,
            refs={"ask": errand.said["ask"], "run": run.id, "release": made.label},
            payload={
                "reason": errand.said["reason"],
                "people": count,
                "form": what["form"],
                "residence": what.get("place", ""),
                "to": made.to,
                "purpose": made.purpose,
                "sha512": made.sha512,
                "unmasked": True,
            },
            attachments=[Attachment(made.sha256, size, f"release:{made.label}/{sealed}")],
        )
        return {"label": made.label}

    return deed


def _entered(
    case: Case, ask: int, what: Mapping[str, Any], by: Hand, *, item: Item | None, name: str, size: int
) -> Released:
    Case.objects.select_for_update(no_key=True).get(id=case.id)  # labels without a gap
    made = Released.objects.create(
        case=case,
        label=f"R-{Released.objects.filter(case=case).count() + 1:03}",
        item=item,
        name=name,
        size=size,
        to=str(what.get("to", "")),
        purpose=str(what.get("purpose", "")),
        ask=ask,
        made_at=by.at,
        made_by=by.actor.name,
    )
    line = Custody.objects.create(
        released=made, item=item, deed="released", at=by.at, by=by.actor.name, taker=made.to[:120], purpose=made.purpose
    )
    if item is not None:
        vault.ask_check(item, by=by, line=line)
    return made


@transaction.atomic
def fetch(released: Released, *, by: Hand) -> tuple[Released, SealedReader]:
    """Open it for whoever asked, once; in the journal and in the chain of custody before a byte is read.

    Raises Refused for anybody else, and for what was fetched or is gone."""
    held = Released.objects.select_for_update(of=("self",)).select_related("case", "item").get(id=released.id)
    if held.made_by != by.actor.name:
        raise Refused("release.refused.not_yours")
    if not held.ready(by.at):
        raise Refused("release.refused.gone")
    number, sealed = held.case.number, held.item.sealed if held.item else held.sealed
    try:
        content = keys.vault().open(number, sealed, keys.key_of(number))
    except (SealError, FileNotFoundError, BadVault):
        raise Refused("release.refused.gone") from None
    said = {"giver": by.actor.name[:120], "taker": (held.to or by.actor.name)[:120], "purpose": held.purpose[:300]}
    Custody.objects.create(released=held, item=held.item, deed="handed", at=by.at, by=by.actor.name, **said)
    refs: dict[str, Any] = {"release": held.label, "ask": held.ask}
    write("scope.release.fetched", by=by, case=number, refs=refs, payload={"to": held.to, "purpose": held.purpose})
    return held, content


def out(released: Released, content: SealedReader, at: datetime) -> Iterator[bytes]:
    """Its bytes. With the last of them it is gone; one that broke off can be fetched again by the same person."""
    with content:
        while block := content.read(_BLOCK):
            yield block
    Released.objects.filter(id=released.id).update(fetched_at=at)
    if released.sealed:
        keys.vault().forget(released.case.number, released.sealed)


def lapse(at: datetime) -> None:
    """What was written and not fetched in its time is forgotten."""
    late = Released.objects.select_related("case").filter(made_at__lt=at - asks.LIVES).exclude(sealed="")
    for one in late:
        keys.vault().forget(one.case.number, one.sealed)
        Released.objects.filter(id=one.id).update(sealed="")
