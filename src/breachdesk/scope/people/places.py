"""Where a row says a person lives, and which language a letter to them should have (packs/places).

The signs are taken in a fixed order, and the one that decided is kept as the basis: a postal address (with the state
and country written in it), a postal code, a state, a country, the calling code of a phone, the country of a government
id.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl
import pycountry
from babel import Locale

from breachdesk.ground.places import PARTS, as_part
from breachdesk.ground.shelf import Shelf

# Languages in which countries are known by name (CLDR).
_NAMES_IN = (
    *("en", "ru", "de", "fr", "es", "pt", "it", "nl", "pl", "cs"),
    *("uk", "tr", "sv", "da", "nb", "fi", "ja", "zh", "ko"),
)
_LANGUAGES = re.compile(r"^([a-z]{2})(?:[-_][a-z]{2,4})*(?:\.utf-?8)?$")
_EDGE = " .,;:\t\"'"
_US_END = r"\b([A-Z]{2}|[A-Z][A-Z. ]{3,20})[., ]+(?:\d{5}(?:-\d{4})?(?:$|[, ])|(?:U\.?S\.?A?\.?|UNITED STATES)$)"
_IGNORED = frozenset(".'’`ʼ")
_PARTS = re.compile(r"[(),/;]|\s[-–—]\s")

Ints = npt.NDArray[np.int32]


class Basis(IntEnum):
    """What a residence rests on; a lower number is the better sign."""

    ADDRESS = 1
    POSTAL_CODE = 2
    STATE = 3
    COUNTRY = 4
    PHONE = 5
    GOV_ID = 6
    UNKNOWN = 9


@dataclass(frozen=True, slots=True)
class Postal:
    country: str
    shape: str
    alone: bool
    telling: str
    parts: Mapping[str, str]  # beginning of a code -> ISO 3166-2
    width: int  # how many characters of a code are compared


@dataclass(frozen=True, slots=True)
class Places:
    """The pack, ready for look-ups."""

    countries: Mapping[str, str]  # folded name or code -> ISO 3166-1
    regions: Mapping[str, Mapping[str, str]]  # country -> folded name or code -> ISO 3166-2 (or the country)
    cities: Mapping[str, Mapping[str, str]]  # country -> folded name of a large city -> ISO 3166-2
    postal: tuple[Postal, ...]
    subdivided: frozenset[str]
    language_of_country: Mapping[str, str]
    language_of_part: Mapping[str, str]
    languages: Mapping[str, str]
    scripts: tuple[tuple[str, str], ...]

    def country(self, name: str) -> str | None:
        """Also of `USA (United States)` or `Англия, Великобритания`: all that is said there means one country."""
        known = self.countries.get(_folded(name))
        if known is not None:
            return known
        parts = {self.countries.get(_folded(part)) for part in _PARTS.split(name) if len(part.strip()) > 2} - {None}
        return parts.pop() if len(parts) == 1 else None

    def country_at_end(self, name: str) -> str | None:
        """Of the last line of an address, where `CA` may be California as well as Canada: then neither."""
        return None if len(name.strip()) == 2 and self.region(name, "US") else self.country(name)

    def region(self, name: str, country: str) -> str | None:
        """A state or province of `country`; of a country that is not subdivided, the country itself."""
        key = _folded(name)
        known = self.regions.get(country, {})
        return known.get(key) or known.get(key.removeprefix(f"{country.lower()}-"))

    def state_of_city(self, name: str, country: str) -> str | None:
        """Only of a large city without a namesake in its country."""
        return self.cities.get(country, {}).get(_folded(name))

    def country_of_regions(self, names: Sequence[str]) -> str | None:
        """The country to which nearly all of a column's regions belong; None when two fit or none."""
        folded = {_folded(name) for name in names if _folded(name)}
        if not folded:
            return None
        share = {
            country: sum(name in known or name.removeprefix(f"{country.lower()}-") in known for name in folded)
            / len(folded)
            for country, known in self.regions.items()
        }
        best = sorted(share, key=lambda country: share[country], reverse=True)
        if share[best[0]] < 0.7 or (len(best) > 1 and share[best[1]] == share[best[0]]):
            return None
        return best[0]

    def language(self, name: str) -> str | None:
        key = _folded(name)
        if key in self.languages:
            return self.languages[key]
        code = _LANGUAGES.match(name.strip().lower())
        return code.group(1) if code and code.group(1) in self.languages.values() else None

    def language_of(self, code: str) -> str | None:
        """What is spoken in a country, or in a part of it (ISO 3166-1 or -2)."""
        return self.language_of_part.get(code) or self.language_of_country.get(code[:2])


