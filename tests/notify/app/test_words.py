"""Counsel words the letters: seen before it is kept, in every letter after it, and never in what was approved."""

import io
from typing import Any

import pikepdf
import pytest

from breachdesk.case.app.actions import asks
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.notify.app import rewording, sendings
from breachdesk.notify.app.models import OwnText, Sending, Standing
from breachdesk.notify.app.rewording import Place
from breachdesk.notify.app.writing import Letters, the_library
from breachdesk.notify.smtp import Relay
from breachdesk.web import sayings
from tests.cast import browser, hand
from tests.law.app.bakery import judge, lay
from tests.notify.app.sending import WITH_CODE, case_with, planned, rows
from tests.notify.app.test_pages import PEOPLE
from tests.notify.bakery import FACTS
from tests.notify.relay import Box, relaying
from tests.notify.test_draw import text_in
from tests.web.test_api import call, client

MINE = "Ring us on {reach.phone}, or at {reach.email}. Post (№ 7): {organisation.name}, {organisation.address}."
CONTACT = Place("contact", "en")


@pytest.fixture
def told(cast: Any) -> Any:
    lay(cast.bakery, {**FACTS, "people": PEOPLE, "organisation": WITH_CODE})
    judge(cast.bakery)
    return cast


@pytest.fixture
def box(settings_of: Any) -> Any:
    with relaying(Box()) as one:
        relay = Relay("127.0.0.1", one.port, seconds=10, seconds_for_end=10, connections=3)
        settings_of(RELAY=relay, NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example")
        yield one


def where(cast: Any, block: str = "contact", language: str = "en") -> str:
    return f"/case/{cast.bakery.number}/notices/words/{block}/{language}/"


def keep(cast: Any, text: str, *, who: str = "ben", scope: str = "all", code: int = 302, **other: str) -> str:
    said = {"deed": "keep", "text": text, "scope": scope, "reason": "counsel said so", **other}
    answer = browser(getattr(cast, who)).post(where(cast), said)
    assert answer.status_code == code, answer.content.decode()[-2000:]
    return str(answer.content.decode())


def slugs(cast: Any) -> dict[str, str]:
    return {one.residence: one.slug for one in Letters(cast.bakery).cohorts}


def test_a_text_is_looked_at_kept_seen_in_every_letter_and_taken_back(told: Any) -> None:
    ben, number = browser(told.ben), told.bakery.number
    looked = ben.post(where(told), {"deed": "look", "text": MINE, "scope": "all"}).content.decode()
    assert "It stands in 6 letters, to 347 people" in looked
    assert looked.count("Ring us on") >= 3
    assert "musts met" in looked
    assert not OwnText.objects.exists()
    keep(told, MINE)
    line = Line.objects.get(type="notify.words.changed")
    assert line.actor == told.ben.email
    assert b"counsel said so" in bytes(line.payload)
    for residence, slug in slugs(told).items():
        page = ben.get(f"/case/{number}/notices/{slug}/en/").content.decode()
        assert "Ring us on" in page, residence
        assert "Ring us on" not in ben.get(f"/case/{number}/notices/{slug}/ru/").content.decode()
    top = f"/case/{number}/notices/{slugs(told)['DE']}/en/"
    assert b"Ring us on" in ben.get(f"{top}txt").content
    assert b"Ring us on" in ben.get(f"{top}html").content
    pdf = pikepdf.open(io.BytesIO(ben.get(f"{top}pdf").content))
    assert "№" in text_in(pdf)  # a sign that no other word of it has
    assert "1 text of this case" in ben.get(f"/case/{number}/notices/words/").content.decode()
    keep(told, MINE + " Any day.", before=rewording.digest(MINE), opened="all")
    ben.post(where(told), {"deed": "withdraw", "scope": "all", "reason": "ours is better"})
    assert "Ring us on" not in ben.get(top).content.decode()
    kept = [one.text for one in rewording.history(told.bakery, "contact", "en")]
    assert kept == ["", MINE + " Any day.", MINE]
    assert "Any day." in ben.get(where(told) + "?look=1").content.decode()
    assert Line.objects.filter(type="notify.words.withdrawn").count() == 1


def test_a_text_for_some_people_or_one_law_touches_their_letters_alone(told: Any) -> None:
    slug = slugs(told)["US-CA"]
    looked = browser(told.ada).post(where(told), {"deed": "look", "text": MINE, "scope": f"slug:{slug}"})
    assert "It stands in 2 letters, to 40 people" in looked.content.decode()
    keep(told, MINE, scope="rule:us-ca")
    ben = browser(told.ben)
    for residence, name in slugs(told).items():
        page = ben.get(f"/case/{told.bakery.number}/notices/{name}/en/").content.decode()
        assert ("Ring us on" in page) is (residence == "US-CA")
    looked = ben.post(where(told), {"deed": "look", "text": "All ring {reach.phone}.", "scope": "all"})
    assert "It stands in 4 letters, to 307 people" in looked.content.decode()


def test_what_a_text_spoils_is_shown_beside_each_letter_before_it_is_kept(told: Any) -> None:
    hard = "Notwithstanding applicable considerations, organisational communication is available. " * 20
    looked = browser(told.ben).post(where(told), {"deed": "look", "text": hard, "scope": "all"}).content.decode()
    assert "New:</b> Too hard to read" in looked
    assert "New:</b> It does not say: name, address and telephone of the sender." in looked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Call\n\n{reach.fone}",
            "contact, line 3: {reach.fone} is nothing that can be filled in. What can: {reach.phone}",
        ),
        ("# Big", "contact, line 1: only paragraphs"),
        ("Do {steps}", "contact, line 1: {steps} is a whole list"),
    ],
)
def test_what_no_letter_can_say_is_refused_with_one_line(text: str, said: str, told: Any) -> None:
    assert said in keep(told, text, code=422)
    assert (
        "строка"
        in browser(told.ben, "ru").post(where(told), {"deed": "look", "text": text, "scope": "all"}).content.decode()
    )
    assert not OwnText.objects.exists()


