"""People counted by residence, elements, language and age: only counts go on to the law."""

from collections import Counter
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from breachdesk.ground.sealing import Key, KeyRing, SealedReader, is_sealed, key_id_of
from breachdesk.scope.shapes import Cohort

PEOPLE_FILE = "people.parquet"
_WANTED = ["residence", "elements", "language", "minor"]
_ROWS = 1 << 17


class BadPeopleList(Exception):
    """A people list that cannot be read: says which, why and what to do. Never holds a value from it."""


def find(path: Path) -> Path:
    """The people list that `path` means: the file itself, a scope folder or a pack. Raises BadPeopleList."""
    for candidate in (path, path / PEOPLE_FILE, path / "scope" / PEOPLE_FILE):
        if candidate.is_file():
            return candidate
    raise BadPeopleList(f"{path}: no {PEOPLE_FILE} there; give the folder that scope wrote, or the file")


def opened(path: Path, key: Key | None) -> pq.ParquetFile:
    """The list, ready to read by row groups. A plain list needs no key. Raises BadPeopleList, SealError."""
    try:
        if not is_sealed(path):
            return pq.ParquetFile(path)
        if key is None:
            raise BadPeopleList(f"{path}: the list is sealed; give the folder of its key")
        return pq.ParquetFile(SealedReader(path, key))
    except pa.ArrowInvalid as error:
        raise BadPeopleList(f"{path}: not a people list; give the file that scope wrote") from error


def key_of(path: Path, ring: KeyRing) -> Key | None:
    """The key that opens the list; None for a plain one. Raises NoKey."""
    return ring.find(key_id_of(path)) if is_sealed(path) else None


def cohorts(path: Path, key: Key | None = None) -> list[Cohort]:
    """Every cohort of a people list, most people first. Memory holds one row group and the cohorts."""
    file = opened(find(path), key)
    if not set(_WANTED) <= set(file.schema_arrow.names):
        file.close()
        raise BadPeopleList(f"{path}: not a people list (columns are missing); give the file that scope wrote")
    counts: Counter[tuple[str, str, str, str]] = Counter()
    try:
        for batch in file.iter_batches(batch_size=_ROWS, columns=_WANTED):
            counts.update(_count(batch))
    finally:
        file.close()
    found = [
        Cohort(residence, frozenset(elements.split("\n")), language, minor, count)
        for (residence, elements, language, minor), count in counts.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.residence, sorted(one.elements), one.language, one.minor))


def _count(batch: pa.RecordBatch) -> dict[tuple[str, str, str, str], int]:
    frame = pl.DataFrame(pl.from_arrow(batch))
    grouped = (
        frame.with_columns(pl.col("elements").list.sort().list.join("\n"))
        .group_by(_WANTED)
        .agg(count=pl.len())
        .select(*_WANTED, "count")
    )
    return {(row[0], row[1], row[2], row[3]): int(row[4]) for row in grouped.iter_rows()}
