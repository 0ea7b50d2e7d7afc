"""Whoever writes a new kind of journal entry tells the readers of the journal what it means."""

import ast
import re
from pathlib import Path

from breachdesk.journal.entry import check_type

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `([a-z_.]+)` \|", re.MULTILINE)


def documented() -> list[str]:
    return ROW.findall((ROOT / "docs" / "formats" / "journal.md").read_text(encoding="utf-8"))


def written() -> dict[str, str]:
    """Every type that the code writes, and where; the type stands in the call as a plain string."""
    found = {}
    for path in sorted((ROOT / "src" / "breachdesk").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and any(word.arg == "actor" for word in node.keywords):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.count(".") == 2:
                    found[first.value] = f"{path.name}:{node.lineno}"
    return found


def test_every_type_the_code_writes_is_documented() -> None:
    missing = {name: place for name, place in written().items() if name not in documented()}
    assert not missing
    assert "journal.tail.repaired" in written()


def test_every_documented_type_is_one_and_stands_once() -> None:
    for name in documented():
        check_type(name)
    assert len(documented()) == len(set(documented())) > 0
