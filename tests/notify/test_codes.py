"""The code on a letter: drawn by the standard, said back by any hand, and silent about the person."""

from collections.abc import Iterator
from itertools import product

import pytest

from breachdesk.notify import code128
from breachdesk.notify.codes import LENGTH, Came, code_of, read_code, returned, shown

KEY = bytes(range(32))


def test_every_symbol_is_one_of_the_standard_and_none_stands_twice() -> None:
    """ISO/IEC 15417: six elements of 1 to 4 modules, eleven in all, the bars even; 108 there are, and all are used."""
    possible = {
        "".join(map(str, widths))
        for widths in product(range(1, 5), repeat=6)
        if sum(widths) == 11 and sum(widths[::2]) % 2 == 0
    }
    table = code128._WIDTHS
    backwards = table[-1][::-1][:6]  # the stop read from its other end
    assert len(possible) == 108
    assert {*table[:-1], table[-1][:6], backwards} == possible
    assert len(table) == 107


def test_digits_and_letters_are_the_symbols_that_other_tables_print_for_them() -> None:
    """Written down in another notation: a module of a bar is 1, of a space 0."""
    digits = (
        "10011101100 10011100110 11001110010 11001011100 11001001110 11011100100 11001110100 11101101110 11101001100"
    )
    letters = (
        "11100101100 10100011000 10001011000 10001000110 10110001000 10001101000 10001100010 11010001000 11000101000 "
        "11000100010 10110111000 10110001110 10001101110 10111011000 10111000110 10001110110 11101110110 11010001110 "
        "11000101110 11011101000 11011100010 11011101110 11101011000 11101000110 11100010110 11101101000 11101100010"
    )
    for sign, modules in zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", f"{digits} {letters}".split(), strict=True):
        drawn = ["0"] * 11
        for at, wide in code128.bars(sign)[3:6]:
            drawn[at - 11 : at - 11 + wide] = "1" * wide
        assert "".join(drawn) == modules, sign


@pytest.mark.parametrize(
    ("start", "values", "check"),
    [
        (104, (33, 41, 45, 99, 12, 34), 87),  # "AIM1234" in code sets B and C, the example of the specification of AIM
        (
            103,
            (48, 42, 42, 17, 18, 19, 35),
            54,
        ),  # "PJJ123C" in code set A, the example that every introduction works out
    ],
)
def test_the_check_character_is_that_of_the_published_examples(start: int, values: tuple[int, ...], check: int) -> None:
    assert code128.check_of(start, values) == check


def test_a_short_text_is_drawn_bar_by_bar() -> None:
    assert code128.values("A1") == (104, 33, 17, (104 + 33 + 34) % 103, 106)
    start, letter = ((0, 2), (3, 1), (6, 1)), ((11, 1), (13, 1), (17, 2))  # 211214, then 111323
    assert code128.bars("A1")[:6] == (*start, *letter)
    assert sum(code128.bars("A1")[-1]) == 11 * 4 + 13
    for text in ("", "ä", "\n", "\x7f"):
        with pytest.raises(ValueError, match="ASCII"):
            code128.bars(text)


def test_a_code_is_the_same_for_a_letter_and_says_nothing_without_the_key() -> None:
    codes = {code_of(f"row-{number}", KEY) for number in range(20_000)}
    assert len(codes) == 20_000
    assert code_of("row-1", KEY) == code_of("row-1", KEY) != code_of("row-1", KEY[::-1])
    assert all(len(code) == LENGTH and code.isalnum() and not set(code) & set("ILOU") for code in codes)
    assert all(read_code(code) == code for code in codes)
    with pytest.raises(ValueError, match="16 bytes"):
        code_of("row-1", b"short")


def test_a_code_is_read_from_any_hand() -> None:
    code = next(code for number in range(999) if {"0", "1"} <= set(code := code_of(str(number), KEY)))
    hands = [
        shown(code),
        code.lower(),
        code.replace("1", "l").replace("0", "o"),
        code.replace("1", "I").replace("0", "O"),
    ]
    hands += [
        f"  {code[:5]} {code[5:]}\t\r\n",
        f"]C0{code}",
        code.replace(code[3], f"{code[3]} – ", 1),
        f"{code}\u00a0",
    ]
    assert [read_code(hand) for hand in hands] == [code] * len(hands)


def test_one_wrong_sign_and_two_that_changed_places_are_always_seen() -> None:
    for number in range(5):
        code = code_of(str(number), KEY)
        wrong = [
            code[:at] + sign + code[at + 1 :] for at in range(LENGTH) for sign in "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        ]
        wrong += [code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(LENGTH - 1)]
        assert {read_code(one) for one in wrong if one != code} == {None}
    for none in ("", "7", "7" * 12, "7" * 14, "U" * 13, "ß" * 13, "7" * 100_000, "*~$=U", "\ud800"):
        assert read_code(none) is None


def test_returned_mail_is_known_unknown_or_mistyped_by_line() -> None:
    ours, strange = code_of("row-7", KEY), code_of("never sent", KEY)
    spoilt = ours[:-1] + ("2" if ours[-1] != "2" else "3")
    lines = [
        f"\ufeff{shown(ours).lower()}\r\n",
        "\r\n",
        strange,
        spoilt,
        "x" * 5_000,
        " " * 5_000,
        "=cmd|' /c calc'!A1",
    ]
    came = list(returned(lines, {ours: "row-7"}.get))
    assert [(one.line, one.came, one.code, one.letter) for one in came] == [
        (1, Came.KNOWN, ours, "row-7"),
        (3, Came.UNKNOWN, strange, ""),
        (4, Came.MISTYPED, "", ""),
        (5, Came.MISTYPED, "", ""),
        (6, Came.MISTYPED, "", ""),
        (7, Came.MISTYPED, "", ""),
    ]
    assert came[2].text == spoilt
    assert len(came[3].text) == 100


def test_returned_mail_is_read_line_by_line() -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield code_of(str(read), KEY)

    came = returned(endless(), lambda code: None)
    assert [next(came).line for _ in range(3)] == [1, 2, 3]
    assert read == 3
