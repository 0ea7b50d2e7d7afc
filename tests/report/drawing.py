"""A picture as a reader has it: its words with the room they may take in the widest face, from the drawn text alone."""

from dataclasses import dataclass

from markupsafe import Markup

from breachdesk.report.pictures.canvas import breadth
from tests.report.reading import Node, read

#: The size and the weight the style gives to a class of text.
_LOOKS = {
    "t-label": (15, True),
    "t-lane": (14, True),
    "t-system": (14, True),
    "t-happening": (13, False),
    "t-exposed": (13, True),
    "t-small": (13, False),
    "t-group": (13, True),
    "t-tick": (12, False),
    "t-state": (12, True),
    "t-attacker": (12, True),
}
_MIDDLE = {"middle", "t-attacker"}


@dataclass(frozen=True)
class Word:
    said: str
    left: float
    right: float
    y: float
    size: float


def forms(picture: Markup) -> tuple[Node, Node]:
    """The wide and the narrow drawing."""
    wide, narrow = read(picture).all("svg")
    return wide, narrow


def shown(text: Node) -> str:
    return "".join(child for child in text.children if isinstance(child, str))


def words(svg: Node) -> list[Word]:
    found = []
    for text in svg.all("text"):
        looks = text.attributes["class"].split()
        size, heavy = _LOOKS[looks[0]]
        said, x = shown(text), float(text.attributes["x"])
        wide = breadth(said, size, heavy=heavy or "strong" in looks)
        left = x - wide / 2 if _MIDDLE & set(looks) else x
        found.append(Word(said, left, left + wide, float(text.attributes["y"]), size))
    return found


def overlapping(svg: Node) -> list[tuple[str, str]]:
    """Pairs of words of which one lies on the other."""
    said = sorted(words(svg), key=lambda word: word.y)
    return [
        (one.said, other.said)
        for at, one in enumerate(said)
        for other in said[at + 1 :]
        if other.y - one.y < other.size * 0.8 and min(one.right, other.right) - max(one.left, other.left) > 0.5
    ]


def outside(svg: Node) -> list[str]:
    width, height = (float(svg.attributes[name]) for name in ("width", "height"))
    return [word.said for word in words(svg) if word.left < -0.5 or word.right > width + 0.5 or word.y > height]


def description(svg: Node) -> str:
    (said,) = svg.all("desc")
    return said.text()
