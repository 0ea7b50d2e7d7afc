"""One case out of the log, to be given away: a case bag that verify.py judges alone."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from breachdesk.journal import write_case_bag
from breachdesk.journal.app import reading
from breachdesk.journal.app.actions import Hand, consistency, proof, sign, write
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
    Raises BadEntry for a case without entries, BadBag for a folder or a name that cannot be. When the bag cannot be
    written the entry goes too: nothing was given away.
    """
    with transaction.atomic():
        count = CaseCount.objects.select_for_update().filter(case=case).first()
        if count is None:
            raise BadEntry(f"no entry of case {case!r} is in the journal")
        done = write(
            "journal.case.exported",
            by=by,
            case=case,
            refs={"case_seq": count.count},
            attachments=tuple(attachments),
        )
        made = sign(signer, by.at)
        earlier = Checkpoint.objects.filter(size__lt=done.seq).order_by("size")
        write_case_bag(
            folder,
            case=case,
            lines=reading.lines(case, withhold=True),
            proof=lambda seq: proof(seq, done.seq),
            checkpoint=bytes(made.note),
            vkey=signer.vkey,
            checkpoints=[(bytes(one.note), consistency(one.size, done.seq)) for one in earlier],
            tokens={"checkpoint.tsr": bytes(made.token)} if made.token else None,
            items=items,
            extras=extras,
        )
    return made
