"""One batch of one table, brought down to what the list of people needs: small, in one shape for all tables.

Two kinds of things leave here. `Facts`: per row the values that may be shown to the person concerned, with elements as
bits. `Marks of identity`: numbers that say who somebody is (hashes of mailboxes and papers, telephone numbers as such).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from breachdesk.ground.shelf import Shelf
from breachdesk.scope.detectors import Column, Marks
from breachdesk.scope.detectors.header import split
from breachdesk.scope.people import dates, phones, places
from breachdesk.scope.people.cells import amended, joined, tidy
from breachdesk.scope.people.resolve import NO_DATE, Kind

_ADDRESS_ROLES = ("address", "street", "city", "region", "postal", "country")
_SEEDS = {Kind.KEY: 11, Kind.GOV_ID: 13, Kind.EMAIL: 17}
_NEEDED = (*_ADDRESS_ROLES, "given", "patronymic", "family", "full", "email", "phone", "birth")
_PLAIN_PAPER = r"^[0-9A-Z]*$"
_NO_PAPER = r"^(?:0+|1+|2+|3+|4+|5+|6+|7+|8+|9+|X+|0?123456789\d*)$"
Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Mailboxes:
    dots_ignored: frozenset[str]
    plus_ignored: frozenset[str]
    same_domain: Mapping[str, str]
    language_columns: frozenset[tuple[str, ...]]
    office_phones: frozenset[str]

    @property
    def provider(self) -> str:
        """A mailbox of which another spelling may exist."""
        domains = sorted(self.dots_ignored | self.plus_ignored | set(self.same_domain))
        return f"@(?:{'|'.join(re.escape(one) for one in domains)})$"

    @property
    def telling(self) -> str:
        """A cell that may have to be changed before it is compared."""
        return rf"[^a-z0-9@._%+-]|{self.provider}"


def mailboxes(shelf: Shelf) -> Mailboxes:
    pack = shelf.data("people/mailboxes.yaml")
    return Mailboxes(
        frozenset(pack["dots_ignored"]),
        frozenset(pack["plus_ignored"]),
        dict(pack["same_domain"]),
        frozenset(split(name) for name in pack["language_columns"]),
        frozenset(pack["office_phones"]),
    )


class Bits:
    """Elements of a run as bits of two 64-bit words, numbered as they come."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._place: dict[str, int] = {}

    def __call__(self, element: str) -> tuple[int, np.uint64]:
        """(word, bit)."""
        place = self._place.get(element)
        if place is None:
            place = self._place[element] = len(self.names)
            self.names.append(element)
            if place >= 128:
                raise ValueError("a run knows at most 128 elements")
        return place // 64, np.uint64(1 << (place % 64))

    def of(self, low: int, high: int) -> list[str]:
        """Names in order of the alphabet, so that they do not hang on the order of the evidence."""
        found = [name for place, name in enumerate(self.names) if (high if place >= 64 else low) >> (place % 64) & 1]
        return sorted(found)

    def mask(self, elements: Sequence[str]) -> tuple[int, int]:
        low = high = 0
        for element in elements:
            word, bit = self(element)
            low, high = (low | int(bit), high) if word == 0 else (low, high | int(bit))
        return low, high


@dataclass(slots=True)
class Lookup:
    """What rows of this table borrow from a table of places: by key hash, the text of its columns (sorted)."""

    column: str
    keys: npt.NDArray[np.uint64]
    texts: Mapping[str, pl.Series]  # role -> text per key


@dataclass(slots=True)
class Shape:
    """Which columns of a table play which part."""

    roles: dict[str, list[str]]
    language: str | None
    papers: list[tuple[str, str]]  # column, element
    text_columns: list[str]
    month_first: bool | None = None
    region_country: str | None = None
    lookups: list[Lookup] = field(default_factory=list)
    order: list[tuple[str, str]] = field(default_factory=list)  # address columns with their roles, as they stand


def shape(columns: Sequence[Column], known: Mailboxes) -> Shape:
    roles: dict[str, list[str]] = {}
    for column in columns:
        if column.role and not column.free_text:
            roles.setdefault(column.role, []).append(column.name)
    spoken = [column.name for column in columns if column.main is None and split(column.name) in known.language_columns]
    own = [name for name in roles.get("phone", []) if not set(split(name)) & known.office_phones]
    roles["own_phone"] = own[:1]
    papers = [
        (column.name, one.element)
        for column in columns
        for one in column.elements
        if one.element and one.element.startswith("gov_id") and not column.free_text
    ]
    order = [(column.name, column.role) for column in columns if column.role in _ADDRESS_ROLES and not column.free_text]
    text = [column.name for column in columns if column.free_text]
    return Shape(roles, spoken[0] if spoken else None, papers, text, order=order)


