"""Reading sealed evidence in a process of its own, so that its memory returns to the machine when it ends.

The order comes as one JSON line on standard input (the key with it, never on the command line); what is being done goes
out as JSON lines. Evidence is unsealed into a private folder that is removed at the end, however the process ends well
or is asked to end; a killed one leaves it, and whoever starts it again with the same folder removes it first of all.
"""

import hashlib
import hmac
import json
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from breachdesk.ground import clock
from breachdesk.ground.keys import Key, Purpose
from breachdesk.ground.sealing import SealedReader, SealedWriter
from breachdesk.scope import cohorts as counting
from breachdesk.scope import run as scoping
from breachdesk.scope.cohorts import PEOPLE_FILE
from breachdesk.scope.shapes import Cohort

_BLOCK = 1 << 20
_ROWS = 1 << 14


def work(order: Mapping[str, Any]) -> dict[str, Any]:
    """Unseal, read, count; what is to be kept. `order`: key, items [{sealed, label, name}], work, out, before."""
    key = Key("case", Purpose.SEAL, bytes.fromhex(order["key"]))
    private = Path(order["work"])
    shutil.rmtree(private, ignore_errors=True)
    private.mkdir(parents=True, mode=0o700)
    try:
        sources = [_unsealed(item, private / "evidence", key) for item in order["items"]]
        out = Path(order["out"])
        done = 0

        def told(step: str, count: int) -> None:
            nonlocal done
            done += count
            _say({"step": step, "bytes": done})

        summary = scoping.scope([private / "evidence"] if sources else [], out, key=key, clock=clock.now, progress=told)
        found = counting.cohorts(out / PEOPLE_FILE, key)
        before = Path(order["before"]) if order.get("before") else None
        return {
            "summary": {name: value for name, value in summary.document.items() if name != "inputs"},
            "cohorts": [cohort_row(one) for one in found],
            "people": summary.people,
            "new": _new(out / PEOPLE_FILE, before, key) if before else None,
        }
    finally:
        shutil.rmtree(private, ignore_errors=True)


def _unsealed(item: Mapping[str, str], folder: Path, key: Key) -> Path:
    """`E-001/shop.sql`: sources are named by the label of their evidence."""
    place = folder / item["label"] / item["name"]
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with SealedReader(Path(item["sealed"]), key) as content, place.open("wb") as file:
        while block := content.read(_BLOCK):
            file.write(block)
    return place


def cohort_row(one: Cohort) -> dict[str, Any]:
    return {
        "residence": one.residence,
        "elements": sorted(one.elements),
        "language": one.language,
        "minor": one.minor,
        "count": one.count,
    }


def cohort_of(row: Mapping[str, Any]) -> Cohort:
    return Cohort(row["residence"], frozenset(row["elements"]), row["language"], row["minor"], row["count"])


def mark_of(person: Mapping[str, Any], key: Key) -> str:
    """Who a person is, from one reading to the next, without saying it: keyed by the case, of the first thing that
    tells people apart."""
    told = (
        next(iter(sorted(person["emails"] or ())), "")
        or next(iter(sorted(person["phones"] or ())), "")
        or "\n".join([*sorted(person["names"] or ())[:1], str(person["date_of_birth"] or ""),
                      *sorted(person["addresses"] or ())[:1]])
    )  # fmt: skip
    return hmac.new(key.secret, b"person\0" + told.casefold().encode(), hashlib.sha256).hexdigest()[:32]


def _people(path: Path, key: Key) -> Iterator[dict[str, Any]]:
    columns = ["person_id", "names", "emails", "phones", "addresses", "date_of_birth"]
    file: pq.ParquetFile = counting.opened(path, key)
    try:
        for batch in file.iter_batches(batch_size=_ROWS, columns=columns):
            yield from batch.to_pylist()
    finally:
        file.close()


def _marks(person: Mapping[str, Any]) -> Iterator[bytes]:
    """Eight bytes for each thing a person could be known by again."""
    told = [*(person["emails"] or ()), *(person["phones"] or ())]
    if not told:
        told = [f"{name}\n{person['date_of_birth'] or ''}" for name in person["names"] or ()]
    for one in told:
        yield hashlib.sha256(one.casefold().encode()).digest()[:8]


def _new(path: Path, before: Path, key: Key) -> int:
    """How many people none of whose marks was on the list before; their ids, sealed, in new.ids."""
    known = {mark for person in _people(before, key) for mark in _marks(person)}
    count = 0
    with SealedWriter(path.with_name("new.ids"), key) as file:
        for person in _people(path, key):
            if known.isdisjoint(_marks(person)):
                file.write(f"{person['person_id']}\n".encode())
                count += 1
    return count


def _say(told: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Ends by itself; asked to end (SIGTERM), it clears its folder first."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    order = json.loads(sys.stdin.readline())
    _say({"result": work(order)})


if __name__ == "__main__":
    main()
