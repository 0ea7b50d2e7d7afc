"""What a law asks a notice to say, by its words: which answers of ours tell it.

Laws word one thing in many ways (`number of people affected`, `approximate number of residents`).
packs/messages/filings/generic.yaml holds phrases; what no phrase meets is left to a human, never guessed.
"""

import re
from functools import cached_property

from pydantic import BaseModel, ConfigDict


class Phrase(BaseModel):
    """`say`: any of these, where a word begins, whatever the case. `answer`: what tells it, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: tuple[str, ...]
    answer: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(rf"(?<!\w){re.escape(one)}" for one in self.say), re.IGNORECASE)


class Asked(BaseModel):
    """`exact`: items whose words mean something else than they seem to; none named: only a human can say it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    exact: dict[str, tuple[str, ...]]
    phrases: tuple[Phrase, ...]

    def answers(self, item: str) -> tuple[str, ...]:
        """Answers that tell one item of a law's contents (its English words), each once, in the order of the words."""
        if item in self.exact:
            return self.exact[item]
        met = [(found.start(), place, phrase) for place, phrase in enumerate(self.phrases)
               if (found := phrase.pattern.search(item))]  # fmt: skip
        return tuple(dict.fromkeys(name for _, _, phrase in sorted(met, key=lambda m: m[:2]) for name in phrase.answer))
