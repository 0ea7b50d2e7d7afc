"""A gateway of text messages is what its address says, or the desk does not start."""

import pytest

from breachdesk.ground.options import BadOption
from breachdesk.notify.centre import Centre
from breachdesk.notify.gateways import gateway_of, sender_of
from breachdesk.notify.webgate import WebGate

NAME = "BREACHDESK_SMS_URL"


def test_a_provider() -> None:
    found = gateway_of(NAME, "https://AC12@api.twilio.com", "token")
    assert found == WebGate("https://api.twilio.com/2010-04-01/Accounts/AC12", "AC12", "token", "token")
    other = gateway_of(NAME, "https://SK9@api.example.org:8443/2010-04-01/Accounts/AC12/", "token", "own")
    assert other == WebGate("https://api.example.org:8443/2010-04-01/Accounts/AC12", "SK9", "token", "own")
    assert "token" not in repr(found)
    assert gateway_of(NAME, "", "") is None


def test_a_message_centre() -> None:
    found = gateway_of(NAME, "smpps://desk@smsc.example.org?type=breach&window=4&long=payload", "secret")
    assert found == Centre(
        "smsc.example.org", 3550, True, "desk", "secret", system_type="breach", window=4, payload=True
    )  # fmt: skip
    plain = gateway_of(NAME, "smpp://desk:secret@127.0.0.1", "")
    assert plain == Centre("127.0.0.1", 2775, False, "desk", "secret")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://x@host", "begins with"), ("https://", "begins with"), ("https://host", "names who we are"),
        ("http://AC1@api.example.org", "in the clear"), ("https://AC1@host?x=1", "ends with"),
        ("smpp://desk@host?windows=3", "may stand"), ("smpp://desk@host?window=0", "1 to 100"),
        ("smpp://desk@host?long=whole", "payload"), ("smpp://a-much-too-long-account@host", "15 letters"),
        ("smpp://desk@host:port", "begins with"),
    ],
)  # fmt: skip
def test_an_address_nobody_can_send_by_stops_the_start_with_one_sentence(url: str, why: str) -> None:
    with pytest.raises(BadOption, match=why):
        gateway_of(NAME, url, "secret")


def test_whom_a_text_is_from() -> None:
    gate = gateway_of(NAME, "https://AC12@api.twilio.com", "token")
    for good in ("+4930123456", "40404", "Bakery", "MG" + "a1" * 16):
        assert sender_of("BREACHDESK_SMS_FROM", good, gate) == good
    for bad in ("", "Bakery North Ltd", "+12", "Пекарня", "123456789", "a\nb"):
        with pytest.raises(BadOption, match="BREACHDESK_SMS_FROM"):
            sender_of("BREACHDESK_SMS_FROM", bad, gate)
    assert sender_of("BREACHDESK_SMS_FROM", "", None) == ""
