"""What we are unsure of: said in one place, with the number and the names."""

from dataclasses import dataclass

from markupsafe import Markup, escape

from breachdesk.ground.places import UNKNOWN
from breachdesk.ground.visible import visible
from breachdesk.law.shapes import Confidence, Verdict
from breachdesk.report.shapes import Account, Certainty
from breachdesk.report.words import Words
from breachdesk.scope.shapes import Status

SURE = 0.8
_APPLIES = (Verdict.OWED, Verdict.UNKNOWN, Verdict.HELD)


@dataclass(frozen=True, slots=True)
class Doubt:
    text: Markup
    which: tuple[str, ...] = ()


def doubts(account: Account, words: Words) -> list[Doubt]:
    return [*_law(account), *_rules(account, words), *_people(account, words), *_sources(account, words)]


def _law(account: Account) -> list[Doubt]:
    """What the law room cannot know: facts that contradict each other, places and trades without a law on the shelf."""
    told = account.duties.warnings if account.duties else ()
    return [Doubt(escape(visible(one, longest=4000))) for one in told]


def _rules(account: Account, words: Words) -> list[Doubt]:
    weak = [
        duty
        for duty in (account.duties.duties if account.duties else ())
        if duty.confidence is Confidence.UNCERTAIN and duty.verdict in _APPLIES
    ]
    if not weak:
        return []
    which = tuple(f"{duty.title} ({duty.id})" for duty in weak)
    return [Doubt(words.mark("unsure.rules", len(weak)), which)]


def _people(account: Account, words: Words) -> list[Doubt]:
    people = account.people
    if people is None or not (people.count or people.name_only):
        return []
    found = []
    nowhere = people.by_residence.get(UNKNOWN, 0)
    if nowhere:
        found.append(Doubt(words.mark("unsure.residence", nowhere, count=words.counted(nowhere))))
    if people.name_only:
        shown = words.counted(people.name_only, Certainty.POSSIBLE)
        found.append(Doubt(words.mark("unsure.names", people.name_only, count=shown)))
    ageless = sum(cohort.count for cohort in account.cohorts if cohort.minor == "unknown")
    if ageless:
        found.append(Doubt(words.mark("unsure.minors", ageless, count=words.counted(ageless))))
    if people.count:
        found.append(Doubt(words.mark("unsure.joined")))
    return found


def _sources(account: Account, words: Words) -> list[Doubt]:
    found = []
    unread = [source.source for source in account.sources if source.status is not Status.READ]
    if unread:
        found.append(Doubt(words.mark("unsure.unread", len(unread)), tuple(unread)))
    weak = [
        f"{source.source} · {field.field}"
        for source in account.sources
        for field in source.fields
        if field.element and field.confidence < SURE
    ]
    if weak:
        found.append(Doubt(words.mark("unsure.doubtful", len(weak)), tuple(weak)))
    return found
