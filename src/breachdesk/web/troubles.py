"""What a desk meets without being at fault: its database away for a moment, its disk full. Told from errors of ours."""

import errno
import shutil
from collections.abc import Iterator

from django.conf import settings
from django.db.utils import InterfaceError, OperationalError

RESTING, FULL = "resting", "full"
#: So little left that PostgreSQL stops rather than write half a thing (bytes).
LEAST_SPACE = 48 << 20
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_DISK_FULL = "53100"
# Of the classes of SQLSTATE: no connection, too few resources, the server is going or coming.
_AWAY = ("08", "53", "57P", "58")


def trouble(error: BaseException | None) -> str:
    """`resting`, `full`, or nothing when this error is of another kind."""
    for one in _chain(error):
        if isinstance(one, OSError) and one.errno in _NO_SPACE:
            return FULL
        if isinstance(one, OperationalError | InterfaceError):
            state = getattr(one.__cause__, "sqlstate", None)
            if state == _DISK_FULL:
                return FULL
            if state is None or state.startswith(_AWAY):
                return FULL if crowded() else RESTING
    return ""


def crowded() -> bool:
    """Whether the disk of the data folder is full, or as good as."""
    try:
        return shutil.disk_usage(settings.DATA).free < LEAST_SPACE
    except OSError:
        return False


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
