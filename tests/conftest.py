"""What holds for every test."""

import os
from pathlib import Path

from hypothesis import settings

# Tests of the code in this folder leave nothing in the home of whoever runs them.
_BUILD = Path(__file__).parent.parent / "build"
os.environ.setdefault("BREACHDESK_CACHE", str(_BUILD / "cache"))
os.environ["BREACHDESK_DATA"] = str(_BUILD / "tests-desk")

pytest_plugins = ["tests.rooms", "tests.live"]

# How long an example takes is the business of the machine, not of a test: speed is measured by `make bench`.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
