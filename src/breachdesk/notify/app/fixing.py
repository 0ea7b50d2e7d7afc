"""What a sending says and to whom, fixed: the wording that would go now, and the worker's part, which seals it with the
list and puts everybody into the ledger. Nothing goes by it."""

import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings

from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.places import country_of
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.law.shapes import Verdict
from breachdesk.notify import cohorts
from breachdesk.notify.app import (
    caring,
    lawful,
    ledger,
    pens,
    signing_up,
    spreading,
    writing,
)
from breachdesk.notify.app.choosing import Care, Choice, Chosen, language_for, told_key
from breachdesk.notify.app.knowing import Handles
from breachdesk.notify.app.ledger import Row
from breachdesk.notify.app.models import LIVE, Delivery, Sending, Stage, Standing
from breachdesk.notify.app.writing import Letters
from breachdesk.notify.blocks import Kind, texts_of
from breachdesk.notify.compose import entity_kinds
from breachdesk.notify.draw import Press
from breachdesk.notify.mould import gapped, mould
from breachdesk.notify.recipients import Place, RecipientsWriter
from breachdesk.notify.shapes import Level, Notice, NoticeCohort
from breachdesk.notify.states import TOLD, Channel, State
from breachdesk.notify.ways import WAYS, accepted
from breachdesk.notify.wording import Sender, Wording
from breachdesk.scope.app import actions as scope
from breachdesk.scope.app.models import Run
from breachdesk.vault.app import keys
from breachdesk.vault.app.errands import Deed, Tell
from breachdesk.vault.app.models import Errand

KIND = "notices"
_TOLD_BY_A_WAY = [state.value for state in TOLD - {State.SUBSTITUTED}]


class NotReady(Refused):
    """Letters, or text messages (`texts`), that must not go as they are. `notices`: these, at least one."""

    def __init__(self, notices: Sequence[Notice], *, texts: bool = False) -> None:
        first, key = notices[0], "sendings.refused.stopped_text" if texts else "sendings.refused.stopped"
        super().__init__(key, n=len(notices), slug=first.cohort.slug, language=first.language)
        self.notices, self.texts = tuple(notices), texts


def _languages(cohort: NoticeCohort) -> list[str]:
    """In which languages somebody of it is written to."""
    return sorted({language_for(said, cohort.residence) for said in cohort.languages or {"": 0}})


def _ready(letters: Letters, slugs: Sequence[str], early: bool, kin: Sequence[NoticeCohort]) -> list[Notice]:
    """Each letter as it would go, with gaps for what is a person's own. Raises Refused when one must not go as it is: a
    blank, a check that says stop."""
    found, wrong = list[Notice](), list[Notice]()
    chosen = [one for one in letters.cohorts if not slugs or one.slug in slugs]
    for cohort in (*chosen, *kin):
        for language in _languages(cohort):
            notice = gapped(cohort, language, letters.brief, early=early)
            stopped = any(not one.passed and one.level is Level.STOP for one in notice.checks)
            (wrong if stopped or texts_of(notice.blocks, Kind.BLANK) else found).append(notice)
    if wrong:
        raise NotReady(wrong)
    return found


def texts(letters: Letters, slugs: Sequence[str] = (), *, early: bool = False) -> list[Notice]:
    """The text messages as they would go."""
    chosen = [one for one in letters.cohorts if not slugs or one.slug in slugs]
    return [letters.short(cohort, language, early=early) for cohort in chosen for language in _languages(cohort)]


def _short(letters: Letters, slugs: Sequence[str], early: bool) -> dict[tuple[str, str], str]:
    """(slug, language) -> words. Raises Refused when one must not go as it is."""
    all_ = [(notice, writing.shown(notice)) for notice in texts(letters, slugs, early=early)]
    wrong = [notice for notice, one in all_ if not one.ready]
    if wrong:
        raise NotReady(wrong, texts=True)
    return {(notice.cohort.slug, notice.language): one.text for notice, one in all_}


def wording(
    letters: Letters,
    slugs: Sequence[str],
    stage: str,
    channels: Sequence[str],
    kin: Sequence[NoticeCohort] = (),
) -> Wording:
    """What would be said now, at this stage; `kin`: and to next of kin. Raises Refused as `plan` does."""
    press = Press(words=letters.library.phrases)
    early = stage == Stage.EARLY
    ready = _ready(letters, slugs, early, kin)
    short = _short(letters, slugs, early) if Channel.SMS in channels else {}
    on_paper = Channel.LETTER in channels
    moulds = tuple(
        mould(one, press, short.get((one.cohort.slug, one.language), ""), on_paper=on_paper) for one in ready
    )
    known = letters.organisation.sign_up_code or signing_up.has(letters.case)
    if any(one.needs_code for one in moulds) and not known:
        raise Refused("sendings.refused.no_code")  # a code the service does not know would be a lie to everybody
    home = country_of(str(letters.facts.get("entity.main_establishment") or "")) if on_paper else ""
    return Wording(_sender(letters, settings.SMS_FROM if short else ""), moulds, home)


