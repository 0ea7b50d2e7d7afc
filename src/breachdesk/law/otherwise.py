"""What would become of one duty if a fact were otherwise."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from breachdesk.ground.clock import time_zone
from breachdesk.law.conditions import plain
from breachdesk.law.interview import looks_at
from breachdesk.law.judgement import Judge, in_force, known_on
from breachdesk.law.questions import trial_values
from breachdesk.law.shapes import Duty, Verdict
from breachdesk.law.sheet import Sheet
from breachdesk.law.shelf import LawShelf
from breachdesk.law.words import Phrases

_SETTLED = (Verdict.OWED, Verdict.NOT_OWED, Verdict.RECORD_ONLY, Verdict.VOLUNTARY)


@dataclass(frozen=True, slots=True)
class Otherwise:
    fact: str
    value: Any
    verdict: Verdict


def otherwise(duty: Duty, sheet: Sheet, law: LawShelf, at: datetime, say: Phrases) -> tuple[Otherwise, ...]:
    """For each fact the duty looks at, each other verdict it can give alone, with the first value that gives it."""
    item = law.owner(duty.id)
    if item is None:
        return ()
    judge = Judge(sheet, law, say)
    day = known_on(sheet, at, time_zone(item.order.pack.zone))
    worded = in_force(item, day)
    now = judge.judge(worded, day).verdict
    found: list[Otherwise] = []
    for name in sorted(looks_at(item, law) | {"data.encrypted", "data.key_taken"}):
        fact = law.facts.find(name)
        verdicts = {now}
        for value in trial_values(item, fact, name, law) if fact is not None else ():
            then = judge.but(name, value).judge(worded, day).verdict
            if then not in verdicts and then in _SETTLED:
                verdicts.add(then)
                found.append(Otherwise(name, plain(value), then))
    return tuple(found)