def hashed(values: pl.Series, seed: int) -> Words:
    """Stable within a run; 0 for null. Two different values share a hash once in 10^19 pairs."""
    hashes: Words = np.maximum(values.hash(seed).to_numpy(), np.uint64(1))
    if values.null_count():
        hashes[values.is_null().to_numpy()] = 0
    return hashes


def key_hash(values: pl.Series) -> Words:
    """Keys are compared without blanks around them, and without the `.0` a spreadsheet puts behind a number."""
    text = values.cast(pl.String).str.strip_chars().str.replace(r"^(\d+)\.0+$", "$1")
    return hashed(pl.select(pl.when(text.str.len_bytes() > 0).then(text)).to_series(), _SEEDS[Kind.KEY])


def mailbox(values: pl.Series, known: Mailboxes) -> pl.Series:
    """E-mail addresses as their provider compares them."""
    text = values.cast(pl.String)
    return amended(text, text.str.contains(known.telling), lambda few: _mailbox(few, known))


def _mailbox(values: pl.Series, known: Mailboxes) -> pl.Series:
    text = values.str.strip_chars(" \t\r\n<>\"'").str.to_lowercase().str.strip_prefix("mailto:")
    return amended(text, text.str.contains(known.provider), lambda few: _of_provider(few, known))


def _of_provider(text: pl.Series, known: Mailboxes) -> pl.Series:
    domain = pl.col("domain")
    local = pl.col("local")
    parts = pl.DataFrame({"text": text}).select(
        local=pl.col("text").str.extract(r"(?s)^(.*)@[^@]+$", 1), domain=pl.col("text").str.extract(r"@([^@]+)$", 1)
    )
    short = pl.when(domain.is_in(list(known.plus_ignored))).then(local.str.replace(r"\+.*$", "")).otherwise(local)
    parts = parts.with_columns(local=short)
    bare = pl.when(domain.is_in(list(known.dots_ignored))).then(local.str.replace_all(".", "", literal=True))
    parts = parts.with_columns(local=bare.otherwise(local))
    same = domain.replace(dict(known.same_domain))
    return parts.select(pl.concat_str(local, pl.lit("@"), same)).to_series()


@dataclass(slots=True)
class Identity:
    """Identifiers of a batch: the row, the kind, the value; names and days of birth per row."""

    row: npt.NDArray[np.int64]
    kind: npt.NDArray[np.uint8]
    value: Words
    paper: Words  # hash of the element of a government id, else 0


@dataclass(slots=True)
class Batch:
    facts: pl.DataFrame
    identity: Identity


