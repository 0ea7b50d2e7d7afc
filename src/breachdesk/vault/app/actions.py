"""Taking evidence in, handing it over, checking, opening, and destroying the key of a case.

What lies in the vault is sealed before anything is said of it; when saying fails, it is forgotten again.
"""

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.apps import apps
from django.db import transaction

from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealedReader, SealError
from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.shapes import Attachment
from breachdesk.vault.app import errands, keys
from breachdesk.vault.app.errands import Deed, Tell
from breachdesk.vault.app.models import CaseKey, Custody, Errand, Item, Released, Upload
from breachdesk.vault.parts import MOST_PART, Parts, WrongPlace

__all__ = ["MOST_PART", "WrongPlace"]
LARGEST = 2 << 40  # bytes: what no upload announces


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an item comes from, as whoever brings it says."""

    acquired_at: datetime
    acquired_by: str
    source: str = ""
    method: str = ""
    description: str = ""


def take_in(case: Any, content: BinaryIO, *, name: str, origin: Origin, by: Hand) -> Item:
    """Seal what `content` gives under the key of the case, with SHA-256 and SHA-512 of it, and enter it.

    Raises Refused for a closed case, a name that is none, an instant to come; BadVault when the key does not open."""
    _may(case, name, origin, by)
    sealed = f"i-{secrets.token_hex(12)}"
    taken = keys.vault().seal(case.number, sealed, content, keys.key_for(case.number, by.at))
    try:
        with transaction.atomic():
            return _entered(case, sealed, taken, name, origin, by)
    except BaseException:
        keys.vault().forget(case.number, sealed)
        raise


def _may(case: Any, name: str, origin: Origin, by: Hand) -> None:
    if case.state != "open":
        raise Refused("case.refused.closed", number=case.number)
    if not name.strip() or len(name) > 255 or name in (".", "..") or any(one in name for one in "/\0"):
        raise Refused("evidence.refused.name", field="name")
    if origin.acquired_at > by.at:
        raise Refused("evidence.refused.to_come", field="acquired_at")


def _entered(case: Any, sealed: str, taken: Any, name: str, origin: Origin, by: Hand) -> Item:
    apps.get_model("case", "Case").objects.select_for_update().get(id=case.id)  # labels without a gap
    label = f"E-{Item.objects.filter(case=case).count() + 1:03}"
    item = Item.objects.create(
        case=case,
        label=label,
        name=name,
        sealed=sealed,
        size=taken.size,
        sha256=taken.sha256,
        sha512=taken.sha512,
        taken_at=by.at,
        taken_by=by.actor.name,
        acquired_at=origin.acquired_at,
        acquired_by=origin.acquired_by,
        source=origin.source,
        method=origin.method,
        description=origin.description,
    )
    Custody.objects.create(
        item=item, deed="taken", at=by.at, by=by.actor.name, giver=origin.acquired_by, taker=by.actor.name, whole=True
    )
    write(
        "vault.item.taken",
        by=by,
        case=case.number,
        refs={"item": label},
        payload={"sha512": taken.sha512, "source": origin.source, "method": origin.method},
        attachments=[Attachment(taken.sha256, taken.size, f"item:{label}/{sealed}")],
    )
    return item


# --- in parts


@transaction.atomic
def begin_upload(case: Any, *, name: str, size: int, origin: Origin, by: Hand, mark: str = "") -> Upload:
    """An upload that may break off and go on; by `mark`, a digest of its beginning and end, it is known again.

    Raises Refused as `take_in`, and for a size nobody has."""
    _may(case, name, origin, by)
    if not 0 <= size <= LARGEST:
        raise Refused("evidence.refused.size", field="size")
    said = {**_said(origin), "mark": mark}
    upload = Upload.objects.create(case=case, name=name, size=size, said=said, made_at=by.at, made_by=by.actor.name)
    write("vault.upload.started", by=by, case=case.number, refs={"upload": str(upload.id)}, payload={"bytes": size})
    return upload


def parts_of(upload: Upload, at: datetime) -> Parts:
    """The parts that have come. They lie beside the items of the case, sealed under its key."""
    number = upload.case.number
    return Parts(keys.vault().place(number, f"u-{upload.id.hex}"), keys.key_for(number, at))


def add_part(upload: Upload, at: int, content: bytes, *, now: datetime) -> int:
    """Seal a part that begins at byte `at`; where the next begins. A part is no deed of its own: the journal tells of
    beginning and end. Raises WrongPlace, and Refused for more than was announced."""
    if upload.case.state != "open":
        raise Refused("case.refused.closed", number=upload.case.number)
    if len(content) > MOST_PART or at + len(content) > upload.size:
        raise Refused("evidence.refused.more_than_said")
    return parts_of(upload, now).add(at, content)


def finish_upload(upload: Upload, *, by: Hand) -> Errand:
    """All parts are there: the worker makes an item of them. Raises Refused while some are missing."""
    have = parts_of(upload, by.at).size
    if have != upload.size:
        raise Refused("evidence.refused.not_all", have=have, size=upload.size)
    said = {"sealed": f"i-{upload.id.hex[:24]}", "name": upload.name}
    return errands.put(upload.case, "seal", upload=upload.id, total=upload.size, said=said, by=by)


def sealing(errand: Errand, tell: Tell) -> Deed:
    """The parts of an upload, as one sealed file."""
    upload = Upload.objects.select_related("case").filter(id__in=[errand.upload]).first()
    if upload is None:
        raise Refused("evidence.refused.finished")
    origin = _origin(upload.said)
    parts = parts_of(upload, clock.now())
    with parts.whole() as content:
        made = _sealed(errand, content, tell)  # type: ignore[arg-type]

    def deed(by: Hand) -> dict[str, str]:
        if not Upload.objects.select_for_update().filter(id=upload.id).exists():
            raise Refused("evidence.refused.finished")
        item = made(upload.name, origin, by)
        upload.delete()
        transaction.on_commit(parts.discard)
        return {"label": item.label}

    return deed


def from_inbox(case: Any, path: Path, *, origin: Origin, by: Hand) -> Errand:
    """Have the worker take a file of the server's folder in; it stays there for its owner to remove. Raises Refused."""
    _may(case, path.name, origin, by)
    said = {**_said(origin), "path": str(path), "name": path.name, "sealed": f"i-{secrets.token_hex(12)}"}
    return errands.put(case, "inbox", total=path.stat().st_size, said=said, by=by)


