"""Taking in a signal, talking with whoever reported, and what becomes of it. Opening the case is the case room's."""

import io
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from breachdesk.detect import codes
from breachdesk.detect.app.models import CHANNELS, OPEN, WHO, Attachment, Message, Number, Post, Signal, State
from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealedReader, SealError
from breachdesk.journal import shapes
from breachdesk.journal.app.actions import Hand, write
from breachdesk.staff.app import post
from breachdesk.vault.app import keys
from breachdesk.vault.store import BadVault, Taken

MOST_FILES = 10
LONGEST = 20_000
_MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class File:
    """A file that comes with a report."""

    name: str
    size: int
    content: BinaryIO


def take_in(
    text: str,
    *,
    channel: str,
    who: str,
    by: Hand,
    noticed: str = "",
    contact: str = "",
    language: str = "en",
    files: Sequence[File] = (),
    code: str = "",
) -> Signal:
    """A new signal with its files sealed. `code`: the return code that whoever reported was given (only its keyed hash
    is kept). Raises Refused for an empty or endless text, and for files too many or too large."""
    if channel not in CHANNELS or who not in WHO:
        raise Refused("detect.refused.who", field="who")
    if not text.strip():
        raise Refused("detect.refused.empty", field="text")
    if len(text) > LONGEST:
        raise Refused("detect.refused.long", field="text", most=LONGEST)
    sealed = _sealed(files, by)
    try:
        with transaction.atomic():
            signal = Signal.objects.create(
                number=_next_number(by.at.year),
                channel=channel,
                who=who,
                text=text,
                noticed=noticed[:200],
                contact=contact[:254],
                language=language,
                code=codes.kept(codes.plain(code), settings.SECRET_KEY) if code else "",
                at=by.at,
                by=by.actor.name,
            )
            attached = _attached(signal, sealed, by)
            write(
                "detect.signal.taken",
                by=by,
                refs={"signal": signal.number},
                payload={"channel": channel, "who": who, "files": len(sealed)},
                attachments=attached,
            )
            return signal
    except BaseException:
        for name, _, _ in sealed:
            keys.vault().forget(keys.SIGNALS, name)
        raise


