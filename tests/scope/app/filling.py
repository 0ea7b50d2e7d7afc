"""A small list of people, read by the real engine in this process, for the walk through every page."""

import io
import json
from collections.abc import Callable
from typing import Any

from breachdesk.case.app.models import Case
from breachdesk.scope import child
from breachdesk.scope.app import actions, columns, comparing, release, tasks
from breachdesk.scope.app.models import ColumnSaid, Run
from breachdesk.scope.app.release import Wanted
from breachdesk.staff.app.models import Account
from breachdesk.vault.app import actions as vault
from breachdesk.vault.app.models import Custody, Released
from tests.cast import AT, hand
from tests.vault.app.filling import origin

ROWS = (
    b"id,name,email,phone,city,country\n"
    b"1,Ada Petrova,ada@example.org,+49 30 1234567,Berlin,DE\n"
    b"2,Ben Ode,ben@example.org,+33 1 23 45 67 89,Paris,FR\n"
    b"3,Cara Lund,cara@example.org,+46 8 123 456 78,Stockholm,SE\n"
)


def take(case: Case, lead: Account, content: bytes = ROWS, name: str = "customers.csv") -> None:
    vault.take_in(case, io.BytesIO(content), name=name, origin=origin(), by=hand(lead))


def read(case: Case, lead: Account) -> Run:
    """The run that the worker would do, done here; the engine is the real one."""
    run = actions.read_evidence(case, by=hand(lead))
    return actions.finish(run, child.work(tasks.order(run)), by=hand(lead))


def place(case: Case) -> int:
    """Of the source with the hostile column."""
    return [one["source"][6:] for one in columns.sources(actions.last(case))].index("more.ndjson")


def fill(case: Case, lead: Account, text: str) -> None:
    take(case, lead)
    read(case, lead)
    more = [{text: "1", "email": "ada@example.org"}, {text: "2", "email": "eve@example.org"}]
    take(case, lead, "\n".join(map(json.dumps, more)).encode(), "more.ndjson")
    run = read(case, lead)
    source = columns.sources(run)[place(case)]
    name = source["fields"][0]["field"]
    columns.correct(case, run, source=source["source"], column=name, meaning="religion", reason=text, by=hand(lead))
    columns.correct(case, run, source=source["source"], column="email", meaning="nothing", reason=text, by=hand(lead))
    release.ask(case, Wanted(to=text[:200], purpose=text[:200]), reason=text, by=hand(lead))
    left = {
        "label": "R-001",
        "name": "people.csv",
        "size": 9,
        "sha256": "ab" * 32,
        "to": text[:200],
        "purpose": text[:200],
    }
    made = Released.objects.create(case=case, people=3, ask=1, made_at=AT, made_by=lead.email, **left)
    Custody.objects.create(released=made, deed="released", at=AT, by=lead.email, taker=text[:120], purpose=text[:300])
    actions.take_back(ColumnSaid.objects.get(case=case, column="email"), reason=text, by=hand(lead))
    take(case, lead, name="ours.csv")
    labels = list(case.items.order_by("-label").values_list("label", flat=True)[:2])
    made = comparing.ask(case, labels[1], labels[:1], by=hand(lead))
    result = child.work(comparing.order(made))
    result["tables"][0]["columns"][0]["name"] = text  # names of columns come out of evidence
    comparing.settle(made, result, "", by=hand(lead))
    actions.correct(case, "AT", found="DE", reason=text, by=hand(lead))


VALUES: dict[str, Callable[[Case], Any]] = {
    "person": lambda case: "P00000001",
    "place": place,
    "case_release_fetch:label": lambda case: "R-001",
    "kind": lambda case: "column",
    "correction": lambda case: ColumnSaid.objects.filter(case=case, last=True)[0].id,
    "case_scope_stop:run": lambda case: Run.objects.filter(case=case)[0].id,
    "label": lambda case: case.items.order_by("label").first().label,
}
