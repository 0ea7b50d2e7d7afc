"""The door of the program: how it is left."""

import subprocess
import sys

_LEFT = """
import atexit, sys, threading, time
import polars
from breachdesk.cli import main

def slow(number):
    time.sleep(0.001)
    return number

def read():
    while True:
        polars.Series(range(500)).map_elements(slow, return_dtype=polars.Int64)

def refused():
    atexit.register(print, "tidied")
    threading.Thread(target=read, daemon=True).start()
    time.sleep(0.3)
    raise SystemExit(3)

main.app.command("refused")(refused)
sys.argv = ["breachdesk", "refused"]
main.run()
"""


def test_left_while_a_reader_is_at_work_it_ends_with_its_own_code() -> None:
    """A reader's thread in a library's code that comes back to a dying interpreter would abort the process."""
    done = subprocess.run([sys.executable, "-c", _LEFT], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, "tidied\n", "")
