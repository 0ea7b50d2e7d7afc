"""Where the nodes of a map stand: in layers, so that ways lead from left to right. Nothing here knows what a node is.

The answer depends on names and edges alone, so that a map stays as it is when only a state changes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Spot:
    """`column` counts from the left, `row` from the top of the whole map; a long map goes on in a further `band`."""

    column: int
    row: int
    band: int


@dataclass(frozen=True, slots=True)
class Layout:
    spots: Mapping[str, Spot]
    lone: tuple[str, ...]
    columns: int
    bands: int
    rows: int


def depths(keys: Sequence[str], way: Sequence[Pair], links: Sequence[Pair]) -> dict[str, int]:
    """The layer of every key that has an edge: by the longest path along the way first, then by the other edges."""
    on_way = [key for key in keys if any(key in pair for pair in way)]
    depth = _longest(on_way, forward(on_way, way))
    free = [key for key in keys if key not in depth and any(key in pair for pair in links)]
    unsettled = set(free)
    usable = forward(keys, [pair for pair in links if unsettled & set(pair)])
    for key in _topological(keys, usable):
        if key in unsettled:
            before = [depth[source] for source, target in usable if target == key and source in depth]
            if before:
                depth[key] = max(before) + 1
    for key in reversed(_topological(free, usable)):
        if key not in depth:
            after = min((depth[target] for source, target in usable if source == key and target in depth), default=1)
            depth[key] = after - 1 if after else 1  # beside what it leads to, never left of the beginning
    return depth


def forward(keys: Iterable[str], pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs without those that close a circle, walked from where nothing leads to, in the order of `keys`."""
    order, pairs = list(keys), list(dict.fromkeys(pairs))
    ends = {target for _, target in pairs}
    after: dict[str, list[str]] = {}
    for source, target in pairs:
        after.setdefault(source, []).append(target)
    closing: set[Pair] = set()
    done: set[str] = set()
    for start in sorted(order, key=lambda key: key in ends):
        _walk(start, after, done, closing)
    return [pair for pair in pairs if pair not in closing]


def _walk(start: str, after: Mapping[str, Sequence[str]], done: set[str], closing: set[Pair]) -> None:
    if start in done:
        return
    path = {start: iter(after.get(start, ()))}
    while path:
        key = next(reversed(path))
        target = next(path[key], None)
        if target is None:
            done.add(key)
            del path[key]
        elif target in path:
            closing.add((key, target))
        elif target not in done:
            path[target] = iter(after.get(target, ()))


def _topological(keys: Sequence[str], pairs: Sequence[Pair]) -> list[str]:
    known, order = set(keys), []
    waits = dict.fromkeys(keys, 0)
    pairs = [pair for pair in pairs if set(pair) <= known]
    for _, target in pairs:
        waits[target] += 1
    ready = [key for key in keys if not waits[key]]
    while ready:
        key = ready.pop(0)
        order.append(key)
        for source, target in pairs:
            if source == key:
                waits[target] -= 1
                if not waits[target]:
                    ready.append(target)
    return order


def _longest(keys: Sequence[str], pairs: Sequence[Pair]) -> dict[str, int]:
    depth = dict.fromkeys(keys, 0)
    for key in _topological(keys, pairs):
        for source, target in pairs:
            if source == key:
                depth[target] = max(depth[target], depth[key] + 1)
    return depth


def lay_out(
    keys: Sequence[str], way: Sequence[Pair], links: Sequence[Pair], *, wide: Callable[[int], int], tall: int
) -> Layout:
    """`wide` says how many columns go side by side when there are so many; a layer taller than `tall` is split."""
    depth = depths(keys, way, links)
    pairs = [*way, *links]
    columns: list[list[str]] = []
    for layer in _ordered(keys, depth, pairs):
        # the split halves are as even as they can be
        parts = -(-len(layer) // tall)
        size = -(-len(layer) // parts)
        columns += [layer[at : at + size] for at in range(0, len(layer), size)]
    across = wide(len(columns))
    spots: dict[str, Spot] = {}
    top = band = 0
    for band, at in enumerate(range(0, len(columns), across)):
        here = columns[at : at + across]
        height = max(map(len, here))
        for place, column in enumerate(here):
            for key, row in zip(column, _rows(column, spots, pairs, top, height), strict=True):
                spots[key] = Spot(place, row, band)
        top += height
    lone = tuple(key for key in keys if key not in spots)
    return Layout(spots, lone, min(across, len(columns)), band + 1 if columns else 0, top)


def _ordered(keys: Sequence[str], depth: Mapping[str, int], pairs: Sequence[Pair]) -> list[list[str]]:
    """The layers, each in an order that lets few edges cross."""
    layers = [[key for key in keys if depth.get(key) == level] for level in sorted(set(depth.values()))]
    near: dict[str, list[str]] = {}
    for source, target in pairs:
        near.setdefault(source, []).append(target)
        near.setdefault(target, []).append(source)
    for sweep in (1, -1, 1):
        place = {key: at / len(layer) for layer in layers for at, key in enumerate(layer)}
        for layer in layers[::sweep]:
            sides = {
                key: [place[other] for other in near[key] if (depth[other] - depth[key]) * sweep < 0] for key in layer
            }
            layer.sort(key=lambda key: sum(sides[key]) / len(sides[key]) if sides[key] else place[key])
            place.update({key: at / len(layer) for at, key in enumerate(layer)})
    return layers


def _rows(
    column: Sequence[str], spots: Mapping[str, Spot], pairs: Sequence[Pair], top: int, height: int
) -> Iterable[int]:
    """A row for each of a column: beside what leads there, in order, within the height of the band."""
    last = top - 1
    for place, key in enumerate(column):
        before = [spots[source].row for source, target in pairs if target == key and source in spots]
        before = [row for row in before if row >= top] or [top]
        wished = min(before[0], top + height - (len(column) - place))
        last = max(last + 1, wished)
        yield last
