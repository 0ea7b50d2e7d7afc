"""A fact sheet as somebody wrote it: one value is put in its place, every other byte stays, comments too.

What was put in is read again before it counts; where the text is too unusual, the person is told to do it by hand.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from breachdesk.law import facts
from breachdesk.law.facts import BadFacts

LARGEST = (
    1024 * 1024
)  # of a sheet that is edited by answers; larger ones list people, who belong into a file of their own


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a value stands: `head` up to the end of its key, `tail` from the end of the value."""

    head: int
    tail: int


def put(text: str, name: str, value: Any, where: str = "facts") -> str:
    """The sheet with `name` answered; None: nobody knows (any more). Raises BadFacts when it cannot be done safely."""
    raw, _ = facts.load(text, where)
    chain = _chain(raw, name)
    wanted = _with(raw, chain, value)
    if wanted == raw:
        return text
    if text.lstrip().startswith("{"):
        return json.dumps(wanted, ensure_ascii=False, indent=2) + "\n"
    made = _spliced(text, chain, value, wanted)
    try:
        again, _ = facts.load(made, where)
    except BadFacts:
        again = {}
    if again != wanted:
        line = f"{name}: {line_value(value)}"
        raise BadFacts([f"{where}: {name} cannot be put there without touching more; write it by hand: {line}"])
    return made


def value_of(raw: Mapping[str, Any], name: str) -> Any:
    """What the sheet says of `name`, also where it is grouped (`subjects.count_in: {DE: 5}`). None: nothing."""
    inner: Any = raw
    for key in _chain(raw, name):
        inner = inner.get(key) if isinstance(inner, Mapping) else None
    return inner


def flat(raw: Mapping[str, Any], known: Any) -> dict[str, Any]:
    """Each fact by its full name. `known` tells whether a name is one (`Facts.find`)."""
    found: dict[str, Any] = {}
    for name, value in raw.items():
        if isinstance(value, dict) and known(str(name)) is None:
            found.update(flat({f"{name}.{key}": inner for key, inner in value.items()}, known))
        else:
            found[str(name)] = value
    return found


def line_value(value: Any) -> str:
    """A value on one line, as YAML 1.2 reads it."""
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(line_value(one) for one in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{line_value(key)}: {line_value(inner)}" for key, inner in value.items()) + "}"
    return _word(str(value))


def _word(text: str) -> str:
    """Plain where YAML reads the same text again, else in quotes."""
    plain = text.isascii() and text.replace("_", "").replace(".", "").replace("-", "").replace(" ", "").isalnum()
    if plain and not text.startswith(("-", " ")) and not text.endswith(" "):
        try:
            if YAML(typ="safe", pure=True).load(f"[{text}]") == [text]:
                return text
        except (YAMLError, ValueError):
            pass
    return json.dumps(text, ensure_ascii=False)


def _chain(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The keys that lead to `name`: itself, or a group it stands in."""
    if name in raw:
        return (name,)
    for key, inner in raw.items():
        if isinstance(inner, Mapping) and name.startswith(f"{key}."):
            return (str(key), *_chain(inner, name.removeprefix(f"{key}.")))
    return (name,)


def _with(raw: Mapping[str, Any], chain: tuple[str, ...], value: Any) -> dict[str, Any]:
    first, *rest = chain
    made = dict(raw)
    made[first] = _with(made[first], tuple(rest), value) if rest else value
    return made


def _spliced(text: str, chain: tuple[str, ...], value: Any, wanted: Mapping[str, Any]) -> str:
    root = YAML(typ="safe", pure=True).compose(text)
    if not isinstance(root, MappingNode) or not root.value:
        return _appended(text, chain[0], value, "")
    node: Node = root
    for depth, key in enumerate(chain):
        assert isinstance(node, MappingNode)
        pair = next((pair for pair in node.value if pair[0].value == key), None)
        if pair is None:
            if depth == 0:
                return _appended(text, key, value, " " * root.value[0][0].start_mark.column)
            inner: Any = wanted
            for one in chain[:depth]:
                inner = inner[one]
            return _replaced(text, _spot(root, chain[:depth], text), inner)
        node = pair[1]
    return _replaced(text, _spot(root, chain, text), value)


def _spot(root: MappingNode, chain: tuple[str, ...], text: str) -> _Spot:
    node: Any = root
    for key in chain:
        name, node = next(pair for pair in node.value if pair[0].value == key)
    tail = node.end_mark.index
    if isinstance(node, ScalarNode) and not node.value and node.style is None:  # `name:` with nothing behind it
        return _Spot(name.end_mark.index, text.index(":", name.end_mark.index) + 1)
    if not isinstance(node, ScalarNode) or node.style in ("|", ">"):
        tail = _before_comments(text, name.end_mark.index, tail)
    return _Spot(name.end_mark.index, max(tail, name.end_mark.index))


def _before_comments(text: str, start: int, end: int) -> int:
    """A block ends where the next key begins: the blank lines and comments between stay where they are."""
    lines = text[start:end].splitlines(keepends=True)
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return start + len("".join(lines).rstrip())


def _replaced(text: str, spot: _Spot, value: Any) -> str:
    return f"{text[: spot.head]}:{_block(value)}{text[spot.tail :]}"


def _appended(text: str, name: str, value: Any, indent: str) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else text + end
    if not text.strip() or all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
        indent = ""
    return f"{before}{indent}{name}:{_block(value)}{end}"


def _block(value: Any) -> str:
    """People are read by eye: a group a line."""
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        return "".join(f"\n  - {line_value(one)}" for one in value)
    return " " + line_value(value)
