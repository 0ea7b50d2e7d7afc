"""What came of a post, by a real channel: taken, certainly not taken, or nobody knows."""

import pytest

from breachdesk.notify import channels
from breachdesk.notify.channels import Post
from tests.notify.posting import posting


def test_a_channel_that_takes_it_has_the_exact_words() -> None:
    with posting() as wall:
        said = channels.post(wall.address, "Привет, мир <b>&amp;</b>\n\n- one\n- two")
        assert (said.state, said.told) == (Post.POSTED, "taken")
        assert wall.words == ["Привет, мир <b>&amp;</b>\n\n- one\n- two"]
        assert wall.heard[0]["title"] == ""


@pytest.mark.parametrize(
    ("status", "state"), [(403, Post.REFUSED), (404, Post.REFUSED), (500, Post.DOUBT), (504, Post.DOUBT)]
)
def test_an_answer_that_is_no_is_a_refusal_and_a_broken_server_a_doubt(status: int, state: Post) -> None:
    with posting() as wall:
        wall.status = status
        said = channels.post(wall.address, "x")
        assert (said.state, said.told, said.code) == (state, "answered", status)
        assert len(wall.heard) == 1


def test_where_nobody_listens_nothing_was_handed_over() -> None:
    with posting() as wall:
        address = wall.address
    said = channels.post(address, "x")
    assert (said.state, said.told) == (Post.REFUSED, "unreachable")


def test_a_channel_that_hangs_is_in_doubt_and_is_asked_once_whatever_its_address_says() -> None:
    with posting() as wall:
        wall.hold.clear()
        said = channels.post(wall.address + "&retry=3", "x")
        assert (said.state, said.told) == (Post.DOUBT, "no_answer")
        assert len(wall.heard) == 1


def test_a_channel_that_outlasts_its_own_time_outs_is_not_waited_for() -> None:
    with posting() as wall:
        wall.hold.clear()
        said = channels.post(f"json://127.0.0.1:{wall.port}/?rto=60", "x", seconds=0.5)
        assert (said.state, said.told) == (Post.DOUBT, "no_answer")


def test_what_apprise_does_not_take_or_is_too_long_never_goes() -> None:
    assert channels.limit("nothing://of/the/kind") is None
    assert channels.post("nothing://of/the/kind", "x").told == "no_address"
    discord = "discord://" + "1" * 20 + "/" + "a" * 70
    most = channels.limit(discord)
    assert most == 2000
    said = channels.post(discord, "x" * (most + 1))
    assert (said.state, said.told, said.code) == (Post.REFUSED, "too_long", most)


def test_what_went_to_some_of_several_places_is_in_doubt() -> None:
    heard = "12:00 - INFO - Sent Telegram notification.\n12:00 - WARNING - Failed to send: error=403.\n"
    assert channels.meant(heard).told == "in_part"
