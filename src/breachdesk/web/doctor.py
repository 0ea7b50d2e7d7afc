"""Whether a desk is well: what it stands on, its database, its journal, its vault, its keys. Nothing is changed.

What it says lies in packs/messages/cli under `doctor.says`.
"""

import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from breachdesk.ground import clock
from breachdesk.web.place import (
    Unusable,
    data_folder,
    database_of,
    missing_migrations,
    set_up,
    strange_keys,
    unknown_migrations,
)
from breachdesk.web.postgres import first_line

_SAMPLE = 25  # items of evidence, unless all are asked for
_LAST_SIGNED = 200  # signed states, unless all are asked for: two days of them
_LITTLE = 2 << 30  # bytes left on the disk
_SLACK = timedelta(seconds=5)
_LONG_WAITING = timedelta(hours=1)
_NOWHERE = "postgresql://nobody@/nothing"  # read settings by, when there is no database
_MOST_NAMED = 5
_HOME = ("localhost", "127.0.0.1", "::1")


class State(StrEnum):
    WELL = "well"
    NOTE = "note"  # as it is meant to be, perhaps
    LOOK = "look"  # somebody should look at it
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """`says`: a key below doctor.says, with its values."""

    check: str
    state: State
    says: str
    values: Mapping[str, Any] = field(default_factory=dict)


def examine(*, thorough: bool) -> list[Finding]:
    """Look at everything that can be looked at. Raises Unusable for settings nobody can start with."""
    data = data_folder()
    with ExitStack() as stack:
        why = ""
        try:
            url = stack.enter_context(database_of(data))
        except Unusable as error:
            url, why = _NOWHERE, str(error)
        set_up(url)
        found = [*_data(data), *_disk(data), *_address(), *_mail(), *_texts(), *_channels()]
        if why:
            return [*found, Finding("database", State.BROKEN, "database.away", {"why": why})]
        return [*found, *_of_database(thorough)]


def _data(data: Path) -> Iterator[Finding]:
    mode = stat.S_IMODE(data.stat().st_mode)
    if mode & 0o066:
        yield Finding("data", State.BROKEN, "data.open", {"folder": data, "mode": f"{mode:o}"})
    else:
        yield Finding("data", State.WELL, "data.well", {"folder": data})


def _disk(data: Path) -> Iterator[Finding]:
    from breachdesk.web.troubles import LEAST_SPACE

    free = shutil.disk_usage(data).free
    state = State.BROKEN if free < LEAST_SPACE else State.LOOK if free < _LITTLE else State.WELL
    yield Finding("disk", state, f"disk.{state}", {"free": f"{free >> 20:,}"})


def _address() -> Iterator[Finding]:
    from django.conf import settings

    parts = urlsplit(settings.SITE_URL)
    bare = parts.scheme == "http" and parts.hostname not in _HOME
    state, says = (State.LOOK, "address.bare") if bare else (State.WELL, "address.well")
    yield Finding("address", state, says, {"address": settings.SITE_URL})


