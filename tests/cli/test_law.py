"""The shelf without a case, in the terminal: found, told, compared; a correction that breaks something is told so."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from breachdesk.cli.main import app, collect
from breachdesk.ground.shelf import our_shelf, shipped
from breachdesk.law import shelf

collect()
AT = ("--at", "2026-11-26T12:00:00Z")
WA = "law/us/wa/individuals.yaml"
STORY = "law/us/wa/stories/individuals.yaml:13"
LEGAL = {"en": "not legal advice", "ru": "не юридическая консультация"}


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["law", *words], env={"COLUMNS": "200"})


def plain(result: Result) -> str:
    return " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("california attorney general", "us.ca.ag"),
        ("californya attornei", "us.ca.ag"),
        ("роскомнадзор первичное", "ru.pdn.primary"),
        ("US-WA.individuals", "us.wa.individuals"),
    ],
)
def test_a_duty_is_found_by_its_words_also_misspelt(query: str, first: str) -> None:
    found = json.loads(run("search", query, "--json").stdout)
    assert found["duties"][0]["id"] == first
    assert LEGAL["en"] in found["legal"]


def test_nothing_found_does_not_mean_that_nothing_is_owed() -> None:
    result = run("search", "qwertyuiopas")
    assert result.exit_code == 1
    assert "does not mean that nothing is owed" in result.stderr


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_duty_is_told_whole(language: str) -> None:
    told = plain(run("show", "us.wa.individuals", "--language", language))
    for part in (
        "RCW 19.255.010",
        "https://",
        "2026-11-22",
        "us.wa.individuals",
        "Ten people of Washington",
        LEGAL[language],
    ):
        assert part in told, part


def test_every_duty_of_the_shelf_can_be_shown_by_its_name() -> None:
    for item in shelf.load().items[::60]:
        (first, *_) = json.loads(run("show", item.id, "--json").stdout)["duties"]
        assert first["id"] == item.id
        assert first["in_force"]


def test_a_place_is_understood_by_code_and_by_name_in_either_language() -> None:
    ids = [
        {duty["id"] for duty in json.loads(run("show", name, "--json").stdout)["duties"]}
        for name in ("US-CA", "California", "Калифорния")
    ]
    assert ids[0] == ids[1] == ids[2]
    assert "us.ca.ag" in ids[0]


def test_an_unknown_name_is_answered_with_near_ones() -> None:
    result = run("show", "us.ca.agg")
    assert result.exit_code == 2
    assert "is no duty" in result.stderr


def test_deadlines_are_sorted_and_none_is_longer_than_asked() -> None:
    rows = json.loads(run("deadlines", "--within", "3d", "--json").stdout)["duties"]
    hours = [row["hours"] for row in rows]
    assert len(rows) > 50
    assert hours == sorted(hours)
    assert hours[-1] <= 72
    assert any(row["id"] == "eu.gdpr.art33" for row in rows)


def test_a_member_of_a_union_has_the_deadlines_of_the_union() -> None:
    ids = {row["id"] for row in json.loads(run("deadlines", "--place", "DE", "--json").stdout)["duties"]}
    assert "eu.gdpr.art33" in ids
    assert not any(name.startswith("us.") for name in ids)


def test_laws_without_a_number_are_said_to_be_missing_from_the_table() -> None:
    told = plain(run("deadlines", "--place", "US-WA"))
    assert "without delay” are not in this table" in told
    assert LEGAL["en"] in told


@pytest.mark.parametrize("words", [("--within", "soon"), ("--place", "Atlantis")])
def test_what_cannot_be_meant_is_refused(words: tuple[str, str]) -> None:
    assert run("deadlines", *words).exit_code == 2


def test_the_law_as_it_is_has_no_fault() -> None:
    result = run("check", "us.wa", *AT)
    assert result.exit_code == 0, result.stdout
    assert "stories tried" in result.stdout
    assert "whether it is the law, a lawyer must say" in plain(result)


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[Path]:
    our_shelf.cache_clear()
    yield tmp_path
    our_shelf.cache_clear()


def break_it(folder: Path, was: str, now: str) -> Path:
    text = (shipped() / WA).read_text(encoding="utf-8")
    assert was in text
    goal = folder / WA
    goal.parent.mkdir(parents=True)
    goal.write_text(text.replace(was, now, 1), encoding="utf-8")
    return folder


DAY = "checked_on: 2026-11-22\n"
BREAKS = {
    "a number": ("  n: 30\n", "  n: 45\n", (STORY, "2026-04-01", "2026-04-16", "45")),
    "a condition": (
        "harm.unlikely_documented, eq: true", "breach.confidentiality, eq: true",
        (STORY, "not_owed", "[breach.confidentiality]", f"{WA}:27"),
    ),
    "a time": ("time.discovered, {", "time.discovrd, {", (f"{WA}:15", "time.discovered")),
    "a kind": ("[hipaa_covered_entity]", "[hipaa_kovered_entity]", (f"{WA}:31", "hipaa_covered_entity")),
    "a colon": ('cite: "RCW 19.255.010(1)"', "cite: RCW: 19.255.010(1)", (f"{WA}:29", "YAML")),
    "a key": ("confidence: verified", "konfidence: verified", (f"{WA}:10", "confidence")),
    "a day": ("checked_on: 2026-11-22", "checked_on: 2024-11-22", (f"{WA}:9", "2024-11-22")),
    "a language": ('title: {en: "Tell affected Washingtonians", ru:', "title: {en: Tell, fr:", (f"{WA}:3", "title")),
    "a range": (
        DAY, f"{DAY}sums: [{{what: {{en: a, ru: b}}, currency: EUR, low: 9, high: 5, confidence: known}}]\n",
        (f"{WA}:10", "sums.0", "low"),
    ),
    "a currency": (
        DAY, f"{DAY}sums: [{{what: {{en: a, ru: b}}, high: 5, confidence: known}}]\n",
        (f"{WA}:10", "sums.0", "currency: EUR"),
    ),
}  # fmt: skip


@cache
def faults_of(kind: str, folder: Path) -> tuple[int, str]:
    """What `law check --json` says of a law broken that way: checking the shelf takes seconds, so each once."""
    was, now, _ = BREAKS[kind]
    result = run("check", str(break_it(folder / kind.replace(" ", "-"), was, now)), "--json", *AT)
    return result.exit_code, result.stdout


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    our_shelf.cache_clear()
    yield tmp_path_factory.mktemp("broken")
    our_shelf.cache_clear()


@pytest.mark.parametrize("kind", BREAKS)
def test_a_broken_law_is_told_with_file_and_line(kind: str, once: Path) -> None:
    code, said = faults_of(kind, once)
    assert code == 1
    told = [f"{one['file']}:{one['line']} {' '.join(map(str, one.values()))}" for one in json.loads(said)["faults"]]
    for part in BREAKS[kind][2]:
        assert any(part in one for one in told), told


@pytest.mark.parametrize(("kind", "language"), [("a number", "ru"), ("a condition", "en"), ("a key", "ru")])
def test_people_are_told_it_in_their_language(kind: str, language: str, broken: Path) -> None:
    was, now, said = BREAKS[kind]
    result = run("check", str(break_it(broken, was, now)), *AT, "--language", language)
    assert result.exit_code == 1
    for part in said:
        assert part in plain(result), result.stdout


def test_the_guide_shows_what_is_really_said(once: Path) -> None:
    guide = Path(__file__).parents[2] / "docs/guide/correcting-a-law.md"
    shown = " ".join(
        line.removeprefix("> ") for line in guide.read_text(encoding="utf-8").splitlines() if line[:1] == ">"
    )
    for kind in ("a number", "a condition", "a time", "a kind", "a colon"):
        first = json.loads(faults_of(kind, once)[1])["faults"][0]
        assert f"{first['file']}:{first['line']} {first['what']}" in shown, first


@pytest.mark.parametrize("code", ["../../evil", "/etc", "us-ca", "NZ\\n", ""])
def test_a_place_is_a_code_and_no_path(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = "law/nz/privacy/pack.yaml"
    (tmp_path / "own" / pack).parent.mkdir(parents=True)
    text = (shipped() / pack).read_text(encoding="utf-8")
    (tmp_path / "own" / pack).write_text(text.replace("jurisdiction: NZ", f'jurisdiction: "{code}"'), encoding="utf-8")
    monkeypatch.setenv("BREACHDESK_PACKS", str(tmp_path / "own"))
    our_shelf.cache_clear()
    try:
        result = run("site", str(tmp_path / "pages"))
        assert result.exit_code == 2
        assert f"{pack}:4: jurisdiction is no code of a place" in plain(result) + result.stderr
        assert not (tmp_path / "pages").exists()
    finally:
        our_shelf.cache_clear()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_broken_table_of_facts_is_told_as_a_broken_law_is(language: str, tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text("facts:\n  a:\n    type: bul\n    en: A\n    ru: B\n", encoding="utf-8")
    result = run("check", str(tmp_path), *AT, "--language", language)
    assert result.exit_code == 1
    assert "facts.yaml:3" in plain(result)
    assert "a.type" in plain(result)
    assert {"en": "The stories were not tried", "ru": "Истории не проверены"}[language] in plain(result)


ORDERS = {
    "a term": ("ec/lopdp/authority.yaml", "  n: 5\n", "  n: 999999999\n", ":16: due.terms.0", "a hundred years"),
    "months": ("ec/lopdp/authority.yaml", "n: 5\n  unit: business_days", "n: 99999\n  unit: months", ":16:", "years"),
    "a country": ("ec/lopdp/pack.yaml", "country: EC", "country: QQ", ":6:", "no holidays are known for QQ"),
    "a part": ("ec/lopdp/pack.yaml", "country: EC", "country: EC, subdivision: QQ", ":6:", "does not have subdivision"),
    "no rest": (
        "ec/lopdp/pack.yaml", "moved: true", "weekend: [mon, tue, wed, thu, fri, sat, sun]", ":6:", "no working day",
    ),
    "a zone": ("ec/lopdp/pack.yaml", "America/Guayaquil", "America/Nowhere", ":5:", "America/Nowhere"),
    "a zone of an authority": ("eu/gdpr/authorities.yaml", "Europe/Vienna", "Europe/Wien", "authorities.yaml", "Wien"),
    "a delay": ("us/wa/pack.yaml", "hold: {", "hold: {longest_days: 99999999, ", "pack.yaml:", "hold.longest_days"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ORDERS)
def test_a_clock_that_cannot_run_is_refused_before_any_case_is_judged(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, was, now, place, said = ORDERS[kind]
    text = (shipped() / "law" / name).read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "own/law" / name).parent.mkdir(parents=True)
    (tmp_path / "own/law" / name).write_text(text.replace(was, now, 1), encoding="utf-8")
    monkeypatch.setenv("BREACHDESK_PACKS", str(tmp_path / "own"))
    our_shelf.cache_clear()
    try:
        for words in (("site", str(tmp_path / "pages")), ("deadlines",)):
            result = run(*words)
            assert result.exit_code == 2
            told = plain(result) + result.stderr
            assert f"law/{name}" in told
            assert place in told
            assert said in told
        assert not (tmp_path / "pages").exists()
    finally:
        our_shelf.cache_clear()
