"""A letter on paper says what was approved, word for word, and the address of this person below their name."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify import paper
from breachdesk.notify.compose import compose
from breachdesk.notify.draw import Press, as_text
from breachdesk.notify.library import our_library
from breachdesk.notify.mould import Mould, Unfilled, gapped, mould
from breachdesk.notify.values import Person
from breachdesk.notify.wording import Sender, Wording, read_wording
from tests.notify.bakery import FACTS, brief, cohort
from tests.notify.mail import read_pages

DAY = date(2026, 11, 24)
PRESS = Press(words=our_library().phrases)
COHORTS = {
    "us-ca": cohort("US-CA", "name", "email", "gov_id.us.ssn", "login.password_hash"),
    "ru": cohort("RU", "name", "phone", "gov_id.ru.passport"),
    "de": cohort("DE", "name", "email", "phone", "card.number"),
    "minor": replace(cohort("DE", "name", "email"), minor=True),
}
ADDRESS = ("Musterstr. 5", "10115 Berlin")


def fixed(who: str, language: str) -> Mould:
    """As it is read from the document that two people approved."""
    one = mould(gapped(COHORTS[who], language, brief()), PRESS, on_paper=True)
    said = Wording(Sender({"en": "Bakery"}, "a@b.example", "", "back", "b.example"), (one,), "DE")
    read = read_wording(said.written())
    assert read == said
    return read.letters[0]


MOULDS = {(who, language): fixed(who, language) for who in COHORTS for language in LANGUAGES}


def person(who: str, name: str, address: tuple[str, ...] = ADDRESS) -> Person:
    samples = dict.fromkeys(COHORTS[who].elements[1:3], ("•••• 1234", "a•••@x.example"))
    return Person(name, address, samples, "7K2M-9QXT-1")


@pytest.mark.parametrize("name", ["Ada Bäcker", "Пётр Иванов", "O'Hara & <Sons>", "\ue000code0\ue001", "#{7*7} $x$"])
@pytest.mark.parametrize(("who", "language"), MOULDS)
def test_what_is_cast_for_paper_is_what_is_composed_for_it(who: str, language: str, name: str) -> None:
    one = person(who, name)
    facts = {**FACTS, "time.individual_notice_planned": DAY.isoformat()}
    bare = replace(one, name=name.replace("\ue000", "").replace("\ue001", ""))
    meant = compose(COHORTS[who], language, brief(facts), person=bare)
    cast = paper.cast(MOULDS[who, language], one, DAY)
    assert PRESS.data(cast) == PRESS.data(meant)
    assert as_text(replace_address(cast), width=None) == MOULDS[who, language].cast(one, DAY).text


def replace_address(notice: Any) -> Any:
    """The letter as it goes by mail, which names no address."""
    said = {line for block in notice.blocks for line in getattr(block, "spans", ()) if line.text in ADDRESS}
    return replace(notice, blocks=tuple(one for one in notice.blocks if not said & set(getattr(one, "spans", ()))))


@pytest.mark.parametrize(("who", "language"), MOULDS)
def test_the_pdf_says_what_was_approved_up_to_its_lines(who: str, language: str) -> None:
    one = person(who, "Ada Example", ())
    approved = MOULDS[who, language]
    printed = PRESS.pdf(paper.cast(approved, one, DAY), sender="Bakery North Ltd")
    assert printed.accessible
    read = " ".join(re.sub(r"\S+ \d+ / \d+$", "", page.said.strip()) for page in read_pages(printed.content))
    assert bare(read) == bare(approved.cast(one, DAY).text)


def bare(text: str) -> str:
    """Without lines, and without what marks a point of a list or underlines a heading."""
    text = re.sub(r"^[=-]{2,}$|^(- |\d+\. )", "", text, flags=re.MULTILINE)
    return re.sub(r"[\s•‣]+|(?<!\d)\d{1,2}\.(?=\s)", "", text)


def test_what_was_fixed_for_mail_alone_goes_on_no_paper_and_is_the_same_document() -> None:
    one = mould(gapped(COHORTS["de"], "en", brief()), PRESS)
    said = Wording(Sender({"en": "Bakery"}, "a@b.example", "", "back", "b.example"), (one,))
    assert not any(name in said.written() for name in (b'"blocks"', b'"posted_in"'))
    assert read_wording(said.written()) == said
    with pytest.raises(ValueError, match="paper"):
        paper.cast(one, person("de", "Ada"), DAY)


def test_nobody_gets_a_letter_without_a_name() -> None:
    with pytest.raises(Unfilled):
        paper.cast(MOULDS["de", "en"], person("de", " "), DAY)
