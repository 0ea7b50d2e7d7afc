"""What the API says of letters and of texts for everybody alike."""

from collections.abc import Iterable
from typing import Any

from ninja import Field, Schema

from breachdesk.notify.shapes import NoticeCheck

FILE: dict[str, Any] = {"responses": {200: {"content": {"application/octet-stream": {}}}}}


class CheckOut(Schema):
    """`level`: stop (it must not go like this), warn, info."""

    code: str
    level: str
    passed: bool
    text: str
    citation: str


class QuestionOut(Schema):
    """What a letter or a form still needs. `kind`: name, prose, day, yes_no, number; fact: answered in the fact sheet.
    `confirm`: somebody has to look at what stands there."""

    id: str
    text: str
    kind: str
    confirm: bool
    spoken: str


class AnswersIn(Schema):
    """Id of a question -> what is said: text, a day (2026-11-20), a number, yes or no."""

    answers: dict[str, str] = Field(min_length=1, max_length=200)


def checks_of(checks: Iterable[NoticeCheck], reader: str) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "level": one.level.value,
            "passed": one.passed,
            "text": one.text(reader),
            "citation": one.citation,
        }
        for one in checks
    ]
