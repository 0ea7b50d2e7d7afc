"""The named peers, in an environment of their own that is made when first needed and never with the product."""

import json
import sys
from functools import cache
from pathlib import Path

from bench.runs import Run, run

_HOME = Path(".venv-bench")
_PINNED = Path("requirements/bench.txt")
_SCRIPTS = Path(__file__).parent / "peer"


class PeerMissingError(Exception):
    """A peer cannot be measured here; the message says why. Our own figures stand without it."""


@cache
def speed(name: str, path: Path, *, seconds: int) -> float:
    """Bytes a second of `bench/peer/use_<name>.py` on the file. It stops itself after about so many seconds."""
    _ready()
    outcome = run(
        [_HOME / "bin" / "python", _SCRIPTS / f"use_{name}.py", path, str(seconds)], timeout=seconds * 3 + 120
    )
    if outcome.code != 0:
        raise PeerMissingError(f"{name}: {outcome.trouble or 'failed'}")
    told = json.loads(outcome.stdout.strip().splitlines()[-1])
    return float(told["bytes"] / told["seconds"])


@cache
def _ready() -> None:
    if not (_HOME / "bin" / "python").exists():
        print(f"installing the peers into {_HOME} (once; about 3 GB)", file=sys.stderr)
        _must(run([sys.executable, "-m", "venv", _HOME], timeout=120))
    mark = _HOME / ".ready"
    if mark.exists() and mark.read_bytes() == _PINNED.read_bytes():
        return
    pip: list[str | Path] = [
        _HOME / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "-r",
        _PINNED,
    ]
    _must(run(pip, timeout=1_500))
    mark.write_bytes(_PINNED.read_bytes())


def _must(outcome: Run) -> None:
    if outcome.code != 0:
        raise PeerMissingError(f"the peers could not be installed ({outcome.trouble})")
