"""Sending notices: what is said and to whom is fixed, two people approve exactly that, and it goes.

draft -> the worker writes the list (making) -> ready -> asked for and approved (case/app/actions/asks.py) -> going.
The approval names the digests of wording and list: made anew, it is another sending, and needs another approval.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal, get_args

from django.db import transaction

from breachdesk.case.app.actions import asks, still_open
from breachdesk.case.app.actions.facts import answer_fact
from breachdesk.case.app.models import Ask, Case
from breachdesk.case.app.sheet import facts_of
from breachdesk.ground.clock import rfc3339
from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealError
from breachdesk.journal.app.actions import Hand, write
from breachdesk.notify.app import (
    alarming,
    caring,
    fixing,
    in_hand,
    ledger,
    looking_up,
    pens,
    quiet,
    receipts,
    spreading,
    tasks,
    transports,
)
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import LIVE, Delivery, Sending, Stage, Standing
from breachdesk.notify.app.writing import Letters
from breachdesk.notify.mould import Mould
from breachdesk.notify.organisation import held_since
from breachdesk.notify.recipients import Place
from breachdesk.notify.states import FAILED, Channel, State
from breachdesk.scope import kept
from breachdesk.scope.app import actions as scope
from breachdesk.vault.app import errands
from breachdesk.vault.app.models import OPEN, Errand
from breachdesk.vault.store import BadVault

#: What a sending may go by, in the order in which ways are tried when nothing else is said.
CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.LETTER, Channel.PHONE)


def ways() -> tuple[Channel, ...]:
    """Those of them that this desk has: text messages only where a gateway is set."""
    return tuple(one for one in CHANNELS if one is not Channel.SMS or transports.of(one) is not None)


@transaction.atomic
def plan(
    case: Case,
    *,
    stage: Stage,
    channels: Sequence[Channel],
    slugs: Sequence[str] = (),
    quiet: tuple[int, int] | None = None,
    per_second: float | None = None,
    domains: Mapping[str, float] | None = None,
    by: Hand,
) -> Sending:
    """Plan a sending, and have the worker fix its wording and its list. `slugs`: only these cohorts; `quiet`: hours of
    the people's day, from and until. Raises Refused for what could not go: nobody on the list, a letter that a check
    stops, no way to send."""
    still_open(case, alone=True)
    has_ways(channels)
    run = scope.last(case)
    if run is None:
        raise Refused("sendings.refused.no_list")
    if Errand.objects.filter(case=case, kind=fixing.KIND, state__in=OPEN).exists():
        raise Refused("sendings.refused.making")
    Sending.objects.filter(case=case, standing=Standing.MAKING).update(standing=Standing.DROPPED)  # its errand failed
    letters = Letters(case)
    has_cohorts(letters, slugs)
    fixing.wording(letters, slugs, stage, channels)
    number = Sending.objects.filter(case=case).count() + 1
    sending = Sending.objects.create(
        case=case,
        number=number,
        stage=stage,
        standing=Standing.MAKING,
        slugs=list(slugs),
        channels=[one.value for one in channels],
        quiet_from=quiet[0] if quiet else None,
        quiet_until=quiet[1] if quiet else None,
        per_second=per_second,
        domain_per_second=dict(domains or {}),
        run=run,
        made_at=by.at,
        made_by=by.actor.name,
    )
    write(
        "notify.sending.planned",
        by=by,
        case=case.number,
        refs={"sending": number, "run": run.id},
        payload={"stage": stage.value, "channels": [one.value for one in channels], "cohorts": list(slugs)},
    )
    errands.put(case, fixing.KIND, by=by, said={"sending": sending.id})
    return sending


def has_ways(channels: Sequence[Channel]) -> None:
    """Raises Refused for ways that this desk does not have, and for none."""
    if not channels or set(channels) - set(CHANNELS):
        raise Refused("sendings.refused.no_channel", field="channels")
    if set(channels) - set(ways()):
        raise Refused("sendings.refused.no_gateway", field="channels")


def has_cohorts(letters: Letters, slugs: Sequence[str]) -> None:
    """Raises Refused for cohorts that are not on the list (any more)."""
    if set(slugs) - {one.slug for one in letters.cohorts}:
        raise Refused("sendings.refused.no_cohort", field="slugs")


# --- approving, going, holding up


def what(sending: Sending) -> dict[str, str | int]:
    """What an approval of it is good for: this wording, to these people, and nothing else."""
    return {
        "sending": sending.number,
        "people": sending.people,
        "wording": sending.wording_sha256,
        "recipients": sending.recipients_sha256,
    }


def ask(sending: Sending, *, reason: str, by: Hand) -> Ask:
    """Ask a second person to approve it. Raises Refused when it could not go as it is."""
    _fit(sending)
    return asks.ask(sending.case, asks.SEND, what(sending), reason=reason, by=by)


def _fit(sending: Sending) -> None:
    """Raises Refused when facts or people are others than when it was fixed, or when the police asked to wait."""
    if sending.standing != Standing.READY:
        raise Refused("sendings.refused.not_now")
    letters = Letters(sending.case)
    holding, _ = held_since(letters.facts)
    if holding:
        raise Refused("sendings.refused.held")
    last = scope.last(sending.case)
    if last is None or last.id != sending.run_id:
        raise Refused("sendings.refused.counted_anew")
    if Channel.SMS in sending.channels and transports.of(Channel.SMS) is None:
        raise Refused("sendings.refused.no_gateway")
    if not fixing.reads_as_fixed(sending, letters):
        raise Refused("sendings.refused.worded_anew")
    if Channel.EMAIL in sending.channels and transports.of(Channel.EMAIL) is None:
        raise Refused("sendings.refused.no_relay")


@transaction.atomic
def go(sending: Sending, *, by: Hand) -> Sending:
    """Use the approval, once: it goes. Raises Refused without an approval of exactly this wording and this list."""
    still_open(sending.case, alone=True)  # a fact is answered as well
    held = Sending.objects.select_for_update(of=("self",)).select_related("case").get(id=sending.id)
    _fit(held)
    used = asks.use(held.case, asks.SEND, what(held), by=by)
    held.standing, held.begun_at, held.approved_by = Standing.GOING, by.at, used.answered_by
    held.save(update_fields=["standing", "begun_at", "approved_by"])
    write(
        "notify.sending.released",
        by=by,
        case=held.case.number,
        refs={"sending": held.number, "ask": used.id},
        payload={
            "people": held.people,
            "wording_sha256": held.wording_sha256,
            "recipients_sha256": held.recipients_sha256,
            "approved_by": used.answered_by,
        },
    )
    if held.stage == Stage.FULL and "time.individual_notice_sent" not in facts_of(held.case):
        sent = rfc3339(by.at)  # filings that follow the letters count from it
        answer_fact(held.case, "time.individual_notice_sent", sent, by=by, source=f"sending {held.number}")
    tasks.carry_soon(held, transports.carried(held.channels))
    return held


@transaction.atomic
def pause(sending: Sending, *, reason: str, by: Hand) -> Sending:
    """Nothing more is taken in hand; what is in hand, at most a batch, may still go. Raises Refused."""
    held = _now(sending, Standing.PAUSED, Standing.GOING)
    write(
        "notify.sending.paused",
        by=by,
        case=held.case.number,
        refs={"sending": held.number},
        payload={"reason": reason},
    )
    return held


@transaction.atomic
def resume(sending: Sending, *, by: Hand) -> Sending:
    """Go on. Raises Refused."""
    still_open(sending.case)
    if held_since(Letters(sending.case).facts)[0]:
        raise Refused("sendings.refused.held")
    held = _now(sending, Standing.GOING, Standing.PAUSED)
    write("notify.sending.resumed", by=by, case=held.case.number, refs={"sending": held.number})
    tasks.carry_soon(held, transports.carried(held.channels))
    return held


@transaction.atomic
def stop(sending: Sending, *, reason: str, by: Hand) -> Sending:
    """For good: who was not written to is not, by this sending. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    held = _now(sending, Standing.STOPPED, *LIVE)
    Sending.objects.filter(id=held.id).update(ended_at=by.at)
    write(
        "notify.sending.stopped",
        by=by,
        case=held.case.number,
        refs={"sending": held.number},
        payload={"reason": reason},
    )
    ledger.cancel(held, by.at)
    return held


