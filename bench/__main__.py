"""python -m bench [part ...]: measures, prints one table, writes build/bench.json.

Parts: csv sql text memory duties score journal database desk letters batches delivery kills; without any, all.
BENCH_SCALE=0.1: a tenth of each.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from bench import figures
from bench.figures import Figure, Part

PARTS = {
    "score": "scope.score_standing",
    "csv": "scope.csv_speed",
    "sql": "scope.sql_speed",
    "text": "scope.text_speed",
    "memory": "scope.memory",
    "duties": "law.duties",
    "journal": "writing.journal",
    "database": "database.database",
    "desk": "desk.desk",
    "letters": "writing.letters",
    "batches": "letters.batches",
    "delivery": "delivery.delivery",
    "kills": "delivery.kills",
}


def main() -> int:
    ask = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0] if __doc__ else None)
    ask.add_argument("parts", nargs="*", metavar="part", help=f"one of: {' '.join(PARTS)}")
    asked = ask.parse_args().parts
    if unknown := set(asked) - set(PARTS):
        ask.error(f"no such part: {', '.join(sorted(unknown))} (there are: {' '.join(PARTS)})")
    scale = float(os.environ.get("BENCH_SCALE", "1"))
    done: list[Figure] = []
    for name in asked or PARTS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        done += _measured(name, scale)
    figures.show(done)
    figures.save(done, Path("build/bench.json"))
    return 1 if any(figure.verdict in (figures.Verdict.MISSED, figures.Verdict.FAILED) for figure in done) else 0


def _part(name: str) -> Part:
    """Read when it is measured: processes that a measured command starts anew read this file again, too."""
    module, _, what = PARTS[name].partition(".")
    part: Part = getattr(import_module(f"bench.{module}"), what)
    return part


def _measured(name: str, scale: float) -> Sequence[Figure]:
    """A part that breaks down is a failed line; the others are measured all the same."""
    try:
        return _part(name)(scale)
    except Exception as error:
        traceback.print_exc()
        return [Figure(name, "could not be measured", None, "", note=f"{type(error).__name__}: {error}")]


if __name__ == "__main__":
    sys.exit(main())
