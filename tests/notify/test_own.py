"""Words of a case in place of ours: what may stand in them, and in whose letter they stand."""

from dataclasses import replace
from pathlib import Path

import pytest

from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.refused import Refused
from breachdesk.notify.brief import Brief
from breachdesk.notify.check import text_of
from breachdesk.notify.compose import compose
from breachdesk.notify.draw import Press
from breachdesk.notify.library import our_library
from breachdesk.notify.mould import gapped, mould
from breachdesk.notify.organisation import read_organisation
from breachdesk.notify.own import FIXED, Own, nearest, read_own
from breachdesk.notify.shapes import Notice, NoticeCohort
from breachdesk.notify.values import WHOLE, Person, Values, holes_known
from tests.notify.bakery import FACTS, SAID, cohort, organisation

LIBRARY = our_library()
KNOWN = holes_known(LIBRARY)
BERLIN, BOSTON = cohort("DE", "name", "email"), cohort("US-MA", "name", "gov_id.us.ssn")


def own(text: str, block: str = "contact", *, slug: str = "", rule: str = "", language: str = "en") -> Own:
    return Own(block, language, read_own(text, block, known=KNOWN, whole=WHOLE)[1], slug, rule)


def letter(people: NoticeCohort, *texts: Own, language: str = "en") -> Notice:
    library = replace(LIBRARY, own=texts)
    return compose(people, language, Brief(library, organisation(), FACTS))


def refused(text: str) -> Refused:
    with pytest.raises(Refused) as caught:
        read_own(text, "contact", known=KNOWN, whole=WHOLE)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "hole", "meant"),
    [
        ("Call.\n\n{reach.fone}", 3, "{reach.fone}", "{reach.phone}"),
        ("{Organisation.Name} writes", 1, "{Organisation.Name}", "{organisation.name}"),
        ("{phone}", 1, "{phone}", "{reach.phone}"),
        ("a\nb {{7*7}}", 2, "{", "{steps}"),
        ("{% now 'Y' %}", 1, "{% now 'Y' %}", "{steps}"),
        ("a } b", 1, "}", "{steps}"),
        ("\\{reach.phone\\}", 1, "{reach.phone\\}", "{reach.phone}"),
    ],
)
def test_an_unknown_hole_is_refused_with_its_block_its_line_and_what_is_known(
    text: str, line: int, hole: str, meant: str
) -> None:
    told = refused(text)
    assert told.key == "words.refused.hole"
    assert (told.values["block"], told.values["line"], told.values["hole"]) == ("contact", line, hole)
    assert meant in str(told.values["known"])


@pytest.mark.parametrize("text", ["# x", "a\n\n<script>alert(1)</script>", "[a](https://example.org)", "a `b`", "> a"])
def test_markup_is_refused_with_its_line(text: str) -> None:
    told = refused(text)
    assert (told.key, told.values["line"]) == ("words.refused.markup", 3 if "script" in text else 1)


@pytest.mark.parametrize("text", ["Do {steps} now", "- {elements}", "x\n\n1. a\n2. {risks}"])
def test_a_whole_list_inside_a_sentence_is_refused_for_it_would_vanish(text: str) -> None:
    assert refused(text).key == "words.refused.not_alone"


def test_nothing_and_too_much_are_refused() -> None:
    assert refused(" \n \u202e").key == "words.refused.empty"
    assert refused("a " * 3000).key == "words.refused.too_long"


def test_every_hole_that_is_known_can_be_filled_and_every_shipped_block_could_be_kept() -> None:
    values = Values(LIBRARY, read_organisation({}), {}, BERLIN, "en", "x", ())
    for name in KNOWN:
        values(name)
    for language, block in LIBRARY.templates:
        path = LIBRARY.shelf.text(f"messages/notice-to-person/{language}/{block}.md")
        assert read_own(path, block, known=KNOWN, whole=WHOLE)[1] == LIBRARY.templates[language, block]


def test_a_text_for_people_stands_before_one_for_a_law_and_that_before_one_for_all() -> None:
    everybody, law = own("All call {reach.phone}."), own("Boston calls {reach.phone}.", rule="us-ma")
    few = own("Those few call {reach.phone}.", slug=BOSTON.slug)
    for texts, said in (((everybody,), "All call"), ((everybody, law), "Boston"), ((everybody, law, few), "Those few")):
        assert said in text_of(letter(BOSTON, *texts))
        assert "All call" in text_of(letter(BERLIN, *texts))
    assert nearest((law, few), "contact", "ru", BOSTON.slug, ("us-ma", "all")) is None
    assert text_of(letter(BERLIN, everybody, language="ru")) == text_of(letter(BERLIN, language="ru"))


def test_the_checks_speak_of_the_words_as_they_stand_now() -> None:
    spoilt = letter(BERLIN, own("Write to us, if you must."))
    assert {"all.sender_contact"} <= {one.code for one in spoilt.checks if not one.passed}
    hard = "Notwithstanding the aforementioned circumstances, individuals are encouraged to consider remediation. " * 20
    failed = {one.code for one in letter(BERLIN, own(hard, "lead-taken")).checks if not one.passed}
    assert {"all.readability", "all.jargon"} <= failed
    nature = letter(BOSTON, own("Your data was stolen by a hacker.", "lead-ma"))
    assert {one.code for one in nature.checks if not one.passed} == {"us-ma.nature_of_breach"}
    leaking = letter(BERLIN, own("Ada Example has card 4111 1111 1111 1111.", "lead-taken"))
    assert any(one.code == "all.values" and not one.passed for one in leaking.checks)


def test_hostile_words_are_words_in_text_page_and_file() -> None:
    hostile = "\u202eevil &#123;reach.phone&#125; &#x202e; &lt;script&gt; \ue000name0\ue001 1 < 2 & {organisation.name}"
    text = own(hostile, "lead-taken")
    given = {**SAID, "name": {"en": "<script>alert(1)</script>{steps}\ue000code0\ue001", "ru": "x"}}
    facts = {**FACTS, "organisation": given}
    library = replace(LIBRARY, own=(text,))
    made = gapped(BERLIN, "en", Brief(library, read_organisation(facts), facts))
    cast = mould(made, Press(words=LIBRARY.phrases)).cast(Person("Ada", code="SECRET-7"), "today")
    assert "&#123;reach.phone&#125; &#x202e; &lt;script&gt; name0  1 < 2 &".replace("  ", " ") in cast.text
    assert "\u202e" not in cast.text + cast.html
    assert "<script>" not in cast.html
    assert cast.text.count("SECRET-7") == 1  # where the free service asks for it
    assert cast.text.count("Ada\n") == 1


def test_what_can_be_worded_are_files_of_the_shelf_and_not_the_window_of_the_envelope() -> None:
    for block in FIXED:
        assert ("en", block) in LIBRARY.templates
    for language in LANGUAGES:
        folder = Path("packs/messages/notice-to-person") / language
        assert {path.stem for path in folder.glob("*.md")} == {
            name for one, name in LIBRARY.templates if one == language
        }
