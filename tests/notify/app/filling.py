"""A sending as it stands half way, with something of everything it can say; letters follow from people and facts."""

import io
import re
from collections.abc import Callable
from typing import Any

from breachdesk.case.app.models import Case
from breachdesk.notify import marks
from breachdesk.notify.app import caring, in_hand, ledger, pens, proving, rewording, spreading
from breachdesk.notify.app.ledger import Row, Word
from breachdesk.notify.app.models import (
    Delivery,
    Posted,
    Printing,
    Publication,
    PublicText,
    Sending,
    Stage,
    Standing,
    Up,
)
from breachdesk.notify.app.writing import Letters
from breachdesk.notify.mould import Mould
from breachdesk.notify.recipients import Place
from breachdesk.notify.states import Channel, State
from breachdesk.notify.wording import Sender, Wording
from breachdesk.scope.app import actions as scope
from breachdesk.staff.app.models import Account
from breachdesk.vault.app import keys
from tests.cast import AT, hand

_SAID = (State.ACCEPTED, State.REFUSED, State.DOUBT, State.DEFERRED)


def fill(case: Case, lead: Account, hostile: str) -> None:
    """Of a sending that was never made by a worker: its pages show what the database holds, and no more."""
    sender = Sender({"en": hostile}, "a@bakery.example", "", "back", "bakery.example")
    mould = Mould("de", "DE", "en", hostile, ("name",), (hostile, ("name", 0, False)), (hostile,), hostile)
    said = Wording(sender, (mould,)).written()
    keys.vault().seal(case.number, "n-hostile", io.BytesIO(said), keys.key_for(case.number, AT))
    sending = Sending.objects.create(
        case=case, number=1, stage=Stage.FULL, standing=Standing.GOING, channels=["email", "sms"], people=6,
        run=scope.last(case), left_out={"honey": 1}, made_at=AT, made_by=lead.email, fixed_at=AT, begun_at=AT,
        wording="n-hostile", wording_sha256="ab" * 32, recipients_sha256="cd" * 32, approved_by=lead.email, due=AT,
        troubles={"email": hostile[:300]},
    )  # fmt: skip
    place = Place(0, 10)
    ledger.enroll(
        sending,
        [Row(n, Channel.EMAIL, State.QUEUED, 0, "DE", "mail.example", place, 1) for n in range(5)]
        + [Row(5, Channel.NONE, State.UNREACHABLE, 0, "DE", "", place, 0)],
        AT,
    )
    carrier = in_hand.begin(sending, "test", AT)
    held = in_hand.claim(carrier, Channel.EMAIL, most=4, at=AT)
    words = [Word(one.id, state, 250, hostile[:300], AT) for one, state in zip(held, _SAID, strict=True)]
    ledger.tell(sending, words, source="relay", by=hand(lead))
    in_hand.end(carrier, AT)
    spreading.count(sending, AT)
    Delivery.objects.filter(sending=sending).update(zone="DE")
    if Letters(case).cohorts:
        contact = rewording.Place("contact", "en")
        rewording.reword(case, contact, re.sub(r"[{}<>]", "", hostile), reason=hostile, by=hand(lead))
    Printing.objects.create(
        sending=sending, number=1, standing=Printing.Standing.READY, most=9, letters=1, sheets=1, dated_at=AT,
        refused={"long_line": 1}, made_by=lead.email, sha256="ef" * 32,
        files=[{"name": hostile, "sha256": "ab" * 32, "letters": 1, "sheets": 1, "boxes": True}],
    )  # fmt: skip
    _public(case, lead, hostile)
    caring.mind(case, hostile[:200], "vulnerable", reason=hostile, by=hand(lead))


def _public(case: Case, lead: Account, hostile: str) -> None:
    """Words that wait for their approval, and words that stand somewhere, with a post nobody knows of."""
    said = {"case": case, "kind": "social", "language": "en", "title": hostile[:300], "words": hostile, "page": hostile}
    said |= {"sha256": "ab" * 32, "page_sha256": "cd" * 32, "fixed_at": AT, "fixed_by": lead.email}
    PublicText.objects.create(number=1, **said)
    told = PublicText.objects.create(
        number=2, **said | {"standing": Up.RELEASED}, released_at=AT, released_by=lead.email, approved_by=lead.email
    )
    Publication.objects.create(
        text=told, where=hostile[:300], at=AT, until=AT.date(), noted_at=AT, noted_by=lead.email
    )  # fmt: skip
    Posted.objects.create(
        text=told, channel="press", state="doubt", told="lost", asked_at=AT, asked_by=lead.email, reason=hostile
    )  # fmt: skip


def _slug(case: Case) -> Any:
    return Letters(case).cohorts[0].slug


def _told(case: Case) -> Any:
    """A proof that was asked for and is not written yet."""
    asked = {"kind": proving.KIND, "said": {"to": "DPA", "named": False}}
    found, _ = case.errands.get_or_create(
        **asked, defaults={"made_at": AT, "made_by": "x", "role": "lead", "via": "web"}
    )
    return found.id


VALUES: dict[str, Callable[[Case], Any]] = {
    "notify_texted:mark": lambda case: marks.mark(1, pens.mark_key()),
    "slug": _slug,
    "sending": lambda case: 1,
    "case_sending_letter:letter": lambda case: 0,
    "case_sending_act:deed": lambda case: "pause",
    "batch": lambda case: 1,
    "case_batch_act:deed": lambda case: "back",
    "case_told_proof:person": lambda case: "p-1",
    "case_telling_fetch:errand": _told,
    "minded": lambda case: case.minded.get(last=True).id,
    "case_notice:language": lambda case: "en",
    "case_notice_file:language": lambda case: "ru",
    "case_notice_file:kind": lambda case: "txt",
    "case_wording:block": lambda case: "contact",
    "case_wording:language": lambda case: "en",
    "notify_mailed:provider": lambda case: "postmark",
    "case_public_text:kind": lambda case: "call",
    "case_public_text:language": lambda case: "ru",
    "case_public_up:kind": lambda case: "banner",
    "case_public_up:language": lambda case: "en",
    "published_text": lambda case: 2,
    "publication": lambda case: Publication.objects.get(text__case=case).id,
    "case_post_looked:post": lambda case: Posted.objects.get(text__case=case).id,
    "case_published_act:deed": lambda case: "withdraw",
    "case_published_file:ending": lambda case: "txt",
    "case_public_file:kind": lambda case: "press",
    "case_public_file:language": lambda case: "en",
    "case_public_file:ending": lambda case: "txt",
}
