"""What holds for every test."""

import os
from pathlib import Path

from hypothesis import settings

# Tests of the code in this folder leave nothing in the home of whoever runs them.
os.environ.setdefault("BREACHDESK_CACHE", str(Path(__file__).parent.parent / "build" / "cache"))

# How long an example takes is the business of the machine, not of a test: speed is measured by `make bench`.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
