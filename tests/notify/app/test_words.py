"""Counsel words the letters: seen before it is kept, in every letter after it, and never in what was approved."""

import io
from typing import Any

import pikepdf
import pytest

from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Ask
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.notify.app import caring, published, rewording, sendings, trying
from breachdesk.notify.app.models import OwnText, Sending, Standing
from breachdesk.notify.app.publishing import Texts
from breachdesk.notify.app.rewording import Place
from breachdesk.notify.app.writing import Letters, the_wordable
from breachdesk.notify.centre import Centre
from breachdesk.notify.short import short_text
from breachdesk.notify.smtp import Relay
from breachdesk.notify.states import Channel
from breachdesk.web import sayings
from tests.cast import AT, browser, hand
from tests.law.app.bakery import judge, lay
from tests.notify.app.sending import WITH_CODE, case_with, planned, rows
from tests.notify.app.test_pages import PEOPLE
from tests.notify.app.test_public_pages import SPOKEN
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


@pytest.fixture
def sms(settings_of: Any) -> None:
    settings_of(GATEWAY=Centre("127.0.0.1", 1, False, "desk"), SMS_FROM="Bakery", SMS_PER_SECOND=None)


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
    assert "Words of our texts were changed after this was fixed" in ada.get(top).content.decode()
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
    assert {"block": "contact", "language": "en", "texts": 8, "own": 0} in rows_
    read = call(ben, "GET", f"{top}/contact/en").json()
    assert "{reach.phone}" in read["shipped"]
    assert "reach.phone" in read["holes"]
    looked = call(ben, "POST", f"{top}/contact/en/look", text="Write to us.").json()
    assert (looked["letters"], looked["public"], looked["people"], looked["following"]) == (6, 2, 347, 0)
    assert [one["form"] for one in looked["variants"]] == ["letter"] * 6 + ["public"] * 2
    assert all(any("contact" in code for code in one["fresh"]) for one in looked["variants"])
    assert all(one["musts_met"] < one["musts"] for one in looked["variants"])
    kept = call(ben, "PUT", f"{top}/contact/en", text=MINE, reason="counsel", before="").json()
    assert kept["texts"][0]["text"] == MINE
    assert call(ben, "PUT", f"{top}/contact/en", text="{x}", reason="y").json()["refused"] == "words.refused.hole"
    assert call(ben, "PUT", f"{top}/contact/en", text="a", reason="y", before="").json()["refused"] == (
        "words.refused.meanwhile"
    )
    assert call(ben, "GET", f"{top}/sender/en").status_code == 404
    assert call(ben, "GET", f"{top}/public-nothing/en").status_code == 404
    holes = call(ben, "GET", f"{top}/short-read/en").json()["holes"]
    assert "where" in holes
    assert "code" not in holes
    looked = call(ben, "POST", f"{top}/short-read/en/look", text="Read {where} today.").json()
    assert (looked["letters"], looked["short"], looked["public"]) == (0, 6, 0)
    assert all("Read example.org/incident" in one["text"] for one in looked["variants"])
    looked = call(ben, "POST", f"{top}/public-lead-taken/ru/look", text="Просим прощения.", slug="press").json()
    assert [(one["form"], one["slug"]) for one in looked["variants"]] == [("public", "press")]
    assert "Просим прощения." in looked["variants"][0]["text"]
    back = call(ben, "POST", f"{top}/contact/en/withdraw", reason="ours").json()
    assert [one["last"] for one in back["texts"]] == [True, False]
    assert call(client(told.cara), "PUT", f"{top}/contact/en", text=MINE, reason="x").status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_block_is_listed_by_what_it_is_for(language: str) -> None:
    named = sayings.words(language).sayings
    assert not [one for one in the_wordable().blocks if f"words.blocks.{one}" not in named]


def test_a_text_message_says_it_in_the_words_of_the_case_and_is_looked_at_first(told: Any) -> None:
    ben, read = browser(told.ben), where(told, "short-read")
    looked = ben.post(read, {"deed": "look", "text": "Read {where} today.", "scope": "all"}).content.decode()
    assert "It stands in 6 text messages, to 347 people" in looked
    assert looked.count("Read example.org/incident") == 6
    assert "2 parts" in looked
    ben.post(read, {"deed": "keep", "text": "Read {where} today.", "scope": "all", "reason": "plainer"})
    letters = Letters(told.bakery)
    said = [short_text(letters.short(one, "en")) for one in letters.cohorts]
    assert all("Read example.org/incident" in one for one in said)
    assert "Read" not in short_text(letters.short(letters.cohorts[0], "ru"))
    ben.post(read, {"deed": "withdraw", "scope": "all", "reason": "ours is better"})
    assert "What to do:" in short_text(Letters(told.bakery).short(letters.cohorts[0], "en"))


