"""What was handed in is kept as it was, and the next draft says what has changed since."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from breachdesk.authorities import receipts
from breachdesk.authorities.receipts import BadReceipt
from breachdesk.authorities.shapes import Stage, State
from tests.authorities.test_drafts import write
from tests.authorities.test_filing import field, filing
from tests.notify.bakery import AT, FACTS, SAID

NOW = AT + timedelta(hours=3)


def record(pack: Path, duty: str = "eu.gdpr.art33", number: str = "N-1", at: datetime = NOW, **other: object) -> object:
    return receipts.record(pack, duty, number=number, filed_at=at, now=NOW + timedelta(days=9), by="ada", **other)  # type: ignore[arg-type]


def test_the_draft_is_kept_as_it_was_handed_in(tmp_path: Path) -> None:
    write(tmp_path)
    page = (tmp_path / "filings" / "eu.gdpr.art33.html").read_bytes()
    proof = tmp_path / "answer.PDF"
    proof.write_bytes(b"%PDF-1.7 thank you")
    record(tmp_path, proof=proof)
    write(tmp_path, {**SAID, "what_happened": {"en": "Something else.", "ru": "Другое."}})
    kept = tmp_path / "filed" / "eu.gdpr.art33" / "1"
    assert (kept / "filing.html").read_bytes() == page
    assert sorted(path.name for path in kept.iterdir()) == [
        *("filing.docx", "filing.html", "filing.json", "proof.pdf", "receipt.json"),
    ]
    line = json.loads((kept / "receipt.json").read_bytes())
    assert (line["number"], line["late"], line["by"]) == ("N-1", True, "ada")
    assert line["files"]["filing.html"] == hashlib.sha256(page).hexdigest()


def test_the_next_draft_is_a_follow_up_that_marks_what_changed(tmp_path: Path) -> None:
    write(tmp_path)
    record(tmp_path)
    said = {**SAID, "what_happened": {"en": "Something else.", "ru": "Другое."}}
    made = {one.filing.duty: one.filing for one in write(tmp_path, said, receipts=receipts.read(tmp_path)).entries}
    again = made["eu.gdpr.art33"]
    assert again.stage is Stage.INTERMEDIATE
    assert field(again, "type").value == "Follow-up; more will be supplied"
    assert field(again, "number").value == "N-1"
    happened = field(again, "what_happened")
    assert happened.value == "Something else."
    assert happened.was.startswith("An outsider used")
    assert field(again, "controller").was is None
    assert made["us.ca.ag"].filed == ()
    page = (tmp_path / "filings" / "eu.gdpr.art33.html").read_text(encoding="utf-8")
    assert "Filed before: An outsider used" in page
    assert "N-1 (after the due time)" in page


def test_nothing_open_makes_the_follow_up_the_final_one(tmp_path: Path) -> None:
    write(tmp_path)
    record(tmp_path, "us.ca.ag")
    filings = write(tmp_path, receipts=receipts.read(tmp_path)).entries
    made = next(one.filing for one in filings if one.filing.duty == "us.ca.ag")
    still = [one.id for one in made.fields if one.required and one.state is State.NOT_YET_KNOWN]
    assert made.stage is (Stage.INTERMEDIATE if still else Stage.FINAL)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"duty": "xx.nobody"}, "no draft of that duty"),
        ({"duty": "gdpr"}, "near: eu.gdpr.art33"),
        ({"number": "  "}, "write what the authority gave"),
        ({"number": "x" * 201}, "at most 200"),
        ({"number": "a\x1bb"}, "write what the authority gave"),
        ({"at": NOW + timedelta(days=30)}, "lies in the future"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_kept(
    tmp_path: Path, changed: dict[str, object], words: str
) -> None:
    write(tmp_path)
    with pytest.raises(BadReceipt, match=words):
        record(tmp_path, **changed)  # type: ignore[arg-type]
    assert not (tmp_path / "filed").exists()


def test_one_number_is_recorded_once_and_time_goes_forward(tmp_path: Path) -> None:
    write(tmp_path)
    record(tmp_path)
    with pytest.raises(BadReceipt, match=r"recorded for eu\.gdpr\.art33 already"):
        record(tmp_path)
    with pytest.raises(BadReceipt, match="earlier than the filing recorded before"):
        record(tmp_path, number="N-2", at=NOW - timedelta(hours=1))
    record(tmp_path, number="N-2", at=NOW + timedelta(hours=1))
    assert [one.number for one in receipts.read(tmp_path)] == ["N-1", "N-2"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("receipt.json", "proof.json"),  # never in the place of the receipt
        ("x.P\u202eDF", "proof.pdf"),
        ("x.a\nb", "proof.ab"),
        ("noending", "proof.bin"),
        ("x." + "z" * 90, "proof.zzzzzzzz"),
    ],
)
def test_a_proof_lies_beside_under_a_name_of_ours(tmp_path: Path, name: str, kept: str) -> None:
    write(tmp_path)
    (tmp_path / name).write_bytes(b"thank you")
    record(tmp_path, proof=tmp_path / name)
    folder = tmp_path / "filed" / "eu.gdpr.art33" / "1"
    assert (folder / kept).read_bytes() == b"thank you"
    assert json.loads((folder / "receipt.json").read_bytes())["number"] == "N-1"


def test_a_follow_up_is_not_late(tmp_path: Path) -> None:
    write(tmp_path)
    record(tmp_path, at=AT)
    record(tmp_path, number="N-2", at=AT + timedelta(days=5))
    assert [one.late for one in receipts.read(tmp_path)] == [False, False]


def test_what_a_pulled_plug_left_is_cleared_and_counts_for_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    left = tmp_path / "filed" / "us.ca.ag" / "new"
    left.mkdir(parents=True)
    (left / "receipt.json").write_text("{")
    assert receipts.read(tmp_path) == ()
    record(tmp_path)
    assert not left.exists()
    assert len(receipts.read(tmp_path)) == 1


@pytest.mark.parametrize(
    "damage",
    ["{", "[]", '{"format": "breachdesk.filing/1"}', '{"format": "breachdesk.filing/1", "duty": "x", "due": "soon"}'],
)
def test_a_damaged_draft_is_named(tmp_path: Path, damage: str) -> None:
    write(tmp_path)
    (tmp_path / "filings" / "us.ca.ag.json").write_text(damage)
    with pytest.raises(BadReceipt, match=r"us\.ca\.ag\.json: damaged"):
        record(tmp_path)


def test_what_a_receipt_says_in_unseen_characters_is_drawn_without_them(tmp_path: Path) -> None:
    write(tmp_path)
    record(tmp_path, "us.ca.ag")
    path = tmp_path / "filed" / "us.ca.ag" / "1" / "receipt.json"
    line = json.loads(path.read_bytes())
    line["values"]["name"] = "bad\x00\u202ename"
    path.write_text(json.dumps(line), encoding="utf-8")
    made = {one.filing.duty: one.filing for one in write(tmp_path, receipts=receipts.read(tmp_path)).entries}
    assert field(made["us.ca.ag"], "name").was == "bad name"


def test_the_number_of_one_authority_never_stands_in_the_form_of_another() -> None:
    said = {**SAID, "first_notice": {"number": "RKN-1", "key": "k"}}
    made = filing("eu-gdpr-33-sa", {**FACTS, "organisation": said})
    assert "RKN-1" not in field(made, "number").value
    own = {**FACTS, "filing": {"number": {"xx.stranger": "CNIL-7"}}}
    assert field(filing("eu-gdpr-33-sa", own, id="xx.stranger"), "number").value == "CNIL-7"


def test_a_proof_that_is_none_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "empty.pdf").touch()
    for path, words in ((tmp_path / "empty.pdf", "empty"), (tmp_path / "absent.pdf", "No such file")):
        with pytest.raises(BadReceipt, match=words):
            record(tmp_path, proof=path)
    assert not (tmp_path / "filed").exists()


@pytest.mark.parametrize(
    "damage", ["", "{}", '{"format": "breachdesk.receipt/2"}', "[]", '{"format": "breachdesk.receipt/1"}']
)
def test_a_damaged_receipt_is_named(tmp_path: Path, damage: str) -> None:
    write(tmp_path)
    record(tmp_path)
    (tmp_path / "filed" / "eu.gdpr.art33" / "1" / "receipt.json").write_text(damage)
    with pytest.raises(BadReceipt, match=r"receipt\.json"):
        receipts.read(tmp_path)


def test_the_second_notice_to_roskomnadzor_learns_the_number_of_the_first() -> None:
    first = receipts.Receipt("ru.pdn.primary", "2026-77", AT, AT, "ada", Stage.INITIAL, Path("x"), {}, {})  # type: ignore[arg-type]
    made = filing("ru-152-21-31-final", FACTS, id="ru.pdn.primary.final", receipts=(first,))
    assert field(made, "first_number").value == "2026-77"
    other = filing("ru-152-21-31-final", FACTS, id="ru.pdn.primary.final", receipts=(replace(first, duty="ru.kii.x"),))
    assert field(other, "first_number").value == "[номер первичного уведомления]"


def test_one_digest_stands_for_all_of_them(tmp_path: Path) -> None:
    assert receipts.digest(()) == ""
    write(tmp_path)
    record(tmp_path)
    one = receipts.digest(receipts.read(tmp_path))
    record(tmp_path, "us.ca.ag", "C-1")
    assert len({"", one, receipts.digest(receipts.read(tmp_path))}) == 3
