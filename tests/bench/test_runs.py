"""A measured run tells time, memory of the whole family, and trouble."""

import sys

import pytest

from bench.figures import Figure, Verdict
from bench.runs import run

_PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "held = b'x' * (200 << 20); import time; time.sleep(0.7)"])
held = b"x" * (100 << 20)
child.wait()
"""


def test_memory_of_children_counts() -> None:
    outcome = run([sys.executable, "-c", _PARENT], timeout=20)
    assert outcome.trouble == ""
    assert 300 << 20 <= outcome.peak_bytes <= 480 << 20
    assert 0.7 <= outcome.seconds <= 15


def test_a_run_that_takes_too_long_is_stopped_with_its_children() -> None:
    outcome = run([sys.executable, "-c", _PARENT.replace("0.7", "60")], timeout=1.5)
    assert outcome.code is None
    assert "stopped after" in outcome.trouble
    assert outcome.seconds < 10


@pytest.mark.parametrize(("code", "trouble"), [(0, ""), (1, ""), (2, "exit code 2: bad"), (3, "exit code 3: bad")])
def test_done_with_something_to_look_at_is_done(code: int, trouble: str) -> None:
    script = f"import sys; print('bad', file=sys.stderr); sys.exit({code})"
    assert run([sys.executable, "-c", script], timeout=20).trouble == trouble


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("p", "w", 25.0, "MB/s", floor=25), Verdict.MET),
        (Figure("p", "w", 24.9, "MB/s", floor=25), Verdict.MISSED),
        (Figure("p", "w", 1.5, "GiB", ceiling=1.5), Verdict.MET),
        (Figure("p", "w", 1.6, "GiB", ceiling=1.5), Verdict.MISSED),
        (Figure("p", "w", 0.0, "", ceiling=0), Verdict.MET),
        (Figure("p", "w", 1.0, "s"), Verdict.SHOWN),
        (Figure("p", "w", None, "s", ceiling=2), Verdict.FAILED),
    ],
)
def test_a_goal_is_met_or_missed(figure: Figure, verdict: Verdict) -> None:
    assert figure.verdict is verdict
