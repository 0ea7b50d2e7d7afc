"""One large table of customers for benchmarks, made in columns: a CSV, the same as SQL dumps, and the notes alone.

Eight languages, 21 columns, about 440 bytes a row, dense with personal data. Every row is another person. Telephones
are spread over whole number ranges here (ranges kept for fiction hold too few numbers, and a table in which thousands
share a number would flatter whoever caches); nobody should call them. `counts.json` says how often each thing is there.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from breachdesk.standing import blocks, identifiers, pools
from breachdesk.standing.identifiers import Draw

BLOCK = 50_000
COLUMNS: dict[str, str | None] = {
    "customer_no": None, "first_name": "name", "last_name": "name", "email": "email", "phone": "phone",
    "birth_date": "date_of_birth", "street": "address", "city": "address", "region": "address",
    "postal_code": "address", "country": "address", "national_id": "gov_id", "card_number": "card.number",
    "card_expiry": "card.expiry", "iban": "bank.iban", "password_hash": "login.password_hash",
    "last_login_ip": "ip_address", "order_no": None, "created_at": None, "api_key": "login.token", "note": "messages",
}  # fmt: skip
_SHARES = {"US": 0.35, "GB": 0.12, "DE": 0.12, "RU": 0.12, "FR": 0.10, "ES": 0.08, "BR": 0.07, "JP": 0.04}
_DIALLED = {"US": 10, "GB": 10, "DE": 10, "RU": 10, "FR": 9, "ES": 9, "BR": 11, "JP": 10}
_CALLED = {"US": "+1", "GB": "+44", "DE": "+49", "RU": "+7", "FR": "+33", "ES": "+34", "BR": "+55", "JP": "+81"}
_LEAD = {"US": "2", "GB": "7", "DE": "15", "RU": "9", "FR": "6", "ES": "6", "BR": "119", "JP": "90"}
Rng = np.random.Generator
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Pool:
    """Names of one country, with what each becomes in a mailbox."""

    given: pl.Series
    family: pl.Series
    given_mailbox: pl.Series
    family_mailbox: pl.Series
    streets: pl.Series
    cities: pl.DataFrame


@cache
def _pool(code: str) -> _Pool:
    country = next(c for c in pools.countries() if c.code == code)
    names = pools.names(country.locale)
    given = names.given_f + names.given_m
    cities = [
        {"city": c.name, "region": c.region.partition("-")[2] or c.region, "postal": c.postal} for c in country.cities
    ]
    return _Pool(
        pl.Series(given),
        pl.Series(names.family),
        pl.Series([pools.mailbox_of(name) or "n" for name in given]),
        pl.Series([pools.mailbox_of(name) or "k" for name in names.family]),
        pl.Series(names.streets),
        pl.DataFrame(cities),
    )


def table(seed: int, number: int, count: int) -> pl.DataFrame:
    """One block of rows. It depends on the seed, its number and its length alone."""
    rng = np.random.default_rng([seed, number, 7])
    sizes = rng.multinomial(count, list(_SHARES.values()))
    first = number * BLOCK
    parts, at = [], first
    for code, size in zip(_SHARES, sizes.tolist(), strict=True):
        parts.append(_residents(Draw(rng, np.arange(at, at + size), seed * 7919), code))
        at += size
    frame = pl.concat(parts)[rng.permutation(count)]
    own = pl.Series("id", np.arange(first, first + count) + 1_000_000)
    frame = frame.with_columns(own)
    frame = frame.with_columns(
        pl.format("BN-{}", "id").alias("customer_no"),
        pl.format("{}.{}{}@{}", "given_mailbox", "family_mailbox", pl.col("id") - 1_000_000, "domain").alias("email"),
    )
    frame = frame.with_columns(_shared(Draw(rng, np.arange(first, first + count), seed * 7919)))
    return frame.with_columns(_note(rng, frame)).select(*COLUMNS)


def _residents(draw: Draw, code: str) -> pl.DataFrame:
    pool, rng, count = _pool(code), draw.rng, draw.count

    def drawn(series: pl.Series) -> tuple[Index, pl.Series]:
        at = rng.integers(0, len(series), count)
        return at, series.gather(at)

    given, first_name = drawn(pool.given)
    family, last_name = drawn(pool.family)
    city = pool.cities[rng.integers(0, len(pool.cities), count)]
    length = _DIALLED[code] - len(_LEAD[code])
    called = f"{_CALLED[code]}{_LEAD[code]}"
    return pl.DataFrame(
        {
            "first_name": first_name,
            "last_name": last_name,
            "given_mailbox": pool.given_mailbox.gather(given),
            "family_mailbox": pool.family_mailbox.gather(family),
            "domain": pl.Series(["example.com", "example.org", "example.net", "mail.example.org"]).gather(
                rng.integers(0, 4, count)
            ),
            "phone": identifiers.glue(called, identifiers.text(draw.digits(length, salt=9))),
            "street_name": drawn(pool.streets)[1],
            "house": rng.integers(1, 200, count),
            "city": city["city"],
            "region": city["region"],
            "postal_code": identifiers.text(rng.integers(0, 10, (count, 5))),
            "country": np.full(count, code),
            "national_id": _national(draw, code),
            "iban": identifiers.ibans(draw, code) if code in ("DE", "FR", "ES", "GB") else [None] * count,
        },
        schema_overrides={"national_id": pl.String, "iban": pl.String},
    )


def _national(draw: Draw, code: str) -> list[str | None]:
    """A number of the country where we have one, in the way it is usually written."""
    if code == "RU":
        snils, inn = identifiers.snils(draw), identifiers.inns(draw)
        return [
            identifiers.snils_written(s) if at % 2 else str(i) for at, (s, i) in enumerate(zip(snils, inn, strict=True))
        ]
    if code == "BR":
        return [identifiers.cpf_written(value) for value in identifiers.cpfs(draw)]
    makers: dict[str, Callable[[Draw], identifiers.Strings]] = {
        "US": identifiers.ssns, "GB": identifiers.nhs, "FR": identifiers.nirs, "ES": identifiers.dnis,
    }  # fmt: skip
    return makers[code](draw).tolist() if code in makers else [None] * draw.count


def _shared(draw: Draw) -> list[pl.Series | pl.Expr]:
    """What is alike everywhere."""
    rng, count = draw.rng, draw.count
    cards, style = identifiers.cards(draw), rng.random(count)
    written = np.where(style < 0.25, cards.astype("U19"), "")
    for low, high, gap in ((0.25, 0.45, " "), (0.45, 0.5, "-")):
        chosen = (style >= low) & (style < high)
        written[chosen] = identifiers.grouped(cards[chosen], (4, 4, 4, 4), gap)
    old = rng.random(count) < 0.2
    hashes = np.where(old, identifiers.hexes(draw, 32), identifiers.bcrypt(draw))
    keys = np.where(rng.random(count) < 0.01, identifiers.glue("bnk_", identifiers.tokens(draw, 36)), "")
    return [
        _days(rng, count, date(1936, 1, 1), 26_000).alias("birth_date"),
        pl.format("{} {}", "street_name", "house").alias("street"),
        _text(written).alias("card_number"),
        _expiry(rng, written != "").alias("card_expiry"),
        pl.Series("password_hash", hashes),
        pl.Series("last_login_ip", identifiers.ips(draw)),
        pl.Series("order_no", identifiers.text(identifiers.with_luhn(draw.digits(15, "2026", salt=10)))),
        _days(rng, count, date(2019, 1, 1), 2_800).alias("created_at"),
        _text(keys).alias("api_key"),
    ]


def _expiry(rng: Rng, has_card: NDArray[np.bool_]) -> pl.Series:
    months = np.array([f"{month:02}/{year}" for year in range(27, 32) for month in range(1, 13)])
    return _text(np.where(has_card, months[rng.integers(0, len(months), len(has_card))], ""))


def _text(values: identifiers.Strings) -> pl.Series:
    series = pl.Series(values)
    return series.set(series == "", None)


def _days(rng: Rng, count: int, start: date, span: int) -> pl.Series:
    return (pl.Series(rng.integers(0, span, count)) + start.toordinal() - date(1970, 1, 1).toordinal()).cast(pl.Date)


def _note(rng: Rng, frame: pl.DataFrame) -> pl.Expr:
    """Two remarks of two agents; in one note of six the customer gives something away. No two notes are the same."""
    talk = pl.Series(pools.texts()["remarks"])
    first, second = (talk.gather(rng.integers(0, len(talk), len(frame))) for _ in range(2))
    roll = pl.Series(rng.random(len(frame)))
    telling = (
        pl.when(roll < 0.10)
        .then(pl.format(" New address for mail is {}.", "email"))
        .when(roll < 0.15)
        .then(pl.format(" Call back on {} after six.", "phone"))
        .when((roll < 0.20) & pl.col("card_number").is_not_null())
        .then(pl.format(" Paid twice with card {}, please check.", "card_number"))
        .otherwise(pl.lit(""))
    )
    return pl.format("#{}: {}; later {}.{}", "id", pl.lit(first), pl.lit(second), telling).alias("note")


@dataclass(frozen=True, slots=True)
class _Form:
    """How a block is written, and what stands around all of them."""

    opening: str
    block: Callable[[pl.DataFrame], bytes]
    closing: str = ""


def _csv(frame: pl.DataFrame) -> bytes:
    out = BytesIO()
    frame.write_csv(out, include_header=False)
    return out.getvalue()


def _copy(frame: pl.DataFrame) -> bytes:
    out = BytesIO()
    frame.write_csv(out, include_header=False, separator="\t", null_value="\\N", quote_style="never")
    return out.getvalue()


def _inserts(frame: pl.DataFrame) -> bytes:
    """As mysqldump does: many tuples to a statement."""
    cells = [
        pl.when(pl.col(name).is_null())
        .then(pl.lit("NULL"))
        .otherwise(pl.format("'{}'", pl.col(name).cast(pl.String).str.replace_all("'", "''", literal=True)))
        for name in COLUMNS
    ]
    tuples = frame.select(pl.format("({})", pl.concat_str(cells, separator=","))).to_series()
    statements = (",".join(tuples[at : at + 500].to_list()) for at in range(0, len(tuples), 500))
    return "".join(f"INSERT INTO `customers` VALUES {rows};\n" for rows in statements).encode()


def _notes(frame: pl.DataFrame) -> bytes:
    return ("\n".join(frame["note"].to_list()) + "\n").encode()


_QUOTED = ",\n".join(f"  `{name}` text" for name in COLUMNS)
FORMS = {
    "customers.csv": _Form(",".join(COLUMNS) + "\n", _csv),
    "dump.sql": _Form(
        "-- PostgreSQL database dump\n\nCREATE TABLE public.customers (\n"
        + ",\n".join(f"    {name} text" for name in COLUMNS)
        + f"\n);\n\nCOPY public.customers ({', '.join(COLUMNS)}) FROM stdin;\n",
        _copy,
        "\\.\n\n-- PostgreSQL database dump complete\n",
    ),
    "inserts.sql": _Form(
        f"-- MySQL dump 10.13\n\nCREATE TABLE `customers` (\n{_QUOTED}\n) ENGINE=InnoDB;\n\n", _inserts
    ),
    "notes.txt": _Form("", _notes),
}
Job = tuple[str, int, int, int]


def write(out: Path, name: str, *, seed: int, people: int, processes: int = 1) -> Path:
    """One file of the given form under out/evidence, and out/counts.json. Memory does not grow with the people."""
    form, path = FORMS[name], out / "evidence" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    with path.open("wb") as file:
        file.write(form.opening.encode())
        for lines, filled in _blocks(name, seed, people, processes):
            file.write(lines)
            counts.update(filled)
        file.write(form.closing.encode())
    told = {"rows": people, "fields": COLUMNS, "filled": dict(counts)}
    (out / "counts.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return path


def _blocks(name: str, seed: int, people: int, processes: int) -> Iterator[tuple[bytes, dict[str, int]]]:
    jobs = [(name, seed, at, min(BLOCK, people - at * BLOCK)) for at in range(-(-people // BLOCK))]
    yield from blocks.made(_block, jobs, processes)


def _block(job: Job) -> tuple[bytes, dict[str, int]]:
    name, seed, number, count = job
    frame = table(seed, number, count)
    return FORMS[name].block(frame), {column: count - frame[column].null_count() for column in COLUMNS}
