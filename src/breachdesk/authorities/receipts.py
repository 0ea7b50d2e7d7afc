"""What was handed in: the filing as it stood, and what the authority gave for it. Kept beside all versions of a pack.

filed/<duty id>/<n>/receipt.json       format breachdesk.receipt/1
filed/<duty id>/<n>/filing.{html,json,docx}, and the receipt itself as proof.<ending>
"""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from breachdesk.authorities.drafts import FOLDER as DRAFTS
from breachdesk.authorities.drafts import file_name
from breachdesk.authorities.shapes import FILING, Receipt, Stage, State
from breachdesk.ground.canonical import canonical
from breachdesk.ground.files import sync_folder, write_whole

FORMAT = "breachdesk.receipt/1"
FOLDER = "filed"
LINE = "receipt.json"
_NEW = "new"  # of a receipt that is being laid down
_LARGEST = 32 * 1024 * 1024  # of a receipt that is laid beside
_LONGEST = 200  # of a number


class BadReceipt(ValueError):
    """What was given cannot be recorded, or what lies in the pack cannot be read: says which, why and what to do."""


def read(pack: Path) -> tuple[Receipt, ...]:
    """Every receipt of the pack, the first filed first. Raises BadReceipt naming a file that is damaged."""
    found = [_receipt(path, pack) for path in sorted((pack / FOLDER).glob(f"*/[0-9]*/{LINE}"))]
    return tuple(sorted(found, key=lambda one: (one.filed_at, one.recorded_at)))


def digest(receipts: tuple[Receipt, ...]) -> str:
    """One digest over all of them; empty when there are none."""
    if not receipts:
        return ""
    said = [[one.duty, one.number, one.filed_at.isoformat(), one.folder.as_posix()] for one in receipts]
    return hashlib.sha256(json.dumps(said).encode("ascii")).hexdigest()


def record(
    pack: Path, duty: str, *, number: str, filed_at: datetime, now: datetime, by: str, proof: Path | None = None
) -> Receipt:
    """Keep the draft of `duty` as it was handed in, with its number. Nothing is kept when anything is wrong.

    Raises BadReceipt: no such draft, no number, filed in the future or earlier than another filing of the duty, the
    same number twice, a proof that cannot be read or is too large.
    """
    draft = draft_of(pack, duty)
    before = [one for one in read(pack) if one.duty == draft["duty"]]
    number = " ".join(number.split())
    if not number or len(number) > _LONGEST or not number.isprintable():
        raise BadReceipt(f"--number: write what the authority gave, at most {_LONGEST} characters")
    if filed_at > now:
        raise BadReceipt(f"--filed-at: {filed_at.isoformat()} lies in the future")
    if any(one.number == number for one in before):
        raise BadReceipt(f"--number: {number} is recorded for {draft['duty']} already")
    if before and filed_at < before[-1].filed_at:
        raise BadReceipt(f"--filed-at: earlier than the filing recorded before, {before[-1].filed_at.isoformat()}")
    stem = file_name(draft["duty"])
    drawn = (pack / DRAFTS / f"{stem}.{kind}" for kind in ("html", "json", "docx"))
    files = {f"filing{path.suffix}": path.read_bytes() for path in drawn if path.is_file()}
    if proof is not None:
        ending = "".join(re.findall(r"[a-z0-9]", proof.suffix.lower()))[:8]
        files[f"proof.{ending or 'bin'}"] = _proof(proof)
    folder = PurePosixPath(FOLDER, stem, str(_next(pack / FOLDER / stem)))
    due = datetime.fromisoformat(draft["due"]) if draft["due"] else None
    line = {
        "format": FORMAT,
        "duty": draft["duty"],
        "ref": draft["ref"],
        "form": draft["form"],
        "stage": draft["stage"],
        "number": number,
        "filed_at": filed_at.isoformat(),
        "recorded_at": now.isoformat(),
        "by": by,
        "due": draft["due"],
        "late": not before and due is not None and filed_at > due,  # a follow-up has no due time of its own
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "values": {field["id"]: field["value"] for field in draft["fields"]},
    }
    _lay(pack / folder, {**files, LINE: canonical(line)})
    return _receipt(pack / folder / LINE, pack)


