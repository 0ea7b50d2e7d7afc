"""What the API does and tells: every reading on a full desk, nothing of another case, once, in parts, masked."""

import io
import json
import re
import threading
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from standardwebhooks.webhooks import Webhook

from breachdesk.api import operations
from breachdesk.case.app.actions import tasks
from breachdesk.case.app.models import Case, Task
from breachdesk.ground import clock
from breachdesk.journal import verify
from breachdesk.journal.app.models import Line
from breachdesk.notify.app.models import Posted, Publication
from breachdesk.staff.app import hooks, once
from breachdesk.staff.app.models import Delivery, Hook, Once
from breachdesk.staff.rights import RIGHTS, Act, Role
from breachdesk.vault.app import errands
from breachdesk.vault.app.models import Errand
from tests.answering import answering
from tests.cast import hand
from tests.detect.app.filling import VALUES as SIGNALS
from tests.law.app.bakery import BERLIN
from tests.notify.app.filling import VALUES as NOTICES
from tests.web.test_api import ALL, BODIES, BODY, TOP, call, client

PUBLISHED, POSTED = Publication.objects, Posted.objects
#: Rows of a case by the name they have in an address.
_ROWS = {
    "task": "tasks", "member": "members", "decision": "decisions", "cost": "spent", "happening": "happenings",
    "system": "systems", "link": "links", "ask": "asks", "run": "runs", "correction": "columns_said",
    "filing": "filings", "errand": "errands",
}  # fmt: skip


def values(case: Case, path: str) -> dict[str, Any]:
    """What stands in the address for each of its parameters: something of that case."""
    found: dict[str, Any] = {
        "number": case.number,
        "fact": "breach.personal_data",
        "point": "contain.keys",
        "label": "E-001",
        "entry": 1,
        "slug": NOTICES["slug"](case),
        "language": "en",
        "person": "P00000001",
        "kind": "banner",
        "sending": 1,
        "letter": 0,
        "batch": 1,
        "published": 2,
        "publication": PUBLISHED.filter(text__case=case).values_list("id", flat=True).first(),
        "post": POSTED.filter(text__case=case).values_list("id", flat=True).first(),
        "row": 987654,
        "deed": "pause",
        "act": "withdraw",
        "block": "contact",
        "minded": case.minded.values_list("id", flat=True).first(),
        "duty": BERLIN,
        "upload": case.uploads.values_list("id", flat=True).first() or "00000000-0000-4000-8000-000000000000",
    }
    for name, rows in _ROWS.items():
        of = case.corrections if name == "correction" and "residences" in path else getattr(case, rows)
        if name == "filing":
            of = of.exclude(proof="")
        found[name] = of.order_by("-id").values_list("id", flat=True).first()
    return found


def address(path: str, given: dict[str, Any]) -> str:
    return re.sub(r"{(\w+)}", lambda name: str(given[name[1]]), path)


def test_every_reading_answers_and_no_whole_value_of_anybody_is_in_it(filled: Any) -> None:
    lead = filled.accounts["lead"]
    type(lead).objects.filter(id=lead.id).update(administrator=True, triage=True)
    reader, seen = client(lead), 0
    house = {"signal": SIGNALS["signal"](filled.own), "hook": Hook.objects.order_by("id")[0].id}
    house["sender"] = SIGNALS["detect_sender:sender"](filled.own)
    for path, operation in operations():
        if operation.methods != ["GET"]:
            continue
        where = address(path, {**values(filled.own, path), **house})
        answer = call(reader, "GET", where)
        assert answer.status_code == 200, f"{where}: {answer.content[:300]!r}"
        told = b"".join(answer) if answer.streaming else answer.content
        assert b"ada@example.org" not in told, where
        seen += 1
    assert seen >= 55


def test_nothing_of_another_case_is_there_by_the_number_of_ones_own(filled: Any) -> None:
    lead, seen = client(filled.accounts["lead"]), 0
    # of the same name in every case
    shared = {"number", "fact", "point", "label", "person", "duty", "entry", "slug", "language", "kind", "deed"}
    shared |= {"sending", "letter", "block", "batch", "published", "act"}
    for path, operation in operations():
        if not set(re.findall(r"{(\w+)}", path)) - shared or not path.startswith("/cases/"):
            continue
        given = values(filled.other, path) | {"number": filled.own.number}
        if operation.view_func.__name__ in ("add_part", "finish_upload", "abandon_upload") and not filled.other.uploads:
            continue
        body = {**BODY, **BODIES.get(operation.view_func.__name__, {})}
        answer = call(lead, operation.methods[0], address(path, given), **body)
        assert answer.status_code == 404, f"{path}: {answer.status_code}"
        seen += 1
    assert seen >= 28


