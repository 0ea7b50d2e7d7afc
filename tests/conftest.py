"""What holds for every test."""

import gc
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

# Tests of the code in this folder leave nothing in the home of whoever runs them.
_BUILD = Path(__file__).parent.parent / "build"
os.environ.setdefault("BREACHDESK_CACHE", str(_BUILD / "cache"))
os.environ["BREACHDESK_DATA"] = str(_BUILD / "tests-desk")

pytest_plugins = ["tests.rooms", "tests.live"]

# How long an example takes is the business of the machine, not of a test: speed is measured by `make bench`.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

#: Files of more than half a minute, the longest first. Each is one piece of work for one process: begun last, it would
#: keep one processor busy alone at the end of the run.
LONGEST = (
    "tests/assess/test_run.py",
    "tests/web/test_accessible.py",
    "tests/web/test_doors.py",
    "tests/law/test_any_sheet.py",
    "tests/journeys/desk/test_backup.py",
    "tests/cli/test_law.py",
    "tests/cli/test_legal.py",
    "tests/notify/app/test_kills.py",
    "tests/journal/test_tampering.py",
    "tests/authorities/app/test_filings.py",
    "tests/journal/app/test_writing.py",
    "tests/report/test_browser.py",
    "tests/cli/test_packs.py",
    "tests/cli/test_facts.py",
    "tests/law/test_engine.py",
    "tests/journal/test_casebag_forged.py",
    "tests/scope/readers/test_sql.py",
    "tests/staff/app/test_entering.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Those first, then journeys and what is marked slow, then files of many tests, so that what is left for the end
    is short. Inside a file the order of its tests stays."""
    gone = [name for name in LONGEST if not (config.rootpath / name).is_file()]
    if gone:
        raise pytest.UsageError(
            f"tests/conftest.py: LONGEST names what is not there (renamed? rename it here): {', '.join(gone)}"
        )
    place = {name: number for number, name in enumerate(LONGEST)}
    files = [item.nodeid.partition("::")[0] for item in items]
    many = Counter(files)
    slow = {file for file, item in zip(files, items, strict=True) if _slow(file, item)}
    for file in sorted(slow):
        place.setdefault(file, len(LONGEST))
    last = len(LONGEST) + 1
    order = sorted(range(len(items)), key=lambda at: (place.get(files[at], last), -many[files[at]], files[at], at))
    items[:] = [items[at] for at in order]


def _slow(file: str, item: pytest.Item) -> bool:
    return file.startswith("tests/journeys/") or item.get_closest_marker("slow") is not None


def pytest_collection_finish() -> None:
    """What was loaded until now stays: the collector of garbage need not look through it again and again."""
    gc.collect()
    gc.freeze()
