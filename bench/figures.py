"""What was measured, what was asked for, and how the two are shown."""

import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from rich.console import Console
from rich.table import Table


class Verdict(StrEnum):
    MET = "met"
    MISSED = "missed"
    SHOWN = ""  # no goal was set
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `floor`: at least this much; `ceiling`: at most this much; neither: only shown."""

    part: str
    what: str
    value: float | None
    unit: str
    floor: float | None = None
    ceiling: float | None = None
    peer: str = ""
    peer_value: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.peer_value if self.value is not None and self.peer_value else None

    @property
    def verdict(self) -> Verdict:
        if self.value is None:
            return Verdict.FAILED
        if self.floor is None and self.ceiling is None:
            return Verdict.SHOWN
        low = self.floor is not None and self.value < self.floor
        high = self.ceiling is not None and self.value > self.ceiling
        return Verdict.MISSED if low or high else Verdict.MET


BUSY = round(os.getloadavg()[0], 1)  # what else was running when the measuring began
Part = Callable[[float], Sequence[Figure]]


def show(figures: Sequence[Figure]) -> None:
    table = Table(title=f"Breachdesk on {os.cpu_count()} cores, Python {platform.python_version()}, load {BUSY} before")
    for heading in ("part", "what", "goal", "figure", "peer", "ratio", ""):
        table.add_column(heading, justify="left" if heading in ("part", "what", "") else "right")
    for figure in figures:
        table.add_row(
            figure.part, figure.what, _goal(figure), _amount(figure.value, figure.unit), _peer(figure),
            f"{figure.ratio:,.1f} x" if figure.ratio else "", figure.verdict.value,
        )  # fmt: skip
    Console(width=150).print(table)
    for figure in figures:
        if figure.note:
            Console(width=150).print(f"  {figure.part}, {figure.what}: {figure.note}", markup=False, highlight=False)


def _goal(figure: Figure) -> str:
    if figure.floor is not None:
        return f">= {_amount(figure.floor, figure.unit)}"
    return f"<= {_amount(figure.ceiling, figure.unit)}" if figure.ceiling is not None else ""


def _peer(figure: Figure) -> str:
    return f"{figure.peer} {_amount(figure.peer_value, figure.unit)}" if figure.peer else ""


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    digits = 0 if value == int(value) or value >= 1_000 else 1 if value >= 20 else 3
    return f"{value:,.{digits}f} {unit}".rstrip()


def save(figures: Sequence[Figure], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "format": "breachdesk.bench/1",
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.machine(),
            "load": BUSY,
        },
        "figures": [
            asdict(figure) | {"ratio": figure.ratio, "verdict": figure.verdict.name.lower()} for figure in figures
        ],
    }
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
