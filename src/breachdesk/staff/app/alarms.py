"""The alarms of the house, beside mail: channels of Apprise."""

import logging

from django.conf import settings

_LOG = logging.getLogger(__name__)


def alarm(subject: str, text: str) -> int:
    """How many channels took it: each is asked apart, so that one that is down keeps no other back."""
    if not settings.ALARMS:
        return 0
    import apprise  # tens of megabytes that only a worker with alarms needs

    taken = 0
    for address in settings.ALARMS:
        channel = apprise.Apprise()
        if channel.add(address) and channel.notify(title=subject, body=text, body_format=apprise.NotifyFormat.TEXT):
            taken += 1
        else:
            _LOG.warning("an alarm channel did not take what it was told")
    return taken