def _lay(folder: Path, files: Mapping[str, bytes]) -> None:
    """All of them or none: written under another name, which a pulled plug may leave and the next call clears."""
    new = folder.with_name(_NEW)
    for left in folder.parent.parent.glob(f"*/{_NEW}"):
        shutil.rmtree(left, ignore_errors=True)
    for name, content in files.items():
        write_whole(new / name, content)
    new.rename(folder)
    sync_folder(folder.parent)


def draft_of(pack: Path, duty: str) -> dict[str, Any]:
    """The document of a draft by the id of its duty, or its ref. Raises BadReceipt with the nearest ids."""
    drafts = drafts_in(pack)
    found = [one for one in drafts if duty in (one["duty"], one["ref"])]
    if not found:
        asked = duty.lower()
        near = sorted(one["duty"] for one in drafts if asked in one["duty"] or asked in one["ref"].lower())
        more = f"near: {', '.join(near[:5])}" if near else "`breachdesk filings list` shows them all"
        raise BadReceipt(f"{duty}: no draft of that duty lies in {pack}; {more}")
    if len(found) > 1:
        raise BadReceipt(f"{duty}: several: {', '.join(one['duty'] for one in found)}; name one of them")
    return found[0]


def drafts_in(pack: Path) -> list[dict[str, Any]]:
    """The document of every draft. Raises BadReceipt naming a file that is damaged."""
    paths = sorted((pack / DRAFTS).glob("*.json"))
    drafts = [_document(path, FILING) for path in paths]
    for path, draft in zip(paths, drafts, strict=True):
        if not _is_draft(draft):
            raise BadReceipt(f"{path}: damaged; put it back from a copy")
    return drafts


def _is_draft(draft: dict[str, Any]) -> bool:
    """Whether what is read of a draft is there and of its kind."""
    texts = ("duty", "ref", "form", "title", "authority", "channel", "url", "citation", "language", "verdict")
    try:
        Stage(draft["stage"])
        return (
            all(isinstance(draft[name], str) for name in texts)
            and (draft["due"] is None or _aware(draft["due"]) is not None)
            and isinstance(draft["own_form"], bool)
            and all(isinstance(note, str) for note in draft["notes"])
            and all(_is_field(field) for field in draft["fields"])
        )
    except (KeyError, TypeError, ValueError):
        return False


def _is_field(field: Any) -> bool:
    State(field["state"])
    return (
        all(isinstance(field[name], str) for name in ("id", "label", "label_en", "label_ru", "value"))
        and (field["was"] is None or isinstance(field["was"], str))
        and all(isinstance(fact, str) for fact in field["facts"])
        and all(len(row) == 2 and all(isinstance(cell, str) for cell in row) for row in field["rows"])
    )


def _next(folder: Path) -> int:
    taken = [int(one.name) for one in folder.glob("*") if one.name.isdecimal()]
    return max(taken, default=0) + 1


def _proof(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise BadReceipt(f"{path}: {error.strerror}") from error
    if not content or len(content) > _LARGEST:
        raise BadReceipt(f"{path}: {'empty' if not content else 'larger than 32 MiB'}; name the receipt itself")
    return content


def _document(path: Path, kind: str) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_bytes())
        if raw["format"] != kind:
            raise BadReceipt(f"{path}: is {raw['format']!r}, not {kind}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadReceipt(f"{path}: damaged; put it back from a copy") from error
    found: dict[str, Any] = raw
    return found


def _receipt(path: Path, pack: Path) -> Receipt:
    raw = _document(path, FORMAT)
    try:
        values: Mapping[str, str] = {str(key): str(value) for key, value in raw["values"].items()}
        return Receipt(
            duty=raw["duty"],
            number=raw["number"],
            filed_at=_aware(raw["filed_at"]),
            recorded_at=_aware(raw["recorded_at"]),
            by=raw["by"],
            stage=Stage(raw["stage"]),
            folder=PurePosixPath(path.parent.relative_to(pack).as_posix()),
            files=dict(raw["files"]),
            values=values,
            late=bool(raw["late"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadReceipt(f"{path}: damaged; put it back from a copy") from error


def _aware(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found
