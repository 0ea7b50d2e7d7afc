"""Systems map: where are they, what is cut off?

At a desk: layers, the attacker's way from left to right, every edge in its own lane between them. On a phone: a list,
the way as arcs down its left side. A state is a badge of shape, word and colour; a kind is a small picture.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from breachdesk.ground.visible import visible
from breachdesk.report.pictures.canvas import NARROW, WIDE, Canvas, Told, both, breadth, fit
from breachdesk.report.pictures.layers import Layout, Spot, lay_out
from breachdesk.report.pictures.system_marks import ICONS, badge, kind_shape, line_shape, state_shape
from breachdesk.report.systems import Edge, Kind, Node, State, entries, finding, settled, weightiest
from breachdesk.report.words import Words

__all__ = ["Edge", "Kind", "Node", "State", "draw", "finding", "key", "kind_shape", "state_shape"]

MOST = 60
_CHANNEL = 46  # between two columns, for what runs up and down
_SOURCE = 96  # the attacker's own column
_SIZE = 14
_NAME_X = 40  # after the picture of the kind
_EDGE = 2  # room for the stroke of a box at the border of the sheet
_ATTACKER = None  # in the place of a key: no node can be called so


@dataclass(frozen=True, slots=True)
class _Line:
    source: str | None  # None: the attacker
    target: str
    attack: bool
    cut: bool


@dataclass(frozen=True, slots=True)
class _Map:
    """What both forms draw from."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    lines: tuple[_Line, ...]
    layout: Layout
    open_start: bool  # the attacker may have to be drawn: room is kept, so that nothing moves when a state changes
    left_out: int
    words: Words

    @property
    def attacked(self) -> bool:
        return any(line.attack for line in self.lines)

    @property
    def entered(self) -> bool:
        return any(line.source is _ATTACKER for line in self.lines)


