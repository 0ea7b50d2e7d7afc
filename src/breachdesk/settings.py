"""The settings of Django, as far as a room of ours lives in a database: the journal.

BREACHDESK_DATABASE_URL names the PostgreSQL (docs/decisions/0047-the-journal-in-postgresql.md).
"""

import os
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


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
    }


INSTALLED_APPS = ["breachdesk.journal.app"]
DATABASES = {"default": database(os.environ.get("BREACHDESK_DATABASE_URL", ""))}
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
