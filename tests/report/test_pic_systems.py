"""The systems map: where they are, what is cut off; each node once, nothing on another, still when states change."""

import re
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachdesk.ground.shelf import our_shelf
from breachdesk.report.pictures.layers import depths, forward, lay_out
from breachdesk.report.pictures.systems import Edge, Kind, Node, State, draw, finding, key, rounded
from breachdesk.report.words import read
from tests.report.drawing import description, forms, outside, overlapping, shown

EN, RU = read(our_shelf(), "en"), read(our_shelf(), "ru")
NODES = [
    Node("ada", "ada@bakery.example", Kind.ACCOUNT, State.HIT),
    Node("vpn", "vpn-gateway", Kind.NETWORK, State.HIT),
    Node("web", "web-01", Kind.SERVER, State.ISOLATED),
    Node("db", "customer-db-production.eu-central", Kind.DATABASE, State.HIT),
    Node("mail", "Mailbox of the office", Kind.MAILBOX, State.HIT),
    Node("bk", "backup-store", Kind.BACKUP, State.AT_RISK),
    Node("crm", "CRM", Kind.CLOUD, State.CLEAN),
    Node("old", "Old file share", Kind.STORAGE, State.UNKNOWN),
]
EDGES = [
    Edge("ada", "vpn", "sign-in", True),
    Edge("vpn", "web", "stolen password", True),
    Edge("web", "db", "SQL", True),
    Edge("web", "mail", "", True),
    Edge("db", "bk", "nightly copy", False),
    Edge("crm", "mail", "", False),
]


def crowd(n: int) -> tuple[list[Node], list[Edge]]:
    kinds, states = list(Kind), list(State)
    nodes = [Node(f"k{i}", f"host-{i}.example.org", kinds[i % 12], states[i * 7 % 5]) for i in range(n)]
    edges = [Edge("k0", f"k{i}", f"way {i}", True) for i in range(1, n // 3)]
    edges += [Edge(f"k{i}", f"k{i * 2 % n}", "link", False) for i in range(3, n // 2)]
    return nodes, edges


CYCLE = [Node(name, name, Kind.SERVER, State.HIT) for name in "abcdefg"]
CIRCLE = [Edge(one, other, "x", True) for one, other in ("ab", "bc", "ca", "cd", "de", "ef", "fg", "gb")]
MAPS = {
    "story": (NODES, EDGES),
    "one": (NODES[:1], []),
    "cycle": (CYCLE, CIRCLE),
    "60": crowd(60),
    "500": crowd(500),
    "no edges": (NODES, []),
}


@pytest.mark.parametrize("words", [EN, RU], ids=["en", "ru"])
@pytest.mark.parametrize("name", MAPS)
def test_no_label_lies_on_another_or_leaves_the_picture(words, name):
    for form in forms(draw(*MAPS[name], words)):
        assert overlapping(form) == []
        assert outside(form) == []


def boxes(form) -> list[tuple[float, ...]]:
    return [
        tuple(float(box.attributes[at]) for at in ("x", "y", "width", "height")) for box in form.with_class("system")
    ]


@pytest.mark.parametrize(("name", "drawn"), [("story", 8), ("one", 1), ("cycle", 7), ("60", 60), ("500", 60)])
def test_every_node_is_drawn_once_and_none_on_another(name, drawn):
    for form in forms(draw(*MAPS[name], EN)):
        found = boxes(form)
        assert len(found) == drawn
        for (x, y, w, h), (x2, y2, w2, h2) in combinations(found, 2):
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
        width, height = (float(form.attributes[at]) for at in ("width", "height"))
        assert all(x > 0 and y > 0 and x + w < width and y + h < height for x, y, w, h in found)


def corners(d: str) -> list[tuple[float, float]]:
    """The corners of a drawn line, its soft ones made sharp again."""
    parts = re.findall(r"([MLQ])([\d.]+) ([\d.]+)(?: ([\d.]+) ([\d.]+))?", d)
    return [(float(x), float(y)) for letter, x, y, _, _ in parts if letter in "MLQ"]


@pytest.mark.parametrize("name", ["story", "cycle", "60"])
def test_no_line_runs_through_a_node(name):
    wide, _ = forms(draw(*MAPS[name], EN))
    for line in [path for look in ("way", "link") for path in wide.with_class(look)]:
        points = corners(line.attributes["d"])
        for (x1, y1), (x2, y2) in pairwise(points):
            for x, y, w, h in boxes(wide):
                inside = max(min(x1, x2), x + 1) < min(max(x1, x2), x + w - 1) or x + 1 < x1 == x2 < x + w - 1
                beside = max(min(y1, y2), y + 1) < min(max(y1, y2), y + h - 1) or y + 1 < y1 == y2 < y + h - 1
                assert not (inside and beside), line.attributes["d"]


def test_the_way_leads_from_left_to_right():
    assert depths(
        ["db", "mail", "vpn", "web"], [("vpn", "web"), ("web", "db"), ("web", "mail"), ("vpn", "db")], []
    ) == {"vpn": 0, "web": 1, "db": 2, "mail": 2}
    wide, _ = forms(draw(NODES, EDGES, EN))
    left = {shown(text): float(text.attributes["x"]) for text in wide.with_class("t-system")}
    assert left["vpn-"] < left["web-01"] < left["customer-"] < left["backup-"]


def test_a_circle_is_opened_where_it_closes():
    assert forward("abc", [("a", "b"), ("b", "c"), ("c", "a")]) == [("a", "b"), ("b", "c")]
    assert depths("abc", [("a", "b"), ("b", "c"), ("c", "a")], []) == {"a": 0, "b": 1, "c": 2}


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15), st.booleans()), max_size=40))
def test_whatever_is_linked_each_node_has_a_spot_of_its_own(found):
    keys = [str(n) for n in range(16)]
    pairs = [(str(one), str(other), way) for one, other, way in found if one != other]
    way, links = [(a, b) for a, b, on in pairs if on], [(a, b) for a, b, on in pairs if not on]
    layout = lay_out(keys, way, links, wide=lambda _: 4, tall=5)
    assert sorted([*layout.spots, *layout.lone], key=int) == keys
    assert len({(spot.column, spot.row) for spot in layout.spots.values()}) == len(layout.spots)
    assert all(0 <= spot.column < 4 and 0 <= spot.row < layout.rows for spot in layout.spots.values())
    nodes = [Node(name, f"n-{name}", Kind.SERVER, State.HIT) for name in keys]
    for form in forms(draw(nodes, [Edge(a, b, "", on) for a, b, on in pairs], EN)):
        assert overlapping(form) == []