def _sender(letters: Letters, texts: str) -> Sender:
    organisation = letters.organisation
    names = {language: organisation.text("name", language) or "" for language in LANGUAGES}
    local, _, domain = settings.NOTICE_RETURN.rpartition("@")
    return Sender(names, settings.NOTICE_FROM, organisation.text("email", "en") or "", local, domain, texts)


def making(errand: Errand, tell: Tell) -> Deed:
    """The worker's part: wording and list as sealed files, everybody in the ledger. Nothing goes by it."""
    sending = Sending.objects.select_related("case", "run").get(id=errand.said["sending"])
    try:
        return _made(sending, tell)
    except Exception as error:  # whatever it was, the errand tells of it; nothing half-made is left
        fault = error.key if isinstance(error, Refused) else type(error).__name__
        Sending.objects.filter(id=sending.id).update(standing=Standing.DROPPED, fault=fault[:120])
        forget(sending)
        raise


def _made(sending: Sending, tell: Tell) -> Deed:
    case, run = sending.case, sending.run
    if run is None:
        raise Refused("sendings.refused.no_list")
    letters = Letters(case)
    care = caring.care(case)
    nameless = {one: letters.library.phrases[one]["nameless"] for one in letters.library.phrases}
    handles = Handles(sending, nameless.values())
    with scope.people_of(run) as people:
        handles.look(people.everybody())
    kin = _kin(letters, run, care, handles) if Channel.LETTER in sending.channels else []
    said = wording(letters, sending.slugs, sending.stage, sending.channels, kin)
    key = keys.key_of(case.number)
    vault = keys.vault()
    forget(sending)  # what an errand left that was broken off
    vault.seal(case.number, _name(sending, "wording"), io.BytesIO(said.written()), key)
    giving = signing_up.Giving(sending) if signing_up.has(case) else None
    choice = Choice(
        said.letters,
        tuple(Channel(one) for one in sending.channels),
        handles.of,
        letters.organisation.sign_up_code,
        giving.to if giving else None,
        sending.slugs,
        care,
        told=_told(letters, sending),
        home=said.posted_in,
        nameless=nameless,
    )
    rows = io.BytesIO()
    zones: set[str] = set()
    with (
        RecipientsWriter(vault.place(case.number, _name(sending, "list")), key) as file,
        scope.people_of(run) as people,
    ):
        for one in choice.of(people.everybody()):
            place = file.add(one.recipient)
            zones.add(one.recipient.country)
            rows.write(_packed(one, place))
            tell(1)
        digest = file.digest
    if not rows.tell():
        raise Refused("sendings.refused.nobody")
    rows.seek(0)

    def deed(by: Hand) -> dict[str, str]:
        held = Sending.objects.select_for_update().get(id=sending.id)
        if held.standing != Standing.MAKING:
            raise Refused("sendings.refused.not_now")
        held.people = ledger.enroll(held, _unpacked(rows), by.at)
        held.wording, held.recipients = _name(held, "wording"), _name(held, "list")
        held.wording_sha256, held.recipients_sha256 = said.digest, digest
        held.codes = giving.ranges if giving else []
        held.left_out, held.zones = dict(sorted(choice.left_out.items())), sorted(zones)
        duties = _duties(letters, sending) if held.stage != Stage.EARLY else []  # a warning meets none
        held.duties = [name for name, _ in duties]
        held.due = min((due for _, due in duties if due is not None), default=None)
        held.standing, held.fixed_at = Standing.READY, by.at
        held.save()
        spreading.count(held, by.at)
        write(
            "notify.sending.fixed",
            by=by,
            case=case.number,
            refs={"sending": held.number},
            payload={
                "people": held.people,
                "letters": len(said.letters),
                "codes": sum(end - begin for begin, end in held.codes),
                "left_out": [f"{why} {n}" for why, n in sorted(held.left_out.items())],
                "wording_sha256": held.wording_sha256,
                "recipients_sha256": held.recipients_sha256,
            },
        )
        return {"sending": str(held.number)}

    return deed


