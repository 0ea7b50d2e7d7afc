"""Where a provider of mail tells what became of messages."""

import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest

_LOG = logging.getLogger(__name__)


@csrf_exempt
@doors.public
def mailed(request: DeskRequest, provider: str) -> HttpResponse:
    """POST, with the name and password that were set, and signed where the provider signs. What comes twice counts
    once; what speaks of no message of ours changes nothing."""
    if not settings.PROVIDER or provider != settings.PROVIDER:
        raise Http404
    if request.method not in ("POST", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "POST, HEAD"})
    if request.method == "HEAD":  # some ask so whether anybody is there
        return HttpResponse()
    from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure

    from breachdesk.notify.app import tracking

    try:
        _ = request.body
        events = tracking.heard(provider, request)
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except AnymailWebhookValidationFailure:
        _LOG.warning("what came as of %s was not from them, and was not heard", provider)
        return HttpResponse(status=403)
    except (AnymailError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        _LOG.warning("what came of %s is not as they write it (%s)", provider, type(error).__name__)
        return HttpResponse(status=400)
    tracking.take(provider, events, request.at)
    return HttpResponse()
