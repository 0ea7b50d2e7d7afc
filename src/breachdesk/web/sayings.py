"""The words of the desk: each file of packs/messages/desk/<language>/ under its own name; dates as in the report."""

from functools import cache
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.shelf import our_shelf
from breachdesk.report import words as report
from breachdesk.report.words import Words
from breachdesk.staff.app.models import Account

COOKIE = "language"
_SHARED = ("dates.", "left.")


@cache
def words(language: str) -> Words:
    """Raises BadPack when a file has no sentence where one is needed."""
    shelf = our_shelf()
    sayings: dict[str, Any] = {}
    for path, _ in shelf.files(f"messages/desk/{language}"):
        room = PurePosixPath(path).stem
        found = report.read_sayings(shelf, path, language)
        sayings.update({f"{room}.{key}": value for key, value in found.sayings.items()})
    shared = report.read(shelf, language)
    sayings.update({key: value for key, value in shared.sayings.items() if key.startswith(_SHARED)})
    return Words(language, sayings)


@cache
def of_report(language: str) -> Words:
    """The words of pictures and of the sections of the report."""
    return report.read(our_shelf(), language)


def chosen(request: HttpRequest) -> str:
    account = getattr(request, "user", None)  # none yet, where a request is refused at the threshold
    if isinstance(account, Account) and account.language in LANGUAGES:
        return account.language
    kept = request.COOKIES.get(COOKIE, "")
    if kept in LANGUAGES:
        return kept
    for asked, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200].lower()):
        try:
            return get_supported_language_variant(asked)
        except LookupError:
            continue
    return str(settings.LANGUAGE_CODE)
