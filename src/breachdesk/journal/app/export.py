"""One case out of the log, to be given away: a case bag that verify.py judges alone."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from breachdesk.journal import write_case_bag
from breachdesk.journal.app import reading
from breachdesk.journal.app.actions import Hand, consistency, locked_head, proof, sign, write
from breachdesk.journal.app.models import CaseCount, Checkpoint
from breachdesk.journal.note import Signer
from breachdesk.journal.shapes import Attachment, BadEntry


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
    earlier = list(Checkpoint.objects.filter(size__lt=made.size).order_by("size"))
    write_case_bag(
        folder,
        case=case,
        lines=reading.lines(case, until=made.size, withhold=True),
        proof=lambda seq: proof(seq, made.size),
        checkpoint=bytes(made.note),
        vkey=vkey,
        checkpoints=[(bytes(one.note), consistency(one.size, made.size)) for one in earlier],
        tokens={f"{number:03}.tsr": bytes(one.token) for number, one in enumerate(earlier, 1) if one.token is not None},
        items=items,
        extras=extras,
    )
