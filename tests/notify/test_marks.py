"""Marks of deliveries: found again in whatever mail systems make of them, never made up, never telling."""

import base64
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.ground.keys import Key, Purpose
from breachdesk.notify.marks import LETTERS, MOST_TRIED, _cipher, mark, marks, message_id, return_path, row_of, rows_in

KEY = Key("marks", Purpose.SEAL, bytes(range(32)))
OTHER = Key("others", Purpose.SEAL, bytes(range(1, 33)))
ROWS = st.integers(0, 2**63 - 1)
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
DOMAINS = st.sampled_from(["bakery.example", "xn--80ak6aa92e.example", "a.b-c.example", "EXAMPLE"])


@given(ROWS, DOMAINS, st.sampled_from([str.lower, str.upper, str.title, str.swapcase]))
def test_a_row_is_found_again_in_id_and_address_however_they_were_written(row: int, domain: str, rewrite) -> None:  # type: ignore[no-untyped-def]
    token = mark(row, KEY)
    assert len(token) == LETTERS
    assert not set(token) - set(ALPHABET)
    assert token == mark(row, KEY)
    path = return_path(token, "n", domain)
    assert path == f"n+{token}@{domain.lower()}"
    for written in (token, message_id(token, domain), path, f"<{path}>", f"  Notices <{path}> (comment)"):
        assert row_of(rewrite(written), KEY) == row
    for rewritten in (f"SRS0=Ab1=XY={domain}=n+{token}@other.example", f"prvs=0123abcdef=n+{token}@{domain}"):
        assert row_of(rewritten, KEY) == row
    for encoded in (f"n+2B{token}@{domain}", f"n=2b{token}=40{domain}", f"mailto:n%2B{token}%40{domain}"):
        assert row_of(encoded, KEY) == row


@given(ROWS, st.integers(0, LETTERS - 1), st.sampled_from(ALPHABET))
def test_one_letter_typed_wrongly_is_no_mark(row: int, place: int, letter: str) -> None:
    token = mark(row, KEY)
    typed = token[:place] + letter + token[place + 1 :]
    assert row_of(f"<{typed}@bakery.example>", KEY) == (row if typed == token else None)


@given(st.binary(min_size=16, max_size=16))
def test_what_was_made_up_is_no_mark(block: bytes) -> None:
    assert row_of(base64.b32encode(block).decode().rstrip("="), KEY) is None


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert row_of(text, KEY) is None


@given(ROWS)
def test_of_another_key_and_with_more_or_fewer_letters_it_is_none(row: int) -> None:
    token = mark(row, KEY)
    assert row_of(mark(row, OTHER), KEY) is None
    for changed in (token[1:], token[:-1], token + "a", "a" + token, token[:13] + " " + token[13:]):
        assert row_of(changed, KEY) is None


def test_the_last_letter_has_one_spelling() -> None:
    """26 letters hold 130 bits, a mark 128: of four letters that decode alike only one is ours."""
    token = mark(7, KEY)
    last = ALPHABET.index(token[-1])
    for twin in range(4):
        spelt = token[:-1] + ALPHABET[last & ~3 | twin]
        assert row_of(spelt, KEY) == (7 if spelt == token else None)


def test_a_mark_says_nothing_of_its_row() -> None:
    """Neighbours share no more letters than chance gives: 26 / 32 of one on average."""
    tokens = [mark(row, KEY) for row in range(400)]
    assert len(set(tokens)) == 400
    same = sum(a == b for one, two in pairwise(tokens) for a, b in zip(one, two, strict=True))
    assert same / 399 < 2


def test_a_row_beyond_63_bits_is_neither_made_nor_taken() -> None:
    sealer = _cipher(KEY).encryptor()
    block = sealer.update((2**63).to_bytes(8, "big") + bytes(8)) + sealer.finalize()
    assert row_of(base64.b32encode(block).decode().rstrip("="), KEY) is None
    with pytest.raises(ValueError, match="2\\*\\*63"):
        mark(2**63, KEY)
    with pytest.raises(ValueError, match="numbered"):
        mark(-1, KEY)


@pytest.mark.parametrize(
    "domain", ["", "a b", "x>\r\nBcc: eve@x", "-a.example", "bäckerei.example", "a..b", "x\n", "a" * 64]
)
def test_what_is_no_domain_makes_no_header(domain: str) -> None:
    with pytest.raises(ValueError, match="domain"):
        message_id(mark(1, KEY), domain)
    with pytest.raises(ValueError, match="domain"):
        return_path(mark(1, KEY), "n", domain)


@pytest.mark.parametrize("local", ["", "n n", "a..b", "n\r\n", "n@x", "n+", "x" * 38])
def test_what_is_no_local_part_makes_no_address(local: str) -> None:
    with pytest.raises(ValueError, match="before the mark"):
        return_path(mark(1, KEY), local, "bakery.example")


def test_the_longest_local_part_has_room() -> None:
    path = return_path(mark(1, KEY), "x" * 37, "bakery.example")
    assert len(path.partition("@")[0]) == 64


def test_after_so_many_false_ones_no_more_are_tried() -> None:
    false = " ".join(["a" * LETTERS] * MOST_TRIED)
    assert list(rows_in([false[LETTERS:], mark(5, KEY)], KEY)) == [5]
    assert list(rows_in([false, mark(5, KEY)], KEY)) == []


def test_many_marks_at_once_are_the_same_as_one_by_one() -> None:
    rows = [0, 1, 17, 2**40, 2**63 - 1]
    assert marks(rows, KEY) == [mark(row, KEY) for row in rows]
    with pytest.raises(ValueError, match="numbered"):
        marks([1, -1], KEY)
