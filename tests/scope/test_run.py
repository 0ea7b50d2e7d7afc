"""Evidence in, findings, records and people out: what the files hold, and what they do not."""

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from breachdesk.ground.sealing import SealedReader, WrongKey, is_sealed, new_key
from tests.scope import evidence
from tests.scope.conftest import KEY, Run, partition, read, rows

FINDINGS = {
    "source": "text", "record": "int64", "field": "text", "element": "text", "start": "int32", "end": "int32",
    "count": "int64", "confidence": "float", "detector": "text", "reason": "text",
}  # fmt: skip
RECORDS = {"source": "text", "record": "int64", "person_id": "text", "elements": "texts"}
PEOPLE = {
    "person_id": "text", "names": "texts", "emails": "texts", "phones": "texts", "addresses": "texts",
    "date_of_birth": "text", "residence": "text", "residence_basis": "text", "language": "text", "minor": "text",
    "elements": "texts", "records": "int64", "confidence": "float",
}  # fmt: skip


def kinds(path: Path) -> dict[str, str]:
    return {field.name: kind(field.type) for field in pq.read_schema(path)}


def kind(type: pa.DataType) -> str:
    if pa.types.is_dictionary(type):
        return kind(type.value_type)
    if pa.types.is_list(type):
        return kind(type.value_type) + "s"
    return "text" if pa.types.is_string(type) else str(type)


@pytest.mark.parametrize(
    ("name", "columns"),
    [("findings.parquet", FINDINGS), ("records.parquet", RECORDS), ("people.parquet", PEOPLE)],
)
def test_each_file_has_the_columns_that_were_promised(shop: Run, name: str, columns: dict[str, str]) -> None:
    assert kinds(shop.out / name) == columns


def test_the_summary_has_the_keys_that_were_promised(shop: Run) -> None:
    summary = json.loads((shop.out / "summary.json").read_text(encoding="utf-8"))
    assert summary == shop.summary.document
    assert summary["format"] == "breachdesk.scope/1"
    assert {"format", "sources", "people", "seconds", "bytes_per_second"} <= set(summary)
    assert {"count", "name_only", "by_source", "by_residence", "by_element"} <= set(summary["people"])
    for source in summary["sources"]:
        assert {"source", "kind", "records", "bytes", "status", "problems", "fields"} <= set(source)
        for field in source["fields"]:
            assert {"field", "element", "count", "confidence"} <= set(field)


def test_the_summary_counts_what_was_read_and_whom_it_is_about(shop: Run) -> None:
    document = shop.summary.document
    assert {one["source"]: (one["kind"], one["records"], one["status"]) for one in document["sources"]} == {
        "newsletter.csv": ("csv", 9, "read"),
        "note.txt": ("text", 3, "read"),
        "shop.sql/cards": ("sql", 12, "read"),
        "shop.sql/customers": ("sql", 12, "read"),
        "shop.sql/orders": ("sql", 30, "read"),
        "visits.ndjson": ("ndjson", 20, "read"),
    }
    people = document["people"]
    assert (people["count"], people["name_only"]) == (15, 0)
    assert people["by_source"] == {
        "newsletter.csv": 9, "note.txt": 1, "shop.sql/cards": 12, "shop.sql/customers": 12, "shop.sql/orders": 9,
        "visits.ndjson": 4,
    }  # fmt: skip
    assert people["by_residence"] == {"US-CA": 4, "US-NY": 4, "US-TX": 4, "unknown": 3}
    assert people["by_element"]["card.number"] == 12
    assert people["by_element"]["email"] == 15


def test_the_bytes_of_a_file_are_the_bytes_of_the_file(shop: Run) -> None:
    sizes = {one["source"]: one["bytes"] for one in shop.summary.document["sources"]}
    for name in ("newsletter.csv", "note.txt", "visits.ndjson"):
        assert sizes[name] == (shop.evidence / name).stat().st_size
    assert 0 < sizes["shop.sql/customers"] < (shop.evidence / "shop.sql").stat().st_size


