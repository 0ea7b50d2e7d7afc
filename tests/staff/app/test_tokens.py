"""Keys to the API: who may make one, what it opens, when it stops."""

from datetime import timedelta
from typing import Any

import pytest

from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.staff.app.models import Account, Token
from breachdesk.staff.app.tokens import MOST, account_for, end_token, make_token
from tests.cast import AT, account, browser, hand
from tests.staff.app.test_entering import told
from tests.staff.app.test_pages import again


def header(secret: str) -> str:
    return f"Bearer {secret}"


def made(cast: Any, **more: Any) -> tuple[Token, str]:
    given: dict[str, Any] = {"scopes": ["read"], "days": 7, "by": hand(cast.ada)}
    return make_token(cast.ada, "export", **(given | more))


def test_a_token_opens_the_api_for_its_owner_until_its_last_day(cast: Any) -> None:
    token, secret = made(cast)
    found = account_for(header(secret), AT)
    assert found is not None
    assert found.account == cast.ada
    assert found.scopes == ["read"]
    assert account_for(header(secret), AT + timedelta(days=7)) is None
    assert Token.objects.get(id=token.id).last_used_at == AT


def test_a_secret_is_kept_nowhere(cast: Any) -> None:
    _, secret = made(cast)
    kept = " ".join(str(value) for value in Token.objects.values().get().values())
    entry = Line.objects.get(type="staff.token.made")
    assert len(secret) == len("breachdesk_") + 8 + 1 + 43
    assert secret[20:] not in kept
    assert secret[20:].encode() not in bytes(entry.payload or b"") + bytes(entry.envelope)


@pytest.mark.parametrize(
    "change",
    [
        lambda secret: secret[:-1] + ("A" if secret[-1] != "A" else "B"),
        lambda secret: secret[:11] + "00000000" + secret[19:],
        lambda secret: secret + "A",
        lambda secret: "",
        lambda secret: secret[:-43] + "é" * 43,
        lambda secret: secret[11:],
    ],
)
def test_anything_else_opens_nothing(change: Any, cast: Any) -> None:
    _, secret = made(cast)
    assert account_for(header(change(secret)), AT) is None
    assert account_for(change(secret), AT) is None
    assert account_for(f"Basic {secret}", AT) is None


def test_a_token_stops_with_its_owner_its_second_factor_or_its_end(cast: Any) -> None:
    token, secret = made(cast)
    Account.objects.filter(id=cast.ada.id).update(is_active=False)
    assert account_for(header(secret), AT) is None
    Account.objects.filter(id=cast.ada.id).update(is_active=True)
    factor = cast.ada.authenticator_set.get()
    factor.delete()
    assert account_for(header(secret), AT) is None
    factor.save()
    assert account_for(header(secret), AT) is not None
    end_token(token, by=hand(cast.ada))
    assert account_for(header(secret), AT) is None
    with pytest.raises(Refused, match="token_over"):
        end_token(token, by=hand(cast.ada))


def test_a_token_reaches_the_cases_it_was_made_for(cast: Any) -> None:
    every, _ = made(cast)
    one, _ = made(cast, cases=["2026-001"])
    assert every.reaches("2026-002")
    assert one.reaches("2026-001")
    assert not one.reaches("2026-002")


def test_no_token_for_nothing_for_ever_or_without_a_second_factor(cast: Any) -> None:
    for more, why in (
        ({"scopes": []}, "no_scope"),
        ({"scopes": ["read", "everything"]}, "no_scope"),
        ({"days": 100_000}, "no_days"),
    ):
        with pytest.raises(Refused, match=why):
            made(cast, **more)
    plain = account("Plain", second_factor=False)
    with pytest.raises(Refused, match="no_factor"):
        make_token(plain, "export", scopes=["read"], days=7, by=hand(plain))
    for _ in range(MOST):
        made(cast)
    with pytest.raises(Refused, match="many_tokens"):
        made(cast)


def test_the_page_shows_the_secret_once_and_offers_only_ones_own_cases(cast: Any) -> None:
    bakery, dan = cast.bakery, cast.dan
    client = again(browser(cast.ada))
    assert "Bakery North" in client.get("/me/tokens/new/").content.decode()
    assert "Bakery North" not in again(browser(dan)).get("/me/tokens/new/").content.decode()
    form = {"token_name": "export", "scopes": ["read", "signals"], "cases": [bakery.number], "days": "30"}
    page = client.post("/me/tokens/new/", form).content.decode()
    secret = page.split("Bearer ")[1].split("<")[0]
    found = account_for(header(secret), told_at())
    assert found is not None
    assert (found.scopes, found.cases) == (["read", "signals"], [bakery.number])
    listing = client.get("/me/tokens/").content.decode()
    assert f"breachdesk_{found.prefix}" in listing
    assert secret not in listing
    assert again(browser(dan)).post("/me/tokens/new/", form).status_code == 200  # not his case
    assert Token.objects.count() == 1
    assert browser(dan).post(f"/me/tokens/{found.id}/end/").status_code == 404
    client.post(f"/me/tokens/{found.id}/end/", {"page": "/me/tokens/"})
    assert account_for(header(secret), told_at()) is None
    assert told("staff.token.ended") == [{"name": "export"}]


def told_at() -> Any:
    from breachdesk.ground import clock

    return clock.now()


def test_somebody_without_a_second_factor_is_led_to_one_first(cast: Any) -> None:
    plain = account("Plain", second_factor=False)
    assert browser(plain).get("/me/tokens/")["Location"].startswith("/me/second-factor/")


def test_the_scope_of_the_house_is_offered_to_administrators_alone(cast: Any) -> None:
    for who, offered in ((cast.ada, False), (cast.eli, True)):
        client = browser(who)
        again(client)
        assert (b'value="house"' in client.get("/me/tokens/new/").content) is offered