@pytest.mark.parametrize("state", list(State))
def test_nothing_moves_when_a_state_changes(state):
    before = forms(draw(NODES, EDGES, EN))[0]
    for at in range(len(NODES)):
        changed = [replace(node, state=state) if place == at else node for place, node in enumerate(NODES)]
        assert boxes(forms(draw(changed, EDGES, EN))[0]) == boxes(before)
        assert boxes(forms(draw(changed[::-1], EDGES[::-1], EN))[0]) == boxes(before)


def test_the_attacker_comes_in_where_the_way_begins():
    wide, narrow = forms(draw(NODES, EDGES, EN))
    for form in (wide, narrow):
        assert len(form.with_class("attacker")) == 1
        assert len(form.with_class("way")) == len(form.with_class("head")) == 5
    assert not forms(draw(NODES, [], EN))[0].with_class("attacker")
    assert not forms(draw(CYCLE, CIRCLE, EN))[0].with_class("attacker"), "every node was reached from another"


def test_what_leads_to_an_isolated_node_is_drawn_cut():
    wide, _ = forms(draw(NODES, EDGES, EN))
    assert len([line for line in wide.with_class("way") if "cut" in line.attributes["class"]]) == 3


def test_a_state_is_told_by_shape_word_and_colour():
    nodes = [Node(state, f"n{at}", Kind.OTHER, state) for at, state in enumerate(State)]
    for words, told in (
        (EN, ["hit", "at risk", "isolated", "clean", "not known"]),
        (RU, ["затронута", "под угрозой", "изолирована", "чистая", "неизвестно"]),
    ):
        for form in forms(draw(nodes, [], words)):
            assert [shown(text) for text in form.with_class("t-state")] == told
            assert len({glyph.attributes["d"] for glyph in form.with_class("glyph")}) == 5


def test_too_many_leave_the_rest_to_the_table_and_keep_those_that_are_hit():
    nodes, edges = crowd(500)
    for form in forms(draw(nodes, edges, EN)):
        assert "and 440 more systems, in the table" in form.text()
        assert {shown(text) for text in form.with_class("t-state")} == {"hit"}
    assert description(forms(draw(nodes, edges, EN))[0]).startswith("100 systems are hit. 100 are isolated.")


def test_the_text_says_how_many_and_the_way():
    assert finding(NODES, EDGES, EN) == (
        "4 systems are hit. 1 is isolated. 1 is at risk. The attacker’s way: ada@bakery.example, then vpn-gateway, "
        "then web-01, then Mailbox of the office. It reached 1 more system."
    )
    assert finding(NODES, EDGES, RU).startswith(
        "Затронуты 4 системы. Изолирована 1. Под угрозой 1. Путь злоумышленника: ada@bakery.example, затем vpn-gateway"
    )
    assert finding(NODES[6:], [], EN) == (
        "No system is known to be hit. None is isolated. None is known to be at risk. The attacker’s way is not known."
    )
    assert finding([], [], EN) == "No system has been noted yet."
    assert draw([], [], EN) == ""


def test_hostile_names_are_shown_not_obeyed():
    evil = "</svg><script>alert(1)</script>\u202egpj.exe & \x00"
    nodes = [Node("\x00attacker", evil, Kind.SERVER, State.HIT), Node("b", "A" * 400, Kind.CLOUD, State.HIT)]
    picture = draw(nodes, [Edge("\x00attacker", "b", evil, True), Edge("b", "b", evil, True)], EN)
    assert "<script" not in picture
    assert "\u202e" not in picture
    assert "\x00" not in picture
    for form in forms(picture):
        assert overlapping(form) == []
        assert outside(form) == []
        assert len(boxes(form)) == 2


def test_edges_to_nobody_and_nodes_named_twice_are_left_out():
    picture = draw([*NODES, NODES[0]], [*EDGES, Edge("ada", "nobody", "", True)], EN)
    assert picture == draw(NODES, EDGES, EN)


def test_the_legend_names_the_kinds_and_lines_there_are():
    assert [said for _, said in key(NODES[:2], EDGES[:1], EN)] == ["account", "network", "the attacker’s way"]


def test_corners_are_soft_and_ends_exact():
    d = rounded([(0, 0), (20, 0), (20, 30)])
    assert d.startswith("M0.0 0.0 L13.0 0.0 Q20.0 0.0 20.0 7.0")
    assert d.endswith("L20.0 30.0")
