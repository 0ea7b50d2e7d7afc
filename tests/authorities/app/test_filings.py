"""A filing on its way: drafted from the facts, looked over by another, handed in, answered; its deadline met by it."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from breachdesk.authorities import drafts
from breachdesk.authorities.app import actions, drafting
from breachdesk.authorities.app.models import Filing
from breachdesk.case.app.sheet import facts_of
from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.reading import lines
from breachdesk.law.app import standing
from breachdesk.law.app.models import Deadline
from breachdesk.notify.app import asks
from breachdesk.vault.app.keys import vault
from tests.cast import browser, hand
from tests.law.app.bakery import AT, BERLIN, answer, judge, lay


def entries(kind: str) -> list[dict[str, Any]]:
    return [one for line in lines() if (one := json.loads(line))["envelope"]["type"] == kind]


@pytest.fixture
def judged(cast: Any) -> Any:
    lay(cast.bakery)
    judge(cast.bakery)
    return cast


def wanted(case: Any, duty: str = BERLIN) -> drafting.Wanted:
    last = standing.last(case)
    assert last is not None
    return next(one for one in drafting.wanted(case, last) if one.duty.id == duty)


def kept(cast: Any) -> Filing:
    return actions.keep_draft(cast.bakery, wanted(cast.bakery), by=hand(cast.ada, at=AT))


def sent(cast: Any, after: float = 1) -> Filing:
    at = AT + timedelta(hours=after)
    return actions.mark_sent(kept(cast), at=at, channel="form", by=hand(cast.ada, at=at))


def test_a_draft_says_what_the_facts_say_and_what_is_missing(judged: Any) -> None:
    made = drafting.draft(judged.bakery, wanted(judged.bakery), AT)
    told = json.dumps([field.value for field in made.fields])
    assert "Bakery North GmbH" in told
    assert {"organisation.contact.name", "organisation.cause"} <= {ask.id for ask in made.asks}
    assert made.own


def test_what_is_kept_lies_sealed_and_stays_as_it_was(judged: Any) -> None:
    filing = kept(judged)
    lying = vault().place(judged.bakery.number, f"{filing.name}-json").read_bytes()
    assert b"Bakery North GmbH" not in lying
    before = drafting.content(filing, "json")
    assert b"Bakery North GmbH" in before
    answer(judged.bakery, organisation={"name": {"en": "Another"}})
    assert drafting.content(filing, "json") == before
    assert drafting.content(filing, "docx").startswith(b"PK")
    assert b"breachdesk filings receipt" not in drafting.content(filing, "html")
    assert entries("authorities.filing.drafted")[0]["payload"]["json_sha256"] == filing.sha256


def test_a_newer_draft_takes_the_place_of_the_one_in_hand(judged: Any) -> None:
    first = kept(judged)
    second = kept(judged)
    first.refresh_from_db()
    assert (first.state, second.state) == ("withdrawn", "drafted")
    assert entries("authorities.filing.drafted")[1]["envelope"]["refs"]["replaces"] == first.id


def test_nobody_looks_over_their_own_draft(judged: Any) -> None:
    filing = kept(judged)
    with pytest.raises(Refused, match="own_draft"):
        actions.review(filing, by=hand(judged.ada))
    reviewed = actions.review(filing, by=hand(judged.ben, "counsel"), note="the date is right")
    assert (reviewed.state, reviewed.reviewed_by) == ("reviewed", judged.ben.email)


def test_handing_it_in_meets_the_deadline_and_has_the_case_judged_anew(judged: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    filing = sent(judged)
    row = Deadline.objects.get(duty=BERLIN)
    assert (row.state, row.filed_at, row.late) == ("filed", AT + timedelta(hours=1), False)
    assert standing.next_due(judged.bakery, "en", AT) is None
    assert standing.working(judged.bakery)
    told = entries("authorities.filing.sent")[0]["payload"]
    assert (told["reviewed"], told["late"], told["channel"]) == (False, False, "form")
    assert filing.sent


def test_handed_in_after_the_due_time_says_so(judged: Any) -> None:
    filing = sent(judged, after=72)
    assert filing.late
    assert Deadline.objects.get(duty=BERLIN).late


def test_a_follow_up_marks_what_moved_and_is_the_next_stage(judged: Any) -> None:
    filing = actions.keep_receipt(sent(judged), number="BER-77", by=hand(judged.ada, at=AT + timedelta(hours=2)))
    answer(judged.bakery, subjects__count_in__DE=None)
    lay(judged.bakery, {"subjects.count_in.DE": 1300})
    judge(judged.bakery, AT + timedelta(hours=3))
    made = drafting.draft(judged.bakery, wanted(judged.bakery), AT + timedelta(hours=3))
    assert made.stage.value == "intermediate"
    assert made.filed[0].number == filing.number
    assert any(field.was is not None for field in made.fields)


@pytest.mark.parametrize(
    ("what", "key"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"at": AT + timedelta(days=9)}, "to_come"),
    ],
)
def test_what_cannot_be_is_not_written_down(judged: Any, what: dict[str, Any], key: str) -> None:
    given = {"at": AT, "channel": "form", **what}
    filing = kept(judged)
    with pytest.raises(Refused, match=key):
        actions.mark_sent(filing, **given, by=hand(judged.ada, at=AT + timedelta(hours=1)))
    filing.refresh_from_db()
    assert filing.state == "drafted"
    assert not entries("authorities.filing.sent")


def test_a_receipt_is_a_number_or_a_file_and_lies_sealed(judged: Any) -> None:
    filing = sent(judged)
    with pytest.raises(Refused, match="no_receipt"):
        actions.keep_receipt(filing, by=hand(judged.ada))
    with pytest.raises(Refused, match="empty_file"):
        actions.keep_receipt(filing, file=BytesIO(b""), file_name="r.pdf", by=hand(judged.ada))
    lying = set(vault().place(judged.bakery.number, "any").parent.iterdir())
    done = actions.keep_receipt(
        filing, number=" BER-77 ", file=BytesIO(b"%PDF the receipt"), file_name="receipt.pdf", by=hand(judged.ada)
    )
    assert (done.state, done.number, done.proof_size) == ("receipted", "BER-77", 16)
    assert drafting.proof(done) == b"%PDF the receipt"
    new = set(vault().place(judged.bakery.number, "any").parent.iterdir()) - lying
    assert [b"the receipt" in path.read_bytes() for path in new] == [False]


def test_nothing_of_a_closed_case_is_handed_in(judged: Any) -> None:
    filing = kept(judged)
    judged.bakery.state = "closed"
    judged.bakery.save()
    filing.refresh_from_db()
    with pytest.raises(Refused, match="closed"):
        actions.mark_sent(filing, at=AT, channel="form", by=hand(judged.ada))


def test_what_is_put_away_keeps_its_reason(judged: Any) -> None:
    filing = kept(judged)
    with pytest.raises(Refused, match="no_reason"):
        actions.withdraw(filing, why="  ", by=hand(judged.ada))
    assert actions.withdraw(filing, why="wrong authority", by=hand(judged.ada)).state == "withdrawn"


# --- the pages


def page(cast: Any, path: str, who: str = "ada", language: str = "en") -> str:
    found = browser(getattr(cast, who), language).get(f"/case/{cast.bakery.number}/{path}")
    assert found.status_code == 200, path
    return found.content.decode()


def test_one_kind_drawn_alone_is_what_is_drawn_with_the_others(judged: Any) -> None:
    made = drafting.draft(judged.bakery, wanted(judged.bakery), clock.now())
    every = drafts.drawn(made, drafting.the_forms())
    assert {kind: drafts.drawn_as(made, drafting.the_forms(), kind) for kind in every} == every


def test_the_list_says_what_is_owed_and_leads_to_the_nearest(judged: Any) -> None:
    text = page(judged, "authorities/")
    assert "1 filing is owed: " in text
    assert f"/authorities/draft/{BERLIN}/" in text
    assert "Нужно подать" in page(judged, "authorities/", language="ru")


def test_what_only_a_human_can_say_is_asked_and_goes_into_the_fact_sheet(judged: Any) -> None:
    text = page(judged, f"authorities/draft/{BERLIN}/")
    assert "What only you can say" in text
    client = browser(judged.ada)
    asked = drafting.questions(drafting.draft(judged.bakery, wanted(judged.bakery), clock.now()), "en")
    names = {one.id: f"ask-{n}" for n, one in enumerate(one for one in asked if one.kind is not asks.Kind.FACT)}
    given = {
        names["organisation.contact.name"]: "Ada Sommer",
        names["organisation.cause"]: "<script>alert(1)</script>",
    }
    client.post(f"/case/{judged.bakery.number}/authorities/draft/{BERLIN}/answers/", given)
    told = facts_of(judged.bakery)["organisation"]
    assert told["contact"] == {"name": "Ada Sommer"}
    assert told["cause"] == {"en": "<script>alert(1)</script>"}
    assert told["name"] == {"en": "Bakery North GmbH", "ru": "Bakery North GmbH"}
    text = page(judged, f"authorities/draft/{BERLIN}/")
    assert "Ada Sommer" in text
    assert "<script>alert(1)" not in text


def test_support_reads_a_draft_but_neither_answers_nor_keeps_it(judged: Any) -> None:
    text = page(judged, f"authorities/draft/{BERLIN}/", who="cara")
    assert "Keep for review" not in text
    client = browser(judged.cara)
    top = f"/case/{judged.bakery.number}/authorities/draft/{BERLIN}/"
    assert client.post(top).status_code == 403
    assert client.post(f"{top}answers/", {}).status_code == 403


def test_a_whole_way_on_the_pages_by_two_people(judged: Any) -> None:
    top = f"/case/{judged.bakery.number}/authorities/"
    ada, ben = browser(judged.ada), browser(judged.ben)
    place = ada.post(f"{top}draft/{BERLIN}/").headers["Location"]
    assert "Somebody else should look it over" in ada.get(place).content.decode()
    assert "Look it over" in ben.get(place).content.decode()
    ben.post(place, {"act": "review", "note": ""})
    now = clock.now().astimezone(clock.time_zone("Europe/Berlin"))
    ada.post(place, {"act": "sent", "at": f"{now:%Y-%m-%dT%H:%M}", "channel": "form"})
    assert "the receipt is still to be kept" in ada.get(place).content.decode()
    receipt = SimpleUploadedFile("re\u202eceipt.pdf", b"%PDF")
    ada.post(place, {"act": "receipt", "number": "A-1", "file": receipt})
    assert "the authority gave the number A-1" in ada.get(place).content.decode()
    given = ada.get(f"{place}receipt/")
    assert given.content == b"%PDF"
    assert given.headers["Content-Disposition"].startswith("attachment")


def test_a_wrong_moment_is_said_at_its_field(judged: Any) -> None:
    filing = kept(judged)
    client = browser(judged.ada)
    place = f"/case/{judged.bakery.number}/authorities/kept/{filing.id}/"
    found = client.post(place, {"act": "sent", "at": "2099-01-01T10:00", "channel": "form"})
    assert found.status_code == 422
    assert "That moment has not come yet" in found.content.decode()


@pytest.mark.parametrize("kind", ["html", "docx", "json"])
def test_every_form_of_a_draft_is_a_download(judged: Any, kind: str) -> None:
    filing = kept(judged)
    for path in (f"draft/{BERLIN}/{kind}", f"kept/{filing.id}/{kind}"):
        found = browser(judged.cara).get(f"/case/{judged.bakery.number}/authorities/{path}")
        assert found.status_code == 200
        assert found.headers["Content-Disposition"].endswith(f'.{kind}"')
        assert "text/html" not in found.headers["Content-Type"]


def test_no_page_asks_the_database_often(judged: Any) -> None:
    filing = kept(judged)
    client = browser(judged.ada)
    for path in ("", f"draft/{BERLIN}/", f"kept/{filing.id}/"):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/case/{judged.bakery.number}/authorities/{path}")
        assert len(queries) <= 30, path
