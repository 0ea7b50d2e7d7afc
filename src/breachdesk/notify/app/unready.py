"""Why letters must not go, told once for all that it is about: one missing answer often holds up a hundred of them."""

from collections.abc import Iterable
from typing import NamedTuple

from breachdesk.notify.shapes import Level, Notice, NoticeCohort


class Unready(NamedTuple):
    """One reason, in the language of the reader. `letters`: (who gets it, its language), most people first;
    `examples`: one of each place and language."""

    reason: str
    citation: str
    letters: tuple[tuple[NoticeCohort, str], ...]

    @property
    def examples(self) -> list[tuple[NoticeCohort, str]]:
        first: dict[tuple[str, str], tuple[NoticeCohort, str]] = {}
        for cohort, language in self.letters:
            first.setdefault((cohort.residence, language), (cohort, language))
        return list(first.values())

    @property
    def people(self) -> int:
        return sum({cohort.slug: cohort.count for cohort, _ in self.letters}.values())


def reasons(notices: Iterable[Notice], language: str) -> list[Unready]:
    """What holds up most people first."""
    found: dict[tuple[str, str], list[tuple[NoticeCohort, str]]] = {}
    for one in notices:
        for check in one.checks:
            if not check.passed and check.level is Level.STOP:
                found.setdefault((check.text(language), check.citation), []).append((one.cohort, one.language))
    made = [
        Unready(reason, citation, tuple(sorted(letters, key=lambda one: -one[0].count)))
        for (reason, citation), letters in found.items()
    ]
    return sorted(made, key=lambda one: -one.people)
