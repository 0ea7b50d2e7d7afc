"""Reading the detector packs: one file, one detector."""

from functools import cache
from pathlib import PurePosixPath
from typing import Any, TypeVar

import pycountry
from babel import Locale
from pydantic import BaseModel, ValidationError

from breachdesk.ground import elements
from breachdesk.ground.shelf import BadPack, Shelf
from breachdesk.scope.detectors.context import Context
from breachdesk.scope.detectors.detector import Detector, Detectors
from breachdesk.scope.detectors.header import Phrases, Strength
from breachdesk.scope.detectors.meanings import CONTEXT, FOLDER, meanings
from breachdesk.scope.detectors.pack import ContextPack, DetectorPack

_LANGUAGES = ("en", "ru", "de", "fr", "es", "pt", "it", "nl", "pl", "ja")
_Pack = TypeVar("_Pack", bound=BaseModel)


def load(shelf: Shelf) -> Detectors:
    """All detectors on the shelf. Raises BadPack naming the file and what is wrong with it."""
    vocabulary = elements.read(shelf)
    phrases = Phrases()
    by_id: dict[str, Detector] = {}
    documents = shelf.all(FOLDER)
    for path, document in documents.items():
        if path == CONTEXT:
            continue
        pack = _read(document, path, DetectorPack)
        if pack.id != _id_of(path):
            raise BadPack(f"packs: {path}: its id is {pack.id}, by its place it is {_id_of(path)}; rename one of them")
        if pack.element not in vocabulary:
            raise BadPack(f"packs: {path}: elements.yaml has no element {pack.element}")
        by_id[pack.id] = Detector(pack, _words(shelf, pack))
        phrases.add(pack.id, Strength.NAMES, pack.header.words)
        phrases.add(pack.id, Strength.HINT, pack.header.hints)
        phrases.add(pack.id, Strength.NEVER, pack.header.never)
    if CONTEXT not in documents:
        raise BadPack(f"packs: {CONTEXT} is on no shelf (looked in {', '.join(map(str, shelf.folders))})")
    context = _read(documents[CONTEXT], CONTEXT, ContextPack)
    for owner, words in (
        ("~thing", context.thing_headers),
        ("~person", context.person_headers),
        ("~prop", context.property_headers),
    ):
        phrases.add(owner, Strength.NAMES, words)
    said = meanings(((one.id, one.element, one.pack.role) for one in by_id.values()), vocabulary.elements)
    return Detectors(by_id, Context(context), phrases, shelf.digest(FOLDER), said)


def _id_of(path: str) -> str:
    """`detectors/us/ssn.yaml` -> `us.ssn`."""
    return ".".join(PurePosixPath(path).with_suffix("").parts[1:])


def _read(document: Any, path: str, shape: type[_Pack]) -> _Pack:
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadPack(f"packs: {path}: {where}: {first['msg']}") from error


def _words(shelf: Shelf, pack: DetectorPack) -> frozenset[str]:
    name = (pack.values and pack.values.words) or (pack.text and pack.text.words)
    if not name:
        return frozenset()
    if name == "countries":
        return _countries()
    lines = shelf.text(f"{FOLDER}/words/{name}.txt").splitlines()
    return frozenset(line.strip().lower() for line in lines if line.strip() and not line.startswith("#"))


@cache
def _countries() -> frozenset[str]:
    """Names of countries as CLDR has them, and their ISO codes."""
    names = {name for code in _LANGUAGES for name in Locale.parse(code).territories.values()}
    codes = {code for one in pycountry.countries for code in (one.alpha_2, one.alpha_3)}
    return frozenset(
        name.lower() for name in names | codes | {"USA", "UK", "England", "Scotland", "Wales", "РФ", "США"}
    )
