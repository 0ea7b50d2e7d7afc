"""What a mail server answers goes to an authority without the person it speaks of."""

import pytest

from breachdesk.notify.masked import masked
from breachdesk.notify.recipients import Recipient

ADA = Recipient(
    "p-1", "Ada O'Example", 0, "DE", ("ada.lovely@d1.example",), ("+49305550101",), ("Musterstr. 5\n10115 Berlin",)
)


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("5.1.1 <ada.lovely@d1.example>: user unknown", "5.1.1 <•••>: user unknown"),
        ('5.1.1 "ada lovely"@d1.example unknown', "5.1.1 ••• unknown"),
        ("5.1.1 ADA.LOVELY: no mailbox here", "5.1.1 •••: no mailbox here"),
        ("5.2.2 the mailbox of Example, Ada is full", "5.2.2 the mailbox of •••, ••• is full"),
        ("relayed as somebody+ada=d1.example@other.example", "relayed as •••"),
        ("no such number +49305550101", "no such number •••"),
        ("call 030 555 0101 about this", "call ••• about this"),
        ("2.0.0 Ok: queued as 4ZkT2x1b", "2.0.0 Ok: queued as 4ZkT2x1b"),
        ("nobody at Musterstr. 5 any more", "nobody at ••• any more"),
    ],
)
def test_nothing_of_the_person_is_left(told: str, left: str) -> None:
    assert masked(told, ADA) == left


def test_addresses_are_masked_even_of_somebody_nobody_knows() -> None:
    assert masked("5.1.1 <ada@d1.example> unknown", None) == "5.1.1 <•••> unknown"