class Rows:
    """Turns batches of one table into facts and identity."""

    def __init__(
        self, columns: Sequence[Column], form: Shape, known: Mailboxes, where: places.Places, today: date
    ) -> None:
        self._columns = {column.name: column for column in columns}
        self._shape = form
        self._known = known
        self._places = where
        self._today = today

    def take(self, batch: pa.RecordBatch, marks: Marks, bits: Bits) -> Batch:
        """`facts` has one line per row of the batch: e0, e1 (elements), name, emails, phones, address, born, code,
        basis, language, in this order, a column being absent where the table has no such thing."""
        frame = self._frame(batch)
        size = batch.num_rows
        facts = pl.DataFrame(dict(zip(("e0", "e1"), _elements(marks, bits, size), strict=True)))
        identity: list[tuple[npt.NDArray[np.int64], int, Words, int]] = []
        columns: list[pl.Series] = []
        name = self._name(frame, marks)
        if name is not None:
            columns.append(name.alias("name"))
        mail = self._emails(frame, marks, identity)
        if mail is not None:
            columns.append(mail.alias("emails"))
        code, basis = self._residence(frame)
        numbers, calls = self._phones(frame, marks, code, identity)
        if calls is not None:
            columns.append(calls.alias("phones"))
        paper = self._papers(frame, marks, identity)
        address = self._address(frame)
        if address is not None:
            columns.append(address.alias("address"))
        born = self._born(frame)
        if born is not None:
            columns.append(born.cast(pl.Int32).alias("born"))
        columns.extend(self._place(size, frame, code, basis, numbers, paper, name))
        return Batch(facts.with_columns(columns), _identity(identity))

    def _frame(self, batch: pa.RecordBatch) -> pl.DataFrame:
        """The columns that are looked at here."""
        form = self._shape
        needed = {name for role in _NEEDED for name in form.roles.get(role, [])}
        needed.update(name for name, _ in (*form.papers, *form.order))
        needed.update(lookup.column for lookup in form.lookups)
        names = [name for name in batch.schema.names if name in needed or name == form.language]
        frame = pl.from_arrow(pa.Table.from_batches([batch.select(names)]))
        assert isinstance(frame, pl.DataFrame)
        return frame

    def _cells(self, frame: pl.DataFrame, role: str) -> list[pl.Series]:
        return [frame[name] for name in self._shape.roles.get(role, []) if name in frame.columns]

    def _name(self, frame: pl.DataFrame, marks: Marks) -> pl.Series | None:
        """Given, patronymic and family name in this order, or the full name."""
        parts = []
        for role in ("given", "patronymic", "family"):
            for name in self._shape.roles.get(role, [])[:1]:
                if name in frame.columns:
                    parts.append(_only(frame[name], marks.masks.get((name, "name"))))
        full = [name for name in self._shape.roles.get("full", []) if name in frame.columns]
        if not parts and not full:
            return None
        composed = joined(parts, " ") if parts else None
        if not full:
            return composed
        whole = tidy(_only(frame[full[0]], marks.masks.get((full[0], "name"))))
        return whole if composed is None else pl.select(pl.coalesce(pl.lit(whole), pl.lit(composed))).to_series()

    def _emails(
        self, frame: pl.DataFrame, marks: Marks, identity: list[tuple[npt.NDArray[np.int64], int, Words, int]]
    ) -> pl.Series | None:
        found: list[pl.Series] = []
        for name in self._shape.roles.get("email", []):
            if name not in frame.columns:
                continue
            cells = mailbox(_only(frame[name], marks.masks.get((name, "email"))), self._known)
            if not found:
                _note(identity, Kind.EMAIL, hashed(cells, _SEEDS[Kind.EMAIL]))
            found.append(cells)
        return _together(found)

    def _phones(
        self,
        frame: pl.DataFrame,
        marks: Marks,
        home: pl.Series | None,
        identity: list[tuple[npt.NDArray[np.int64], int, Words, int]],
    ) -> tuple[Words | None, pl.Series | None]:
        """(number that tells the country, all numbers as text)."""
        found, first = [], None
        own = self._shape.roles.get("own_phone", [])
        for name in self._shape.roles.get("phone", []):
            if name not in frame.columns:
                continue
            cells = _only(frame[name], marks.masks.get((name, "phone")))
            numbers = phones.numbers(cells, home)
            if name in own:
                _note(identity, Kind.PHONE, numbers.value)
                first = numbers.value
            found.append(_called(cells, numbers))
        return first, _together(found)

    def _papers(
        self, frame: pl.DataFrame, marks: Marks, identity: list[tuple[npt.NDArray[np.int64], int, Words, int]]
    ) -> pl.Series | None:
        """Government ids as identity; the country of the first one a row has."""
        countries: list[str | None] = [None]
        which = np.zeros(len(frame), dtype=np.int32)
        bare: dict[str, pl.Series] = {}
        known: dict[str, npt.NDArray[np.bool_]] = {}
        for name, element in self._shape.papers:
            mask = marks.masks.get((name, element))
            if mask is None or name not in frame.columns:
                continue
            if name not in bare:
                bare[name], known[name] = _bare_paper(frame[name]), frame[name].is_not_null().to_numpy()
            rows = np.flatnonzero(mask)
            paper = int(hashed(pl.Series([element]), 5)[0])
            values = hashed(bare[name].gather(rows), _SEEDS[Kind.GOV_ID] + paper % 1_000_003)
            _note(identity, Kind.GOV_ID, values, paper, rows)
            part = element.split(".")[1:2]
            if part and len(part[0]) == 2:
                here = rows[known[name][rows] & (which[rows] == 0)]
                which[here] = len(countries)
                countries.append(part[0].upper())
        return pl.Series(countries, dtype=pl.String).gather(which) if len(countries) > 1 else None

    def _address(self, frame: pl.DataFrame) -> pl.Series | None:
        lines = [frame[name] for name, _ in self._shape.order if name in frame.columns]
        lines += [one for role in ("city", "region", "country") for one in self._borrowed(frame, role)]
        if not lines or not any(role in ("street", "address", "city", "postal") for _, role in self._shape.order):
            return None
        return joined(lines, ", ")

    def _borrowed(self, frame: pl.DataFrame, role: str) -> list[pl.Series]:
        found = []
        for lookup in self._shape.lookups:
            if role in lookup.texts and lookup.column in frame.columns and len(lookup.keys):
                hashes = key_hash(frame[lookup.column])
                place = np.minimum(np.searchsorted(lookup.keys, hashes), len(lookup.keys) - 1)
                hit = (lookup.keys[place] == hashes) & (hashes != 0)
                found.append(_only(lookup.texts[role].gather(place), hit))
        return found

    def _born(self, frame: pl.DataFrame) -> pl.Series | None:
        cells = self._cells(frame, "birth")
        if not cells:
            return None
        return dates.parse(cells[0], month_first=self._shape.month_first, today=self._today)

    def _residence(self, frame: pl.DataFrame) -> tuple[pl.Series | None, pl.Series | None]:
        signs: dict[str, pl.Series] = {}
        for role in _ADDRESS_ROLES:
            cells = [*self._cells(frame, role), *self._borrowed(frame, role)]
            if cells:
                signs[role] = cells[0]
        if not signs:
            return None, None
        return places.residence(
            places.Signs(rows=len(frame), region_country=self._shape.region_country, **signs), self._places
        )

    def _place(
        self,
        size: int,
        frame: pl.DataFrame,
        code: pl.Series | None,
        basis: pl.Series | None,
        numbers: Words | None,
        paper: pl.Series | None,
        name: pl.Series | None,
    ) -> list[pl.Series]:
        if code is None or basis is None:
            code = pl.Series([None] * size, dtype=pl.String)
            basis = pl.Series(np.full(size, int(places.Basis.UNKNOWN), dtype=np.uint8))
        calling = None
        if numbers is not None and code.null_count():
            calling = phones.countries(np.where(code.is_null().to_numpy(), numbers, np.uint64(0)))
        code, basis = places.weaker(code, basis, calling, paper)
        spoken = frame[self._shape.language] if self._shape.language in frame.columns else None
        said = places.by_value(spoken, self._places.language) if spoken is not None else None
        found = [code.alias("code"), basis.alias("basis")]
        if said is not None:
            found.append(said.alias("language"))
        return found if code.null_count() < size or said is not None or name is not None else []


