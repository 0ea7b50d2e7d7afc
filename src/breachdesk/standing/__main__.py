"""python -m breachdesk.standing --seed 2026 --people 2000 --out DIR"""

import argparse
import os
import sys
from pathlib import Path

from breachdesk.standing import breach, bulk, facts


def main() -> int:
    ask = argparse.ArgumentParser(prog="python -m breachdesk.standing", description="Make the standing breach.")
    ask.add_argument("--seed", type=int, default=2026)
    ask.add_argument("--people", type=int, default=2000)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    ask.add_argument("--only", choices=sorted(bulk.FORMS), help="one large file for benchmarks in place of the breach")
    told = ask.parse_args()
    if told.people < 1:
        ask.error("--people must be at least 1")
    told.out.mkdir(parents=True, exist_ok=True)
    if told.only:
        path = bulk.write(told.out, told.only, seed=told.seed, people=told.people, processes=told.processes)
        print(f"{told.people:,} rows: {path}", file=sys.stderr)
        return 0
    breach.write(told.out, seed=told.seed, people=told.people, processes=told.processes)
    facts.write(told.out / "facts.yaml")
    print(
        f"{told.people:,} people: {told.out / 'evidence'}, with the truth and the fact sheet beside it", file=sys.stderr
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