def test_anna_is_one_person_from_every_file_with_all_she_lost(shop: Run) -> None:
    anna = next(one for one in rows(shop.out / "people.parquet") if evidence.mail(0) in one["emails"])  # type: ignore[operator]
    assert set(anna.pop("elements")) == {  # type: ignore[call-overload]
        "name", "email", "phone", "address", "date_of_birth", "customer_id", "card.number", "card.expiry",
    }  # fmt: skip
    assert 0 < anna.pop("confidence") <= 1  # type: ignore[operator]
    assert re.fullmatch(r"P\d{8}", str(anna.pop("person_id")))
    assert anna == {
        "names": ["Anna", evidence.NAMES[0]],
        "emails": [evidence.mail(0)],
        "phones": ["+14155550100"],
        "addresses": ["11 Kestrelgate Road, Springfield, CA, USA"],
        "date_of_birth": evidence.born(0),
        "residence": "US-CA",
        "residence_basis": "address",
        "language": "en",
        "minor": "no",
        "records": 13,  # one customer, card, letter and line of the note, four orders, five visits
    }


def test_every_record_of_a_person_is_counted_once(shop: Run) -> None:
    told = [one["person_id"] for one in rows(shop.out / "records.parquet")]
    counts = {one["person_id"]: one["records"] for one in rows(shop.out / "people.parquet")}
    assert {person: told.count(person) for person in counts} == counts
    assert sum(map(len, partition(shop.out))) == len(told)


def test_a_finding_in_text_says_where_it_stands(shop: Run) -> None:
    lines = (shop.evidence / "note.txt").read_text(encoding="utf-8").splitlines()
    found = [one for one in rows(shop.out / "findings.parquet") if one["source"] == "note.txt"]
    spans = [one for one in found if one["record"] is not None]
    assert [lines[one["record"]][one["start"] : one["end"]] for one in spans] == [evidence.mail(0)]  # type: ignore[misc, call-overload]
    assert [one["count"] for one in found if one["record"] is None] == [1]


def test_only_the_list_of_people_holds_values(shop: Run) -> None:
    cells = [(shop.out / "summary.json").read_text(encoding="utf-8")]
    for name in ("findings.parquet", "records.parquet"):
        for one in rows(shop.out / name):
            cells += [str(cell) for cell in one.values()]
    text = "\n".join(cells).lower()
    assert [value for value in evidence.planted() if value.lower() in text] == []
    people = str(rows(shop.out / "people.parquet"))
    assert evidence.mail(0) in people
    assert "reader.olga" in people


def test_no_raw_byte_of_a_value_lies_in_the_files_that_are_shown(shop: Run) -> None:
    for name in ("findings.parquet", "records.parquet", "summary.json"):
        raw = (shop.out / name).read_bytes()
        assert [value for value in evidence.planted() if value.encode() in raw] == []


def test_the_list_of_people_is_sealed_unless_asked_otherwise(shop: Run, tmp_path: Path) -> None:
    summary = read(tmp_path / "out", shop.evidence, plain=False)
    sealed = tmp_path / "out" / "people.parquet"
    assert summary.document["people"]["sealed"] is True
    assert is_sealed(sealed)
    assert not any(is_sealed(tmp_path / "out" / name) for name in ("findings.parquet", "records.parquet"))
    with pytest.raises(WrongKey):
        SealedReader(sealed, new_key())
    with SealedReader(sealed, KEY) as file:
        opened = pq.read_table(file)
    assert opened.equals(pq.read_table(shop.out / "people.parquet"))
    assert shop.summary.document["people"]["sealed"] is False


def test_nothing_of_the_work_is_left_behind(shop: Run) -> None:
    assert {path.name for path in shop.out.iterdir()} == {
        "summary.json", "findings.parquet", "records.parquet", "people.parquet",
    }  # fmt: skip


def test_the_order_of_the_sources_does_not_matter(shop: Run, tmp_path: Path) -> None:
    files = sorted(path for path in shop.evidence.iterdir())
    read(tmp_path / "one", *files)
    read(tmp_path / "other", *reversed(files))
    assert partition(tmp_path / "one") == partition(tmp_path / "other") == partition(shop.out)

    def told(out: Path) -> list[object]:
        return sorted(
            ({**one, "person_id": "", "names": sorted(one["names"])} for one in rows(out / "people.parquet")),  # type: ignore[call-overload]
            key=lambda one: one["emails"],
        )

    assert told(tmp_path / "one") == told(tmp_path / "other")


