"""The settings of Django for the desk, read from the environment (ground/options.py; CONTRIBUTING.md lists them all).

Secrets that nobody gave are made once and kept on the ring of keys, so that a desk starts with nothing set.
"""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from breachdesk.ground import options
from breachdesk.ground.keys import KeyRing
from breachdesk.ground.languages import LANGUAGES as SPOKEN
from breachdesk.ground.outside import networks
from breachdesk.notify import gateways, providers, relays


def database(url: str) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name`, or `?host=` for the folder of a socket, as Django takes it."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "breachdesk",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or parse_qs(parts.query).get("host", [""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,  # a database that was started again is met without an error
    }


# --- where things lie

DATA = options.folder("BREACHDESK_DATA", Path.home() / ".local" / "share" / "breachdesk")
KEYS = options.folder("BREACHDESK_KEYS", DATA.parent / f"{DATA.name}-keys")
#: The key that wraps the keys of cases: 64 hex digits, or a command that prints them (a KMS client); else on the ring.
MASTER_KEY = options.text("BREACHDESK_MASTER_KEY")
MASTER_COMMAND = options.text("BREACHDESK_MASTER_COMMAND")
DATABASES = {"default": database(options.text("BREACHDESK_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

#: The secret of the link into a demo (`serve --demo` sets it); none: there is no such way in.
DEMO = options.text("BREACHDESK_DEMO")

# --- who is asked, by which address

SITE_URL = options.address("BREACHDESK_SITE_URL", "http://127.0.0.1:8500")
ORIGIN = options.text("BREACHDESK_ORIGIN") or f"{urlsplit(SITE_URL).hostname}/breachdesk"
_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = [str(urlsplit(SITE_URL).hostname), *options.several("BREACHDESK_HOSTS")]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECRET_KEY = options.text("BREACHDESK_SECRET") or KeyRing(KEYS).get_or_create("web").secret.hex()
#: How many proxies of ours stand before the desk: whose X-Forwarded-For is believed.
PROXIES = options.number("BREACHDESK_PROXIES", 0, most=9)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES and _HTTPS else None

DEBUG = False
ROOT_URLCONF = "breachdesk.web.urls"
WSGI_APPLICATION = "breachdesk.web.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "procrastinate.contrib.django",
    "breachdesk.journal.app",
    "breachdesk.staff.app",
    "breachdesk.vault.app",
    "breachdesk.detect.app",
    "breachdesk.case.app",
    "breachdesk.scope.app",
    "breachdesk.law.app",
    "breachdesk.notify.app",
    "breachdesk.authorities.app",
    "breachdesk.web",
]
MIDDLEWARE = [
    "breachdesk.web.middleware.Safe",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "breachdesk.web.middleware.Language",
    "breachdesk.staff.app.watch.Watch",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "breachdesk.web.middleware.Doors",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "breachdesk.web.context.desk",
            ],
            "builtins": [
                "breachdesk.web.templatetags.desk",
                "breachdesk.web.templatetags.ladder",
                "breachdesk.web.templatetags.law",
                "breachdesk.web.templatetags.overview",
                "breachdesk.web.templatetags.people",
                "breachdesk.web.templatetags.pictures",
                "breachdesk.web.templatetags.record",
            ],
        },
    }
]

# --- language and time

USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGES = [(code, _(code)) for code in SPOKEN]
LANGUAGE_CODE = options.text("BREACHDESK_LANGUAGE", SPOKEN[0])
if LANGUAGE_CODE not in SPOKEN:
    raise options.BadOption(f"BREACHDESK_LANGUAGE: {LANGUAGE_CODE!r} is not spoken here; use {', '.join(SPOKEN)}")

# --- entering

AUTH_USER_MODEL = "staff.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "breachdesk.staff.app.entering.Entering"
SOCIALACCOUNT_ADAPTER = "breachdesk.staff.app.elsewhere.Elsewhere"
MFA_ADAPTER = "breachdesk.staff.app.entering.Factors"
USERSESSIONS_ADAPTER = "breachdesk.staff.app.entering.Sessions"
_FORMS = "breachdesk.staff.app.entry_forms."
ACCOUNT_FORMS = {
    "login": _FORMS + "Login",
    "reauthenticate": _FORMS + "Reauthenticate",
    "change_password": _FORMS + "ChangePassword",
    "set_password": _FORMS + "SetPassword",
    "reset_password": _FORMS + "ResetPassword",
    "reset_password_from_key": _FORMS + "ResetPasswordKey",
}
MFA_FORMS = {
    "authenticate": _FORMS + "Authenticate",
    "reauthenticate": _FORMS + "ReauthenticateByCode",
    "activate_totp": _FORMS + "ActivateTotp",
    "add_webauthn": _FORMS + "AddKey",
    "edit_webauthn": _FORMS + "EditKey",
}
#: Guesses: for an address from one place, for an address from everywhere, from one place (docs/decisions/0093).
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/15m/key",
    "login_failed_anywhere": "100/h/key",
    "reset_password": "20/m/ip,3/15m/key",  # nosec B105
    "reauthenticate": "10/m/user",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is proven by the invitation sent to it
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Breachdesk"
MFA_TOTP_TOLERANCE = 1  # clocks of telephones are not exact
PASSWORD_RESET_TIMEOUT = 4 * 3600
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _HTTPS  # http://localhost only, as browsers allow it
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_AUTO_SIGNUP = True
_OIDC = options.text("BREACHDESK_OIDC_URL").rstrip("/")
if _OIDC and not _OIDC.startswith("https://") and urlsplit(_OIDC).hostname not in ("localhost", "127.0.0.1", "::1"):
    raise options.BadOption("BREACHDESK_OIDC_URL: begins with https:// (who signs in is told by what it answers)")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "house",
                "name": options.text("BREACHDESK_OIDC_NAME", "OpenID Connect"),
                "client_id": options.text("BREACHDESK_OIDC_CLIENT"),
                "secret": options.text("BREACHDESK_OIDC_SECRET"),
                "settings": {"server_url": _OIDC},
            }
        ]
        if _OIDC
        else [],
    }
}
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "breachdesk.web.views.forged"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CACHES = {
    "default": {  # in the database, so that limits hold over every process
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "desk_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

# --- headers

SECURE_HSTS_SECONDS = 63_072_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_SSL_REDIRECT = False
# With `no-referrer` browsers send forms with `Origin: null`, and no form of ours would pass. Nothing leaves this site.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

# --- files

STATIC_URL = "/static/"
STATIC_ROOT = None
STATICFILES_DIRS = [("look", Path(__file__).parent / "report" / "look")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # out of the package, nothing is copied
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = ""
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
#: Never a file in the clear in a folder of temporary files: what a form sends stays in memory, or is refused.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
#: How long a closed case is kept before its data are to be erased (days): what is proposed, and can be changed in each.
KEEP_DAYS = options.number("BREACHDESK_KEEP_DAYS", 3 * 365, most=36_500)
#: A part of a resumable upload, and an attachment of a report, at most (bytes).
MOST_ATTACHMENT = options.number("BREACHDESK_MOST_ATTACHMENT", 25 << 20, least=1 << 10)
FILE_UPLOAD_MAX_MEMORY_SIZE = MOST_ATTACHMENT
#: A folder on the server from which evidence can be taken in without a browser; none: nothing is offered.
INBOX = options.text("BREACHDESK_INBOX")

# --- who dates the states of the journal (RFC 3161), and whose certificates are believed

TSA_URL = options.text("BREACHDESK_TSA_URL")
if TSA_URL and (urlsplit(TSA_URL).scheme not in ("http", "https") or not urlsplit(TSA_URL).hostname):
    raise options.BadOption(f"BREACHDESK_TSA_URL: {TSA_URL!r} is no address; write https://tsa.example.org/tsr")
_CERTIFICATES = options.text("BREACHDESK_TSA_CERTIFICATES")
TSA_CERTIFICATES = Path(_CERTIFICATES).expanduser().absolute() if _CERTIFICATES else None
if TSA_URL and (TSA_CERTIFICATES is None or not TSA_CERTIFICATES.is_file()):
    raise options.BadOption(
        "BREACHDESK_TSA_CERTIFICATES: names no file; with BREACHDESK_TSA_URL, name a PEM file with the root "
        "certificate of that authority (a stamp of somebody unknown proves nothing)"
    )

# --- other programs that are told what happens here

#: Networks of this house that webhooks may lead into, as 10.0.0.0/8; none: only to the outside, by https.
HOOKS_INSIDE = options.several("BREACHDESK_HOOKS_INSIDE")
try:
    networks(HOOKS_INSIDE)
except ValueError as error:
    raise options.BadOption(f"BREACHDESK_HOOKS_INSIDE: {error}; write networks as 10.0.0.0/8") from None

# --- mail

#: The mailbox in which people report; none: only the other doors.
MAILBOX_URL = options.text("BREACHDESK_MAILBOX_URL")
MAILBOX_PASSWORD = options.text("BREACHDESK_MAILBOX_PASSWORD")
#: The mailbox to which notices come back that could not be delivered; none: nothing is known of bounces.
RETURNS_URL = options.text("BREACHDESK_RETURNS_URL")
RETURNS_PASSWORD = options.text("BREACHDESK_RETURNS_PASSWORD")
for _name, _url in (("BREACHDESK_MAILBOX_URL", MAILBOX_URL), ("BREACHDESK_RETURNS_URL", RETURNS_URL)):
    _MAILBOX = urlsplit(_url)
    if _url and (_MAILBOX.scheme not in ("imaps", "imap+tls", "imap") or not _MAILBOX.hostname):
        raise options.BadOption(f"{_name}: begins with imaps:// or imap+tls:// (STARTTLS), as imaps://user@host")
    if _MAILBOX.scheme == "imap" and _MAILBOX.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise options.BadOption(f"{_name}: imap:// sends the password in the clear; use imaps:// or imap+tls://")
_MAIL = urlsplit(options.text("BREACHDESK_MAIL_URL"))
if _MAIL.scheme not in ("", "smtp", "smtps", "smtp+tls"):
    raise options.BadOption("BREACHDESK_MAIL_URL: begins with smtp://, smtp+tls:// (STARTTLS) or smtps://")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if _MAIL.hostname else "django.core.mail.backends.dummy.EmailBackend"
)
EMAIL_HOST = _MAIL.hostname or ""
EMAIL_PORT = _MAIL.port or {"smtps": 465, "smtp+tls": 587}.get(_MAIL.scheme, 25)
EMAIL_HOST_USER = unquote(_MAIL.username or "")
EMAIL_HOST_PASSWORD = options.text("BREACHDESK_MAIL_PASSWORD") or unquote(_MAIL.password or "")
EMAIL_USE_SSL = _MAIL.scheme == "smtps"
EMAIL_USE_TLS = _MAIL.scheme == "smtp+tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = options.text("BREACHDESK_MAIL_FROM", f"breachdesk@{urlsplit(SITE_URL).hostname}")
#: The relay that takes notices to people; unset: the one that takes our own mail.
_RELAY = options.text("BREACHDESK_RELAY_URL")
RELAY = (
    relays.relay_of("BREACHDESK_RELAY_URL", _RELAY, options.text("BREACHDESK_RELAY_PASSWORD"))
    if _RELAY
    else relays.relay_of("BREACHDESK_MAIL_URL", options.text("BREACHDESK_MAIL_URL"), EMAIL_HOST_PASSWORD)
)
#: A provider of mail that takes them in its place, and what Anymail asks of it.
PROVIDER = providers.provider_of("BREACHDESK_PROVIDER", options.text("BREACHDESK_PROVIDER"))
ANYMAIL = providers.settings_of(os.environ, PROVIDER)
#: The log of that relay, in which what is in doubt after a crash is looked up.
RELAY_LOG = options.file("BREACHDESK_RELAY_LOG")
#: Whom notices are from, and where what bounces comes back: `name@domain`, to which `name+mark@domain` leads too.
NOTICE_FROM = options.mailbox("BREACHDESK_NOTICE_FROM", DEFAULT_FROM_EMAIL)
NOTICE_RETURN = options.mailbox("BREACHDESK_NOTICE_RETURN", NOTICE_FROM)
#: The gateway that takes text messages to people, whom they are from, and how many it takes a second (none: any).
GATEWAY = gateways.gateway_of(
    "BREACHDESK_SMS_URL",
    options.text("BREACHDESK_SMS_URL"),
    options.text("BREACHDESK_SMS_PASSWORD"),
    options.text("BREACHDESK_SMS_CALLBACK_SECRET"),
)
SMS_FROM = gateways.sender_of("BREACHDESK_SMS_FROM", options.text("BREACHDESK_SMS_FROM"), GATEWAY)
SMS_PER_SECOND = options.number("BREACHDESK_SMS_PER_SECOND", 0, most=10_000) or None
#: How many parts a text may take.
SMS_PARTS = options.number("BREACHDESK_SMS_PARTS", 3, least=1, most=10)
#: How many processes of this desk may send one notice at a time.
CARRIERS = options.number("BREACHDESK_CARRIERS", 1, least=1, most=16)
#: Where whole-team alarms go beside mail: addresses of Apprise.
ALARMS = options.several("BREACHDESK_ALARMS")
#: Channels that posts to everybody go to: name -> address of Apprise. Only the names are ever shown.
POSTS = options.named("BREACHDESK_POSTS")

# --- what is told of ourselves: errors without values

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "breachdesk.web.telling.Plain"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "plain"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "apprise": {"handlers": ["nowhere"], "propagate": False},  # what it logs holds addresses with their tokens
        "django.server": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016", "security.W021"]
