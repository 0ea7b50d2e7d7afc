"""Addresses of the staff room. Of allauth only what is wanted has an address: nobody signs up here, and addresses of
mail are those of the invitations."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.usersessions import views as sessions
from django.urls import path, re_path

from breachdesk.staff.app.elsewhere import PROVIDER
from breachdesk.staff.app.heard import at_once, factors_changed
from breachdesk.staff.app.views import accounts, away, factor, hooks, joining, mine, tokens

enter = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", at_once(account.password_change), name="account_change_password"),
    path("password/set/", at_once(account.password_set), name="account_set_password"),
    path("password/reset/", away.forgotten, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        at_once(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", factors_changed(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", factors_changed(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        factors_changed(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/recovery-codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("2fa/webauthn/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", factors_changed(keys.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/webauthn/reauthenticate/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", factors_changed(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("elsewhere/", away.elsewhere, name="staff_elsewhere"),
    path(
        f"oidc/{PROVIDER}/login/callback/",
        oidc.callback,
        {"provider_id": PROVIDER},
        name="openid_connect_callback",
    ),
]
house = [
    path("me/", mine.me, name="staff_me"),
    path("me/second-factor/", factor.second_factor, name="staff_second_factor"),
    path("me/tokens/", tokens.listed, name="staff_tokens"),
    path("me/tokens/new/", tokens.new, name="staff_token_new"),
    path("me/tokens/<int:token_id>/end/", tokens.end, name="staff_token_end"),
    path("hooks/", hooks.listed, name="staff_hooks"),
    path("hooks/new/", hooks.new, name="staff_hook_new"),
    path("hooks/<int:hook_id>/", hooks.one, name="staff_hook"),
    path("accounts/", accounts.listed, name="staff_accounts"),
    path("accounts/invite/", accounts.invite, name="staff_invite"),
    path("accounts/invitations/<int:invitation_id>/withdraw/", accounts.withdraw, name="staff_withdraw"),
    path("accounts/<int:account_id>/", accounts.one, name="staff_account"),
    path("accounts/<int:account_id>/off/", accounts.off, name="staff_account_off"),
    path("accounts/<int:account_id>/on/", accounts.on, name="staff_account_on"),
    path("accounts/<int:account_id>/factor/", accounts.factor, name="staff_account_factor"),
    path("accounts/<int:account_id>/password/", accounts.password, name="staff_account_password"),
]
public = [
    path("join/<str:token>/", joining.join, name="staff_join"),
]
