"""The interview and its siblings as a tired person, a script and a hostile file meet them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from breachdesk.cli.main import app, collect
from breachdesk.ground import clock, elements
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.shelf import our_shelf
from breachdesk.law import answers, typed
from breachdesk.law.answers import BadLog, State
from breachdesk.law.vocabulary import our_facts

collect()
AT = "2026-11-26T08:00:00Z"
ROOT = Path(__file__).resolve().parents[2]


def run(*words: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=typed)


def ask(sheet: Path, text: str, *more: str) -> Result:
    return run("facts", "ask", sheet, "--at", AT, "--actor", "ada", *more, typed=text)


def said(done: Result) -> str:
    return " ".join(done.stdout.split())


def values(sheet: Path) -> dict[str, object]:
    return dict(YAML(typ="safe", pure=True).load(sheet.read_text(encoding="utf-8")))


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "facts.yaml"


NIGHT = """\
yes # seen in the proxy log
yesterday 22:00
Berlin
Germany, US
Texas 249 name, ssn
DE 900-950 1,2 adults

yes
1
"""


def test_a_night_begins_with_an_empty_sheet(sheet: Path) -> None:
    done = ask(sheet, NIGHT + "quit\n")
    assert done.exit_code == 0, done.output
    found = values(sheet)
    assert found["breach.personal_data"] is True
    assert found["time.aware"] == {"local": "2026-11-25T22:00:00", "tz": "Europe/Berlin"}
    assert found["entity.establishments"] == ["DE", "US"]
    assert found["people"] == [
        {"residence": "US-TX", "count": 249, "elements": ["name", "gov_id.us.ssn"], "minor": "unknown"},
        {"residence": "DE", "count": {"min": 900, "max": 950}, "elements": ["name", "email"], "minor": False},
    ]
    assert found["entity.role"] == "controller"
    history = answers.history(sheet)
    assert [(one.by, one.why) for one in history][:2] == [("ada", "seen in the proxy log"), ("ada", "")]
    assert sheet.stat().st_mode & 0o777 == 0o600


def test_the_next_sitting_goes_on_where_the_last_one_stopped(sheet: Path) -> None:
    ask(sheet, NIGHT + "quit\n")
    again = ask(sheet, "quit\n")
    assert "6 facts are known from before" in said(again)
    assert "Were personal data touched?" not in said(again)


def test_what_an_answer_does_is_said_in_words(sheet: Path) -> None:
    ask(sheet, NIGHT + "quit\n")
    run("facts", "set", sheet, "data.encrypted=no", "--at", AT)
    more = run("facts", "set", sheet, "people=TX 250 name, ssn", "--at", AT)
    assert more.exit_code == 2, "TX is no code"
    more = run("facts", "set", sheet, "people=US-TX 250 name, ssn", "--at", AT)
    assert "New: Tell the Attorney General → Texas Attorney General; by Fri 25 Dec" in said(more)
    assert "people in Texas: 250 (was: 249); the law asks for 250 or more" in said(more)
    less = run("facts", "set", sheet, "people=US-TX 249 name, ssn", "--at", AT, "--language", "ru")
    assert "Больше не требуется: Уведомить генерального прокурора → Texas Attorney General" in said(less)
    assert "пострадавшие (Техас): 249 (прежде: 250); по закону нужно 250 или больше" in said(less)


def test_not_knowing_is_an_answer_and_is_asked_again_after_the_others(sheet: Path) -> None:
    done = ask(sheet, "\n?\nquit\n")
    assert [(one.fact, one.state) for one in answers.history(sheet)] == [
        ("breach.personal_data", State.UNKNOWN),
        ("time.aware", State.UNKNOWN),
    ]
    assert values_or_nothing(sheet) == {}
    questions = [line for line in done.stdout.splitlines() if line.endswith("?")]
    assert len(set(questions)) == len(questions), "nothing is asked twice before all others"
    again = ask(sheet, "quit\n")
    assert "Were personal data touched?" not in said(again)
    shown = run("facts", "show", sheet, "--at", AT)
    assert "not known yet (ada)" in said(shown)


def values_or_nothing(sheet: Path) -> dict[str, object]:
    text = sheet.read_text(encoding="utf-8")
    return values(sheet) if text.strip() else {}


def test_an_interview_ends_when_nobody_knows_more(sheet: Path) -> None:
    sheet.write_text("breach.personal_data: true\nentity.establishments: [SG]\n", encoding="utf-8")
    done = ask(sheet, "\n" * 400)
    assert done.exit_code == 0
    assert "nobody knows yet. Run the same command when you do." in said(done)
    assert "You did not know this yet. Do you now?" in said(done)


def test_back_shows_the_answer_so_far_and_changes_it(sheet: Path) -> None:
    done = ask(sheet, "yes\nback\nno\nquit\n")
    assert "So far: yes. Enter leaves it" in said(done)
    assert values(sheet)["breach.personal_data"] is False
    assert [one.value for one in answers.history(sheet)] == [True, False]
    kept = ask(sheet, "back\n\nquit\n")
    assert "This is the first question." in said(kept)


def test_why_names_the_duties_that_wait_with_their_citation(sheet: Path) -> None:
    done = ask(sheet, NIGHT + "why\nquit\n")
    assert "duties wait for it:" in said(done)
    assert "CFR" in said(done)


def test_any_fact_may_be_answered_by_name(sheet: Path) -> None:
    done = ask(sheet, "risk.gdpr=high # four tables of passports\nquit\n")
    assert done.exit_code == 0, done.output
    written = values(sheet)["risk.gdpr"]
    assert isinstance(written, dict)
    assert (written["value"], written["by"], written["why"]) == ("high", "ada", "four tables of passports")


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("perhaps", "Type yes or no"),
        ("ye\u202es", "cannot be seen"),
        ("y\x1b[2Jes", "cannot be seen"),
        ("y" * 5000, "more than 4096"),
        ("breach.exfiltration=9", "Type a number from 1 to 4"),
        ("time.aware=11/12/2026 10:00", "nobody knows which number is the month"),
        ("time.aware=2027-03-01 10:00 UTC", "still to come"),
        ("time.aware=31.02.2026 10:00", "No calendar has that day"),
        ("time.aware=2026-11-25 26:00", "No clock shows that time"),
        ("time.aware=2026-11-25 10:00 Atlantis", "no time zone called Atlantis"),
        ("entity.establishments=no", "Type 0 if there is none"),
        ("entity.establishments=Georgia", "Georgia may mean GE, US-GA"),
        ("entity.establishments=Germny", "Did you mean DE"),
        ("subjects.count=many", "whole number"),
        ("people=Texas name", "where they live, how many"),
        ("people=Texas 5 nabe", "Did you mean name?"),
    ],
)
def test_an_answer_that_cannot_be_used_is_asked_back_and_changes_nothing(sheet: Path, typed: str, wanted: str) -> None:
    done = ask(sheet, f"{typed}\nquit\n")
    assert wanted in said(done)
    assert done.exit_code == 1
    assert "1 line was not understood" in done.stderr
    assert not sheet.exists()
    assert "\x1b" not in done.output
    assert "\u202e" not in done.output


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2026-11-25 22:00 +01:00", "2026-11-25T22:00:00+01:00"),
        ("2026-11-25T22:00:00Z", {"local": "2026-11-25T22:00:00", "tz": "UTC"}),
        ("25.11.2026 22:00 мск", {"local": "2026-11-25T22:00:00", "tz": "Europe/Moscow"}),
        ("25 Nov 10 pm New York", {"local": "2026-11-25T22:00:00", "tz": "America/New_York"}),
        ("Nov 25, 2026 10:05 pm Europe/Madrid", {"local": "2026-11-25T22:05:00", "tz": "Europe/Madrid"}),
        ("вчера в 22:00 Москва", {"local": "2026-11-25T22:00:00", "tz": "Europe/Moscow"}),
        ("25 ноября 2026", "2026-11-25"),
        ("yesterday", "2026-11-25"),
        ("now", "2026-11-26T08:00:00+00:00"),
    ],
)
def test_times_are_typed_as_people_write_them(sheet: Path, typed: str, value: object) -> None:
    done = ask(sheet, f"time.aware={typed}\nquit\n")
    assert done.exit_code == 0, done.output
    found = values(sheet)["time.aware"]
    assert answers.plain(found) == value


def test_comments_and_everything_else_in_the_sheet_stay(sheet: Path) -> None:
    text = (
        "# case 14\nbreach.personal_data: true   # sure\n\n# people below\n"
        "subjects.count_in: {DE: 900}  # counted\norganisation:\n  name: 'North'\n"
    )
    sheet.write_text(text, encoding="utf-8")
    sheet.chmod(0o644)
    done = run("facts", "set", sheet, "breach.personal_data=no", "subjects.count_in.FR=40", "data.encrypted=yes")
    assert done.exit_code == 0, done.output
    assert (
        sheet.read_text(encoding="utf-8")
        == text.replace("true ", "false ").replace("{DE: 900}", "{DE: 900, FR: 40}") + "data.encrypted: true\n"
    )
    assert sheet.stat().st_mode & 0o777 == 0o644


def test_a_change_by_hand_is_noted_and_the_old_answer_stays(sheet: Path) -> None:
    run("facts", "set", sheet, "breach.malicious=yes", "--why", "the note they left")
    sheet.write_text("breach.malicious: false\n", encoding="utf-8")
    done = run("facts", "set", sheet, "data.encrypted=no")
    assert done.exit_code == 0, done.output
    told = [(one.fact, one.state, one.value) for one in answers.history(sheet)]
    assert told == [
        ("breach.malicious", State.ANSWERED, True),
        ("breach.malicious", State.FOUND, False),
        ("data.encrypted", State.ANSWERED, False),
    ]
    shown = said(run("facts", "show", sheet))
    assert "written by hand" in shown
    assert "Before: yes" in shown
    assert "the note they left" in shown


def test_a_history_that_was_changed_is_refused_and_nothing_is_added(sheet: Path) -> None:
    run("facts", "set", sheet, "breach.malicious=yes")
    run("facts", "set", sheet, "data.encrypted=no")
    log = answers.log_of(sheet)
    whole = log.read_bytes()
    for wrong in (
        whole.replace(b'"value":true', b'"value":false'),
        b"".join(whole.splitlines(True)[1:]),
        b"\x00\xff\n",
    ):
        log.write_bytes(wrong)
        with pytest.raises(BadLog):
            answers.history(sheet)
        done = run("facts", "set", sheet, "breach.malicious=no")
        assert done.exit_code == 2
        assert "was changed after it was written" in done.stderr
        assert log.read_bytes() == wrong
        assert values(sheet)["breach.malicious"] is True


def test_an_answer_taken_out_of_the_history_leaves_the_chain_whole(sheet: Path) -> None:
    run("facts", "set", sheet, "organisation.name=Ada Bakery")
    run("facts", "set", sheet, "data.encrypted=no")
    log = answers.log_of(sheet)
    lines = [json.loads(line) for line in log.read_bytes().splitlines()]
    lines[0]["said"] = lines[0]["salt"] = None
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert [one.erased for one in answers.history(sheet)] == [True, False]


def test_words_for_letters_are_kept_but_never_shown(sheet: Path) -> None:
    done = run("facts", "set", sheet, "organisation.name=Ada Bakery")
    shown = run("facts", "show", sheet)
    as_json = run("facts", "show", sheet, "--json")
    assert "Ada Bakery" not in done.output + shown.output + as_json.output
    assert answers.history(sheet)[0].value == "Ada Bakery"
    assert answers.log_of(sheet).stat().st_mode & 0o777 == 0o600


def test_killed_between_answers_nothing_is_lost(sheet: Path) -> None:
    """The process is killed while it waits for the third answer."""
    program = "import gc; from breachdesk.cli.main import run; run()"
    with subprocess.Popen(
        [sys.executable, "-c", program, "facts", "ask", str(sheet), "--at", AT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    ) as asking:
        assert asking.stdin is not None
        asking.stdin.write(b"yes\n2026-11-25 22:00 UTC\n")
        asking.stdin.flush()
        for _ in range(600):
            if sheet.exists() and "time.aware" in sheet.read_text(encoding="utf-8"):
                break
            time.sleep(0.05)
        os.kill(asking.pid, signal.SIGKILL)
    assert set(values(sheet)) == {"breach.personal_data", "time.aware"}
    assert ask(sheet, "quit\n").exit_code == 0


def test_killed_between_the_two_files_the_next_run_makes_it_good(sheet: Path) -> None:
    run("facts", "set", sheet, "breach.malicious=yes")
    before = sheet.read_bytes()
    run("facts", "set", sheet, "data.encrypted=no")
    sheet.write_bytes(before)  # the log had the line, the sheet not yet
    log = answers.log_of(sheet)
    log.write_bytes(log.read_bytes() + b'{"entry": {"half')
    done = run("facts", "set", sheet, "data.key_taken=no")
    assert done.exit_code == 0, done.output
    assert values(sheet) == {"breach.malicious": True, "data.encrypted": False, "data.key_taken": False}
    assert [one.state for one in answers.history(sheet)] == [State.ANSWERED] * 3


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\xff\xfe" * 100,
        b"breach.malicious: [\n",
        b"- a\n- b\n",
        b"a: 1\n" + b"# x\n" * 3_000_000,
        b"nonsense: 1\n",
    ],
    ids=["binary", "broken", "list", "large", "unknown fact"],
)
def test_an_unusable_sheet_is_refused_in_one_line_and_left_alone(sheet: Path, content: bytes) -> None:
    sheet.write_bytes(content)
    for words in (["ask"], ["set"]):
        done = run("facts", *words, sheet, *(["data.encrypted=no"] if words == ["set"] else []), typed="quit\n")
        assert done.exit_code == 2, done.output
        assert "facts.yaml" in done.stderr
        assert "Traceback" not in done.output
        assert sheet.read_bytes() == content


def test_a_read_only_sheet_is_not_replaced_behind_its_back(sheet: Path) -> None:
    sheet.write_text("breach.malicious: true\n", encoding="utf-8")
    sheet.chmod(0o444)
    done = run("facts", "set", sheet, "breach.malicious=no")
    assert done.exit_code == 2
    assert "read-only" in done.stderr
    assert values(sheet) == {"breach.malicious": True}


def test_two_may_not_answer_at_once(sheet: Path) -> None:
    with answers.Book.open(sheet, words=our_facts(), clock=clock.now, by="ben", rules=answers.Rules("1", "2")):
        done = run("facts", "set", sheet, "breach.malicious=no")
    assert done.exit_code == 2
    assert "another run is asking" in done.stderr


def test_set_changes_nothing_when_one_of_several_is_wrong(sheet: Path) -> None:
    for wrong in ("data.encrypted_=yes", "data.encrypted", "data.encrypted=perhaps"):
        done = run("facts", "set", sheet, "breach.malicious=yes", wrong)
        assert done.exit_code == 2, wrong
        assert not sheet.exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Tell the supervisory authority|Now: owed|How the time is reckoned|72 hours|GDPR Art. 33(1)"),
        ("en", "a risk is unlikely → only to be recorded"),
        ("ru", "Уведомить надзорный орган|Сейчас: надо исполнить|Как посчитан срок|72 ч|GDPR Art. 33(1)"),
        ("ru", "риск маловероятен → только записать"),
    ],
)
def test_a_duty_is_explained_in_full(sheet: Path, language: str, words: str) -> None:
    sheet.write_text(
        "breach.personal_data: true\nentity.role: controller\nentity.main_establishment: FR\nrisk.gdpr: risk\n"
        "time.aware: 2026-11-25T22:00:00+01:00\n",
        encoding="utf-8",
    )
    done = run("facts", "why", sheet, "eu.gdpr.art33", "--at", AT, "--language", language)
    assert done.exit_code == 0, done.output
    assert [word for word in words.split("|") if word not in said(done)] == []
    nobody = run("facts", "why", sheet, "eu.gdpr.art3", "--at", AT)
    assert nobody.exit_code == 2
    assert "did you mean" in nobody.stderr


def test_the_interview_is_read_in_russian(sheet: Path) -> None:
    done = ask(sheet, "да # видно в журнале\nвчера 22:00 мск\n\nстоп\n", "--language", "ru")
    assert done.exit_code == 0, done.output
    assert "Затронуты ли персональные данные?" in said(done)
    assert "Записано: ср, 25 ноября, 22:00 (Москва)" in said(done)
    assert "Остановлено. Все ответы сохранены" in said(done)
    assert not {"None", "{", "}"} & set(done.stdout.split())


def test_answers_may_come_from_a_file(sheet: Path, tmp_path: Path) -> None:
    script = tmp_path / "answers.txt"
    script.write_text("# a comment\nbreach.personal_data=yes\nquit\n", encoding="utf-8")
    assert ask(sheet, "", "--answers", str(script)).exit_code == 0
    assert values(sheet) == {"breach.personal_data": True}
    missing = ask(sheet, "", "--answers", str(tmp_path / "nowhere"))
    assert missing.exit_code == 2
    script.write_bytes(b"\xff\x00\xfe\n" * 50)
    assert ask(sheet, "", "--answers", str(script)).exit_code == 1
    assert values(sheet) == {"breach.personal_data": True}


def test_every_choice_has_words_in_every_language() -> None:
    tongue = typed.read(our_shelf())
    options = [(fact.name, option) for fact in our_facts().facts.values() for option in fact.options]
    for language in LANGUAGES:
        named = {(fact, option) for fact, some in tongue.choices[language].items() for option in some}
        assert set(options) == named, language


def test_kinds_of_data_are_named_as_people_name_them(sheet: Path) -> None:
    for text in ("RU 1200 имя, телефон, паспорт, пароли дети", "RU 1200 names, phones, passport, password children"):
        done = ask(sheet, f"people={text}; unknown 3 e-mail\nquit\n", "--language", "ru")
        assert done.exit_code == 0, done.output
        assert values(sheet)["people"] == [
            {
                "residence": "RU",
                "count": 1200,
                "elements": ["name", "phone", "gov_id.passport", "login.password"],
                "minor": True,
            },
            {"residence": "unknown", "count": 3, "elements": ["email"], "minor": "unknown"},
        ]


def test_every_short_name_and_every_choice_by_number_is_an_element_there_is() -> None:
    tongue, known = typed.read(our_shelf()), elements.vocabulary()
    assert [one for one in (*tongue.elements, *tongue.kinds) if one not in known] == []


def test_a_sheet_edited_by_hand_while_somebody_answers_keeps_both(sheet: Path) -> None:
    rules = answers.Rules("1", "2")
    with answers.Book.open(sheet, words=our_facts(), clock=clock.now, by="ben", rules=rules) as book:
        book.answer("breach.malicious", True)
        sheet.write_text("breach.malicious: false  # by hand\ndata.key_taken: true\n", encoding="utf-8")
        book.answer("data.encrypted", False)
    assert sheet.read_text(encoding="utf-8").startswith("breach.malicious: false  # by hand\ndata.key_taken: true\n")
    assert [(one.fact, one.state.value, one.value) for one in answers.history(sheet)] == [
        ("breach.malicious", "answered", True),
        ("breach.malicious", "found", False),
        ("data.key_taken", "found", True),
        ("data.encrypted", "answered", False),
    ]
