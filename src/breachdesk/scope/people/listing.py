"""The list of people: facts of a person brought together into one line, a part of the list at a time.

Persons with one record pass straight through; the others wait in parts small enough for memory.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from breachdesk.scope.people import dates, places
from breachdesk.scope.people.places import Places
from breachdesk.scope.people.rows import Bits
from breachdesk.scope.shapes import PEOPLE
from breachdesk.scope.spool import Chest, Spool

FACTS = {
    "person": pl.Int32,
    "e0": pl.UInt64,
    "e1": pl.UInt64,
    "name": pl.String,
    "emails": pl.String,
    "phones": pl.String,
    "address": pl.String,
    "born": pl.Int32,
    "code": pl.String,
    "basis": pl.UInt8,
    "language": pl.String,
}
_PART = 600_000  # rows of persons with several records that are held at once
_WRITTEN = 100_000  # lines that are written at once
_DIGITS = 8
_MOST_VALUES = 20  # of one kind a person's line holds
Write = Callable[[pa.Table], None]


class Listing:
    """Takes facts with their person, gives lines of people.parquet."""

    def __init__(
        self,
        records: npt.NDArray[np.int32],
        bits: Bits,
        where: Places,
        today: date,
        chest: Chest,
        write: Write,
    ) -> None:
        self._records = records
        self._bits = bits
        self._places = where
        self._today = today
        self._chest = chest
        self._write = write
        self.residence: Counter[str] = Counter()
        self.elements: Counter[str] = Counter()
        self.written = 0
        several = int(records[records > 1].sum()) if len(records) else 0
        self._parts = max(1, -(-several // _PART))
        self._spools: dict[int, Spool] = {}
        # Parts hold about the same number of rows, whoever the rows belong to.
        self._part_of = np.zeros(len(records), dtype=np.int16)
        if self._parts > 1:
            weight = np.cumsum(np.where(records > 1, records, 0), dtype=np.int64)
            self._part_of = (weight * self._parts // (int(weight[-1]) + 1)).astype(np.int16)

    def take(self, facts: pl.DataFrame) -> None:
        """`facts`: rows with a person; any of the columns of FACTS."""
        if facts.is_empty():
            return
        facts = _complete(facts)
        who = facts["person"].to_numpy()
        alone = self._records[who] == 1
        if alone.all():
            self._give(_single(facts))
            return
        if alone.any():
            self._give(_single(facts.filter(pl.Series(alone))))
        several = facts.filter(pl.Series(~alone))
        part = pl.Series("part", self._part_of[several["person"].to_numpy()])
        for (number,), rows in several.with_columns(part).partition_by("part", as_dict=True).items():
            spool = self._spools.get(int(number))
            if spool is None:
                spool = self._spools[int(number)] = self._chest.open(f"part{number}.people")
            for batch in rows.drop("part").to_arrow().to_batches():
                spool.write(batch)

    def finish(self) -> None:
        for number in sorted(self._spools):
            self._spools[number].close()
            name = f"part{number}.people"
            frames = [pl.from_arrow(pa.Table.from_batches([batch])) for batch in self._chest.batches(name)]
            merged = pl.concat([frame for frame in frames if isinstance(frame, pl.DataFrame)])
            del frames
            self._give(_several(merged))
            self._chest.forget(name)
        self._spools.clear()

    def discard(self) -> None:
        for spool in self._spools.values():
            spool.discard()

    def _give(self, people: pl.DataFrame) -> None:
        """Last touches on one line per person, then out."""
        code = people["code"]
        names = people["names"]
        script = names.list.first() if isinstance(names.dtype, pl.List) else names
        language = people["language"].fill_null(places.language(None, code, script, self._places))
        people = people.with_columns(
            language=language.fill_null("unknown"),
            minor=dates.minor(people["born"].cast(pl.Date), self._today),
            residence=code.fill_null("unknown"),
            residence_basis=_basis(people),
        )
        self.residence.update(dict(people["residence"].value_counts().iter_rows()))
        sets, which = element_sets(people["e0"], people["e1"], self._bits)
        for names_of, count in zip(sets, np.bincount(which, minlength=len(sets)).tolist(), strict=True):
            self.elements.update(dict.fromkeys(names_of, count))
        elements = pa.array(sets, PEOPLE.field("elements").type).take(pa.array(which))
        self.written += len(people)
        table = self._table(people, elements)
        for start in range(0, len(people), _WRITTEN):
            self._write(table.slice(start, _WRITTEN))

    def _table(self, people: pl.DataFrame, elements: pa.Array) -> pa.Table:
        who = people["person"].to_numpy()
        columns = {
            "person_id": person_ids(who),
            "names": _lists(people["names"], split=False),
            "emails": _lists(people["emails"]),
            "phones": _lists(people["phones"]),
            "addresses": _lists(people["addresses"], split=False),
            "date_of_birth": people["born"].cast(pl.Date).cast(pl.String).to_arrow(),
            "residence": people["residence"].to_arrow(),
            "residence_basis": people["residence_basis"].to_arrow(),
            "language": people["language"].to_arrow(),
            "minor": people["minor"].to_arrow(),
            "elements": elements,
            "records": pa.array(self._records[who].astype(np.int64)),
            "confidence": people["confidence"].to_arrow(),
        }
        return pa.Table.from_arrays([columns[field.name].cast(field.type) for field in PEOPLE], schema=PEOPLE)


def person_ids(numbers: npt.NDArray[np.int32]) -> pa.Array:
    """`P00000001` for number 0: in the order in which the evidence speaks of them, without meaning otherwise. Null for
    what is below 0."""
    nobody = numbers < 0
    left = np.where(nobody, 0, numbers.astype(np.int64) + 1)
    if left.max(initial=0) >= 10**_DIGITS:
        text = [None if none else f"P{number:0{_DIGITS}}" for number, none in zip(left.tolist(), nobody, strict=True)]
        return pa.array(text, pa.string())
    letters = np.empty((len(numbers), 1 + _DIGITS), dtype=np.uint8)
    letters[:, 0] = ord("P")
    for place in range(_DIGITS, 0, -1):
        left, digit = np.divmod(left, 10)
        letters[:, place] = digit + ord("0")
    size = letters.shape[1]
    ends = pa.py_buffer(np.arange(0, letters.size + size, size, dtype=np.int32))
    there = pa.array(~nobody).buffers()[1] if nobody.any() else None
    return pa.Array.from_buffers(pa.string(), len(numbers), [there, ends, pa.py_buffer(letters)])


def element_sets(e0: pl.Series, e1: pl.Series, bits: Bits) -> tuple[list[list[str]], npt.NDArray[np.int32]]:
    """The different sets of elements, and which of them each row has."""
    low, high = (one.to_arrow().dictionary_encode() for one in (e0, e1))
    pairs = low.indices.to_numpy().astype(np.int64) * len(high.dictionary) + high.indices.to_numpy()
    both = pa.array(pairs).dictionary_encode()
    lows, highs = low.dictionary.to_pylist(), high.dictionary.to_pylist()
    sets = [divmod(pair, len(highs)) for pair in both.dictionary.to_pylist()]
    return [bits.of(lows[one], highs[two]) for one, two in sets], both.indices.to_numpy()


def _complete(facts: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in FACTS.items() if name not in facts.columns]
    return facts.with_columns(missing).select(list(FACTS))


def _single(facts: pl.DataFrame) -> pl.DataFrame:
    return facts.select(
        "person", "e0", "e1", "born", "code", "basis", "language", "emails", "phones",
        names="name",
        addresses="address",
        places=pl.lit(1, dtype=pl.UInt32),
        confidence=pl.lit(1.0, dtype=pl.Float32),
    )  # fmt: skip


def _lists(values: pl.Series, *, split: bool = True) -> pa.Array:
    """Lists as they are; a text as the list of its lines (whole without `split`), empty for null."""
    if isinstance(values.dtype, pl.List):
        return values.to_arrow()
    if split and values.str.contains("\n", literal=True).any():
        lines = pl.select(pl.lit(values).str.split("\n").fill_null(pl.lit([], dtype=pl.List(pl.String))))
        return lines.to_series().to_arrow()
    ends = np.concatenate([[0], np.cumsum(values.is_not_null().to_numpy())]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), values.drop_nulls().to_arrow().cast(pa.string()))


def _several(facts: pl.DataFrame) -> pl.DataFrame:
    """One line per person. Values in the order of the evidence, each once."""
    people = facts.group_by("person", maintain_order=True).agg(
        pl.col("e0").bitwise_or(),
        pl.col("e1").bitwise_or(),
        names=pl.col("name").drop_nulls().unique(maintain_order=True).head(_MOST_VALUES),
        addresses=pl.col("address").drop_nulls().unique(maintain_order=True).head(_MOST_VALUES),
        born=pl.col("born").drop_nulls().mode().sort().first(),
        language=pl.col("language").drop_nulls().mode().sort().first(),
    )
    for column in ("emails", "phones"):
        people = people.join(_values(facts, column), on="person", how="left", maintain_order="left")
        people = people.with_columns(pl.col(column).fill_null(pl.lit([], dtype=pl.List(pl.String))))
    people = people.join(_homes(facts), on="person", how="left", maintain_order="left")
    return people.with_columns(
        pl.col("basis").fill_null(int(places.Basis.UNKNOWN)),
        places=pl.col("places").fill_null(1),
        confidence=pl.lit(0.98, dtype=pl.Float32),
    )


def _values(facts: pl.DataFrame, column: str) -> pl.DataFrame:
    said = facts.select("person", column).drop_nulls().with_columns(pl.col(column).str.split("\n")).explode(column)
    return (
        said.unique(maintain_order=True).group_by("person", maintain_order=True).agg(pl.col(column).head(_MOST_VALUES))
    )


def _homes(facts: pl.DataFrame) -> pl.DataFrame:
    """The country that the best kind of sign names most often (the last one among equals), then the state within it."""
    said = facts.select("person", "code", "basis").with_row_index("at").filter(pl.col("code").is_not_null())
    said = said.with_columns(country=pl.col("code").str.slice(0, 2), part=pl.col("code").str.len_bytes() > 2)
    votes = said.group_by("person", "basis", "country").agg(pl.len().alias("votes"), pl.col("at").max())
    best = votes.sort(["person", "basis", "votes", "at"], descending=[False, False, True, True]).with_columns(
        places=pl.len().over("person", "basis")
    )
    country = best.unique("person", keep="first", maintain_order=True).select("person", "country", "basis", "places")
    within = said.join(country.select("person", "country"), on=["person", "country"])
    fine = within.group_by("person", "code", "part").agg(
        pl.len().alias("votes"), pl.col("basis").min(), pl.col("at").max()
    )
    fine = fine.with_columns(parts=pl.col("part").sum().over("person"))
    fine = fine.sort(["person", "part", "basis", "votes", "at"], descending=[False, True, False, True, True]).unique(
        "person", keep="first", maintain_order=True
    )
    joined = country.join(fine.select("person", "code", "parts"), on="person")
    several = pl.max_horizontal(pl.col("places"), pl.col("parts"), pl.lit(1)).cast(pl.UInt32)
    return joined.select("person", "code", "basis", places=several)


def _basis(people: pl.DataFrame) -> pl.Series:
    """`address`; where records of one person disagree, `address_most_frequent`."""
    words = {int(one): places.words(one) for one in places.Basis}
    most = max(words) + 1
    said = [words.get(number, "unknown") for number in range(most)]
    said += [f"{word}_most_frequent" for word in said]
    basis = people["basis"].fill_null(int(places.Basis.UNKNOWN)).to_numpy().astype(np.int64)
    number = basis + most * (people["places"].to_numpy() > 1)
    known = people["code"].is_not_null().to_numpy()
    return pl.Series(said).gather(np.where(known, number, int(places.Basis.UNKNOWN)))


def batches_of(name: str, chest: Chest, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
    for batch in chest.batches(name, columns):
        frame = pl.from_arrow(pa.Table.from_batches([batch]))
        assert isinstance(frame, pl.DataFrame)
        yield frame
