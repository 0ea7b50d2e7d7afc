"""The first sentences: what happened, who is affected, what is owed; and the one next step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from markupsafe import Markup

from breachdesk.ground import places
from breachdesk.law.instants import Instant
from breachdesk.law.shapes import Verdict
from breachdesk.report import asks, losses, residences
from breachdesk.report.rungs import State, climb
from breachdesk.report.shapes import Account, Certainty, People
from breachdesk.report.words import Words
from breachdesk.scope.shapes import Status

_YES = frozenset({"yes", "likely"})


@dataclass(frozen=True, slots=True)
class Step:
    """The one thing to do next: words of the button and the part of the page it leads to."""

    words: str
    target: str


def what_happened(facts: Mapping[str, object], words: Words) -> str:
    """Says only what the fact sheet says."""
    what = words.say(f"what.{_kind(facts)}")
    began = _instant(facts, "time.occurred")
    ended = _instant(facts, "time.ended", "time.detected", "time.discovered")
    if began and ended and ended.date() > began.date():
        return words.say("what.between", what=what, began=words.first_day(began, ended), ended=words.day(ended))
    if began:
        return words.say("what.since", what=what, began=words.day(began))
    return words.say("what.plain", what=what)


def _kind(facts: Mapping[str, object]) -> str:
    copied, malicious = facts.get("breach.exfiltration"), facts.get("breach.malicious")
    if copied in _YES or copied is True:
        return "copied_malicious" if malicious is True else "copied"
    if facts.get("breach.confidentiality") is False and facts.get("breach.availability") is True:
        return "unavailable"
    if malicious is True:
        return "malicious"
    return "possible" if facts.get("breach.confirmed") in ("suspected", "none") else "exposed"


def _instant(facts: Mapping[str, object], *names: str) -> datetime | None:
    for name in names:
        value = facts.get(name)
        if isinstance(value, Instant):
            value = value.at or value.day
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime.combine(value, time())
        if isinstance(value, str):
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                continue
    return None


def aware(account: Account, words: Words) -> str:
    """Since when the organisation knows, told in the zone of the page; "" when it does not say."""
    moment = _instant(account.facts, "time.aware", "time.discovered")
    if moment is None:
        return ""
    there = moment.astimezone(account.at.tzinfo) if moment.tzinfo else moment
    return words.placed(there, seen_from=account.at)


def who(account: Account, words: Words) -> list[Markup]:
    """Sentences about the people, each number in the form of its certainty."""
    people = account.people
    if people is None:
        return [Markup("{}").format(words.say("people.pending"))]
    if not people.count:
        return [Markup("{}").format(words.say("people.none")), *_bare(people, words)]
    sentences = [_affected(people, words) + ".", *_lost(account, people, words)]
    if people.minors:
        sentences.append(words.mark("people.minors", people.minors, count=words.counted(people.minors)) + ".")
    return sentences + _bare(people, words)


def _lost(account: Account, people: People, words: Words) -> list[Markup]:
    telling = losses.worth_saying(losses.losses(people, account.cohorts, words))
    if not telling:
        return []
    said = [
        words.mark(
            "people.loss", loss.people, count=words.counted(loss.people, people.certainty), element=_lower(loss.title)
        )
        for loss in telling
    ]
    return [words.mark("people.lost", list=Markup(", ").join(said))]


def _affected(people: People, words: Words) -> Markup:
    shown = words.counted(people.count, people.certainty)
    lands = residences.countries(people)
    if len(lands) == 1:
        return words.mark("people.one_place", people.count, count=shown, place=places.title(lands[0], words.language))
    return words.mark("people.places", people.count, count=shown, places=words.say("people.countries", len(lands)))


def _bare(people: People, words: Words) -> list[Markup]:
    if not people.name_only:
        return []
    shown = words.counted(people.name_only, Certainty.POSSIBLE)
    return [words.mark("people.names", people.name_only, count=shown) + "."]


def _lower(title: str) -> str:
    """`Payment card number` inside a sentence; `IBAN` and `INN` stay as they are."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def owed(account: Account, words: Words) -> str:
    """How many duties, how many late, when the next one is due, how many hang on a missing fact."""
    if account.duties is None:
        return words.say("duty_line.pending")
    duties = account.duties.duties
    count = sum(duty.verdict is Verdict.OWED for duty in duties)
    unknown = sum(duty.verdict is Verdict.UNKNOWN and not duty.remote for duty in duties)
    parts = [words.say("duty_line.owed", count) if count else words.say("duty_line.none")]
    rungs = climb(duties, words, account.at, account.filed)
    late = sum(len(rung.duties) for rung in rungs if rung.state is State.LATE)
    coming = [rung for rung in rungs if rung.duties[0].verdict is Verdict.OWED and rung.due >= account.at]
    if done := sum(duty.verdict is Verdict.OWED and duty.id in account.filed for duty in duties):
        parts.append(words.say("duty_line.filed", done))
    if late:
        parts.append(words.say("duty_line.overdue", late))
    if coming:
        moment = words.placed(coming[0].due, seen_from=account.at)
        parts.append(words.say("duty_line.first", moment=moment))
    if unknown:
        parts.append(words.say("duty_line.unknown", unknown))
    if remote := [duty for duty in duties if duty.remote]:
        lands = len({duty.jurisdiction for duty in remote})
        parts.append(words.say("duty_line.remote", len(remote), places=words.number(lands)))
    return "; ".join(parts) + "."


def next_step(account: Account, words: Words) -> Step:
    """Finish the run; then what decides duties; then the unread; then what only a human can say."""
    if account.unfinished:
        return Step(words.say("step.again"), "unfinished")
    if account.duties and account.duties.questions:
        return Step(words.say("step.questions", len(account.duties.questions)), "questions")
    unread = sum(source.status is not Status.READ for source in account.sources)
    if unread:
        return Step(words.say("step.sources", unread), "sources")
    if wanted := sum(not ask.confirm for ask in asks.merged(account, words)):
        return Step(words.say("step.asks", wanted), "asks")
    return Step(words.say("step.duties"), "duties")
