"""What a form may say is written down: docs/formats/filing.md."""

from pathlib import Path

from breachdesk.authorities.answers import ANSWERS, CONDITIONS
from breachdesk.authorities.forms import Form, Generic, load_forms
from breachdesk.authorities.shapes import State
from breachdesk.ground.places import is_code
from breachdesk.ground.shelf import our_shelf
from breachdesk.law import shelf
from breachdesk.notify.library import our_library
from breachdesk.notify.organisation import KEYS, says

FILING = (Path(__file__).parents[2] / "docs" / "formats" / "filing.md").read_text(encoding="utf-8")


def test_every_answer_condition_and_state_is_documented() -> None:
    names = [*ANSWERS, *CONDITIONS, *(state.value for state in State)]
    assert not [name for name in names if f"`{name}`" not in FILING]


def test_every_key_of_a_form_is_documented() -> None:
    assert not [name for name in Form.model_fields if f"\n{name}:" not in FILING]
    assert not [name for name in Generic.model_fields if f"`{name}`" not in FILING]


def rows() -> list[tuple[str, str, str, str]]:
    """Form, field, answer, condition: of every form, and of what a draft without a form is made of."""
    forms = load_forms(our_shelf())
    found = [
        (form.id, row.id, name, row.only_if) for form in forms.forms for row in form.fields for name in row.answers
    ]
    generic = forms.generic
    parts = (*generic.first, *generic.usual, *generic.last)
    found += [("generic", row.id, name, row.only_if) for row in parts for name in row.answers]
    asked = [name for phrase in generic.asked.phrases for name in phrase.answer]
    asked += [name for names in generic.asked.exact.values() for name in names]
    return found + [("generic", "asked", name, "") for name in asked]


def test_every_form_on_the_shelf_asks_only_what_can_be_answered() -> None:
    facts = shelf.load().facts
    for form, field, answer, condition in rows():
        free = answer.startswith(("organisation.", "filing."))
        known = answer in ANSWERS or answer in our_library().asks or answer.startswith("filing.")
        assert known or (not free and facts.find(answer) is not None), (form, field, answer)
        assert not answer.startswith("organisation.") or says(answer.removeprefix("organisation.")), (form, field)
        assert condition == "" or condition in CONDITIONS


def test_what_stands_together_with_others_has_a_name() -> None:
    forms = load_forms(our_shelf())
    together = [row.answers for form in forms.forms for row in form.fields if len(row.answers) > 1]
    together += [phrase.answer for phrase in forms.generic.asked.phrases]
    together += list(forms.generic.asked.exact.values())
    assert {name for names in together for name in names} - set(forms.labels) == set()


def test_every_label_and_place_names_something() -> None:
    forms = load_forms(our_shelf())
    used = {name for _, _, name, _ in rows()}
    assert set(forms.labels) <= used | set(ANSWERS) | {f"organisation.{key}" for key in KEYS}
    assert [place for place in forms.generic.languages if not is_code(place)] == ["XK"]  # Kosovo has no ISO code
