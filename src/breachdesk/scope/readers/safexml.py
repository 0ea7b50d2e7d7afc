"""XML read as events, from a stream, with every entity of its own refused."""

from collections.abc import Callable
from typing import IO, NoReturn
from xml.parsers import expat

from breachdesk.scope.readers.feed import HaltError
from breachdesk.scope.shapes import Problem

_PIECE = 1 << 16


def parse(
    file: IO[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Call `start(tag, attributes)`, `end(tag)` and `text(characters)` in order; tags and attributes come without their
    namespace. Raises HaltError for entities and for XML that is not well formed."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> NoReturn:
        raise HaltError(Problem("xml_entities", f"line {parser.CurrentLineNumber}"))

    def started(tag: str, attributes: dict[str, str]) -> None:
        start(tag.rpartition(":")[2], attributes)

    parser.StartElementHandler = started
    parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        while piece := file.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise HaltError(Problem("corrupt", f"line {error.lineno}")) from None
