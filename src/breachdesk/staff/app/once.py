"""The same request sent twice is done once: `Idempotency-Key` of the API (draft-ietf-httpapi-idempotency-key-header).

The answer is kept in the transaction of the deed: whoever did not hear it asks again with the same key and hears it. A
request that was refused is not kept: it may be sent anew. Answers with files or secrets are never kept.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from breachdesk.ground.refused import Refused
from breachdesk.staff.app.models import Once, Token

HEADER = "Idempotency-Key"
KEPT = timedelta(days=1)
_KEY = re.compile(r"[!-~]{1,200}")
_GOOD = range(200, 300)


def run(request: HttpRequest, work: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """`work`, all of it in one transaction with the answer that is kept."""
    key = request.headers.get(HEADER)
    if key is None:
        return work()
    with transaction.atomic():
        request.once = key  # type: ignore[attr-defined]
        answer = work()
        made: Once | None = getattr(request, "once_made", None)
        if answer.status_code not in _GOOD or not isinstance(answer, HttpResponse):
            transaction.set_rollback(True)
        elif made is not None:
            made.status, made.body = answer.status_code, answer.content
            made.save(update_fields=["status", "body"])
    return answer


def before(request: HttpRequest, token: Token, at: datetime) -> HttpResponse | None:
    """What was answered to this request before; None when it is new, which is written down. Asked once it is certain
    that whoever sends it may. Somebody who sends it at the same moment waits until the first has been answered.

    Raises Refused for what is no key, and for a key that came with something else."""
    key: str | None = getattr(request, "once", None)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise Refused("api.refused.no_key")
    digest = _digest(request)
    Once.objects.filter(token=token, key=key, made_at__lte=at - KEPT).delete()
    try:
        with transaction.atomic():
            request.once_made = Once.objects.create(token=token, key=key, digest=digest, made_at=at)  # type: ignore[attr-defined]
    except IntegrityError:
        kept = Once.objects.get(token=token, key=key)
        if kept.digest != digest:
            raise Refused("api.refused.other_key") from None
        return HttpResponse(
            bytes(kept.body),
            status=kept.status,
            content_type="application/json; charset=utf-8",
            headers={"Idempotent-Replayed": "true"},
        )
    return None


def _digest(request: HttpRequest) -> str:
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    found.update(request.body)
    return found.hexdigest()


def forget_old(now: datetime) -> int:
    gone: Any = Once.objects.filter(made_at__lte=now - KEPT).delete()
    return int(gone[0])
