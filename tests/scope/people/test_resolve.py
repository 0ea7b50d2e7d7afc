"""Who is one person: an exact identifier joins, unless it is plainly somebody else."""

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachdesk.scope.people import names
from tests.scope.people.nodes import Node, persons, together

ANNA, BEN, CARA = "Anna Berg", "Ben Adler", "Cara Lindt"
SPRING, AUTUMN = date(1980, 4, 3), date(1991, 10, 30)
PEOPLE = [ANNA, BEN, CARA, "Dan Weiss", "Eva Roth", "Finn Holm", "Greta Maar", "Hugo Klee"]


@pytest.mark.parametrize("shared", [{"key": 7}, {"mail": 7}, {"phone": 7}, {"paper": (1, 7)}])
def test_one_name_and_one_identifier_are_one_person(shared: dict[str, int]) -> None:
    assert together(Node(ANNA, **shared), Node("Berg, Anna", **shared))  # type: ignore[arg-type]


def test_a_name_alone_joins_nobody() -> None:
    assert not together(Node(ANNA), Node(ANNA))


def test_a_name_and_a_day_of_birth_join_nobody() -> None:
    assert not together(Node(ANNA, born=SPRING), Node(ANNA, born=SPRING))


@pytest.mark.parametrize("shared", [{"key": 7}, {"mail": 7}, {"phone": 7}, {"paper": (1, 7)}])
def test_two_names_are_two_people_whatever_they_share(shared: dict[str, int]) -> None:
    assert not together(Node(ANNA, **shared), Node(BEN, **shared))  # type: ignore[arg-type]


def test_the_same_number_means_something_else_among_another_kind() -> None:
    assert not together(Node(ANNA, mail=7), Node(ANNA, phone=7))


@pytest.mark.parametrize("shared", [{"mail": 7}, {"phone": 7}])
def test_father_and_son_of_one_name_are_told_apart_by_birth(shared: dict[str, int]) -> None:
    assert not together(Node(ANNA, born=SPRING, **shared), Node(ANNA, born=AUTUMN, **shared))  # type: ignore[arg-type]


def test_day_and_month_changed_over_are_one_date() -> None:
    assert together(Node(ANNA, mail=7, born=date(1980, 4, 3)), Node(ANNA, mail=7, born=date(1980, 3, 4)))


def test_two_papers_of_one_kind_are_two_people() -> None:
    assert not together(Node(ANNA, mail=7, paper=(1, 1)), Node(ANNA, mail=7, paper=(1, 2)))


def test_papers_of_two_kinds_contradict_nothing() -> None:
    assert together(Node(ANNA, mail=7, paper=(1, 1)), Node(ANNA, mail=7, paper=(2, 2)))


def test_a_telephone_does_not_join_one_name_with_two_mailboxes() -> None:
    assert not together(Node(ANNA, phone=7, mail=1), Node(ANNA, phone=7, mail=2))
    assert together(Node(ANNA, phone=7, mail=1, born=SPRING), Node(ANNA, phone=7, mail=2, born=SPRING))


def test_a_telephone_asks_for_more_than_an_initial() -> None:
    assert not together(Node("Berg", phone=7), Node(ANNA, phone=7))
    assert together(Node("A. Berg", mail=7), Node(ANNA, mail=7))


@pytest.mark.parametrize("kind", ["mail", "phone"])
def test_a_switchboard_joins_nobody_and_a_household_only_itself(kind: str) -> None:
    family = [Node(name, **{kind: 7}) for name in PEOPLE[:3] for _ in range(2)]  # type: ignore[arg-type]
    assert persons(family) == [{0, 1}, {2, 3}, {4, 5}]
    company = [Node(name, **{kind: 7}) for name in PEOPLE for _ in range(2)]  # type: ignore[arg-type]
    assert len(persons(company)) == len(company)


def test_a_customer_number_holds_however_many_names_it_bears() -> None:
    """A number is given out by the one who lost it: whoever bears it twice is one."""
    shop = [Node(name, key=7) for name in PEOPLE for _ in range(2)]
    assert persons(shop) == [{place, place + 1} for place in range(0, len(shop), 2)]


