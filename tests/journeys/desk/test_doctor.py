"""The doctor says in plain words what is well and what is not, and every damage is found."""

import json
from pathlib import Path
from typing import Any

from tests.journeys.desk.conftest import Kept
from tests.journeys.desk.running import typed


def looked(kept: Kept, *words: str, **settings: str) -> tuple[int, dict[str, list[dict[str, str]]], str]:
    """Exit code, findings by check, what was said beside the document."""
    done = typed("doctor", "--json", *words, **{**kept.settings, **settings})
    document = json.loads(done.stdout)
    assert document["format"] == "breachdesk.doctor/1"
    assert document["well"] == (done.returncode == 0)
    found: dict[str, list[dict[str, str]]] = {}
    for one in document["findings"]:
        found.setdefault(one["check"], []).append(one)
    return done.returncode, found, done.stderr


def states(found: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {check: ones[0]["state"] for check, ones in found.items()}


def test_a_well_desk_is_well_while_it_is_open(kept: Kept) -> None:
    code, found, said = looked(kept, "--all")
    expected = dict.fromkeys(("data", "address", "database", "migrations", "keys", "clock", "tasks", "journal"), "well")
    assert {**states(found), "disk": ""} == {
        **expected, "vault": "well", "mail": "note", "texts": "note", "administrator": "note", "disk": ""
    }  # fmt: skip
    assert "1 item of 1 was hashed again" in found["vault"][0]["says"]
    assert code == (0 if states(found)["disk"] == "well" else 1), said


def test_it_speaks_the_language_of_the_house(kept: Kept) -> None:
    done = typed("doctor", BREACHDESK_LANGUAGE="ru", **kept.settings)
    assert "Журнал цел" in done.stdout
    assert "! " not in done.stdout


def test_what_is_wrong_around_it_is_named(kept: Kept, tmp_path: Path) -> None:
    code, found, said = looked(
        kept,
        BREACHDESK_KEYS=str(tmp_path / "other-keys"),
        BREACHDESK_MAIL_URL="smtp://127.0.0.1:1",
        BREACHDESK_SMS_URL="smpp://desk:secret@127.0.0.1:1",
        BREACHDESK_SMS_FROM="Bakery",
        BREACHDESK_SITE_URL="http://desk.example.org",
    )
    assert code == 1
    assert {check for check, state in states(found).items() if state in ("broken", "look")} - {"disk"} == {
        "keys", "mail", "texts", "address", "vault"
    }  # fmt: skip
    assert "127.0.0.1:1 takes no mail" in said
    assert "The gateway of text messages takes nothing (127.0.0.1:1: " in said
    assert "1 case has a key" in said
    assert "1 item does not open: 2026-001 E-001" in said


def test_a_folder_without_a_desk_is_said_to_be_one(tmp_path: Path) -> None:
    done = typed("doctor", BREACHDESK_DATA=str(tmp_path / "nothing"))
    assert done.returncode == 1
    assert "there is no desk here" in done.stdout


def test_settings_nobody_can_start_with_are_one_line(kept: Kept) -> None:
    done = typed("doctor", **{**kept.settings, "BREACHDESK_MAIL_URL": "imap://x"})
    assert (done.returncode, done.stderr.count("\n"), done.stdout) == (2, 1, "")
    assert "BREACHDESK_MAIL_URL" in done.stderr


def test_every_damage_is_found(kept: Kept) -> None:
    """The last test of this file: what it breaks stays broken."""
    from datetime import timedelta

    from django.db import connection

    from breachdesk.case.app.actions import open_case
    from breachdesk.ground import clock
    from breachdesk.staff.app.models import Account
    from breachdesk.vault.app.models import Item
    from tests.cast import hand
    from tests.rooms import joined

    joined(kept.desk.postgres.url())
    ada = Account.objects.get(email="ada@bakery.example")
    open_case("of tomorrow", lead=ada, by=hand(ada, at=clock.now() + timedelta(days=1)))
    item = Item.objects.get()
    path = kept.desk.folder / "vault" / item.case.number / item.sealed
    with path.open("r+b") as file:  # in the middle: opening it does not see that, hashing it does
        file.seek(path.stat().st_size // 2)
        file.write(b"\0\0\0\0")
    connection.close()
    with kept.desk.connect() as other:
        changed = "replace(convert_from(payload, 'UTF8'), 'Bakery North', 'Bakery South')::bytea"
        for statement in (
            "ALTER TABLE journal_line DISABLE TRIGGER ALL",
            f"UPDATE journal_line SET payload = {changed} WHERE type = 'case.case.opened' AND \"case\" = '2026-001'",
            "ALTER TABLE journal_node DISABLE TRIGGER ALL",
            "UPDATE journal_node SET hash = decode(repeat('00', 32), 'hex') WHERE level = 0 AND index = 1",
            "ALTER TABLE journal_casecount DISABLE TRIGGER ALL",
            "UPDATE journal_casecount SET count = count + 1 WHERE \"case\" = '2026-001'",
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) VALUES ('q', 't', '{}', 'failed')",
        ):
            other.execute(statement)
    _, found, _ = looked(kept)
    assert states(found)["vault"] == "well"
    code, found, said = looked(kept, "--all")
    assert code == 1
    assert states(found)["vault"] == "broken"
    assert [one["says"].partition(" ")[0] for one in found["journal"]] == ["The", "1", "The"]
    for part in (
        "The contents of entry 2 are not those that were entered",
        "1 hash of the tree is missing",
        "counts of entries by case are not",
        "1 item does not open",
        "The clock is behind",
        "1 task failed",
    ):
        assert part in said
    path.unlink()
    assert "1 item is not in the vault: 2026-001 E-001" in looked(kept)[2]


def test_the_head_of_a_journal_that_lost_its_last_entry_gives_it_away(desk: str, cast: Any) -> None:
    from django.db import connection

    from breachdesk.journal.app.judging import judge_journal

    assert cast.bakery
    before = judge_journal()
    assert not before.faults
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_line DISABLE TRIGGER ALL")
        cursor.execute("DELETE FROM journal_line WHERE seq = %s", [before.entries])
        cursor.execute("ALTER TABLE journal_line ENABLE TRIGGER ALL")
    faults = dict(judge_journal().faults)
    assert faults["head"] == {"said": before.entries, "found": before.entries - 1}
    assert set(faults) == {"head", "nodes", "counts"}


def test_a_state_that_another_key_or_name_signed_is_told_from_ours(desk: str, cast: Any, tmp_path: Path) -> None:
    from django.conf import settings

    from breachdesk.ground.keys import KeyRing, Purpose
    from breachdesk.journal.app import actions, signing
    from breachdesk.journal.app.models import Checkpoint
    from breachdesk.journal.note import Signer
    from breachdesk.web.doctor import strange_signatures
    from tests.cast import AT

    def seen() -> list[str]:
        return [one.says for one in strange_signatures()]

    assert cast.bakery
    assert seen() == []
    actions.checkpoint(signing.signer(), AT)
    assert seen() == []
    foreign = KeyRing(tmp_path / "keys").create("journal", Purpose.SIGN)
    for name, expected in ((settings.ORIGIN, "journal.other_key"), ("elsewhere.example/desk", "journal.other_name")):
        made = Checkpoint.objects.order_by("-size").first()
        assert made is not None
        Checkpoint(
            size=made.size + 1, note=Signer(name, foreign).checkpoint(made.size + 1, b"0" * 32), made_at=AT
        ).save()
        assert seen() == [expected]