def read(shelf: Shelf) -> Places:
    pack = shelf.data("places/countries.yaml")
    subdivided = frozenset(pack["subdivided"])
    return Places(
        countries=_countries(pack["aliases"]),
        regions=_regions(shelf.data("places/regions.yaml"), subdivided),
        cities=_cities(shelf.data("places/cities.yaml")),
        postal=tuple(_postal(country, row) for country, row in shelf.data("places/postal.yaml").items()),
        subdivided=subdivided,
        language_of_country={country: code for code, countries in pack["languages"].items() for country in countries},
        language_of_part=dict(pack["languages_of_parts"]),
        languages={_folded(name): code for code, names in pack["language_names"].items() for name in [*names, code]}
        | {code: code for code in pack["languages"]},
        scripts=tuple((row["letters"], row["language"]) for row in shelf.data("places/script.yaml")),
    )


def _folded(name: str) -> str:
    """Without case, marks, dots, apostrophes and a leading article: `Ú.S.` is `us`, `Соединённые` is `соединенные`."""
    text = unicodedata.normalize("NFKD", name.lower())
    text = "".join(letter for letter in text if letter not in _IGNORED and not unicodedata.combining(letter))
    return " ".join(text.replace("&", " and ").split()).strip(_EDGE).removeprefix("the ")


