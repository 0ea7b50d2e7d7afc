"""What commands share: who acts, where keys lie, how an error is told."""

import getpass
import hashlib
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer

from breachdesk.ground import clock
from breachdesk.ground.keys import BadKey, Key, KeyRing, outside
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.sealing import SealError
from breachdesk.ground.shelf import our_shelf
from breachdesk.journal import Actor
from breachdesk.law import instants
from breachdesk.report.words import Words, read_sayings
from breachdesk.scope import cohorts
from breachdesk.scope.shapes import Cohort

DONE, ATTENTION, UNUSABLE, FAILED = 0, 1, 2, 3
_ROLE = "responder"
_NO_NAME = re.compile(r"[^\w.@ -]+")

KeyFolder = Annotated[
    Path | None,
    typer.Option(
        "--key-folder",
        envvar="BREACHDESK_KEYS",
        help="Where keys are kept, never inside the pack. [default: ~/.local/share/breachdesk/keys]",
        show_default=False,
    ),
]
ActorName = Annotated[
    str,
    typer.Option(
        "--actor",
        envvar="BREACHDESK_ACTOR",
        help="Who acts, for the journal. [default: the account on this machine]",
        show_default=False,
    ),
]
Language = Annotated[str, typer.Option(help="en or ru.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
At = Annotated[str, typer.Option(help="Judge at this instant (RFC 3339) instead of now.")]


def fail(code: int, *lines: str) -> NoReturn:
    """One clear line per problem on standard error, then the exit code."""
    for line in lines:
        typer.echo(line, err=True)
    raise typer.Exit(code)


def check_language(language: str) -> None:
    if language not in LANGUAGES:
        fail(UNUSABLE, f"--language: {language!r} is not spoken here; use {' or '.join(LANGUAGES)}")


def words(language: str) -> Words:
    """What commands say in a language we speak; ends with exit code 2 for any other."""
    check_language(language)
    return read_sayings(our_shelf(), f"messages/cli/{language}.yaml", language)


def moment(at: str) -> datetime:
    """The instant given by --at, or now."""
    if not at:
        return clock.now()
    try:
        return instants.parse(at).earliest(ZoneInfo("UTC"))
    except instants.BadInstant as error:
        fail(UNUSABLE, f"--at: {error}")


def actor(name: str) -> Actor:
    """Who acts. The journal names accounts, so odd characters of an account name are dropped."""
    if not name:
        try:
            name = getpass.getuser()
        except (OSError, KeyError):  # an account without a name (some containers)
            name = f"uid {os.getuid()}"
    return Actor(_NO_NAME.sub("", name).strip()[:100] or "unnamed", _ROLE)


def key_folder(given: Path | None) -> Path:
    """The folder of keys: as given, else below the data folder of the account (XDG base directories)."""
    if given is not None:
        return given
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "breachdesk" / "keys"


def keyring(given: Path | None, pack: Path) -> KeyRing:
    """The ring of keys, which must not lie in `pack`. Ends with exit code 2 when it cannot be used."""
    folder = key_folder(given)
    try:
        return KeyRing(outside(folder, pack))
    except BadKey as error:
        fail(UNUSABLE, f"--key-folder: {error}")
    except OSError as error:
        fail(UNUSABLE, f"--key-folder: {folder}: {error.strerror}; name a folder you may write")


def people_key(ring: KeyRing, out: Path) -> Key:
    """The key that seals the people list in `out`: one a folder, made the first time."""
    place = hashlib.sha256(str(out.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    try:
        return ring.get_or_create(f"people-{place}")
    except BadKey as error:
        fail(UNUSABLE, f"--key-folder: {error}")


def people_list(given: Path | None = None) -> Callable[[Path], list[Cohort]]:
    """How a people list that a fact sheet names is counted; a sealed one is opened with its key from the ring."""

    def read(path: Path) -> list[Cohort]:
        try:
            found = cohorts.find(path)
            key = cohorts.key_of(found, keyring(given, found.parent))
            return cohorts.cohorts(found, key)
        except (cohorts.BadPeopleList, BadKey, SealError) as error:
            raise ValueError(str(error)) from error

    return read
