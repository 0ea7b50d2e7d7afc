"""The states of a desk's journal are dated; a bag takes the stamps along; trouble is told where one looks."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from breachdesk.journal import verify
from breachdesk.journal.note import Signer
from tests.journal.authority import Authority

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def test_the_last_state_is_dated_once_and_goes_with_a_bag(
    desk: str, ada: Any, signer: Signer, tmp_path: Path, settings_of: Any
) -> None:
    from breachdesk.journal.app import stamping
    from breachdesk.journal.app.actions import checkpoint
    from breachdesk.journal.app.export import export_case
    from breachdesk.journal.app.models import Checkpoint

    with Authority(tmp_path / "tsa").open() as authority:
        settings_of(TSA_URL=authority.url, TSA_CERTIFICATES=authority.root)
        _entry(ada)
        checkpoint(signer, ada.at)
        assert stamping.date_last() is not None
        assert stamping.date_last() is None  # not twice
        assert authority.seen == 1
        kept = Checkpoint.objects.get()
        assert kept.token_from == "127.0.0.1"
        assert kept.token_at is not None
        _entry(ada)
        export_case("bakery", tmp_path / "bag", signer=signer, by=ada)
    report = verify.verify(str(tmp_path / "bag"), signer.vkey, [])
    assert report.verdict == "intact", report.faults
    tokens = sorted(path.name for path in (tmp_path / "bag/data/tokens").iterdir())
    assert tokens == ["001.tsr", "checkpoint.tsr"]
    for token, note in (("001.tsr", "checkpoints/001.note"), ("checkpoint.tsr", "checkpoint")):
        check = ["openssl", "ts", "-verify", "-in", f"data/tokens/{token}", "-data", f"data/{note}"]
        done = subprocess.run([*check, "-CAfile", str(authority.root)], cwd=tmp_path / "bag", capture_output=True)
        assert done.returncode == 0, done.stderr


def test_an_authority_that_is_away_stops_nothing_and_is_told(
    desk: str, ada: Any, signer: Signer, tmp_path: Path, settings_of: Any
) -> None:
    from breachdesk.journal.app import stamping
    from breachdesk.journal.app.actions import checkpoint
    from breachdesk.journal.app.export import export_case
    from breachdesk.web.doctor import _journal
    from tests.cast import account, browser

    authority = Authority(tmp_path / "tsa")
    settings_of(TSA_URL="http://127.0.0.1:1/tsr", TSA_CERTIFICATES=authority.root)
    _entry(ada)
    checkpoint(signer, ada.at)
    assert stamping.date_last() is None
    export_case("bakery", tmp_path / "bag", signer=signer, by=ada)
    assert verify.verify(str(tmp_path / "bag"), signer.vkey, []).verdict == "intact"
    found = stamping.trouble()
    assert found is not None
    assert found["reason"] == "unreachable"
    for language, told in (("en", "it cannot be reached"), ("ru", "с ней нет связи")):
        page = browser(account(f"Ada{language}"), language).get("/journal/verify/").content.decode()
        assert told in page
    assert "journal.no_stamp" in [one.says for one in _journal(False)]
    with authority.open():
        settings_of(TSA_URL=authority.url)
        assert stamping.date_last() is not None
    assert stamping.trouble() is None


def test_a_bag_takes_the_states_that_tell_something_not_thousands(
    desk: str, ada: Any, signer: Signer, tmp_path: Path
) -> None:
    from dataclasses import replace

    from breachdesk.journal.app.actions import checkpoint
    from breachdesk.journal.app.export import export_case

    for hours in range(0, 72, 6):
        by = replace(ada, at=ada.at + timedelta(hours=hours))
        _entry(by)
        checkpoint(signer, by.at)
    export_case("bakery", tmp_path / "bag", signer=signer, by=by)
    assert verify.verify(str(tmp_path / "bag"), signer.vkey, []).verdict == "intact"
    kept = [path.name for path in (tmp_path / "bag/data/checkpoints").glob("*.note")]
    assert 4 <= len(kept) <= 5  # the first, and the last of each of the days


def _entry(by: Any) -> None:
    from django.db import transaction

    from breachdesk.journal.app.actions import write

    with transaction.atomic():
        write("case.note.added", by=by, case="bakery")
