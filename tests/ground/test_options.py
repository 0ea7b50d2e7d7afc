"""Names with addresses that may be secret."""

import pytest

from breachdesk.ground import options


def named(text: str) -> dict[str, str]:
    return options.named("POSTS", environment={"POSTS": text})


def test_each_name_has_its_address_whatever_stands_in_it() -> None:
    found = named("press=mastodons://token@host?a=b, nord-1=json://x ")
    assert found == {"press": "mastodons://token@host?a=b", "nord-1": "json://x"}
    assert named("") == {}


@pytest.mark.parametrize("text", ["json://secret@x", "=json://secret@x", "press=", "a b=json://secret", "a=1,a=secret"])
def test_what_is_wrong_is_said_without_the_secret(text: str) -> None:
    with pytest.raises(options.BadOption) as error:
        named(text)
    assert "secret" not in str(error.value)
