"""What administrators do about accounts, and what they cannot."""

import json
from typing import Any

import pytest
from django.core import mail

from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.staff.app import actions, post
from breachdesk.staff.app.models import Account, Invitation, Token
from breachdesk.staff.app.tokens import make_token
from tests.cast import PASSWORD, account, browser, hand
from tests.staff.app.test_entering import sign_in, told
from tests.staff.app.test_pages import again


def test_an_administrator_sees_no_case_by_being_one(cast: Any) -> None:
    bakery, client = cast.bakery, browser(cast.eli)
    assert client.get(f"/case/{bakery.number}/").status_code == 404
    page = client.get(f"/accounts/{cast.ada.id}/").content.decode()
    assert "in 1 case, leads 1 open case" in page
    assert "Bakery North" not in page


def test_inviting_shows_the_link_once_and_sends_it(cast: Any) -> None:
    client = again(browser(cast.eli))
    page = client.post("/accounts/invite/", {"email": "gus@bakery.example", "external": "on"}).content.decode()
    link = page.split('">http')[1].split("<")[0]
    assert "/join/" in link
    assert "/join/" not in client.get("/accounts/").content.decode()
    assert "gus@bakery.example" in client.get("/accounts/").content.decode()
    post.settle()
    assert mail.outbox[0].to == ["gus@bakery.example"]
    assert link.split("/join/")[1] in mail.outbox[0].body
    made = Invitation.objects.get()
    assert (made.external, made.triage, made.administrator) == (True, False, False)
    client.post(f"/accounts/invitations/{made.id}/withdraw/", {"page": "/accounts/"})
    assert browser().get("/join/" + link.split("/join/")[1]).status_code == 404


def test_the_last_administrator_cannot_remove_themself(cast: Any) -> None:
    eli = cast.eli
    flags = {"triage": False, "external": False, "elsewhere": False}
    with pytest.raises(Refused, match="last_administrator"):
        actions.change_flags(eli, administrator=False, **flags, by=hand(eli))
    with pytest.raises(Refused, match="last_administrator"):
        actions.deactivate(eli, reason="tired", by=hand(eli))
    page = again(browser(eli)).post(f"/accounts/{eli.id}/", {"page": f"/accounts/{eli.id}/"}, follow=True)
    assert "give the flag to somebody else first" in page.content.decode()
    second = account("Fay", administrator=True)
    actions.change_flags(eli, administrator=False, **flags, by=hand(second))
    with pytest.raises(Refused, match="last_administrator"):
        actions.deactivate(second, reason="tired", by=hand(second))


def test_a_closed_administrator_counts_for_nobody(cast: Any) -> None:
    eli, fay = cast.eli, account("Fay", administrator=True)
    actions.deactivate(fay, reason="left", by=hand(eli))
    with pytest.raises(Refused, match="last_administrator"):
        actions.deactivate(eli, reason="left", by=hand(fay))
    assert Account.objects.get(id=eli.id).is_active


def test_closing_an_account_ends_its_sessions_and_tokens_at_once(cast: Any) -> None:
    plain, client = account("Plain", second_factor=False), browser()
    sign_in(client, plain.email)
    dan = cast.dan
    Token.objects.filter(
        id=make_token(dan, "export", scopes=["read"], days=7, by=hand(dan, at=clock.now()))[0].id
    ).update(account=plain)
    actions.deactivate(plain, reason="password on a sticky note", by=hand(cast.eli))
    assert client.get("/").status_code == 302
    assert told("staff.account.deactivated")[0] == {
        "account": plain.email,
        "reason": "password on a sticky note",
        "sessions": 1,
        "tokens": 1,
    }
    with pytest.raises(Refused, match="is_off"):
        actions.deactivate(plain, reason="again", by=hand(cast.eli))
    actions.reactivate(plain, by=hand(cast.eli))
    assert client.get("/").status_code == 302  # the session does not come back with the account
    assert sign_in(browser(), plain.email).status_code == 302


def test_a_lost_second_factor_is_taken_away_with_a_reason(cast: Any) -> None:
    dan = cast.dan
    with pytest.raises(Refused, match="no_reason"):
        actions.reset_second_factor(dan, reason=" ", by=hand(cast.eli))
    token, _ = make_token(dan, "export", scopes=["read"], days=7, by=hand(dan, at=clock.now()))
    client = again(browser(cast.eli))
    client.post(f"/accounts/{dan.id}/factor/", {"reason": "telephone lost, spoke to him", "page": "/accounts/"})
    assert dan.authenticator_set.count() == 0
    token.refresh_from_db()
    assert token.ended_at is not None
    entry = told("staff.factor.withdrawn")[0]
    assert (entry["kinds"], entry["reason"]) == (["totp"], "telephone lost, spoke to him")
    assert sign_in(browser(), dan.email)["Location"] == "/"


def test_a_link_for_a_new_password_is_handed_over_and_works_once(cast: Any) -> None:
    dan, client = cast.dan, again(browser(cast.eli))
    page = client.post(f"/accounts/{dan.id}/password/", {"reason": "forgot it", "page": "/accounts/"}).content.decode()
    link = "/enter/" + page.split("/enter/password/reset/key/")[1].join(["password/reset/key/", ""]).split("<")[0]
    his = browser()
    form = his.get(link, follow=True)
    new = "quiet-lantern-mosaic-4"
    his.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert sign_in(browser(), dan.email, new)["Location"].startswith("/enter/2fa/authenticate/")
    assert "works no longer" in browser().get(link).content.decode()
    entry = json.loads(bytes(Line.objects.get(type="staff.password.offered").payload or b""))
    assert entry == {"account": dan.email, "reason": "forgot it"}


def test_only_administrators_reach_accounts(cast: Any) -> None:
    for path in ("/accounts/", "/accounts/invite/", f"/accounts/{cast.ada.id}/"):
        assert browser(cast.ada).get(path).status_code == 403
    assert browser(cast.ada).post(f"/accounts/{cast.dan.id}/off/", {"reason": "x"}).status_code == 403


def test_the_list_of_accounts_asks_few_questions_of_the_database(cast: Any, django_assert_few: Any) -> None:
    for number in range(30):
        account(f"P{number}", second_factor=number % 2 == 0)
    client = browser(cast.eli)
    page = django_assert_few(lambda: client.get("/accounts/")).content.decode()
    assert "15 of them have no second factor yet." in page


@pytest.fixture
def django_assert_few() -> Any:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def few(ask: Any) -> Any:
        with CaptureQueriesContext(connection) as asked:
            answer = ask()
        assert len(asked) <= 30
        return answer

    return few


def test_a_password_is_needed_again_before_anything_is_changed(cast: Any) -> None:
    dan, client = cast.dan, browser(cast.eli)
    for path in ("", "off/", "factor/", "password/"):
        answer = client.post(f"/accounts/{dan.id}/{path}", {"reason": "x", "triage": "on"})
        assert answer["Location"].startswith("/enter/reauthenticate/"), path
    dan.refresh_from_db()
    assert (dan.is_active, dan.triage) == (True, False)
    assert PASSWORD not in client.get("/enter/reauthenticate/").content.decode()
