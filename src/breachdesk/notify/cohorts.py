"""Who gets the same letter: cohorts of the people list without their language."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

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


_KIN = "nextofkin"  # one word: what a place or an element is called gives no such one


def to_kin(cohort: NoticeCohort) -> NoticeCohort:
    """Of these people those who have died: their next of kin, who are grown up, read it."""
    return replace(cohort, slug=kin_slug(cohort.slug), minor=False, kin=True)


def kin_slug(slug: str) -> str:
    """Of the letter to the next of kin of those whom that letter is to."""
    head, _, digest = slug.rpartition("-")
    return f"{head}-{_KIN}-{digest}"


def to_next_of_kin(slug: str) -> bool:
    return f"-{_KIN}-" in slug


def without_kin(slug: str) -> str:
    """Of whom the letter is, whoever reads it."""
    return slug.replace(f"-{_KIN}-", "-")


def slug(residence: str, elements: Iterable[str], minor: bool) -> str:
    """A folder name from public words alone: place, elements (or how many), a digest of them all."""
    names = sorted(elements)
    digest = hashlib.sha256("\n".join([residence, str(minor), *names]).encode()).hexdigest()[:10]
    place = re.sub(r"[^a-z0-9]+", "-", residence.lower()).strip("-")[:12] or "place"
    words = re.sub(r"[^a-z0-9]+", "-", "-".join(names).lower()).strip("-")
    if len(words) > _SHORT:
        words = f"{len(names)}-elements"
    return "-".join([place, words, *(["minor"] if minor else []), digest])
