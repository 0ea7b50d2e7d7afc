"""The journal on its pages, what of it is proven, and a case that leaves as a bag anybody can check."""

import io
import zipfile
from pathlib import Path
from typing import Any

from django.db import connection

from breachdesk.case.app.actions import answer_fact
from breachdesk.journal import verify
from breachdesk.journal.app import actions
from breachdesk.journal.app.models import Checkpoint, Line
from breachdesk.journal.app.signing import signer
from breachdesk.journal.app.tasks import checkpoint
from breachdesk.vault.app import keys, tasks
from breachdesk.vault.app.models import Errand
from breachdesk.web import sayings
from tests.cast import AT, browser, hand
from tests.journal.test_types import documented
from tests.scope.app.filling import take


def page(client: Any, address: str) -> str:
    found = client.get(address)
    assert found.status_code == 200
    return found.content.decode()


def filled(cast: Any) -> str:
    answer_fact(cast.bakery, "data.encrypted", False, by=hand(cast.ada))
    return f"/case/{cast.bakery.number}/journal/"


def test_every_act_is_told_in_words_and_can_be_narrowed(cast: Any) -> None:
    address = filled(cast)
    text = page(browser(cast.ben), address)
    assert "A fact was answered" in text
    assert "The case was opened" in text
    assert "Дан ответ о факте" in page(browser(cast.ada, "ru"), address)
    assert "The case was opened" not in page(browser(cast.ada), f"{address}?day=1999-01-01")
    assert "Nothing was entered that fits" in page(browser(cast.ada), f"{address}?who=nobody")


def test_every_type_that_a_desk_writes_has_words() -> None:
    words = sayings.words("en")
    written = [one for one in documented() if not one.startswith("assess.")]
    assert len(written) > 60
    assert [one for one in written if f"journal.types.{one}" not in words] == []


def test_older_entries_stand_on_the_next_page(cast: Any) -> None:
    for number in range(60):
        answer_fact(cast.bakery, "data.encryption_bits", number, by=hand(cast.ada))
    address = f"/case/{cast.bakery.number}/journal/"
    first = page(browser(cast.ada), address)
    assert "The case was opened" not in first
    last = Line.objects.filter(case=cast.bakery.number).order_by("-case_seq")[49].case_seq
    assert f"?before={last}" in first
    assert "The case was opened" in page(browser(cast.ada), f"{address}?before={last}")


def test_contents_of_privileged_entries_are_for_whoever_may_see_them(cast: Any) -> None:
    from django.db import transaction

    address = filled(cast)
    with transaction.atomic():
        actions.write(
            "case.task.made", by=hand(cast.ben), case=cast.bakery.number, payload={"a": "settle"}, privileged=True
        )
    assert "settle" in page(browser(cast.ben), address)
    assert "settle" not in page(browser(cast.cara), address)
    assert "privileged" in page(browser(cast.cara), address)


def test_the_whole_is_judged_when_asked_and_a_change_behind_its_back_is_found(cast: Any) -> None:
    filled(cast)
    checkpoint.func(0)
    assert Checkpoint.objects.count() == 1
    checkpoint.func(0)
    assert Checkpoint.objects.count() == 1
    ada = browser(cast.ada)
    assert "It holds" in ada.post("/journal/verify/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_line DISABLE TRIGGER ALL")
        cursor.execute("UPDATE journal_line SET payload = %s WHERE seq = 1", [b'{"title":"another"}'])
    assert "It does not hold" in ada.post("/journal/verify/").content.decode()


def test_a_witness_gets_the_signed_state_and_the_proof_that_it_goes_on(cast: Any) -> None:
    filled(cast)
    first = actions.checkpoint(signer(), AT)
    answer_fact(cast.bakery, "data.key_taken", True, by=hand(cast.ada))
    second = actions.checkpoint(signer(), AT)
    assert first is not None
    assert second is not None
    assert browser().get("/journal/checkpoint").content == bytes(second.note)
    proof = browser().get(f"/journal/consistency?from={first.size}")
    assert proof.content.startswith(f"old {first.size}\n".encode())
    assert bytes(second.note) in proof.content
    assert browser().get("/journal/consistency?from=999").status_code == 400
    assert browser().get("/journal/consistency?from=x").status_code == 400


def test_a_case_leaves_as_a_bag_that_is_whole_with_its_evidence_or_without(cast: Any, tmp_path: Path) -> None:
    filled(cast)
    take(cast.bakery, cast.ada)
    for said in ({}, {"items": "1"}):
        lead, page = browser(cast.ada), f"/case/{cast.bakery.number}/journal/export/"
        assert lead.post(page, said).status_code == 302
        assert "<progress" in lead.get(page).content.decode()
        errand = Errand.objects.latest("id")
        tasks.do.func(errand.id)
        fetch = f"{page}{errand.id}/"
        assert f'href="{fetch}"' in lead.get(page).content.decode()
        assert browser(cast.ben).get(fetch).status_code == 302  # asked for by another
        cut = lead.get(fetch)
        next(iter(cut.streaming_content))
        cut.close()  # it broke off: it is there to be fetched again
        sent = lead.get(fetch)
        folder = tmp_path / f"bag{len(said)}"
        with zipfile.ZipFile(io.BytesIO(b"".join(sent.streaming_content))) as zipped:
            zipped.extractall(folder)
        assert lead.get(fetch).status_code == 302  # once
        report = verify.verify(str(folder / cast.bakery.number), signer().vkey, [])
        assert report.verdict == "intact", report.faults
        inside = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert (b"Ada Petrova" in inside) is bool(said)
    from django.conf import settings

    assert not list(settings.DATA.glob("export-*"))
    assert not list(keys.vault().place(cast.bakery.number, "any").parent.glob("x-*"))
    assert browser(cast.cara).post(f"/case/{cast.bakery.number}/journal/export/").status_code == 403


def test_the_house_has_its_own_journal_for_administrators(cast: Any) -> None:
    with_house = browser(cast.eli)
    with_house.get("/")
    assert with_house.get("/journal/").status_code == 200
    assert browser(cast.ada).get("/journal/").status_code == 403
