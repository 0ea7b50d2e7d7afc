"""summary.json: what was read, what is in it, how many people (docs/formats/scope.md). No value from the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from breachdesk.ground.shelf import Shelf
from breachdesk.scope.shapes import FORMAT, Field, Problem, Source, Status

_WORDS = "messages/problems.yaml"


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished run. `document` is summary.json; `sources` the same with problems as codes."""

    document: Mapping[str, Any]
    sources: tuple[Source, ...]
    resumed: bool = False

    @property
    def people(self) -> int:
        return int(self.document["people"]["count"])

    @property
    def needs_attention(self) -> bool:
        """Some source was not read, or not wholly."""
        return any(source["status"] != Status.READ for source in self.document["sources"])


def document(
    sources: Sequence[Source],
    people: Mapping[str, Any],
    seconds: Mapping[str, float],
    read: int,
    total: float,
    shelf: Shelf,
) -> dict[str, Any]:
    words = shelf.data(_WORDS)
    return {
        "format": FORMAT,
        "sources": [_source(source, words) for source in sources],
        "people": dict(people),
        "seconds": {name: round(spent, 3) for name, spent in seconds.items()},
        "bytes": read,
        "bytes_per_second": round(read / total) if total > 0 else 0,
    }


def sources_of(document: Mapping[str, Any]) -> tuple[Source, ...]:
    """The sources as a run had them, from the summary it wrote."""
    return tuple(
        Source(
            one["source"],
            one["kind"],
            one["records"],
            one["bytes"],
            Status(one["status"]),
            [Problem(**problem) for problem in one["problem_codes"]],
            [Field(**field) for field in one["fields"]],
        )
        for one in document["sources"]
    )


def sentence(problem: Problem, words: Mapping[str, Any]) -> str:
    """Where, what, and what to do, in English. `words`: packs/messages/problems.yaml."""
    said = words[problem.code]["en"]
    text = f"{said['what']} {said['do']}".replace("{detail}", problem.detail)
    return f"{problem.where[:1].upper()}{problem.where[1:]}: {text}" if problem.where else text


def _source(source: Source, words: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "source": source.source,
        "kind": source.kind,
        "records": source.records,
        "bytes": source.bytes,
        "status": str(source.status),
        "problems": [sentence(one, words) for one in source.problems],
        "problem_codes": [{"code": one.code, "where": one.where, "detail": one.detail} for one in source.problems],
        "fields": [
            {
                "field": one.field,
                "element": one.element,
                "count": one.count,
                "confidence": round(float(one.confidence), 3),
                "detector": one.detector,
                "reason": one.reason,
            }
            for one in source.fields
        ],
    }
