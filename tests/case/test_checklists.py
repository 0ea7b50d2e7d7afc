"""The checklists of a case: whole, in every language, with all the guides ask; and strict with a slip of the pen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from breachdesk.case.checklists import FILE, PAGES, PHASES, ROLES, Phase, Point, read
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.shelf import BadPack, Shelf, shipped
from breachdesk.law.vocabulary import our_facts

OURS = Shelf(shipped())

# What the two practical guides ask of an organisation, and the points that see to it.
ASKED = {
    "reports of customers, staff, monitoring, press and police are taken in": "notice.take_in notice.ask_monitoring",
    "neither panic nor ignore": "notice.stay_calm",
    "investigate whether it really happened": "confirm.sample confirm.matching_rows confirm.traces",
    "which data": "establish.which_data",
    "how sensitive they are": "establish.how_sensitive",
    "how many customers": "establish.how_many",
    "who they are": "establish.who",
    "which systems and databases": "establish.systems confirm.which_table",
    "the entry point": "establish.way_in",
    "the method of the attacker": "establish.method",
    "how long it lasted": "establish.how_long",
    "how well encryption held": "establish.encryption",
    "severity, so that effort goes where it matters": "establish.severity",
    "a journal of every action": "notice.start_journal",
    "affected systems are cut off": "contain.isolate",
    "passwords are changed": "contain.passwords",
    "software is updated": "contain.update",
    "firewalls are set": "contain.firewall",
    "permissions are limited": "contain.permissions",
    "encryption at rest and in transit": "contain.encrypt",
    "audit of the systems": "contain.audit",
    "anomalies are watched in real time": "contain.watch",
    "specialists for security, forensics and law": "confirm.bring_help",
    "authorities by jurisdiction and kind of data": "authorities.which authorities.others",
    "authorities within the legal time": "authorities.nearest authorities.others",
    "customers as soon as possible and in time": "people.when people.sent",
    "customers learn the fact": "people.what_happened",
    "customers learn which data": "people.their_data",
    "customers learn what it may mean": "people.meaning",
    "customers learn what they can do": "people.their_steps",
    "customers learn what is being done, the next update and whom to contact": "people.our_steps",
    "by e-mail, SMS, web site and social media": "people.channels",
    "honest, clear, acknowledging, with empathy": "people.tone",
    "channels for questions, staffed": "support.channels",
    "responses are measured": "support.measure",
    "a helpline round the clock": "support.helpline",
    "with people who know": "support.briefed",
    "a resource centre: questions, guidance, updates": "support.resources",
    "identity-protection services": "support.identity",
    "compensation": "support.compensation",
    "help with recovering data": "support.recover_data",
    "regular updates": "support.updates",
    "police: much or sensitive data, crime, danger, own means": "police.decide",
    "police in time": "police.report",
    "papers for the police: the timeline": "police.timeline",
    "papers for the police: suspicious activity": "police.suspicious police.evidence_list",
    "notification duties and data-protection law": "law.duties law.where law.questions",
    "fines, penalties, class actions": "law.penalties",
    "risk assessment": "law.risk",
    "liability and cyber insurance: cover": "law.insurance_cover",
    "insurance: claims": "law.insurance_claim rebuild.costs",
    "insurance: evidence of good security": "law.good_security",
    "root cause": "cause.root",
    "weak points": "cause.weak_points",
    "regular audits and penetration tests": "cause.tests",
    "multi-factor sign-in": "cause.second_factor",
    "encryption for good": "cause.encryption",
    "patching": "cause.updates",
    "training on phishing and social engineering": "cause.training",
    "a response plan": "drill.plan",
    "with immediate actions": "drill.first_hour",
    "kept current": "drill.contacts drill.plan",
    "tested and drilled": "drill.exercise drill.compare",
    "openness about what happened and what changed": "rebuild.openness",
    "personal outreach": "rebuild.outreach",
    "protection or compensation offered": "rebuild.offers",
    "regular news of security improvements": "rebuild.improvements",
    "continuing risk assessment": "rebuild.risk_again",
    "recovery tracked to the end": "rebuild.progress rebuild.close",
}
LEAKED_SAMPLE = ("confirm.matching_rows", "confirm.which_table", "confirm.which_date")


def points(phases: tuple[Phase, ...]) -> Iterator[Point]:
    for phase in phases:
        yield from phase.points


def sentences() -> Iterator[tuple[str, str]]:
    for phase in read(OURS):
        yield from ((phase.id, text) for words in (phase.title, phase.question) for text in words.values())
        for point in phase.points:
            yield from ((point.id, text) for words in (point.text, point.why) for text in words.values())


def test_the_phases_stand_in_the_order_of_a_breach() -> None:
    assert tuple(phase.id for phase in read(OURS)) == PHASES


def test_every_phase_has_between_five_and_twelve_points() -> None:
    assert {phase.id: len(phase.points) for phase in read(OURS) if not 5 <= len(phase.points) <= 12} == {}


@pytest.mark.parametrize("asked", ASKED)
def test_what_the_guides_ask_has_its_points(asked: str) -> None:
    known = {point.id for point in points(read(OURS))}
    assert [name for name in ASKED[asked].split() if name not in known] == []


def test_what_is_said_to_come_from_the_guides_is_in_the_table() -> None:
    told = {point.id for point in points(read(OURS)) if point.source == "guides"}
    assert told <= {name for names in ASKED.values() for name in names.split()}


def test_a_leaked_sample_is_compared_by_rows_table_and_date() -> None:
    confirm = next(phase for phase in read(OURS) if phase.id == "confirm")
    assert set(LEAKED_SAMPLE) <= {point.id for point in confirm.points}


def test_every_fact_a_point_names_is_one_of_the_fact_sheet() -> None:
    named = {point.id: point.fact for point in points(read(OURS)) if point.fact}
    assert len(named) > 10
    assert [name for name, fact in named.items() if our_facts().find(fact) is None] == []


def test_every_language_is_complete_and_speaks_its_own_letters() -> None:
    def cyrillic(text: str) -> bool:
        return any("а" <= letter <= "я" for letter in text.lower())

    for phase in read(OURS):
        for words in (phase.title, phase.question, *(w for one in phase.points for w in (one.text, one.why))):
            assert set(words) == set(LANGUAGES), phase.id
            assert cyrillic(words["ru"]), words["ru"]
            assert not cyrillic(words["en"]), words["en"]


def test_the_tone_is_calm_and_the_sentences_short() -> None:
    for name, text in sentences():
        assert "!" not in text, name
        assert " Вы " not in text, name
        assert " Вас " not in text, name
    for point in points(read(OURS)):
        for language in LANGUAGES:
            assert point.text[language][-1] in ".?", point.id
            assert len(point.text[language].split()) <= 30, point.id
            assert point.why[language].count(". ") <= 1, point.id


def test_hours_never_exceed_the_first_week() -> None:
    assert [one.id for one in points(read(OURS)) if one.by_hours is not None and one.by_hours > 168] == []


# --- slips of the pen: each is refused in one line that names the point


def _drop(row: Any, key: str) -> None:
    del row[key]


FAULTS: dict[str, tuple[Callable[[Any], None], str]] = {
    "a page nobody has": (
        lambda one: one.update(leads_to="fact"),
        f"leads_to 'fact' is no page of a case; use one of {PAGES[0]}",
    ),
    "a role nobody has": (
        lambda one: one.update(role="boss"),
        f"role 'boss' is nobody in the team; use one of {ROLES[0]}",
    ),
    "a fact nobody knows": (
        lambda one: one.update(fact="time.awake"),
        "no fact is called 'time.awake'; use a name of facts.yaml",
    ),
    "no Russian": (lambda one: _drop(one, "ru"), "ru: is not there"),
    "no English reason": (lambda one: _drop(one["why"], "en"), "why.en: is not there"),
    "a reason in one language only": (lambda one: one.update(why="because"), "why: named values are expected here"),
    "empty words": (lambda one: one.update(en="  "), "en: has no words"),
    "no page": (lambda one: _drop(one, "leads_to"), "leads_to: is not there"),
    "a key nobody knows": (lambda one: one.update(by_hour=4), "by_hour: is no key here"),
    "hours in words": (lambda one: one.update(by_hours="four"), "by_hours: is a whole number of hours"),
    "no hour at all": (lambda one: one.update(by_hours=0), "by_hours: is a whole number of hours, at least 1"),
    "yes for hours": (lambda one: one.update(by_hours=True), "by_hours: is a whole number of hours"),
}


def _refusal(folder: Path, change: Callable[[Any], None]) -> str:
    """What is said of our own pack with one change in it, laid over ours."""
    raw = Shelf(shipped()).data(FILE)
    change(raw)
    with (folder / FILE).open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(raw, file)
    with pytest.raises(BadPack) as refused:
        read(Shelf(shipped(), folder))
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_point_is_told_with_its_name_and_line(fault: str, tmp_path: Path) -> None:
    change, told = FAULTS[fault]
    said = _refusal(tmp_path, lambda raw: change(raw["phases"][1]["points"][2]))
    assert f": {_name_of(1, 2)}" in said
    assert told in said
    assert int(said.split(":")[1]) > 1


def _name_of(phase: int, place: int) -> str:
    return str(Shelf(shipped()).data(FILE)["phases"][phase]["points"][place]["id"])


def test_a_point_that_stands_twice_is_refused(tmp_path: Path) -> None:
    said = _refusal(tmp_path, lambda raw: raw["phases"][1]["points"].append(raw["phases"][1]["points"][0]))
    assert "confirm.sample: stands here twice" in said


@pytest.mark.parametrize("name", ["law.sample", "sample", "confirm.", "confirm.two words"])
def test_a_point_bears_the_name_of_its_phase(name: str, tmp_path: Path) -> None:
    said = _refusal(tmp_path, lambda raw: raw["phases"][1]["points"][0].update(id=name))
    assert f"{name}: the id of a point is its phase and a short name; write confirm.short_name" in said


def test_a_point_without_a_name_is_told_by_its_row(tmp_path: Path) -> None:
    said = _refusal(tmp_path, lambda raw: _drop(raw["phases"][1]["points"][2], "id"))
    assert "confirm, row 3.id: is not there" in said


PHASE_FAULTS: dict[str, tuple[Callable[[Any], None], str]] = {
    "unknown": (lambda raw: raw["phases"][1].update(id="celebrate"), "celebrate is no phase; use notice, confirm"),
    "twice": (lambda raw: raw["phases"].insert(2, raw["phases"][1]), "the phase confirm stands here twice"),
    "missing": (lambda raw: raw["phases"].pop(), "the phase drill is not there"),
    "out of order": (lambda raw: raw["phases"].reverse(), "the phase drill stands where notice belongs"),
    "without points": (lambda raw: raw["phases"][1].update(points=[]), "confirm.points: is empty"),
    "without a Russian title": (lambda raw: _drop(raw["phases"][1]["title"], "ru"), "confirm.title.ru: is not there"),
    "no list": (lambda raw: raw.update(phases=5), "phases: a list is expected here"),
    "nothing": (lambda raw: raw.clear(), "phases: is not there"),
}


@pytest.mark.parametrize("fault", PHASE_FAULTS)
def test_a_fault_in_a_phase_is_told_with_its_name(fault: str, tmp_path: Path) -> None:
    change, told = PHASE_FAULTS[fault]
    assert told in _refusal(tmp_path, change)


@pytest.mark.parametrize("text", ["", "5", "[]", "phases: [{id: a, id: b}]"])
def test_a_file_that_is_no_checklist_is_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(BadPack, match=FILE) as refused:
        read(Shelf(shipped(), tmp_path))
    assert "\n" not in str(refused.value)


def test_facts_of_an_organisation_count(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text("facts: {}", encoding="utf-8")
    with pytest.raises(BadPack, match=r"notice\.note_time: no fact is called 'time\.detected'"):
        read(Shelf(shipped(), tmp_path))


def test_a_facts_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text("facts: []", encoding="utf-8")
    with pytest.raises(BadPack, match=r"facts\.yaml: `facts` is a table"):
        read(Shelf(shipped(), tmp_path))
