"""What is shown of a value is enough for its owner and too little for anybody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.ground.elements import vocabulary
from breachdesk.ground.masking import mask

TABLE = [
    ("email", "anna.smith@example.org", "a•••@example.org"),
    ("email", "ab@example.org", "•••@example.org"),
    ("email", "not an address", "•••"),
    ("card.number", "4242 4242 4242 4242", "•••• 4242"),
    ("card.number", "4242", "••••"),
    ("bank.iban", "DE89 3704 0044 0532 0130 00", "•••• 3000"),
    ("card.code", "123", "•••"),
    ("login.password", "correct horse", "•••"),
    ("login.password_hash", "5f4dcc3b5aa765d61d8327deb882cf99", "•••"),
    ("phone", "+44 20 7946 0123", "+44 ••• 23"),
    ("phone", "(202) 555-0123", "••• 23"),
    ("phone", "0123", "•••"),
    ("date_of_birth", "1980-02-03", "1980-••-••"),
    ("date_of_birth", "03.02.1980", "1980-••-••"),
    ("name", "Anna Maria Smith", "A••• M••• S•••"),
    ("name", "Li Bo", "••• •••"),
    ("gov_id.us.ssn", "900-12-3456", "••• 56"),
    ("ip_address", "192.0.2.17", "192.•••"),
    ("address", "1 Example Street", "1•••"),
    ("health", "asthma", "•••"),
    ("email", "", ""),
]


@pytest.mark.parametrize(("element", "value", "shown"), TABLE)
def test_a_value_is_shown_half(element: str, value: str, shown: str) -> None:
    assert mask(element, value) == shown


@given(
    st.sampled_from(sorted(vocabulary().elements)), st.text(min_size=9, max_size=40, alphabet="abcdefghij0123456789")
)
def test_most_of_a_value_stays_hidden(element: str, value: str) -> None:
    assert sum(character not in "• " for character in mask(element, value)) <= len(value) / 2
