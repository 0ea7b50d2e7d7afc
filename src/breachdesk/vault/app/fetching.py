"""What an errand wrote, fetched once by whoever asked for it."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealError
from breachdesk.vault.app import keys
from breachdesk.vault.app.models import Errand
from breachdesk.vault.store import BadVault

_BLOCK = 1 << 20


def sent(errand: Errand, name: str) -> StreamingHttpResponse:
    """As a file to keep. It is forgotten when its last block is out; one that broke off can be fetched again."""
    number, sealed = errand.case.number, errand.outcome["sealed"]
    try:
        content = keys.vault().open(number, sealed, keys.key_of(number))
    except (SealError, FileNotFoundError, BadVault):
        raise Refused("journal.refused.fetched") from None

    def blocks() -> Iterator[bytes]:
        with content:
            while block := content.read(_BLOCK):
                yield block
        Errand.objects.filter(id=errand.id).update(outcome={"fetched": True})
        keys.vault().forget(number, sealed)

    response = StreamingHttpResponse(blocks(), content_type="application/octet-stream")
    response.headers["Content-Length"] = str(content.size)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
