"""One command opens the whole desk, closes it cleanly, and says in one line why it cannot."""

import secrets
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from breachdesk.web.postgres import Postgres
from tests import database
from tests.journeys.desk.running import Running, a_folder, around, command, free_port, running, typed

MIB = 1 << 20


@pytest.fixture(scope="module")
def desk() -> Iterator[Running]:
    with a_folder() as folder, running(folder / "desk") as found:
        yield found


def test_it_is_soon_open_and_says_where(desk: Running) -> None:
    assert desk.ready < 40  # 4 on an idle machine; tests share theirs
    assert desk.heard("The desk is open at").endswith(f"http://localhost:{desk.port}")


def test_at_rest_it_needs_less_than_400_mib_with_its_database(desk: Running) -> None:
    for _ in range(20):
        assert desk.ask("/enter/login/")[0] == 200
    held = desk.memory()
    assert len(held) >= 5  # the desk, PostgreSQL and what it starts
    assert sum(held.values()) < 400 * MIB, held


def test_the_link_of_the_first_administrator_leads_somewhere(desk: Running) -> None:
    link = desk.heard("administrator").split(": ", 1)[1]
    status, _, page = desk.ask(urlsplit(link).path)
    assert status == 200
    assert "password" in page


def test_the_database_listens_on_no_address_and_lets_nobody_in_by_another_name(desk: Running) -> None:
    with desk.connect() as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]  # type: ignore[index]
            for name in ("listen_addresses", "fsync", "log_error_verbosity", "unix_socket_permissions")
        }
    assert shown == {
        "listen_addresses": "",
        "fsync": "on",
        "log_error_verbosity": "terse",
        "unix_socket_permissions": "0700",
    }
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(desk.postgres.url().replace("breachdesk@", "postgres@"))


def test_no_value_of_a_failed_statement_is_on_the_log_of_the_database(desk: Running) -> None:
    with desk.connect() as connection, pytest.raises(psycopg.errors.InvalidTextRepresentation):
        connection.execute("SELECT 'maria@example.org'::int")
    assert "maria@example.org" not in desk.postgres.log.read_text()


def test_a_second_desk_in_the_same_folder_is_refused(desk: Running) -> None:
    done = typed("serve", "--port", "1", BREACHDESK_DATA=str(desk.folder))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "at work in this folder already" in done.stderr


def test_a_port_that_is_taken_is_named(desk: Running, tmp_path: Path) -> None:
    done = typed("serve", "--port", str(desk.port), BREACHDESK_DATA=str(tmp_path / "other"))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"--port {desk.port}" in done.stderr
    assert not (tmp_path / "other" / "postgres").exists()


@pytest.mark.parametrize(
    ("setting", "value", "part"),
    [
        ("BREACHDESK_SITE_URL", "desk.example.org", "BREACHDESK_SITE_URL"),
        ("BREACHDESK_PROXIES", "many", "BREACHDESK_PROXIES"),
        ("BREACHDESK_LANGUAGE", "tlh", "BREACHDESK_LANGUAGE"),
        ("BREACHDESK_DATABASE_URL_FILE", "/nowhere/at/all", "/nowhere/at/all"),
        ("BREACHDESK_DATA", "/dev/null/desk", "/dev/null"),
        ("BREACHDESK_KEYS", "/dev/null/keys", "/dev/null"),
    ],
)
def test_a_bad_setting_is_one_line(setting: str, value: str, part: str, desk: Running, tmp_path: Path) -> None:
    own = {"BREACHDESK_DATA": str(tmp_path / "desk"), "BREACHDESK_DATABASE_URL": desk.postgres.url()}
    if setting.startswith("BREACHDESK_DATABASE"):
        del own["BREACHDESK_DATABASE_URL"]
    done = typed("serve", "--port", "18599", **{**own, setting: value})
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert part in done.stderr


def test_a_further_worker_needs_to_know_the_database_and_the_address_of_the_desk(tmp_path: Path) -> None:
    own = {"BREACHDESK_DATA": str(tmp_path / "desk")}
    for setting, value in (
        ("BREACHDESK_DATABASE_URL", "postgresql://a@/b?host=/nowhere"),
        ("BREACHDESK_SITE_URL", "https://desk.example.org"),
    ):
        done = typed("worker", **own)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert setting in done.stderr
        own[setting] = value


