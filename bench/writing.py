"""What is written many times: journal entries and letters."""

from collections.abc import Sequence

from bench.figures import Figure


def journal(scale: float) -> Sequence[Figure]:
    return []


def letters(scale: float) -> Sequence[Figure]:
    return []
