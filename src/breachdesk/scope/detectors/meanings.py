"""What a person says a column holds, knowing better than the judge.

A meaning is named by an element of the vocabulary (`email`), with a part behind a slash where the element has several
(`name/given`, `address/city`), or it is NOTHING: nothing personal stands there.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from breachdesk.ground import elements
from breachdesk.ground.shelf import Shelf
from breachdesk.scope.detectors.pack import DetectorPack, ExamplesPack

FOLDER = "detectors"
CONTEXT = "detectors/context.yaml"
NOTHING = "nothing"
_PLAIN = "said."
#: Of one source: its columns, and the meaning of each.
Meant = Mapping[str, str]


def meanings(detectors: Iterable[tuple[str, str, str]], vocabulary: Iterable[str]) -> dict[str, str]:
    """Every meaning a column may be given -> id of the detector that then marks it; "" for NOTHING. `detectors`: id,
    element and role of each. Elements that none finds have one that takes every filled cell."""
    found: dict[str, dict[str, list[str]]] = {}
    for id, element, role in detectors:
        found.setdefault(element, {}).setdefault(role, []).append(id)
    named = {NOTHING: ""}
    for element in vocabulary:
        roles = found.get(element, {})
        parts = sorted(role for role in roles if role) or list(roles)
        for role in parts:
            name = element if len(parts) == 1 else f"{element}/{role}"
            named[name] = min(roles[role], key=lambda id: (len(id), id))  # the plainest of its kind
        if not roles:
            named[element] = _PLAIN + element
    return named


@cache
def on(shelf: Shelf) -> dict[str, str]:
    """The meanings of a shelf, for whoever asks people; no detector is compiled for that."""
    packs = [pack for path, pack in shelf.all(FOLDER).items() if path != CONTEXT]
    return meanings(((one["id"], one["element"], one.get("role", "")) for one in packs), elements.read(shelf).elements)


def plain(id: str) -> DetectorPack | None:
    """The pack of a detector that knows nothing but its element; None when the id names no such."""
    if not id.startswith(_PLAIN):
        return None
    return DetectorPack(id=id, element=id.removeprefix(_PLAIN), examples=ExamplesPack(hits=(), misses=()))
