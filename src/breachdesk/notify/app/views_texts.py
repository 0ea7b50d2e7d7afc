"""Where a provider of text messages tells what became of each: its signature is its proof."""

from urllib.parse import parse_qs

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from breachdesk.notify import marks, webgate
from breachdesk.notify.app import pens, receipts
from breachdesk.notify.webgate import WebGate
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest

LARGEST = 16 << 10  # bytes of a report
_MOST_FIELDS = 100


@csrf_exempt
@doors.public
def texted(request: DeskRequest, mark: str) -> HttpResponse:
    """POST: one report of the delivery with this mark. Told twice it changes nothing; not signed, it is counted and
    refused."""
    gateway = settings.GATEWAY
    if not isinstance(gateway, WebGate):
        raise Http404
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    size = request.META.get("CONTENT_LENGTH") or "0"
    if not size.isdigit() or int(size) > LARGEST:
        return HttpResponse(status=413)
    try:
        said = parse_qs(request.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return HttpResponse(status=400)
    address = f"{settings.SITE_URL}{request.get_full_path()}"
    if not webgate.is_signed(gateway.secret, address, said, request.headers.get("X-Twilio-Signature", "")):
        receipts.count("forged", forged_at=request.at)
        return HttpResponse(status=403)
    row, receipt = marks.row_of(mark, pens.mark_key()), webgate.receipt_of(said)
    if row is None or receipt is None:
        receipts.count("stray")
        return HttpResponse(status=404 if row is None else 400)
    receipts.keep(receipt, request.at, row)
    return HttpResponse(status=204)
