"""People as a file that leaves the house: CSV that begins no formula, or JSON Lines; what cannot be seen is shown.

Values come from files of criminals. A cell that a spreadsheet would take for a formula begins with an apostrophe. Marks
that turn a line round, controls and invisible characters stand as `⟨U+202E⟩` in CSV and as escapes in JSON, where the
value stays exact. Joiners (U+200C, U+200D) stay: Persian and languages of India cannot be written without them.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from breachdesk.scope.shapes import PEOPLE

CSV, JSONL = "csv", "jsonl"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
_UNSEEN = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LINES = re.compile(r"\s*[\r\n]+\s*")


def written(people: Iterable[Mapping[str, Any]], form: str) -> Iterator[bytes]:
    """The bytes of the file, in pieces; a line a person, in UTF-8; CSV has a mark, so that spreadsheets read it."""
    return _csv(people) if form == CSV else _jsonl(people)


def cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before a character that would begin one."""
    return f"'{text}" if text.lstrip(" \u00a0\ufeff\u200b").startswith(_FORMULA) else text


def shown(text: str) -> str:
    """On one line, what cannot be seen written out."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", _LINES.sub(" ", text))


def _csv(people: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    line = io.StringIO()
    writer = csv.writer(line)

    def taken() -> bytes:
        text = line.getvalue()
        line.seek(0)
        line.truncate()
        return text.encode("utf-8", "backslashreplace")

    writer.writerow(PEOPLE.names)
    yield b"\xef\xbb\xbf" + taken()
    for person in people:
        writer.writerow([shown(cell(_joined(person[name]))) for name in PEOPLE.names])
        yield taken()


def _joined(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _jsonl(people: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    for person in people:
        text = json.dumps({name: _plain(person[name]) for name in PEOPLE.names}, ensure_ascii=False)
        yield (_UNSEEN.sub(_escaped, text) + "\n").encode("utf-8", "backslashreplace")


def _plain(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]
