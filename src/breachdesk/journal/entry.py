"""How an entry is made: a canonical envelope that goes into the tree, and contents beside it under a salted promise."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from breachdesk.ground.canonical import canonical
from breachdesk.ground.clock import rfc3339
from breachdesk.journal.shapes import Actor, Attachment, BadEntry, Entry, Value, Via

VERSION = 1
SALT_BYTES = 32
_TYPE = re.compile(r"[a-z]+\.[a-z]+(?:_[a-z]+)*\.([a-z]+(?:_[a-z]+)*)")
_IRREGULAR = re.compile(
    "arose|became|began|built|chosen|done|drawn|fell|found|given|gone|held|kept|known|laid|left|lost|made|met|put|read|"
    "run|sent|set|shown|shut|spent|split|taken|told|understood|went|withdrawn|won|written"
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LONGEST_TEXT = 4096
_LONGEST_LINE = 8 << 20
_EXACT = 2**53


def check_type(name: str) -> None:
    """`room.noun.past-verb`, as in `law.duty.arose`. Raises BadEntry."""
    found = _TYPE.fullmatch(name)
    if found is None or not _is_past(found[1]):
        raise BadEntry(f"{name!r} is no journal entry type: say room.noun.past-verb, as in scope.source.read")


def check_case(name: str) -> None:
    """What a case may be called in a journal. Raises BadEntry."""
    if not name or len(name) > 100 or not name.isprintable():
        raise BadEntry("a case is named by 1 to 100 printable characters")


def _is_past(verb: str) -> bool:
    return any(
        word.endswith("ed") or _IRREGULAR.fullmatch(word) for word in (verb, verb.split("_")[-1], verb.split("_")[0])
    )


def envelope(
    type: str,
    *,
    seq: int,
    case: str,
    case_seq: int,
    at: datetime,
    actor: Actor,
    via: str,
    refs: Mapping[str, Value],
    payload: Mapping[str, Any],
    attachments: Sequence[Attachment],
    salt: bytes,
) -> dict[str, Any]:
    """What goes into the tree: everything but payload and file names, of which only salted hashes do."""
    return {
        "v": VERSION,
        "seq": seq,
        "case": case,
        "case_seq": case_seq,
        "ts": rfc3339(at),
        "actor": actor.name,
        "role": actor.role,
        "via": Via(via).value,
        "type": type,
        "refs": plain(refs, "refs"),
        "payload_hash": hashlib.sha256(salt + canonical(payload)).hexdigest(),
        "attachments": [
            {
                "sha256": item.sha256,
                "size": item.size,
                "name_hash": hashlib.sha256(salt + item.name.encode("utf-8")).hexdigest(),
            }
            for item in attachments
        ],
    }


def line(envelope: Mapping[str, Any], payload: Mapping[str, Any] | None, salt: bytes | None, names: Any) -> bytes:
    """One line of entries.jsonl, without its end. Raises BadEntry when it is too long to be checked anywhere."""
    whole = canonical(
        {"envelope": dict(envelope), "payload": payload, "salt": None if salt is None else salt.hex(), "names": names}
    )
    if len(whole) >= _LONGEST_LINE:
        raise BadEntry("an entry of more than 8 MiB: journal a digest of the list, not the list")
    return whole


def plain(values: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Names and plain values only, so that nobody journals a row by accident. Raises BadEntry, without the value."""
    made = {}
    for name, value in values.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise BadEntry(f"{what}: names are a-z, 0-9 and _, beginning with a letter")
        if isinstance(value, list | tuple | set | frozenset):
            items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
            made[name] = [_scalar(item, f"{what}.{name}") for item in items]
        else:
            made[name] = _scalar(value, f"{what}.{name}")
    return made


def _scalar(value: Any, where: str) -> Any:
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, int | float):
        if not -_EXACT < value < _EXACT:  # also refuses what is not a number
            raise BadEntry(f"{where}: numbers stay below 2**53, so that every reader sees the same one")
        return value
    if isinstance(value, str):
        return _text(value, where)
    raise BadEntry(f"{where}: text, number, truth, instant or a list of them; not {type(value).__name__}")


def _text(value: str, where: str) -> str:
    if len(value) > _LONGEST_TEXT:
        raise BadEntry(f"{where}: text of more than {_LONGEST_TEXT} characters does not belong in the journal")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadEntry(f"{where}: text that is not Unicode (half a character)") from None
    return str(value)


def read(content: Mapping[str, Any]) -> Entry:
    """A parsed line as an Entry."""
    inner = content["envelope"]
    names = content["names"]
    return Entry(
        seq=inner["seq"],
        case=inner["case"],
        case_seq=inner["case_seq"],
        ts=inner["ts"],
        actor=Actor(inner["actor"], inner["role"]),
        via=inner["via"],
        type=inner["type"],
        refs=inner["refs"],
        payload=content["payload"],
        names=None if names is None else tuple(names),
        attachments=tuple(inner["attachments"]),
    )
