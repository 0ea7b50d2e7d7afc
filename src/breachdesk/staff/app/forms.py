"""The forms of the staff room. Every label comes from the packs."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.apps import apps
from django.contrib.auth.password_validation import validate_password
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from breachdesk.ground.languages import LANGUAGES
from breachdesk.staff.app.models import Account
from breachdesk.staff.app.tokens import DAYS, HOUSE, SCOPES

if TYPE_CHECKING:
    from breachdesk.report.words import Words

_MOST_CASES = 100
SCHEMES = ("device", "light", "dark")
_NOT_PLACES = ("Etc", "SystemV", "US", "posix", "right")


@cache
def zones() -> list[tuple[str, str]]:
    """Names of the tz database that people know: places, and UTC."""
    names = sorted(name for name in available_timezones() if "/" in name and name.split("/")[0] not in _NOT_PLACES)
    return [(name, name.replace("_", " ")) for name in ("UTC", *names)]


class OfHundreds(forms.Select):
    """A choice among hundreds, drawn at once: Django's own takes a template for each, longer than all the page."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        drawn = format_html_join(
            "",
            "<option{}>{}</option>",
            ((flatatt({"value": key, "selected": str(key) in chosen}), label) for key, label in self.choices),
        )
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name})), drawn
        )


class Worded(forms.Form):
    """A form whose labels and helps are `staff.labels.<field>` and `staff.helps.<field>` of the packs."""

    def __init__(self, *args: Any, words: "Words", **more: Any) -> None:
        self.words = words
        super().__init__(*args, **more)
        for name, field in self.fields.items():
            field.label = words.say(f"staff.labels.{name}")
            if f"staff.helps.{name}" in words:
                field.help_text = words.say(f"staff.helps.{name}")

    def _choose(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)


class Profile(Worded):
    """Who somebody is, and how the desk speaks to them."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField()
    zone = forms.ChoiceField(widget=OfHundreds)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._choose("language", ((code, self.words.say(f"staff.languages.{code}")) for code in LANGUAGES))
        self._choose("zone", zones())
        self.fields["zone"].widget.attrs["data-zone"] = ""  # zone.js chooses that of the device


class Mine(Profile):
    """One's own page: also light or dark."""

    scheme = forms.ChoiceField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._choose("scheme", ((key, self.words.say(f"staff.schemes.{key}")) for key in SCHEMES))

    def clean_scheme(self) -> str:
        chosen = str(self.cleaned_data["scheme"])
        return "" if chosen == SCHEMES[0] else chosen


class Flags(Worded):
    """What somebody may do beside their cases. Without a provider, nothing is asked about it."""

    administrator = forms.BooleanField(required=False)
    triage = forms.BooleanField(required=False)
    external = forms.BooleanField(required=False)
    elsewhere = forms.BooleanField(required=False)

    def __init__(self, *args: Any, provider: str, **more: Any) -> None:
        super().__init__(*args, **more)
        if not provider:
            self.fields["elsewhere"].widget = forms.HiddenInput()


class Invite(Flags):
    email = forms.EmailField(max_length=254)
    field_order = ("email", "administrator", "triage", "external", "elsewhere")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["email"].label = self.words.say("staff.labels.invited")


class NewToken(Worded):
    """Which acts a token may do, in which cases, and how long."""

    token_name = forms.CharField(max_length=80)
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    cases = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)
    days = forms.ChoiceField(initial="30")

    def __init__(self, *args: Any, account: Account, **more: Any) -> None:
        super().__init__(*args, **more)
        words, members = self.words, apps.get_model("case", "Membership").objects
        mine = members.filter(account=account, ended_at=None).order_by("-case__opened_at")
        cases = mine.values_list("case__number", "case__title")[:_MOST_CASES]
        self._choose(
            "scopes",
            [
                (scope, words.say(f"staff.scopes.{scope}"))
                for scope in SCOPES
                if account.administrator or scope != HOUSE
            ],
        )
        self._choose("cases", [(number, f"{number} {title}") for number, title in cases])
        self._choose("days", [(str(days), words.say("staff.days", days)) for days in DAYS])
        if not cases:
            self.fields["cases"].widget = forms.MultipleHiddenInput()


class Join(Profile):
    """What somebody invited says of themself. `email` is asked only of the first administrator."""

    email = forms.EmailField(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    field_order = ("email", "name", "password", "language", "zone")

    def __init__(self, *args: Any, invited: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.invited = invited
        if invited:
            del self.fields["email"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            account = Account(email=self.invited or cleaned.get("email", ""), name=cleaned.get("name", ""))
            try:
                validate_password(password, account)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
