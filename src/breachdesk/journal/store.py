"""The journal's one growing file: locked by its writer, appended by one durable write, repaired after a crash."""

import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from breachdesk.ground.files import sync_folder, whole
from breachdesk.journal.shapes import JournalBusy, JournalError, NotWritten

_sync = getattr(os, "fdatasync", os.fsync)


class Store:
    """Lines of entries.jsonl. Holds the lock on its folder until `close`. Raises JournalBusy, JournalError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = -1
        self._lock = _lock(path.parent)
        try:
            new = not path.exists()
            self._handle = _open(path)
            if new:
                sync_folder(path.parent)
            self.size = os.fstat(self._handle).st_size
        except OSError as error:
            self.close()
            raise JournalError(f"{path}: cannot be written: {error.strerror}; name another folder") from error
        except BaseException:
            self.close()
            raise
        self._failed = False

    def append(self, line: bytes) -> None:
        """The line is on disk when this returns; else nothing of it stays. Raises NotWritten."""
        if self._failed or self._handle < 0:
            raise NotWritten(f"{self.path}: closed after the disk failed; open the journal again")
        data = memoryview(line + b"\n")
        done, synced = 0, True
        try:
            while done < len(data):
                done += os.write(self._handle, data[done:])
            synced = False
            _sync(self._handle)
        except OSError as error:
            self._undo(known=synced)
            raise NotWritten(
                f"{self.path}: the entry could not be written: {error.strerror}; make room or name another folder"
            ) from error
        self.size += len(data)

    def cut(self, size: int) -> None:
        """Keep the first `size` bytes: the beginning of an entry that was never acknowledged goes."""
        os.ftruncate(self._handle, size)
        os.fsync(self._handle)
        self.size = size

    def replace(self, lines: Iterator[bytes]) -> None:
        """Put a whole new file in the place of the old one, or leave the old one."""
        with whole(self.path) as file:
            for line in lines:
                file.write(line + b"\n")
        os.close(self._handle)
        self._handle = _open(self.path)
        self.size = os.fstat(self._handle).st_size

    def close(self) -> None:
        for handle in (self._handle, self._lock):
            if handle >= 0:
                os.close(handle)
        self._handle = self._lock = -1

    def _undo(self, *, known: bool) -> None:
        # After a failed sync nobody knows what the disk holds: write no more until the file is read anew.
        self._failed = not known
        try:
            self.cut(self.size)
        except OSError:
            self._failed = True


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _lock(folder: Path) -> int:
    """An advisory lock on the folder itself, so that no lock file lies about in a pack. Freed when the process ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise JournalError(f"{folder}: no journal can be kept here: {error.strerror}; name another folder") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise JournalBusy(f"{folder}: another run is writing this journal; wait for it to end") from None
        raise JournalError(f"{folder}: this file system gives no locks: {error.strerror}; name another") from error
    return handle
