"""events.ndjson: what the shop's application logged about its users, one event a line."""

import json
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from breachdesk.standing import goods, tickets
from breachdesk.standing.people import Person, Role
from breachdesk.standing.rows import Row, Say, table

FILE = "events.ndjson"
EVENTS = table(
    FILE, "ts", "type", "request_id", "app.version", "app.commit", "user.id", ("user.email", "email"),
    ("client.ip", "ip_address"), ("client.user_agent", Say.UNSCORED), ("session.token", "login.token"),
    "payload.order_no", "payload.skus", ("payload.password", "login.password"), "duration_ms",
)  # fmt: skip
_EPOCH = datetime(2026, 9, 1)
_KINDS = ("page_view", "basket_add", "checkout", "login", "login_failed")


def rows(rng: random.Random, person: Person) -> Iterator[Row]:
    if person.role is not Role.CUSTOMER or rng.random() > 0.5:
        return
    shared = person.number % 100 in (20, 21, 22, 50, 51, 80, 81, 82)  # a household's mailbox does not say who it was
    for _ in range(rng.randrange(1, 5)):
        kind = rng.choice(_KINDS)
        failed = kind == "login_failed"
        stolen = (_EPOCH + timedelta(seconds=rng.randrange(6_000_000))).isoformat(timespec="seconds") + "Z"
        order = goods.order_number(person.account * 4) if kind == "checkout" else None
        skus = "\n".join(goods.sku(rng.randrange(goods.COUNT)) for _ in range(2)) if kind == "basket_add" else None
        yield Row(EVENTS, person.id, (
            stolen, kind, _hex(rng, 16), goods.version(rng), _hex(rng, 40), person.customer_no,
            None if shared else person.email, person.numbers["ip"], "BakeryNorth/10.4.2.17 (Android 16)",
            None if failed else f"{person.numbers['token']}{rng.randrange(10)}", order, skus,
            tickets.password(rng) if failed else None, rng.randrange(3, 900),
        ))  # fmt: skip


def _hex(rng: random.Random, length: int) -> str:
    return f"{rng.getrandbits(length * 4):0{length}x}"


def lines(rows: Iterable[Row]) -> bytes:
    return "".join(_line(row) for row in rows).encode()


def _line(row: Row) -> str:
    """Dotted columns become nested objects; several values in one cell become a list."""
    event: dict[str, Any] = {}
    for column, value in zip(row.table.columns, row.values, strict=True):
        if value is None:
            continue
        *path, last = column.name.split(".")
        place = event
        for step in path:
            place = place.setdefault(step, {})
        place[last] = str(value).split("\n") if last == "skus" else value
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"
