"""summary.json: what was read, what is in it, how many people (docs/formats/scope.md). No value from the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from breachdesk.scope.shapes import FORMAT, Source, Status


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
    sources: Sequence[Source], people: Mapping[str, Any], seconds: Mapping[str, float], read: int, total: float
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "sources": [_source(source) for source in sources],
        "people": dict(people),
        "seconds": {name: round(spent, 3) for name, spent in seconds.items()},
        "bytes": read,
        "bytes_per_second": round(read / total) if total > 0 else 0,
    }


def _source(source: Source) -> dict[str, Any]:
    return {
        "source": source.source,
        "kind": source.kind,
        "records": source.records,
        "bytes": source.bytes,
        "status": str(source.status),
        "problems": [{"code": one.code, "where": one.where, "detail": one.detail} for one in source.problems],
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
