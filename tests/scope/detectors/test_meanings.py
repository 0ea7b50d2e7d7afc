"""What somebody says of a column stands; what hangs on it follows."""

from pathlib import Path

import pytest

from breachdesk.ground.shelf import our_shelf
from breachdesk.scope.detectors import NOTHING, Column, Judge, Marker
from breachdesk.scope.detectors.meanings import on
from tests.scope.conftest import read, rows
from tests.scope.detectors.judging import batch, detectors

SEEN = {
    "id": ["1", "2", "3", "4"],
    "title": ["Anna Berg", "Ben Ode", "Cara Lund", "Dan Falk"],
    "reach": ["anna@example.org", "ben@example.org", "none", "dan@example.org"],
    "chart": ["K-77", "K-78", "K-79", None],
}


def said(**meant: str) -> tuple[dict[str, Column], dict[str, int]]:
    """Columns as judged, and in how many rows each marks its element."""
    judge = Judge("customers", detectors(), meant)
    judge.see(batch(SEEN))
    columns = judge.verdict()
    marks = Marker(columns, detectors()).mark(batch(SEEN))
    counts = {name: int(mask.sum()) for (name, _), mask in marks.masks.items()}
    assert not [row for row in marks.spans.to_pylist() if meant.get(row["column"]) == NOTHING]
    return {column.name: column for column in columns}, counts


def test_what_is_said_stands_whatever_the_rows_look_like() -> None:
    columns, counts = said(reach="email", title="name/full", chart="patient_id")
    assert [columns[name].main for name in ("title", "reach", "chart")] == ["name", "email", "patient_id"]
    assert columns["title"].role == "full"
    # three of four look like an address, the fourth is a blank; nobody knows how a patient's number looks: all count
    assert (counts["reach"], counts["chart"], counts["title"]) == (3, 3, 4)
    assert "3 of 4 rows" in columns["reach"].reason
    every, counts = said(reach="gov_id.us.ssn")
    assert (every["reach"].main, counts["reach"]) == ("gov_id.us.ssn", 4)


def test_where_nothing_is_said_to_stand_nothing_is_looked_for() -> None:
    columns, counts = said(reach=NOTHING, title=NOTHING)
    assert (columns["reach"].main, columns["title"].elements, columns["title"].role) == (None, (), "")
    assert "reach" not in counts
    with pytest.raises(KeyError):
        Judge("customers", detectors(), {"reach": "no.such.element"})


def test_every_element_can_be_said_and_names_a_detector_that_marks_it() -> None:
    known = on(our_shelf())
    assert known == detectors().meanings
    assert {name.partition("/")[0] for name in known} - {NOTHING} == set(our_shelf().data("elements.yaml")["elements"])
    for name, id in known.items():
        assert name == NOTHING or detectors()[id].element == name.partition("/")[0]
    assert {"name/given", "address/city", "email", "patient_id"} <= set(known)


def test_people_and_what_they_lost_follow(tmp_path: Path) -> None:
    shop = tmp_path / "shop.csv"
    shop.write_text(
        "id,name,email,note\n" + "".join(f"{n},Anna Berg{n},a{n}@example.org,b{n}@example.net\n" for n in range(9))
    )
    before = read(tmp_path / "one", shop).document["people"]
    meant = {"shop.csv": {"email": NOTHING, "note": "health", "name": "name/full"}}
    after = read(tmp_path / "two", shop, meant=meant).document
    assert before["by_element"]["email"] == 9
    assert "health" not in before["by_element"]
    assert after["people"]["by_element"]["health"] == 9
    people = rows(tmp_path / "two" / "people.parquet")
    assert not [one for one in people if any("example.org" in mail for mail in one["emails"] or ())]  # type: ignore[attr-defined]
    again = read(tmp_path / "two", shop, meant=meant)
    assert again.resumed
    assert not read(tmp_path / "two", shop).resumed  # other corrections are another run
