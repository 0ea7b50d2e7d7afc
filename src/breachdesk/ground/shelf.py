"""The shelves: packs of data that lawyers and responders edit. An organisation lays its own folder over ours.

YAML 1.2 through ruamel, so that `no` stays a word and Norway a country.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from breachdesk.ground import compiled
from breachdesk.ground.lines import line_of

_PACKAGE = Path(__file__).resolve().parent.parent


R = TypeVar("R", bound=BaseModel)
_WRONG = {
    "model_type": "named values are expected here, as {en: ..., ru: ...}",
    "tuple_type": "a list is expected here, as [a, b]",
    "missing": "is not there",
    "extra_forbidden": "is no key of a row",
}


class BadPack(Exception):
    """A pack that cannot be read: says which file, where, and what to do."""


class BadTable(BadPack):
    """A table of a pack with a row that is none. `line` is 0 where the whole file is meant."""

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(f"{file}:{line}: {what}" if line else f"{file}: {what}")
        self.file, self.line, self.what = file, line, what


def shipped() -> Path:
    """Where our own packs lie: inside the wheel, or at the top of a checkout."""
    inside = _PACKAGE / "_packs"
    return inside if inside.is_dir() else _PACKAGE.parent.parent / "packs"


class Shelf:
    """Packs by relative path. A file in a later folder stands in front of the same file in an earlier one."""

    def __init__(self, *folders: Path, kept_as: str = "", names: Sequence[str] = ()) -> None:
        """For folders that have another place each time: `kept_as`, a name under which parsed files are kept, and
        `names` by which the folders are told."""
        self.folders = folders or (shipped(),)
        self.names = tuple(names) or tuple(map(str, self.folders))
        self._kept_as = kept_as

    def find(self, path: str) -> Path:
        for folder in reversed(self.folders):
            if (folder / path).is_file():
                return folder / path
        raise BadPack(f"packs: {path} is on no shelf (looked in {', '.join(map(str, self.folders))})")

    def files(self, under: str, suffix: str = ".yaml", *, without: str = "") -> Iterator[tuple[str, Path]]:
        """Every file below `under`, by its path on the shelf, in order of that path; folders named `without` are
        passed over."""
        seen: dict[str, Path] = {}
        for folder in self.folders:
            seen.update(_below(str(folder), under, suffix, without))
        yield from sorted(seen.items())

    def text(self, path: str) -> str:
        return self.find(path).read_text(encoding="utf-8")

    def data(self, path: str) -> Any:
        return load_yaml(self.find(path))

    def rows(self, path: str, table: str, form: type[R]) -> dict[str, R]:
        """The rows of a table of a file, each read as `form`. Raises BadPack with file and line, and what to do."""
        data = self.data(path)
        rows = data.get(table) if isinstance(data, dict) else None
        if not isinstance(rows, dict):
            raise BadTable(path, 0, f"`{table}` is a table of named rows; compare the file of that name we ship")
        found: dict[str, R] = {}
        for name, row in rows.items():
            try:
                found[str(name)] = form.model_validate(row)
            except ValidationError as error:
                one = error.errors(include_url=False, include_input=False)[0]
                where = ".".join(map(str, (name, *one["loc"])))
                line = line_of(self.find(path), (table, name, *one["loc"]))
                told = f"{where}: {_WRONG.get(one['type'], one['msg'].lower())}"
                has = f"a row has {', '.join(form.model_fields)} (words with commas in quotes)"
                raise BadTable(path, line, f"{told}; {has}") from error
        return found

    def all(self, under: str, *, without: str = "") -> dict[str, Any]:
        """Every document below `under` by its path on the shelf; folders named `without` are passed over. For shelves
        of hundreds of files: what was parsed once is kept (ground/compiled.py)."""
        wanted = list(self.files(under, without=without))
        places = self._kept_as or "\0".join(str(folder.resolve()) for folder in self.folders)
        own, ours = (
            f"{under.replace('/', '-')}-{hashlib.sha256(one.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"
            for one in (places, str(shipped().resolve()))
        )
        return compiled.parsed(wanted, _parse, shelf=own, below=ours)

    def digest(self, under: str, *more: str, without: str = "") -> str:
        """SHA-256 over names and bytes of every file below `under`, and of `more`; folders named `without` are passed
        over: what a case was judged by."""
        total = hashlib.sha256()
        files = self.files(under, without=without)
        for name, path in sorted((*files, *((one, self.find(one)) for one in more))):
            total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        return total.hexdigest()


def _below(folder: str, under: str, suffix: str, without: str) -> Iterator[tuple[str, Path]]:
    """Asked for a thousand files at each start: strings are joined in a third of the time of `Path.rglob`."""
    beside = len(os.path.join(folder, ""))
    for where, folders, names in os.walk(os.path.join(folder, under)):
        if without in folders:
            folders.remove(without)
        for name in names:
            path = os.path.join(where, name)
            if name.endswith(suffix) and os.path.isfile(path):
                yield path[beside:].replace(os.sep, "/"), Path(path)


def load_yaml(path: Path) -> Any:
    """One YAML 1.2 document as plain values. Raises BadPack with the line when it is not well formed."""
    status = path.stat()
    return deepcopy(_parsed(path, status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=1024)
def _parsed(path: Path, mtime_ns: int, size: int) -> Any:
    """Parsing is slow and packs are read again by many; a file that has changed is another file."""
    del mtime_ns, size
    return _parse(path, path.read_bytes())


def _parse(path: Path, raw: bytes) -> Any:
    try:
        text = raw.decode("utf-8")
        with suppress(
            YAMLError
        ):  # five times faster where its wheel is; stricter about `:` in a word: not the last one
            return YAML(typ="safe").load(text)
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, UnicodeDecodeError) as error:
        raise BadPack(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from error


@cache
def our_shelf() -> Shelf:
    """Our packs, with the folders of BREACHDESK_PACKS laid over them. Raises BadPack when one of these is no folder."""
    own = [Path(folder) for folder in os.environ.get("BREACHDESK_PACKS", "").split(os.pathsep) if folder]
    for folder in own:
        if not folder.is_dir():
            raise BadPack(f"BREACHDESK_PACKS: {folder} is no folder; name folders that are laid over our packs")
    return Shelf(shipped(), *own)
