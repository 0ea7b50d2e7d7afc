"""A filing on its way: kept, looked over by another, handed in, answered by the authority; or taken back."""

import hashlib
import io
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO, Self

from django.db import transaction

from breachdesk.authorities import drafts
from breachdesk.authorities.app import drafting
from breachdesk.authorities.app.drafting import Wanted, the_forms
from breachdesk.authorities.app.models import Filing, FilingState
from breachdesk.authorities.shapes import Filing as Drafted
from breachdesk.authorities.shapes import State
from breachdesk.case.app.actions import still_open
from breachdesk.case.app.models import Case
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.law.app import actions as law
from breachdesk.law.app import judging
from breachdesk.law.app.judging import Inputs
from breachdesk.notify.organisation import clean
from breachdesk.vault.app.keys import key_for, vault
from breachdesk.vault.store import Taken

#: How a filing reaches an authority.
CHANNELS = ("form", "email", "post", "phone", "in_person", "other")
LONGEST_NUMBER = 200
LONGEST_NOTE = 2000
_IN_HAND = (FilingState.DRAFTED, FilingState.REVIEWED)
_OPEN = (State.NOT_YET_KNOWN, State.CONFIRM)


@transaction.atomic
def keep_draft(case: Case, one: Wanted, *, by: Hand) -> Filing:
    """Keep the draft as it stands now, sealed, so that another can look it over. One that was in hand goes for it.

    Raises Refused for a closed case."""
    still_open(case, alone=True)
    given = judging.inputs(case)
    made = drafting.draft(case, one, by.at, given)
    before = Filing.objects.filter(case=case, duty=one.duty.id, state__in=_IN_HAND).first()
    if before is not None:
        _take_back(before, by, "")
    name = f"filing-{secrets.token_hex(12)}"
    files = drafts.drawn(made, the_forms())
    with _Sealing(case, by.at) as sealing:
        for kind, content in files.items():
            sealing.seal(f"{name}-{kind}", io.BytesIO(content))
        return _kept(case, made, given, before, name, files, by)


def _kept(
    case: Case,
    made: Drafted,
    given: Inputs,
    before: Filing | None,
    name: str,
    files: Mapping[str, bytes],
    by: Hand,
) -> Filing:
    filing = Filing.objects.create(
        case=case,
        duty=made.duty,
        ref=made.ref,
        form=made.form,
        stage=made.stage.value,
        authority=made.authority[:300],
        language=made.language,
        title=made.title[:300],
        due=made.due,
        name=name,
        sha256=hashlib.sha256(files["json"]).hexdigest(),
        inputs=given.digest,
        open=sum(field.state in _OPEN for field in made.fields),
        fields=len(made.fields),
        made_at=by.at,
        made_by=by.actor.name,
    )
    write(
        "authorities.filing.drafted",
        by=by,
        case=case.number,
        refs={"filing": filing.id, "duty": filing.duty, **({"replaces": before.id} if before is not None else {})},
        payload={
            "form": filing.form,
            "stage": filing.stage,
            "authority": filing.authority,
            "open": filing.open,
            "fields": filing.fields,
            "inputs": filing.inputs,
            **{f"{kind}_sha256": hashlib.sha256(content).hexdigest() for kind, content in files.items()},
        },
    )
    return filing


@transaction.atomic
def review(filing: Filing, *, by: Hand, note: str = "") -> Filing:
    """Somebody else than who kept it has looked it over, and it may go.

    Raises Refused for who kept it, and for one that is not a draft."""
    filing = _held(filing, FilingState.DRAFTED)
    if filing.made_by == by.actor.name:
        raise Refused("filings.refused.own_draft")
    filing.state, filing.reviewed_at, filing.reviewed_by = FilingState.REVIEWED, by.at, by.actor.name
    filing.review = clean(note)[:LONGEST_NOTE]
    filing.save(update_fields=["state", "reviewed_at", "reviewed_by", "review"])
    write(
        "authorities.filing.reviewed",
        by=by,
        case=filing.case.number,
        refs={"filing": filing.id, "duty": filing.duty},
        payload={"sha256": filing.sha256, "note": filing.review},
    )
    return filing


