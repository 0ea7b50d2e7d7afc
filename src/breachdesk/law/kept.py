"""The packs a case was judged by, kept as one file, so that it can be judged by them again.

Each folder of the shelf is a layer of its own: what an organisation laid over ours stays visible as that. The same
packs make the same bytes.
"""

import gzip
import json
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from breachdesk.ground.shelf import BadPack, Shelf
from breachdesk.law.shapes import PACKS
from breachdesk.law.shelf import sha256_of

FILE = "packs.json.gz"
_UNDER = ("law", "messages/law")
_FILES = ("facts.yaml", "elements.yaml")
_STORIES = "/stories/"
_LARGEST = 256 * 1024 * 1024  # unpacked
_MOST_LAYERS = 100


def bundle(shelf: Shelf, version: str) -> bytes:
    """Everything a case is judged by, without the stories that prove the laws."""
    document = {
        "format": PACKS,
        "version": version,
        "sha256": sha256_of(shelf),
        "layers": [{"folder": folder.resolve().name, "files": _texts(folder)} for folder in shelf.folders],
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)


def _texts(folder: Path) -> dict[str, str]:
    own = Shelf(folder)
    files = [(name, path) for part in _UNDER for name, path in own.files(part) if _STORIES not in name]
    files += [(name, folder / name) for name in _FILES if (folder / name).is_file()]
    return {name: path.read_text(encoding="utf-8") for name, path in sorted(files)}


@contextmanager
def opened(path: Path) -> Iterator[Shelf]:
    """The shelf in a folder of packs, in a file that `bundle` made, or in a response pack that holds one.
    Raises BadPack when there is none, or it is not what it says."""
    if path.is_dir() and (path / FILE).is_file():
        path = path / FILE
    if path.is_dir():
        if not (path / "law").is_dir() or not (path / "facts.yaml").is_file():
            raise BadPack(f"{path}: is no folder of packs (that holds law/ and facts.yaml) and no response pack")
        yield Shelf(path)
        return
    document = _document(path)
    with tempfile.TemporaryDirectory(prefix="breachdesk-packs-") as room:
        folders = [_laid_out(path, Path(room) / str(n), layer) for n, layer in enumerate(document["layers"])]
        names = [_printable(str(layer.get("folder", ""))) or str(n) for n, layer in enumerate(document["layers"])]
        shelf = Shelf(*folders, kept_as=document["sha256"], names=names)
        if sha256_of(shelf) != document["sha256"]:
            raise BadPack(f"{path}: its contents are not those it was made of; take it from another copy")
        yield shelf


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(_unzipped(path))
        layers = document["layers"]
        known = document["format"] == PACKS and isinstance(document["sha256"], str)
        if (
            not known
            or not 1 <= len(layers) <= _MOST_LAYERS
            or not all(isinstance(one["files"], dict) for one in layers)
        ):
            raise ValueError
    except FileNotFoundError as error:
        raise BadPack(f"{path}: no such file or folder of packs") from error
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadPack(f"{path}: is no file of packs; `breachdesk packs export` writes one") from error
    return dict(document)


def _unzipped(path: Path) -> bytes:
    """No more than laws can be: a small file may unpack to a disk full."""
    with gzip.open(path) as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise BadPack(f"{path}: is too large for a file of packs")
    return content


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:100]


def _laid_out(path: Path, folder: Path, layer: Mapping[str, Any]) -> Path:
    folder.mkdir()
    for name, text in layer["files"].items():
        parts = PurePosixPath(name).parts
        ours = name in _FILES or (name.startswith(tuple(f"{one}/" for one in _UNDER)) and name.endswith(".yaml"))
        if not ours or ".." in parts or "\0" in name or "\\" in name or not isinstance(text, str):
            raise BadPack(f"{path}: holds {name!a}, which no file of packs holds; it is not one of ours")
        goal = folder.joinpath(*parts)
        goal.parent.mkdir(parents=True, exist_ok=True)
        goal.write_bytes(text.encode("utf-8", "surrogatepass"))
    return folder
