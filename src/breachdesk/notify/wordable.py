"""What counsel can word in a case: blocks of letters, of text messages and of texts for everybody, each by its name."""

from dataclasses import dataclass

from breachdesk.notify.library import LETTERS, Library
from breachdesk.notify.own import FIXED, IN_PUBLIC, IN_SHORT, read_own
from breachdesk.notify.public import FOLDER, POSTING, PUBLIC_HOLES, PUBLIC_WHOLE
from breachdesk.notify.public import Pack as Public
from breachdesk.notify.short import SHORT_HOLES
from breachdesk.notify.short import Pack as Short
from breachdesk.notify.template import Template
from breachdesk.notify.values import PERSONAL, WHOLE, holes_known


@dataclass(frozen=True, slots=True)
class Wordable:
    """Names are those of own.py."""

    library: Library
    short: Short
    public: Public

    @property
    def letters(self) -> tuple[str, ...]:
        return tuple(sorted({block for _, block in self.library.templates} - set(FIXED)))

    @property
    def blocks(self) -> tuple[str, ...]:
        """All of them: those of letters, then those of text messages, then those of texts for everybody."""
        short = sorted(f"{IN_SHORT}{block}" for block in self.short.said.blocks)
        public = sorted({f"{IN_PUBLIC}{block}" for _, block in self.public.templates})
        return (*self.letters, *short, *public)

    def has(self, name: str, language: str) -> bool:
        return bool(self.shipped(name, language))

    def shipped(self, name: str, language: str) -> str:
        """What we say there, as Markdown; nothing where this shelf has no such block."""
        if name.startswith(IN_SHORT):
            found = self.short.said.blocks.get(name.removeprefix(IN_SHORT))
            return found.say(language) if found else ""
        folder, templates = LETTERS, self.library.templates
        if name.startswith(IN_PUBLIC):
            folder, templates, name = FOLDER, self.public.templates, name.removeprefix(IN_PUBLIC)
        if (language, name) not in templates:
            return ""
        return self.library.shelf.text(f"{folder}/{language}/{name}.md").strip()

    def kinds(self, name: str) -> tuple[str, ...]:
        """The texts for everybody that a block of theirs stands in."""
        bare = name.removeprefix(IN_PUBLIC) if name.startswith(IN_PUBLIC) else ""
        rows = self.public.kinds.items()
        return tuple(kind for kind, text in rows if any(part.block and part.block == bare for part in text.parts))

    def by_law(self, name: str) -> bool:
        """Whether a text of it can be for one law: a text for everybody goes by none, but a notice in place of letters
        does."""
        return not name.startswith(IN_PUBLIC) or name.startswith(f"{IN_PUBLIC}{POSTING}-")

    def holes(self, name: str) -> tuple[str, ...]:
        """What can be filled in there. A text that is the same for many holds nothing of one person."""
        known = holes_known(self.library)
        if name.startswith(IN_SHORT):
            return (*SHORT_HOLES, *(one for one in known if one not in WHOLE | PERSONAL))
        if name.startswith(IN_PUBLIC):
            own = () if self.by_law(name) else PUBLIC_HOLES
            return (*own, *(one for one in known if one not in PERSONAL))
        return known

    def read(self, name: str, text: str) -> tuple[str, Template]:
        """A text as it would be kept, and read. Raises Refused."""
        lists = not name.startswith(IN_SHORT)
        return read_own(text, name, known=self.holes(name), whole=WHOLE | PUBLIC_WHOLE, lists=lists)
