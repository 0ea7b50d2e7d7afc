"""How long a text is on a telephone: as 3GPP TS 23.038 and 23.040 count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.notify import gsm
from breachdesk.notify.gsm import Alphabet, Length


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts"),
    [
        ("a" * 160, Alphabet.GSM, 160, 1),
        ("a" * 161, Alphabet.GSM, 161, 2),
        ("a" * 306, Alphabet.GSM, 306, 2),
        ("a" * 307, Alphabet.GSM, 307, 3),
        ("€" * 80, Alphabet.GSM, 160, 1),
        ("[" * 81, Alphabet.GSM, 162, 2),
        ("a" * 152 + "€" + "a" * 8, Alphabet.GSM, 162, 2),  # the pair of the euro is not cut
        ("я" * 70, Alphabet.UCS2, 70, 1),
        ("я" * 71, Alphabet.UCS2, 71, 2),
        ("я" * 134, Alphabet.UCS2, 134, 2),
        ("я" * 135, Alphabet.UCS2, 135, 3),
        ("я" * 66 + "😀" + "я" * 66, Alphabet.UCS2, 134, 3),  # nor a surrogate pair
        ("ç", Alphabet.UCS2, 1, 1),  # only the large one is in the alphabet
        ("Ç£@", Alphabet.GSM, 3, 1),
        ("", Alphabet.GSM, 0, 1),
    ],
)
def test_a_text_has_the_length_and_the_parts_that_a_telephone_sees(
    text: str, alphabet: Alphabet, units: int, parts: int
) -> None:
    assert gsm.length(text) == Length(alphabet, units, parts)


@given(st.text(alphabet=st.sampled_from("aZ9 @€[{~яё😀\u0301"), max_size=500))
def test_parts_make_the_text_again_and_each_has_room(text: str) -> None:
    parts, alphabet = gsm.parts(text), gsm.alphabet_of(text)
    assert "".join(parts) == text
    room = (gsm.ALONE if len(parts) == 1 else gsm.OF_SEVERAL)[alphabet]
    wide = 2 if alphabet is Alphabet.UCS2 else 1
    for part in parts:
        assert len(gsm.encoded(part, alphabet)) <= room * wide
        if alphabet is Alphabet.UCS2:
            assert part.encode("utf-16-be").decode("utf-16-be") == part


def test_what_cannot_be_seen_or_turns_text_round_is_taken_out() -> None:
    assert gsm.cleaned("a\u202egpj\u200b\x00\r\n b\u2066\ud800c") == "a gpj b c"
    assert gsm.cleaned("“Bakery” – it’s\u00a0ours…") == '"Bakery" - it\'s ours...'
    assert gsm.cleaned("ООО «Север» – да") == "ООО «Север» – да"  # the dash costs nothing more there


def test_a_letter_that_is_in_no_alphabet_of_telephones_is_not_written_as_another() -> None:
    with pytest.raises(ValueError, match=r"U\+044F"):
        gsm.encoded("я", Alphabet.GSM)
