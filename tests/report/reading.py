"""The page as a browser and a screen reader take it: a small tree from the standard library's parser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905
_DRAWN = frozenset({"path", "rect", "line", "circle"})


@dataclass
class Node:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    def text(self) -> str:
        """What is read aloud or shown: without styles and scripts, white space as one."""
        if self.name in ("style", "script"):
            return ""
        whole = "".join(child if isinstance(child, str) else f" {child.text()} " for child in self.children)
        return " ".join(whole.replace("\u00a0", " ").split())

    def all(self, *names: str) -> list["Node"]:
        found = []
        for child in self.children:
            if isinstance(child, Node):
                if not names or child.name in names:
                    found.append(child)
                found += child.all(*names)
        return found

    def with_class(self, name: str) -> list["Node"]:
        return [node for node in self.all() if name in node.attributes.get("class", "").split()]

    def id(self, name: str) -> "Node":
        (found,) = [node for node in self.all() if node.attributes.get("id") == name]
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self.stack = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].children.append(node)
        if tag not in _VOID:
            self.stack.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.stack[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack[-1].name == tag, f"</{tag}> closes <{self.stack[-1].name}>"
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.stack[-1].children.append(data)


def read(html: str) -> Node:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.stack) == 1, "every element is closed"
    return reader.root
