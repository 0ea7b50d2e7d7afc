"""Whoever writes a new kind of journal entry tells the readers of the journal what it means."""

import ast
import re
from pathlib import Path

from breachdesk.journal import BadEntry
from breachdesk.journal.entry import check_type

ROOT = Path(__file__).resolve().parents[2]
SAYS = (
    "Refused",
    "say",
    "mark",
    "word",
    "add_error",
    "reverse",
    "redirect",
    "get_model",
    "import_module",
    "startswith",
)
ROW = re.compile(r"^\| `([a-z_.]+)` \|", re.MULTILINE)


def documented() -> list[str]:
    page = (ROOT / "docs" / "formats" / "journal.md").read_text(encoding="utf-8")
    return ROW.findall(page.partition("## Types of entries")[2])


def written() -> dict[str, str]:
    """Every type that a call in the code names, and where: a plain string that begins with a room and reads as one."""
    rooms = {path.name for path in (ROOT / "src" / "breachdesk").iterdir() if path.is_dir()}
    rooms.remove("cli")  # its words are keys of texts
    found = {}
    for path in sorted((ROOT / "src" / "breachdesk").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for given in node.args if isinstance(node, ast.Call) else ():
                if isinstance(given, ast.Constant) and _is_type(given.value, rooms) and not _says(node):
                    found[given.value] = f"{path.name}:{given.lineno}"
    return found


def _says(call: ast.AST) -> bool:
    """A call that names a sentence of the packs, or a view: their keys look like types."""
    named = call.func if isinstance(call, ast.Call) else None
    name = named.attr if isinstance(named, ast.Attribute) else getattr(named, "id", "")
    return name in SAYS


def _is_type(value: object, rooms: set[str]) -> bool:
    if not isinstance(value, str) or value.partition(".")[0] not in rooms:
        return False
    try:
        check_type(value)
    except BadEntry:
        return False
    return True


def test_every_type_the_code_writes_is_documented() -> None:
    missing = {name: place for name, place in written().items() if name not in documented()}
    assert not missing
    assert "journal.tail.repaired" in written()


def test_every_documented_type_is_one_and_stands_once() -> None:
    for name in documented():
        check_type(name)
    assert len(documented()) == len(set(documented())) > 0
