"""One value of a fact sheet, checked against the type of its fact."""

import difflib
from typing import Any

from breachdesk.ground import elements, places
from breachdesk.law import instants
from breachdesk.law.instants import Instant
from breachdesk.law.people import Group
from breachdesk.law.sheet import Decision, Hold
from breachdesk.law.vocabulary import Fact, FactType, is_place


class BadValue(ValueError):
    """What is wrong with one value, and how it is written."""


def hint(near: str | None) -> str:
    return f"; did you mean {near}?" if near else "; see docs/formats/facts.md for the names"


def value_of(fact: Fact, value: Any) -> Any:
    match fact.type:
        case FactType.BOOL:
            return _bool(value)
        case FactType.INT:
            return _int(value)
        case FactType.MONEY:
            return _money(value)
        case FactType.ENUM:
            return _enum(value, fact.options)
        case FactType.SET:
            return frozenset(_enum(item, fact.options) for item in _list(value))
        case FactType.INSTANT:
            return _instant(value)
        case FactType.PLACE:
            return _place(value)
        case FactType.PLACES:
            return frozenset(_place(item) for item in _list(value))
        case FactType.HOLD:
            return _hold(value)
    return value


def is_decision(name: str, value: Any) -> bool:
    """Risk is judged, not found: such a fact may say who judged it, when and why."""
    return name.startswith("risk.") and isinstance(value, dict) and "value" in value


def decision(value: dict[str, Any]) -> Decision:
    if set(value) - {"value", "by", "on", "why"}:
        raise BadValue("write {value: risk, by: who decided, on: 2026-11-20, why: the reasons}")
    by, why = (_words(name, value.get(name)) for name in ("by", "why"))
    return Decision(by, None if value.get("on") is None else _instant(value["on"]), why)


def _words(name: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise BadValue(f"`{name}` is words, in quotes")


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("yes", "no"):
        return bool(value == "yes")
    raise BadValue("write true or false (leave it out while nobody knows)")


def _int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadValue("write a whole number, zero or more, without separators")
    return value


class Money(float):
    """An amount as conditions compare it; `currency` (ISO 4217) is "" where the sheet gives none."""

    currency: str = ""


def _money(value: Any) -> Money:
    amount = value.get("amount") if isinstance(value, dict) else value
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount < 0:
        raise BadValue("write an amount, or {amount: 1000000, currency: EUR}")
    currency = value.get("currency", "") if isinstance(value, dict) else ""
    if not isinstance(currency, str) or (currency and not (len(currency) == 3 and currency.isalpha())):
        raise BadValue("write the currency as three letters: {amount: 1000000, currency: EUR}")
    found = Money(amount)
    found.currency = currency.upper()
    return found


def _enum(value: Any, options: tuple[str, ...]) -> str:
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, str) and value in options:
        return value
    near = difflib.get_close_matches(str(value), options, n=1)
    raise BadValue(f"write one of {', '.join(options)}" + (f" (did you mean {near[0]}?)" if near else ""))


def _list(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        raise BadValue("write a list, such as [a, b]")
    return value


def _instant(value: Any) -> Instant:
    try:
        return instants.parse(value)
    except instants.BadInstant as error:
        raise BadValue(str(error)) from error


def _place(value: Any) -> str:
    if isinstance(value, str) and is_place(value):
        return places.as_part(value)
    raise BadValue("write a code of ISO 3166 such as DE or US-CA (Norway is NO, the United Kingdom GB, Greece GR)")


def _hold(value: Any) -> Hold | None:
    if not isinstance(value, dict) or set(value) - {"from", "until", "written"} or "from" not in value:
        raise BadValue("write {from: 2026-03-10, until: null, written: true}; `until: null` while it lasts")
    told = {name: inner for name, inner in value.items() if inner is not None and inner != "unknown"}
    if "from" not in told:
        raise BadValue("`from` is the day or hour of the request, such as 2026-03-10; without it leave the hold out")
    until = _instant(told["until"]) if "until" in told else None
    return Hold(_instant(told["from"]), until, _bool(told["written"]) if "written" in told else None)


def group_of(number: int, row: Any, words: elements.Vocabulary) -> Group:
    here = f"group {number}: "
    known = {"residence", "count", "elements", "minor", "language"}
    if not isinstance(row, dict) or set(row) - known or not {"residence", "count", "elements"} <= set(row):
        raise BadValue(here + "write {residence: US-CA, count: 501, elements: [name, email], minor: false}")
    residence = row["residence"]
    if residence != places.UNKNOWN and not (isinstance(residence, str) and is_place(residence)):
        raise BadValue(here + "residence is a code of ISO 3166 such as DE or US-CA, or unknown")
    low, high = _range(here, row["count"])
    return Group(
        places.as_part(residence), _elements(here, row["elements"], words), _minor(here, row.get("minor")), low, high
    )


def _range(here: str, value: Any) -> tuple[int, int]:
    pair: tuple[Any, Any] = (value.get("min"), value.get("max")) if isinstance(value, dict) else (value, value)
    low, high = pair
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in (low, high))
    if not whole or low > high:
        raise BadValue(here + "count is a whole number, or {min: 480, max: 510}")
    return low, high


def _elements(here: str, value: Any, words: elements.Vocabulary) -> frozenset[str]:
    if not isinstance(value, list):
        raise BadValue(here + "elements is a list, such as [name, email]")
    for element in value:
        if element not in words:
            near = difflib.get_close_matches(str(element), words.elements, n=1)
            raise BadValue(f"{here}no element is called {element!r}{hint(near[0] if near else None)}")
    return frozenset(value)


def _minor(here: str, value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in ("yes", "no", "unknown"):
        return str(value)
    raise BadValue(here + "minor is true, false or unknown")
