"""What a form may say is written down: docs/formats/filing.md."""

from pathlib import Path

from breachdesk.authorities.answers import ANSWERS, CONDITIONS
from breachdesk.authorities.forms import Form, load_forms
from breachdesk.authorities.shapes import State
from breachdesk.ground.shelf import our_shelf
from breachdesk.notify.library import our_library
from breachdesk.notify.organisation import says

FILING = (Path(__file__).parents[2] / "docs" / "formats" / "filing.md").read_text(encoding="utf-8")


def test_every_answer_condition_and_state_is_documented() -> None:
    names = [*ANSWERS, *CONDITIONS, *(state.value for state in State)]
    assert not [name for name in names if f"`{name}`" not in FILING]


def test_every_key_of_a_form_is_documented() -> None:
    assert not [name for name in Form.model_fields if f"\n{name}:" not in FILING]


def test_every_form_on_the_shelf_asks_only_what_can_be_answered() -> None:
    for form in load_forms(our_shelf()).forms:
        for row in form.fields:
            known = row.answer in ANSWERS or row.answer in our_library().asks
            organisation = row.answer.removeprefix("organisation.")
            assert known, (form.id, row.id, row.answer)
            assert row.answer == organisation or says(organisation) is not None, (form.id, row.id)
            assert row.only_if == "" or row.only_if in CONDITIONS
