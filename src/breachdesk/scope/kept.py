"""The people list as a desk keeps it: corrected, in small groups of rows, with a sealed index to leaf and look up by.

`people.index`: a JSON line that says how many of each, then the rows in order of their residence (4 bytes each), then
pairs of 8 bytes of SHA-256 and a row (12 bytes each), sorted. A page of a million people is one seek, somebody is found
in some twenty.
"""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from breachdesk.ground.keys import Key
from breachdesk.ground.sealing import SealedReader, SealedWriter
from breachdesk.scope import cohorts as counting
from breachdesk.scope.shapes import PEOPLE
from breachdesk.scope.written import RECORDS_FILE

INDEX = "people.index"
KEPT = "kept.parquet"
NEW, GONE = "new.ids", "gone.ids"  # who was not on the list before; who of that list is no more
GROUP = 2048  # rows of a group: what one look at a person reads
_FORMAT = "breachdesk.people-index/1"
_MARK = 8
_PAIR = np.dtype([("mark", ">u8"), ("row", ">u4")])
_ROW = np.dtype(">u4")
_BATCH = 1 << 14


@dataclass(frozen=True, slots=True)
class Corrections:
    """What people of the team know better. `persons`: mark of something a person is known by -> residence; `places`:
    residence found -> residence meant, for everybody."""

    persons: Mapping[bytes, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


def mark(told: str) -> bytes:
    """Eight bytes of what a person is known by: an address, a number, a name, an id. Cases and spaces do not count."""
    return hashlib.sha256(" ".join(told.split()).casefold().encode()).digest()[:_MARK]


def marks_of(person: Mapping[str, Any]) -> Iterator[bytes]:
    """By what a person is found again in another list: addresses and numbers, else the name with the birth date."""
    told = [*(person["emails"] or ()), *(person["phones"] or ())]
    if not told:
        told = [f"{name}\n{person['date_of_birth'] or ''}" for name in person["names"] or ()]
    yield from map(mark, told)


def keep(people: Path, out: Path, key: Key, corrections: Corrections | None = None) -> None:
    """Write `kept.parquet` and `people.index` to `out`, both sealed. Memory holds the index: 12 bytes a mark."""
    corrections = corrections or Corrections()
    source: pq.ParquetFile = counting.opened(people, key)
    places: dict[str, list[int]] = {}
    found: list[bytes] = []
    row = 0
    try:
        with (
            SealedWriter(out / KEPT, key) as sealed,
            pq.ParquetWriter(sealed, PEOPLE, compression="zstd", compression_level=1) as file,
        ):
            for batch in source.iter_batches(batch_size=_BATCH):
                rows = [_corrected(person, corrections) for person in batch.to_pylist()]
                for person in rows:
                    places.setdefault(person["residence"], []).append(row)
                    at = row.to_bytes(4, "big")
                    found += [one + at for one in _looked_up(person)]
                    row += 1
                file.write_table(pa.Table.from_pylist(rows, PEOPLE), row_group_size=GROUP)
    finally:
        source.close()
    _index(out / INDEX, key, row, places, found)


def _corrected(person: dict[str, Any], corrections: Corrections) -> dict[str, Any]:
    said = next((corrections.persons[one] for one in marks_of(person) if one in corrections.persons), None)
    said = said or corrections.places.get(person["residence"])
    return person if said is None else {**person, "residence": said, "residence_basis": "corrected"}


def _looked_up(person: Mapping[str, Any]) -> set[bytes]:
    told = [person["person_id"], *(person["names"] or ()), *(person["emails"] or ()), *(person["phones"] or ())]
    return {mark(one) for one in told if one}


def _index(path: Path, key: Key, rows: int, places: Mapping[str, Sequence[int]], found: Sequence[bytes]) -> None:
    pairs = np.frombuffer(b"".join(found), _PAIR)
    pairs = pairs[np.argsort(pairs["mark"], kind="stable")]
    counts = {name: len(places[name]) for name in sorted(places, key=lambda name: (-len(places[name]), name))}
    head = json.dumps({"format": _FORMAT, "rows": rows, "places": counts, "marks": len(pairs)}).encode() + b"\n"
    with SealedWriter(path, key) as file:
        file.write(len(head).to_bytes(4, "big") + head)
        for name in counts:
            file.write(np.array(places[name], _ROW).tobytes())
        file.write(pairs.tobytes())


def records_of(folder: Path, person_id: str, most: int = 200) -> list[dict[str, Any]]:
    """Where somebody stands in the evidence: source, record (0-based row or document number), elements."""
    found = pl.scan_parquet(folder / RECORDS_FILE).filter(pl.col("person_id") == person_id).head(most).collect()
    return found.select("source", "record", "elements").to_dicts()


def ids(path: Path, key: Key, start: int = 0, most: int = 50) -> list[str]:
    """Lines of a sealed list of person ids; nothing when there is none. Raises SealError."""
    try:
        with SealedReader(path, key) as file:
            lines = io.TextIOWrapper(io.BufferedReader(file), "utf-8")
            return [line.strip() for line in islice(lines, start, start + most)]
    except FileNotFoundError:
        return []


class PeopleList:
    """The kept list, open to leaf through. Raises SealError, FileNotFoundError."""

    def __init__(self, folder: Path, key: Key) -> None:
        self._file: pq.ParquetFile = counting.opened(folder / KEPT, key)
        self._index = SealedReader(folder / INDEX, key)
        size = int.from_bytes(self._index.read_at(0, 4), "big")
        self._head = json.loads(self._index.read_at(4, size))
        self._rows_at = 4 + size

    def close(self) -> None:
        self._file.close()
        self._index.close()

    def __enter__(self) -> "PeopleList":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def count(self) -> int:
        return int(self._head["rows"])

    @cached_property
    def places(self) -> dict[str, int]:
        """Residence -> how many people, the most first."""
        return {str(name): int(count) for name, count in self._head["places"].items()}

    def page(self, start: int, count: int, place: str = "") -> list[dict[str, Any]]:
        """`count` people from the `start`th on, of everybody or of one place."""
        if not place:
            return self.rows(range(start, min(start + count, self.count)))
        if place not in self.places:
            return []
        before = sum(size for name, size in self._before(place))
        size = min(count, max(0, self.places[place] - start))
        raw = self._index.read_at(self._rows_at + _ROW.itemsize * (before + start), _ROW.itemsize * size)
        return self.rows(np.frombuffer(raw, _ROW).tolist())

    def everybody(self, place: str = "") -> Iterator[dict[str, Any]]:
        """All people, or those of one place; a group of rows in memory at a time."""
        for batch in self._file.iter_batches(batch_size=GROUP):
            for person in batch.to_pylist():
                if not place or person["residence"] == place:
                    yield person

    def _before(self, place: str) -> Iterator[tuple[str, int]]:
        for name, size in self.places.items():
            if name == place:
                return
            yield name, size

    def find(self, told: str, most: int = 50) -> list[dict[str, Any]]:
        """Whoever is known by exactly this: an id, a name, an address, a number."""
        return self.rows(self._known_by(told, most))

    def of_ids(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """The people of these ids, in their order; each group of rows is read once."""
        rows = sorted({row for id in ids for row in self._known_by(id, 5)})
        found = {person["person_id"]: person for person in self.rows(rows)}
        return [found[id] for id in ids if id in found]

    def _known_by(self, told: str, most: int) -> list[int]:
        wanted = int.from_bytes(mark(told), "big")
        at, rows = self._first(wanted), list[int]()
        while at < self._head["marks"] and len(rows) < most:
            pair = self._pair(at)
            if pair[0] != wanted:
                break
            rows.append(pair[1])
            at += 1
        return rows

    def _first(self, wanted: int) -> int:
        low, high = 0, int(self._head["marks"])
        while low < high:
            middle = (low + high) // 2
            if self._pair(middle)[0] < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def _pair(self, at: int) -> tuple[int, int]:
        begin = self._rows_at + _ROW.itemsize * self.count
        pair = np.frombuffer(self._index.read_at(begin + _PAIR.itemsize * at, _PAIR.itemsize), _PAIR)[0]
        return int(pair["mark"]), int(pair["row"])

    def rows(self, wanted: Iterable[int]) -> list[dict[str, Any]]:
        """People by the number of their row; each has its number as `row`."""
        found: list[dict[str, Any]] = []
        for group, rows in groupby(wanted, lambda row: row // GROUP):
            here = list(rows)
            people = self._file.read_row_group(group).take([row % GROUP for row in here]).to_pylist()
            found += [{**person, "row": row} for person, row in zip(people, here, strict=True)]
        return found
