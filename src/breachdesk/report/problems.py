"""What was not read, in words with what to do (packs/messages/problems.yaml); never a value from the evidence."""

from dataclasses import dataclass

from breachdesk.ground.shelf import BadPack, Shelf
from breachdesk.report.words import Words
from breachdesk.scope.shapes import Problem, Source, Status

_PATH = "messages/problems.yaml"


@dataclass(frozen=True, slots=True)
class Said:
    source: str
    status: str
    where: str
    what: str
    do: str


def told(sources: tuple[Source, ...], words: Words, shelf: Shelf) -> list[Said]:
    """Every problem of every source, the unreadable first."""
    sayings = _sayings(shelf)
    found = [
        Said(source.source, source.status.value, problem.where, *_text(problem, sayings, words))
        for source in sources
        for problem in source.problems
    ]
    return sorted(found, key=lambda said: said.status != Status.UNREADABLE)


def _sayings(shelf: Shelf) -> dict[str, dict[str, dict[str, str]]]:
    try:
        return dict(shelf.data(_PATH))
    except BadPack:
        return {}


def _text(problem: Problem, sayings: dict[str, dict[str, dict[str, str]]], words: Words) -> tuple[str, str]:
    saying = sayings.get(problem.code, {})
    said = saying.get(words.language) or saying.get("en")
    if said is None:
        return words.say("sources.unknown_problem", code=problem.code), ""
    return said["what"].replace("{detail}", problem.detail), said["do"].replace("{detail}", problem.detail)