def copying(errand: Errand, tell: Tell) -> Deed:
    try:
        with Path(errand.said["path"]).open("rb") as content:
            made = _sealed(errand, content, tell)
    except FileNotFoundError:
        raise Refused("evidence.refused.not_in_inbox") from None
    origin = _origin(errand.said)
    return lambda by: {"label": made(errand.said["name"], origin, by).label}


def _sealed(errand: Errand, content: BinaryIO, tell: Tell) -> Callable[[str, Origin, Hand], Item]:
    """Seal it under the name the errand has for it, what a broken errand left removed first; how it becomes an item."""
    case, sealed = errand.case, errand.said["sealed"]
    if Item.objects.filter(sealed=sealed).exists():
        raise Refused("evidence.refused.finished")
    keys.vault().forget(case.number, sealed)
    key = keys.key_for(case.number, clock.now())
    taken = keys.vault().seal(case.number, sealed, errands.Telling(content, tell), key)

    def made(name: str, origin: Origin, by: Hand) -> Item:
        try:
            case.refresh_from_db(fields=["state"])
            _may(case, name, origin, by)
            return _entered(case, sealed, taken, name, origin, by)
        except BaseException:
            keys.vault().forget(case.number, sealed)
            raise

    return made


def _said(origin: Origin) -> dict[str, str]:
    return {
        "acquired_at": origin.acquired_at.isoformat(),
        "acquired_by": origin.acquired_by,
        "source": origin.source,
        "method": origin.method,
        "description": origin.description,
    }


def _origin(said: Mapping[str, str]) -> Origin:
    return Origin(
        datetime.fromisoformat(said["acquired_at"]),
        said["acquired_by"],
        said["source"],
        said["method"],
        said["description"],
    )


@transaction.atomic
def tell_of(upload: Upload, *, by: Hand) -> None:
    """It has stood still for a week: told once, before it is forgotten."""
    Upload.objects.filter(id=upload.id).update(told_at=by.at)
    write("vault.upload.delayed", by=by, case=upload.case.number, refs={"upload": str(upload.id)})


@transaction.atomic
def abandon_upload(upload: Upload, *, by: Hand) -> None:
    """It will not go on: its parts are forgotten."""
    number, id = upload.case.number, str(upload.id)
    parts = parts_of(upload, by.at)
    upload.delete()
    write("vault.upload.abandoned", by=by, case=number, refs={"upload": id})
    transaction.on_commit(parts.discard)


# --- afterwards


