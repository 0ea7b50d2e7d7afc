"""Three answers a law can give, and how they combine."""

from collections.abc import Iterable
from enum import Enum


class Answer(Enum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __and__(self, other: "Answer") -> "Answer":
        if Answer.NO in (self, other):
            return Answer.NO
        if Answer.UNKNOWN in (self, other):
            return Answer.UNKNOWN
        return Answer.YES

    def __or__(self, other: "Answer") -> "Answer":
        if Answer.YES in (self, other):
            return Answer.YES
        if Answer.UNKNOWN in (self, other):
            return Answer.UNKNOWN
        return Answer.NO

    def __invert__(self) -> "Answer":
        if self is Answer.UNKNOWN:
            return self
        return Answer.NO if self is Answer.YES else Answer.YES


def of(value: bool) -> Answer:
    return Answer.YES if value else Answer.NO


def every(answers: Iterable[Answer]) -> Answer:
    """All of them; stops at the first no. Asked for millions of people: a plain loop."""
    open_ = False
    for answer in answers:
        if answer is Answer.NO:
            return answer
        open_ = open_ or answer is Answer.UNKNOWN
    return Answer.UNKNOWN if open_ else Answer.YES


def some(answers: Iterable[Answer]) -> Answer:
    """One of them; stops at the first yes."""
    open_ = False
    for answer in answers:
        if answer is Answer.YES:
            return answer
        open_ = open_ or answer is Answer.UNKNOWN
    return Answer.UNKNOWN if open_ else Answer.NO
