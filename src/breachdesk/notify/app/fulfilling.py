"""A duty to tell people is met when every one of them is told, or lawfully told otherwise; and not a moment before.

Reckoned from the ledger, and from what was written down of public notices that a law lets stand in place of letters;
never ticked off by hand. When somebody turns out not to be told (a bounce days later, people found later, a notice that
was taken down too early), the duty stands open again.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from django.db import connection, transaction
from django.db.models import Max

from breachdesk.case.app.models import Case
from breachdesk.ground.sealing import SealError
from breachdesk.journal.app.actions import Hand, write
from breachdesk.law.shapes import Duty, Verdict
from breachdesk.notify import public_notice
from breachdesk.notify.app import ledger, pens, published
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import LIVE, Delivery, Met, Publication, Reckoned, Sending, Stage, Standing
from breachdesk.notify.app.writing import Letters
from breachdesk.notify.cohorts import without_kin
from breachdesk.notify.compose import entity_kinds
from breachdesk.notify.library import NoticeRule
from breachdesk.notify.states import FAILED, TOLD, State
from breachdesk.notify.ways import WAYS, accepted
from breachdesk.scope.app import actions as scope
from breachdesk.scope.app.models import Run
from breachdesk.vault.store import BadVault

#: The channels as bits of a number, as the ledger is asked for them.
_BIT = {channel: 1 << place for place, channel in enumerate(WAYS)}
_ALL = sum(_BIT.values())
_SENT = (Standing.GOING, Standing.PAUSED, Standing.STOPPED, Standing.ENDED)
_ASKED = (Verdict.OWED, Verdict.HELD)


@dataclass(frozen=True, slots=True)
class Stands:
    """Of the people of one letter: how many are told in full, by a way that counts, how many are not, and when the last
    was."""

    told: int
    left: int
    at: datetime | None


def changed() -> Iterator[tuple[Case, int, int]]:
    """Open cases in whose ledger or list something happened since it was reckoned last, with the last of both."""
    batches = dict(
        Sending.objects.filter(case__state="open", standing__in=_SENT)
        .exclude(stage=Stage.EARLY)
        .values_list("case")
        .annotate(batch=Max("batches__id"))
    )
    noted = Publication.objects.filter(text__case__state="open").exclude(part="")
    batches = {**dict.fromkeys(noted.values_list("text__case", flat=True)), **batches}
    runs = dict(Run.objects.filter(case__in=batches).values_list("case").annotate(run=Max("id")))
    known = {one.case_id: (one.batch, one.run) for one in Reckoned.objects.filter(case__in=batches)}
    for case in Case.objects.filter(id__in=batches):
        now = batches[case.id] or 0, runs.get(case.id) or 0
        if known.get(case.id) != now:
            yield case, *now


def look(case: Case, batch: int, run: int, *, by: Hand) -> None:
    """Reckon it anew, and remember up to where that was."""
    with transaction.atomic():
        notices = Notices(case, by.at)
        reckon(case, by=by, notices=notices)
        notices.tell(by)
        Reckoned.objects.update_or_create(case=case, defaults={"batch": batch, "run": run})


class Notices:
    """Public notices of a case in place of letters, and which duties to whom they meet."""

    def __init__(self, case: Case, now: datetime) -> None:
        self.case, self.since = case, published.noticed(case, now)
        self.letters = Letters(case) if self.since else None
        under = self.letters and public_notice.under(self.letters.cohorts, self.letters.brief)
        self.under = {rule: {one.slug for one in (under or {}).get(rule, ())} for rule in self.since}

    def met(self, duty: Duty, slug: str) -> datetime | None:
        """Since when these people are told by public notice, as that duty goes."""
        if self.letters is None:
            return None
        rules = self.letters.library.rules
        found = [
            since
            for rule, since in self.since.items()
            if slug in self.under[rule] and any(fnmatchcase(duty.ref, pattern) for pattern in rules[rule].refs)
        ]
        return min(found, default=None)

    def told(self) -> set[str]:
        """Letters whose people are told as far as every duty goes that a law of letters speaks of; others to the same
        people (to pay for a service) are not met by telling them."""
        if self.letters is None:
            return set()
        named = [pattern for rule in self.letters.library.rules.values() for pattern in rule.refs]
        asked = {
            one.slug: [
                duty
                for duty in self.letters.duties(one)
                if duty.verdict in _ASKED and any(fnmatchcase(duty.ref, pattern) for pattern in named)
            ]
            for one in self.letters.cohorts
            if any(one.slug in some for some in self.under.values())
        }
        return {slug for slug, duties in asked.items() if duties and all(self.met(one, slug) for one in duties)}

    def tell(self, by: Hand) -> int:
        """Whom nothing reached is told by the notice, so that their sending can end; returns how many."""
        slugs, done = self.told(), 0
        for sending in (
            Sending.objects.filter(case=self.case, standing__in=LIVE).select_related("case") if slugs else ()
        ):
            letters = [n for n, one in enumerate(pens.wording_of(sending).letters) if one.slug in slugs]
            rows = Delivery.objects.filter(
                sending=sending, letter__in=letters, last=True, state__in=[one.value for one in FAILED]
            )
            told = "public notice: " + ", ".join(sorted(self.since))
            words = [
                Word(id, State.SUBSTITUTED, told=told[:300]) for id in rows.order_by("id").values_list("id", flat=True)
            ]
            done += sum(len(ledger.tell(sending, some, source="public", by=by)) for some in ledger.chunks(words, 1000))
        return done


def reckon(case: Case, *, by: Hand, notices: Notices | None = None) -> bool:
    """Write down which duties are met now and which are not any more; whether anything changed. One query over the
    ledger of the case, some tenths of a second for a million people."""
    reached = _reached(case, notices or Notices(case, by.at))
    if reached is None:
        return False
    met = {duty: stands for duty, stands in reached.items() if not stands.left}
    with transaction.atomic():
        Case.objects.select_for_update().get(id=case.id)
        before = {one.duty: one for one in Met.objects.filter(case=case)}
        for duty in sorted(set(met) - set(before)):
            stands = met[duty]
            at = stands.at or by.at
            Met.objects.create(case=case, duty=duty, at=at, people=stands.told)
            write(
                "notify.duty.met",
                by=by,
                case=case.number,
                refs={"duty": duty},
                payload={"people": stands.told, "at": at},
            )
        gone = sorted(set(before) & {duty for duty, stands in reached.items() if stands.left})
        for duty in gone:
            before[duty].delete()
            write(
                "notify.duty.reopened", by=by, case=case.number, refs={"duty": duty},
                payload={"people": reached[duty].left},
            )  # fmt: skip
    return bool(set(met) - set(before)) or bool(gone)


def _reached(case: Case, notices: Notices) -> Mapping[str, Stands] | None:
    """Each duty to tell people that a sending to the people of the last list, or a public notice in place of letters,
    reaches; None when there is none."""
    run, noted = scope.last(case), _noted(case)
    sendings = list(
        Sending.objects.filter(case=case, standing__in=_SENT).exclude(stage=Stage.EARLY).select_related("case")
    )
    if not noted and (run is None or not sendings):
        return None
    try:
        slugs = {one.id: [without_kin(letter.slug) for letter in pens.wording_of(one).letters] for one in sendings}
    except (BadVault, SealError, FileNotFoundError):
        return None  # the case is erased
    covered = {slug for one in sendings if run is not None and one.run_id == run.id for slug in slugs[one.id]}
    letters = Letters(case)
    kinds = entity_kinds(letters.facts)
    rules = {place: letters.library.rules_for(place, kinds) for place in {one.residence for one in letters.cohorts}}
    asked = {
        one.slug: [(duty, _counting(rules[one.residence], duty)) for duty in letters.duties(one)]
        for one in letters.cohorts
    }
    ways = {slug: {_ALL, *(bits for _, bits in some)} for slug, some in asked.items()}
    stands = _stands(slugs, ways) if slugs else {}
    # what only a notice had met stands open again once it is taken down too early
    looked = set(Met.objects.filter(case=case).values_list("duty", flat=True)) if noted else set[str]()
    by_duty: dict[str, list[tuple[Stands, bool]]] = defaultdict(list)
    for cohort in letters.cohorts:
        for duty, bits in asked[cohort.slug]:
            if duty.verdict not in _ASKED:
                continue
            told = stands.get((cohort.slug, bits), _NOBODY)
            since = notices.met(duty, cohort.slug)
            if since is not None:
                told_all = Stands(cohort.count, 0, max(since, told.at) if told.at else since)
                by_duty[duty.id].append((told_all, True))
            else:
                by_duty[duty.id].append((told, cohort.slug in covered or told.told >= cohort.count))
            if since is not None or (cohort.slug, _ALL) in stands:
                looked.add(duty.id)
    return {
        duty: _summed([one for one, _ in some], all(whole for _, whole in some))
        for duty, some in by_duty.items()
        if duty in looked
    }


def _counting(rules: tuple[NoticeRule, ...], duty: Duty) -> int:
    """The channels by which somebody is told as that duty goes: a law may not accept every one (ways.py)."""
    return sum(_BIT[one] for one in accepted(rules, duty.ref))


def _noted(case: Case) -> bool:
    """Whether somebody wrote down a public notice in place of letters."""
    return Publication.objects.filter(text__case=case).exclude(part="").exists()


_NOBODY = Stands(0, 0, None)  # all of them are left out, for a reason that stands in the sending


def _summed(some: list[Stands], covered: bool) -> Stands:
    left = sum(one.left for one in some) or int(not covered)  # nobody wrote yet to some of them
    return Stands(sum(one.told for one in some), left, max((one.at for one in some if one.at), default=None))


def _stands(slugs: Mapping[int, list[str]], ways: Mapping[str, set[int]]) -> dict[tuple[str, int], Stands]:
    """By letter and the channels that count: a person counts once, and is told when any of the sendings told them by
    one of these, or the public was told instead."""
    letters = [
        (sending, place, slug, bits)
        for sending, some in slugs.items()
        for place, slug in enumerate(some)
        for bits in sorted(ways.get(slug, {_ALL}))
    ]
    over = [one.value for one in TOLD]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH letters AS (
                SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::int[])
                    AS t(sending_id, letter, slug, bits)),
            ways AS (SELECT * FROM unnest(%s::text[], %s::int[]) AS t(channel, bit)),
            rows AS (
                SELECT l.slug, l.bits, d.person, d.sent_at, d.at,
                    d.state = ANY(%s::text[]) AND (d.state = %s OR (l.bits & coalesce(w.bit, 0)) <> 0) AS told
                FROM notify_delivery d JOIN letters l ON l.sending_id = d.sending_id AND l.letter = d.letter
                LEFT JOIN ways w ON w.channel = d.channel
                WHERE d.last),
            people AS (
                SELECT slug, bits, person, bool_or(told) AS told, min(coalesce(sent_at, at)) FILTER (WHERE told) AS at
                FROM rows GROUP BY 1, 2, 3)
            SELECT slug, bits, count(*) FILTER (WHERE told), count(*) FILTER (WHERE NOT told), max(at)
            FROM people GROUP BY 1, 2
            """,
            [
                *map(list, zip(*letters, strict=True)),
                [one.value for one in _BIT], list(_BIT.values()), over, State.SUBSTITUTED.value,
            ],
        )  # fmt: skip
        return {(slug, bits): Stands(told, left, at) for slug, bits, told, left, at in cursor.fetchall()}
