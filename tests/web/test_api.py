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

ALL = [*(act.value for act in Act), "signals", "house"]
TOP = "/api/1"
load_all_checks()
#: Who may come is judged above; a text may hold a letter (NUL) that no description rules out and no database keeps.
LEFT = [CHECKS.get_one(name) for name in ("ignored_auth", "positive_data_acceptance")]
NUMBERED = (
    "task", "member", "decision", "cost", "happening", "system", "link", "ask", "run", "correction", "filing", "hook",
    "letter", "attachment", "errand", "sender", "entry", "sending", "row", "minded", "batch",
    "published", "publication", "post",
)  # fmt: skip
SAMPLES = {
    "slug": "nobody",
    "language": "en",
    "deed": "pause",
    "act": "withdraw",
    "block": "contact",
    "upload": "00000000-0000-4000-8000-000000000000",
    **dict.fromkeys(NUMBERED, "987654"),
}
#: What every operation can read, so that a door is judged and not a body.
BODY: dict[str, Any] = {
    "reason": "x", "title": "x", "name": "x", "text": "x", "note": "x", "why": "x", "decided": "x", "reasons": "x",
    "at": "2026-11-20T18:05:00Z", "day": "2026-11-20", "until": "2027-11-20", "acquired_at": "2026-11-20T18:05:00Z",
    "role": "expert", "email": "nobody@bakery.example", "kind": "other", "state": "clean", "approve": True, "size": 1,
    "giver": "x", "taker": "x", "purpose": "x", "channel": "form", "same_as": "x", "deed": "close", "acquired_by": "x",
    "what": "x", "who": "other", "minutes": 5, "source": "x", "column": "x", "meaning": "x", "residence": "DE",
    "sample": "x", "own": ["x"], "answers": {"x": "x"}, "number": "x", "case": "x", "terms": {}, "value": True,
}  # fmt: skip
#: Of these alone a field means something else.
BODIES: dict[str, dict[str, Any]] = {
    "put_link": {"source": 987654, "target": 987655},
    "plan_sending": {"channels": ["email"]},
    "mind_person": {"known_by": "x", "kind": "honey"},
    "make_batch": {"most": 10},
    "prove_telling": {"to": "x"},
    "hand_over_batch": {"on": "2026-11-20"},
    "take_returned": {"reason": "moved", "codes": ["7K3Q"]},
    "take_codes": {"codes": ["CODE-0001"]},
    "tell_call": {"outcome": "reached"},
    "publish_text": {"where": "x"},
    "decide_post": {"there": True},
}


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


def test_what_is_refused_is_said_in_the_language_asked_for(cast: Any) -> None:
    ada = client(cast.ada, language="ru")
    late = call(ada, "PUT", f"/cases/{cast.bakery.number}/aware", at="2099-01-01T00:00:00Z", reason="x")
    assert late.headers["Content-Type"] == "application/problem+json"
    assert (late.status_code, late.json()["refused"], late.json()["field"]) == (409, "case.refused.aware_to_come", "at")
    assert "в будущем" in late.json()["detail"]
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
    assert [row["number"] for row in call(one, "GET", "/cases").json()["items"]] == [cast.bakery.number]


def test_every_operation_is_refused_to_whoever_may_not_and_not_there_for_strangers(cast: Any) -> None:
    number = cast.bakery.number
    people = {Role.LEAD: client(cast.ada), Role.COUNSEL: client(cast.ben), Role.SUPPORT: client(cast.cara)}
    stranger, none = client(cast.dan), client(cast.ada, scopes=["signals"])
    seen = 0
    for path, operation in operations():
        door = operation.view_func.door
        address = path.replace("{number}", number)
        address = re.sub(r"{(\w+)}", lambda name: SAMPLES.get(name[1], "x"), address)
        for method in operation.methods:
            if door.kind != "case":
                continue
            seen += 1
            said = f"{method} {address}"
            body = {**BODY, **BODIES.get(operation.view_func.__name__, {})}
            for role, one in people.items():
                status = call(one, method, address, **body).status_code
                assert status != 422, said
                assert (status == 403) is (door.act not in RIGHTS[role]), f"{said} {role} {status}"
            assert call(stranger, method, address, **body).status_code == 404, said
            assert call(none, method, address, **body).status_code == 403, said
    assert seen >= 80


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

        @settings(max_examples=3, deadline=None, database=None, suppress_health_check=list(HealthCheck))
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
    assert looked >= 120


@pytest.mark.parametrize("path", ["/cases/../../etc", "/cases/%00", "/nowhere"])
def test_what_is_no_address_is_answered_calmly(cast: Any, path: str) -> None:
    assert client(cast.ada).get(f"{TOP}{path}").status_code in (404, 422)
