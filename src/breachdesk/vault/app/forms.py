"""What is asked of whoever brings evidence, and of whoever hands it on."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings

from breachdesk.vault.app.actions import Origin

if TYPE_CHECKING:
    from breachdesk.report.words import Words

FIELDS = ("acquired_at", "acquired_by", "source", "method", "description")


class LabelledForm(forms.Form):
    """Labels and help out of the packs: `<under>.<field>` and `<under>.<field>_help`."""

    under = ""

    def __init__(self, *args: Any, words: "Words", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = words.say(f"{self.under}.{name}")
            if f"{self.under}.{name}_help" in words:
                field.help_text = words.say(f"{self.under}.{name}_help")
            field.error_messages["required"] = words.say("evidence.refused.required")


class OriginForm(LabelledForm):
    """Where an item comes from."""

    under = "evidence.form"
    acquired_at = forms.DateTimeField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    acquired_by = forms.CharField(max_length=120)
    source = forms.CharField(max_length=300, required=False)
    method = forms.CharField(max_length=300, required=False)
    description = forms.CharField(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def origin(self) -> Origin:
        said = self.cleaned_data
        return Origin(said["acquired_at"], said["acquired_by"], said["source"], said["method"], said["description"])


class ItemForm(OriginForm):
    """An item small enough to be sent with the form; larger ones go in parts."""

    file = forms.FileField()
    field_order = ("file", *FIELDS)

    def __init__(self, *args: Any, words: "Words", now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, words=words, **kwargs)
        self.fields["file"].help_text = words.say(
            "evidence.form.file_limit", size=words.number(settings.MOST_ATTACHMENT // 1_000_000)
        )
        for name in ("missing", "invalid", "empty", "required"):
            self.fields["file"].error_messages[name] = words.say(
                "evidence.refused.file", size=words.number(settings.MOST_ATTACHMENT // 1_000_000)
            )
        self.fields["acquired_at"].initial = now


class HandForm(LabelledForm):
    under = "evidence.hand"
    giver = forms.CharField(max_length=120)
    taker = forms.CharField(max_length=120)
    purpose = forms.CharField(max_length=300)
    place = forms.CharField(max_length=120, required=False)


class ReasonForm(LabelledForm):
    under = "evidence.open"
    reason = forms.CharField(max_length=300)
