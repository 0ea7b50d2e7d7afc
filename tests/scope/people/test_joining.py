"""Whose a row is: over keys that are declared, keys that show themselves, and identifiers; and whose it is not."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.scope.conftest import partition, read, rows
from tests.scope.evidence import CARDS, NAMES, mail, phone

Table = Sequence[Sequence[object]]
MORE = (
    "Oskar Bruckheim", "Paula Sternau", "Rita Vogelsang", "Sven Tannhaus", "Thea Uhlmann", "Ulf Brennicke",
    "Vera Zimtholz", "Wim Aldershof", "Xenia Palmquist", "Yorick Landauer", "Zoe Marchetti", "Arno Felsing",
)  # fmt: skip


def scoped(folder: Path, **tables: Table) -> Mapping[str, Any]:
    """The summary's people of some CSV files, each given as header and rows."""
    for name, table in tables.items():
        text = "\n".join(",".join(map(str, row)) for row in table)
        (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    return read(folder / "out", *(folder / f"{name}.csv" for name in tables)).document["people"]  # type: ignore[no-any-return]


def one_person(folder: Path, *records: tuple[str, int]) -> bool:
    return any(set(records) <= person for person in partition(folder / "out"))


def customers(first: int = 501, names: Sequence[str] = NAMES) -> Table:
    return [["customer_id", "full_name"], *([first + place, name] for place, name in enumerate(names))]


def test_a_card_reaches_its_holder_over_the_table_that_pairs_them(tmp_path: Path) -> None:
    pairs = [["customer_id", "card_id"], *([501 + place, 90011 - place] for place in range(12))]
    cards = [["card_id", "card_number"], *([90000 + place, number] for place, number in enumerate(CARDS))]
    people = scoped(tmp_path, customers=customers(), customer_cards=pairs, cards=cards)
    assert people["by_source"] == {"customers.csv": 12, "customer_cards.csv": 12, "cards.csv": 12}
    assert people["count"] == 12
    assert all(one_person(tmp_path, ("customers.csv", place), ("cards.csv", 11 - place)) for place in range(12))


def test_two_companies_number_their_customers_alike_and_share_none(tmp_path: Path) -> None:
    def company(names: Sequence[str], domain: str) -> Table:
        listed = [[place + 1, name, f"{name.split()[0].lower()}@{domain}"] for place, name in enumerate(names)]
        return [["id", "full_name", "email"], *listed]

    # Even namesakes of one number: a plain `id` in one file points to no other.
    people = scoped(tmp_path, north=company(NAMES, "north.example"), south=company(NAMES, "south.example"))
    assert people["count"] == 24


def test_a_key_without_names_beside_it_is_a_person_all_the_same(tmp_path: Path) -> None:
    visits = [["user_id", "ip_address"], *([f"u-{7000 + place % 5}", f"203.0.113.{place + 1}"] for place in range(20))]
    cards = [["user_id", "card_number"], *([f"u-{7000 + place}", CARDS[place]] for place in range(5))]
    people = scoped(tmp_path, visits=visits, cards=cards)
    assert people["count"] == 5
    assert one_person(tmp_path, ("visits.csv", 3), ("visits.csv", 8), ("cards.csv", 3))


def test_who_only_had_to_do_with_a_row_does_not_own_it(tmp_path: Path) -> None:
    staff = [
        ["employee_id", "full_name", "email"],
        *([place + 1, name, mail(place)] for place, name in enumerate(NAMES)),
    ]
    buyers = [
        ["customer_id", "full_name", "email", "sales_employee_id"],
        *([501 + place, name, f"{name.split()[0]}@example.net", 1 + place % 5] for place, name in enumerate(MORE)),
    ]
    people = scoped(tmp_path, employees=staff, customers=buyers)
    assert people["by_source"] == {"employees.csv": 12, "customers.csv": 12}
    assert not one_person(tmp_path, ("employees.csv", 0), ("customers.csv", 0))


def test_an_order_belongs_to_who_is_served_not_to_who_serves(tmp_path: Path) -> None:
    staff = [["employee_id", "full_name", "email"], *([n + 1, name, mail(n)] for n, name in enumerate(NAMES))]
    buyers = [
        ["customer_id", "full_name", "email"],
        *([501 + n, name, f"{name.split()[0]}@example.net"] for n, name in enumerate(MORE)),
    ]
    orders = [
        ["order_no", "employee_id", "customer_id", "card_number"],
        *([77001 + n, 1 + n % 5, 501 + n, CARDS[n]] for n in range(12)),
    ]
    people = scoped(tmp_path, employees=staff, customers=buyers, orders=orders)
    assert people["count"] == 24
    assert all(one_person(tmp_path, ("customers.csv", n), ("orders.csv", n)) for n in range(12))


def test_a_card_is_not_that_of_whoever_approved_it(tmp_path: Path) -> None:
    users = [["user_id", "full_name", "email"], *([501 + n, name, mail(n)] for n, name in enumerate(NAMES))]
    cards = [["card_no", "approved_by_user_id", "card_number"], *([77001 + n, 501 + n, CARDS[n]] for n in range(12))]
    people = scoped(tmp_path, users=users, cards=cards)
    assert people["by_source"] == {"users.csv": 12}
    assert "card.number" not in people["by_element"]


def test_namesakes_in_two_lists_stay_two_people(tmp_path: Path) -> None:
    one = [["full_name", "email"], *([name, f"a{place}@one.example"] for place, name in enumerate(NAMES))]
    other = [["full_name", "email"], *([name, f"b{place}@other.example"] for place, name in enumerate(NAMES))]
    assert scoped(tmp_path, one=one, other=other)["count"] == 24


def test_two_spellings_of_a_mailbox_and_of_a_telephone_join_two_lists(tmp_path: Path) -> None:
    one = [
        ["full_name", "email", "phone"],
        *([name, f"{name.split()[0]}.x{place}+shop@gmail.com", ""] for place, name in enumerate(NAMES[:6])),
        *([name, "", phone(place)] for place, name in enumerate(NAMES[6:], 6)),
    ]
    other = [
        ["full_name", "email", "phone"],
        *([name, f"{name.split()[0].lower()}x{place}@googlemail.com", ""] for place, name in enumerate(NAMES[:6])),
        *([name, "", f"(415) 555-01{place:02}"] for place, name in enumerate(NAMES[6:], 6)),
    ]
    assert scoped(tmp_path, one=one, other=other)["count"] == 12


@pytest.mark.parametrize(("shared", "value"), [("phone", "+1 212 555 0199"), ("email", "office@example.org")])
def test_the_number_or_mailbox_of_an_office_merges_nobody(tmp_path: Path, shared: str, value: str) -> None:
    staff = [["customer_id", "full_name", shared], *([501 + place, name, value] for place, name in enumerate(NAMES))]
    again = [["full_name", shared], *([name, value] for name in NAMES)]
    people = scoped(tmp_path, customers=staff, again=again)
    assert all(len(person) == 1 for person in partition(tmp_path / "out"))
    assert people["count"] == 24


def test_bare_names_are_counted_apart(tmp_path: Path) -> None:
    actors = [["actor_id", "first_name", "last_name"], *([n + 1, *name.split()] for n, name in enumerate(MORE))]
    buyers = [["full_name", "email"], *([name, mail(place)] for place, name in enumerate(NAMES))]
    people = scoped(tmp_path, actors=actors, customers=buyers)
    assert (people["count"], people["name_only"]) == (12, 12)
    assert "actors.csv" not in people["by_source"]
    assert all(
        one["person_id"] is None for one in rows(tmp_path / "out" / "records.parquet") if one["source"] == "actors.csv"
    )


def test_a_line_with_several_mailboxes_reaches_each_and_ties_none(tmp_path: Path) -> None:
    buyers = [["full_name", "email"], *([name, mail(place)] for place, name in enumerate(NAMES))]
    (tmp_path / "letter.txt").write_text(f"Hello all,\nTo: {mail(0)}, {mail(1)}, new.reader@example.net\nBye.\n")
    people = scoped(tmp_path, customers=buyers)
    assert people["count"] == 12
    again = read(tmp_path / "both", tmp_path / "customers.csv", tmp_path / "letter.txt").document["people"]
    assert again["count"] == 13
    assert again["by_source"]["letter.txt"] == 3
    reached = [one["person_id"] for one in rows(tmp_path / "both" / "records.parquet") if one["source"] == "letter.txt"]
    assert len(set(reached)) == 3


def test_a_row_that_two_people_share_is_counted_for_both(tmp_path: Path) -> None:
    buyers = [
        ["customer_id", "full_name", "address_id"],
        *([501 + place, name, 90000 + min(place, 10)] for place, name in enumerate(NAMES)),
    ]
    homes = [
        ["address_id", "street", "city", "country"],
        *([90000 + n, f"{n + 3} Elm Road", "Leeds", "UK"] for n in range(11)),
    ]
    people = scoped(tmp_path, customers=buyers, addresses=homes)
    assert people["by_source"] == {"customers.csv": 12, "addresses.csv": 12}
    assert people["by_residence"] == {"GB": 12}
    assert one_person(tmp_path, ("customers.csv", 10), ("addresses.csv", 10))
    assert one_person(tmp_path, ("customers.csv", 11), ("addresses.csv", 10))


def test_what_many_share_is_a_thing_of_the_world_and_nobodys(tmp_path: Path) -> None:
    buyers = [["customer_id", "full_name", "store_id"], *([501 + n, name, 70001] for n, name in enumerate(NAMES))]
    stores = [["store_id", "street", "city"], [70001, "1 Elm Road", "Leeds"], [70002, "2 Oak Road", "York"]]
    assert "stores.csv" not in scoped(tmp_path, customers=buyers, stores=stores)["by_source"]


def test_a_column_of_code_and_town_is_a_line_of_the_address(tmp_path: Path) -> None:
    """As German, French and Dutch tables have it: `10115 Berlin` in one cell."""
    towns = ["10115 Berlin", "80331 München", "D-20095 Hamburg", "50667 Köln"]
    lived = [[n, NAMES[n], f"Elbweg {n + 1}", town, "DE"] for n, town in enumerate(towns)]
    scoped(tmp_path, customers=[["customer_id", "full_name", "street", "city", "country"], *lived])
    found = sorted(str(one["addresses"]) for one in rows(tmp_path / "out" / "people.parquet"))
    assert found == sorted(str([f"Elbweg {n + 1}, {town}, DE"]) for n, town in enumerate(towns))
