"""A zip that is written as it is made, with a list of what is in it."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from breachdesk.scope.leaving import cell, shown

_PIECE = 1 << 16


class _Counted(io.RawIOBase):
    """Hashes what goes through it; zipfile sees a stream that cannot go back."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.sum, self.size = hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        content = bytes(block)
        self._file.write(content)
        self.sum.update(content)
        self.size += len(content)
        return len(content)


class Archive:
    """`folder`: in which all of it lies. `sha256`, `size`: of the zip, `manifest_sha256`: of its list, once closed."""

    def __init__(self, file: Any, folder: str) -> None:
        self._under = _Counted(file)
        under: Any = self._under
        self._zip = zipfile.ZipFile(under, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self._folder = folder
        self._listed: list[str] = []
        self.sha256, self.size, self.manifest_sha256 = "", 0, ""

    def put(self, name: str, pieces: Iterable[bytes]) -> None:
        digest = hashlib.sha256()
        with self._open(name) as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        self._listed.append(f"{digest.hexdigest()}  {name}\n")

    def table(self, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """CSV in UTF-8 with a mark, so that spreadsheets read it; no cell begins a formula."""
        self.put(name, _lines(heads, rows))

    def close(self) -> None:
        content = "".join(self._listed).encode()
        with self._open("manifest-sha256.txt") as file:
            file.write(content)
        self._zip.close()
        self.manifest_sha256 = hashlib.sha256(content).hexdigest()
        self.sha256, self.size = self._under.sum.hexdigest(), self._under.size

    def _open(self, name: str) -> BinaryIO:
        about = zipfile.ZipInfo(f"{self._folder}/{name}")
        about.compress_type = zipfile.ZIP_DEFLATED
        file: Any = self._zip.open(about, "w", force_zip64=True)
        opened: BinaryIO = file
        return opened


def _lines(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    text = io.StringIO("\ufeff")
    text.seek(0, io.SEEK_END)
    table = csv.writer(text)
    table.writerow(heads)
    for row in rows:
        table.writerow([shown(cell(str(one))) if isinstance(one, str) else "" if one is None else one for one in row])
        if text.tell() >= _PIECE:
            yield text.getvalue().encode("utf-8", "backslashreplace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8", "backslashreplace")