def _elements(marks: Marks, bits: Bits, size: int) -> tuple[Words, Words]:
    words = np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.uint64)
    for (_, element), mask in marks.masks.items():
        word, bit = bits(element)
        np.bitwise_or(words[word], mask * bit, out=words[word])
    if marks.spans.num_rows:
        rows = marks.spans.column("row").to_numpy()
        elements = np.asarray(marks.spans.column("element").to_pylist())
        for element in set(elements.tolist()):
            word, bit = bits(element)
            words[word][rows[elements == element]] |= bit
    return words


def _only(cells: pl.Series, mask: npt.NDArray[np.bool_] | None) -> pl.Series:
    if mask is None:
        return cells
    return pl.select(pl.when(pl.lit(pl.Series(mask))).then(pl.lit(cells))).to_series()


def _called(cells: pl.Series, numbers: phones.Numbers) -> pl.Series:
    """Numbers as E.164; what is none as it was written."""
    rows = np.flatnonzero(~numbers.as_written & cells.is_not_null().to_numpy())
    if not len(rows):
        return cells
    written = phones.written(numbers.value[rows])
    text = pl.select(pl.coalesce(pl.lit(written), pl.lit(tidy(cells.gather(rows))))).to_series()
    return cells.clone().scatter(rows, text)


def _bare_paper(cells: pl.Series) -> pl.Series:
    """Letters and digits of a government id; null for a made-up or short one."""
    bare = amended(
        cells,
        ~cells.str.contains(_PLAIN_PAPER),
        lambda few: few.str.to_uppercase().str.replace_all(r"[^\p{L}\d]", ""),
    )
    text = pl.col(bare.name)
    real = ~text.str.contains(_NO_PAPER) & (text.str.len_chars() >= 6)
    return bare.to_frame().select(pl.when(real).then(text)).to_series()


def _together(found: Sequence[pl.Series]) -> pl.Series | None:
    if not found:
        return None
    if len(found) == 1:
        return found[0]
    text = pl.select(pl.concat_str([pl.lit(one) for one in found], separator="\n", ignore_nulls=True)).to_series()
    return pl.select(pl.when(text.str.len_bytes() > 0).then(text)).to_series()


def _note(
    identity: list[tuple[npt.NDArray[np.int64], int, Words, int]],
    kind: Kind,
    values: Words,
    paper: int = 0,
    rows: npt.NDArray[np.int64] | None = None,
) -> None:
    """`rows`: which row each value stands in, where not every row has its value."""
    there = np.flatnonzero(values)
    if len(there):
        identity.append((there if rows is None else rows[there], int(kind), values[there], paper))


def _identity(parts: Sequence[tuple[npt.NDArray[np.int64], int, Words, int]]) -> Identity:
    if not parts:
        return Identity(np.zeros(0, np.int64), np.zeros(0, np.uint8), np.zeros(0, np.uint64), np.zeros(0, np.uint64))
    return Identity(
        np.concatenate([rows for rows, *_ in parts]),
        np.concatenate([np.full(len(rows), kind, dtype=np.uint8) for rows, kind, *_ in parts]),
        np.concatenate([values for _, _, values, _ in parts]),
        np.concatenate([np.full(len(rows), paper, dtype=np.uint64) for rows, _, _, paper in parts]),
    )


def days(born: pl.Series) -> npt.NDArray[np.int32]:
    return born.fill_null(NO_DATE).to_numpy().astype(np.int32)