def _sealed(files: Sequence[File], by: Hand) -> list[tuple[str, str, Taken]]:
    """(name in the vault, name as given, size and digests) of each."""
    if len(files) > MOST_FILES:
        raise Refused("detect.refused.files", field="attached", most=MOST_FILES)
    if any(file.size > settings.MOST_ATTACHMENT for file in files):
        raise Refused("detect.refused.large", field="attached", size=settings.MOST_ATTACHMENT // 1_000_000)
    found = []
    for file in files:
        name = f"a-{secrets.token_hex(12)}"
        taken = keys.vault().seal(keys.SIGNALS, name, file.content, keys.key_for(keys.SIGNALS, by.at))
        found.append((name, file.name[-255:] or "file", taken))
    return found


def _attached(signal: Signal, sealed: Sequence[tuple[str, str, Taken]], by: Hand) -> list[shapes.Attachment]:
    for name, given, taken in sealed:
        Attachment.objects.create(
            signal=signal, name=given, size=taken.size, sha256=taken.sha256, sha512=taken.sha512, sealed=name, at=by.at
        )
    return [shapes.Attachment(taken.sha256, taken.size, f"evidence:{name}") for name, _, taken in sealed]


def _next_number(year: int) -> str:
    count, _ = Number.objects.select_for_update().get_or_create(year=year, defaults={"count": 0})
    count.count += 1
    count.save(update_fields=["count"])
    return f"S-{year}-{count.count:04}"


def of_code(code: str) -> Signal | None:
    """The report a return code belongs to."""
    digits = codes.plain(code)
    return Signal.objects.filter(code=codes.kept(digits, settings.SECRET_KEY)).first() if digits else None


@transaction.atomic
def ask(signal: Signal, text: str, *, by: Hand) -> Message:
    """A question to whoever reported; they find it with their code, or have it by mail if they wrote by mail."""
    made = _said(signal, text, ours=True, by=by)
    if signal.channel == "mail" and signal.contact:
        post.post(signal.contact, f"[{signal.number}]", text)
    return made


def answer(signal: Signal, text: str, *, by: Hand, files: Sequence[File] = ()) -> Message:
    """An answer of whoever reported, with further files."""
    if signal.attachments.count() + len(files) > MOST_FILES * 3:
        raise Refused("detect.refused.files", field="attached", most=MOST_FILES * 3)
    sealed = _sealed(files, by)
    try:
        with transaction.atomic():
            return _said(signal, text, ours=False, by=by, attached=_attached(signal, sealed, by))
    except BaseException:
        for name, _, _ in sealed:
            keys.vault().forget(keys.SIGNALS, name)
        raise


def _said(signal: Signal, text: str, *, ours: bool, by: Hand, attached: Sequence[shapes.Attachment] = ()) -> Message:
    if not text.strip():
        raise Refused("detect.refused.empty", field="text")
    if len(text) > LONGEST or signal.messages.count() >= _MOST_MESSAGES:
        raise Refused("detect.refused.long", field="text", most=LONGEST)
    message = Message.objects.create(signal=signal, ours=ours, text=text, by=by.actor.name if ours else "", at=by.at)
    write(
        "detect.reporter.asked" if ours else "detect.reporter.answered",
        by=by,
        refs={"signal": signal.number},
        attachments=attached,
    )
    return message


def look(signal: Signal, *, by: Hand) -> None:
    """Somebody looks into it."""
    _decided(signal, State.LOOKING, by=by)


def false_alarm(signal: Signal, *, reason: str, by: Hand) -> None:
    """It is none, and why: this will be asked when it turns out to be one after all."""
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    _decided(signal, State.FALSE_ALARM, by=by, reason=reason)


def duplicate(signal: Signal, other: Signal, *, by: Hand) -> None:
    """The same as another. Raises Refused for itself, and for a round of duplicates."""
    seen, one = {signal.id}, other
    while one is not None:
        if one.id in seen:
            raise Refused("detect.refused.itself", field="same_as")
        seen.add(one.id)
        if one.same_as is None:
            break
        one = one.same_as
    _decided(signal, State.DUPLICATE, by=by, same_as=other)


def mark_confirmed(signal: Signal, case: str, *, by: Hand) -> None:
    """It is a breach: it became, or joined, the case of that number."""
    _decided(signal, State.CONFIRMED, by=by, case=case)


def reopen(signal: Signal, *, reason: str, by: Hand) -> None:
    """A false alarm or a duplicate is looked at again. Raises Refused for one that has its case."""
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    with transaction.atomic():
        held = Signal.objects.select_for_update().get(id=signal.id)
        if held.state == State.CONFIRMED:
            raise Refused("detect.refused.decided")
        Signal.objects.filter(id=held.id).update(state=State.LOOKING, same_as=None)
        write("detect.signal.reopened", by=by, refs={"signal": held.number}, payload={"reason": reason})


@transaction.atomic
def _decided(
    signal: Signal, state: State, *, by: Hand, reason: str = "", same_as: Signal | None = None, case: str = ""
) -> None:
    held = Signal.objects.select_for_update().get(id=signal.id)
    if held.state not in OPEN:
        raise Refused("detect.refused.decided")
    held.state, held.reason, held.same_as, held.case = state, reason, same_as, case
    held.decided_by, held.decided_at = by.actor.name, by.at
    held.save()
    write(
        "detect.signal.decided",
        by=by,
        refs={"signal": held.number, "same_as": same_as.number if same_as else None, "case": case or None},
        payload={"state": state.value, "reason": reason},
    )
    signal.refresh_from_db()


def take_up(letter: Post, *, by: Hand) -> Signal:
    """A letter that was set aside is a report after all. Raises Refused for one that was not."""
    from breachdesk.detect import letter as letters

    with keys.vault().open(keys.SIGNALS, letter.sealed, keys.key_of(keys.SIGNALS)) as content:
        found = letters.read(content.read())
    text = "\n".join([found.subject, "", found.text]).strip() or "-"
    files = [File(name, len(content), io.BytesIO(content)) for name, content in found.files]
    with transaction.atomic():
        held = Post.objects.select_for_update().get(id=letter.id)
        if held.signal_id is not None:
            raise Refused("detect.refused.decided")
        made = take_in(text, channel="mail", who="other", noticed=found.date, contact=found.sender, files=files, by=by)
        Post.objects.filter(id=held.id).update(signal=made)
        write("detect.letter.taken", by=by, refs={"signal": made.number, "letter": held.id})
    return made


def open_letter(letter: Post, *, by: Hand) -> SealedReader:
    """The letter as it came; in the journal before a byte is read. Raises Refused."""
    with transaction.atomic():
        write("detect.letter.opened", by=by, refs={"letter": letter.id})
    return _open(letter.sealed)


def open_attachment(attachment: Attachment, *, by: Hand) -> SealedReader:
    """Its plain content; in the journal before a byte is read. Raises Refused."""
    with transaction.atomic():
        write("detect.attachment.opened", by=by, refs={"signal": attachment.signal.number, "file": attachment.id})
    return _open(attachment.sealed)


def _open(name: str) -> SealedReader:
    try:
        return keys.vault().open(keys.SIGNALS, name, keys.key_of(keys.SIGNALS))
    except (SealError, FileNotFoundError, BadVault):
        raise Refused("evidence.refused.damaged", label=name) from None


def alike(signal: Signal) -> list[Any]:
    """Signals that may be the same: the same file, the same contact, many of the same words. The nearest first."""
    words = {word for word in signal.text.casefold().split() if len(word) > 4}
    digests = set(signal.attachments.values_list("sha256", flat=True))
    found = []
    for other in Signal.objects.exclude(id=signal.id).prefetch_related("attachments")[:300]:
        same = len(digests & {one.sha256 for one in other.attachments.all()}) * 10
        same += 5 if signal.contact and other.contact.casefold() == signal.contact.casefold() else 0
        theirs = {word for word in other.text.casefold().split() if len(word) > 4}
        same += round(10 * len(words & theirs) / max(1, min(len(words), len(theirs)))) if words and theirs else 0
        if same >= 5:
            found.append((same, other))
    return [other for _, other in sorted(found, key=lambda one: (-one[0], -one[1].id))[:5]]
