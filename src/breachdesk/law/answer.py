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
        return ~(~self & ~other)

    def __invert__(self) -> "Answer":
        if self is Answer.UNKNOWN:
            return self
        return Answer.NO if self is Answer.YES else Answer.YES


def of(value: bool) -> Answer:
    return Answer.YES if value else Answer.NO


def every(answers: Iterable[Answer]) -> Answer:
    result = Answer.YES
    for answer in answers:
        result &= answer
    return result


def some(answers: Iterable[Answer]) -> Answer:
    result = Answer.NO
    for answer in answers:
        result |= answer
    return result