@pytest.mark.slow
def test_a_further_worker_does_what_is_in_the_queue_and_ends_when_asked() -> None:
    with a_folder() as folder, running(folder / "desk", 0, "--no-worker") as desk:
        worker = subprocess.Popen(
            command("worker"),
            env=around(
                BREACHDESK_DATA=str(folder / "desk"),
                BREACHDESK_DATABASE_URL=desk.postgres.url(),
                BREACHDESK_SITE_URL="https://desk.example.org",
            ),
        )
        try:
            desk.put_task()
            assert desk.task_is_done(40)
        finally:
            worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0


def signed_in(desk: Running) -> tuple[int, str]:
    """An account in that desk, and the cookies of its browser."""
    from django.conf import settings
    from django.test import Client

    from tests.cast import account
    from tests.journeys.desk.running import SECRET
    from tests.rooms import joined

    kept = settings.SECRET_KEY
    joined(desk.postgres.url())
    try:
        settings.SECRET_KEY = SECRET
        who = account(f"ada{time.monotonic_ns()}")
        client = Client()
        client.force_login(who)
        return who.id, client.cookies["sessionid"].value
    finally:
        settings.SECRET_KEY = kept
        from django.db import connection

        connection.close()


def test_two_that_start_at_once_on_a_database_of_the_owners_bring_it_up_once(postgres: Any, tmp_path: Path) -> None:
    server, _ = postgres
    url = database.make(server, f"together_{secrets.token_hex(4)}")
    own = {"BREACHDESK_DATABASE_URL": url, "BREACHDESK_SITE_URL": "https://desk.example.org"}
    both = [
        subprocess.Popen(
            command("worker"),
            env=around(BREACHDESK_DATA=str(tmp_path / "desk"), **own),
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [one.stderr.readline() for one in both if one.stderr is not None]
    for one in both:
        one.send_signal(signal.SIGTERM)
    assert [one.wait(60) for one in both] == [0, 0]
    assert said == ["Working through the tasks of the desk.\n"] * 2
    assert not (tmp_path / "desk" / "postgres").exists()


def test_asked_to_close_it_answers_what_it_has_begun() -> None:
    with a_folder() as folder, running(folder / "desk") as desk:
        who, session = signed_in(desk)
        _, headers, _ = desk.ask("/enter/login/")
        token = SimpleCookie(headers["Set-Cookie"])["csrftoken"].value
        answers = []

        def send() -> None:
            answers.append(
                desk.ask(
                    "/language/",
                    "POST",
                    f"language=ru&csrfmiddlewaretoken={token}",
                    Cookie=f"csrftoken={token}; sessionid={session}",
                    Content_Type="application/x-www-form-urlencoded",
                )[0]
            )

        with desk.connect() as other, other.transaction():
            other.execute("SELECT 1 FROM staff_account WHERE id = %s FOR UPDATE", [who])
            sending = threading.Thread(target=send)
            sending.start()
            time.sleep(1)
            desk.process.send_signal(signal.SIGTERM)
            time.sleep(5)
            assert desk.process.poll() is None
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", desk.port)).close()
        sending.join(30)
        assert desk.process.wait(30) == 0
        assert answers == [302]
        assert desk.heard("The desk is closed")
        assert not desk.postgres.running()
        desk.postgres.start()
        with desk.connect() as connection:
            assert connection.execute("SELECT language FROM staff_account WHERE id = %s", [who]).fetchone() == ("ru",)


def test_asked_to_close_before_it_is_open_it_leaves_nothing_running() -> None:
    with a_folder() as folder:
        process = subprocess.Popen(
            command("serve", "--port", str(free_port())),
            env=around(BREACHDESK_DATA=str(folder / "desk")),
            stderr=subprocess.PIPE,
            text=True,
        )
        while not (folder / "desk" / "postgres").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said) == (0, "")
        assert not Postgres(folder / "desk" / "postgres").running()


def test_data_of_a_newer_release_is_left_alone() -> None:
    with a_folder() as folder:
        with running(folder / "desk", 0, "--no-worker") as desk, desk.connect() as connection:
            connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('journal', '0999_x', now())")
            assert desk.close(signal.SIGINT) == 0
        done = typed("serve", "--port", "18598", BREACHDESK_DATA=str(folder / "desk"))
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "journal.0999_x" in done.stderr
        assert not desk.postgres.running()
