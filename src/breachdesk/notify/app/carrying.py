"""`python -m breachdesk.notify.app.carrying N`: the process that carries sending N out."""

import os
import sys


def main(number: int) -> int:
    """Send what is ready to go; 0 when nothing is left to do now."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "breachdesk.settings")
    import django

    django.setup()
    from django.conf import settings

    from breachdesk.notify.app import carrier
    from breachdesk.notify.app.models import Sending

    sending = Sending.objects.select_related("case").get(id=number)
    if settings.RELAY is None:
        Sending.objects.filter(id=number).update(trouble="no relay is set (BREACHDESK_RELAY_URL)")
        return 1
    carrier.carry(sending, settings.RELAY)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1])))
