"""People counted into cohorts: from a plain list and from a sealed one."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachdesk.ground.sealing import KeyRing, SealedWriter, WrongKey, new_key
from breachdesk.scope.cohorts import BadPeopleList, cohorts, find, key_of
from breachdesk.scope.shapes import PEOPLE, Cohort
from tests.scope.conftest import KEY, Run, read

PERSON = st.fixed_dictionaries(
    {
        "residence": st.sampled_from(["US-CA", "DE", "unknown"]),
        "elements": st.lists(st.sampled_from(["name", "email", "gov_id.us.ssn"]), unique=True, min_size=1),
        "language": st.sampled_from(["en", "de", "unknown"]),
        "minor": st.sampled_from(["yes", "no", "unknown"]),
    }
)


def listed(path: Path, people: list[dict[str, object]]) -> Path:
    pq.write_table(pa.Table.from_pylist(people, schema=PEOPLE), path)
    return path


def test_the_same_elements_in_another_order_are_one_cohort(tmp_path: Path) -> None:
    shared = {"residence": "DE", "language": "de", "minor": "no"}
    people = [{**shared, "elements": ["name", "email"]}, {**shared, "elements": ["email", "name"]}]
    assert cohorts(listed(tmp_path / "p.parquet", people)) == [
        Cohort("DE", frozenset({"name", "email"}), "de", "no", 2)
    ]


@settings(max_examples=40, deadline=None)
@given(people=st.lists(PERSON, max_size=30))
def test_cohorts_are_what_counting_one_by_one_gives_most_people_first(
    tmp_path_factory: pytest.TempPathFactory, people: list[dict[str, object]]
) -> None:
    found = cohorts(listed(tmp_path_factory.mktemp("list") / "people.parquet", people))
    assert sum(one.count for one in found) == len(people)
    for one in found:
        alike = [
            person
            for person in people
            if (person["residence"], person["language"], person["minor"]) == (one.residence, one.language, one.minor)
            and set(person["elements"]) == one.elements  # type: ignore[call-overload]
        ]
        assert len(alike) == one.count
    assert [one.count for one in found] == sorted((one.count for one in found), reverse=True)


def test_a_sealed_list_gives_the_same_with_its_key_and_nothing_without(shop: Run, tmp_path: Path) -> None:
    read(tmp_path / "out", shop.evidence, plain=False)
    assert cohorts(tmp_path / "out", KEY) == cohorts(shop.out)
    assert sum(one.count for one in cohorts(shop.out)) == shop.summary.people
    with pytest.raises(BadPeopleList, match="sealed; give the folder of its key"):
        cohorts(tmp_path / "out")
    with pytest.raises(WrongKey):
        cohorts(tmp_path / "out", new_key())


def test_the_ring_finds_the_key_of_a_list(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys")
    key = ring.create("case")
    with SealedWriter(tmp_path / "people.parquet", key) as file:
        file.write(b"any")
    assert key_of(tmp_path / "people.parquet", ring) == key
    assert key_of(listed(tmp_path / "plain.parquet", []), ring) is None


@pytest.mark.parametrize("within", ["", "people.parquet", "scope"])
def test_a_list_is_found_by_its_folder_its_pack_or_itself(tmp_path: Path, within: str) -> None:
    folder = tmp_path / "scope" if within == "scope" else tmp_path
    folder.mkdir(exist_ok=True)
    path = listed(folder / "people.parquet", [])
    assert find(tmp_path / within if within != "scope" else tmp_path) == path


def test_what_is_no_list_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(BadPeopleList, match="give the folder that scope wrote"):
        find(tmp_path)
    (tmp_path / "people.parquet").write_bytes(b"name,email\n")
    with pytest.raises(BadPeopleList, match="not a people list"):
        cohorts(tmp_path)
    pq.write_table(pa.table({"name": ["Anna"]}), tmp_path / "people.parquet")
    with pytest.raises(BadPeopleList, match="not a people list"):
        cohorts(tmp_path)
