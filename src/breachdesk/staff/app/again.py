"""What protects the desk asks for the password or the second factor again, when that was more than a while ago."""

from collections.abc import Callable

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponse

View = Callable[..., HttpResponse]


def asked_again(view: View) -> View:
    """For opening the page and for sending to it. Stands below the door of the view."""
    asked: View = reauthentication_required(view)
    return asked


def asked_again_to_send(view: View) -> View:
    asked: View = reauthentication_required(allow_get=True)(view)
    return asked
