"""How right a scope run was, against a known truth: fields, people, and who was taken for whom.

python -m bench.score OUT TRUTH.json
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from breachdesk.ground.elements import covers

_HARMLESS = (None, "customer_id")  # what a column with nothing personal may be called


@dataclass(slots=True)
class Score:
    fields_hit: int = 0
    fields_missed: list[str] = field(default_factory=list)
    fields_false: list[str] = field(default_factory=list)
    people_found: int = 0
    people_true: int = 0
    mixed: int = 0  # persons of the product in whom two people are mixed
    records_given: int = 0
    records_owned: int = 0
    pairs_right: int = 0
    pairs_made: int = 0
    pairs_true: int = 0
    elements_off: list[str] = field(default_factory=list)
    residences_off: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return _share(self.fields_hit, self.fields_hit + len(self.fields_missed))

    @property
    def precision(self) -> float:
        """Of the columns called personal, those that are. One called by a wrong name is missed, and false too."""
        wrong = sum(" called nothing," not in missed for missed in self.fields_missed)
        return _share(self.fields_hit, self.fields_hit + wrong + len(self.fields_false))

    @property
    def people_error(self) -> float:
        return abs(self.people_found - self.people_true) / max(1, self.people_true)

    @property
    def pair_precision(self) -> float:
        return _share(self.pairs_right, self.pairs_made)

    @property
    def pair_recall(self) -> float:
        return _share(self.pairs_right, self.pairs_true)


def score(out: Path, truth_path: Path) -> Score:
    """`out`: what scope wrote. The truth: {people, records, fields} as docs/guide/standing-breach.md describes."""
    truth = json.loads(truth_path.read_text(encoding="utf-8"))
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    result = Score(people_found=summary["people"]["count"], people_true=len(truth["people"]))
    _score_fields(result, summary, truth["fields"])
    _score_people(
        result, pq.read_table(out / "records.parquet", columns=["source", "record", "person_id"]), truth["records"]
    )
    _score_counts(result, summary["people"], truth["people"].values())
    return result


def _score_fields(result: Score, summary: dict[str, Any], truth: dict[str, dict[str, str | None]]) -> None:
    # A field that holds several elements stands several times; its main element comes last.
    called = {s["source"]: {f["field"]: f["element"] for f in s["fields"]} for s in summary["sources"]}
    for source, fields in truth.items():
        mine = called.get(_named(source, called), {})
        for name, is_ in fields.items():
            said = mine.get(name)
            place = f"{source} {name}: called {said or 'nothing'}, is {is_ or 'nothing personal'}"
            if is_ is None:
                if said not in _HARMLESS:
                    result.fields_false.append(place)
            elif said is not None and covers(is_, said):
                result.fields_hit += 1
            else:
                result.fields_missed.append(place)


def _score_people(result: Score, records: Any, truth: dict[str, list[str | None]]) -> None:
    result.records_owned = sum(owner is not None for owners in truth.values() for owner in owners)
    sources = {name: truth.get(_named(name, truth, reverse=True)) for name in set(records["source"].to_pylist())}
    clusters: Counter[str] = Counter()
    joint: Counter[tuple[str, str]] = Counter()
    people: Counter[str] = Counter()
    seen: set[tuple[str, int]] = set()
    for row in records.to_pylist():
        owners, at, person = sources[row["source"]], row["record"], row["person_id"]
        if owners is None or at is None or at >= len(owners) or owners[at] is None or person is None:
            continue
        if (row["source"], at) not in seen:
            seen.add((row["source"], at))
            result.records_given += 1
        clusters[person] += 1
        people[owners[at]] += 1
        joint[person, owners[at]] += 1
    of_person = Counter(person for person, _ in joint)
    result.mixed = sum(count > 1 for count in of_person.values())
    result.pairs_right, result.pairs_made, result.pairs_true = map(
        _pairs, (joint.values(), clusters.values(), people.values())
    )


def _score_counts(result: Score, said: dict[str, Any], people: Iterable[dict[str, Any]]) -> None:
    """Counts further than one in a hundred, and three people, from the truth."""
    people = list(people)
    true = Counter(element for person in people for element in person["elements"])
    for element, count in sorted(true.items()):
        found = sum(n for name, n in said["by_element"].items() if covers(element, name))
        if abs(found - count) > max(3, 0.01 * count):
            result.elements_off.append(f"people with {element}: {found}, truth {count}")
    homes = Counter(person["residence"] for person in people)
    for home, count in sorted(homes.items()):
        found = sum(n for name, n in said["by_residence"].items() if name == home or name.startswith(home + "-"))
        if abs(found - count) > max(3, 0.03 * count):
            result.residences_off.append(f"people in {home}: {found}, truth {count}")


def _named(source: str, among: dict[str, Any], *, reverse: bool = False) -> str:
    """A source may be named by a longer path than the truth names it by."""
    if source in among:
        return source
    ends = (name for name in among if (source.endswith("/" + name) if reverse else name.endswith("/" + source)))
    return next(ends, source)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def tell(result: Score) -> str:
    lines = [
        f"fields: recall {result.recall:.4f}, precision {result.precision:.4f}",
        f"people: {result.people_found}, truth {result.people_true} ({result.people_error:.2%} off)",
        f"persons in whom two people are mixed: {result.mixed}",
        f"records given to a person: {result.records_given} of {result.records_owned}",
        f"pairs of records: precision {result.pair_precision:.5f}, recall {result.pair_recall:.5f}",
    ]
    for troubles in (result.fields_missed, result.fields_false, result.elements_off, result.residences_off):
        lines += [f"  {trouble}" for trouble in troubles]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    result = score(Path(arguments[0]), Path(arguments[1]))
    print(tell(result))
    return 1 if result.fields_missed or result.fields_false or result.mixed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
