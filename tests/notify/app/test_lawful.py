"""Who is told by a way that their law does not name is not told, as that law goes."""

from typing import Any

import pytest

from breachdesk.case.app.models import Case
from breachdesk.law.app.models import Deadline
from breachdesk.notify.app import lawful, ledger, pens, sendings, tasks
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, Met, Sending, Stage, Standing
from breachdesk.notify.app.writing import Letters
from breachdesk.notify.centre import Centre
from breachdesk.notify.states import Channel, State
from breachdesk.notify.ways import Accepts, accepts
from tests.cast import browser, hand
from tests.law.app.bakery import answer, judge
from tests.notify.app.sending import case_with, going, planned
from tests.notify.app.test_fulfilling import states
from tests.web.test_api import call, client

HEAD = "id,name,email,phone,ssn,street,city,state,country\n"
DUTY = "us.ca.individuals"
BY_TEXT = (Channel.SMS, Channel.LETTER)


@pytest.fixture
def california(cast: Any, settings_of: Any) -> Case:
    """Five people in Los Angeles, whom California wants told by letter or e-mail, and one in Berlin."""
    settings_of(GATEWAY=Centre("127.0.0.1", 1, False, "desk"), SMS_FROM="Bakery", SMS_PER_SECOND=None)
    people = [
        f"{n},Ada Example{chr(97 + n)},ada{n}@d.example,+1 213 555 01{n:02},078-05-11{n:02},{n} Main Street,"
        "Los Angeles,CA,US\n"
        for n in range(1, 6)
    ]
    people.append("9,Ada Examplez,ada9@d.example,+49 1512 3456789,078-05-1199,Musterstr. 1,10115 Berlin,,DE\n")
    case = case_with(cast, (HEAD + "".join(people)).encode())
    answer(
        case, entity__role="controller", entity__kinds=["business"], breach__personal_data=True,
        breach__confidentiality=True, breach__confirmed="confirmed", data__encrypted=False,
    )  # fmt: skip
    judge(case)
    return case


def told(sending: Sending, state: State = State.DELIVERED) -> None:
    """Everybody who waits in it is."""
    rows = Delivery.objects.filter(sending=sending, last=True, state=State.QUEUED)
    words = [Word(one, state) for one in rows.values_list("id", flat=True)]
    ledger.tell(sending, words, source="hand", by=pens.hand())
    sendings.settle(sending, by=pens.hand())


def under(sending: Sending) -> list[tuple[str, str, str, int]]:
    looked = lawful.look(sending, sendings.letters_of(sending))
    assert looked is not None
    rows = (*looked.refused, *looked.on_condition)
    return [(one.rule.id, one.channel.value, one.accepts.value, one.people) for one in rows]


def test_it_is_said_before_anybody_approves_it_with_what_to_do(cast: Any, california: Case) -> None:
    sending = planned(california, cast.ada, channels=BY_TEXT)
    assert under(sending) == [("us-ca", "sms", "no", 5)]
    top = f"/case/{california.number}/sendings/{sending.number}/"
    page = browser(cast.ben).get(top).content.decode()
    assert "the first way that would reach them is one that their law does not name" in page
    assert "California" in page
    assert "Put the letter first" in page
    assert "It names: letter by post; e-mail (only as the federal E-SIGN Act allows" in page
    assert "1 person: their law names no way" in page
    assert "Поставьте письмо первым" in browser(cast.ben, "ru").get(top).content.decode()
    said = call(client(cast.ben), "GET", f"/cases/{california.number}/sendings/{sending.number}/lawful").json()
    assert said["sent"] is False
    assert said["silent"] == 1
    assert said["under"] == [
        {"rule": "us-ca", "channel": "sms", "people": 5, "accepts": "no", "only": "", "ways": ["post", "email"]}
    ]


def test_the_letter_first_or_a_mail_that_its_law_takes_on_a_condition_is_no_fault(cast: Any, california: Case) -> None:
    letter = planned(california, cast.ada, channels=(Channel.LETTER, Channel.SMS))
    assert under(letter) == []
    assert b'id="lawful"' not in browser(cast.ben).get(
        f"/case/{california.number}/sendings/{letter.number}/"
    ).content  # fmt: skip
    sendings.drop(letter, by=hand(cast.ada))
    mail = planned(california, cast.ada, channels=(Channel.EMAIL,))
    assert under(mail) == [("us-ca", "email", "if", 5)]
    page = browser(cast.ben).get(f"/case/{california.number}/sendings/{mail.number}/").content.decode()
    assert "1 law accepts this way on a condition" in page
    assert "does not name" not in page


def test_a_warning_may_go_as_it_likes(cast: Any, california: Case) -> None:
    warning = planned(california, cast.ada, channels=BY_TEXT, stage=Stage.EARLY)
    assert lawful.look(warning, sendings.letters_of(warning)) is None


def test_who_was_told_by_text_is_not_told_as_the_law_goes_and_a_letter_goes_to_them_again(
    cast: Any, california: Case
) -> None:
    assert Deadline.objects.filter(case=california, duty=DUTY, verdict="owed").exists()
    by_text = going(cast, planned(california, cast.ada, channels=BY_TEXT))
    assert DUTY in by_text.duties  # whom no text reaches gets the letter
    told(by_text)
    assert Sending.objects.get(id=by_text.id).standing == Standing.ENDED
    states(california)
    assert not Met.objects.filter(case=california, duty=DUTY).exists()
    tasks.going(timestamp=0)
    page = browser(cast.ben).get(f"/case/{california.number}/sendings/{by_text.number}/").content.decode()
    assert "These people were told by a way that their law does not name" in page

    again = planned(california, cast.ada, channels=(Channel.LETTER,))
    assert again.people == 5
    assert again.left_out == {"told_already": 1}
    told(going(cast, again))
    states(california)
    met = Met.objects.get(case=california, duty=DUTY)
    assert met.people == 5


def test_a_text_more_does_not_go_to_who_had_one(cast: Any, california: Case) -> None:
    told(going(cast, planned(california, cast.ada, channels=BY_TEXT)))
    again = planned(california, cast.ada, channels=(Channel.SMS,), slugs=[Letters(california).cohorts[0].slug])
    assert again.people == 0
    assert DUTY not in again.duties


def test_a_public_notice_in_place_of_letters_counts_whatever_the_way(cast: Any, california: Case) -> None:
    by_text = going(cast, planned(california, cast.ada, channels=(Channel.SMS,)))
    told(by_text, State.REFUSED)
    sendings.substitute(by_text, reason="on our page since noon", by=hand(cast.ada))
    states(california)
    assert Met.objects.get(case=california, duty=DUTY).people == 5


def test_a_law_that_names_no_way_takes_any(california: Case) -> None:
    letters = Letters(california)
    places = {one.residence: one.slug for one in letters.cohorts}
    narrow = lawful.narrow(letters)
    assert narrow == {places["US-CA"]: {Channel.LETTER, Channel.EMAIL}}
    assert Accepts.NO not in {accepts(letters.library.rules["gdpr"], one)[0] for one in Channel}
