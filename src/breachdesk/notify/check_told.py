"""Checks a proof that people were told, without Breachdesk: python3 check.py (Python 3.8 or newer, nothing to install).

It stands in the folder as check.py, beside verify.py of the journal. What holds is said, what does not is said first.
"""

import csv
import hashlib
import itertools
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from breachdesk.journal import verify


def check(folder: str) -> tuple[list[str], list[str]]:
    """What holds, and what does not."""
    holds: list[str] = []
    wrong: list[str] = []
    for one in (_files, _wordings, _batches):
        one(folder, holds, wrong)
    return holds, wrong


def _files(folder: str, holds: list[str], wrong: list[str]) -> None:
    listed = set()
    with open(os.path.join(folder, "manifest-sha256.txt"), encoding="utf-8") as lines:
        for line in lines:
            digest, name = line.rstrip("\n").split("  ", 1)
            listed.add(name)
            path = os.path.join(folder, *name.split("/"))
            if not os.path.isfile(path) or _digest(path) != digest:
                wrong.append(f"{name}: missing, or not the file that was listed")
    there = {
        os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/")
        for place, _, names in os.walk(folder)
        for name in names
        if not name.endswith(".pyc")
    }
    wrong += [f"{name}: not in the list" for name in sorted(there - listed - {"manifest-sha256.txt"})]
    holds.append(f"{len(listed)} files are those that were listed")


def _wordings(folder: str, holds: list[str], wrong: list[str]) -> None:
    for sending in _summary(folder)["sendings"]:
        path = os.path.join(folder, "wording", f"{sending['number']}.json")
        if not os.path.isfile(path):
            holds.append(f"sending {sending['number']}: its words are not there any more")
        elif _digest(path) != sending["wording_sha256"]:
            wrong.append(f"sending {sending['number']}: these are not the words that were approved")
        else:
            holds.append(f"sending {sending['number']}: these are the words that were approved")


def _batches(folder: str, holds: list[str], wrong: list[str]) -> None:
    """The roots over what was told, and that the signed journal holds them."""
    journal = dict(_entries(folder, wrong))
    told, count = _read(folder, "events.csv"), 0
    groups = ((name, rows) for name, rows in itertools.groupby(told, key=lambda row: row["batch"]) if name)
    known = {row["batch"]: row for row in _read(folder, "batches.csv")}
    seen = set()
    for name, rows in groups:
        tree = verify.Frontier()
        for row in rows:
            tree.add(verify.leaf_hash(_leaf(row)))
        seen.add(name)
        said = known.get(name)
        if said is None or tree.root().hex() != said["root"]:
            wrong.append(f"batch {name}: its events do not give its root")
        elif journal.get(int(said["entry"] or 0)) != said["root"]:
            wrong.append(f"batch {name}: its root is not in the journal")
        else:
            count += 1
    wrong += [f"batch {name}: its events are missing" for name in sorted(set(known) - seen)]
    holds.append(f"{count} batches of events are those whose root is in the signed journal")


def _entries(folder: str, wrong: list[str]) -> Iterator[tuple[int, str]]:
    """Number of each entry that tells of deliveries -> the root in it; only of entries that are proven."""
    with open(os.path.join(folder, "journal", "log.vkey"), encoding="utf-8") as file:
        vkey = file.read().strip()
    with open(os.path.join(folder, "journal", "entries.jsonl"), "rb") as lines:
        for line in lines:
            content = json.loads(line.decode("utf-8"))
            envelope, payload = content["envelope"], content["payload"]
            raw = verify.canonical(envelope)
            with open(os.path.join(folder, "journal", "proofs", f"{envelope['seq']}.tlog-proof"), "rb") as file:
                if not verify.proof_holds(file.read(), raw, vkey):
                    wrong.append(f"journal entry {envelope['seq']}: not in the signed journal")
                    continue
            if payload is None:
                continue
            salted = bytes.fromhex(content["salt"]) + verify.canonical(payload)
            if hashlib.sha256(salted).hexdigest() != envelope["payload_hash"]:
                wrong.append(f"journal entry {envelope['seq']}: its contents are others")
            elif envelope["type"] == "notify.deliveries.told":
                yield envelope["seq"], payload["root"]


def _leaf(row: dict[str, str]) -> bytes:
    said: dict[str, Any] = {
        "code": int(row["code"]),
        "content_sha256": row["content_sha256"],
        "delivery": int(row["delivery"]),
        "state": row["state"],
    }
    return verify.canonical(said)


def _read(folder: str, name: str) -> Iterator[dict[str, str]]:
    with open(os.path.join(folder, name), encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _summary(folder: str) -> Any:
    with open(os.path.join(folder, "summary.json"), encoding="utf-8") as file:
        return json.load(file)


def _digest(path: str) -> str:
    found = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            found.update(block)
    return found.hexdigest()


def main() -> int:
    holds, wrong = check(os.path.dirname(os.path.abspath(__file__)))
    for line in wrong:
        print(f"WRONG  {line}")
    for line in holds:
        print(f"holds  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
