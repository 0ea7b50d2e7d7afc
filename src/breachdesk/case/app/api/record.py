"""The journal: entries of a case and of the house, what of it is proven."""

from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Field, Query, Router, Schema

from breachdesk.case.app import record
from breachdesk.case.app.actions import erasing
from breachdesk.case.app.api.asks import AskOut
from breachdesk.case.app.api.cases import WHY
from breachdesk.case.app.models import Ask
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import HOUSE_CASE
from breachdesk.journal.app.judging import judge_journal
from breachdesk.journal.app.models import Checkpoint, Head, Line
from breachdesk.journal.app.signing import signer
from breachdesk.staff.app.doors import DeskRequest, api_case, api_house
from breachdesk.staff.app.listing import Listed, Part, Row, part_of, told
from breachdesk.staff.app.tokens import HOUSE
from breachdesk.staff.rights import Act

router = Router(tags=["journal"])


class EntryOut(Schema):
    """An entry (docs/formats/journal.md). `seq`: its number in the journal; `case_seq`: in its case. `payload` is null
    when it was erased, or is privileged and not for this token (`withheld`)."""

    seq: int
    case_seq: int
    at: datetime
    type: str
    actor: str
    role: str
    via: str
    refs: dict[str, Any]
    payload: dict[str, Any] | None
    privileged: bool
    withheld: bool
    erased: bool


class Narrowed(Part):
    """`kind`: the room, as `case`; `actor`: an address."""

    kind: str = Field("", max_length=100)
    actor: str = Field("", max_length=254)


class WhyIn(Schema):
    reason: str = Field(max_length=WHY)


class StateOut(Schema):
    """`checkpoint`: the last signed state (C2SP tlog-checkpoint), empty while there is none; `vkey`: what checks it."""

    entries: int
    checkpoints: int
    checkpoint: str
    vkey: str


class JudgedOut(Schema):
    """`faults`: what does not hold, as `breachdesk doctor` names it."""

    holds: bool
    entries: int
    checkpoints: int
    root: str
    faults: list[str]


@router.get("/cases/{number}/journal", response=Listed[EntryOut])
@api_case(Act.READ)
def read_journal(request: DeskRequest, number: str, which: Query[Narrowed]) -> dict[str, Any]:
    """What was done in the case, the last first."""
    return _entries(request.case.number, which, privileged=Act.PRIVILEGED in request.rights)


@router.get("/cases/{number}/journal/entries/{entry}", response=EntryOut)
@api_case(Act.READ)
def read_entry(request: DeskRequest, number: str, entry: Row) -> dict[str, Any]:
    """One entry, by its number in the case."""
    return _entry(request, entry)


def _entry(request: DeskRequest, entry: int) -> dict[str, Any]:
    line = Line.objects.filter(case=request.case.number, case_seq=entry).first()
    if line is None:
        raise Http404
    return record.row(line, privileged=Act.PRIVILEGED in request.rights)


@router.post("/cases/{number}/journal/entries/{entry}/ask-erase", response=AskOut)
@api_case(Act.END)
def ask_erase_entry(request: DeskRequest, number: str, entry: Row, said: WhyIn) -> Ask:
    """Ask that the contents of an entry be erased; another approves it (`answer_ask`)."""
    return erasing.ask(request.case, entry, reason=said.reason, by=request.by)


@router.post("/cases/{number}/journal/entries/{entry}/erase", response=EntryOut)
@api_case(Act.END, once=False)
def erase_entry(request: DeskRequest, number: str, entry: Row) -> dict[str, Any]:
    """With the approval of another: the entry stays and stays provable, its contents are gone for good."""
    erasing.erase(request.case, entry, by=request.by)
    return _entry(request, entry)


@router.get("/journal", response=Listed[EntryOut])
@api_house(scope=HOUSE, administrators=True)
def read_house_journal(request: DeskRequest, which: Query[Narrowed]) -> dict[str, Any]:
    """What concerns no case: accounts, signing in, settings."""
    return _entries(HOUSE_CASE, which, privileged=True)


def _entries(case: str, which: Narrowed, *, privileged: bool) -> dict[str, Any]:
    found = Line.objects.filter(case=case)
    if which.kind:
        found = found.filter(type__startswith=f"{which.kind}.")
    if which.actor:
        found = found.filter(actor=which.actor)
    return told(part_of(found, which, by="case_seq"), lambda line: record.row(line, privileged=privileged))


@router.get("/journal/state", response=StateOut)
@api_house(scope=Act.READ)
def read_journal_state(request: DeskRequest) -> dict[str, Any]:
    """How long it is, and its last signed state: for whoever watches it from outside."""
    last = Checkpoint.objects.order_by("-size").first()
    return {
        "entries": Head.objects.get(id=1).size,
        "checkpoints": Checkpoint.objects.count(),
        "checkpoint": bytes(last.note).decode() if last is not None else "",
        "vkey": signer().vkey,
    }


@router.post("/journal/verify", response=JudgedOut)
@api_house(scope=Act.READ, once=False)
def verify_journal(request: DeskRequest) -> dict[str, Any]:
    """Read it whole and hash it anew. A journal too large for that while one waits is refused."""
    if Head.objects.get(id=1).size > record.MOST_JUDGED:
        raise Refused("journal.verify.large")
    judged = judge_journal()
    return {
        "holds": not judged.faults,
        "entries": judged.entries,
        "checkpoints": judged.checkpoints,
        "root": judged.root,
        "faults": [name for name, _ in judged.faults],
    }
