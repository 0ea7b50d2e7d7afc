"""The API: every operation behind a door, no token more than its owner, and all of it as its own description says."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from django.conf import settings as desk
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from breachdesk.api import operations
from breachdesk.case.app import actions as cases
from breachdesk.journal.app.models import Line
from breachdesk.staff.app.tokens import make_token
from breachdesk.staff.rights import RIGHTS, Act, Role
from breachdesk.web.wsgi import application
from tests.cast import hand

ALL = [*(act.value for act in Act), "signals"]
TOP = "/api/1"
load_all_checks()
#: Who may come is judged above; a text may hold a letter (NUL) that no description rules out and no database keeps.
LEFT = [CHECKS.get_one(name) for name in ("ignored_auth", "positive_data_acceptance")]
SAMPLES = {"upload": "00000000-0000-4000-8000-000000000000"}
TEXTS = ("fact", "signal", "email", "point")


def client(who: Any, *, scopes: Any = ALL, numbers: Any = (), language: str = "en") -> Client:
    at = datetime.now(UTC)
    _, text = make_token(who, "test", scopes=scopes, days=30, cases=numbers, by=hand(who, at=at))
    return Client(headers={"authorization": f"Bearer {text}", "accept-language": language})


def call(caller: Client, method: str, path: str, **body: Any) -> Any:
    return caller.generic(method, f"{TOP}{path}", json.dumps(body), content_type="application/json")


def test_a_monitor_hands_in_a_signal_and_may_nothing_else(cast: Any) -> None:
    monitor = client(cast.dan, scopes=["signals"])
    made = call(monitor, "POST", "/signals", text="4 GB left db-1 at 03:12", who="monitoring")
    assert made.status_code == 200
    assert made.json()["number"] == "S-2026-0001"
    assert call(monitor, "GET", "/signals").status_code == 403
    assert call(monitor, "GET", "/cases").status_code == 403


def test_a_case_is_worked_by_the_same_actions(cast: Any) -> None:
    number = cast.bakery.number
    ada = client(cast.ada)
    assert (
        call(ada, "PUT", f"/cases/{number}/facts/data.encrypted", value=False, source="logs").json()["value"] is False
    )
    assert call(ada, "GET", f"/cases/{number}/facts").json() == {"data.encrypted": False}
    aware = call(ada, "PUT", f"/cases/{number}/aware", at="2026-11-20T18:05:00+01:00", reason="the sample matches")
    assert aware.json()["aware_at"] == "2026-11-20T17:05:00Z"
    task = call(ada, "POST", f"/cases/{number}/tasks", title="Rotate the keys").json()
    assert call(ada, "PUT", f"/cases/{number}/tasks/{task['id']}/done", outcome="rotated").json()["done_at"]
    entry = Line.objects.filter(case=number, type="case.fact.answered").get()
    assert b'"via":"api"' in bytes(entry.envelope)


def test_the_work_of_a_case_by_the_api(cast: Any) -> None:
    number, ada, ben = cast.bakery.number, client(cast.ada), client(cast.ben)
    path = f"/cases/{number}"
    at = "2026-11-20T18:05:00+01:00"
    one = call(ada, "POST", f"{path}/decisions", title="Cut off", decided="yes", reasons="it leaks", at=at).json()
    two = call(ada, "POST", f"{path}/decisions", title="On", decided="no", reasons="done", at=at, replaces=one["id"])
    assert two.json()["replaces"] == one["id"]
    note = call(ada, "POST", f"{path}/notes", text="between us", privileged=True)
    assert note.status_code == 200
    assert call(client(cast.cara), "GET", f"{path}/notes").json() == []  # support may not see it
    cost = call(
        ada, "POST", f"{path}/costs", day="2026-11-20", who="Sturm", what="forensics", amount="12.50", currency="EUR"
    )
    assert call(ada, "DELETE", f"{path}/costs/{cost.json()['id']}?reason=twice").json()["gone"] is True
    ids = [
        call(ada, "POST", f"{path}/systems", name=name, kind="server", state="hit").json()["id"] for name in ("a", "b")
    ]
    link = call(ada, "POST", f"{path}/links", source=ids[0], target=ids[1], attack=True).json()
    assert call(ada, "GET", f"{path}/links").json() == [link]
    assert call(ada, "DELETE", f"{path}/systems/{ids[0]}").status_code == 204
    origin = call(ada, "PUT", f"{path}/origin", terms={"actor": ["nobody knows"]}, text="x")
    assert (origin.status_code, origin.json()["refused"]) == (409, "origin.refused.term")
    assert call(ada, "PUT", f"{path}/points/confirm.sample", answer="done").json()["state"] == "done"
    assert call(ada, "PUT", f"{path}/points/no.such", answer="done").status_code == 404
    asked = call(ada, "POST", f"{path}/asks", deed="close", reason="all is done").json()
    assert call(ada, "PUT", f"{path}/asks/{asked['id']}", approved=True).json()["refused"] == "asks.refused.own"
    assert call(ada, "PUT", f"{path}/state?state=closed").json()["refused"] == "asks.refused.no_approval"
    assert call(ben, "PUT", f"{path}/asks/{asked['id']}", approved=True).json()["answer"] == "approved"
    assert call(ada, "PUT", f"{path}/state?state=closed").json()["state"] == "closed"
    told = call(client(cast.cara), "GET", f"{path}/journal").json()
    assert told["entries"][0]["type"] == "case.case.closed"
    assert [one["payload"] for one in told["entries"] if one["type"] == "case.note.written"] == [None]
    assert all(one["via"] == "api" for one in told["entries"][:5])


def test_what_is_refused_is_said_in_the_language_asked_for(cast: Any) -> None:
    ada = client(cast.ada, language="ru")
    late = call(ada, "PUT", f"/cases/{cast.bakery.number}/aware", at="2099-01-01T00:00:00Z", reason="x")
    assert (late.status_code, late.json()["refused"], late.json()["field"]) == (409, "case.refused.aware_to_come", "at")
    assert "в будущем" in late.json()["text"]
    wrong = call(ada, "PUT", f"/cases/{cast.bakery.number}/aware", at="soon")
    assert wrong.status_code == 422
    assert {"at", "reason"} <= {step for one in wrong.json()["wrong"] for step in one["where"]}


def test_without_a_token_or_with_one_that_ended_nothing_opens(cast: Any) -> None:
    for header in ({}, {"authorization": "Bearer breachdesk_00000000_" + "x" * 43}, {"authorization": "Basic YTpi"}):
        answer = Client(headers=header).get(f"{TOP}/cases")
        assert answer.status_code == 401
    signed_in = Client()
    signed_in.force_login(cast.ada)
    assert signed_in.get(f"{TOP}/cases").status_code == 401


def test_a_token_reaches_only_the_cases_it_was_made_for(cast: Any) -> None:
    other = cases.open_case("Another", lead=cast.ada, by=hand(cast.ada))
    one = client(cast.ada, numbers=[cast.bakery.number])
    assert call(one, "GET", f"/cases/{cast.bakery.number}").status_code == 200
    assert call(one, "GET", f"/cases/{other.number}").status_code == 404
    assert [row["number"] for row in call(one, "GET", "/cases").json()] == [cast.bakery.number]


def test_every_operation_is_refused_to_whoever_may_not_and_not_there_for_strangers(cast: Any) -> None:
    number = cast.bakery.number
    people = {Role.LEAD: client(cast.ada), Role.COUNSEL: client(cast.ben), Role.SUPPORT: client(cast.cara)}
    stranger, none = client(cast.dan), client(cast.ada, scopes=["signals"])
    seen = 0
    for path, operation in operations():
        door = operation.view_func.door
        address = path.replace("{number}", number)
        for name in set(re.findall(r"{(\w+)}", address)):
            address = address.replace(f"{{{name}}}", SAMPLES.get(name, "x" if name in TEXTS else "1"))
        for method in operation.methods:
            if door.kind != "case":
                continue
            seen += 1
            said = f"{method} {address}"
            for role, one in people.items():
                status = call(one, method, address).status_code
                if status != 422:  # a body that cannot be read is said first, and nothing is done
                    assert (status == 403) is (door.act not in RIGHTS[role]), f"{said} {role} {status}"
            assert call(stranger, method, address).status_code in (404, 422), said
            assert call(none, method, address).status_code in (403, 422), said
    assert seen >= 15


def test_it_answers_as_its_description_says_whatever_it_is_sent(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Schemathesis makes requests out of the description, sound and unsound; nothing fails, nothing surprises."""
    at = datetime.now(UTC)
    _, token = make_token(cast.ada, "fuzz", scopes=ALL, days=30, by=hand(cast.ada, at=at))
    header = {"Authorization": f"Bearer {token}"}
    monkeypatch.setattr(desk, "ALLOWED_HOSTS", ["*"])
    schema = schemathesis.openapi.from_wsgi(f"{TOP}/openapi.json", application)
    looked = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def answers(case: Any) -> None:
            if "number" in case.path_parameters:
                case.path_parameters["number"] = cast.bakery.number
            case.call_and_validate(
                headers=header,
                excluded_checks=LEFT,
            )

        answers()
        looked += 1
    assert looked >= 20


@pytest.mark.parametrize("path", ["/cases/../../etc", "/cases/%00", "/nowhere"])
def test_what_is_no_address_is_answered_calmly(cast: Any, path: str) -> None:
    assert client(cast.ada).get(f"{TOP}{path}").status_code in (404, 422)