@transaction.atomic
def drop(sending: Sending, *, by: Hand) -> None:
    """Give up a sending that never went: its list and its wording are forgotten. Raises Refused."""
    held = _now(sending, Standing.DROPPED, Standing.READY)
    ledger.strike(held)
    transaction.on_commit(partial(fixing.forget, held))
    write("notify.sending.dropped", by=by, case=held.case.number, refs={"sending": held.number})


def _now(sending: Sending, standing: Standing, *before: Standing) -> Sending:
    """Stand otherwise, if it stands like one of `before`. Raises Refused."""
    held = Sending.objects.select_for_update(of=("self",)).select_related("case").get(id=sending.id)
    if held.standing not in before:
        raise Refused("sendings.refused.not_now")
    held.standing = standing
    held.save(update_fields=["standing"])
    return held


# --- what nobody knows, and who was not reached


def decide_doubt(sending: Sending, *, taken: bool, reason: str, by: Hand, rows: Sequence[int] | None = None) -> int:
    """A person looked it up: what is in doubt was taken by the relay, or was not and is sent again. `rows`: only these.
    Raises Refused without a reason. Returns how many."""
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    if sending.standing not in (*LIVE, Standing.STOPPED):
        raise Refused("sendings.refused.not_now")
    found = Delivery.objects.filter(sending=sending, state=State.DOUBT)
    if rows is not None:
        found = found.filter(id__in=rows)
    state = State.ACCEPTED if taken else State.DEFERRED
    done = 0
    with transaction.atomic():
        words = [
            Word(id, state, told=reason[:300], again=None if taken else by.at)
            for id in found.order_by("id").values_list("id", flat=True)
        ]
        for part in ledger.chunks(words, 1000):
            done += len(ledger.tell(sending, part, source="hand", by=by))
        go_on(sending, by=by)
    return done


