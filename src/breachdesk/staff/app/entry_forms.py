"""The forms of allauth, with labels and helps from the packs: `enter.labels.<field>`."""

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.forms import Field


class _Worded:
    fields: dict[str, Field]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        words = context.request.words
        for name, field in self.fields.items():
            if (key := f"enter.labels.{name}") in words:
                field.label = words.say(key)
            field.help_text = words.say(f"enter.helps.{name}") if f"enter.helps.{name}" in words else ""
            field.widget.attrs.pop("placeholder", None)


class Login(_Worded, account.LoginForm):  # type: ignore[misc]
    pass


class Reauthenticate(_Worded, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class ChangePassword(_Worded, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPassword(_Worded, account.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPassword(_Worded, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKey(_Worded, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class Authenticate(_Worded, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateByCode(_Worded, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateTotp(_Worded, ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["code"].help_text = ""  # there are no recovery codes yet


class AddKey(_Worded, AddWebAuthnForm):  # type: ignore[misc]
    pass


class EditKey(_Worded, EditWebAuthnForm):  # type: ignore[misc]
    pass
