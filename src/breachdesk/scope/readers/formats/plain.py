"""Plain text: one line a row."""

from breachdesk.scope.readers.encoding import Utf8
from breachdesk.scope.readers.feed import Item
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.shapes import Problem

_BLOCK = 4 << 20


class Plain:
    """Takes whatever is text and no other reader knew better."""

    def sniff(self, head: Head) -> tuple[str, int]:
        return "text", 10 if head.is_text else 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        table = intake.text(item, kind)
        problems: list[Problem] = []
        source = Utf8(item.feed, problems.append)
        rest = b""
        while block := source.read(_BLOCK):
            lines = (rest + block).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
            rest = lines.pop()
            if len(rest) > intake.limits.line:
                table.tally.add("split_line", table.count, str(intake.limits.line))
                space = rest.rfind(b" ", len(rest) - 4096)
                lines.append(rest[:space] if space > 0 else rest)
                rest = rest[space:] if space > 0 else b""
            for line in lines:
                table.add((line.decode("utf-8", "replace"),))
        if rest:
            table.add((rest.decode("utf-8", "replace"),))
        table.close()
        for problem in problems:
            table.stream.problem(problem)


READER = Plain()
