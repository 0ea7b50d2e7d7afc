"""A desk of every release so far becomes one of this release, its journal as it was (tools/store-desk keeps them)."""

import json
import shutil
from pathlib import Path

import pytest

from breachdesk import __version__
from breachdesk.web.postgres import Postgres
from tests.journeys.desk.running import a_folder, running, typed

HERE = Path(__file__).parent
KEPT = sorted(path.parent.name for path in HERE.glob("*/desk.backup"))


def test_a_desk_of_this_release_is_kept() -> None:
    assert __version__ in KEPT, "run .venv/bin/python tools/store-desk when the last migration of the release is in"


@pytest.mark.parametrize("release", KEPT)
def test_a_desk_of_that_release_becomes_one_of_this(release: str) -> None:
    from django.conf import settings
    from django.db import connection

    from breachdesk.case.app.models import Case
    from breachdesk.journal.app.judging import judge_journal
    from breachdesk.journal.app.models import Line
    from breachdesk.vault.app.models import Item
    from breachdesk.web.place import missing_migrations
    from tests.rooms import joined

    expected = json.loads((HERE / release / "expected.json").read_text())
    with a_folder() as folder:
        key = folder / "key"
        key.mkdir(mode=0o700)
        shutil.copyfile(HERE / release / "backup.key", key / "backup.key")
        (key / "backup.key").chmod(0o600)
        own = {"BREACHDESK_DATA": str(folder / "desk"), "BREACHDESK_KEYS": str(folder / "keys")}
        done = typed("restore", str(HERE / release / "desk.backup"), "--key", str(key), **own)
        assert done.returncode == 0, done.stderr
        assert f"Entries: {expected['entries']}," in done.stderr
        with running(folder / "desk", 0, "--no-worker", BREACHDESK_KEYS=own["BREACHDESK_KEYS"]) as desk:
            assert desk.ask("/enter/login/")[0] == 200
        database = Postgres(folder / "desk" / "postgres")
        database.start()
        before = settings.DATA
        try:
            joined(database.url())
            assert missing_migrations() == []
            assert sorted(Case.objects.values_list("number", flat=True)) == expected["cases"]
            assert sorted(Item.objects.values_list("sha256", flat=True)) == expected["evidence"]
            assert Line.objects.get(seq=expected["entries"] + 1).type == "web.backup.restored"
            judged = judge_journal()
            assert not judged.faults
            assert judged.entries > expected["entries"]
        finally:
            settings.DATA = before
            connection.close()
            database.stop()
        done = typed("doctor", "--all", "--json", **own)
        found = {one["check"]: one["state"] for one in json.loads(done.stdout)["findings"]}
        assert (found["vault"], found["journal"], found["keys"]) == ("well", "well", "well")
