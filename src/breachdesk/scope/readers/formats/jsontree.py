"""JSON documents of any size: an array of records, or an object that holds arrays of them, taken record by record."""

import json
import re
from typing import Any

from breachdesk.scope.readers.encoding import Utf8
from breachdesk.scope.readers.feed import HaltError, Item
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.readers.paths import KEY, is_value
from breachdesk.scope.readers.records import Records
from breachdesk.scope.shapes import Problem

_STEP = 1 << 20
_NEAR = 64  # an error this close to the end of what is in memory may only mean that more must be read
_DEPTH = 6  # objects around arrays that are entered rather than taken whole
_BLANK = re.compile(r"[\s,]*")
_BEGINS = re.compile(r'\s*(?:\{\s*(?:"|\})|\[\s*(?:[{\["\]]|(?:-?\d[\d.eE+-]*|true|false|null)\s*[,\]]))')


class Json:
    """Taken for JSON by how it begins; what breaks off is told with its place."""

    def sniff(self, head: Head) -> tuple[str, int]:
        return "json", 80 if _BEGINS.match(head.text) else 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        problems: list[Problem] = []
        tree = _Tree(item, kind, intake, Utf8(item.feed, problems.append))
        try:
            tree.all()
        finally:
            for records in tree.tables.values():
                records.close()
            item.notes.extend(problems)


class _Tree:
    """The document, as far as it is in memory. `at` is where reading stands in `text`."""

    def __init__(self, item: Item, kind: str, intake: Intake, source: Utf8) -> None:
        self.item, self.kind, self.intake, self.source = item, kind, intake, source
        self.tables: dict[str, Records] = {}
        self.decoder = json.JSONDecoder(parse_float=str, parse_int=str, strict=False)
        self.text = ""
        self.at = 0
        self.passed = 0
        self.ended = False

    def all(self) -> None:
        while self._ahead():
            if self.text[self.at] == "[":
                self._array("")
            elif self.text[self.at] == "{":
                if top := self._object("", 0):
                    self._whole(top)
            else:
                self._records("").add(self._value())

    def _records(self, part: str) -> Records:
        if part not in self.tables:
            self.tables[part] = Records(self.item, self.kind, self.intake, part)
        return self.tables[part]

    def _whole(self, top: dict[str, Any]) -> None:
        """An object is one record; one whose keys are values (people by mailbox or number) is a record for each."""
        keyed = {key: value for key, value in top.items() if is_value(key) and isinstance(value, dict)}
        for key, value in keyed.items():
            self._records("").add({"key": key, **value})
        if rest := {key: value for key, value in top.items() if key not in keyed}:
            self._records("").add(rest)

    def _array(self, part: str) -> None:
        """The array that opens here, record by record."""
        self.at += 1
        while self._ahead(needed=True) and self.text[self.at] != "]":
            self._records(part).add(self._value())
        self.at += 1

    def _object(self, part: str, depth: int) -> dict[str, Any]:
        """The object that opens here: arrays of objects in it become tables, the rest is given back."""
        self.at += 1
        rest: dict[str, Any] = {}
        while self._ahead(needed=True) and self.text[self.at] != "}":
            key = self._value()
            self._ahead(needed=True)
            if not isinstance(key, str) or self.text[self.at] != ":":
                raise self._broken()
            self.at += 1
            self._ahead(needed=True)
            named = KEY if is_value(key) else key
            inner = f"{part}.{named}" if part else named
            if self.text[self.at] == "[" and self._second() in "{[":
                self._array(inner)
            elif self.text[self.at] == "{" and depth < _DEPTH:
                if found := self._object(inner, depth + 1):
                    rest[key] = found
            else:
                rest[key] = self._value()
        self.at += 1
        return rest

    def _second(self) -> str:
        """What comes first inside the array that opens here."""
        while not (found := re.compile(r"\s*\S").match(self.text, self.at + 1)):
            if not self._more():
                return " "
        return found.group()[-1]

    def _value(self) -> Any:
        """The value that stands here, whole."""
        while True:
            try:
                value, end = self.decoder.raw_decode(self.text, self.at)
            except RecursionError:
                raise HaltError(Problem("json_depth", f"character {self.passed + self.at}")) from None
            except json.JSONDecodeError as error:
                # Broken for good when text stands far behind the error: more text would not help.
                open_string = error.msg.startswith("Unterminated")
                if self.ended or (not open_string and error.pos < len(self.text) - _NEAR):
                    raise self._broken(ended=open_string or error.pos >= len(self.text) - _NEAR) from None
                value, end = None, len(self.text)
            if end < len(self.text) or self.ended:
                self.at = end
                return value
            if len(self.text) - self.at > self.intake.limits.line * 8:
                raise HaltError(
                    Problem("long_line", f"character {self.passed + self.at}", str(self.intake.limits.line * 8))
                )
            self._more(max(_STEP, len(self.text) - self.at))

    def _ahead(self, *, needed: bool = False) -> bool:
        """Stand on the next sign that is not blank or a comma. `needed`: the end may not come yet."""
        while True:
            blank = _BLANK.match(self.text, self.at)
            assert blank is not None
            self.at = blank.end()
            if self.at < len(self.text):
                return True
            if not self._more():
                if needed:
                    raise HaltError(Problem("truncated", f"character {self.passed + self.at}"))
                return False

    def _more(self, size: int = _STEP) -> bool:
        if self.ended:
            return False
        piece = self.source.read(size)
        self.ended = not piece
        self.passed += self.at
        self.text = self.text[self.at :] + piece.decode("utf-8")
        self.at = 0
        return not self.ended

    def _broken(self, *, ended: bool = False) -> HaltError:
        code = "truncated" if self.ended and ended else "json_broken"
        return HaltError(Problem(code, f"character {self.passed + self.at}"))


READER = Json()