def test_only_who_tells_people_words_the_letters_and_nobody_writes_over_another(told: Any) -> None:
    said = {"deed": "keep", "text": MINE, "scope": "all", "reason": "x"}
    assert browser(told.cara).post(where(told), said).status_code == 403
    assert browser(told.dan).get(where(told)).status_code == 404
    assert browser(told.cara).get(where(told)).status_code == 200
    assert browser(told.ben).get(where(told, "sender")).status_code == 404
    keep(told, MINE, before="", opened="all")
    assert "that you have not seen" in keep(told, "Other {reach.phone}.", before="", opened="all", code=422)
    seen = {"before": rewording.digest(MINE), "opened": "all"}
    keep(told, MINE, scope="rule:us-ca", **seen)  # nothing stands there yet
    assert "that you have not seen" in keep(told, "Other {reach.phone}.", scope="rule:us-ca", code=422, **seen)
    with pytest.raises(Refused, match="same"):
        rewording.reword(told.bakery, CONTACT, MINE, reason="x", by=hand(told.ada))
    with pytest.raises(Refused, match="no_reason"):
        rewording.reword(told.bakery, CONTACT, "New {reach.phone}", reason=" ", by=hand(told.ada))
    with pytest.raises(Refused, match="no_cohort"):
        rewording.reword(told.bakery, Place("contact", "en", "nobody"), "New", reason="x", by=hand(told.ada))
    with pytest.raises(Refused, match="nothing"):
        rewording.withdraw(told.bakery, Place("contact", "ru"), reason="x", by=hand(told.ada))


def test_an_edit_after_the_approval_voids_it(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(4))
    sending = planned(case, cast.ada)
    ada, top = browser(cast.ada), f"/case/{case.number}/sendings/{sending.number}/"
    ada.post(f"{top}ask/", {"reason": "they have to know"})
    asks.answer(case.asks.get(), approved=True, reason="", by=hand(cast.ben))
    keep(cast, MINE)
    said = ada.post(f"{top}go/", follow=True).content.decode()
    assert "Facts or words changed since this was fixed" in said
    assert "Words of the letters were changed after this was fixed" in ada.get(top).content.decode()
    assert Sending.objects.get(id=sending.id).standing == Standing.READY
    assert not box.got
    sendings.drop(sending, by=hand(cast.ada))
    anew = planned(case, cast.ada)
    assert anew.wording_sha256 != sending.wording_sha256
    with pytest.raises(Refused, match="no_approval"):
        sendings.go(anew, by=hand(cast.ada))


def test_a_sending_fixes_it_in_the_words_of_the_case(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(3))
    keep(cast, MINE)
    sending = planned(case, cast.ada)
    english = [one for one in sendings.letters_of(sending) if one.language == "en"]
    assert english
    assert all(
        "Ring us on" in "".join(map(str, one.text)) and "Ring us on" in "".join(map(str, one.html)) for one in english
    )


def test_a_text_that_a_check_stops_goes_by_no_door(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(3))
    keep(cast, "Write to us.")
    with pytest.raises(Refused, match="stopped"):
        planned(case, cast.ada)


def test_programs_word_letters_by_the_same_rules(told: Any) -> None:
    ben, top = client(told.ben), f"/cases/{told.bakery.number}/notices/words"
    rows_ = call(ben, "GET", top).json()
    assert {"block": "contact", "language": "en", "letters": 6, "own": 0} in rows_
    read = call(ben, "GET", f"{top}/contact/en").json()
    assert "{reach.phone}" in read["shipped"]
    assert "reach.phone" in read["holes"]
    looked = call(ben, "POST", f"{top}/contact/en/look", text="Write to us.").json()
    assert (looked["letters"], looked["people"], looked["following"]) == (6, 347, 0)
    assert all(any("contact" in code for code in one["fresh"]) for one in looked["variants"])
    assert all(one["musts_met"] < one["musts"] for one in looked["variants"])
    kept = call(ben, "PUT", f"{top}/contact/en", text=MINE, reason="counsel", before="").json()
    assert kept["texts"][0]["text"] == MINE
    assert call(ben, "PUT", f"{top}/contact/en", text="{x}", reason="y").json()["refused"] == "words.refused.hole"
    assert call(ben, "PUT", f"{top}/contact/en", text="a", reason="y", before="").json()["refused"] == (
        "words.refused.meanwhile"
    )
    assert call(ben, "GET", f"{top}/sender/en").status_code == 404
    back = call(ben, "POST", f"{top}/contact/en/withdraw", reason="ours").json()
    assert [one["last"] for one in back["texts"]] == [True, False]
    assert call(client(told.cara), "PUT", f"{top}/contact/en", text=MINE, reason="x").status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_block_is_listed_by_what_it_is_for(language: str) -> None:
    named = sayings.words(language).sayings
    assert not [one for one in rewording.blocks(the_library()) if f"words.blocks.{one}" not in named]
