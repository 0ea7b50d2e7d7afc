"""`filing:` of a fact sheet: words that only one form asks for (a register number, a box of a template)."""

from collections.abc import Iterator, Mapping
from typing import Any

from breachdesk.law.instants import Instant
from breachdesk.notify.organisation import LONGEST_TEXT, BadOrganisation, clean

Extra = Mapping[str, Mapping[str, str]]  # key -> language (`*`: every) -> text


def read_extra(facts: Mapping[str, Any]) -> Extra:
    """Flat: `dora.criteria` -> words. Raises BadOrganisation naming each key that cannot be used."""
    problems: list[str] = []
    found: dict[str, dict[str, str]] = {}
    whole = facts.get("filing")
    if whole is not None and not isinstance(whole, Mapping):
        raise BadOrganisation(("filing: write a map of keys, see docs/formats/filing.md",))
    for key, value in (
        *_flat(whole or {}),
        *((name.removeprefix("filing."), value) for name, value in facts.items() if name.startswith("filing.")),
    ):
        said = value if isinstance(value, Mapping) else {"*": value}
        answered = {str(language): one for language, one in said.items() if one is not None}  # a blank: nobody knows
        texts = {language: _text(one) for language, one in answered.items()}
        bad = [text for text in texts.values() if text is None]
        long = [text for text in texts.values() if text and len(text) > LONGEST_TEXT]
        if bad:
            problems.append(f"filing.{key}: write text, a number, true or false, or {{en: ..., ru: ...}}")
        elif long:
            problems.append(f"filing.{key}: {len(long[0])} characters; at most {LONGEST_TEXT} fit a field")
        elif texts:
            found[key] = {language: clean(text) for language, text in texts.items() if text is not None}
    if problems:
        raise BadOrganisation(tuple(problems))
    return found


def _flat(whole: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in whole.items():
        if isinstance(value, Mapping) and not set(value) <= {"en", "ru", "*"}:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        parts = [_text(one) for one in value]
        return None if None in parts else "; ".join(part for part in parts if part)
    if isinstance(value, Instant):
        return (value.at or value.day).isoformat() if value.at or value.day else None  # type: ignore[union-attr]
    if isinstance(value, str | int | float) or hasattr(value, "isoformat"):
        return value if isinstance(value, str) else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return None
