"""A number that is known to lie between two: people whose residence nobody knows may or may not count."""

from dataclasses import dataclass

from breachdesk.law.answer import Answer


@dataclass(frozen=True, slots=True)
class Bounds:
    """`high` null: no upper bound is known."""

    low: int
    high: int | None

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def __add__(self, other: "Bounds") -> "Bounds":
        high = None if self.high is None or other.high is None else self.high + other.high
        return Bounds(self.low + other.low, high)

    def compare(self, op: str, n: float) -> Answer:
        """`gt`, `gte`, `lt`, `lte`, `eq` against a number: UNKNOWN while the bounds leave both open."""
        if op == "lt":
            return ~self.compare("gte", n)
        if op == "lte":
            return ~self.compare("gt", n)
        if op == "eq":
            return self.compare("gte", n) & self.compare("lte", n) if self.exact or self._misses(n) else Answer.UNKNOWN
        sure = self.low > n if op == "gt" else self.low >= n
        if sure:
            return Answer.YES
        if self.high is None:
            return Answer.UNKNOWN
        possible = self.high > n if op == "gt" else self.high >= n
        return Answer.UNKNOWN if possible else Answer.NO

    def _misses(self, n: float) -> bool:
        return n < self.low or (self.high is not None and n > self.high)


NOBODY = Bounds(0, 0)
ANYBODY = Bounds(0, None)
