"""What every page of the desk knows."""

from typing import Any

from django.http import HttpRequest

from breachdesk.ground import clock
from breachdesk.ground.languages import LANGUAGES
from breachdesk.law.app.standing import next_due
from breachdesk.staff.app.models import Account
from breachdesk.web import pages, sayings


def desk(request: HttpRequest) -> dict[str, Any]:
    words = getattr(request, "words", None) or sayings.words(sayings.chosen(request))
    case = getattr(request, "case", None)
    account = request.user if isinstance(getattr(request, "user", None), Account) else None
    return {
        "words": words,
        "language": words.language,
        "direction": words.say("frame.direction"),
        "languages": [(code, sayings.words(code).say("frame.language")) for code in LANGUAGES],
        "account": account,
        "case": case,
        "rights": getattr(request, "rights", frozenset()),
        "now": getattr(request, "at", None),
        "deadline": next_due(case, words.language, getattr(request, "at", None) or clock.now()) if case else None,
        "sections": pages.of_case(case, getattr(request, "rights", frozenset()), request.path) if case else (),
        "span_words": {name: words.sayings[f"left.{name}"] for name in pages.SPANS},
    }
