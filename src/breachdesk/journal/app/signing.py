"""The key this desk signs its journal with, made when it is first needed and kept on the ring."""

from django.conf import settings

from breachdesk.ground.keys import KeyRing, Purpose
from breachdesk.journal.note import Signer

KEY = "journal"


def signer() -> Signer:
    """Raises BadKey when the key is there and cannot be used."""
    return Signer(settings.ORIGIN, KeyRing(settings.KEYS).get_or_create(KEY, Purpose.SIGN))
