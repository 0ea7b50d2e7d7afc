"""The standing breach says the truth about itself, harms nobody, and holds every trap it promises."""

import csv
import ipaddress
import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import openpyxl
import phonenumbers
import pytest
from ruamel.yaml import YAML
from stdnum import iban, luhn, verhoeff
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.gb import nhs
from stdnum.in_ import pan
from stdnum.ru import inn

from breachdesk.ground.elements import vocabulary
from breachdesk.ground.places import is_code
from breachdesk.law import engine, shelf
from breachdesk.law import facts as law_facts
from breachdesk.law.shapes import Verdict
from breachdesk.standing import breach, facts
from breachdesk.standing.identifiers import TEST_BINS

PEOPLE = 2_000
Table = list[dict[str, Any]]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("room")
    breach.write(out, seed=2026, people=PEOPLE)
    return out


@pytest.fixture(scope="module")
def truth(room: Path) -> dict[str, Any]:
    return json.loads((room / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tables(room: Path) -> dict[str, Table]:
    """Every row of the evidence, read by other means than it was written."""
    evidence = room / "evidence"
    return {
        **_shop(evidence / "shop.sql"),
        **_crm(evidence / "crm.xlsx"),
        **_office(evidence / "backoffice.db"),
        "newsletter.csv": _newsletter(evidence / "newsletter.csv"),
        "events.ndjson": [_flat(json.loads(line)) for line in (evidence / "events.ndjson").open(encoding="utf-8")],
        "post.txt": [{"text": line} for line in (evidence / "post.txt").open(encoding="utf-8")],
    }


def _shop(path: Path) -> dict[str, Table]:
    found: dict[str, Table] = {}
    lines = iter(path.open(encoding="utf-8"))
    for line in lines:
        if head := re.fullmatch(r"COPY public\.(\w+) \((.+)\) FROM stdin;\n", line):
            names = head[2].split(", ")
            rows = found[f"shop.sql/{head[1]}"] = []
            while (row := next(lines)) != "\\.\n":
                rows.append(dict(zip(names, (None if v == r"\N" else v for v in row[:-1].split("\t")), strict=True)))
    return found


def _crm(path: Path) -> dict[str, Table]:
    found = {}
    for sheet in openpyxl.load_workbook(path, read_only=True):
        head, *rows = sheet.values
        found[f"crm.xlsx/{sheet.title}"] = [dict(zip_longest(head, row)) for row in rows]
    return found


def _office(path: Path) -> dict[str, Table]:
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {f"backoffice.db/{name}": [dict(row) for row in db.execute(f'SELECT * FROM "{name}"')] for name in names}


def _newsletter(path: Path) -> Table:
    with path.open(encoding="cp1251", newline="") as file:
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(file, delimiter=";")]


def _flat(event: dict[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in event.items():
        flat |= _flat(value, f"{path}{key}.") if isinstance(value, dict) else {path + key: value}
    return flat


def _cells(tables: dict[str, Table], truth: dict[str, Any], element: str) -> Iterator[str]:
    """Every filled cell of the columns that hold the element."""
    for source, fields in truth["fields"].items():
        for name, said in fields.items():
            if said == element:
                yield from (row[name] for row in tables[source] if row.get(name))


def test_the_same_seed_makes_the_same_bytes_however_many_processes(tmp_path: Path) -> None:
    breach.write(tmp_path / "one", seed=7, people=2_100, processes=1)
    breach.write(tmp_path / "two", seed=7, people=2_100, processes=2)
    breach.write(tmp_path / "other", seed=8, people=2_100, processes=1)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert len(files) == 7
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file
        assert (tmp_path / "one" / file).read_bytes() != (tmp_path / "other" / file).read_bytes(), file


def test_truth_has_one_entry_for_every_row(tables: dict[str, Table], truth: dict[str, Any]) -> None:
    assert {source: len(rows) for source, rows in tables.items()} == {s: len(r) for s, r in truth["records"].items()}


def test_truth_names_columns_that_exist_and_elements_of_the_vocabulary(
    tables: dict[str, Table], truth: dict[str, Any]
) -> None:
    for source, fields in truth["fields"].items():
        there = {key for row in tables[source] for key in row}
        assert set(fields) <= there, source
        assert all(element is None or element in vocabulary() for element in fields.values())
    for person in truth["people"].values():
        assert person["elements"]
        assert all(element in vocabulary() for element in person["elements"])
        assert is_code(person["residence"])


def test_truth_gives_every_person_exactly_what_his_rows_hold(tables: dict[str, Table], truth: dict[str, Any]) -> None:
    held: dict[str, set[str]] = defaultdict(set)
    for source, owners in truth["records"].items():
        for row, owner in zip(tables[source], owners, strict=True):
            held[owner] |= {e for name, e in truth["fields"].get(source, {}).items() if e and row.get(name)}
    held.pop(None, None)
    assert set(held) == set(truth["people"])
    inside_text_or_mixed = {
        "gov_id",
        "health",
        "email",
        "phone",
        "card.number",
        "card.expiry",
        "login.password",
        "bank.iban",
    }
    for person, elements in held.items():
        said = set(truth["people"][person]["elements"])
        assert elements - {"gov_id"} <= said
        assert all(e in inside_text_or_mixed or e.startswith("gov_id.") for e in said - elements)


_KINDS = {
    "passport_rf": "gov_id.ru.passport",
    "snils": "gov_id.ru.snils",
    "nino": "gov_id.gb.nino",
    "nhs": "gov_id.gb.nhs",
    "aadhaar": "gov_id.in.aadhaar",
    "ssn": "gov_id.us.ssn",
    "driving_licence": "gov_id.driver_licence",
    "sin": "gov_id.ca.sin",
    "passport": "gov_id.passport",
}


def test_truth_knows_the_kind_of_every_document(tables: dict[str, Table], truth: dict[str, Any]) -> None:
    source = "shop.sql/identity_documents"
    for row, owner in zip(tables[source], truth["records"][source], strict=True):
        assert _KINDS[row["kind"]] in truth["people"][owner]["elements"]


_TOLD = {
    r"social security number, it is": "gov_id.us.ssn",
    r"IBAN DE\d\d": "bank.iban",
    r"My password is ": "login.password",
    r"coeliac|Diabetes|диабет": "health",
    r"СНИЛС": "gov_id.ru.snils",
    r"CPF": "gov_id.br.cpf",
    r"card \d{4} ": "card.number",
}


def test_truth_knows_what_people_tell_in_tickets(tables: dict[str, Table], truth: dict[str, Any]) -> None:
    source, told = "shop.sql/tickets", Counter[str]()
    for row, owner in zip(tables[source], truth["records"][source], strict=True):
        for pattern, element in _TOLD.items():
            if re.search(pattern, row["body"]):
                assert element in truth["people"][owner]["elements"]
                told[element] += 1
    assert set(told) == set(_TOLD.values())


def test_people_live_in_many_countries_and_states(truth: dict[str, Any]) -> None:
    homes = Counter(person["residence"] for person in truth["people"].values())
    assert len(truth["people"]) == PEOPLE
    assert {"DE", "FR", "GB", "RU", "BR", "SG", "AU", "IN", "ES", "JP"} <= set(homes)
    assert {"US-CA", "US-NY", "US-TX", "US-MA", "US-FL", "US-WA", "US-IL"} <= set(homes)
    assert sum(place.startswith("CA-") for place in homes) >= 2
    assert 5 <= sum(person["minor"] == "yes" for person in truth["people"].values()) <= 100


def test_nobody_real_can_be_reached(tables: dict[str, Table], truth: dict[str, Any]) -> None:
    nobodys = re.compile(r"\.(test|example)$|(^|\.)example\.(com|org|net)$", re.IGNORECASE)
    assert all(nobodys.search(mail.partition("@")[2]) for mail in _cells(tables, truth, "email"))
    nets = [ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
    assert all(any(ipaddress.ip_address(ip) in net for net in nets) for ip in _cells(tables, truth, "ip_address"))
    assert all(850 <= int(number[:3]) <= 899 for number in _cells(tables, truth, "gov_id.us.ssn"))
    assert all(number.startswith(TEST_BINS) for number in _cells(tables, truth, "card.number"))


_FICTION = re.compile(
    r"\+1\d{3}55501\d\d|\+442079460\d{3}|\+441\d{2}4960\d{3}"
    r"|\+49(3023125|4066969|8999998|2214710|6990009|17604069|1713920\d)\d*"
    r"|\+33(19900|46571|26191|35301|53649)\d{4}|\+61[2378](5550|7010)\d{4}"
)


def test_telephones_are_valid_and_from_ranges_kept_for_fiction_where_a_country_keeps_some(
    tables: dict[str, Table], truth: dict[str, Any]
) -> None:
    for written in _cells(tables, truth, "phone"):
        number = phonenumbers.parse(re.sub("^00", "+", written), "RU")
        assert phonenumbers.is_valid_number(number)
        plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if number.country_code in (1, 44, 49, 33, 61):
            assert _FICTION.fullmatch(plain), plain


@pytest.mark.parametrize(
    ("element", "check"),
    [
        ("card.number", luhn.is_valid),
        ("bank.iban", iban.is_valid),
        ("gov_id.br.cpf", cpf.is_valid),
        ("gov_id.ca.sin", sin.is_valid),
        ("gov_id.in.pan", pan.is_valid),
        ("gov_id.ru.inn", inn.is_valid),
    ],
)
def test_numbers_pass_the_checks_of_real_ones(
    element: str, check: Any, tables: dict[str, Table], truth: dict[str, Any]
) -> None:
    cells = list(_cells(tables, truth, element))
    assert len(cells) >= 5
    assert all(map(check, cells))


def test_identity_documents_pass_the_checks_of_real_ones(tables: dict[str, Table]) -> None:
    kinds: dict[str, list[str]] = defaultdict(list)
    for row in tables["shop.sql/identity_documents"]:
        kinds[row["kind"]].append(row["number"])
    assert {"passport_rf", "snils", "nino", "nhs", "aadhaar", "ssn", "driving_licence", "sin", "passport"} == set(kinds)
    assert all(map(nhs.is_valid, kinds["nhs"]))
    assert all(verhoeff.is_valid(number.replace(" ", "")) for number in kinds["aadhaar"])
    for number in kinds["snils"]:
        body, control = re.sub(r"\D", "", number)[:9], int(number[-2:])
        assert sum(int(d) * (9 - i) for i, d in enumerate(body)) % 101 % 100 == control
    assert all(re.fullmatch(r"\d\d \d\d \d{6}", number) for number in kinds["passport_rf"])
    assert all(re.fullmatch(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]", number) for number in kinds["nino"])


def test_decoys_look_like_what_they_are_not(tables: dict[str, Table], truth: dict[str, Any]) -> None:
    orders, products = tables["shop.sql/orders"], tables["shop.sql/products"]
    assert all(len(row["order_no"]) == 16 and luhn.is_valid(row["order_no"]) for row in orders)
    assert all(re.fullmatch(r"(?!666|000|9)\d{3}-\d\d-\d{4}", row["sku"]) for row in products)
    assert all(ipaddress.ip_address(row["version"]) for row in tables["shop.sql/deployments"])
    assert all(re.fullmatch("[0-9a-f]{32}", row["etag"]) for row in tables["shop.sql/product_images"])
    fields = truth["fields"]
    assert fields["shop.sql/orders"]["order_no"] is fields["shop.sql/products"]["sku"] is None
    assert fields["shop.sql/deployments"]["version"] is fields["shop.sql/deployments"]["commit"] is None


def test_households_share_a_mailbox_and_a_switchboard_serves_many(
    tables: dict[str, Table], truth: dict[str, Any]
) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for row, owner in zip(tables["shop.sql/customers"], truth["records"]["shop.sql/customers"], strict=True):
        owners[row["email"]].add(owner)
    assert sum(len(people) > 1 for people in owners.values()) >= 40
    behind = Counter(row["contact_phone"] for row in tables["backoffice.db/company_buyers"])
    assert len(behind) == 3
    assert min(behind.values()) >= 10


def test_some_people_have_two_accounts_and_few_of_these_are_beyond_keys(
    tables: dict[str, Table], truth: dict[str, Any]
) -> None:
    rows: dict[str, Table] = defaultdict(list)
    for row, owner in zip(tables["shop.sql/customers"], truth["records"]["shop.sql/customers"], strict=True):
        if owner:
            rows[owner].append(row)
    twice = [pair for pair in rows.values() if len(pair) == 2]
    lost = [
        (first, second)
        for first, second in twice
        if first["email"].lower() != second["email"].lower()
        and (not second["phone"] or re.sub(r"\D", "", first["phone"])[-9:] != re.sub(r"\D", "", second["phone"])[-9:])
    ]
    assert len(twice) >= 80
    assert 0 < len(lost) <= 0.02 * PEOPLE


def test_people_under_age_have_no_papers(tables: dict[str, Table], truth: dict[str, Any]) -> None:
    for source in ("shop.sql/identity_documents", "shop.sql/tax_profiles"):
        assert all(truth["people"][owner]["minor"] == "no" for owner in truth["records"][source])


def test_the_newsletter_is_not_unicode(room: Path) -> None:
    raw = (room / "evidence" / "newsletter.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert raw.decode("cp1251").startswith("Фамилия;Имя;Отчество;")


def test_the_fact_sheet_is_a_flat_map_that_leaves_questions_open(tmp_path: Path) -> None:
    facts.write(tmp_path / "facts.yaml")
    sheet = YAML(typ="safe", pure=True).load(tmp_path / "facts.yaml")
    assert sheet["entity.main_establishment"] == "DE"
    assert sheet["entity.role"] == "controller"
    assert "people" not in sheet
    assert "risk.serious_harm" not in sheet


def test_the_law_can_read_the_fact_sheet_and_still_has_questions() -> None:
    case = law_facts.read(facts.SHEET)
    assert not case.contradictions
    duties = engine.evaluate(case, shelf.load(), datetime(2026, 11, 22, 9, tzinfo=UTC))
    assert duties.questions[0].fact == "people"
    assert len(duties.questions[0].decides) >= 5
    assert any(duty.verdict is Verdict.OWED for duty in duties.duties)
