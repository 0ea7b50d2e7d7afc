"""Everything the pages do is there by the API too, or docs/formats/api.md says why it is not."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import breachdesk
from breachdesk.api import operations
from tests.web.routes import routes

HOME = Path(breachdesk.__file__).parent
DOC = (HOME.parents[1] / "docs/formats/api.md").read_text("utf-8")
_NAMES = re.compile(r"`([a-z_*]+)`")
_ROW = re.compile(r"^\| (`[^|]+) \| (.+) \|$", re.MULTILINE)
_READS = {"alive", "approved", "waiting", "today"}  # of the asks of a case: they have a hand and do nothing


def table(title: str) -> dict[str, str]:
    """Page -> what stands beside it."""
    part = DOC.partition(f"## {title}")[2].partition("\n## ")[0]
    return {name: beside for names, beside in _ROW.findall(part) for name in _NAMES.findall(names)}


BY_API = table("What a page does, and the operation for it")
NOT_BY_API = table("Deliberately not by the API")
NAMES = {operation.view_func.__name__ for _, operation in operations()}


def test_every_page_has_its_operations_or_a_reason_why_not() -> None:
    for route in routes():
        by, never = route.name in BY_API, any(fnmatch(route.name, name) for name in NOT_BY_API)
        assert by != never, f"docs/formats/api.md: {route.name} stands in {'both tables' if by else 'neither table'}"


def test_the_tables_name_only_what_is_there_and_all_of_it() -> None:
    pages = {route.name for route in routes()}
    assert set(BY_API) <= pages
    told = {name for beside in BY_API.values() for name in _NAMES.findall(beside)}
    assert told == NAMES


def acts(module: ModuleType) -> Iterator[Callable[..., Any]]:
    """Functions of ours with a hand (`by`) that its code names."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        found = resolved(module, node)
        if inspect.isfunction(found) and found.__module__.startswith("breachdesk.") and ".app" in found.__module__:
            whole = inspect.unwrap(found)
            if "by" not in inspect.signature(whole).parameters or whole.__module__ == module.__name__:
                continue
            if whole.__name__ not in _READS:
                yield whole


def resolved(module: ModuleType, node: ast.AST) -> Any:
    if isinstance(node, ast.Name):
        return getattr(module, node.id, None)
    if isinstance(node, ast.Attribute):
        return getattr(resolved(module, node.value), node.attr, None)
    return None


def of_the_api() -> list[ModuleType]:
    files = [*HOME.glob("*/app/api.py"), *HOME.glob("*/app/api/*.py")]
    return [import_module(".".join(("breachdesk", *file.relative_to(HOME).with_suffix("").parts))) for file in files]


def test_every_act_of_the_pages_is_an_act_of_the_api() -> None:
    pages = [import_module(name) for name in {route.module for route in routes() if route.name in BY_API}]
    by_api = {one for module in of_the_api() for one in acts(module)}
    left = DOC.partition("Actions of the pages without an operation")[2]
    assert len(by_api) > 60
    assert len(pages) > 15
    for module in pages:
        for one in acts(module):
            name = f"{one.__module__.split('.')[1]}.{one.__name__}"
            assert one in by_api or f"`{name}`" in left, (
                f"{name}, of {module.__name__}: no operation of the API does it"
            )
