"""The list of a pack's files: MANIFEST, in the syntax of BagIt manifests (RFC 8493); and files as attachments."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from breachdesk.ground.files import write_whole
from breachdesk.journal.shapes import Attachment
from breachdesk.journal.verify import Report
from breachdesk.journal.verify import check_manifest as _check

MANIFEST = "MANIFEST"
_BLOCK = 1 << 20
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


class BadBag(Exception):
    """What cannot be listed or handed out: says which and what to do."""


def write_manifest(folder: Path) -> int:
    """List every file below `folder` but the list itself; return how many. Raises BadBag for links and odd files."""
    lines = [_line(_digest(path)[0], name) for name, path in files(folder)]
    write_whole(folder / MANIFEST, "".join(lines))
    return len(lines)


def refresh_manifest(folder: Path, names: Iterable[str]) -> None:
    """Bring the lines of `names` up to date and leave the others as they are. No list yet: nothing to do."""
    if not (folder / MANIFEST).is_file():
        return
    listed = {}
    for text in (folder / MANIFEST).read_text(encoding="utf-8").split("\n"):
        found = _LINE.fullmatch(text)
        if found:
            listed[found[2]] = f"{text}\n"
    for name in names:
        if (folder / name).is_file():
            listed[_encoded(name)] = _line(_digest(folder / name)[0], name)
    write_whole(folder / MANIFEST, "".join(listed[name] for name in sorted(listed)))


def check_manifest(folder: Path) -> Report:
    """Every file listed, present and unchanged, and none besides: `report.verdict` is intact, unfinished or broken."""
    report = Report()
    _check(str(folder), report)
    return report


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file but MANIFEST, by its path in the pack, in order."""
    found = []
    for place, folders, names in os.walk(folder):
        for name in [*names, *(each for each in folders if Path(place, each).is_symlink())]:
            path = Path(place, name)
            found.append((path.relative_to(folder).as_posix(), path))
    for name, path in sorted(found):
        if name == MANIFEST:
            continue
        if path.is_symlink() or not path.is_file():
            raise BadBag(f"{name!a}: a pack holds plain files only; take it out")
        if any((ord(letter) < 32 and letter not in "\r\n") or 0xD800 <= ord(letter) < 0xE000 for letter in name):
            raise BadBag(f"{name!a}: a name that cannot be written down; rename it")
        yield name, path


def attach(pack: Path, path: Path) -> Attachment:
    """A file of the pack as an attachment; verify.py compares it from then on."""
    digest, size = _digest(path)
    return Attachment(digest, size, f"pack:{path.relative_to(pack).as_posix()}")


def attach_evidence(path: Path, source: str) -> Attachment:
    """A file of evidence as an attachment, under the name of its source."""
    digest, size = _digest(path)
    return Attachment(digest, size, f"evidence:{source}")


def attach_all(pack: Path) -> tuple[Attachment, ...]:
    """Every file of the pack but the journal's and MANIFEST: what the last entry of a run binds to the signature."""
    return tuple(attach(pack, path) for name, path in files(pack) if not name.startswith("journal/"))


def _digest(path: Path) -> tuple[str, int]:
    total, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            total.update(block)
            size += len(block)
    return total.hexdigest(), size


def _line(digest: str, name: str) -> str:
    return f"{digest}  {_encoded(name)}\n"


def _encoded(name: str) -> str:
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")
