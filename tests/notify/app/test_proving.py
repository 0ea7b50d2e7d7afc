"""Prove you told them: an authority checks it with Python alone, and learns of nobody who they are."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Ask
from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.notify.app import carrier, ledger, pens, proving
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, Sending
from breachdesk.notify.app.proving import Wanted
from breachdesk.notify.app.transports import ByRelay
from breachdesk.notify.smtp import Relay
from breachdesk.notify.states import State
from breachdesk.staff.rights import RIGHTS, Role
from breachdesk.vault.app import errands, keys
from breachdesk.vault.app.models import Errand
from tests.cast import browser, hand
from tests.law.app.bakery import answer, judge
from tests.notify.app.sending import case_with, going, named, planned, rows
from tests.notify.relay import Box, relaying
from tests.web.test_api import call, client

LEAD, AUDITOR = RIGHTS[Role.LEAD], RIGHTS[Role.AUDITOR]


@pytest.fixture
def box() -> Any:
    def say(at: str, said: str) -> str | None:
        if at == "rcpt" and "ada3@" in said:
            return "550 5.1.1 <ada3@d3.example>: Recipient ada3 (Ada Exampled) unknown"
        return None

    with relaying(Box(say=say)) as one:
        yield one


@pytest.fixture
def sent(cast: Any, box: Box, settings_of: Any) -> Sending:
    """Twelve were written to; one address does not exist; of one somebody wrote down what they know."""
    relay = Relay("127.0.0.1", box.port, seconds=10, seconds_for_end=10, connections=3)
    settings_of(RELAY=relay, NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example")
    case = case_with(cast, rows(12))
    answer(
        case, entity__role="controller", entity__establishments=["DE"], breach__personal_data=True, risk__gdpr="high",
        breach__malicious=True,
    )  # fmt: skip
    judge(case)
    sending = going(cast, planned(case, cast.ada))
    assert carrier.carry(sending, ByRelay(relay), idle=0) == 12
    first = Delivery.objects.filter(state=State.ACCEPTED).earliest("id")
    ledger.tell(
        sending, [Word(first.id, State.BOUNCED, 0, "her husband Max said so")], source="hand", by=hand(cast.ada)
    )
    return Sending.objects.select_related("case").get(id=sending.id)


def packed(sending: Sending, who: Any, tmp_path: Path, **wanted: Any) -> Path:
    """The archive as whoever asked has it, unpacked."""
    errand = proving.ask(sending.case, Wanted("DPA Berlin, 12/26", **wanted), rights=LEAD, by=hand(who))
    assert isinstance(errand, Errand)
    return unpacked(errand, tmp_path)


def unpacked(errand: Errand, tmp_path: Path) -> Path:
    errands.do(errand)
    done = Errand.objects.select_related("case").get(id=errand.id)
    assert done.state == "done", done.fault
    number = done.case.number
    with keys.vault().open(number, done.outcome["sealed"], keys.key_of(number)) as file:
        content = file.readall()
    assert hashlib.sha256(content).hexdigest() == done.outcome["sha256"]
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    return tmp_path / f"{number}-told"


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    """By what lies in it, with no Breachdesk in sight."""
    path = str(folder / "check.py")
    program = f"import sys, runpy; sys.path.insert(0, {str(folder)!r}); runpy.run_path({path!r}, run_name='__main__')"
    command = [sys.executable, "-I", "-B", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env={})


def table(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / name).read_text("utf-8-sig"))))


def test_an_authority_checks_it_with_python_alone(cast: Any, sent: Sending, tmp_path: Path) -> None:
    folder = packed(sent, cast.ada, tmp_path)
    done = checked(folder)
    assert (done.returncode, "WRONG" in done.stdout) == (0, False), done.stdout + done.stderr
    assert "these are the words that were approved" in done.stdout
    assert {row["state"] for row in table(folder, "deliveries.csv")} >= {"accepted", "refused", "bounced"}
    counts = table(folder, "counts.csv")
    assert sum(int(row["people"]) for row in counts) == 12
    assert {(row["residence"], row["language"]) for row in counts} == {("DE", "en")}
    said = (folder / "wording" / "1.json").read_bytes()
    assert hashlib.sha256(said).hexdigest() == sent.wording_sha256
    (one,) = json.loads((folder / "summary.json").read_text())["sendings"]
    assert one["approvals"][0]["approved_by"]
    assert one["approvals"][0]["wording_sha256"] == sent.wording_sha256
    assert (folder / "README.en.txt").exists()
    assert (folder / "README.ru.txt").exists()


@pytest.mark.parametrize(
    ("name", "before", "after", "says"),
    [
        ("events.csv", ",refused,", ",accepted,", "events.csv: missing, or not"),
        ("wording/1.json", "Ada", "Eve", ""),
    ],
)
def test_what_was_changed_is_found(
    cast: Any, sent: Sending, tmp_path: Path, name: str, before: str, after: str, says: str
) -> None:
    folder = packed(sent, cast.ada, tmp_path)
    path = folder / name
    content = path.read_text("utf-8")
    path.write_text(content.replace(before, after, 1) if before in content else content + " ", "utf-8", newline="")
    lists = folder / "manifest-sha256.txt"  # whoever changes a file changes the list, too
    told = checked(folder)
    assert told.returncode == 1
    assert says in told.stdout
    lines = lists.read_text().splitlines(keepends=True)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    lists.write_text("".join(f"{digest}  {name}\n" if line.endswith(f"  {name}\n") else line for line in lines))
    told = checked(folder)
    assert told.returncode == 1
    assert "do not give its root" in told.stdout or "not the words that were approved" in told.stdout


def test_it_says_of_nobody_who_they_are(cast: Any, sent: Sending, tmp_path: Path) -> None:
    folder = packed(sent, cast.ada, tmp_path)
    text = "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file() and path.suffix != ".tsr")
    with pens.recipients_of(sent) as people:
        for who in people.everybody():
            assert not any(clear in text for clear in (who.name, *who.emails, *who.phones, who.person))
    assert not any(clear in text for clear in ("ada3", named(3), "Max", "Musterstr"))
    (refused,) = [row for row in table(folder, "deliveries.csv") if row["state"] == "refused"]
    assert (refused["code"], refused["told"]) == ("550", refused["told"])
    assert "•••" in refused["told"]
    marks = {row["person"] for row in table(folder, "deliveries.csv")}
    assert len(marks) == 12
    other = packed(sent, cast.ada, tmp_path / "again")
    assert {row["person"] for row in table(other, "deliveries.csv")} == marks  # the same in each of this case
    assert proving.marker("2026-999")(Delivery.objects.earliest("id").person) not in marks


def test_names_are_for_who_may_see_them_and_says_why(cast: Any, sent: Sending, tmp_path: Path) -> None:
    for wanted, rights, said in (
        (Wanted("DPA", named=True, reason="they asked"), AUDITOR, "no_right"),
        (Wanted("DPA", named=True, reason=" "), LEAD, "no_reason"),
        (Wanted(" "), LEAD, "to_whom"),
        (Wanted("DPA", sending=7), LEAD, "nothing"),
        (Wanted("DPA", duty="none.such"), LEAD, "nothing"),
    ):
        with pytest.raises(Refused, match=said):
            proving.ask(sent.case, wanted, rights=rights, by=hand(cast.ada))
    wanted = Wanted("DPA Berlin", named=True, reason="the court ordered it")
    asked = proving.ask(sent.case, wanted, rights=LEAD, by=hand(cast.ada))
    assert isinstance(asked, Ask)
    with pytest.raises(Refused, match="no_approval"):
        proving.begin(asked, rights=LEAD, by=hand(cast.ada))
    with pytest.raises(Refused, match="own"):
        asks.answer(asked, approved=True, reason="", by=hand(cast.ada))
    asks.answer(asked, approved=True, reason="", by=hand(cast.ben))
    with pytest.raises(Refused, match="no_approval"):  # he approved, and did not ask
        proving.begin(asked, rights=LEAD, by=hand(cast.ben))
    folder = unpacked(proving.begin(asked, rights=LEAD, by=hand(cast.ada)), tmp_path)
    with pytest.raises(Refused, match="no_approval"):
        proving.begin(asked, rights=LEAD, by=hand(cast.ada))
    found = table(folder, "deliveries.csv")
    assert {row["to"] for row in found} == {f"ada{n}@d{n % 7}.example" for n in range(12)}
    assert "Max" not in (folder / "events.csv").read_text()
    assert checked(folder).returncode == 0
    told = [line.type for line in Line.objects.order_by("seq") if line.type.startswith("notify.telling")]
    assert told == ["notify.telling.asked", "notify.telling.written"]
    assert b"the court ordered it" in bytes(Line.objects.filter(type="notify.telling.asked").latest("seq").payload)


def test_what_meets_a_duty_is_proven_with_its_deadline(cast: Any, sent: Sending, tmp_path: Path) -> None:
    duty = sent.duties[0]
    folder = packed(sent, cast.ada, tmp_path, duty=duty)
    (one,) = json.loads((folder / "summary.json").read_text())["duties"]
    assert one["id"] == duty
    assert (one["verdict"], one["met_at"]) == ("owed", None)  # two are not told


def test_it_is_asked_for_and_fetched_on_a_page_once(cast: Any, sent: Sending) -> None:
    ada, where = browser(cast.ada), f"/case/{sent.case.number}/telling/"
    assert ada.post(where, {"to": "DPA Berlin", "sending": "1"}).status_code == 302
    errand = Errand.objects.get(kind=proving.KIND)
    assert not ada.post(f"{where}{errand.id}/").streaming  # not yet
    errands.do(errand)
    assert "Fetch the proof" in ada.get(where).content.decode()
    assert not browser(cast.ben).post(f"{where}{errand.id}/").streaming  # another asked
    assert browser(cast.cara).get(where).status_code == 403
    answer = ada.post(f"{where}{errand.id}/")
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer))).testzip() is None
    assert not ada.post(f"{where}{errand.id}/").streaming
    assert Line.objects.filter(type="notify.telling.fetched").count() == 1


def test_and_by_the_api(cast: Any, sent: Sending) -> None:
    ada, top = client(cast.ada), f"/cases/{sent.case.number}/telling"
    errand = call(ada, "POST", top, to="DPA Berlin").json()["errand"]
    errands.do(Errand.objects.get(id=errand))
    assert call(ada, "GET", f"/cases/{sent.case.number}/errands/{errand}").json()["ready"] is True
    assert b"".join(call(ada, "POST", f"{top}/{errand}/fetch"))[:2] == b"PK"
    assert call(ada, "POST", top, to="DPA", named=True).json()["refused"] == "case.refused.no_reason"
    asked = call(ada, "POST", top, to="DPA", named=True, reason="the court ordered it").json()
    assert (asked["errand"], asked["state"]) == (None, "asked")
    page, where = browser(cast.ada), f"/case/{sent.case.number}/telling/"
    assert "Write the approved proof" not in page.get(where).content.decode()
    asks.answer(Ask.objects.get(id=asked["ask"]), approved=True, reason="", by=hand(cast.ben, at=clock.now()))
    assert "Write the approved proof" in page.get(where).content.decode()
    assert page.post(where, {"ask": asked["ask"]}).status_code == 302
    assert call(ada, "POST", f"{top}/approved/{asked['ask']}").json()["refused"] == "asks.refused.no_approval"
    assert Errand.objects.latest("id").said["named"] is True
