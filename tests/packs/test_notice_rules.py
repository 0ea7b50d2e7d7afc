"""The shelf of rules for letters: each has its source, and an example that passes and one that does not."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.shelf import our_shelf
from breachdesk.notify.letters import Letter, read
from breachdesk.notify.library import Example, NoticeRule, our_library
from breachdesk.notify.organisation import says
from breachdesk.notify.review import Case, Finding, Outcome, review

LIBRARY = our_library()
RULES = list(LIBRARY.rules.values())
ASKING = [rule for rule in RULES if rule.must_state or rule.must_not_state]


class Sample(BaseModel):
    elements: tuple[str, ...]
    paragraphs: dict[str, str]


SAMPLES = {
    name: Sample.model_validate(row) for name, row in our_shelf().data("notice-rules/examples.yaml")["letters"].items()
}


def place_of(rule: NoticeRule) -> str:
    first = "".join(rule.places[:1]) or "US-TX"
    return LIBRARY.advice.rules.groups.get(first, (first,))[0]


def written(folder: Path, rule: NoticeRule, example: Example, *, spoilt: bool) -> Letter:
    """The sample as a file, with the office of the place; `spoilt` as the example says."""
    place, paragraphs = place_of(rule), SAMPLES[example.letter].paragraphs
    unknown = set(example.without) - paragraphs.keys()
    assert not unknown, f"{rule.id}: {example.letter} has no paragraph {unknown}"
    language = "ru" if example.letter.endswith("-ru") else "en"
    texts = [text for name, text in paragraphs.items() if not (spoilt and name in example.without)]
    page = "\n\n".join([*texts, *([example.added] if spoilt and example.added else [])])
    for kind in ("state_agency", "regulator"):
        offices = LIBRARY.advice.at(place, kind)
        told = "; ".join(f"{one.name.say(language)}, {one.address}, {one.phone}, {one.url}" for one in offices)
        page = page.replace("{" + kind + "}", told)
    path = folder / "letter.md"
    path.write_text(page, encoding="utf-8")
    return read(path)


def tried(letter: Letter, rule: NoticeRule, example: Example) -> list[Finding]:
    case = Case(place_of(rule), example.elements or SAMPLES[example.letter].elements)
    return [one for one in review(letter, [rule], case, library=LIBRARY) if one.rule == rule.id]


@pytest.mark.parametrize("rule", ASKING, ids=lambda rule: rule.id)
def test_every_rule_has_an_example_that_passes_and_one_that_fails(rule: NoticeRule, tmp_path: Path) -> None:
    assert rule.examples, f"{rule.id}: give it examples (docs/formats/notice.md)"
    for example in rule.examples:
        good = tried(written(tmp_path, rule, example, spoilt=False), rule, example)
        failed = [(one.check, one.said.en) for one in good if one.outcome is Outcome.FAILED]
        assert not failed, f"{rule.id}: the good letter fails"
        bad = tried(written(tmp_path, rule, example, spoilt=True), rule, example)
        # A point that is found is passed, or shown with its line; one that is not has no line.
        missed = [
            one.check
            for one in bad
            if one.outcome is not Outcome.PASSED and (one.write or one.outcome is Outcome.FAILED)
        ]
        assert example.says in missed, f"{rule.id}: the spoilt letter does not fail {example.says}"
        assert example.says not in [one.check for one in good if one.write and one.outcome is not Outcome.PASSED]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_where_it_comes_from_and_how_sure_we_are(rule: NoticeRule) -> None:
    assert rule.confidence in ("verified", "known", "uncertain")
    assert rule.checked_on
    assert rule.citation or rule.id in ("all", "early")
    assert rule.refs or rule.id in ("all", "us", "early")
    assert rule.must_state or rule.notes, f"{rule.id}: it asks for nothing and does not say why"
    for channel in rule.channels:
        assert f"way_{channel.way}" in LIBRARY.checks
        assert not channel.only or f"only_{channel.only}" in LIBRARY.checks
    for part in rule.substitute.parts if rule.substitute else ():
        assert f"part_{part}" in LIBRARY.checks


def test_every_state_and_territory_with_a_law_has_rules_of_its_own_with_a_way_to_tell_the_public() -> None:
    states = {name for rule in RULES for name in rule.places if name.startswith("US-")}
    assert len(states) == 54
    assert all(LIBRARY.rules[name.lower()].substitute and LIBRARY.rules[name.lower()].channels for name in states)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_what_a_condition_means_can_be_said(rule: NoticeRule) -> None:
    for must in rule.must_state:
        for name in must.when:
            assert f"if_{name.removeprefix('not:').replace('-', '_')}" in LIBRARY.checks


@pytest.mark.parametrize("point", LIBRARY.points)
def test_every_point_can_be_found_and_says_what_to_write(point: str) -> None:
    row = LIBRARY.points[point]
    assert row.signs or row.resources or row.resource_kinds or row.human
    assert all(row.write.say(language).strip() for language in LANGUAGES)
    assert all(
        says(key.removeprefix("organisation.")) is not None for key in row.values if key.startswith("organisation.")
    )
