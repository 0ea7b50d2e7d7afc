"""`python -m breachdesk.notify.app.carrying N CHANNEL`: the process that carries sending N out by one channel."""

import os
import sys


def main(number: int, channel: str) -> int:
    """Send what is ready to go; 0 when nothing is left to do now."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "breachdesk.settings")
    import django

    django.setup()
    from breachdesk.notify.app import carrier, in_hand, transports
    from breachdesk.notify.app.models import Sending
    from breachdesk.notify.states import Channel

    transport = transports.of(Channel(channel))
    if transport is None:
        said = f"nothing is set to carry {channel} (docs/guide/running-a-desk.md)"
        in_hand.trouble(number, Channel(channel), said)
        return 1
    carrier.carry(Sending.objects.select_related("case").get(id=number), transport)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), sys.argv[2]))
