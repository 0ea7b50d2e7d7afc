"""Mail to colleagues: sent beside the request, so that nobody can tell from its time whether one went."""

import logging
from concurrent.futures import ThreadPoolExecutor
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

_postman = ThreadPoolExecutor(1, thread_name_prefix="mail")
_log = logging.getLogger(__name__)


def works() -> bool:
    """Whether mail is set up."""
    return not str(settings.EMAIL_BACKEND).endswith(".dummy.EmailBackend")


def post(to: str, subject: str, text: str) -> None:
    """Goes once the transaction is committed; nothing of it is kept. A failure is told on the log, without the text."""
    if works():
        message = EmailMessage(" ".join(subject.split()), text, to=[to])
        transaction.on_commit(lambda: _postman.submit(_send, message))


def settle() -> None:
    """Waits until everything posted so far has gone."""
    _postman.submit(lambda: None).result()


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except (OSError, SMTPException) as error:
        _log.error("a mail to a colleague could not be sent (%s)", type(error).__name__)
