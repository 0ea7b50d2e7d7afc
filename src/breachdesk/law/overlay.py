"""What an organisation's own folder does to the law of the shelf below it: it adds, changes or removes, never unseen.

A duty goes only by a file that says so and why, in its place: `{removed: true, why: "..."}`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from breachdesk.ground.shelf import BadPack, Shelf, load_yaml
from breachdesk.law.words import Phrases

ROOT = "law"
BESIDE = ("facts.yaml", "elements.yaml")  # what laws are asked about, and of what
_STORIES = "/stories/"
_MOST_NAMED = 12


class How(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Laid:
    """One file of a folder laid over others. `keys`: which of its entries differ from the file below."""

    folder: str
    path: str
    how: How
    keys: tuple[str, ...] = ()
    why: str = ""


def is_removal(data: Any) -> bool:
    """Whether a file takes the one below it away. Raises ValueError for one that does not say why."""
    if not isinstance(data, Mapping) or "removed" not in data:
        return False
    why = data.get("why")
    if set(data) != {"removed", "why"} or data["removed"] is not True or not isinstance(why, str) or not why.strip():
        raise ValueError('a file that takes a duty away says only {removed: true, why: "..."}')
    return True


def read(shelf: Shelf) -> tuple[Laid, ...]:
    """What each folder does to those below it. Raises BadPack when one removes what is not there."""
    found: list[Laid] = []
    for place, folder in enumerate(shelf.folders[1:], 1):
        found += _of(folder, shelf.names[place], Shelf(*shelf.folders[:place]))
    return tuple(found)


def _of(folder: Path, called: str, below: Shelf) -> Iterator[Laid]:
    own = Shelf(folder)
    files = [*own.files(ROOT), *((name, folder / name) for name in BESIDE if (folder / name).is_file())]
    for name, path in files:
        if _STORIES in name:
            continue
        data = load_yaml(path)
        there = _find(below, name)
        if removal(data, str(path)):
            if there is None:
                raise BadPack(f"{path}: removes {name}, which lies on no shelf below; take the file away")
            yield Laid(called, name, How.REMOVED, why=" ".join(data["why"].split()))
        elif there is None:
            yield Laid(called, name, How.ADDED)
        elif there.read_bytes() != path.read_bytes():
            keys = differing(load_yaml(there), data)
            if keys:
                yield Laid(called, name, How.CHANGED, keys)


def removal(data: Any, where: str) -> bool:
    """`is_removal`, told as a fault of the file. Raises BadPack."""
    try:
        return is_removal(data)
    except ValueError as error:
        raise BadPack(f"{where}: {error} (docs/formats/law-pack.md)") from error


def _find(below: Shelf, name: str) -> Path | None:
    try:
        return below.find(name)
    except BadPack:
        return None


def differing(was: Any, now: Any) -> tuple[str, ...]:
    """The entries of two documents that differ; of a vocabulary the names in it."""
    if not isinstance(was, Mapping) or not isinstance(now, Mapping):
        return () if was == now else ("*",)
    if set(was) == set(now) and len(was) == 1:
        (only,) = was
        if isinstance(was[only], Mapping) and isinstance(now[only], Mapping):
            return differing(was[only], now[only])
    return tuple(str(key) for key in dict.fromkeys((*was, *now)) if was.get(key) != now.get(key))


def warnings(laid: tuple[Laid, ...], say: Phrases) -> tuple[str, ...]:
    """Each removal by itself; what is changed in one line a folder. Additions take nothing away."""
    found = [
        say("warning.laid_removed", path=one.path, folder=one.folder, why=one.why)
        for one in laid
        if one.how is How.REMOVED
    ]
    for folder in dict.fromkeys(one.folder for one in laid):
        some = [
            f"{one.path} ({', '.join(one.keys)})" for one in laid if one.how is How.CHANGED and one.folder == folder
        ]
        if some:
            rest = f" + {len(some) - _MOST_NAMED}" if len(some) > _MOST_NAMED else ""
            found.append(say("warning.laid_changed", folder=folder, files="; ".join(some[:_MOST_NAMED]) + rest))
    return tuple(found)


def between(one: Shelf, other: Shelf) -> tuple[tuple[str, How, tuple[str, ...]], ...]:
    """The files of law by which two shelves differ, as seen from the first: path, how, which entries."""
    was, now = _effective(one), _effective(other)
    found: list[tuple[str, How, tuple[str, ...]]] = []
    for name in sorted({*was, *now}):
        if name not in was:
            found.append((name, How.ADDED, ()))
        elif name not in now:
            found.append((name, How.REMOVED, ()))
        elif was[name].read_bytes() != now[name].read_bytes():
            keys = differing(load_yaml(was[name]), load_yaml(now[name]))
            if keys:
                found.append((name, How.CHANGED, keys))
    return tuple(found)


def _effective(shelf: Shelf) -> dict[str, Path]:
    """The file that counts for each path; one that is taken away does not."""
    files = {name: path for name, path in shelf.files(ROOT) if _STORIES not in name}
    files |= {name: shelf.find(name) for name in BESIDE}
    marks = (shelf.folders[1:] and [name for name, path in files.items() if shelf.folders[0] not in path.parents]) or ()
    return {name: path for name, path in files.items() if name not in marks or not removal(load_yaml(path), str(path))}