def test_a_name_changed_by_marriage_stays_one_person_by_number_and_birth() -> None:
    assert together(Node(ANNA, key=7, born=SPRING), Node("Anna Falk", key=7, born=SPRING))
    assert not together(Node(ANNA, key=7, born=SPRING), Node("Anna Falk", key=7))


def test_who_stands_between_two_people_ties_them_not() -> None:
    john, jane = Node("John Smith", mail=1), Node("Jane Smith", mail=2)
    found = persons(
        [john, Node("John Smith", mail=1), Node("J Smith", mail=1, phone=9), jane, Node("Jane Smith", mail=2)]
    )
    assert {0, 1} <= found[0]
    assert not any({0, 3} <= one for one in found)
    between = persons([Node("John Smith", mail=1), Node("J Smith", mail=1, key=5), Node("Jane Smith", key=5)])
    assert not any({0, 2} <= one for one in between)


def test_a_nameless_row_follows_its_surest_identifier() -> None:
    assert persons([Node(ANNA, mail=1), Node(BEN, phone=2), Node(None, mail=1, phone=2)]) == [{0, 2}, {1}]
    assert persons([Node(ANNA, key=1), Node(BEN, mail=2), Node(None, key=1, mail=2)]) == [{0, 2}, {1}]


def test_a_nameless_row_between_two_people_ties_them_not_and_stays_with_neither() -> None:
    assert persons([Node(ANNA, mail=1), Node(BEN, mail=1), Node(None, mail=1)]) == [{0}, {1}, {2}]


def test_one_row_that_is_somebody_else_does_not_keep_the_others_away() -> None:
    family = [Node(ANNA, mail=1, born=SPRING), Node(None, mail=1), Node(None, mail=1, born=AUTUMN)]
    assert persons(family) == [{0, 1}, {2}]


def test_nameless_rows_of_one_mailbox_are_one_person() -> None:
    assert together(Node(None, mail=1), Node(None, mail=1), Node(None, mail=1))


def test_nameless_rows_of_one_mailbox_and_two_papers_are_two() -> None:
    assert not together(Node(None, mail=1, paper=(1, 1)), Node(None, mail=1, paper=(1, 2)))


def test_nameless_rows_of_one_telephone_and_two_mailboxes_are_two() -> None:
    assert not together(Node(None, phone=1, mail=1), Node(None, phone=1, mail=2))


NODES = st.builds(
    Node,
    st.sampled_from([None, ANNA, "A Berg", "Anna Falk", BEN, "Benn Adler", CARA]),
    key=st.sampled_from([0, 0, 1, 2]),
    mail=st.sampled_from([0, 1, 2, 3]),
    phone=st.sampled_from([0, 1, 2]),
    paper=st.sampled_from([(0, 0), (0, 0), (1, 1), (1, 2), (2, 1)]),
    born=st.sampled_from([None, None, SPRING, AUTUMN]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(NODES, min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_does_not_decide_who_is_one(nodes: list[Node], chance: random.Random) -> None:
    places = list(range(len(nodes)))
    chance.shuffle(places)
    shuffled = persons([nodes[place] for place in places])
    assert sorted(sorted(places[one] for one in group) for group in shuffled) == sorted(map(sorted, persons(nodes)))


@settings(max_examples=60, deadline=None)
@given(st.lists(NODES.filter(lambda one: not one.key), min_size=2, max_size=12))
def test_no_person_holds_a_contradiction(nodes: list[Node]) -> None:
    for group in persons(nodes):
        mine = [nodes[place] for place in group]
        called = {one.name.lower() for one in mine if one.name}
        assert all(names.alike(one, other) for one in called for other in called)
        for paper in {one.paper[0] for one in mine if one.paper[1]}:
            assert len({one.paper[1] for one in mine if one.paper[0] == paper}) == 1
        by_paper_alone = any(one.paper[1] for one in mine)
        assert by_paper_alone or len({one.born for one in mine if one.born}) <= 1


@settings(max_examples=60, deadline=None)
@given(st.lists(NODES, min_size=1, max_size=8))
def test_who_shares_nothing_stays_alone(nodes: list[Node]) -> None:
    stranger = Node("Dan Weiss", key=9, mail=9, phone=9, paper=(1, 9))
    assert {len(nodes)} in persons([*nodes, stranger])