def _mail() -> Iterator[Finding]:
    from django.conf import settings
    from django.core import mail

    if not settings.EMAIL_HOST:
        yield Finding("mail", State.NOTE, "mail.none")
        return
    server = {"server": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"}
    connection = mail.get_connection(fail_silently=False, timeout=10)
    try:
        connection.open()
        connection.close()
        yield Finding("mail", State.WELL, "mail.well", server)
    except Exception as error:  # whatever a foreign server does
        yield Finding("mail", State.BROKEN, "mail.away", {**server, "why": first_line(error)})


def _texts() -> Iterator[Finding]:
    """Whether the gateway of text messages lets us in; nothing is sent."""
    from django.conf import settings

    from breachdesk.notify import centre, webgate
    from breachdesk.notify.app import receipts
    from breachdesk.notify.outcomes import Unusable

    gateway = settings.GATEWAY
    if gateway is None:
        yield Finding("texts", State.NOTE, "texts.none")
        return
    try:
        if isinstance(gateway, webgate.WebGate):
            webgate.check(gateway)
        else:
            centre.check(gateway)
        yield Finding("texts", State.WELL, "texts.well", {"server": gateway.host})
    except Unusable as error:
        yield Finding("texts", State.BROKEN, "texts.away", {"why": first_line(error)})
    if isinstance(gateway, centre.Centre):
        if not gateway.tls and gateway.host not in _HOME:
            yield Finding("texts", State.LOOK, "texts.bare", {"server": gateway.host})
    elif not receipts.come_by_http(gateway):
        yield Finding("texts", State.LOOK, "texts.deaf", {"address": settings.SITE_URL})


def _channels() -> Iterator[Finding]:
    """Whether Apprise takes each address of the alarms and of the posts; nothing is sent, and no address is shown."""
    from django.conf import settings

    from breachdesk.notify import channels

    alarms = [(f"BREACHDESK_ALARMS {place}", one) for place, one in enumerate(settings.ALARMS, start=1)]
    for name, address in [*alarms, *settings.POSTS.items()]:
        most = channels.limit(address)
        state, says = (State.BROKEN, "channels.strange") if most is None else (State.WELL, "channels.well")
        yield Finding("channels", state, says, {"name": name, "most": most})


def _reports() -> Iterator[Finding]:
    from breachdesk.notify.app import receipts

    counted = receipts.counted()
    if counted.forged and counted.forged_at is not None:
        values = {"n": counted.forged, "when": clock.rfc3339(counted.forged_at)}
        yield Finding("texts", State.LOOK, "texts.forged", values)


def _mailbox() -> Iterator[Finding]:
    from django.conf import settings

    from breachdesk.detect.app import mailbox
    from breachdesk.detect.app.models import Mailbox

    named = ((mailbox.REPORTS, settings.MAILBOX_URL, "box"), (mailbox.RETURNS, settings.RETURNS_URL, "returns"))
    for number, url, name in named:
        held = Mailbox.objects.filter(id=number).first()
        if not url:
            continue
        if held is None or held.looked_at is None:
            yield Finding("mail", State.NOTE, f"mail.{name}_new")
        elif held.trouble:
            since = clock.rfc3339(held.trouble_since) if held.trouble_since else ""
            yield Finding("mail", State.BROKEN, f"mail.{name}_away", {"since": since, "why": held.trouble})
        else:
            yield Finding("mail", State.WELL, f"mail.{name}_well", {"when": clock.rfc3339(held.looked_at)})


def _provider() -> Iterator[Finding]:
    """Whether the provider of notices has what it asks for; it is not asked anything."""
    from django.conf import settings

    if not settings.PROVIDER:
        return
    from breachdesk.notify.app.by_provider import wants

    name = {"name": settings.PROVIDER}
    if why := wants(settings.PROVIDER):
        yield Finding("mail", State.BROKEN, "mail.provider_wants", {**name, "why": why})
    else:
        yield Finding("mail", State.WELL, "mail.provider_well", name)


def _of_database(thorough: bool) -> Iterator[Finding]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        yield Finding("database", State.WELL, "database.well", {"version": cursor.fetchone()[0].split()[0]})
    if unknown := unknown_migrations():
        yield Finding("migrations", State.BROKEN, "migrations.newer", {"name": unknown[-1]})
        return
    if missing := missing_migrations():
        yield Finding("migrations", State.LOOK, "migrations.missing", {"n": len(missing)})
        return
    yield Finding("migrations", State.WELL, "migrations.well")
    parts: tuple[Callable[[], Iterator[Finding]], ...]
    parts = (_keys, _clock, _administrator, _queue, _mailbox, _provider, _reports)
    for part in parts:
        yield from part()
    yield from _journal(thorough)
    yield from _vault(thorough)
    connection.close()


def _keys() -> Iterator[Finding]:
    try:
        strangers = strange_keys()
    except Unusable as error:
        yield Finding("keys", State.BROKEN, "keys.away", {"why": error})
        return
    if strangers:
        yield Finding("keys", State.BROKEN, "keys.strange", {"n": strangers})
    else:
        yield Finding("keys", State.WELL, "keys.well")


def _clock() -> Iterator[Finding]:
    from django.db import connection

    from breachdesk.journal.app.models import Line

    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    last = Line.objects.order_by("-seq").values_list("at", flat=True).first()
    if last is not None and last > now + _SLACK:
        yield Finding("clock", State.BROKEN, "clock.behind", {"last": last.isoformat(timespec="seconds")})
    elif abs(theirs - now) > _SLACK:
        yield Finding("clock", State.LOOK, "clock.apart", {"n": round(abs(theirs - now).total_seconds())})
    else:
        yield Finding("clock", State.WELL, "clock.well", {"now": now.isoformat(timespec="seconds")})


def _administrator() -> Iterator[Finding]:
    from breachdesk.staff.app.models import Account

    there = Account.objects.filter(administrator=True, is_active=True).exists()
    says = "administrator.well" if there else "administrator.none"
    yield Finding("administrator", State.WELL if there else State.NOTE, says)


def _queue() -> Iterator[Finding]:
    from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

    failed = ProcrastinateJob.objects.filter(status="failed").count()
    waiting = ProcrastinateJob.objects.filter(status="todo", scheduled_at=None).order_by("id").first()
    if failed:
        yield Finding("tasks", State.LOOK, "tasks.failed", {"n": failed})
    put = ProcrastinateEvent.objects.filter(job=waiting, type="deferred").order_by("-at").first() if waiting else None
    if put is not None and put.at < clock.now() - _LONG_WAITING:
        yield Finding("tasks", State.LOOK, "tasks.waiting", {"since": put.at.isoformat(timespec="seconds")})
    elif not failed:
        yield Finding("tasks", State.WELL, "tasks.well")


def _journal(thorough: bool) -> Iterator[Finding]:
    from breachdesk.journal.app import stamping
    from breachdesk.journal.app.judging import judge_journal

    judged = judge_journal()
    for says, values in judged.faults:
        yield Finding("journal", State.BROKEN, f"journal.{says}", values)
    strange = list(strange_signatures(None if thorough else _LAST_SIGNED))
    yield from strange
    if found := stamping.trouble():
        since, why = clock.rfc3339(found["since"]), f"{found['reason']} {found['detail']}".strip()
        yield Finding("journal", State.LOOK, "journal.no_stamp", {"since": since, "why": why})
    if not judged.faults and not strange:
        values = {"n": judged.entries, "checkpoints": judged.checkpoints, "root": judged.root}
        yield Finding("journal", State.WELL, "journal.well", values)


def strange_signatures(most: int | None = None) -> Iterator[Finding]:
    """States that were signed under another name or with another key than this desk signs with; the last `most`."""
    from django.conf import settings

    from breachdesk.ground.keys import BadKey, KeyRing
    from breachdesk.journal import verify
    from breachdesk.journal.app import signing
    from breachdesk.journal.app.models import Checkpoint

    notes = [bytes(note) for note in Checkpoint.objects.order_by("-size").values_list("note", flat=True)[:most]]
    if not notes:
        return
    ring = KeyRing(settings.KEYS)
    if signing.KEY not in ring.names():
        yield Finding("journal", State.BROKEN, "journal.no_key")
        return
    names = {verify.read_checkpoint(verify.read_note(note)[0])[0] for note in notes}
    if others := sorted(names - {settings.ORIGIN}):
        yield Finding("journal", State.LOOK, "journal.other_name", {"name": others[0], "ours": settings.ORIGIN})
        return
    try:
        vkey = signing.signer().vkey
    except BadKey as error:
        yield Finding("journal", State.BROKEN, "journal.bad_key", {"why": error})
        return
    if bad := sum(not _signed(note, vkey) for note in notes):
        yield Finding("journal", State.BROKEN, "journal.other_key", {"n": bad})


def _signed(note: bytes, vkey: str) -> bool:
    from breachdesk.journal import verify

    try:
        verify.signed_by(note, vkey)
    except ValueError:
        return False
    return True


def _vault(thorough: bool) -> Iterator[Finding]:
    """Every item opens and is what was taken in: hashed whole with `thorough`, else a sample is opened."""
    from breachdesk.ground.keys import BadKey
    from breachdesk.ground.sealing import SealError
    from breachdesk.vault.app.keys import key_of, vault
    from breachdesk.vault.app.models import Item
    from breachdesk.vault.store import BadVault

    kept = list(Item.objects.filter(forgotten_at=None).order_by("id").values_list("id", flat=True))
    looked = kept if thorough else sorted(secrets.SystemRandom().sample(kept, min(_SAMPLE, len(kept))))
    bad = list[tuple[str, str]]()
    for item in Item.objects.filter(id__in=looked).select_related("case").order_by("id").iterator():
        name = f"{item.case.number} {item.label}"
        try:
            key = key_of(item.case.number)
            if thorough:
                if vault().check(item.case.number, item.sealed, key).sha512 != item.sha512:
                    bad.append((name, "changed"))
            else:
                with vault().open(item.case.number, item.sealed, key) as content:
                    if content.size != item.size:
                        bad.append((name, "changed"))
        except FileNotFoundError:
            bad.append((name, "missing"))
        except (BadVault, BadKey, SealError, OSError):
            bad.append((name, "closed"))
    for kind in sorted({kind for _, kind in bad}):
        named = [name for name, found in bad if found == kind]
        values = {"n": len(named), "items": ", ".join(named[:_MOST_NAMED])}
        yield Finding("vault", State.BROKEN, f"vault.{kind}", values)
    if not kept:
        yield Finding("vault", State.WELL, "vault.none")
    elif not bad:
        says = "vault.whole" if thorough else "vault.opened"
        yield Finding("vault", State.WELL, says, {"n": len(looked), "kept": len(kept)})
