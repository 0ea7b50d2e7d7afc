"""The folder of a response pack: what it was made from, whether it is finished, and what it held before.

`state.json` says what the pack was judged by. When that changes, what was written before is moved to
`previous/<instant>/`, so that nothing is overwritten and both versions can be compared.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from breachdesk.ground.files import write_whole
from breachdesk.journal.bag import MANIFEST

FORMAT = "breachdesk.pack/1"
STATE = "state.json"
PREVIOUS = "previous"
JOURNAL = "journal"
SCOPE = "scope"
FACTS = "facts.used"  # with the ending of the sheet that was given
FILED = "filed"  # receipts: what was handed in stays what it was
_ALWAYS = (JOURNAL, PREVIOUS, SCOPE, FILED, MANIFEST)  # never moved with a version, or moved for reasons of their own


class NotAPack(Exception):
    """A folder that must not be written to as a pack: says which, why and what to do."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a pack follows from. Two runs with the same inputs give the same pack."""

    facts: str  # SHA-256 of the fact sheet
    evidence: str  # SHA-256 over names, sizes and times of every file
    law: str  # SHA-256 of the packs
    program: str
    at: str = ""  # the instant asked for by hand; "" judges at the time of the run
    language: str = "en"
    receipts: str = ""  # SHA-256 over what was handed in so far; "" when nothing was


@dataclass(frozen=True, slots=True)
class State:
    case: str
    inputs: Inputs
    judged_at: str  # RFC 3339


def evidence_digest(mark: Mapping[str, Any]) -> str:
    """One digest over what scope knows evidence by (`inputs` of summary.json)."""
    return hashlib.sha256(json.dumps([mark["files"], mark["sealed_under"]]).encode("ascii")).hexdigest()


def read_state(pack: Path) -> State | None:
    """What stands in the folder; None when it is empty or absent. Raises NotAPack for any other folder."""
    try:
        there = sorted(os.listdir(pack))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotAPack(f"{pack}: {error.strerror}; name a folder you may write") from error
    if STATE not in there:
        # A run that ended before it wrote anything leaves a journal at most; one that ended when it had just moved the
        # version before leaves what is never moved.
        if set(there) - (set(_ALWAYS) if PREVIOUS in there else {JOURNAL}):
            raise NotAPack(f"{pack}: holds other things and is no response pack; name a new folder")
        return None
    try:
        raw = json.loads((pack / STATE).read_text(encoding="utf-8"))
        if raw["format"] != FORMAT:
            raise NotAPack(f"{pack / STATE}: written by another version ({raw['format']!a}); name a new folder")
        return State(raw["case"], Inputs(**raw["inputs"]), raw["judged_at"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotAPack(f"{pack / STATE}: damaged; put it back from a copy, or name a new folder") from error


def write_state(pack: Path, state: State) -> None:
    inputs = {name: getattr(state.inputs, name) for name in Inputs.__slots__}
    document = {
        "format": FORMAT,
        "case": state.case,
        "judged_at": state.judged_at,
        "inputs": inputs,
    }
    write_whole(pack / STATE, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def finished(pack: Path) -> bool:
    """Whether the run that wrote the pack came to its end: the list of files is its last deed."""
    return (pack / MANIFEST).is_file()


def whole(pack: Path) -> bool:
    """Whether a finished pack lies here, with every file it listed (changed by hand or not)."""
    if not finished(pack):
        return False
    lines = (pack / MANIFEST).read_text(encoding="utf-8").splitlines()
    names = (line[66:].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") for line in lines)
    return all((pack / name).is_file() for name in names)


def keep(pack: Path, at: str, *, scope: bool) -> Path | None:
    """Move what an earlier run wrote to `previous/<instant>/`, with `scope` also what it read. None: nothing there."""
    names = [name for name in sorted(os.listdir(pack)) if name not in _ALWAYS and not name.startswith(".")]
    if scope and (pack / SCOPE).is_dir():
        names.append(SCOPE)
    (pack / MANIFEST).unlink(missing_ok=True)  # it lists what is about to change; without it the pack is unfinished
    if not names:
        return None
    goal = _free(pack / PREVIOUS, _stamp(at))
    goal.mkdir(parents=True)
    for name in sorted(names, key=lambda one: one == STATE):  # what says that a pack stands here goes last
        (pack / name).rename(goal / name)
    return goal


def _stamp(at: str) -> str:
    """`2026-11-20T18:05:00+01:00` as a folder name in UTC: `20261120T170500Z`."""
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _free(folder: Path, name: str) -> Path:
    goal, number = folder / name, 1
    while goal.exists():
        number += 1
        goal = folder / f"{name}-{number}"
    return goal


def parts(files: Sequence[Any], most: int) -> list[Sequence[Any]]:
    """Slices of at most `most`, at least one."""
    return [files[start : start + most] for start in range(0, max(len(files), 1), most)]
