"""The shelf on real breaches: nothing fails, everything is explained. `tools/real-cases` takes all of them."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from breachdesk.law import engine, shelf
from breachdesk.law.shapes import Verdict
from tests.corpus import corpus
from tests.real import cases

LAW = shelf.load()


@pytest.mark.corpus
def test_every_incident_is_judged_and_explained() -> None:
    for number, (id_, sheet, at) in enumerate(cases.incidents(corpus("data", "vcdb", "incidents.jsonl"))):
        if number % 40 == 0:
            found = engine.evaluate(sheet, LAW, at)
            assert cases.unexplained(found) == [], id_
            assert len(found.duties) >= len(LAW.items)


@pytest.mark.corpus
def test_every_notice_to_washington_has_the_day_its_law_names() -> None:
    for number, one in enumerate(cases.washington(corpus("data", "registers", "wa-ag", "breach_notifications_wa.csv"))):
        if number % 20 == 0:
            found = engine.evaluate(one.sheet, LAW, one.at)
            assert cases.unexplained(found) == [], one.id
            (duty,) = (duty for duty in found.duties if duty.id == "us.wa.ag")
            assert duty.verdict is Verdict.UNKNOWN  # the register does not say which data were lost
            if one.aware is not None:
                term = 30 if one.aware.isoformat() >= "2020-03-01" else 45
                assert duty.due is not None
                assert duty.due.date() == one.aware + timedelta(days=term)


def test_what_a_register_leaves_out_stays_unknown(tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    row = {"DateAware": "", "DateSubmitted": "03/17/2021 12:00:00 AM", "Id": "7", "WashingtoniansAffected": ""}
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, row)
        writer.writeheader()
        writer.writerow(row)
    (one,) = cases.washington(file)
    assert one.aware is None
    assert one.sheet.facts.keys() == {"breach.personal_data", "breach.confidentiality"}