def test_what_cannot_be_read_is_told_in_sentences_and_in_codes(tmp_path: Path) -> None:
    (tmp_path / "odd.bin").write_bytes(bytes(range(256)) * 16)
    summary = read(tmp_path / "out", tmp_path / "odd.bin", tmp_path / "nowhere.csv")
    assert summary.needs_attention
    odd, nowhere = summary.document["sources"]
    assert (odd["status"], nowhere["status"]) == ("unreadable", "unreadable")
    assert nowhere["problems"] == ["There is no such file or folder. Check the path and run again."]
    assert nowhere["problem_codes"] == [{"code": "not_found", "where": "", "detail": ""}]
    assert summary.document["people"]["count"] == 0
    assert kinds(tmp_path / "out" / "people.parquet") == PEOPLE


def test_a_problem_says_where_before_what(tmp_path: Path) -> None:
    lines = ["name,email", *(f"Anna {n},anna{n}@example.org" for n in range(20)), "Ben", "Cara,cara@example.org"]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    summary = read(tmp_path / "out", tmp_path / "a.csv")
    assert summary.document["sources"][0]["status"] == "partly"
    assert summary.document["sources"][0]["problems"][0].startswith("Row 20: The row has fewer fields")
    assert summary.sources[0].problems[0].code == "short_row"


def test_what_was_done_is_noted_without_a_value(shop: Run, tmp_path: Path) -> None:
    notes: list[tuple[str, object]] = []
    read(tmp_path / "out", shop.evidence, journal=lambda type, payload: notes.append((type, dict(payload))))
    assert notes == [
        ("scope.sources.read", {
            "sources": 6, "partly": 0, "unreadable": 0, "records": 86, "taken_up_again": 0,
            "bytes": sum(path.stat().st_size for path in shop.evidence.iterdir()),
        }),
        ("scope.people.listed", {"people": 15, "name_only": 0, "sealed": False}),
    ]  # fmt: skip


def test_who_waits_is_told_how_much_was_read(shop: Run, tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    summary = read(tmp_path / "out", shop.evidence, progress=lambda what, count: told.append((what, count)))
    assert sum(count for _, count in told) == summary.document["bytes"]
    assert list(dict.fromkeys(what for what, _ in told)) == ["read", "reading", "tie", "find", "resolve", "list"]


def test_people_kept_by_their_mailbox_are_records_and_no_column_is_called_after_them(tmp_path: Path) -> None:
    by_mail = {
        evidence.mail(n): {"name": evidence.NAMES[n], "phone": evidence.phone(n)} for n in range(len(evidence.NAMES))
    }
    (tmp_path / "by_mail.json").write_text(json.dumps(by_mail))
    (tmp_path / "lines.ndjson").write_text(
        "".join(json.dumps({"users": {mail: {"age": 40}}}) + "\n" for mail in by_mail)
    )
    summary = read(tmp_path / "out", tmp_path / "by_mail.json", tmp_path / "lines.ndjson")
    assert summary.document["people"]["by_source"]["by_mail.json"] == len(by_mail)
    shown = (tmp_path / "out" / "summary.json").read_text() + str(rows(tmp_path / "out" / "findings.parquet"))
    assert [value for value in evidence.planted() if value.lower() in shown.lower()] == []


def test_a_column_called_after_somebody_is_shown_without_the_name(tmp_path: Path) -> None:
    table = f'CREATE TABLE votes (day DATE, "{evidence.mail(0)}" TEXT);\n'
    (tmp_path / "votes.sql").write_text(
        table + "INSERT INTO votes VALUES ('2026-01-01', 'yes'), ('2026-01-02', 'no');\n"
    )
    summary = read(tmp_path / "out", tmp_path / "votes.sql")
    assert [one["field"] for one in summary.document["sources"][0]["fields"]] == ["day", "(hidden 1)"]
