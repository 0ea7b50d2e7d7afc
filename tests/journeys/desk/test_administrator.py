"""Whoever owns the machine lets an administrator in again, while the desk is open; the journal tells of it."""

import re
from urllib.parse import urlencode, urlsplit

import pytest

from tests.journeys.desk.conftest import Kept
from tests.journeys.desk.running import typed


def test_a_lost_administrator_comes_back_by_a_link_that_works_once(kept: Kept) -> None:
    from django.db import connection

    from breachdesk.journal.app.models import Line
    from breachdesk.staff.app.models import Account
    from tests.cast import account

    eli = account("Eli", administrator=True)
    Account.objects.filter(id=eli.id).update(is_active=False)
    done = typed("administrator", "Eli@bakery.example", "--reason", "lost phone", **kept.settings)
    assert done.returncode == 0, done.stderr
    link = re.search(r"http\S+", done.stdout)
    assert link is not None
    eli.refresh_from_db()
    assert eli.is_active
    assert not eli.authenticator_set.exists()
    types = set(Line.objects.filter(actor__isnull=False).values_list("type", flat=True))
    assert {"staff.account.reactivated", "staff.factor.withdrawn", "staff.password.offered"} <= types
    path = urlsplit(link.group()).path
    status, headers, _ = kept.desk.ask(path)
    assert status == 302
    there, session = headers["Location"], headers["Set-Cookie"].partition(";")[0]
    status, headers, form = kept.desk.ask(there, Cookie=session)
    assert status == 200
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token is not None
    cookies = f"{session}; {headers['Set-Cookie'].partition(';')[0]}"
    word = "an-other-horse-battery"
    said = urlencode({"csrfmiddlewaretoken": token[1], "password1": word, "password2": word})
    status, _, _ = kept.desk.ask(there, "POST", said, Cookie=cookies, Content_Type="application/x-www-form-urlencoded")
    assert status == 302
    eli.refresh_from_db()
    assert eli.check_password(word)
    assert kept.desk.ask(path)[0] == 200  # it says that the link does not hold any more
    connection.close()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_somebody_new_is_invited_and_nonsense_is_refused(kept: Kept, language: str) -> None:
    settings = {**kept.settings, "BREACHDESK_LANGUAGE": language}
    done = typed("administrator", f"new-{language}@bakery.example", "--reason", "nobody is left", **settings)
    assert done.returncode == 0, done.stderr
    assert "/join/" in done.stdout
    for email, reason in (("no address", "x"), ("a@bakery.example", "  ")):
        wrong = typed("administrator", email, "--reason", reason, **settings)
        assert wrong.returncode == 2
        assert "/join/" not in wrong.stdout
        assert "Traceback" not in wrong.stderr
