"""From which address a request comes."""

from django.conf import settings
from django.http import HttpRequest

from breachdesk.staff.whence import client


def address_of(request: HttpRequest) -> str:
    """The address of whoever asks, believed as far as BREACHDESK_PROXIES says. For limits, and for the journal."""
    peer, forwarded = request.META.get("REMOTE_ADDR", ""), request.headers.get("x-forwarded-for", "")
    return client(peer, forwarded, int(settings.PROXIES))
