"""The fact sheet: each fact with its versions."""

from datetime import datetime
from typing import Any

from ninja import Field, Query, Router, Schema

from breachdesk.case.app import actions
from breachdesk.case.app.models import Answer
from breachdesk.case.app.sheet import facts_of
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.app.listing import Listed, Part, part_of
from breachdesk.staff.rights import Act

router = Router(tags=["facts"])


class AnswerIn(Schema):
    """`value` is what a facts.yaml would hold (docs/formats/facts.md); not `known`: nobody knows yet."""

    value: Any = None
    known: bool = True
    why: str = Field("", max_length=4000)
    source: str = Field("", max_length=300)


class AnswerOut(Schema):
    """One version; `last`: the one that counts."""

    id: int
    fact: str
    known: bool
    value: Any = None
    why: str
    source: str
    at: datetime
    by: str
    last: bool


@router.get("/cases/{number}/facts", response=dict[str, Any])
@api_case(Act.READ)
def read_facts(request: DeskRequest, number: str) -> dict[str, Any]:
    """The fact sheet as it stands: what a facts.yaml would hold."""
    return facts_of(request.case)


@router.get("/cases/{number}/facts/{fact}", response=Listed[AnswerOut])
@api_case(Act.READ)
def read_versions(request: DeskRequest, number: str, fact: str, part: Query[Part]) -> dict[str, Any]:
    """Every answer to one fact, the newest first."""
    return part_of(Answer.objects.filter(case=request.case, fact=fact), part)


@router.put("/cases/{number}/facts/{fact}", response=AnswerOut)
@api_case(Act.FACTS)
def answer_fact(request: DeskRequest, number: str, fact: str, said: AnswerIn) -> Answer:
    return actions.answer_fact(
        request.case, fact, said.value, known=said.known, why=said.why, source=said.source, by=request.by
    )
