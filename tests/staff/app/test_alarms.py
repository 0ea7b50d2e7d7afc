"""What the desk says of its own channels: that they did not take it, never where they are."""

import os
import subprocess
import sys
from pathlib import Path

_SAID = """
import django
django.setup()
from breachdesk.notify import channels
from breachdesk.staff.app import alarms
print(alarms.alarm("Due", "soon"), [channels.post(a, "x").told for a in alarms.settings.ALARMS])
"""


def test_what_is_logged_of_a_channel_holds_no_address(tmp_path: Path) -> None:
    addresses = [
        "json://me:s3cret-token@127.0.0.1:9/",  # nobody listens
        "tgram://s3cret-token/",  # no such bot
        "nothing://s3cret-token",
    ]
    run = subprocess.run(
        [sys.executable, "-c", _SAID],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "breachdesk.settings",
            "BREACHDESK_DATA": str(tmp_path),
            "BREACHDESK_ALARMS": " ".join(addresses),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout.split()[0] == "0"
    assert run.stdout.count("unreachable") == 1
    assert run.stdout.count("no_address") == 2
    assert run.stderr.count("did not take") == 3
    assert "apprise" not in run.stderr  # it would hold the words, and of the address what it does not know to mask
    assert "s3cret" not in run.stdout + run.stderr
