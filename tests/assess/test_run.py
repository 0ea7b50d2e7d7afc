"""A pack is whole, signed and bound to what it was judged by; whatever stops a run, the next one goes on."""

import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from breachdesk.assess import NotAPack, Stopped
from breachdesk.assess import pack as packs
from breachdesk.assess.run import Progress
from breachdesk.journal import read
from breachdesk.journal.verify import verify
from breachdesk.law import answers, kept, shelf
from breachdesk.law.facts import BadFacts
from breachdesk.law.vocabulary import our_facts
from tests.assess.bakery import NOW, SECRETS, Desk, lay_out

STEPS = ("duties", "weight", "notices", "filings", "journal")
HERE = Path(__file__).resolve().parents[2]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return lay_out(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = lay_out(tmp_path_factory.mktemp("made"))
    desk.assess()
    return desk


@pytest.fixture
def assessed(made: Desk, tmp_path: Path) -> Desk:
    """A desk that was assessed once, of one's own: a copy, as the run takes seconds."""
    shutil.copytree(made.room, tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def verdict(pack: Path) -> str:
    return verify(str(pack), None, []).verdict


def types(pack: Path) -> list[str]:
    return [entry.type for entry in read(pack)]


def test_a_pack_holds_what_the_contract_names_and_verifies(desk: Desk) -> None:
    done = desk.assess()
    names = set(digests(desk.pack))
    assert {"report.html", "report.ru.html", "duties.json", "calendar.ics", "MANIFEST", "journal/verify.py"} <= names
    assert {"scope/people.parquet", "scope/findings.parquet", "scope/records.parquet", "scope/summary.json"} <= names
    assert {"filings/eu.gdpr.art33.html", "filings/eu.gdpr.art33.json"} <= names
    letters = {name.rpartition("/")[2] for name in names if name.startswith("notices/") and name.count("/") == 2}
    assert letters == {f"{language}.{form}" for language in ("en", "ru") for form in ("html", "txt", "pdf")}
    assert done.summary.people == 4
    assert verdict(desk.pack) == "intact"
    duties = json.loads((desk.pack / "duties.json").read_text())
    assert duties["format"] == "breachdesk.duties/1"
    authority = next(duty for duty in duties["duties"] if duty["id"] == "eu.gdpr.art33")
    assert (authority["verdict"], authority["due"]) == ("owed", "2026-11-23T16:25:00+01:00")
    assert {duty["id"]: duty["people"] for duty in duties["duties"]}["us.ca.individuals"] == 1


def test_every_file_of_the_pack_is_bound_to_the_signature(assessed: Desk) -> None:
    named = {name for entry in read(assessed.pack) if entry.type == "assess.pack.written" for name in entry.names or ()}
    lying = {
        f"pack:{name}" for name in digests(assessed.pack) if not name.startswith("journal/") and name != "MANIFEST"
    }
    assert named == lying
    (assessed.pack / "report.html").write_text("another")
    assert verdict(assessed.pack) == "broken"


def test_values_stand_in_the_sealed_list_alone(assessed: Desk) -> None:
    for path in assessed.pack.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        for secret in SECRETS:
            assert secret.encode() not in content, f"{path.name} holds a value"
    for secret in ("Quittenbaum", "Zwetschge", "66969111", "4155550133"):
        assert not any(secret.encode() in path.read_bytes() for path in assessed.pack.rglob("*") if path.is_file())


def test_nothing_is_written_when_nothing_has_changed(desk: Desk) -> None:
    first = desk.assess()
    before = digests(desk.pack)
    again = desk.assess()
    assert again.unchanged
    assert again.duties == first.duties
    assert again.drafts == first.drafts
    assert digests(desk.pack) == before


def test_what_time_alone_changes_is_judged_anew(desk: Desk) -> None:
    desk.facts.write_text(
        desk.facts.read_text() + "hold.law_enforcement: {from: 2026-11-20, until: 2026-11-24, written: true}\n"
    )
    first = desk.assess(at=None)
    assert "held" in {duty.verdict.value for duty in first.duties.duties}
    soon = desk.assess(at=None, now=NOW + timedelta(hours=1))
    assert soon.unchanged
    assert soon.seen_at == NOW + timedelta(hours=1)  # what is late is late by the clock of the reader
    later = desk.assess(at=None, now=NOW + timedelta(days=9))
    assert not later.unchanged
    assert later.kept == desk.pack / "previous" / "20261121T080000Z"
    assert "held" not in {duty.verdict.value for duty in later.duties.duties}
    assert verdict(desk.pack) == "intact"


def test_a_run_cut_off_at_its_very_end_is_taken_up_not_kept(assessed: Desk) -> None:
    (assessed.pack / "MANIFEST").unlink()
    assert assessed.assess().kept is None
    assert verdict(assessed.pack) == "intact"


def test_changed_facts_keep_the_earlier_version(assessed: Desk) -> None:
    before = digests(assessed.pack)
    assessed.facts.write_text(assessed.facts.read_text().replace("risk.gdpr: high", "risk.gdpr: unlikely"))
    done = assessed.assess()
    assert done.kept == assessed.pack / "previous" / "20261121T080000Z"
    kept = digests(done.kept)
    assert kept["duties.json"] == before["duties.json"] != digests(assessed.pack)["duties.json"]
    assert kept["report.html"] == before["report.html"]
    assert "scope/people.parquet" not in kept  # the evidence is the same and is not read twice
    assert types(assessed.pack).count("scope.sources.read") == 1
    assert verdict(assessed.pack) == "intact"


def test_new_evidence_keeps_the_earlier_list_too(assessed: Desk) -> None:
    people = (assessed.pack / "scope" / "people.parquet").read_bytes()
    (assessed.evidence / "more.csv").write_text("name,email\nErnestine Mirabelle,e.mirabelle@example.com\n")
    done = assessed.assess()
    assert done.summary.people == 5
    assert done.kept is not None
    assert (done.kept / "scope" / "people.parquet").read_bytes() == people
    assert verdict(assessed.pack) == "intact"


def test_a_plug_pulled_between_two_versions_loses_nothing(assessed: Desk) -> None:
    before = packs.keep(assessed.pack, NOW.isoformat(), scope=False)
    assert before is not None
    assert not (assessed.pack / "state.json").exists()
    done = assessed.assess(case="Bakery North")
    assert done.summary.people == 4
    assert verdict(assessed.pack) == "intact"
    assert (before / "report.html").is_file()


def test_a_letter_changed_by_hand_is_left_alone_and_kept(assessed: Desk) -> None:
    letter = next((assessed.pack / "notices").glob("*/en.txt"))
    letter.write_text("Our own words.")
    assert assessed.assess().unchanged
    assert letter.read_text() == "Our own words."
    assessed.facts.write_text(assessed.facts.read_text() + "data.encrypted: false\n")
    kept = assessed.assess().kept
    assert kept is not None
    assert (kept / letter.relative_to(assessed.pack)).read_text() == "Our own words."


def test_a_lost_file_is_made_again(assessed: Desk) -> None:
    (assessed.pack / "calendar.ics").unlink()
    assert not assessed.assess().unchanged
    assert (assessed.pack / "calendar.ics").is_file()
    assert verdict(assessed.pack) == "intact"


class Halt:
    """Stops the run when a step begins, as Ctrl-C would."""

    def __init__(self, step: str) -> None:
        self.step = step

    def told(self, step: str, count: int) -> None:
        if step == self.step:
            raise KeyboardInterrupt

    def counted(self, step: str, done: int, all_: int) -> None:
        self.told(step, 0)


@pytest.mark.parametrize("step", ["read", "find", "list", *STEPS])
def test_an_interrupted_run_leaves_a_usable_pack_that_says_so(desk: Desk, step: str) -> None:
    halt = Halt(step)
    with pytest.raises(Stopped) as stopped:
        desk.assess(Progress(halt.told, halt.counted))
    report = (desk.pack / "report.html").read_text()
    assert "Unfinished" in report
    assert (desk.pack / "duties.json").is_file() == (step in STEPS[1:])
    assert verdict(desk.pack) == "unfinished"
    assert types(desk.pack)[-1] == "assess.run.stopped"
    assert stopped.value.step == ("scope" if step not in STEPS else step)
    assert not list(desk.pack.rglob("*.part"))
    desk.assess()
    assert "Unfinished" not in (desk.pack / "report.html").read_text()
    assert verdict(desk.pack) == "intact"
    assert not (desk.pack / "previous").exists()


def start(desk: Desk, **more: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from breachdesk.cli.main import run; run()", "assess", str(desk.evidence)]
    command += ["--facts", str(desk.facts), "--out", str(desk.pack), "--key-folder", str(desk.keys)]
    command += ["--at", NOW.isoformat()]
    return subprocess.Popen(command, cwd=HERE, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload,no-any-return]


def test_killed_at_any_moment_the_next_run_ends_whole(desk: Desk) -> None:
    for wait in (1.2, 1.6, 2.0, 2.6):
        process = start(desk)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    process = start(desk)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    assert verdict(desk.pack) == "intact"


def test_asked_to_end_it_says_where_it_stopped(desk: Desk) -> None:
    with (desk.evidence / "big.csv").open("w") as file:
        file.write("name,email\n")
        file.writelines(f"Person Number{n},p{n}@example.com\n" for n in range(600_000))
    process = start(desk)
    deadline = time.monotonic() + 60
    while not list((desk.pack / "scope").glob(".work/*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "run the same command again" in told
    assert types(desk.pack)[-1] == "assess.run.stopped"


def test_a_disk_that_takes_no_more_is_told_and_survived(desk: Desk) -> None:
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    process = start(desk, preexec_fn=small)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 3
    assert "Nothing is lost" in told
    assert "Traceback" not in told
    process = start(desk)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    assert verdict(desk.pack) == "intact"


def test_when_nothing_can_be_read_nobody_is_counted_as_nobody(desk: Desk) -> None:
    for path in desk.evidence.iterdir():
        path.unlink()
    (desk.evidence / "locked.zip").write_bytes(b"PK\x03\x04" + os.urandom(64))
    desk.facts.write_text(desk.facts.read_text() + "subjects.count_in: {US-CA: 700}\n")
    done = desk.assess()
    assert not done.known
    told = {duty.id: duty.verdict.value for duty in done.duties.duties}
    assert told["us.ca.ag"] != "not_owed"
    assert verdict(desk.pack) == "intact"


def test_an_empty_folder_does_not_say_that_nobody_is_concerned(desk: Desk) -> None:
    for path in desk.evidence.iterdir():
        path.unlink()
    done = desk.assess()
    assert not done.known
    assert "people" in {question.fact for question in done.duties.questions}


def test_a_folder_of_other_things_is_not_written_to(desk: Desk) -> None:
    desk.pack.mkdir()
    (desk.pack / "thesis.txt").write_text("years of work")
    with pytest.raises(NotAPack, match="no response pack"):
        desk.assess()
    assert digests(desk.pack) == {"thesis.txt": hashlib.sha256(b"years of work").hexdigest()}


def test_a_pack_keeps_its_case(desk: Desk) -> None:
    desk.assess(case="2026-014")
    with pytest.raises(NotAPack, match="2026-014"):
        desk.assess(case="2026-015")
    assert {entry.case for entry in read(desk.pack)} == {"2026-014"}


def test_bad_facts_are_told_before_anything_is_written(desk: Desk) -> None:
    desk.facts.write_text("breach.personal_data: perhaps\norganisation: {phone_number: 1}\n")
    with pytest.raises(BadFacts, match=r"breach\.personal_data"):
        desk.assess()
    desk.facts.write_text("organisation: {phone_number: 1}\n")
    with pytest.raises(BadFacts, match=r"organisation\.phone_number"):
        desk.assess()
    assert not desk.pack.exists()


def test_places_without_a_law_on_the_shelf_are_said_aloud(desk: Desk) -> None:
    (desk.evidence / "more.csv").write_text("name,email,country\nErika Mori,e.mori@example.com,AQ\n")
    done = desk.assess()
    assert any("AQ (1)" in warning for warning in done.warnings)
    assert "AQ (1)" in (desk.pack / "report.html").read_text()


def test_the_signed_journal_names_the_history_of_the_answers(desk: Desk) -> None:
    with answers.Book.open(
        desk.facts, words=our_facts(), clock=lambda: NOW, by="ada", rules=answers.Rules("v", "s")
    ) as book:
        book.answer("breach.malicious", True, why="the note they left")
    desk.assess()
    started = [entry for entry in read(desk.pack) if entry.type == "assess.run.started"]
    assert started[-1].payload is not None
    assert started[-1].payload["answers_sha256"] == answers.head(desk.facts) != ""
    assert "the note they left" not in (desk.pack / "journal" / "entries.jsonl").read_text()
    log = answers.log_of(desk.facts)
    log.write_bytes(log.read_bytes().replace(b'"ada"', b'"eve"'))
    done = desk.assess(at=NOW)
    assert any("was changed after it was written" in warning for warning in done.warnings)


def test_a_pack_keeps_the_law_it_was_judged_by_and_says_what_changed_since_the_version_before(desk: Desk) -> None:
    first = desk.assess()
    assert first.changed is None
    assert not (desk.pack / "changes.json").exists()
    with kept.opened(desk.pack) as there:
        judged_by = json.loads((desk.pack / "duties.json").read_text())["packs"]["sha256"]
        assert shelf.load(there).sha256 == judged_by
    desk.facts.write_text(desk.facts.read_text().replace("risk.gdpr: high", "risk.gdpr: unlikely"))
    second = desk.assess()
    assert second.changed is not None
    document = json.loads((desk.pack / "changes.json").read_text())
    kinds = {change["id"]: change["kind"] for change in document["changes"]}
    assert kinds["eu.gdpr.art33"] == "fell_away"
    assert second.kept is not None
    assert (second.kept / "packs.json.gz").is_file()
    assert verdict(desk.pack) == "intact"
