"""Which ways a law accepts: what its rule names, on which condition, and nothing refused where it names none."""

import pytest

from breachdesk.notify.library import our_library
from breachdesk.notify.states import Channel
from breachdesk.notify.ways import DIRECT, WAYS, Accepts, accepted, accepts, too_soon

RULES = our_library().rules


@pytest.mark.parametrize(
    ("rule", "channel", "says", "only"),
    [
        ("us-ca", Channel.SMS, Accepts.NO, ""),
        ("us-ca", Channel.LETTER, Accepts.YES, ""),
        ("us-ca", Channel.EMAIL, Accepts.IF, "esign"),
        ("us-ca", Channel.PHONE, Accepts.NO, ""),
        ("us-az", Channel.PHONE, Accepts.YES, ""),
        ("us-az", Channel.SMS, Accepts.NO, ""),
        ("ch", Channel.SMS, Accepts.YES, ""),
        ("gdpr", Channel.SMS, Accepts.SILENT, ""),
        ("ru", Channel.SMS, Accepts.SILENT, ""),
    ],
)
def test_a_way_is_accepted_as_the_rule_says(rule: str, channel: Channel, says: Accepts, only: str) -> None:
    assert accepts(RULES[rule], channel) == (says, only)


def test_a_duty_is_met_by_the_ways_of_the_rule_that_speaks_of_it_and_by_any_where_none_does() -> None:
    california = [RULES["us-ca"], RULES["us"], RULES["all"]]
    assert accepted(california, "US-CA.individuals") == {Channel.LETTER, Channel.EMAIL}
    assert accepted(california, "US-FED.anything") == frozenset(WAYS)
    assert accepted([RULES["gdpr"]], "eu-gdpr-34-subjects") == frozenset(WAYS)


def test_every_way_that_a_rule_names_is_one_we_have_words_for() -> None:
    checks = our_library().checks
    named = {one.way for rule in RULES.values() for one in rule.channels} | {*WAYS.values(), DIRECT}
    assert not [one for one in named if f"way_{one}" not in checks]
    assert not [
        one.only for rule in RULES.values() for one in rule.channels if one.only and f"only_{one.only}" not in checks
    ]


MAIL, TEXT, LETTER, PHONE = Channel.EMAIL, Channel.SMS, Channel.LETTER, Channel.PHONE


@pytest.mark.parametrize(
    ("rule", "channels", "says"),
    [
        ("us-ca", [LETTER], []),
        ("us-ca", [LETTER, MAIL, TEXT], []),  # whom no letter reaches may get what there is
        ("us-ca", [TEXT, LETTER], [(TEXT, LETTER, True)]),
        ("us-ca", [TEXT, PHONE], [(TEXT, LETTER, False)]),
        ("us-ca", [TEXT, PHONE, LETTER], [(TEXT, LETTER, True)]),  # one step puts both right
        ("us-ca", [MAIL], [(MAIL, LETTER, False)]),
        ("us-ca", [MAIL, TEXT], [(MAIL, LETTER, False)]),
        ("us-ca", [MAIL, TEXT, LETTER], [(MAIL, LETTER, True), (TEXT, LETTER, True)]),
        ("us-ca", [TEXT, MAIL], [(TEXT, MAIL, True), (MAIL, LETTER, False)]),
        ("us-az", [TEXT, MAIL, PHONE], [(TEXT, PHONE, True), (MAIL, PHONE, True)]),
        ("ch", [TEXT, LETTER], []),
        ("gdpr", [TEXT, LETTER], []),
    ],
)
def test_a_way_comes_too_soon_where_the_law_wants_another_before_it(
    rule: str, channels: list[Channel], says: list[tuple[Channel, Channel, bool]]
) -> None:
    found = too_soon(RULES[rule], channels, tuple(WAYS))
    assert [(one.channel, one.better, one.chosen) for one in found] == says


def test_where_this_desk_has_no_better_way_it_names_none() -> None:
    (found,) = too_soon(RULES["us-ca"], [TEXT], [TEXT, PHONE])
    assert found.better is None
