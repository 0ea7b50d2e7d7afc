"""An organisation's own packs are checked with the laws they touch, and all laws where they touch what all laws ask."""

from datetime import UTC, datetime
from pathlib import Path

from breachdesk.ground.shelf import Shelf, shipped
from breachdesk.law import checking
from breachdesk.law import shelf as laws

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
WA = "law/us/wa/authority.yaml"


def put(folder: Path, name: str) -> None:
    goal = folder / name
    goal.parent.mkdir(parents=True, exist_ok=True)
    goal.write_bytes((shipped() / name).read_bytes())


def test_what_own_packs_touch_is_read_from_their_places(tmp_path: Path) -> None:
    story = next((shipped() / "law/eu/gdpr/stories").glob("*.yaml")).relative_to(shipped()).as_posix()
    rule = next(one for one in (shipped() / "law/us/wa").glob("*.yaml")).relative_to(shipped()).as_posix()
    put(tmp_path, story)
    put(tmp_path, rule)
    assert checking.touched(tmp_path) == {"law/us/wa", "law/eu/gdpr"}
    put(tmp_path, "facts.yaml")
    assert checking.touched(tmp_path) is None


def test_contents_of_notices_are_everybodys(tmp_path: Path) -> None:
    put(tmp_path, "law/content.yaml")
    assert checking.touched(tmp_path) is None


def test_only_what_is_touched_is_tried_and_what_runs_from_it() -> None:
    shelf = Shelf()
    one = checking.check(shelf, "law", AT, only=frozenset({"law/us/wa"}))
    assert 0 < one.duties < 10
    assert (one.faults, one.readable) == ((), True)
    law = laws.load(shelf)
    for folder in {item.order.path for item in law.items}:
        for other in laws.refer_to(law, {folder}):
            wanted = {item.id for item in law.items if item.order.path == folder}
            assert any(wanted & set(laws._referred(item)) for item in law.items if item.order.path == other)
    linked = {folder for folder in {item.order.path for item in law.items} if laws.refer_to(law, {folder}) - {folder}}
    assert linked, "some law runs from another: else this rule is of no use"
