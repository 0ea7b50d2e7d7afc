"""The law engine on many people: ten million in five thousand cohorts."""

from collections.abc import Sequence

from bench.figures import Figure


def duties(scale: float) -> Sequence[Figure]:
    return []
