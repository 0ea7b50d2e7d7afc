"""A draft where no form is on the shelf: what the law asks, in its order, each item told or left to a human."""

from dataclasses import replace

import pytest

from breachdesk.authorities import generic
from breachdesk.authorities.filing import file
from breachdesk.authorities.forms import load_forms
from breachdesk.authorities.shapes import Filing, State
from breachdesk.ground.shelf import our_shelf
from breachdesk.law import shelf
from breachdesk.law.shapes import Confidence, Recipient
from breachdesk.notify.library import our_library
from breachdesk.notify.organisation import read_organisation
from breachdesk.scope.shapes import Cohort
from tests.notify.bakery import AT, FACTS, duty

FORMS = load_forms(our_shelf())
LAW = shelf.load()
PEOPLE = (Cohort("MY", frozenset({"name", "email"}), "en", "no", 30), Cohort("DE", frozenset({"name"}), "de", "no", 5))
# Items of laws that no answer of ours tells: a human must.
HUMAN = {
    *("alternatives considered", "diligence done", "diligence under the sanctions rules", "why payment was necessary"),
    *("that it is kept for five years", "that it is kept for three years", "the written finding and what it rests on"),
    *("the finding and what it rests on", "the finding and the investigation it rests on"),
    (
        "counsel, forensic experts, call centre and letter service from the panel, "
        "or the insurer's written leave for others"
    ),
    *("each person concerned, as far as identified", "names of all Louisiana citizens affected"),
    *("for a ransom: the check against sanctions", "other available information", "update of the early warning"),
    "other matters of use (a preliminary report: what is known by then)",
    "the notice, with the act of the internal investigation that shows no leak",
    "why the information is not complete, and what is still missing",
}


def filed(content: tuple[str, ...] = (), place: str = "MY", **of_duty: object) -> Filing:
    owed = duty("xx-stranger", place, content=content, **of_duty)
    form = generic.form_of(owed, replace(owed, content=tuple(f"ru {one}" for one in content)), FORMS)
    return file(
        owed,
        form,
        forms=FORMS,
        library=our_library(),
        organisation=read_organisation(FACTS),
        facts=FACTS,
        cohorts=PEOPLE,
        summary={},
        at=AT,
    )


def items() -> dict[str, str]:
    """English words of every item a law asks of a filing for which there is no form -> a ref that asks it."""
    found = {}
    for item in LAW.items:
        bare = not any(form.serves(duty(item.ref, item.order.pack.jurisdiction)) for form in FORMS.forms)
        if bare and item.kind in ("notify", "voluntary") and item.recipient.type not in generic._LETTERS:
            for content in (item.content, *(one.content for one in item.versions if one.content is not None)):
                found.update((text.en, item.ref) for text in LAW.contents(content))
    return found


def test_every_item_of_every_law_is_told_or_known_to_be_for_a_human() -> None:
    silent = {words for words in items() if not FORMS.generic.asked.answers(words)}
    assert silent == HUMAN & silent
    assert len(items()) > 150


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        ("number of people affected", ("people.here",)),
        ("categories of data and of people", ("data.kinds", "organisation.subjects")),
        ("copy of the notice", ("attached",)),
        ("reasons for delay, if late", ("late",)),
        ("number and colour of the doors", ()),
        ("outnumber of people", ()),  # a phrase begins where a word begins
    ],
)
def test_words_of_a_law_find_their_answers(words: str, answers: tuple[str, ...]) -> None:
    assert FORMS.generic.asked.answers(words) == answers


def test_the_law_s_items_stand_in_its_order_with_what_we_know() -> None:
    made = filed(("number of people affected", "categories of data and of people", "alternatives considered"))
    asked = [one for one in made.fields if one.id in ("number_of_people_affected", "categories_of_data_and_of_people",
                                                      "alternatives_considered")]  # fmt: skip
    assert [one.label for one in asked] == [
        "Number of people affected",
        "Categories of data and of people",
        "Alternatives considered",
    ]
    assert asked[0].value == "30"
    assert asked[1].value.splitlines()[0] == "Kinds of data: Name: 30; E-mail address: 30"
    assert asked[2].state is State.NOT_YET_KNOWN
    assert asked[2].facts == ("filing.xx-stranger.alternatives_considered",)
    assert not made.own
    assert any("form is not on our shelf" in note for note in made.notes)
    assert "ms, en" not in " ".join(made.notes)  # Malaysia takes English


def test_a_human_can_say_what_only_a_human_knows() -> None:
    owed = duty("xx-stranger", "MY", content=("alternatives considered",))
    facts = {**FACTS, "filing": {"xx-stranger": {"alternatives_considered": "Paying was never an option."}}}
    form = generic.form_of(owed, owed, FORMS)
    made = file(owed, form, forms=FORMS, library=our_library(), organisation=read_organisation(facts), facts=facts,
                cohorts=PEOPLE, summary={}, at=AT)  # fmt: skip
    assert (
        next(one for one in made.fields if one.id == "alternatives_considered").value == "Paying was never an option."
    )


def test_a_law_that_names_no_contents_says_so_and_gets_the_usual_ones() -> None:
    made = filed()
    assert any("is not on our shelf" in note and "most laws" in note for note in made.notes)
    assert {"what_happened", "count", "kinds", "consequences", "measures"} <= {one.id for one in made.fields}


def test_an_unsure_rule_and_a_foreign_language_are_said_first() -> None:
    made = filed(place="TH", confidence=Confidence.UNCERTAIN)
    assert any("not sure of this rule" in note for note in made.notes)
    assert any("th (ISO 639)" in note for note in made.notes)


def test_belarus_and_kazakhstan_are_drafted_in_russian() -> None:
    assert [filed(place=place).language for place in ("BY", "KZ", "KG", "RU", "UZ", "UA")] == ["ru"] * 4 + ["en"] * 2


@pytest.mark.parametrize(
    ("type_", "kind", "ref", "wanted"),
    [
        ("authority", "notify", "xx", True),
        ("credit_bureaus", "notify", "xx", True),
        ("individuals", "notify", "xx", False),
        ("media", "notify", "xx", False),
        ("internal", "record", "xx", False),
        ("authority", "none", "xx", False),
        ("authority", "notify", "eu-nis2-gdpr-bridge", False),
    ],
)
def test_only_what_somebody_files_is_drafted(type_: str, kind: str, ref: str, wanted: bool) -> None:
    assert generic.wants_filing(duty(ref, "EU", kind=kind, recipient=Recipient(type_, "x")), FORMS) is wanted
