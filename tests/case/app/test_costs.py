"""Hours and costs: entered in either way of writing, added up, struck out, and given away without a formula."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from breachdesk.case.app import spending
from breachdesk.case.app.actions import costs
from breachdesk.case.app.models import Spent
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from tests.cast import browser, hand

DAY = date(2026, 11, 20)


def test_time_and_money_are_read_as_people_write_them() -> None:
    for said, minutes in (("1:30", 90), ("1.5", 90), ("1,5", 90), ("0,25", 15), ("8", 480), ("x", None), ("-1", None)):
        assert spending.minutes(said) == minutes, said
    for said, amount in (("1250", "1250"), ("1 250,50", "1250.50"), ("0.05", "0.05")):
        assert spending.money(said) == Decimal(amount)
    for said in ("1.250,50", "1,250.50", "1e9", "-5", "٣", "", "NaN", "1.234"):
        assert spending.money(said) is None, said


def test_what_is_entered_is_added_up_and_struck_out_without_being_lost(cast: Any) -> None:
    case, client = cast.bakery, browser(cast.ada)
    at = f"/case/{case.number}/costs/"
    sent = {"day": "2026-11-20", "who": "Ada", "what": "Night shift", "hours": "2,5", "currency": ""}
    client.post(at, sent)
    client.post(at, sent | {"day": "2026-11-27"})
    client.post(at, {**sent, "who": "Sturm", "vendor": "on", "hours": "", "amount": "12000,50", "currency": "eur"})
    client.post(at, {**sent, "who": "Sturm", "vendor": "on", "hours": "", "amount": "300", "currency": "USD"})
    total = spending.whole(case.spent.all())
    assert (total.minutes, total.money) == (300, {"EUR": Decimal("12000.50"), "USD": Decimal(300)})
    assert [(one.name, one.minutes) for one in spending.by_who(case.spent.all())] == [("Ada", 300), ("Sturm", 0)]
    assert [one.name for one in spending.by_week(case.spent.all())] == [date(2026, 11, 23), date(2026, 11, 16)]
    said = client.get(at).content.decode()
    assert "€12,000.50" in said
    assert "So far: 5 h" in said
    usd = case.spent.get(currency="USD")
    client.post(f"{at}{usd.id}/", {"reason": "Twice on the bill"})
    assert spending.whole(case.spent.all()).money == {"EUR": Decimal("12000.50")}
    assert "<s>" in client.get(at).content.decode()
    assert [line.type for line in Line.objects.order_by("-seq")[:2]] == ["case.cost.voided", "case.cost.entered"]
    with pytest.raises(Refused, match="struck"):
        costs.strike(usd, "again", by=hand(cast.ada))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"minutes": 0},
        {"minutes": 10**6},
        {"amount": Decimal(0), "currency": "EUR"},
        {"amount": Decimal(5), "currency": ""},
        {"amount": Decimal(5), "currency": "ZZZ"},
    ],
)
def test_what_nobody_spends_is_refused(wrong: dict[str, Any], cast: Any) -> None:
    with pytest.raises(Refused):
        costs.spend(cast.bakery, DAY, who="Ada", what="x", by=hand(cast.ada), **wrong)
    assert not Spent.objects.exists()


def test_the_insurers_table_holds_no_formula_and_nothing_unseen(cast: Any) -> None:
    case, by = cast.bakery, hand(cast.ada)
    for what in ("=HYPERLINK(1)", "+1", "-1", "@x", " =1+1", "\t=1", "pay\u202egpj.exe", 'a "quoted", line'):
        costs.spend(case, DAY, who="=cmd", what=what, minutes=60, by=by)
    gone = costs.spend(case, DAY, who="Ada", what="gone", minutes=60, by=by)
    costs.strike(gone, "wrong", by=by)
    answer = browser(cast.ada).get(f"/case/{case.number}/costs/costs.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 8
    assert not [cell for row in rows for cell in row.values() if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert "\u202e" not in text
    assert rows[-1]["what"] == 'a "quoted", line'


def test_who_may_not_see_costs_does_not(cast: Any) -> None:
    for page in ("", "costs.csv"):
        assert browser(cast.cara).get(f"/case/{cast.bakery.number}/costs/{page}").status_code == 403