# --- once


def test_the_same_key_does_it_once_and_hears_the_same_answer(cast: Any) -> None:
    ada, path = client(cast.ada), f"{TOP}/cases/{cast.bakery.number}/tasks"

    def send(key: str, title: str) -> Any:
        body, kind = json.dumps({"title": title}), "application/json"
        return ada.post(path, body, content_type=kind, headers={"Idempotency-Key": key})

    first, again = send("k1", "Rotate the keys"), send("k1", "Rotate the keys")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert Task.objects.count() == Line.objects.filter(type="case.task.made").count() == 1
    other = send("k1", "Something else")
    assert (other.status_code, other.json()["refused"]) == (409, "api.refused.other_key")
    assert send("k2", "Rotate the keys").json()["id"] != first.json()["id"]
    assert send("with a space", "x").json()["refused"] == "api.refused.no_key"
    assert send("k3", "").status_code == 422
    assert send("k3", "now right").status_code == 200  # what was refused is not kept
    assert Once.objects.count() == 3
    assert once.forget_old(clock.now() + timedelta(days=1, seconds=1)) == 3


def test_a_key_is_of_its_token_and_opens_nothing_to_whoever_may_no_more(cast: Any) -> None:
    path, body = f"{TOP}/cases/{cast.bakery.number}/notes", json.dumps({"text": "found it"})
    kept = {"content_type": "application/json", "headers": {"Idempotency-Key": "one"}}
    ada, ben = client(cast.ada), client(cast.ben)
    assert ada.post(path, body, **kept).json()["id"] != ben.post(path, body, **kept).json()["id"]
    cast.bakery.members.filter(account=cast.ben).update(ended_at=clock.now())
    assert ben.post(path, body, **kept).status_code == 404


