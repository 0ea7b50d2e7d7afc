"""An upload that may break off: its parts lie sealed, one file each, until all are there."""

import io
import re
import shutil
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from breachdesk.ground.keys import Key
from breachdesk.ground.sealing import SealedReader, SealedWriter

#: The largest part of an upload (bytes): below what the server keeps of one request in memory (web/server.py).
MOST_PART = 3 << 20
_KEPT = 256
#: Where the parts of an upload end, as of the last change of their folder: a large one has tens of thousands.
_ends: OrderedDict[Path, tuple[int, int]] = OrderedDict()
_PART = re.compile(r"(\d{12})-(\d{12})")


class WrongPlace(Exception):
    """A part that does not follow what is there. `at` is where the next one begins."""

    def __init__(self, at: int) -> None:
        super().__init__(f"the next part begins at byte {at}")
        self.at = at


class Parts:
    """The parts of one upload, in `folder`. They must come in order; the last one may be sent again."""

    def __init__(self, folder: Path, key: Key) -> None:
        self._folder = folder
        self._key = key

    @property
    def size(self) -> int:
        """How many bytes are there: where the next part begins."""
        return sum(length for length, _ in self._chain())

    def add(self, at: int, content: bytes) -> int:
        """Seal a part that begins at byte `at`; returns where the next begins. Raises WrongPlace."""
        size = self._end()
        if at != size:
            raise WrongPlace(size)
        if content:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with SealedWriter(self._folder / f"{at:012}-{len(content):012}", self._key) as sealed:
                sealed.write(content)
            _ends[self._folder] = (self._folder.stat().st_mtime_ns, size + len(content))
        return size + len(content)

    def _end(self) -> int:
        """Where the next part begins; counted anew only when somebody else changed the folder."""
        known = _ends.pop(self._folder, None)
        if known is not None and self._folder.is_dir() and known[0] == self._folder.stat().st_mtime_ns:
            return known[1]
        while len(_ends) >= _KEPT:
            _ends.popitem(last=False)
        return self.size

    @property
    def touched(self) -> float:
        """When the last part came (seconds since 1970); 0 when none has."""
        try:
            return self._folder.stat().st_mtime
        except OSError:
            return 0.0

    def _chain(self) -> list[tuple[int, Path]]:
        """Length and file of each part, every one where the one before ends. Two browsers that sent the same place at
        once leave two files for it: the first counts, the other is no part of anything."""
        if not self._folder.is_dir():
            return []
        named = ((_PART.fullmatch(path.name), path) for path in self._folder.iterdir())
        chain, end = list[tuple[int, Path]](), 0
        for start, length, path in sorted((int(part[1]), int(part[2]), path) for part, path in named if part):
            if start == end:
                chain.append((length, path))
                end += length
        return chain

    def whole(self) -> "Whole":
        return Whole([path for _, path in self._chain()], self._key)

    def discard(self) -> None:
        """Forget it all, with what a killed process left half-written."""
        _ends.pop(self._folder, None)
        shutil.rmtree(self._folder, ignore_errors=True)


class Whole(io.RawIOBase):
    """All parts as one stream."""

    def __init__(self, paths: Sequence[Path], key: Key) -> None:
        super().__init__()
        self._paths = list(paths)
        self._key = key
        self._open: SealedReader | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        while view:
            if self._open is None:
                if not self._paths:
                    return 0
                self._open = SealedReader(self._paths.pop(0), self._key)
            count = self._open.readinto(view)
            if count:
                return count
            self._open.close()
            self._open = None
        return 0

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
        super().close()
