"""One case out of the log, to be given away: a case bag that verify.py judges alone."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from breachdesk.journal import write_case_bag
from breachdesk.journal.app import reading, stamping
from breachdesk.journal.app.actions import Hand, consistency, locked_head, proof, sign, write
from breachdesk.journal.app.models import CaseCount, Checkpoint
from breachdesk.journal.note import Signer
from breachdesk.journal.shapes import Attachment, BadEntry

_STAMP_SECONDS = 5.0  # somebody waits for the bag; without a stamp of its own it has those of the states before


def export_case(
    case: str,
    folder: Path,
    *,
    signer: Signer,
    by: Hand,
    attachments: Iterable[Attachment] = (),
    items: Iterable[tuple[str, BinaryIO]] = (),
    extras: Mapping[str, bytes] | None = None,
) -> Checkpoint:
    """Write the case as it stands to `folder`, which must be new; the export is its last entry.

    Contents of privileged entries are withheld. `attachments` name the `items` (`item:<path>`) and the `extras`.
    Others go on writing while the bag is made. When it cannot be made, the case says so in its next entry.
    Raises BadEntry for a case without entries, BadBag for a folder or a name that cannot be.
    """
    made = _announced(case, signer, by, tuple(attachments))
    try:
        _write_bag(case, folder, made, signer.vkey, items, extras)
    except BaseException as error:
        with transaction.atomic():
            write(
                "journal.export.failed",
                by=by,
                case=case,
                refs={"seq": made.size},
                payload={"kind": type(error).__name__},
            )
        raise
    return made


@transaction.atomic
def _announced(case: str, signer: Signer, by: Hand, attachments: tuple[Attachment, ...]) -> Checkpoint:
    """The entry of the export, and a checkpoint that ends with it."""
    locked_head()
    count = CaseCount.objects.filter(case=case).first()
    if count is None:
        raise BadEntry(f"no entry of case {case!r} is in the journal")
    write("journal.case.exported", by=by, case=case, refs={"case_seq": count.count}, attachments=attachments)
    return sign(signer, by.at)


def _write_bag(
    case: str,
    folder: Path,
    made: Checkpoint,
    vkey: str,
    items: Iterable[tuple[str, BinaryIO]],
    extras: Mapping[str, bytes] | None,
) -> None:
    earlier = _worth(Checkpoint.objects.filter(size__lt=made.size).order_by("size"))
    tokens = {f"{number:03}.tsr": bytes(one.token) for number, one in enumerate(earlier, 1) if one.token is not None}
    if settings.TSA_URL and (dated := made.token or stamping.date(made, seconds=_STAMP_SECONDS)):
        tokens["checkpoint.tsr"] = bytes(dated)
    write_case_bag(
        folder,
        case=case,
        lines=reading.lines(case, until=made.size, withhold=True),
        proof=lambda seq: proof(seq, made.size),
        checkpoint=bytes(made.note),
        vkey=vkey,
        checkpoints=[(bytes(one.note), consistency(one.size, made.size)) for one in earlier],
        tokens=tokens,
        items=items,
        extras=extras,
    )


def _worth(earlier: Iterable[Checkpoint]) -> list[Checkpoint]:
    """Those a bag takes along, oldest first: the first, and of each day (UTC) the last and the last that is dated. One
    every ten minutes would be fifty thousand in a year, and each leads to the next by a proof."""
    kept: dict[tuple[object, bool], Checkpoint] = {}
    for one in earlier:
        kept.setdefault(("first", False), one)
        kept[one.made_at.date(), False] = one
        if one.token is not None:
            kept[one.made_at.date(), True] = one
    return sorted({one.size: one for one in kept.values()}.values(), key=lambda one: one.size)
