"""A letter cast from its mould is the letter composed for that person; as an e-mail it is what Python itself reads."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify.blocks import Kind, texts_of
from breachdesk.notify.brief import Brief
from breachdesk.notify.compose import compose
from breachdesk.notify.draw import Press, as_text
from breachdesk.notify.library import our_library
from breachdesk.notify.message import BadMessage, Frame, writer
from breachdesk.notify.mould import Cast, Mould, Unfilled, gapped, mould
from breachdesk.notify.organisation import Organisation
from breachdesk.notify.shapes import Notice
from breachdesk.notify.values import Person
from breachdesk.notify.wording import BadWording, Sender, Wording, read_wording
from tests.notify.bakery import FACTS, brief, cohort

DAY = date(2026, 11, 24)
PRESS = Press(words=our_library().phrases)
COHORTS = {
    "us-ca": cohort("US-CA", "name", "email", "gov_id.us.ssn", "card.number", "login.password_hash"),
    "ru": cohort("RU", "name", "phone", "gov_id.ru.passport", "gov_id.ru.snils"),
    "de": cohort("DE", "name", "email", "phone", "card.number"),
}
NAMES = ["Ada Bäcker", "Пётр Иванов", "O'Hara & <Sons>", "{organisation.name}", "a" * 200, "שרה לוי", 
         "\ue000name0\ue001", "x\u202egpj\x1b[31m", "{{7*7}}", "  two   spaces  "]  # fmt: skip


def written(who: str, language: str) -> Notice:
    return gapped(COHORTS[who], language, brief())


NOTICES = {(who, language): written(who, language) for who in COHORTS for language in LANGUAGES}
MOULDS = {name: mould(notice, PRESS) for name, notice in NOTICES.items()}


def composed(who: str, language: str, person: Person) -> Cast:
    facts = {**FACTS, "time.individual_notice_planned": DAY.isoformat()}
    notice = compose(COHORTS[who], language, brief(facts), person=person)
    return Cast(as_text(notice, width=None), PRESS.html(notice))


def person_of(who: str, name: str, sample: str, some: int) -> Person:
    elements = COHORTS[who].elements
    return Person(name, samples=dict.fromkeys(elements[:some], (sample, "•••• 1")), code="7K2M-9QXT-1")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", COHORTS)
def test_what_is_cast_is_what_is_composed(who: str, language: str, name: str) -> None:
    person = person_of(who, name, "•••• 1234", 2)
    cast = MOULDS[who, language].cast(person, DAY)
    if "\ue000" not in name:
        assert cast == composed(who, language, person)
    assert "\ue000" not in cast.text + cast.html
    assert "<Sons>" not in cast.html
    assert "\u202e" not in cast.text + cast.html


@settings(max_examples=60)
@given(st.text(min_size=1).filter(lambda one: one.strip()), st.text(), st.integers(0, 4))
def test_whatever_people_are_called(name: str, sample: str, some: int) -> None:
    person = person_of("ru", name, sample, some)
    try:
        cast = MOULDS["ru", "ru"].cast(person, DAY)
    except Unfilled:
        return
    if not set(name + sample) & set("\ue000\ue001"):
        assert cast.text == composed("ru", "ru", person).text


def test_a_person_without_a_name_gets_no_letter_cast() -> None:
    for name in ("", "  ", "\u200b", "\x00"):
        with pytest.raises(Unfilled, match="name"):
            MOULDS["de", "en"].cast(Person(name, code="x"), DAY)


def test_a_letter_that_speaks_of_a_code_is_not_cast_without_one() -> None:
    for one in MOULDS.values():
        if one.needs_code:
            with pytest.raises(Unfilled, match="code"):
                one.cast(Person("Ada"), DAY)
        else:
            one.cast(Person("Ada"), DAY)


@pytest.mark.parametrize(("who", "language"), MOULDS)
def test_the_mould_has_a_place_for_all_that_is_ones_own_and_no_other_slot(who: str, language: str) -> None:
    assert not texts_of(NOTICES[who, language].blocks, Kind.SLOT)


def test_what_was_approved_is_cast_whatever_became_of_the_facts() -> None:
    """A wording comes back from its document as it was, to the letter."""
    names = {"en": "Bakery North", "ru": "Пекарня Север"}
    said = Wording(Sender(names, "a@x.example", "", "back", "x.example"), tuple(MOULDS.values()))
    again = read_wording(said.written())
    assert again == said
    assert again.digest == said.digest
    assert replace(said, letters=said.letters[1:]).digest != said.digest
    person = person_of("ru", "Пётр Иванов", "•••• 1234", 2)
    place = list(MOULDS).index(("ru", "ru"))
    assert again.letters[place].cast(person, DAY) == MOULDS["ru", "ru"].cast(person, DAY)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"format": "breachdesk.wording/2"}', b"\xff"])
def test_what_is_no_wording_is_refused(raw: bytes) -> None:
    with pytest.raises(BadWording):
        read_wording(raw)


def test_what_nobody_has_said_is_found_as_a_blank() -> None:
    bare = gapped(COHORTS["de"], "en", Brief(our_library(), Organisation(), {}))
    assert texts_of(bare.blocks, Kind.BLANK)


# --- as an e-mail


SUBJECT = "Ваши данные похищены: что случилось и что делать"
FRAME = Frame("privacy@bakery.example", "Bäckerei Nord", SUBJECT, "ru", "help@bakery.example")
AT = datetime(2026, 11, 24, 12, 5, tzinfo=UTC)


def message(one: Mould, person: Person, to: str = "ada@people.example") -> bytes:
    return writer(FRAME, one).write(person, DAY, to=to, message_id="<n7k2m@desk.example>", at=AT)


def lines(part: Any) -> str:
    """What it says; its lines end as those of a message do (RFC 2046 4.1.1)."""
    said = part.get_content()
    assert said.count("\n") == said.count("\r\n") == said.count("\r")
    return str(said.replace("\r\n", "\n"))


def contents(raw: bytes) -> tuple[str, str]:
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    text, page = read.get_body(("plain",)), read.get_body(("html",))
    assert text is not None
    assert page is not None
    return lines(text), lines(page)


@settings(max_examples=80)
@given(st.text(min_size=1).filter(lambda one: one.strip()), st.text(), st.integers(0, 5))
def test_what_goes_is_what_is_shown_to_the_letter(name: str, sample: str, some: int) -> None:
    """Encoded once for all and filled for each, or cast whole: the same words, whatever people are called."""
    for (who, _), one in MOULDS.items():
        person = person_of(who, name, sample, some)
        try:
            cast = one.cast(person, DAY)
        except Unfilled:
            return
        assert contents(message(one, person)) == (cast.text, cast.html)


@pytest.mark.parametrize("script", "sж")
@pytest.mark.parametrize("long", range(24))
@pytest.mark.parametrize("static", [0, 1, 2, 119, 120, 121, 122, 123, 300])
def test_wherever_a_value_ends_the_rest_is_read_as_it_is(static: int, long: int, script: str) -> None:
    words = ("é" * static)[: static // 2 + 1] if static > 2 else "x" * static
    parts = ("a" * static, ("name", 0, False), words, ("name", 0, True), script * static, "z")
    one = Mould("de", "DE", "en", "t", ("name",), parts, parts)
    person = Person("n" * (long + 1))
    assert contents(message(one, person))[0] == one.cast(person, DAY).text


@pytest.mark.parametrize(("who", "language"), MOULDS)
def test_python_reads_the_letter_that_was_written(who: str, language: str) -> None:
    person = person_of(who, "Ada Bäcker", "•••• 1234", 3)
    cast = MOULDS[who, language].cast(person, DAY)
    raw = message(MOULDS[who, language], person)
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert not read.defects
    text, page = read.get_body(("plain",)), read.get_body(("html",))
    assert text is not None
    assert page is not None
    assert (lines(text), lines(page)) == (cast.text, cast.html)
    assert (read["From"], read["To"]) == ("Bäckerei Nord <privacy@bakery.example>", "ada@people.example")
    assert read["Subject"] == FRAME.subject
    assert read["Date"].datetime == AT
    assert (read["Message-ID"], read["Auto-Submitted"]) == ("<n7k2m@desk.example>", "auto-generated")
    assert "List-Unsubscribe" not in read


PLAIN = ("Ada", "From Ada", ".", "..", "=", "a=3D", "x" * 400, "a b " * 60, "é" * 90, "a\tb", "-- ", "O'Hara & <Sons>")


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_relay_has_to_change_it(language: str, name: str) -> None:
    """RFC 5322 2.1.1 and RFC 2045: ASCII, CRLF, lines of at most 76, none that begins as an end or as another letter;
    nothing before a line's end that is not seen."""
    parts = (".a\n..\nFrom here\n", ("name", 0, False), "\n", ("name", 0, False), " b \n.\n" + "é. " * 90 + "\n")
    made_up = replace(MOULDS["ru", language], text=(*parts, *MOULDS["ru", language].text))
    for one in (MOULDS["ru", language], made_up):
        person = person_of("ru", name, name, 2)
        raw = message(one, person)
        assert raw.isascii()
        said = raw.split(b"\r\n")
        assert not any(b"\r" in line or b"\n" in line for line in said)
        body = said[said.index(b"") :]
        assert max(map(len, body)) <= 76
        assert not any(line.startswith((b".", b"From ")) or line.endswith((b" ", b"\t")) for line in body)
        assert contents(raw) == one.cast(person, DAY)


