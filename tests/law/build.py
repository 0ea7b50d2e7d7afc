"""A small shelf of laws for tests: one invented state with the shapes real ones have."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from breachdesk.ground.shelf import Shelf, shipped
from breachdesk.law import shelf
from breachdesk.law.shelf import LawShelf

PACK: dict[str, Any] = {
    "id": "us.xx",
    "title": {"en": "Example", "ru": "Пример"},
    "jurisdiction": "US-CA",
    "zone": "America/Los_Angeles",
    "calendar": {"country": "US", "subdivision": "CA"},
    "version": "2026-11-22",
    "applies": {"residents": ["US-CA"]},
    "trigger": {"f": "breach.confidentiality", "eq": True},
    "personal_information": {
        "with_name": ["ssn", "payment_card_with_access"],
        "standalone": ["username_with_password"],
    },
    "encryption": {"lost_with_key": True},
    "hold": {"allowed": True},
}
RULE: dict[str, Any] = {
    "ref": "US-XX.duty",
    "title": {"en": "Tell", "ru": "Известить"},
    "recipient": {"type": "individuals", "name": "residents", "channel": "letter"},
    "citation": "Example Code 1",
    "sources": ["https://law.example/1"],
    "checked_on": "2026-11-22",
    "confidence": "verified",
    "people": {},
    "due": {"n": 30, "unit": "calendar_days", "from": "time.discovered"},
}


def law(tmp_path: Path, rules: dict[str, dict[str, Any]], **pack: Any) -> LawShelf:
    """The invented state `us.xx` alone, with these duties; `pack` changes its pack.yaml."""
    folder = tmp_path / "packs"
    place = folder / "law" / "us" / "xx"
    place.mkdir(parents=True, exist_ok=True)
    for name in ("facts.yaml", "elements.yaml"):
        (folder / name).write_bytes((shipped() / name).read_bytes())
    (folder / "law" / "content.yaml").write_text("sets: {}\n")
    words = folder / "messages" / "law"
    words.mkdir(parents=True, exist_ok=True)
    for language in ("en", "ru"):
        (words / f"{language}.yaml").write_bytes((shipped() / "messages" / "law" / f"{language}.yaml").read_bytes())
    _write(place / "pack.yaml", {**PACK, **pack})
    for name, rule in rules.items():
        _write(place / f"{name}.yaml", {"id": f"us.xx.{name}", **RULE, **rule})
    return shelf.load(Shelf(folder))


def _write(path: Path, content: dict[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump({key: value for key, value in content.items() if value is not None}, file)
