"""The frame: a stranger sees nothing, everybody their own cases in their language, with strict headers."""

from typing import Any

from tests.cast import browser


def test_a_stranger_is_asked_to_sign_in(desk: str) -> None:
    answer = browser().get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/enter/login/")


def test_everybody_sees_their_own_cases_and_no_others(cast: Any) -> None:
    cast.bakery  # noqa: B018 - opened by being named
    assert "Bakery North" in browser(cast.ben).get("/").content.decode()
    assert "Bakery North" not in browser(cast.dan).get("/").content.decode()
    assert "Открыто 1 дело." in browser(cast.ada, "ru").get("/").content.decode()


def test_headers_leave_nothing_to_chance(cast: Any) -> None:
    headers = browser(cast.ada).get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "same-origin"  # with no-referrer, browsers send forms as from nowhere
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_language_is_kept_with_the_account(cast: Any) -> None:
    client = browser(cast.ada)
    assert client.post("/language/", {"language": "ru", "page": "/"}).status_code == 302
    assert 'lang="ru"' in client.get("/").content.decode()
    assert client.post("/language/", {"language": "ru", "page": "//evil.example/"})["Location"] == "/"


def test_a_page_that_is_not_there_says_so_calmly(cast: Any) -> None:
    answer = browser(cast.ada).get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