def draw(nodes: Sequence[Node], edges: Sequence[Edge], words: Words) -> Markup:
    told = Told("systems", words.say("systems.title"), finding(nodes, edges, words))
    found, runs = settled(nodes, edges)
    if not found:
        return Markup("")
    shown, between = weightiest(found, runs, MOST)
    keys = [node.key for node in shown]
    way = list(dict.fromkeys((edge.source, edge.target) for edge in between if edge.attack))
    links = [pair for pair in dict.fromkeys((edge.source, edge.target) for edge in between) if pair not in set(way)]
    links = [pair for at, pair in enumerate(links) if pair[::-1] not in links[:at]]
    tall = max(8, -(-len(keys) // 4))
    layout = lay_out(keys, way, links, wide=_across, tall=tall)
    known = {node.key: node for node in shown}
    drawn = _lines(known, between, way, [_read(pair, layout.spots) for pair in links])
    reached = {target for _, target in way}
    the_map = _Map(
        nodes=known,
        edges=tuple(between),
        lines=drawn,
        layout=layout,
        open_start=bool(way) and not reached >= set(layout.spots),
        left_out=len(found) - len(shown),
        words=words,
    )
    return both(_wide(the_map, told), _narrow(the_map, told))


def _across(columns: int) -> int:
    """How many columns go side by side: five only where that spares a second band."""
    return 5 if columns == 5 else 4


def _lines(
    nodes: Mapping[str, Node],
    edges: Sequence[Edge],
    way: Sequence[tuple[str, str]],
    links: Sequence[tuple[str, str]],
) -> tuple[_Line, ...]:
    def cut(*keys: str) -> bool:
        return any(nodes[key].state is State.ISOLATED for key in keys)

    came = [node.key for node in entries(list(nodes.values()), edges)]
    return (
        *(_Line(source, target, False, cut(source, target)) for source, target in links),
        *(_Line(_ATTACKER, key, True, cut(key)) for key in came),
        *(_Line(source, target, True, cut(source, target)) for source, target in way),
    )


def _read(pair: tuple[str, str], spots: Mapping[str, Spot]) -> tuple[str, str]:
    """A link has no direction on the map: it is read from left to right."""
    source, target = pair
    one, other = spots[source], spots[target]
    return (target, source) if (other.band, other.column) < (one.band, one.column) else pair


# --- at a desk


@dataclass(slots=True)
class _Grid:
    """Places on the sheet: `tops` of the rows, `left` of the first column, `box` and `height` of a node."""

    left: float
    box: float
    height: float
    tops: list[float] = field(default_factory=list)
    lanes: list[tuple[float, float]] = field(default_factory=list)  # above each row: the way's and the links' corridor

    def x(self, column: int) -> float:
        return self.left + column * (self.box + _CHANNEL)


def _wide(the_map: _Map, told: Told) -> Markup:
    sheet, layout = Canvas(WIDE), the_map.layout
    grid = _grid(the_map)
    captions = _captions(the_map)
    _rows(the_map, grid, captions)
    spots: dict[str | None, Spot] = {}
    spots.update(layout.spots.items())
    if the_map.entered:
        first = min(spot.row for spot in spots.values() if spot.column == 0)
        spots[_ATTACKER] = Spot(-1, first, 0)
    for line in the_map.lines:
        _run(sheet, grid, spots, line)
    if the_map.entered:
        _attacker(sheet, 0, grid.tops[spots[_ATTACKER].row] + grid.height / 2 - 24, the_map.words)
    for key_, spot in layout.spots.items():
        x, y = grid.x(spot.column), grid.tops[spot.row]
        _node(sheet, the_map.nodes[key_], (x, y), grid, the_map.words)
        if key_ in captions:
            sheet.text(x, y - 5, captions[key_], "t-tick", room=grid.box, size=12)
    _lone(sheet, the_map, grid)
    _left_out(sheet, the_map)
    return sheet.done(told, "wide")


def _grid(the_map: _Map) -> _Grid:
    layout = the_map.layout
    columns = max(layout.columns, 4)
    around = layout.bands > 1
    left = float(_SOURCE + _CHANNEL if the_map.open_start else _CHANNEL if around else _EDGE)
    right = _CHANNEL if around or _bracketed(the_map) else _EDGE
    box = min((WIDE - left - right - (columns - 1) * _CHANNEL) / columns, 216.0)
    rows = max((len(_name(node.name, box - _NAME_X - 8)) for node in the_map.nodes.values()), default=1)
    return _Grid(left, box, max(62.0, 38.0 + 18 * rows))


def _bracketed(the_map: _Map) -> bool:
    """Whether something runs along the right side of the last column."""
    spots, last = the_map.layout.spots, the_map.layout.columns - 1
    return last >= 3 and any(
        line.source is not None and spots[line.source].column == spots[line.target].column == last
        for line in the_map.lines
    )


def _captions(the_map: _Map) -> dict[str, str]:
    """What stands above a node: how it was reached; the attacker's ways before others."""
    found: dict[str, list[str]] = {}
    for edge in sorted(the_map.edges, key=lambda edge: not edge.attack):
        if edge.label.strip() and edge.target in the_map.layout.spots:
            found.setdefault(edge.target, []).append(edge.label)
    return {key_: ", ".join(dict.fromkeys(labels)) for key_, labels in found.items()}


def _rows(the_map: _Map, grid: _Grid, captions: Mapping[str, str]) -> None:
    """The top of each row, with room above it for what stands and runs there."""
    spots = the_map.layout.spots
    captioned = {spots[key_].row for key_ in captions}
    passed = {
        attack: {spots[line.target].row for line in the_map.lines if line.attack is attack and _far(spots, line)}
        for attack in (True, False)
    }
    y = 0.0
    for row in range(the_map.layout.rows):
        caption = 17 if row in captioned else 0
        way = 10 if row in passed[True] else 0
        links = 10 if row in passed[False] else 0
        y += (2 if not row else 18) + caption + way + links
        grid.tops.append(y)
        grid.lanes.append((y - caption - 7, y - caption - way - 7))
        y += grid.height


def _far(spots: Mapping[str, Spot] | Mapping[str | None, Spot], line: _Line) -> bool:
    """Whether a line has to pass other columns, and so needs a corridor above the row it leads to."""
    target = spots[line.target]
    source = spots[line.source] if line.source is not None else Spot(-1, 0, 0)
    if target.band > source.band:
        return target.column != source.column + 1
    return abs(target.column - source.column) > 1


def _run(sheet: Canvas, grid: _Grid, spots: Mapping[str | None, Spot], line: _Line) -> None:
    source, target = spots[line.source], spots[line.target]
    on = source.column < target.column or source.band < target.band
    rise = (-9 if on else 2) if line.attack else 13
    here, there = (grid.tops[spot.row] + grid.height / 2 + rise for spot in (source, target))
    aside = 14 + 6 * (source.row % 3) if line.attack else 31 + 3 * (source.row % 3)

    def channel(column: int) -> float:
        return (grid.x(column) + grid.box if column >= 0 else grid.left - _CHANNEL) + aside

    same = source.column == target.column and not on
    start = grid.x(source.column) + (grid.box if on or same else 0) if source.column >= 0 else float(_SOURCE)
    end = grid.x(target.column) + (0 if on else grid.box)
    out = channel(source.column if on or same else source.column - 1)
    points = [(start, here), (out, here)]
    if _far(spots, line):
        corridor = grid.lanes[target.row][0 if line.attack else 1]
        into = channel(target.column - 1 if on else target.column)
        points += [(out, corridor), (into, corridor), (into, there)]
    else:
        points.append((out, there))
    tip = (6 if on else -6) if line.attack else 0
    points.append((end - tip, there))
    sheet.path(rounded(points), _look(line))
    if line.attack:
        sheet.arrow(end, there, "head", back=not on)


def _look(line: _Line) -> str:
    return ("way" if line.attack else "link") + (" cut" if line.cut else "")


def rounded(points: Sequence[tuple[float, float]], radius: float = 7) -> str:
    """A path along right angles with soft corners."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for before, (x, y), after in zip(points, points[1:], points[2:], strict=False):
        inward, outward = _toward((x, y), before, radius), _toward((x, y), after, radius)
        parts.append(f"L{inward[0]:.1f} {inward[1]:.1f} Q{x:.1f} {y:.1f} {outward[0]:.1f} {outward[1]:.1f}")
    parts.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    return " ".join(parts)


def _toward(corner: tuple[float, float], other: tuple[float, float], radius: float) -> tuple[float, float]:
    along = abs(other[0] - corner[0]) + abs(other[1] - corner[1])
    share = min(radius, along / 2) / along if along else 0
    return corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share


def _node(sheet: Canvas, node: Node, at: tuple[float, float], grid: _Grid, words: Words) -> None:
    x, y = at
    sheet.box(x, y, grid.box, grid.height, f"system {node.state}", radius=7)
    sheet.drawn(x + 11, y + 11, ICONS[node.kind], "icon")
    _named(sheet, node, (x + _NAME_X, y + 21), grid.box - _NAME_X - 8)
    badge(sheet, x + 10, y + grid.height - 26, node.state, words)


def _named(sheet: Canvas, node: Node, at: tuple[float, float], room: float) -> float:
    """The name in its lines; gives the height below the last."""
    x, y = at
    parts = _name(node.name, room)
    whole = len("".join(parts)) >= len(visible(node.name).replace(" ", ""))
    for place, part in enumerate(parts):
        hint = part if whole or place < len(parts) - 1 else node.name
        sheet.hinted(x, y, part, hint, "t-system", size=_SIZE)
        y += 18
    return y


def _name(name: str, room: float) -> list[str]:
    """A name in at most three lines, broken where names of machines may be: after a space, a dash, a dot."""
    rest, found = visible(name).strip() or "?", list[str]()
    while rest and len(found) < 2 and breadth(rest, _SIZE, heavy=True) > room:
        line = ""
        for piece in re.findall(r"[^\s\-._/@:]*[\s\-._/@:]*", rest):
            if breadth((line + piece).rstrip(), _SIZE, heavy=True) > room:
                break
            line += piece
        if not line:
            break
        found.append(line.rstrip())
        rest = rest[len(line) :].lstrip()
    return [*found, fit(rest, room, _SIZE, heavy=True)] if rest else found


def _attacker(sheet: Canvas, x: float, y: float, words: Words) -> None:
    sheet.box(x, y, _SOURCE, 30, "attacker", radius=15)
    sheet.text(
        x + _SOURCE / 2, y + 19.5, words.say("systems.attacker"), "t-attacker", room=_SOURCE - 8, size=12, heavy=True
    )


def _lone(sheet: Canvas, the_map: _Map, grid: _Grid) -> None:
    """The last rows: nodes of which no connection is known."""
    lone = the_map.layout.lone
    if not lone:
        return
    y = sheet.height
    if the_map.layout.spots:
        y += 38
        sheet.text(grid.left, y, the_map.words.say("systems.apart"), "t-group", size=13)
        y += 14
    across = max(int((WIDE - grid.left + 16) // (grid.box + 16)), 1)
    for place, key_ in enumerate(lone):
        row, column = divmod(place, across)
        at = (grid.left + column * (grid.box + 16), y + row * (grid.height + 14) + (0 if the_map.layout.spots else 2))
        _node(sheet, the_map.nodes[key_], at, grid, the_map.words)


def _left_out(sheet: Canvas, the_map: _Map) -> None:
    if the_map.left_out:
        more = the_map.words.say("systems.more", the_map.left_out)
        sheet.text(0, sheet.height + 26, more, "t-small", room=sheet.width, size=13)


# --- on a phone

_GUTTER = 46
_TRACKS = 5


def _narrow(the_map: _Map, told: Told) -> Markup:
    sheet, words = Canvas(NARROW), the_map.words
    x = float(_GUTTER if the_map.attacked else _EDGE)
    y = 2.0
    middles: dict[str | None, float] = {}
    if the_map.entered:
        _attacker(sheet, x, y, words)
        middles[_ATTACKER] = y + 15
        y += 42
    for key_ in sorted(the_map.layout.spots, key=lambda key_: _reading(the_map.layout.spots[key_])):
        y = _listed(sheet, the_map, key_, (x, y), middles)
    if the_map.layout.lone and the_map.layout.spots:
        y += 18
        sheet.text(x, y, words.say("systems.apart"), "t-group", size=13)
        y += 12
    for key_ in the_map.layout.lone:
        y = _listed(sheet, the_map, key_, (x, y), middles)
    _arcs(sheet, [line for line in the_map.lines if line.attack], middles)
    _left_out(sheet, the_map)
    return sheet.done(told, "narrow")


def _reading(spot: Spot) -> tuple[int, int, int]:
    return spot.band, spot.column, spot.row


def _listed(
    sheet: Canvas, the_map: _Map, key_: str, at: tuple[float, float], middles: dict[str | None, float]
) -> float:
    (x, y), node = at, the_map.nodes[key_]
    room = NARROW - x - _NAME_X - 10
    notes = _notes(the_map, key_)
    names = _name(node.name, room)
    height = 38 + 18 * len(names) + (4 + 17 * len(notes) if notes else 0)
    sheet.box(x, y, NARROW - _EDGE - x, height, f"system {node.state}", radius=7)
    sheet.drawn(x + 11, y + 11, ICONS[node.kind], "icon")
    below = _named(sheet, node, (x + _NAME_X, y + 21), room)
    badge(sheet, x + _NAME_X, below - 7, node.state, the_map.words)
    for place, note in enumerate(notes):
        sheet.text(x + _NAME_X, below + 27 + 17 * place, note, "t-tick", room=room, size=12)
    middles[key_] = y + height / 2
    return y + height + 10


def _notes(the_map: _Map, key_: str) -> list[str]:
    """Beside a node in the list: from where it was reached, and what else it is linked with."""
    came = [edge for edge in the_map.edges if edge.attack and edge.target == key_]
    names = [the_map.nodes[edge.source].name + (f" ({edge.label})" if edge.label.strip() else "") for edge in came]
    notes = [the_map.words.say("systems.from", names=", ".join(dict.fromkeys(names)))] if names else []
    ends = [(line.source, line.target) for line in the_map.lines if not line.attack]
    others = [
        the_map.nodes[other].name
        for source, target in ends
        for own, other in ((source, target), (target, source))
        if own == key_ and other is not None
    ]
    if others:
        notes.append(the_map.words.say("systems.linked", names=", ".join(others)))
    return notes


def _arcs(sheet: Canvas, lines: Sequence[_Line], middles: Mapping[str | None, float]) -> None:
    """The way down the left side; arcs that overlap run in tracks of their own, as far as there are tracks."""
    tracks: list[list[tuple[float, float]]] = [[] for _ in range(_TRACKS)]
    for line in sorted(lines, key=lambda line: abs(middles[line.source] - middles[line.target])):
        here, there = middles[line.source] + 7, middles[line.target] - 7
        low, high = min(here, there), max(here, there)
        track = next(
            (at for at, taken in enumerate(tracks) if all(high <= start or low >= end for start, end in taken)),
            _TRACKS - 1,
        )
        tracks[track].append((low, high))
        x = _GUTTER - 18 - track * 6
        sheet.path(rounded([(_GUTTER, here), (x, here), (x, there), (_GUTTER - 6, there)]), _look(line))
        sheet.arrow(_GUTTER, there, "head")


def key(nodes: Sequence[Node], edges: Sequence[Edge], words: Words) -> list[tuple[Markup, str]]:
    """The legend: the kinds and lines that stand in the picture. States say themselves."""
    kinds = {node.kind for node in nodes}
    found = [(kind_shape(kind), words.say(f"systems.kind.{kind}")) for kind in Kind if kind in kinds]
    _, runs = settled(nodes, edges)
    for attack, name in ((True, "systems.key_way"), (False, "systems.key_link")):
        if any(edge.attack is attack for edge in runs):
            found.append((line_shape(attack), words.say(name)))
    return found
