"""When values speak without a header: what a column as a whole must look like before a chance likeness is believed."""

import re
from collections.abc import Callable
from itertools import pairwise

from breachdesk.scope.detectors.tally import Tally

_YEAR = re.compile(r"(?<![0-9])(19[0-9]{2}|20[0-9]{2})(?![0-9])")
_DIGITS = re.compile(r"[0-9]+")


def births(tally: Tally) -> bool:
    """Births of a clientele spread over 25 years or more, half of them before 1995; events and orders do not. A time of
    day other than midnight is no birth."""
    years = sorted(int(found[1]) for value in tally.sample if (found := _YEAR.search(value)))
    if len(years) < 5:
        return False
    timed = sum(":" in value and "00:00:00" not in value for value in tally.sample)
    inner = years[len(years) // 20 : len(years) - len(years) // 20]
    return timed * 10 < len(tally.sample) and inner[-1] - inner[0] >= 25 and years[len(years) // 2] <= 1998


def scattered(tally: Tally) -> bool:
    """Numbers given out one after another, or all with the same beginning, are order numbers, not people's."""
    numbers = [int("".join(_DIGITS.findall(value)) or 0) for value in tally.sample]
    if len(numbers) < 3:
        return True
    steps = [after - before for before, after in pairwise(numbers)]
    rising = sum(0 < step <= 100_000 for step in steps)
    shared = 0
    for one, other in zip(tally.low or "", tally.high or "", strict=False):
        if one != other:
            break
        shared += 1
    return rising * 2 < len(steps) and (shared < 4 or tally.distinct() < 3)


SPREADS: dict[str, Callable[[Tally], bool]] = {"none": lambda _: True, "births": births, "serial": scattered}
