"""Roles of a case, and what each may do in it. One table; every page and every API route asks it."""

from enum import StrEnum


class Role(StrEnum):
    LEAD = "lead"
    COUNSEL = "counsel"
    SECURITY = "security"
    COMMUNICATIONS = "communications"
    SUPPORT = "support"
    EXPERT = "expert"
    AUDITOR = "auditor"


class Act(StrEnum):
    READ = "read"  # the case and its pages
    PRIVILEGED = "privileged"  # what is marked as privileged
    WORK = "work"  # tasks, checklists, notes, hours
    FACTS = "facts"  # answer facts, write the timeline and the systems map
    DECIDE = "decide"  # decisions, awareness, filings
    EVIDENCE = "evidence"  # take in evidence, hand it over, have it read
    PEOPLE = "people"  # see who is affected, masked
    UNMASK = "unmask"  # see whole values, one act and one reason at a time
    TELL = "tell"  # prepare, send, pause and stop notices to the people affected
    COSTS = "costs"
    EXPORT = "export"  # the journal of the case, its package
    TEAM = "team"  # who else may enter
    END = "end"  # ask to close, erase, release; approve what another asked


_ALL = frozenset(Act)
RIGHTS: dict[Role, frozenset[Act]] = {
    Role.LEAD: _ALL,
    Role.COUNSEL: _ALL - {Act.TEAM},
    Role.SECURITY: frozenset({Act.READ, Act.WORK, Act.FACTS, Act.EVIDENCE, Act.PEOPLE, Act.COSTS}),
    Role.COMMUNICATIONS: frozenset({Act.READ, Act.WORK, Act.TELL, Act.COSTS}),
    Role.SUPPORT: frozenset({Act.READ, Act.WORK, Act.PEOPLE, Act.UNMASK}),
    Role.EXPERT: frozenset({Act.READ, Act.WORK, Act.EVIDENCE}),
    Role.AUDITOR: frozenset({Act.READ, Act.EXPORT}),
}
TRIAGE = frozenset({Role.LEAD, Role.COUNSEL, Role.SECURITY})  # who looks at signals, before there is a case
NEEDS_SECOND_FACTOR = frozenset({Act.PEOPLE, Act.UNMASK, Act.EVIDENCE, Act.TELL, Act.EXPORT, Act.END, Act.TEAM})


def may(role: Role, act: Act) -> bool:
    return act in RIGHTS[role]
