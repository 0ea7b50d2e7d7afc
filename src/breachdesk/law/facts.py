"""The fact sheet: what is known of a case. A missing fact is unknown, never false (docs/formats/facts.md).

Bad input is answered by one line per problem: what, where, what to do. Personal values never stand in them.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from breachdesk.ground import elements
from breachdesk.law import values
from breachdesk.law.people import Group
from breachdesk.law.sheet import Decision, Sheet, derive, of_cohorts
from breachdesk.law.vocabulary import Facts, FactType, our_facts
from breachdesk.scope.shapes import Cohort

LARGEST = 64 * 1024 * 1024
PeopleList = Callable[[Path], Sequence[Cohort]]


class BadFacts(Exception):
    """A sheet that cannot be used. One line per problem."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read(path: Path, *, people: PeopleList | None = None, vocabulary: Facts | None = None) -> Sheet:
    """Read a sheet (YAML 1.2 or JSON). `people` reads a people list named in it. Raises BadFacts."""
    if not path.is_file():
        raise BadFacts([f"{path}: {'is no file' if path.exists() else 'no such file'}; give the path of a fact sheet"])
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise BadFacts([f"{path}: {size} bytes is too large for a fact sheet; name the people list by its path"])
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFacts([f"{path}: cannot be read ({type(error).__name__}); give the path of a UTF-8 file"]) from error
    raw, lines = load(text, str(path))
    return parse(raw, where=str(path), lines=lines, folder=path.parent, people=people, vocabulary=vocabulary)


def load(text: str, where: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The raw map and the line of each key. Raises BadFacts."""
    if text.lstrip().startswith("{"):
        try:
            raw = json.loads(text, object_pairs_hook=_no_twins)
        except (ValueError, RecursionError) as error:
            raise BadFacts([f"{where}: not readable as JSON: {error}"]) from error
        return raw, {}
    try:
        yaml = YAML(typ="safe", pure=True)
        node = yaml.compose(text)
        raw = YAML(typ="safe", pure=True).load(text)
    except ValueError as error:  # ruamel reads dates itself, and does not say where one cannot be
        raise BadFacts([f"{where}{_no_date(text)}: a date or time that cannot be ({error}); correct it"]) from error
    except (YAMLError, RecursionError) as error:
        raise BadFacts([f"{where}: not readable as YAML: {' '.join(str(error).split())[:300]}"]) from error
    if raw is None:
        return {}, {}
    if not isinstance(raw, dict):
        raise BadFacts([f"{where}: a fact sheet is a map of named facts, one a line: `breach.personal_data: true`"])
    lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    return raw, lines


def _no_date(text: str) -> str:
    """`:7`, the line of the first date that no calendar has."""
    for number, line in enumerate(text.splitlines(), 1):
        for year, month, day in re.findall(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", line):
            try:
                date(int(year), int(month), int(day))
            except ValueError:
                return f":{number}"
    return ""


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)} stands there twice; keep one")
    return found


def parse(
    raw: Mapping[str, Any],
    *,
    where: str = "facts",
    lines: Mapping[str, int] | None = None,
    folder: Path = Path(),
    people: PeopleList | None = None,
    vocabulary: Facts | None = None,
) -> Sheet:
    """Check every fact, and derive what follows from the others. Raises BadFacts with all problems."""
    words = vocabulary or our_facts()
    problems: list[str] = []
    facts: dict[str, Any] = {}
    decisions: dict[str, Decision] = {}
    groups: tuple[Group, ...] | None = None
    for name, written in _flat(raw, words):
        place = f"{where}:{lines[name]}" if lines and name in lines else where
        fact = words.find(name)
        value = written.get("value") if values.is_decision(name, written) else written
        if value is None or (value == "unknown" and (fact is None or "unknown" not in fact.options)):
            continue
        if fact is None:
            problems.append(f"{place}: no fact is called {name!r}{values.hint(words.suggest(name))}")
            continue
        try:
            if fact.type is FactType.PEOPLE:
                groups = _people(value, folder, people)
            else:
                facts[name] = values.value_of(fact, value)
                if value is not written:
                    decisions[name] = values.decision(written)
        except values.BadValue as error:
            problems.append(f"{place}: {name}: {error}")
    if problems:
        raise BadFacts(problems)
    return derive(facts, groups, decisions)


def _flat(raw: Mapping[str, Any], words: Facts) -> list[tuple[str, Any]]:
    """`subjects.count_in: {DE: 5}` is `subjects.count_in.DE: 5`."""
    flat: list[tuple[str, Any]] = []
    for name, value in raw.items():
        known = words.find(str(name))
        if known is None and isinstance(value, dict) and words.under(str(name)):
            flat += _flat({f"{name}.{key}": inner for key, inner in value.items()}, words)
        else:
            flat.append((str(name), value))
    return flat


def _people(value: Any, folder: Path, reader: PeopleList | None) -> tuple[Group, ...]:
    if isinstance(value, str):
        if reader is None:
            raise values.BadValue("names a people list, which cannot be read here; give counted cohorts")
        try:
            return of_cohorts(reader(folder / value))
        except (OSError, ValueError, KeyError) as error:
            told = str(error) if isinstance(error, ValueError) else type(error).__name__
            raise values.BadValue(f"the people list cannot be read: {told}") from error
    if not isinstance(value, list):
        raise values.BadValue("write a list of {residence, count, elements, minor}, or the path of a people list")
    words = elements.vocabulary()
    return tuple(values.group_of(number, row, words) for number, row in enumerate(value, 1))