def _kin(letters: Letters, run: Run, care: Care, handles: Handles) -> list[NoticeCohort]:
    """Whose next of kin are written to, where they live and in which languages."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    if care.deceased:
        with scope.people_of(run) as people:
            for one in people.everybody():
                if care.of(one, handles.of(one["person_id"])) == "deceased" and one["elements"]:
                    slug = cohorts.slug(one["residence"], one["elements"], one["minor"] == "yes")
                    found[slug][language_for(one["language"], one["residence"])] += 1
    return _to_kin(letters, found)


def _to_kin(letters: Letters, found: Mapping[str, Counter[str]]) -> list[NoticeCohort]:
    return [
        replace(cohorts.to_kin(one), count=found[one.slug].total(), languages=dict(found[one.slug]))
        for one in letters.cohorts
        if one.slug in found
    ]


def reads_as_fixed(sending: Sending, letters: Letters) -> bool:
    """Whether it would be worded now as it was fixed. Raises Refused as `plan` does."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in pens.wording_of(sending).letters:
        if cohorts.to_next_of_kin(one.slug):
            found[cohorts.without_kin(one.slug)][one.language] += 1
    now = wording(letters, sending.slugs, sending.stage, sending.channels, _to_kin(letters, found))
    return now.digest == sending.wording_sha256


def _packed(one: Chosen, place: Place) -> bytes:
    """A row until the transaction comes, small: a million people are some hundred megabytes."""
    fields = (
        str(one.person), one.channel.value, one.state.value, str(one.recipient.letter), one.recipient.country,
        one.domain, str(place.offset), str(place.length), str(ledger.ways(one.addresses)),
    )  # fmt: skip
    return "\t".join(fields).encode() + b"\n"


def _unpacked(rows: io.BytesIO) -> Iterator[Row]:
    for line in rows:
        person, channel, state, letter, zone, domain, offset, length, ways = line.decode().rstrip("\n").split("\t")
        place = Place(int(offset), int(length))
        yield Row(int(person), Channel(channel), State(state), int(letter), zone, domain, place, int(ways))


def _told(letters: Letters, sending: Sending) -> "np.ndarray[Any, Any] | None":
    """Who need not get this: who was told the same in full; and no second warning for who was warned. A warning is no
    notice: who was only warned is told in full. So is who was told by a way that their law does not accept, when this
    goes only by ways it accepts. Keys of people with their letter, sorted."""
    ours = {Channel(one) for one in sending.channels}
    narrow = {slug: ways for slug, ways in lawful.narrow(letters).items() if ours <= ways}
    earlier = Sending.objects.filter(case=letters.case).exclude(id=sending.id).exclude(standing=Standing.DROPPED)
    if sending.stage != Stage.EARLY:
        earlier = earlier.exclude(stage=Stage.EARLY)
    found: list[int] = []
    for one in earlier:
        slugs = [letter.slug for letter in pens.wording_of(one).letters]
        states = [state.value for state in (*TOLD, State.SENDING, State.DOUBT)]  # it may have gone
        if one.standing in (Standing.READY, *LIVE):  # it will be told by that one
            rows = Delivery.objects.filter(sending=one, last=True)
        else:
            rows = Delivery.objects.filter(sending=one, last=True, state__in=states)
        for ways in {narrow[slug] for slug in slugs if slug in narrow}:
            places = [place for place, slug in enumerate(slugs) if narrow.get(slug) == ways]
            others = [way for way in WAYS if way not in ways]
            rows = rows.exclude(letter__in=places, channel__in=others, state__in=_TOLD_BY_A_WAY)
        found += [told_key(person, slugs[letter]) for person, letter in rows.values_list("person", "letter").iterator()]
    return np.sort(np.array(found, np.int64)) if found else None


def _duties(letters: Letters, sending: Sending) -> list[tuple[str, datetime | None]]:
    """The owed duties this can meet, with their deadlines: by one of its ways at least somebody is told as they go."""
    found: dict[str, datetime | None] = {}
    ours, kinds = {Channel(one) for one in sending.channels}, entity_kinds(letters.facts)
    for cohort in (one for one in letters.cohorts if not sending.slugs or one.slug in sending.slugs):
        rules = letters.library.rules_for(cohort.residence, kinds)
        for duty in letters.duties(cohort):
            if duty.verdict is Verdict.OWED and ours & accepted(rules, duty.ref):
                found[duty.id] = duty.due
    return sorted(found.items())


def _name(sending: Sending, what: str) -> str:
    """Of its files in the vault."""
    return f"n-{sending.id}-{what}"


def forget(sending: Sending) -> None:
    for what in ("wording", "list"):
        keys.vault().forget(sending.case.number, _name(sending, what))
