"""The words of a case in place of ours: its own text of a block, in every letter, under one law, or to some people."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from breachdesk.ground.refused import Refused
from breachdesk.notify.organisation import LONGEST_TEXT, clean_lines
from breachdesk.notify.template import BadTemplate, Hole, Template, holes, parse

#: Sender and recipient stand where the window of the envelope is: their lines are not worded.
FIXED = ("sender", "recipient", "recipient-minor", "recipient-kin")
#: What the blocks of text messages and of texts for everybody are called by, beside those of letters.
IN_SHORT, IN_PUBLIC = "short-", "public-"
_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")
_NEAR, _SOME = 6, 22


@dataclass(frozen=True, slots=True)
class Own:
    """One text. `slug`: only to these people, or only in this text for everybody; `rule`: only where this rule holds;
    neither: wherever the block stands in that language."""

    block: str
    language: str
    template: Template
    slug: str = ""
    rule: str = ""

    @property
    def place(self) -> tuple[str, str, str, str]:
        return self.block, self.language, self.slug, self.rule


class Outline(NamedTuple):
    """What decides which texts stand in a letter: its rules, the nearest first, and its blocks in order, each by the
    name it is worded by."""

    rules: tuple[str, ...]
    blocks: tuple[str, ...]


def nearest(own: Iterable[Own], block: str, language: str, slug: str, rules: Iterable[str]) -> Own | None:
    """The text for one letter: of its people before that of a law, of the law nearest to the place, of everybody."""
    found = {(one.slug, one.rule): one for one in own if (one.block, one.language) == (block, language)}
    order = [(slug, ""), *(("", rule) for rule in rules), ("", "")] if found else ()
    return next((found[key] for key in order if key in found), None)


def read_own(
    text: str, block: str, *, known: Iterable[str], whole: Iterable[str], lists: bool = True
) -> tuple[str, Template]:
    """A text as somebody typed it: what is kept of it, and read. `known`: the holes there are; `whole`: those that
    stand in a paragraph of their own; `lists`: whether there can be lists. Raises Refused with one line: which block,
    where in it, what would do."""
    kept, names = clean_lines(text), tuple(known)
    if not kept:
        raise Refused("words.refused.empty", field="text", block=block)
    if len(kept) > LONGEST_TEXT:
        raise Refused("words.refused.too_long", field="text", block=block, n=len(kept), most=LONGEST_TEXT)
    for line, part in enumerate(kept.split("\n"), start=1):
        for found in _BRACES.finditer(part):
            if found[1] not in names:
                raise _unknown(block, line, found[1] or found[0], names)
    try:
        template = parse(kept, block)
    except BadTemplate as error:
        raise Refused("words.refused.markup", field="text", block=block, line=error.line) from None
    if not lists and any(line.list for line in template):
        raise Refused("words.refused.list", field="text", block=block)
    if wrong := holes(template) - set(names):
        raise _unknown(block, 1, min(wrong), names)
    if inside := next(_inside(template, set(whole)), ""):
        line = next((n for n, part in enumerate(kept.split("\n"), start=1) if f"{{{inside}}}" in part), 1)
        raise Refused("words.refused.not_alone", field="text", block=block, line=line, hole=f"{{{inside}}}")
    return kept, template


def _unknown(block: str, line: int, found: str, names: tuple[str, ...]) -> Refused:
    """Says what was most likely meant; where nothing is like it, what there is."""
    wanted = found.strip().lower()
    last = {name.rpartition(".")[2]: name for name in reversed(names)}
    near = get_close_matches(wanted, names, _NEAR, 0.5) + [last[one] for one in get_close_matches(wanted, last, 3, 0.5)]
    told = ", ".join(f"{{{name}}}" for name in list(dict.fromkeys(near)) or names[:_SOME])
    shown = found if found in ("{", "}") else f"{{{found[:60]}}}"
    return Refused("words.refused.hole", field="text", block=block, line=line, hole=shown, known=told)


def _inside(template: Template, whole: set[str]) -> Iterator[str]:
    """Holes of whole blocks that stand inside a sentence or a list, where nothing would be seen of them."""
    for lines in template:
        for point in lines.points:
            alone = not lines.list and len(point) == 1
            yield from (part.name for part in point if isinstance(part, Hole) and part.name in whole and not alone)