def test_english_is_read_as_it_stands_and_russian_goes_in_base64() -> None:
    """Each by what is shorter; and English in base64 looks to filters as if it had something to hide."""
    person = person_of("de", "Ada", "x", 2)
    english, russian = message(MOULDS["de", "en"], person), message(MOULDS["de", "ru"], person)
    assert (english.count(b"quoted-printable"), english.count(b"base64")) == (2, 0)
    assert (russian.count(b"quoted-printable"), russian.count(b"base64")) == (0, 2)
    assert b"\r\nDate of this letter" in english


@pytest.mark.parametrize(
    "to", ["a@x.example\r\nBcc: b@x.example", "a@x.example, b@x.example", "<a@x>", "пётр@x.example"]
)
def test_an_address_cannot_make_a_header_of_its_own(to: str) -> None:
    with pytest.raises(BadMessage):
        message(MOULDS["de", "en"], Person("Ada", code="x"), to=to)


@pytest.mark.parametrize("field", ["sender_name", "subject", "sender", "reply_to"])
def test_a_header_is_one_line(field: str) -> None:
    said = {"sender": "a@x.example", "sender_name": "A", "subject": "S", "language": "en", "reply_to": "b@x.example"}
    with pytest.raises(BadMessage):
        Frame(**{**said, field: "x\r\nBcc: b@x.example"}).head()


def test_no_law_misses_in_a_letter_with_gaps_what_it_finds_in_the_same_letter_without() -> None:
    """California wants the day of the letter: in what is fixed for a sending a gap stands there."""
    for place in ("US-CA", "US-MA", "US-WA", "DE", "RU"):
        people = cohort(place, "name", "gov_id.us.ssn" if place.startswith("US") else "email")
        for language in ("en", "ru"):
            whole = {one.code for one in compose(people, language, brief()).checks if not one.passed}
            assert {one.code for one in gapped(people, language, brief()).checks if not one.passed} <= whole