@pytest.mark.parametrize(
    ("block", "text", "code"),
    [
        ("short-read", "Read {where} " + "and take your time " * 40, "short.parts"),
        ("short-lead-taken", "Data was stolen: {names}.", "short.sender"),
        ("short-lead-taken", "{sender}: your data was stolen.", "short.names"),
        ("short-read", "Read your letter.", "short.where"),
        ("short-read", "Log in: https://example.org/login", "short.link"),
        ("short-read", "Read bit.ly/3abc or {where}.", "short.link"),
        ("short-read", "Read {where} or help.other.example.", "short.link"),
        ("short-read", "Read {where}. {organisation.emergency}", None),
        ("short-read", "- Read {where}", None),
        ("short-read", "{code} at {where}", None),
    ],
)
def test_a_text_message_that_would_not_do_is_shown_and_goes_by_no_door(
    cast: Any, sms: Any, block: str, text: str, code: str | None
) -> None:
    case = case_with(cast, rows(3))
    place = Place(block, "en")
    if code is None:
        with pytest.raises(Refused):
            rewording.reword(case, place, text, reason="x", by=hand(cast.ben))
        return
    sending = planned(case, cast.ada, channels=[Channel.SMS, Channel.PHONE])
    asked = sendings.ask(sending, reason="they have to know", by=hand(cast.ada))
    asks.answer(asked, approved=True, reason="", by=hand(cast.ben))
    top = f"/cases/{case.number}/notices/words/{block}/en"
    looked = call(client(cast.ben), "POST", f"{top}/look", text=text).json()
    full = [one for one in looked["variants"] if not one["early"]]
    assert full
    assert all(code in one["fresh"] and not one["ready"] for one in full)
    rewording.reword(case, place, text, reason="x", by=hand(cast.ben))
    with pytest.raises(Refused, match="stopped_text"):
        sendings.go(sending, by=hand(cast.ada))
    sendings.drop(sending, by=hand(cast.ada))
    with pytest.raises(Refused, match="stopped_text"):
        planned(case, cast.ada, channels=[Channel.SMS, Channel.PHONE])


def test_words_of_a_text_message_void_its_approval_and_go_in_the_next(cast: Any, sms: Any) -> None:
    case = case_with(cast, rows(3))
    sending = planned(case, cast.ada, channels=[Channel.SMS, Channel.PHONE])
    asked = sendings.ask(sending, reason="they have to know", by=hand(cast.ada))
    asks.answer(asked, approved=True, reason="", by=hand(cast.ben))
    rewording.reword(case, Place("short-read", "en"), "Read {where} today.", reason="x", by=hand(cast.ben))
    with pytest.raises(Refused, match="worded_anew"):
        sendings.go(sending, by=hand(cast.ada))
    sendings.drop(sending, by=hand(cast.ada))
    anew = planned(case, cast.ada, channels=[Channel.SMS, Channel.PHONE])
    assert all("Read example.org/incident" in one.short for one in sendings.letters_of(anew) if one.language == "en")


def test_a_text_for_everybody_says_it_in_the_words_of_the_case_in_all_of_them_or_in_one(told: Any) -> None:
    ben, lead = browser(told.ben), where(told, "public-lead-taken")
    mine = "Somebody copied personal data. Protecting it is our responsibility, and we are sorry."
    looked = ben.post(lead, {"deed": "look", "text": mine, "scope": "all"}).content.decode()
    assert "It stands in 3 texts for everybody" in looked
    assert all(f"<summary>{one}" in looked for one in ("Statement to the press", "Briefing", "Script"))
    ben.post(lead, {"deed": "keep", "text": mine, "scope": "all", "reason": "x"})
    press = "Our shop was robbed. Protecting data is our responsibility, and we are sorry."
    ben.post(lead, {"deed": "keep", "text": press, "scope": "slug:press", "reason": "x"})
    texts = Texts(told.bakery, AT)
    assert press in said_in(texts, "press")
    assert mine not in said_in(texts, "press")
    assert mine in said_in(texts, "staff")
    assert mine in said_in(texts, "call")
    assert mine not in said_in(texts, "staff", "ru")
    shown = ben.get(f"/case/{told.bakery.number}/notices/public/press/en/").content.decode()
    assert "?scope=slug%3Apress" in shown
    assert "only in: Statement to the press" in ben.get(lead).content.decode()
    assert "Statement to the press" in ben.get(lead).content.decode()
    with pytest.raises(Refused, match="no_cohort"):
        rewording.reword(told.bakery, Place("public-lead-taken", "en", "banner"), "x", reason="x", by=hand(told.ben))
    with pytest.raises(Refused, match="no_rule"):
        rewording.reword(
            told.bakery, Place("public-lead-taken", "en", "", "us-ca"), "x", reason="x", by=hand(told.ben)
        )  # fmt: skip