def _countries(aliases: Mapping[str, Sequence[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in _NAMES_IN:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "UN", "EZ", "ZZ", "QO", "XA", "XB"):
                found.setdefault(_folded(name), code)
    for country in pycountry.countries:
        known = (country.name, country.alpha_2, country.alpha_3, getattr(country, "official_name", ""))
        found.update({_folded(name): country.alpha_2 for name in known if name})
    for code, names in aliases.items():
        found.update({_folded(name): code for name in names})
    return found


def _regions(
    aliases: Mapping[str, Mapping[str, Sequence[str]]], subdivided: frozenset[str]
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {country: {} for country in aliases}
    for country in subdivided:
        for part in pycountry.subdivisions:
            if part.country_code != country:
                continue
            found[country][_folded(part.name)] = part.code
            found[country][part.code.partition("-")[2].lower()] = part.code
    for country, parts in aliases.items():
        for code, names in parts.items():
            found[country].update({_folded(name): code for name in names})
    return found


def _cities(pack: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for code, names in pack.items():
        found.setdefault(code[:2], {}).update({_folded(name): code for name in names})
    return found


def _postal(country: str, row: Mapping[str, object]) -> Postal:
    raw = row.get("parts") or {}
    assert isinstance(raw, Mapping)
    parts: dict[str, str] = {}
    for span, code in raw.items():
        first, _, last = str(span).partition("-")
        if not first.isdigit():
            parts[first] = code
            continue
        for number in range(int(first), int(last or first) + 1):
            parts[str(number).zfill(len(first))] = code
    return Postal(
        country=country,
        shape=str(row["shape"]),
        alone=bool(row.get("alone")),
        telling=str(row.get("telling", "")),
        parts=parts,
        width=len(next(iter(parts), "")),
    )


def by_value(values: pl.Series, known: Callable[[str], str | None]) -> pl.Series:
    """`known` asked once per distinct value."""
    distinct = values.drop_nulls().unique().to_list()
    answers = {value: answer for value in distinct if (answer := known(value)) is not None}
    if not answers:
        return pl.Series(values.name, [None] * len(values), dtype=pl.String)
    return values.replace_strict(answers, default=None, return_dtype=pl.String)


@dataclass(frozen=True, slots=True)
class Signs:
    """What a batch of rows says about places: one value a row, or None where the table has no such column."""

    rows: int
    country: pl.Series | None = None
    region: pl.Series | None = None
    postal: pl.Series | None = None
    city: pl.Series | None = None
    street: pl.Series | None = None
    address: pl.Series | None = None  # a whole address in one text
    region_country: str | None = None  # what the column of regions as a whole tells


class _Codes:
    """ISO codes as small numbers, so that a batch of rows is decided by arithmetic; 0 is no place."""

    def __init__(self) -> None:
        self.names: list[str | None] = [None]
        self._number: dict[str, int] = {}

    def __call__(self, code: str | None) -> int:
        if code is None:
            return 0
        number = self._number.setdefault(code, len(self.names))
        if number == len(self.names):
            self.names.append(code)
        return number

    def of(self, values: pl.Series, known: Callable[[str], str | None]) -> Ints:
        """What is known of each value, asked once per distinct one."""
        which, distinct = _distinct(values)
        return self._each(known, distinct)[which]

    def within(
        self, country: Ints, values: pl.Series, lands: Iterable[str], known: Callable[[str, str], str | None]
    ) -> Ints:
        """What is known of each value within the country of its row; 0 outside `lands`."""
        which, distinct = _distinct(values)
        found = np.zeros(len(which), dtype=np.int32)
        there = set(np.flatnonzero(np.bincount(country)).tolist()) - {0}
        for land in lands:
            if self(land) in there:
                rows = np.flatnonzero(country == self(land))
                found[rows] = self._each(lambda name, land=land: known(name, land), distinct)[which[rows]]  # type: ignore[misc]
        return found

    def _each(self, known: Callable[[str], str | None], distinct: Sequence[str]) -> Ints:
        return np.array([0, *(self(known(value)) for value in distinct)], dtype=np.int32)

    def lands(self) -> Ints:
        """Of each code so far the country it lies in."""
        return np.array([self(code and code[:2]) for code in list(self.names)], dtype=np.int32)

    def sizes(self) -> Ints:
        return np.array([len(code or "") for code in self.names], dtype=np.int32)


def _distinct(values: pl.Series) -> tuple[Ints, list[str]]:
    """(place of each value among the distinct ones, from 1; 0 for null), the distinct values."""
    distinct = values.unique().drop_nulls()
    places = np.arange(1, len(distinct) + 1, dtype=np.int32)
    which = values.replace_strict(distinct, pl.Series(places), default=0, return_dtype=pl.Int32)
    return which.to_numpy(), distinct.to_list()


def residence(signs: Signs, places: Places) -> tuple[pl.Series, pl.Series]:
    """(ISO 3166-1 or -2 or null, Basis as UInt8) per row."""
    codes = _Codes()
    nothing = np.zeros(signs.rows, dtype=np.int32)
    country = codes.of(signs.country, places.country) if signs.country is not None else nothing
    part = postal = city = text = nothing
    if signs.region is not None:
        # Within the row's country, or the column's where the row names none.
        home = np.where(country == 0, codes(signs.region_country), country)
        part = codes.within(home, signs.region, places.regions, places.region)
    if signs.postal is not None:
        postal = _of_postal(signs.postal, country, part, codes, places)
    if signs.city is not None:
        # The state of a large city, in a row that names the country and neither state nor a telling postal code.
        bare = (part == 0) & (codes.sizes()[postal] <= 2)
        city = codes.within(np.where(bare, country, 0), signs.city, places.cities, places.state_of_city)
    if signs.address is not None:
        text = codes.of(_from_text(signs.address, places), lambda code: code)
    lines = [one for one in (signs.street, signs.city, signs.address) if one is not None]
    written = np.zeros(signs.rows, dtype=np.bool_)
    for one in lines:
        written |= one.is_not_null().to_numpy() if one.null_count() else True
    return _decide(codes, country, part, postal, city, text, written)


def _of_postal(values: pl.Series, country: Ints, part: Ints, codes: _Codes, places: Places) -> Ints:
    """What the postal code says; within the row's country, or by a shape no other country has."""
    home = np.where(country > 0, country, codes.lands()[part])
    found = np.zeros(len(values), dtype=np.int32)
    there = values.is_not_null().to_numpy()
    present = set(np.flatnonzero(np.bincount(home)).tolist())
    nowhere = np.flatnonzero(there & (home == 0))
    unplaced = _bare_postal(values.gather(nowhere))
    for one in places.postal:
        if codes(one.country) in present:
            rows = np.flatnonzero(there & (home == codes(one.country)))
            text = _bare_postal(values.gather(rows))
            fits = text.str.contains(f"^(?:{one.shape})$").arg_true()
            found[rows[fits]] = _of_code(text.gather(fits), one, codes)
        if len(nowhere) and (one.alone or one.telling):
            fits = unplaced.str.contains(f"^(?:{one.shape})$")
            if not one.alone:
                fits &= unplaced.str.contains(f"^(?:{one.telling})$")
            where = fits.arg_true()
            found[nowhere[where]] = _of_code(unplaced.gather(where), one, codes)
    return found


def _bare_postal(values: pl.Series) -> pl.Series:
    return pl.select(pl.lit(values).str.strip_chars().str.to_uppercase()).to_series()


def _of_code(text: pl.Series, postal: Postal, codes: _Codes) -> Ints:
    if not postal.parts:
        return np.full(len(text), codes(postal.country), dtype=np.int32)
    return codes.of(text.str.slice(0, postal.width), lambda begins: postal.parts.get(begins, postal.country))


def weaker(
    code: pl.Series, basis: pl.Series, phone: pl.Series | None, paper: pl.Series | None
) -> tuple[pl.Series, pl.Series]:
    """Where nothing is written: the country a telephone is registered in, then the country of a government id."""
    for sign, rests_on in ((phone, Basis.PHONE), (paper, Basis.GOV_ID)):
        if sign is not None:
            new = code.is_null() & sign.is_not_null()
            basis = pl.select(
                pl.when(pl.lit(new)).then(pl.lit(int(rests_on), dtype=pl.UInt8)).otherwise(pl.lit(basis))
            ).to_series()
            code = pl.select(pl.coalesce([pl.lit(code), pl.lit(sign.replace(PARTS))])).to_series()
    return code, basis


def _decide(
    codes: _Codes, country: Ints, part: Ints, postal: Ints, city: Ints, text: Ints, written: npt.NDArray[np.bool_]
) -> tuple[pl.Series, pl.Series]:
    """The finest code the address lines agree on; then each sign in its order."""
    land, size = codes.lands(), codes.sizes()
    finer = np.where(part > 0, part, np.where(city > 0, city, np.where(postal > 0, postal, country)))
    clash = (country > 0) & (finer > 0) & (land[finer] != country)
    lines = np.where(clash, country, finer)
    basis = np.select(
        [(lines == 0) & (text == 0), written, (part == 0) & (postal > 0) & ~clash, (part > 0) & ~clash],
        [int(Basis.UNKNOWN), int(Basis.ADDRESS), int(Basis.POSTAL_CODE), int(Basis.STATE)],
        int(Basis.COUNTRY),
    ).astype(np.uint8)
    told = (lines == 0) | ((land[text] == land[lines]) & (size[text] > size[lines]))
    code = pl.Series([name and as_part(name) for name in codes.names], dtype=pl.String).gather(
        np.where(told, text, lines)
    )
    return code, pl.Series(basis)


def _from_text(address: pl.Series, places: Places) -> pl.Series:
    """The place a whole address names: its last line (in Russian and Japanese its first), or a code written as only one
    country writes it."""
    flat = address.str.replace_all(r"\s*\n\s*", ", ").str.strip_chars(_EDGE)
    last = flat.str.split(",").list.last()
    first = flat.str.extract(r"^([^,]{3,40}),", 1)
    country = pl.select(
        pl.coalesce(pl.lit(by_value(last, places.country_at_end)), pl.lit(by_value(first, places.country)))
    ).to_series()
    upper = flat.str.to_uppercase()
    found: list[pl.Expr] = []
    us = _stated(upper, _US_END, "US", places)
    au = _stated(upper, r"\b(NSW|VIC|QLD|SA|WA|TAS|ACT|NT)[., ]+\d{4}(?:$|[, ])", "AU", places)
    found += [pl.lit(us), pl.lit(au)]
    for one in places.postal:
        if one.alone:
            code = upper.str.extract(rf"(?:^|[^A-Z0-9])({one.shape})(?:$|[^A-Z0-9])", 1)
            begins = code.str.slice(0, one.width or 1)
            named = begins.replace_strict(dict(one.parts) or {"": ""}, default=one.country, return_dtype=pl.String)
            found.append(pl.when(pl.lit(code.is_not_null())).then(pl.lit(named)))
    russian = flat.str.contains(r"(?:^|[^\p{L}])(?:г\.|ул\.|обл\.|пр-т|д\.\s?\d|кв\.)").fill_null(value=False)
    found.append(pl.when(pl.lit(russian)).then(pl.lit("RU")))
    for land in places.cities:
        here = pl.select(
            pl.when(pl.lit(country == land)).then(pl.lit(flat.str.extract(r",\s*([^,\d]+),[^,]*$", 1)))
        ).to_series()
        found.append(pl.lit(by_value(here, lambda name, land=land: places.state_of_city(name, land))))  # type: ignore[misc]
    named = pl.select(pl.coalesce(found)).to_series()
    agrees = pl.lit(named).str.slice(0, 2) == pl.lit(country)
    return pl.select(
        pl.when(pl.lit(country).is_null() | agrees).then(pl.lit(named)).otherwise(pl.lit(country))
    ).to_series()


def _stated(upper: pl.Series, pattern: str, country: str, places: Places) -> pl.Series:
    state = upper.str.extract(pattern, 1)
    return by_value(state, lambda name: places.region(name, country))


def language(column: pl.Series | None, code: pl.Series, name: pl.Series | None, places: Places) -> pl.Series:
    """From the language column, else the residence, else the script of the name; null where nothing tells."""
    signs = []
    if column is not None:
        signs.append(pl.lit(by_value(column, places.language)))
    signs.append(pl.lit(by_value(code, places.language_of)))
    found = pl.select(pl.coalesce(signs)).to_series()
    if name is None or not found.null_count():
        return found
    silent = found.is_null().arg_true()  # few have no place: letters are looked at in theirs alone
    left = name.gather(silent)
    scripts = [pl.when(pl.lit(left.str.contains(letters))).then(pl.lit(known)) for letters, known in places.scripts]
    return found.scatter(silent, pl.select(pl.coalesce(scripts)).to_series())


@cache
def words(basis: Basis) -> str:
    """The basis as people.parquet holds it: `address`, `postal_code`, ..."""
    return basis.name.lower()
