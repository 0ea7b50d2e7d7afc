"""Counsel words a block of the texts of a case, and takes it back; what a text would do is seen before it is kept
(trying.py).

Nothing that was approved changes by it: a sending goes by its own sealed wording, a text for everybody by the words
that were put up, and what waits for its approval is refused once it reads otherwise (sendings.py, published.py)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from breachdesk.case.app.actions import still_open
from breachdesk.case.app.models import Case
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.notify.app.models import OwnText
from breachdesk.notify.app.writing import Letters, the_wordable
from breachdesk.notify.own import IN_PUBLIC, Outline, Own, nearest


@dataclass(frozen=True, slots=True)
class Place:
    """Which block, as own.py names it, in which language, and for whom: `slug` these people or this text for everybody,
    `rule` this law, neither everybody."""

    block: str
    language: str
    slug: str = ""
    rule: str = ""


def scope_named(place: "Place | OwnText | Own") -> str:
    """For whom a text is, as pages and programs name it: `all`, `rule:us-ca`, `slug:` and a cohort."""
    return f"rule:{place.rule}" if place.rule else f"slug:{place.slug}" if place.slug else "all"


@transaction.atomic
def reword(case: Case, place: Place, text: str, *, reason: str, by: Hand, before: str | None = None) -> OwnText:
    """Say it in these words from now on. `before`: the digest of the text somebody looked at when they began, so that
    nobody writes over what a colleague wrote meanwhile. Raises Refused."""
    still_open(case, alone=True)
    kept, _ = tried(Letters(case), place, text)
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    held = _now(case, place)
    if before is not None and before != (digest(held.text) if held else ""):
        raise Refused("words.refused.meanwhile", field="text", by=held.by if held else "—")
    if held and held.text == kept:
        raise Refused("words.refused.same", field="text")
    made = _put(case, place, kept, reason, by)
    write(
        "notify.words.changed",
        by=by,
        case=case.number,
        refs={"words": made.id},
        payload={**_said(place, reason), "sha256": digest(kept), "before_sha256": digest(held.text) if held else ""},
    )
    return made


@transaction.atomic
def withdraw(case: Case, place: Place, *, reason: str, by: Hand) -> None:
    """Say it again as it is said elsewhere. Raises Refused when the case has no words of its own there."""
    still_open(case, alone=True)
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    held = _now(case, place)
    if held is None:
        raise Refused("words.refused.nothing")
    made = _put(case, place, "", reason, by)
    write(
        "notify.words.withdrawn",
        by=by,
        case=case.number,
        refs={"words": made.id},
        payload={**_said(place, reason), "before_sha256": digest(held.text)},
    )


def _now(case: Case, place: Place) -> OwnText | None:
    return _at(case, place).exclude(text="").first()


def _at(case: Case, place: Place) -> "QuerySet[OwnText]":
    return OwnText.objects.filter(
        case=case, block=place.block, language=place.language, slug=place.slug, rule=place.rule, last=True
    )


def _put(case: Case, place: Place, text: str, reason: str, by: Hand) -> OwnText:
    _at(case, place).update(last=False)
    return OwnText.objects.create(
        case=case, block=place.block, language=place.language, slug=place.slug, rule=place.rule,
        text=text, reason=reason, by=by.actor.name, at=by.at,
    )  # fmt: skip


def _said(place: Place, reason: str) -> dict[str, str]:
    return {
        "block": place.block,
        "language": place.language,
        "cohort": place.slug,
        "rule": place.rule,
        "reason": reason,
    }


def digest(text: str) -> str:
    """SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def of(case: Case) -> "QuerySet[OwnText]":
    """What the case says in its own words now."""
    return OwnText.objects.filter(case=case, last=True).exclude(text="")


def history(case: Case, block: str, language: str) -> "QuerySet[OwnText]":
    """Everything that was ever said there, the newest first."""
    return OwnText.objects.filter(case=case, block=block, language=language)


def since(case: Case, at: datetime) -> bool:
    """Whether words of the case were changed after that."""
    return OwnText.objects.filter(case=case, at__gt=at).exists()


def tried(letters: Letters, place: Place, text: str) -> tuple[str, Own]:
    """A text as it would be kept, and read. Raises Refused for a place there is not, and for what cannot stand
    there."""
    wordable = the_wordable()
    if place.block not in wordable.blocks or place.language not in LANGUAGES:
        raise Refused("words.refused.no_block")
    if place.slug and (place.rule or not _is_there(letters, place)):
        raise Refused("sendings.refused.no_cohort", field="scope")
    if place.rule and (place.rule not in letters.library.rules or not wordable.by_law(place.block)):
        raise Refused("words.refused.no_rule", field="scope")
    kept, template = wordable.read(place.block, text)
    return kept, Own(place.block, place.language, template, place.slug, place.rule)


def _is_there(letters: Letters, place: Place) -> bool:
    if place.block.startswith(IN_PUBLIC):
        return place.slug in the_wordable().kinds(place.block)
    return letters.of(place.slug) is not None


def standing(letters: Letters, outline: Outline, slug: str, language: str) -> list[tuple[str, str, bool]]:
    """The blocks of one text that can be worded, each with whom what stands there is for, and whether it is the case's
    own."""
    rules, names = outline
    known = set(the_wordable().blocks)
    found = {one: nearest(letters.library.own, one, language, slug, rules) for one in names if one in known}
    return [(one, scope_named(own) if own else "all", own is not None) for one, own in found.items()]