@transaction.atomic
def substitute(sending: Sending, *, reason: str, by: Hand) -> int:
    """Those whom nothing reached were told as the law lets it be done: by public notice. `reason`: where and when, and
    by which rule. Raises Refused without one. Returns how many people."""
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    held = Sending.objects.select_for_update(of=("self",)).select_related("case").get(id=sending.id)
    if not held.live:
        raise Refused("sendings.refused.not_now")
    states = [one.value for one in FAILED]
    ids = Delivery.objects.filter(sending=held, state__in=states, last=True).order_by("id").values_list("id", flat=True)
    words = [Word(id, State.SUBSTITUTED, told=reason[:300]) for id in ids]
    done = sum(len(ledger.tell(held, part, source="hand", by=by)) for part in ledger.chunks(words, 1000))
    go_on(held, by=by)
    return done


def go_on(sending: Sending, *, by: Hand) -> None:
    """After something was told, whoever told it: what was stopped for good stays so; what had ended has not, when
    somebody turns out not to be told; what has nobody unresolved ends; what has somebody to write to gets a carrier."""
    if sending.standing == Standing.STOPPED:
        ledger.cancel(sending, by.at)
    elif sending.standing == Standing.ENDED:
        _reopen(sending, by=by)
    elif not settle(sending, by=by) and quiet.zones(sending, by.at):
        carried = transports.carried(sending.channels)
        tasks.carry_soon(sending, [one for one in carried if in_hand.ready(sending, by.at, [one])])


def look_after(sending: Sending, *, by: Hand) -> None:
    """As often as once a minute: what carriers left that are no more is in doubt, and looked up; who may be written to
    again is; and it goes on."""
    in_hand.bury(sending, by=by)
    looking_up.look_up(sending, by=by)
    looking_up.look_up_texts(sending, by=by)
    if sending.live:
        wake(sending, by=by)
        alarming.look(sending, by=by)
    go_on(sending, by=by)
    spreading.count(sending, by.at)


