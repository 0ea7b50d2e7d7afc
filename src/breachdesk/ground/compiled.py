"""YAML that was parsed before, kept by the digest of its bytes: a file that has changed is another file, and nothing
kept is ever stale. Reading what was kept takes a third of the time of parsing.

The folder is `BREACHDESK_CACHE`, or `breachdesk` in the user's cache; empty: nothing is kept. It belongs to the user
alone; one that others may write to is not trusted. Plain values only (JSON), nothing that runs.
"""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from breachdesk.ground.files import write_whole

_FORM = 1  # of what is kept; another number, another file
_MANY = 50  # files: fewer are parsed sooner than looked up
_KEPT = 16  # files in the folder
_DATE, _MOMENT = "$date", "$moment"
Parse = Callable[[Path, bytes], Any]


class _Unkept(Exception):
    """A value JSON has no word for; its file is parsed each time."""


def parsed(files: Sequence[tuple[str, Path]], parse: Parse, *, shelf: str, below: str = "") -> dict[str, Any]:
    """What `parse` makes of each file, by its name. `shelf` names what is kept together, `below` what is kept of a
    shelf that most of these files may lie on as well.
    Raises what `parse` raises, and OSError where a file cannot be read."""
    folder = _folder() if len(files) >= _MANY else None
    place = folder / f"{shelf}-{_FORM}.json" if folder else None
    kept = _read(place) if place else {}
    others = _read(folder / f"{below}-{_FORM}.json") if folder and below not in ("", shelf) and not kept else {}
    used: dict[str, Any] = {}
    found: dict[str, Any] = {}
    changed = False
    for name, path in files:
        raw = path.read_bytes()
        digest = hashlib.sha256(raw).hexdigest()
        if digest in kept:
            used[digest] = kept[digest]
        elif digest in others:
            used[digest] = others[digest]
            changed = True
        else:
            value = parse(path, raw)
            try:
                used[digest] = _plain(value)
            except _Unkept:
                found[name] = value
                continue
            changed = True
        found[name] = _rich(used[digest])
    if place and changed:
        with suppress(OSError):  # no room, no right: next time it is parsed again
            write_whole(place, json.dumps(used, ensure_ascii=False))
            _forget(place.parent)
    return found


def _forget(folder: Path) -> None:
    """Packs lie in many folders over the years; what nobody used for longest goes."""
    kept = sorted(folder.glob("*-*.json"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for old in kept[_KEPT:]:
        old.unlink()


def _folder() -> Path | None:
    named = os.environ.get("BREACHDESK_CACHE")
    if named == "":
        return None
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(named or Path(home) / "breachdesk")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = folder.stat()
    except (OSError, RuntimeError):
        return None
    ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return folder if ours and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) else None


def _read(place: Path) -> dict[str, Any]:
    try:
        found = json.loads(place.read_bytes())
        with suppress(OSError):  # may be read and not written to
            os.utime(place)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) and not key.startswith("$") for key in value):
            raise _Unkept
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, date):
        return {_DATE: value.isoformat()}
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise _Unkept


def _rich(value: Any) -> Any:
    """A copy of its own for each who asks."""
    if isinstance(value, dict):
        if len(value) == 1:
            if _DATE in value:
                return date.fromisoformat(value[_DATE])
            if _MOMENT in value:
                return datetime.fromisoformat(value[_MOMENT])
        return {key: _rich(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rich(one) for one in value]
    return value