@transaction.atomic
def hand_over(item: Item, *, giver: str, taker: str, purpose: str, place: str, by: Hand) -> Custody:
    """From one hand to another. The worker hashes it anew, so that both know whether it is whole.

    Raises Refused without a name, and for what was forgotten."""
    if not giver.strip() or not taker.strip():
        raise Refused("evidence.refused.no_names", field="taker")
    if item.forgotten_at is not None:
        raise Refused("evidence.refused.forgotten")
    said = {"giver": giver, "taker": taker, "purpose": purpose, "place": place}
    line = Custody.objects.create(item=item, deed="handed", at=by.at, by=by.actor.name, **said)
    write("vault.item.handed", by=by, case=item.case.number, refs={"item": item.label}, payload=said)
    ask_check(item, by=by, line=line)
    return line


def ask_check(item: Item, *, by: Hand, line: Custody | None = None) -> Errand:
    """Have the worker hash it anew; `line`: the handing over that it belongs to. Raises Refused when forgotten."""
    if item.forgotten_at is not None:
        raise Refused("evidence.refused.forgotten")
    said = {"line": line.id} if line is not None else {}
    return errands.put(item.case, "check", item=item, total=item.size, said=said, by=by)


def checking(errand: Errand, tell: Tell) -> Deed:
    item = errand.item
    if item is None:
        raise Refused("evidence.refused.forgotten")
    whole = is_whole(item, tell)
    line = Custody.objects.filter(id=errand.said.get("line"), item=item).first()
    return lambda by: {"whole": entered(item, whole, by=by, line=line).whole}


def check(item: Item, *, by: Hand) -> Custody:
    """Hash it anew here and now, and compare with intake. Memory holds one block; a large item takes its time."""
    return entered(item, is_whole(item), by=by)


@transaction.atomic
def entered(item: Item, whole: bool, *, by: Hand, line: Custody | None = None) -> Custody:
    """What a hashing found, on a line of its own or on that of the handing over it was done for."""
    if line is None:
        line = Custody(item=item, deed="checked", at=by.at, by=by.actor.name)
    line.whole = whole
    line.save()
    write("vault.item.checked", by=by, case=item.case.number, refs={"item": item.label}, payload={"whole": whole})
    return line


def is_whole(item: Item, tell: Tell = lambda count: None) -> bool:
    """Whether what lies in the vault is still what was taken in; `tell`: how many bytes more were looked at. Raises
    Refused when it was forgotten."""
    if item.forgotten_at is not None:
        raise Refused("evidence.refused.forgotten")
    try:
        found = keys.vault().check(item.case.number, item.sealed, keys.key_of(item.case.number), tell)
    except (SealError, FileNotFoundError):
        return False
    return (found.sha256, found.sha512, found.size) == (item.sha256, item.sha512, item.size)


def open_item(item: Item, *, reason: str, by: Hand) -> SealedReader:
    """Its plain content, for one who says why; in the journal before a byte is read. Raises Refused."""
    if not reason.strip():
        raise Refused("evidence.refused.no_reason", field="reason")
    if item.forgotten_at is not None:
        raise Refused("evidence.refused.forgotten")
    with transaction.atomic():
        Custody.objects.create(item=item, deed="opened", at=by.at, by=by.actor.name, purpose=reason[:300])
        write("vault.item.opened", by=by, case=item.case.number, refs={"item": item.label}, payload={"reason": reason})
    try:
        return keys.vault().open(item.case.number, item.sealed, keys.key_of(item.case.number))
    except (SealError, FileNotFoundError):
        raise Refused("evidence.refused.damaged", label=item.label) from None


@transaction.atomic
def destroy_key(number: str, *, reason: str, by: Hand) -> None:
    """Destroy the key of a case: what it sealed is gone for everybody, backups that hold the wrapped key apart. The
    files are removed once that is certain. Raises Refused when it was destroyed before."""
    kept = CaseKey.objects.select_for_update().filter(case=number).first()
    if kept is None or kept.wrapped is None:
        raise Refused("evidence.refused.no_key", number=number)
    kept.wrapped, kept.destroyed_at = None, by.at
    kept.save(update_fields=["wrapped", "destroyed_at"])
    Item.objects.filter(case__number=number, forgotten_at=None).update(forgotten_at=by.at)
    Upload.objects.filter(case__number=number).delete()
    Released.objects.filter(case__number=number).update(sealed="")
    write("vault.key.destroyed", by=by, case=number, payload={"reason": reason})
    transaction.on_commit(_forgetting(number))


def _forgetting(number: str) -> Callable[[], None]:
    def forget() -> None:
        with suppress(OSError):  # without its key it is noise; doctor tells of what was left
            keys.vault().forget_case(number)

    return forget