@transaction.atomic
def mark_sent(filing: Filing, *, at: datetime, channel: str, by: Hand) -> Filing:
    """It was handed in, at that moment, that way. The deadline is met by it, and what runs from it begins to run.

    That nobody else looked it over is not refused at night, but written down. Raises Refused for a time to come or
    before an earlier filing of the duty, a channel nobody knows, and one that is not in hand."""
    filing = _held(filing, *_IN_HAND)
    if channel not in CHANNELS:
        raise Refused("filings.refused.channel", field="channel")
    if at > by.at:
        raise Refused("filings.refused.to_come", field="at")
    before = drafting.sent(filing.case)
    same = [one for one in before if one.duty == filing.duty and one.sent_at is not None]
    if same and same[-1].sent_at is not None and at < same[-1].sent_at:
        raise Refused("filings.refused.before_last", field="at")
    looked_over = filing.state == FilingState.REVIEWED
    filing.state, filing.sent_at, filing.sent_by, filing.channel = FilingState.SENT, at, by.actor.name, channel
    filing.late = not same and filing.due is not None and at > filing.due  # a follow-up has no due time of its own
    filing.save(update_fields=["state", "sent_at", "sent_by", "channel", "late"])
    law.hand_in(filing.case, filing.duty, same[0].sent_at if same and same[0].sent_at is not None else at)
    write(
        "authorities.filing.sent",
        by=by,
        case=filing.case.number,
        refs={"filing": filing.id, "duty": filing.duty},
        payload={
            "sent_at": at,
            "channel": channel,
            "stage": filing.stage,
            "late": filing.late,
            "reviewed": looked_over,
            "sha256": filing.sha256,
        },
    )
    return filing


@transaction.atomic
def keep_receipt(
    filing: Filing, *, by: Hand, number: str = "", file: BinaryIO | None = None, file_name: str = ""
) -> Filing:
    """What the authority gave for it: a number, the receipt itself, or both. A receipt may be kept once.

    Raises Refused for neither, a number recorded before, a file that is empty, and one that was not handed in."""
    filing = _held(filing, FilingState.SENT)
    number = " ".join(clean(number).split())
    if not number and file is None:
        raise Refused("filings.refused.no_receipt", field="number")
    if len(number) > LONGEST_NUMBER:
        raise Refused("filings.refused.long_number", field="number", most=LONGEST_NUMBER)
    if number and Filing.objects.filter(case=filing.case, duty=filing.duty, number=number).exists():
        raise Refused("filings.refused.same_number", field="number")
    with _Sealing(filing.case, by.at) as sealing:
        if file is not None:
            filing.proof = f"receipt-{secrets.token_hex(12)}"
            taken = sealing.seal(filing.proof, file)
            if not taken.size:
                raise Refused("filings.refused.empty_file", field="file")
            filing.proof_file, filing.proof_size, filing.proof_sha256 = clean(file_name)[:200], taken.size, taken.sha256
        return _answered(filing, number, by)


def _answered(filing: Filing, number: str, by: Hand) -> Filing:
    filing.state, filing.number = FilingState.RECEIPTED, number
    filing.receipted_at, filing.receipted_by = by.at, by.actor.name
    filing.save()
    write(
        "authorities.filing.receipted",
        by=by,
        case=filing.case.number,
        refs={"filing": filing.id, "duty": filing.duty},
        payload={
            "number": number,
            "file": filing.proof_file,
            "size": filing.proof_size,
            "sha256": filing.proof_sha256,
        },
    )
    return filing


@transaction.atomic
def withdraw(filing: Filing, *, why: str, by: Hand) -> Filing:
    """A draft in hand is put away: it stays, and says why. What was handed in cannot be taken back here.

    Raises Refused without a reason, and for one that is not in hand."""
    filing = _held(filing, *_IN_HAND)
    if not why.strip():
        raise Refused("filings.refused.no_reason", field="why")
    _take_back(filing, by, clean(why)[:LONGEST_NOTE])
    write(
        "authorities.filing.withdrawn",
        by=by,
        case=filing.case.number,
        refs={"filing": filing.id, "duty": filing.duty},
        payload={"why": filing.withdrawn_why},
    )
    return filing


def _take_back(filing: Filing, by: Hand, why: str) -> None:
    filing.state, filing.withdrawn_why = FilingState.WITHDRAWN, why
    filing.withdrawn_at, filing.withdrawn_by = by.at, by.actor.name
    filing.save(update_fields=["state", "withdrawn_why", "withdrawn_at", "withdrawn_by"])


def _held(filing: Filing, *states: FilingState) -> Filing:
    """The row, nobody else's until the transaction ends. Raises Refused when it is no longer in one of these states."""
    still_open(filing.case)
    found = Filing.objects.select_for_update(of=("self",)).select_related("case").get(id=filing.id)
    if found.state not in states:
        raise Refused("filings.refused.moved_on")
    return found


class _Sealing:
    """What is sealed within it is taken out of the vault again when it ends badly."""

    def __init__(self, case: Case, at: datetime) -> None:
        self._case, self._at = case, at
        self._names: list[str] = []

    def __enter__(self) -> Self:
        return self

    def seal(self, name: str, content: BinaryIO) -> Taken:
        self._names.append(name)
        return vault().seal(self._case.number, name, content, key_for(self._case.number, self._at))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for name in self._names if kind is not None else ():
            vault().forget(self._case.number, name)
