"""What a server said is kept on one line, harmless and without addresses; what is harmless already is left as it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.ground.visible import visible
from breachdesk.notify import said
from breachdesk.notify.said import harmless


def the_long_way(text: str) -> str:
    line = said.whole(" ".join(text.split()))
    line = said._ADDRESS.sub("…@", visible(line, longest=said.CUT_AT))
    return line if len(line) <= said.LONGEST_SAID else line[: said.LONGEST_SAID - 2].rstrip() + " …"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=120))
def test_the_short_way_says_the_same(text: str) -> None:
    assert harmless(text) == the_long_way(text)


@pytest.mark.parametrize("text", ["2.0.0 Ok: queued as 4F2B1C", "2.1.5 OK (mx-7/12)", "5.1.1 no such user", "a  b", ""])
def test_what_most_say_is_left_as_it_is(text: str) -> None:
    assert harmless(text) == re.sub(" +", " ", text)
