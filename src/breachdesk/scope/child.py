"""Reading sealed evidence in a process of its own, so that its memory returns to the machine when it ends.

The order comes as one JSON line on standard input (the key with it, never on the command line); what is being done goes
out as JSON lines. Evidence is unsealed into a private folder that is removed at the end, however the process ends well
or is asked to end; a killed one leaves it, and whoever starts it again with the same folder removes it first of all.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pyarrow.parquet as pq

from breachdesk.ground import clock
from breachdesk.ground.keys import Key, Purpose
from breachdesk.ground.sealing import SealedReader, SealedWriter
from breachdesk.scope import cohorts as counting
from breachdesk.scope import compare as comparing
from breachdesk.scope import kept
from breachdesk.scope import run as scoping
from breachdesk.scope.cohorts import PEOPLE_FILE
from breachdesk.scope.shapes import Cohort

_BLOCK = 1 << 20
_ROWS = 1 << 14


def work(order: Mapping[str, Any]) -> dict[str, Any]:
    """Unseal, read, count; what is to be kept. `order`: key, items [{sealed, label, name}], work, out, before,
    corrections {persons {mark: place}, places {found: meant}}, meant {source: {column: meaning}}; again: the evidence
    is not read, only residences in what was found corrected; compare {sample, own}: nothing but that is done."""
    key = Key("case", Purpose.SEAL, bytes.fromhex(order["key"]))
    private = Path(order["work"])
    shutil.rmtree(private, ignore_errors=True)
    private.mkdir(parents=True, mode=0o700)
    try:
        if "compare" in order:
            return _compared(order["compare"], private, key)
        out = Path(order["out"])
        document = _again(out) if order.get("again") else _scoped(order, private, out, key)
        kept.keep(out / PEOPLE_FILE, out, key, _corrections(order))
        found = counting.cohorts(out / kept.KEPT, key)
        before = Path(order["before"]) if order.get("before") else None
        new, gone = _changed(out / PEOPLE_FILE, before, key) if before else (None, None)
        return {
            "summary": {name: value for name, value in document.items() if name != "inputs"},
            "cohorts": [_row(one) for one in found],
            "people": document["people"]["count"],
            "new": new,
            "gone": gone,
        }
    finally:
        shutil.rmtree(private, ignore_errors=True)


def _compared(asked: Mapping[str, Any], private: Path, key: Key) -> dict[str, Any]:
    """A leaked sample against our own data. `asked`: sample {sealed, label, name}, own [the same]."""
    scratch = private / "scratch"
    scratch.mkdir(mode=0o700)
    sample = _unsealed(asked["sample"], private / "sample", key)
    own = {item["label"]: _unsealed(item, private / "own", key) for item in asked["own"]}
    return comparing.compare(sample, own, scratch=scratch)


def _scoped(order: Mapping[str, Any], private: Path, out: Path, key: Key) -> Mapping[str, Any]:
    """The evidence unsealed and read: summary.json."""
    done = 0

    def told(step: str, count: int) -> None:
        nonlocal done
        done += count
        _say({"step": step, "bytes": done})

    sources = [_unsealed(item, private / "evidence", key) for item in order["items"]]
    read = [private / "evidence"] if sources else []
    return scoping.scope(read, out, key=key, clock=clock.now, progress=told, meant=order.get("meant")).document


def _again(out: Path) -> Mapping[str, Any]:
    """What an earlier run found, when only corrections came."""
    found: dict[str, Any] = json.loads((out / scoping.SUMMARY).read_text("utf-8"))
    return found


def _unsealed(item: Mapping[str, str], folder: Path, key: Key) -> Path:
    """`E-001/shop.sql`: sources are named by the label of their evidence."""
    if any(not name or name in (".", "..") or "/" in name or "\0" in name for name in (item["label"], item["name"])):
        raise ValueError("evidence is named by a label and a file name, without folders")
    place = folder / item["label"] / item["name"]
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with SealedReader(Path(item["sealed"]), key) as content, place.open("wb") as file:
        while block := content.read(_BLOCK):
            file.write(block)
    return place


def _row(one: Cohort) -> dict[str, Any]:
    return {
        "residence": one.residence,
        "elements": sorted(one.elements),
        "language": one.language,
        "minor": one.minor,
        "count": one.count,
    }


def _people(path: Path, key: Key) -> Iterator[dict[str, Any]]:
    columns = ["person_id", "names", "emails", "phones", "addresses", "date_of_birth"]
    file: pq.ParquetFile = counting.opened(path, key)
    try:
        for batch in file.iter_batches(batch_size=_ROWS, columns=columns):
            yield from batch.to_pylist()
    finally:
        file.close()


def _changed(path: Path, before: Path, key: Key) -> tuple[int, int]:
    """How many people none of whose marks was on the list before, and of that list how many are on this one by none:
    their ids, sealed, in new.ids and (as the earlier list has them) in gone.ids."""
    new = _without(path, _marks(before, key), path.with_name(kept.NEW), key)
    return new, _without(before, _marks(path, key), path.with_name(kept.GONE), key)


def _marks(path: Path, key: Key) -> set[bytes]:
    return {mark for person in _people(path, key) for mark in kept.marks_of(person)}


def _without(path: Path, known: set[bytes], out: Path, key: Key) -> int:
    """Writes down whom of the list none of the known marks fits."""
    count = 0
    with SealedWriter(out, key) as file:
        for person in _people(path, key):
            if known.isdisjoint(kept.marks_of(person)):
                file.write(f"{person['person_id']}\n".encode())
                count += 1
    return count


def _corrections(order: Mapping[str, Any]) -> kept.Corrections:
    said = order.get("corrections") or {}
    persons = {bytes.fromhex(mark): str(place) for mark, place in (said.get("persons") or {}).items()}
    return kept.Corrections(persons, {str(was): str(place) for was, place in (said.get("places") or {}).items()})


def _say(told: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


class _Asked(BaseException):
    """Somebody asked us to end."""


def _end(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # asked again while clearing up: we are at it
    raise _Asked


def main() -> None:
    """Ends by itself; asked to end (SIGTERM), it clears its folder first and ends with exit code 143."""
    signal.signal(signal.SIGTERM, _end)
    try:
        _say({"result": work(json.loads(sys.stdin.readline()))})
    except _Asked:
        os._exit(143)  # readers' threads are still at work, and would be cut off in the middle of theirs


if __name__ == "__main__":
    main()
