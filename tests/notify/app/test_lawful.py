"""Who is told by a way that their law does not name is not told, as that law goes."""

import html
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from breachdesk.case.app.models import Case
from breachdesk.law.app.models import Deadline
from breachdesk.notify.app import lawful, ledger, pens, sendings, tasks
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, Met, Sending, Stage, Standing
from breachdesk.notify.app.writing import Letters
from breachdesk.notify.centre import Centre
from breachdesk.notify.states import Channel, State
from breachdesk.notify.ways import Accepts, accepts
from breachdesk.scope.app import actions as scope
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


def shown(who: Any, case: Case, *channels: str, **more: Any) -> str:
    """What the page on which a sending is planned says of these ways."""
    said = {"stage": "full", "channels": channels, "deed": "look", **more}
    page = html.unescape(who.post(f"/case/{case.number}/sendings/new/", said).content.decode())
    return page.partition('id="foreseen"')[2].partition("<fieldset")[0]


def test_where_it_is_planned_the_page_says_which_way_comes_too_soon_and_what_to_put_before_it(
    cast: Any, california: Case
) -> None:
    ada = browser(cast.ada)
    said = shown(ada, california, "sms", "letter")
    assert "Put “letter” before “text message”." in said
    assert "California (US), 5 people: their law does not name “text message”" in said
    assert "It names: letter by post; e-mail (only as the federal E-SIGN Act allows" in said
    assert "1 person: their law names no way" in said
    assert "Germany" not in said
    assert "Choose “letter” as well, and put it before “text message”." in shown(ada, california, "sms", "phone")
    assert "Поставьте «бумажное письмо» перед «СМС»." in shown(browser(cast.ada, "ru"), california, "sms", "letter")
    assert not Sending.objects.filter(case=california).exists()  # who looks plans nothing


def test_it_says_nothing_where_nothing_is_to_be_done(cast: Any, california: Case) -> None:
    ada = browser(cast.ada)
    berlin = next(one.slug for one in Letters(california).cohorts if one.residence == "DE")
    for said in (
        shown(ada, california, "letter", "email", "sms"),
        shown(ada, california, "sms", "letter", stage="early"),
        shown(ada, california, "sms", "letter", slugs=[berlin]),
        shown(ada, california, "sms", "letter", places=["DE"]),
        shown(ada, california),
    ):
        assert "law" not in said


def test_a_condition_is_asked_of_whoever_plans_and_of_whoever_approves(cast: Any, california: Case) -> None:
    asked = "Did these people agree to electronic notices, as the federal E-SIGN Act (15 U.S.C. 7001) requires?"
    page = html.unescape(browser(cast.ada).get(f"/case/{california.number}/sendings/new/").content.decode())
    assert asked in page  # it stands there before anything is chosen: e-mail is what is proposed
    assert "California (US), 5 people: their law names “e-mail” only on this condition" in page
    assert "Choose “letter” as well, and put it before “e-mail”." in page
    whole = shown(browser(cast.ada), california, "email", "sms", "letter")
    assert asked in whole
    assert "Put “letter” before “e-mail”." in whole
    assert "Put “letter” before “text message”." in whole  # for whom no e-mail reaches
    mail = planned(california, cast.ada, channels=(Channel.EMAIL,))
    top = f"/case/{california.number}/sendings/{mail.number}/"
    assert asked in html.unescape(browser(cast.ben).get(top).content.decode())
    assert "Согласились ли эти люди на электронные извещения" in browser(cast.ben, "ru").get(top).content.decode()


def test_ways_go_in_the_order_in_which_they_are_chosen(cast: Any, california: Case) -> None:
    said = {"stage": "full", "channels": ["letter", "", "email", "letter"], "quiet": "on", "deed": "plan"}
    assert browser(cast.ada).post(f"/case/{california.number}/sendings/new/", said).status_code == 302
    assert Sending.objects.get(case=california).channels == ["letter", "email"]


def test_in_a_browser_it_follows_the_choice(cast: Any, california: Case, live: Any, chrome: Any) -> None:
    with chrome.new_context(locale="en") as context:
        page = context.new_page()
        live.sign_in(page, cast.ada)
        page.goto(f"{live.url}/case/{california.number}/sendings/new/")
        ways = page.get_by_role("group", name="By which ways").get_by_role("combobox")
        said = page.locator("#foreseen")
        assert "E-SIGN" in said.inner_text()
        for place, way in enumerate(("sms", "letter")):
            ways.nth(place).select_option(way)
        said.get_by_text("Put “letter” before “text message”.").wait_for()
        assert "E-SIGN Act (15" not in said.inner_text()
        ways.nth(0).select_option("letter")
        said.locator(".mind").wait_for(state="detached")
        assert said.inner_text().strip() == ""


def test_the_api_says_the_same_before_a_sending_is_planned(cast: Any, california: Case) -> None:
    ben, path = client(cast.ben), f"/cases/{california.number}/lawful"
    row = {"residence": "US-CA", "rule": "us-ca", "people": 5, "better": "letter", "ways": ["post", "email"]}
    assert call(ben, "GET", f"{path}?channels=sms&channels=letter").json() == {
        "silent": 1,
        "ahead": [{**row, "channel": "sms", "accepts": "no", "only": "", "chosen": True}],
    }
    assert call(ben, "GET", path).json()["ahead"] == [
        {**row, "channel": "email", "accepts": "if", "only": "esign", "chosen": False}
    ]
    assert call(ben, "GET", f"{path}?channels=letter").json() == {"silent": 1, "ahead": []}
    assert call(ben, "GET", f"{path}?channels=sms&stage=early").json() == {"silent": 0, "ahead": []}
    assert call(ben, "GET", f"{path}?slugs=nobody").status_code == 409


def test_the_page_reads_nobody_s_row_for_it(cast: Any, california: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, here = browser(cast.ada), f"/case/{california.number}/sendings/new/"

    def asked(channels: tuple[str, ...]) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            shown(ada, california, *channels)
        return [one["sql"] for one in queries]

    assert ada.get(here).status_code == 200
    monkeypatch.setattr(scope, "people_of", None)  # whoever opened the list would fail
    few, many = asked(()), asked(("email", "sms", "letter", "phone"))
    assert len(many) <= len(few) + 2  # the last judgement, and its document when it is not in memory
    assert not [one for one in many if "notify_delivery" in one]


def test_a_law_that_names_no_way_takes_any(california: Case) -> None:
    letters = Letters(california)
    places = {one.residence: one.slug for one in letters.cohorts}
    narrow = lawful.narrow(letters)
    assert narrow == {places["US-CA"]: {Channel.LETTER, Channel.EMAIL}}
    assert Accepts.NO not in {accepts(letters.library.rules["gdpr"], one)[0] for one in Channel}
