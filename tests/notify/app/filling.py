"""Letters follow from the people and the facts of a case: nothing of their own is filled in."""

from collections.abc import Callable
from typing import Any

from breachdesk.case.app.models import Case
from breachdesk.notify.app.writing import Letters


def _slug(case: Case) -> Any:
    return Letters(case).cohorts[0].slug


VALUES: dict[str, Callable[[Case], Any]] = {
    "slug": _slug,
    "case_notice:language": lambda case: "en",
    "case_notice_file:language": lambda case: "ru",
    "case_notice_file:kind": lambda case: "txt",
    "case_public_text:kind": lambda case: "call",
    "case_public_text:language": lambda case: "ru",
    "case_public_file:kind": lambda case: "press",
    "case_public_file:language": lambda case: "en",
    "case_public_file:ending": lambda case: "txt",
}