def said_in(texts: Texts, kind: str, language: str = "en") -> str:
    spoken = texts.spoken(kind, language)
    assert spoken is not None
    return spoken.post


@pytest.mark.parametrize(
    ("block", "text", "kind", "code"),
    [
        ("public-social-taken", "We are sorry. " * 30, "social", "public.length"),
        ("public-banner-sorry", "Something happened.", "banner", "public.acknowledgement.1"),
        ("public-social-taken", "Protecting data is our responsibility. We are sorry.", "social", "public.action.1"),
        ("measures", "Dear {recipient.name}, we closed it.", "press", "public.personal"),
        ("public-press-head", "Card 4111 1111 1111 1111", "press", "all.values"),
    ],
)
def test_a_text_for_everybody_that_would_not_do_is_shown_and_goes_by_no_door(
    cast: Any, block: str, text: str, kind: str, code: str
) -> None:
    lay(cast.bakery, {**FACTS, "people": PEOPLE, "organisation": SPOKEN, "breach.exfiltration": "yes"})
    judge(cast.bakery)
    up = published.put_up(cast.bakery, kind, "en", reason="they have to know", by=hand(cast.ada))
    asked = Ask.objects.get(deed=asks.PUBLISH)
    asks.answer(asked, approved=True, reason="", by=hand(cast.ben))
    top = f"/cases/{cast.bakery.number}/notices/words/{block}/en"
    looked = call(client(cast.ben), "POST", f"{top}/look", text=text).json()
    (found,) = [one for one in looked["variants"] if one["slug"] == kind]
    assert code in found["fresh"]
    assert not found["ready"]
    rewording.reword(cast.bakery, Place(block, "en"), text, reason="x", by=hand(cast.ben))
    with pytest.raises(Refused, match="stopped"):
        published.release(up, by=hand(cast.ada))
    with pytest.raises(Refused, match="stopped"):
        published.put_up(cast.bakery, kind, "en", reason="they have to know", by=hand(cast.ada))
    with pytest.raises(Refused, match="stopped"):
        published.ask(up, reason="they have to know", by=hand(cast.ada))


def test_a_block_of_a_public_notice_can_be_for_its_law_alone(told: Any) -> None:
    place = Place("public-posting-date", "en", "", "us-ca")
    text = "Published by our counsel on {organisation.public_notice.on}."
    kept = rewording.reword(told.bakery, place, text, reason="x", by=hand(told.ben))
    assert kept.rule == "us-ca"
    assert "Published by our counsel" in said_in(Texts(told.bakery, AT), "posting-us-ca")


def test_letters_to_next_of_kin_are_among_what_is_looked_at(cast: Any) -> None:
    case = case_with(cast, rows(3))
    place, text = Place("lead-taken-kin", "en"), "We are sorry to write to you now."
    assert trying.touched(Texts(case, AT), rewording.tried(Letters(case), place, text)[1]).texts == 0
    caring.mind(case, "ada1@d1.example", "deceased", reason="a relative rang", by=hand(cast.ada))
    found = trying.touched(Texts(case, AT), rewording.tried(Letters(case), place, text)[1])
    assert (found.letters, found.people) == (1, 0)
    page = browser(cast.ben).post(where(cast, "lead-taken-kin"), {"deed": "look", "text": text, "scope": "all"})
    assert "to their next of kin" in page.content.decode()
    assert text in page.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_block_could_be_kept_as_it_is(language: str) -> None:
    wordable = the_wordable()
    assert len(wordable.blocks) == len(set(wordable.blocks)) > 120
    for name in wordable.blocks:
        shipped = wordable.shipped(name, language)
        assert shipped
        assert wordable.read(name, shipped)[0] == shipped
