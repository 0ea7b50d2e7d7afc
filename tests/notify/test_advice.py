"""Advice: for the elements lost, in the country where the person lives, the urgent first."""

import pytest

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify.advice import choose_steps, rows_serving, steps_for_kin
from breachdesk.notify.library import our_library

ADVICE = our_library().advice


def ids(*elements: str, residence: str = "US-NY", **other: bool) -> list[str]:
    return [step.id for step in choose_steps(ADVICE, elements, residence, "en", **other)]


def test_steps_come_urgent_first_and_never_more_than_seven() -> None:
    steps = choose_steps(ADVICE, ["gov_id.us.ssn", "card.number", "login.password", "health"], "US-CA", "en")
    order = [ADVICE.rules.urgency.index(step.urgency) for step in steps]
    assert order == sorted(order)
    assert len(steps) == 7


def test_a_grave_element_does_not_crowd_out_what_another_needs() -> None:
    chosen = ids("gov_id.us.ssn", "card.number", "login.password")
    assert {"credit_freeze", "card_reissue", "password_change"} <= set(chosen)


def test_a_step_without_help_in_that_country_is_left_out() -> None:
    assert "credit_freeze" in ids("date_of_birth", residence="RU")
    assert "credit_freeze" not in ids("date_of_birth", residence="DE")


def test_a_country_says_a_step_in_its_own_words() -> None:
    (russian, *_) = choose_steps(ADVICE, ["gov_id.ru.passport"], "RU", "ru")
    assert russian.id == "credit_freeze"
    assert "Госуслугах" in russian.text
    assert russian.resources == ("ru_selfban",)


def test_nothing_to_replace_is_said_only_when_nothing_is_to_be_done() -> None:
    assert "no_action" in ids("name", "card.partial")
    assert "no_action" not in ids("name", "login.password")


def test_monitoring_is_named_only_when_it_is_offered() -> None:
    assert "enrol_monitoring" not in ids("gov_id.us.ssn")
    assert "enrol_monitoring" in ids("gov_id.us.ssn", services=True)


def test_a_child_gets_a_childs_steps_and_none_of_a_grown_up() -> None:
    assert "child_freeze" in ids("name", "date_of_birth", minor=True)
    assert "child_freeze" not in ids("name", "date_of_birth")
    assert "child_freeze" not in ids("name", "date_of_birth", residence="RU", minor=True)
    assert not {"credit_freeze", "credit_report", "tax_early"} & set(ids("gov_id.us.ssn", minor=True))
    assert "credit_freeze" not in ids("gov_id.ru.passport", residence="RU", minor=True)


def test_a_number_is_guarded_in_the_country_that_gave_it() -> None:
    first = choose_steps(ADVICE, ["gov_id.us.ssn"], "DE", "en")[0]
    assert (first.id, first.resources) == ("credit_freeze", ("us_freeze",))
    both = choose_steps(ADVICE, ["gov_id.us.ssn", "gov_id.ru.passport"], "RU", "en")
    assert [step.resources for step in both if step.id == "credit_freeze"] == [("us_freeze",), ("ru_selfban",)]


def test_a_fee_paying_registration_is_not_called_a_freeze() -> None:
    assert "fraud_alert" in ids("gov_id.us.ssn")
    assert "fraud_alert" not in ids("gov_id.gb.nino", "date_of_birth", residence="GB")


def test_the_card_line_of_germany_is_named_in_germany_only() -> None:
    def lines(place: str) -> list[str]:
        return [one for step in choose_steps(ADVICE, ["card.number"], place, "en") for one in step.resources]

    assert "eu_cancel" in lines("DE")
    assert "eu_cancel" not in lines("ES")


def test_a_resource_stands_under_the_first_step_that_uses_it() -> None:
    shown = [one for step in choose_steps(ADVICE, ["gov_id.us.ssn"], "US-TX", "en") for one in step.resources]
    assert len(shown) == len(set(shown))
    assert "us_freeze" in shown


@pytest.mark.parametrize(
    ("element", "row"),
    [
        ("gov_id.us.ssn", "national_id_us_ssn"),
        ("gov_id.pl.pesel", "national_id"),
        ("gov_id.ru.passport", "passport_ru"),
        ("gov_id.passport", "passport"),
        ("card.code", "payment_card_cvv_pin"),
    ],
)
def test_the_nearest_name_serves_an_element(element: str, row: str) -> None:
    assert list(rows_serving(ADVICE, [element])) == [row]


def test_help_made_for_a_place_comes_first_and_only_there() -> None:
    assert ADVICE.at("DE", "regulator")[0].id == "eu_dpa_de"
    assert "eu_dpa_de" not in [one.id for one in ADVICE.at("FR", "regulator")]
    assert [one.id for one in ADVICE.at("US-NY", "state_agency")] == ["us_ny_ag", "us_ny_dcp"]
    assert ADVICE.at("US-CA", "state_agency") == ()


KIN = tuple(name for name in ADVICE.steps if name.startswith("kin_"))


@pytest.mark.parametrize("place", ["US-CA", "GB", "DE", "RU", "CA", "AU", "BR", "unknown"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_next_of_kin_get_steps_of_their_own_and_none_of_the_living(place: str, language: str) -> None:
    everything = tuple(our_library().vocabulary.elements)
    steps = steps_for_kin(ADVICE, everything, place, language)
    assert 3 <= len(steps) <= 7
    assert all(one.id in KIN for one in steps)
    assert [one.urgency for one in steps] == sorted((one.urgency for one in steps), key=ADVICE.rules.urgency.index)
    assert "kin_report" in [one.id for one in steps]
    lost = steps_for_kin(ADVICE, everything, place, language, lost=True)
    assert [one.id for one in lost] == ["kin_records", "kin_callers"]
    mail = [one.id for one in steps_for_kin(ADVICE, ("email",), place, language)]
    assert "kin_accounts" in mail
    assert not {"kin_credit", "kin_bank", "kin_health"} & set(mail)


@pytest.mark.parametrize(
    ("place", "said", "office", "sure"),
    [
        ("US-TX", "it tells the other two", "us_equifax_death", True),
        ("GB", "so that nobody borrows in their name", None, False),
        ("DE", "Send SCHUFA a copy", "eu_schufa_death", False),
        ("RU", "the notary who handles the estate", None, False),
        ("FR", "Where there are credit bureaus", None, True),
    ],
)
def test_a_death_is_told_to_the_bureaus_of_the_country(place: str, said: str, office: str | None, sure: bool) -> None:
    (step,) = [one for one in steps_for_kin(ADVICE, ("date_of_birth",), place, "en") if one.id == "kin_credit"]
    assert said in step.text
    assert list(step.resources) == ([office] if office else [])
    assert step.sure is sure


def test_a_country_says_where_its_words_to_next_of_kin_are_from() -> None:
    for name in KIN:
        for country, words in ADVICE.steps[name].in_.items():
            assert bool(words.source) is (words.verified is not False), (name, country)
            assert words.verified is True or words.note, (name, country)
