"""Who gets the same letter: cohorts of the people list without their language."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from breachdesk.ground.elements import Vocabulary
from breachdesk.notify.shapes import NoticeCohort
from breachdesk.scope.shapes import Cohort

_SHORT = 40


def merge(cohorts: Iterable[Cohort], vocabulary: Vocabulary) -> tuple[NoticeCohort, ...]:
    """By residence, lost elements, and whether minor; most people first. Who lost nothing gets no letter."""
    people: dict[tuple[str, frozenset[str], bool], Counter[str]] = {}
    for cohort in cohorts:
        if cohort.count > 0 and cohort.elements:
            key = (cohort.residence, cohort.elements, cohort.minor == "yes")
            people.setdefault(key, Counter())[cohort.language] += cohort.count
    merged = [
        NoticeCohort(
            slug=slug(residence, elements, minor),
            residence=residence,
            elements=tuple(vocabulary.sort(elements)),
            minor=minor,
            count=sum(languages.values()),
            languages=dict(sorted(languages.items())),
        )
        for (residence, elements, minor), languages in people.items()
    ]
    return tuple(sorted(merged, key=lambda cohort: (-cohort.count, cohort.slug)))


def slug(residence: str, elements: Iterable[str], minor: bool) -> str:
    """A folder name from public words alone: place, elements (or how many), a digest of them all."""
    names = sorted(elements)
    digest = hashlib.sha256("\n".join([residence, str(minor), *names]).encode()).hexdigest()[:10]
    place = re.sub(r"[^a-z0-9]+", "-", residence.lower()).strip("-")[:12] or "place"
    words = re.sub(r"[^a-z0-9]+", "-", "-".join(names).lower()).strip("-")
    if len(words) > _SHORT:
        words = f"{len(names)}-elements"
    return "-".join([place, words, *(["minor"] if minor else []), digest])
