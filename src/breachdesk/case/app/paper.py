"""Forms of a case: labels, help and errors out of the packs, moments in the zone of the case."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from breachdesk.ground import clock
from breachdesk.ground.refused import Refused

if TYPE_CHECKING:
    from breachdesk.report.words import Words

LONGEST_LINE, LONGEST_TEXT = 200, 4000
_WRONG = {
    "required": "paper.required",
    "max_length": "paper.max_length",
    "invalid": "paper.invalid",
    "invalid_choice": "paper.invalid",
    "null_characters_not_allowed": "paper.invalid",
}
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Moment(forms.DateTimeField):
    """A moment as the clock on the wall of the case shows it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    zone = "UTC"

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(clock.time_zone(self.zone)):
            try:
                found = super().to_python(value)
            except ValidationError:
                raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if found is not None and not _FIRST <= found <= _LAST:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(clock.time_zone(self.zone)):
            return super().prepare_value(value)


class Paper(forms.Form):
    """A form whose words stand under `sheet` of the packs: `<sheet>.<field>`, and `<sheet>.help.<field>` below it."""

    sheet: ClassVar[str]

    def __init__(self, *args: Any, words: "Words", zone: str = "UTC", **more: Any) -> None:
        super().__init__(*args, **more)
        self.words = words
        for name, field in self.fields.items():
            field.label = words.say(f"{self.sheet}.{name}")
            if f"{self.sheet}.help.{name}" in words:
                field.help_text = words.say(f"{self.sheet}.help.{name}", zone=zone)
            field.error_messages |= {code: words.say(key) for code, key in _WRONG.items()}
            if isinstance(field, Moment):
                field.zone = zone

    def refused(self, refusal: Refused) -> None:
        """What the action would not do, said at its field. Raises it again when it speaks of none here: the frame says
        it then."""
        if refusal.field not in self.fields:
            raise refusal
        self.add_error(refusal.field, self.words.say(refusal.key, **refusal.values))


def line(*, required: bool = True, longest: int = LONGEST_LINE, **attrs: str) -> forms.CharField:
    """One line of text."""
    return forms.CharField(max_length=longest, required=required, widget=forms.TextInput(attrs=attrs))


def text(*, required: bool = True, rows: int = 4) -> forms.CharField:
    """Some paragraphs."""
    return forms.CharField(max_length=LONGEST_TEXT, required=required, widget=forms.Textarea(attrs={"rows": rows}))