def wake(sending: Sending, *, by: Hand) -> int:
    """Whom the police no longer ask to wait for is written to; returns how many."""
    rows = list(Delivery.objects.filter(sending=sending, state=State.HELD).order_by("id")[:1000])
    if not rows:
        return 0
    held = caring.care(sending.case).held
    with pens.recipients_of(sending) as people:
        found = people.at([Place(row.offset, row.length) for row in rows])
    known = [{kept.mark(one.person), *map(kept.mark, (*one.emails, *one.phones))} for one in found]
    words = [Word(row.id, State.QUEUED) for row, marks in zip(rows, known, strict=True) if not marks & held]
    return len(ledger.tell(sending, words, source="hand", by=by))


@transaction.atomic
def settle(sending: Sending, *, by: Hand) -> bool:
    """End it when nobody is left unresolved; whether it ended. Never sooner."""
    held = Sending.objects.select_for_update(of=("self",)).select_related("case").get(id=sending.id)
    counts = ledger.counts(ledger.standing(held))
    if held.standing != Standing.GOING or counts.unresolved:
        return False
    held.standing, held.ended_at = Standing.ENDED, by.at
    held.save(update_fields=["standing", "ended_at"])
    write(
        "notify.sending.ended",
        by=by,
        case=held.case.number,
        refs={"sending": held.number},
        payload={"warned" if held.early else "told": counts.told, "cancelled": counts.cancelled},
    )
    return True


def hear(*, by: Hand) -> None:
    """What gateways told goes into the ledger."""
    for sending in receipts.tell(by=by):
        go_on(sending, by=by)


@transaction.atomic
def _reopen(sending: Sending, *, by: Hand) -> None:
    """Go on, when somebody turns out not to be told and the case is open."""
    held = Sending.objects.select_for_update(of=("self",)).select_related("case").get(id=sending.id)
    counts = ledger.counts(ledger.standing(held))
    if held.standing != Standing.ENDED or not counts.unresolved or not held.case.open:
        return
    held.standing, held.ended_at = Standing.GOING, None
    held.save(update_fields=["standing", "ended_at"])
    write(
        "notify.sending.reopened",
        by=by,
        case=held.case.number,
        refs={"sending": held.number},
        payload={"unresolved": counts.unresolved},
    )
    go_on(held, by=by)


#: What may be done with a sending, by its name.
DeedName = Literal["ask", "go", "pause", "resume", "stop", "drop", "taken", "again", "substitute"]
DEEDS: tuple[str, ...] = get_args(DeedName)
#: Of these, what wants a reason.
REASONED = ("ask", "stop", "taken", "again", "substitute")


def act(sending: Sending, deed: str, *, reason: str, by: Hand) -> None:
    """Do one of DEEDS. Raises Refused; KeyError for another."""
    deeds: dict[str, Callable[[], object]] = {
        "ask": lambda: ask(sending, reason=reason, by=by),
        "go": lambda: go(sending, by=by),
        "pause": lambda: pause(sending, reason=reason, by=by),
        "resume": lambda: resume(sending, by=by),
        "stop": lambda: stop(sending, reason=reason, by=by),
        "drop": lambda: drop(sending, by=by),
        "taken": lambda: decide_doubt(sending, taken=True, reason=reason, by=by),
        "again": lambda: decide_doubt(sending, taken=False, reason=reason, by=by),
        "substitute": lambda: substitute(sending, reason=reason, by=by),
    }
    deeds[deed]()


def of(case: Case) -> "list[Sending]":
    return list(Sending.objects.filter(case=case).exclude(standing=Standing.DROPPED))


def letters_of(sending: Sending) -> tuple[Mould, ...]:
    """What is said in it; nothing while it is not fixed, or once it is gone."""
    if not sending.wording:
        return ()
    try:
        return pens.wording_of(sending).letters
    except (BadVault, SealError, FileNotFoundError):
        return ()