def test_two_at_once_with_one_key_are_one(cast: Any) -> None:
    ada, path = client(cast.ada), f"{TOP}/cases/{cast.bakery.number}/tasks"
    told: list[Any] = []

    def send() -> None:
        body = json.dumps({"title": "once"})
        told.append(ada.post(path, body, content_type="application/json", headers={"Idempotency-Key": "same"}))
        connection.close()

    both = [threading.Thread(target=send) for _ in range(4)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert [one.status_code for one in told] == [200] * 4
    assert len({one.json()["id"] for one in told}) == Task.objects.count() == 1


def test_secrets_and_values_of_people_are_never_kept(filled: Any) -> None:
    lead = filled.accounts["lead"]
    type(lead).objects.filter(id=lead.id).update(administrator=True)
    for path in (f"/cases/{filled.own.number}/people/list/P00000001/unmask", "/hooks/1/turn"):
        answer = client(lead).post(
            f"{TOP}{path}", '{"reason": "x"}', content_type="application/json", headers={"Idempotency-Key": "k"}
        )
        assert answer.status_code in (200, 404)
    assert not Once.objects.exists()


# --- in parts


def test_a_long_list_misses_nothing_while_others_write(cast: Any) -> None:
    for at in range(7):
        tasks.make_task(cast.bakery, f"task {at}", by=hand(cast.ada))
    ada, path = client(cast.ada), f"/cases/{cast.bakery.number}/tasks"
    titles, after = [], ""
    while after is not None:
        part = call(ada, "GET", f"{path}?limit=3&after={after}").json()
        titles += [one["title"] for one in part["items"]]
        after = part["next"]
        tasks.make_task(cast.bakery, "came meanwhile", by=hand(cast.ada))
    assert titles == [f"task {at}" for at in reversed(range(7))]
    for wrong in ("limit=0", "limit=201", "after=x", "after=-1", "after=" + "9" * 19):
        assert call(ada, "GET", f"{path}?{wrong}").status_code == 422
    assert call(ada, "GET", f"{path}?after={'9' * 18}").status_code == 200


def test_people_come_masked_in_parts_and_whole_one_at_a_time_with_a_reason(filled: Any) -> None:
    lead, top = client(filled.accounts["lead"]), f"/cases/{filled.own.number}/people/list"
    ids, after = [], ""
    while after is not None:
        part = call(lead, "GET", f"{top}?limit=1&after={after}").json()
        ids += [one["id"] for one in part["items"]]
        after = part["next"]
    assert len(ids) == len(set(ids)) == part["count"] >= 3
    found = call(lead, "GET", f"{top}?find=ada@example.org").json()["items"]
    assert [one["masked"] for one in found] == [True]
    looks = Line.objects.filter(type="scope.people.shown").count()
    assert call(lead, "POST", f"{top}/{found[0]['id']}/unmask").status_code == 422
    assert call(lead, "POST", f"{top}/{found[0]['id']}/unmask", reason=" ").status_code == 409
    whole = call(lead, "POST", f"{top}/{found[0]['id']}/unmask", reason="she asks what we hold")
    assert "ada@example.org" in whole.json()["emails"]
    assert whole.headers["Cache-Control"] == "no-store"
    entry = Line.objects.filter(type="scope.people.shown").latest("seq")
    assert b'"masked":false' in bytes(entry.payload or b"")
    assert Line.objects.filter(type="scope.people.shown").count() == looks + 1
    for scopes in (["people"], ["unmask"], ALL):
        one = client(filled.accounts["security"], scopes=scopes)
        assert call(one, "POST", f"{top}/{found[0]['id']}/unmask", reason="x").status_code == 403


# --- no more than the token


def test_a_token_without_privileged_sees_and_makes_nothing_privileged(cast: Any) -> None:
    number = cast.bakery.number
    tasks.make_task(cast.bakery, "ask outside counsel", privileged=True, by=hand(cast.ada))
    hidden = Task.objects.get().id
    whole, part = client(cast.ada), client(cast.ada, scopes=["read", "work", "decide"])
    assert len(call(whole, "GET", f"/cases/{number}/tasks").json()["items"]) == 1
    assert call(part, "GET", f"/cases/{number}/tasks").json()["items"] == []
    assert call(part, "PUT", f"/cases/{number}/tasks/{hidden}/done").status_code == 404
    assert call(part, "POST", f"/cases/{number}/notes", text="x", privileged=True).status_code == 403
    entry = call(part, "GET", f"/cases/{number}/journal?kind=case").json()["items"][0]
    assert (entry["type"], entry["withheld"], entry["payload"]) == ("case.task.made", True, None)
    assert call(whole, "GET", f"/cases/{number}/journal?kind=case").json()["items"][0]["payload"]


def test_four_eyes_are_two_people_whatever_the_token(cast: Any) -> None:
    number, ada, ben = cast.bakery.number, client(cast.ada), client(cast.ben)
    assert call(ada, "POST", f"/cases/{number}/close").status_code == 409
    ask = call(ada, "POST", f"/cases/{number}/asks", deed="close", reason="over").json()["id"]
    assert call(ada, "POST", f"/cases/{number}/asks/{ask}/answer", approve=True).json()["refused"] == "asks.refused.own"
    reader = client(cast.ada, scopes=["read"])
    assert call(reader, "POST", f"/cases/{number}/asks/{ask}/withdraw").status_code == 403
    assert call(ben, "POST", f"/cases/{number}/asks/{ask}/answer", approve=True).json()["answer"] == "approved"
    assert call(ada, "POST", f"/cases/{number}/close").json()["state"] == "closed"
    refused = call(ada, "POST", f"/cases/{number}/notes", text="too late")
    assert (refused.status_code, refused.json()["refused"]) == (409, "case.refused.closed")
    ask = call(ben, "POST", f"/cases/{number}/asks", deed="erase", reason="three years").json()["id"]
    call(ada, "POST", f"/cases/{number}/asks/{ask}/answer", approve=True)
    assert call(ben, "POST", f"/cases/{number}/erase", number="2026-999").json()["field"] == "number"
    assert call(ben, "POST", f"/cases/{number}/erase", number=number).json()["state"] == "erased"


def test_only_who_keeps_the_house_with_its_scope_sees_to_it(cast: Any) -> None:
    for one in (client(cast.ada), client(cast.eli, scopes=[scope for scope in ALL if scope != "house"])):
        for path in ("/accounts", "/hooks", "/journal"):
            assert call(one, "GET", path).status_code == 403
    eli = client(cast.eli)
    assert call(eli, "GET", "/journal").json()["items"][0]["type"] == "staff.token.made"
    assert call(eli, "GET", "/me").json()["administrator"] is True


# --- some ways to the end


def test_a_program_makes_itself_known_and_is_told(cast: Any, settings_of: Any) -> None:
    settings_of(HOOKS_INSIDE=["127.0.0.0/8"])
    eli, came = client(cast.eli), []

    def answer(method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        came.append((body, {name.lower(): value for name, value in headers.items()}))
        return 204, b""

    with answering(answer) as url:
        said = {"name": "tickets", "address": url, "events": ["case.task.made"]}
        assert call(eli, "POST", "/hooks", **{**said, "events": ["case.*"]}).status_code == 422
        assert call(eli, "POST", "/hooks", **said, cases=["2020-999"]).json()["refused"] == "hooks.refused.case"
        meta = call(eli, "POST", "/hooks", **{**said, "address": "http://169.254.169.254/"})
        assert meta.json()["refused"] in ("hooks.refused.inside", "hooks.refused.plain")
        made = call(eli, "POST", "/hooks", **said, cases=[cast.bakery.number]).json()
        assert "secret" not in call(eli, "GET", f"/hooks/{made['id']}").json()
        tasks.make_task(cast.bakery, "Rotate the keys of db-1", by=hand(cast.ada))
        hooks.deliver(Delivery.objects.get().id)
        row = call(eli, "GET", f"/hooks/{made['id']}/deliveries").json()["items"][0]
        assert (row["state"], row["told"]) == ("done", "204")
        again = call(eli, "POST", f"/hooks/{made['id']}/deliveries/{row['message']}/again")
        assert again.json()["state"] == "waiting"
        assert call(eli, "PUT", f"/hooks/{made['id']}/paused").json()["paused_at"]
        assert call(eli, "DELETE", f"/hooks/{made['id']}/paused").json()["paused_at"] is None
        assert call(eli, "POST", f"/hooks/{made['id']}/turn").json()["secret"] != made["secret"]
        assert call(eli, "DELETE", f"/hooks/{made['id']}").status_code == 204
        assert call(eli, "GET", f"/hooks/{made['id']}").status_code == 404
    assert Webhook(made["secret"]).verify(came[0][0].decode(), came[0][1])
    assert b"db-1" not in came[0][0]


def test_a_filing_goes_its_way(filled: Any) -> None:
    number = filled.own.number
    lead, counsel = client(filled.accounts["lead"]), client(filled.accounts["counsel"])
    draft = call(lead, "GET", f"/cases/{number}/drafts/{BERLIN}").json()
    assert draft["draft"]["format"] == "breachdesk.filing/1"
    asked = next(one for one in draft["questions"] if one["kind"] in ("name", "prose") and not one["confirm"])
    after = call(lead, "PUT", f"/cases/{number}/drafts/{BERLIN}/answers", answers={asked["id"]: "Bakery North"}).json()
    assert asked["id"] not in [one["id"] for one in after["questions"] if not one["confirm"]]
    wrong = call(lead, "PUT", f"/cases/{number}/drafts/{BERLIN}/answers", answers={"no.such": "x"})
    assert (wrong.status_code, wrong.json()["field"]) == (409, "no.such")
    kept = call(lead, "POST", f"/cases/{number}/drafts/{BERLIN}/keep").json()["id"]
    top = f"/cases/{number}/filings/{kept}"
    assert call(lead, "POST", f"{top}/review").json()["refused"] == "filings.refused.own_draft"
    assert call(counsel, "POST", f"{top}/review", note="good").json()["state"] == "reviewed"
    at = clock.rfc3339(clock.now())
    assert call(lead, "POST", f"{top}/sent", at=at, channel="form").json()["state"] == "sent"
    pdf = io.BytesIO(b"%PDF-1.7")
    pdf.name = "../../r.pdf"
    answer = lead.post(f"{TOP}{top}/receipt", {"receipt_number": "LfD-17", "file": pdf})
    assert (answer.json()["state"], answer.json()["number"]) == ("receipted", "LfD-17")
    assert lead.get(f"{TOP}{top}/receipt").content == b"%PDF-1.7"
    assert lead.get(f"{TOP}{top}/file?kind=docx").content[:2] == b"PK"
    assert lead.get(f"{TOP}{top}/file?kind=exe").status_code == 422


def test_evidence_and_the_case_as_a_bag_leave_with_an_entry(filled: Any, tmp_path: Any) -> None:
    number, lead = filled.own.number, client(filled.accounts["lead"])
    top = f"/cases/{number}/evidence/E-001"
    size = call(lead, "GET", top).json()["size"]
    content = b"".join(call(lead, "POST", f"{top}/open", reason="compare"))
    assert len(content) == size
    errand = call(lead, "POST", f"{top}/check").json()["errand"]
    assert call(lead, "POST", f"{top}/hand", **BODY).json()["deed"] == "handed"
    assert [one["deed"] for one in call(lead, "GET", top).json()["custody"]][-2:] == ["opened", "handed"]
    errands.do(Errand.objects.get(id=errand))
    assert call(lead, "GET", f"/cases/{number}/errands/{errand}").json()["whole"] is True
    packed = call(lead, "POST", f"/cases/{number}/journal/export", items=True).json()["errand"]
    where = f"/cases/{number}/errands/{packed}/fetch"
    assert call(lead, "POST", where).json()["refused"] == "journal.refused.fetched"  # not yet
    errands.do(Errand.objects.get(id=packed))
    assert call(client(filled.accounts["auditor"]), "POST", where).status_code == 409  # somebody else's
    assert call(client(filled.accounts["lead"], scopes=["export"]), "POST", where).status_code == 403  # with evidence
    bag = io.BytesIO(b"".join(call(lead, "POST", where)))
    assert call(lead, "POST", where).status_code == 409  # once
    zipfile.ZipFile(bag).extractall(tmp_path)
    vkey = call(lead, "GET", "/journal/state").json()["vkey"]
    assert not verify.verify(str(tmp_path / number), vkey, []).faults
    assert any(path.is_file() for path in (tmp_path / number / "data" / "items").rglob("*"))
    judged = call(lead, "POST", "/journal/verify").json()
    assert (judged["holds"], judged["faults"]) == (True, [])


def test_a_signal_is_looked_at_and_becomes_a_case(cast: Any) -> None:
    ada = client(cast.ada)
    monitor = client(cast.dan, scopes=["signals"])
    with io.BytesIO(b"GET /dump") as log:
        log.name = "access.log"
        made = monitor.post(f"{TOP}/signals/with-files", {"text": "4 GB left db-1", "files": [log]}).json()["number"]
    second = call(monitor, "POST", "/signals", text="4 GB left db-1 again").json()["number"]
    assert call(ada, "PUT", f"/signals/{second}/duplicate", same_as=made).json()["state"] == "duplicate"
    assert call(ada, "PUT", f"/signals/{made}/looking").json()["state"] == "looking"
    assert call(ada, "POST", f"/signals/{made}/messages", text="Which host?").json()["ours"] is True
    file = call(ada, "GET", f"/signals/{made}").json()["attachments"][0]["id"]
    assert b"".join(call(ada, "POST", f"/signals/{made}/attachments/{file}/open")) == b"GET /dump"
    case = call(ada, "POST", f"/signals/{made}/confirm", title="db-1", at="2026-11-20T18:05:00Z", reason="true")
    assert case.json()["aware_at"] == "2026-11-20T18:05:00Z"
    assert call(ada, "GET", f"/signals/{made}").json()["case"] == case.json()["number"]
    third = call(monitor, "POST", "/signals", text="and again").json()["number"]
    limited = client(cast.ada, numbers=[cast.bakery.number])
    assert call(limited, "POST", f"/signals/{third}/join", case=case.json()["number"]).status_code == 404


def test_a_table_of_rights_is_met_by_every_role_on_a_full_case(filled: Any) -> None:
    """Masked people, journal, costs: who reads what, by the same table as the pages."""
    for role in Role:
        one: Client = client(filled.accounts[role.value])
        for path, act in (
            ("people/list", Act.PEOPLE),
            ("costs", Act.COSTS),
            ("journal", Act.READ),
            ("runs", Act.EVIDENCE),
        ):
            status = call(one, "GET", f"/cases/{filled.own.number}/{path}").status_code
            assert (status == 200) is (act in RIGHTS[role]), f"{role} {path} {status}"


def test_nothing_is_left_of_a_deed_that_failed_behind_its_door(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error nobody foresaw takes the deed back and the key with it."""
    ada = client(cast.ada)
    ada.raise_request_exception = False
    kept = {"content_type": "application/json", "headers": {"Idempotency-Key": "k"}}

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("breachdesk.case.app.api.tasks._shown", broken)
    path, body = f"{TOP}/cases/{cast.bakery.number}/tasks", json.dumps({"title": "x"})
    assert ada.post(path, body, **kept).status_code == 500
    assert not Task.objects.exists()
    monkeypatch.undo()
    assert ada.post(path, body, **kept).status_code == 200
