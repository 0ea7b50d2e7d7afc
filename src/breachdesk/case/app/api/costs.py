"""Hours of people and money for vendors."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, StreamingHttpResponse
from ninja import Field, Query, Router, Schema

from breachdesk.case.app import spending
from breachdesk.case.app.actions import costs as actions
from breachdesk.case.app.api.cases import ReasonIn
from breachdesk.case.app.models import Spent
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.app.listing import Listed, Part, Row, part_of
from breachdesk.staff.rights import Act

router = Router(tags=["costs"])


class CostIn(Schema):
    """`minutes` of a person, or `amount` in `currency` (ISO 4217), or both."""

    day: date
    who: str = Field(min_length=1, max_length=120)
    what: str = Field(min_length=1, max_length=200)
    vendor: bool = False
    minutes: int | None = Field(None, ge=1, le=actions.MOST_MINUTES)
    amount: Decimal | None = Field(None, gt=0, le=actions.MOST_AMOUNT, decimal_places=2)
    currency: str = Field("", max_length=3)


class CostOut(Schema):
    """`amount`: a decimal number as text; `struck`: it counts no more."""

    id: int
    day: date
    who: str
    what: str
    vendor: bool
    minutes: int | None
    amount: str | None
    currency: str
    by: str
    at: datetime
    struck: bool = Field(alias="gone")

    @staticmethod
    def resolve_amount(one: Spent) -> str | None:
        return None if one.amount is None else str(one.amount)


class TotalOut(Schema):
    """Everything that counts; `money`: currency -> a decimal number as text."""

    minutes: int
    money: dict[str, str]


class CostsOut(Listed[CostOut]):
    total: TotalOut


@router.get("/cases/{number}/costs", response=CostsOut)
@api_case(Act.COSTS)
def read_costs(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    """In the order they were entered, the last one first, with the total of the case."""
    found = Spent.objects.filter(case=request.case)
    whole = spending.whole(found)
    total = {"minutes": whole.minutes, "money": {name: str(amount) for name, amount in whole.money.items()}}
    return {**part_of(found, part), "total": total}


@router.post("/cases/{number}/costs", response=CostOut)
@api_case(Act.COSTS)
def enter_cost(request: DeskRequest, number: str, said: CostIn) -> Spent:
    made = actions.spend(
        request.case,
        said.day,
        who=said.who,
        what=said.what,
        vendor=said.vendor,
        minutes=said.minutes,
        amount=said.amount,
        currency=said.currency.upper(),
        by=request.by,
    )
    made.refresh_from_db(fields=["amount"])  # with both places behind the point
    return made


@router.post("/cases/{number}/costs/{cost}/strike", response=CostOut)
@api_case(Act.COSTS)
def strike_cost(request: DeskRequest, number: str, cost: Row, said: ReasonIn) -> Spent:
    """It counts no more, and stays readable."""
    found = Spent.objects.select_related("case").filter(case=request.case, id=cost).first()
    if found is None:
        raise Http404
    return actions.strike(found, said.reason, by=request.by)


@router.get("/cases/{number}/costs.csv", openapi_extra={"responses": {200: {"content": {"text/csv": {}}}}})
@api_case(Act.COSTS)
def read_costs_csv(request: DeskRequest, number: str) -> StreamingHttpResponse:
    """What counts, as CSV, as the insurer gets it."""
    found = Spent.objects.filter(case=request.case, gone=False).order_by("day", "id")
    return StreamingHttpResponse(spending.table(found.iterator(chunk_size=500)), content_type="text/csv; charset=utf-8")
