"""What is said to everybody: put up word for word, approved by a second person, published, and kept as it was.

fixed (put_up, which asks) -> approved (case/app/actions/asks.py) -> released -> published by hand or posted (posts.py).
The approval is good for these words alone: when the case reads otherwise by then, the new words are put up and asked
for. What was released stays what was said, whatever becomes of the facts.
"""

import difflib
import hashlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string

from breachdesk.case.app.actions import asks, still_open, tasks
from breachdesk.case.app.models import Ask, Case, Task
from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.law.answer import Answer
from breachdesk.notify.app.models import Posted, Publication, PublicText, Reckoned, Up
from breachdesk.notify.app.publishing import Spoken, Texts
from breachdesk.notify.channels import Post
from breachdesk.notify.library import NoticeRule
from breachdesk.notify.public import POSTING
from breachdesk.notify.substitute import days_of

LONGEST_WHERE = 300
#: Whose words were released once: they may have been published since.
SAID = (Up.RELEASED, Up.REPLACED, Up.WITHDRAWN)


def what(text: PublicText) -> dict[str, str | int]:
    """What an approval of it is good for: these words, and no others."""
    return {"public_text": text.number, "words": text.sha256}


@transaction.atomic
def put_up(case: Case, kind: str, language: str, *, reason: str, by: Hand) -> PublicText:
    """Fix the words as they read now, and ask a second person to approve them. What waited there before is given up.

    Raises Refused for a text with a blank or one that a check stops, and for words that are up already."""
    still_open(case, alone=True)
    ours = Texts(case, by.at)
    spoken = ours.spoken(kind, language)
    if spoken is None:
        raise Refused("published.refused.no_text")
    _may_go(spoken)
    digest = sha256(spoken.post)
    there = PublicText.objects.filter(case=case, kind=kind, language=language)
    same = there.filter(standing__in=(Up.FIXED, Up.RELEASED), sha256=digest).first()
    if same is not None:
        raise Refused("published.refused.same", n=same.number)
    dropped = _end(there.filter(standing=Up.FIXED), Up.DROPPED, by)
    page = ours.file(spoken, "html").decode()
    made = PublicText.objects.create(
        case=case, number=PublicText.objects.filter(case=case).count() + 1, kind=kind, language=language,
        rule=kind.removeprefix(f"{POSTING}-") if kind not in ours.kinds else "", title=spoken.notice.title[:300],
        words=spoken.post, sha256=digest, page=page, page_sha256=sha256(page), fixed_at=by.at,
        fixed_by=by.actor.name,
    )  # fmt: skip
    write(
        "notify.text.fixed",
        by=by,
        case=case.number,
        refs={"public_text": made.number},
        payload={
            "kind": kind, "language": language, "sha256": digest, "page_sha256": made.page_sha256,
            "checks": len(spoken.checks), "in_place_of": dropped,
        },
    )  # fmt: skip
    asks.ask(case, asks.PUBLISH, what(made), reason=reason, by=by)
    return made


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _may_go(spoken: Spoken | None) -> None:
    if spoken is None:
        raise Refused("published.refused.no_text")
    if spoken.blanks:
        raise Refused("published.refused.blank", n=len(spoken.blanks))
    if spoken.stops:
        raise Refused("published.refused.stopped", n=spoken.stops)


def fit(text: PublicText, at: datetime) -> None:
    """Raises Refused when the case would not say these words now: it reads otherwise, or a check stops it."""
    spoken = Texts(text.case, at).spoken(text.kind, text.language)
    _may_go(spoken)
    if spoken is None or spoken.post != text.words:
        raise Refused("published.refused.changed")


@transaction.atomic
def ask(text: PublicText, *, reason: str, by: Hand) -> Ask:
    """Ask again, when it was refused or lapsed. Raises Refused when the case reads otherwise now."""
    still_open(text.case, alone=True)
    held = _locked(text)
    if held.standing != Up.FIXED:
        raise Refused("published.refused.not_now")
    fit(held, by.at)
    return asks.ask(held.case, asks.PUBLISH, what(held), reason=reason, by=by)


@transaction.atomic
def release(text: PublicText, *, by: Hand) -> PublicText:
    """Use the approval: from now on it may be published, in place of what was released before. Raises Refused without
    an approval of exactly these words, and when the case reads otherwise now."""
    still_open(text.case, alone=True)
    held = _locked(text)
    if held.standing != Up.FIXED:
        raise Refused("published.refused.not_now")
    fit(held, by.at)
    used = asks.use(held.case, asks.PUBLISH, what(held), by=by)
    before = PublicText.objects.filter(
        case=held.case, kind=held.kind, language=held.language, standing=Up.RELEASED
    )  # fmt: skip
    replaced = _end(before, Up.REPLACED, by)
    held.standing, held.released_at, held.released_by = Up.RELEASED, by.at, by.actor.name
    held.approved_by = used.answered_by
    held.save(update_fields=["standing", "released_at", "released_by", "approved_by"])
    write(
        "notify.text.released",
        by=by,
        case=held.case.number,
        refs={"public_text": held.number, "ask": used.id},
        payload={"sha256": held.sha256, "approved_by": used.answered_by, "in_place_of": replaced},
    )
    return held


@transaction.atomic
def withdraw(text: PublicText, *, reason: str, by: Hand) -> PublicText:
    """It is not to be published, or not any more; what stands somewhere has to be taken down there by hand. Raises
    Refused without a reason."""
    still_open(text.case)
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    held = _locked(text)
    if held.standing not in (Up.FIXED, Up.RELEASED):
        raise Refused("published.refused.not_now")
    _end(PublicText.objects.filter(id=held.id), Up.WITHDRAWN if held.may_go else Up.DROPPED, by)
    write(
        "notify.text.withdrawn",
        by=by,
        case=held.case.number,
        refs={"public_text": held.number},
        payload={"reason": reason, "released": held.may_go},
    )
    return _locked(held)


def _end(some: "QuerySet[PublicText]", standing: Up, by: Hand) -> list[int]:
    """They stand so now, and what waits to be posted of them is not; returns their numbers."""
    found = list(some.select_for_update().order_by("number"))
    Posted.objects.filter(text__in=found, state=Post.QUEUED).update(state=Post.CANCELLED, told_at=by.at)
    PublicText.objects.filter(id__in=[one.id for one in found]).update(
        standing=standing, ended_at=by.at, ended_by=by.actor.name
    )
    return [one.number for one in found]


def _locked(text: PublicText) -> PublicText:
    return PublicText.objects.select_for_update(of=("self",)).select_related("case").get(id=text.id)


# --- where it stands


@transaction.atomic
def publish(text: PublicText, where: str, at: datetime, *, part: str = "", by: Hand) -> Publication:
    """Write down that somebody published it, where and since when. `part`: of a law's substitute notice; where the law
    wants it to stand for some days, a task says when they are over. Raises Refused."""
    still_open(text.case)
    held = _locked(text)
    if held.standing not in SAID or held.released_at is None:
        raise Refused("published.refused.not_released")
    if not where.strip():
        raise Refused("published.refused.nowhere", field="where")
    if at > by.at:
        raise Refused("published.refused.to_come", field="at")
    if at < held.released_at.replace(second=0, microsecond=0):
        raise Refused("published.refused.too_soon", field="at")
    if part not in ("", *parts(held)):
        raise Refused("published.refused.no_part", field="part")
    until = _until(held, part, at)
    made = Publication.objects.create(
        text=held, where=where.strip()[:LONGEST_WHERE], part=part, at=at, until=until, noted_at=by.at,
        noted_by=by.actor.name,
    )  # fmt: skip
    if until is not None:
        made.task = _task(made, by)
        made.save(update_fields=["task"])
    write(
        "notify.text.published",
        by=by,
        case=held.case.number,
        refs={"public_text": held.number, "publication": made.id},
        payload={
            "where": made.where, "at": at, "part": part, "until": until.isoformat() if until else "",
            "sha256": held.sha256,
        },
    )  # fmt: skip
    _reckon_anew(held)
    return made


def rule_of(text: PublicText, ours: Texts | None = None) -> NoticeRule | None:
    from breachdesk.notify.app.writing import the_library

    return (ours.library if ours else the_library()).rules.get(text.rule) if text.rule else None


def parts(text: PublicText) -> tuple[str, ...]:
    """What substitute notice of its law consists of."""
    rule = rule_of(text)
    return rule.substitute.parts if rule and rule.substitute else ()


def _until(text: PublicText, part: str, at: datetime) -> date | None:
    rule = rule_of(text)
    days = days_of(part, rule.substitute) if rule and rule.substitute and part else None
    return day_of(text.case, at) + timedelta(days=days) if days else None


def day_of(case: Case, at: datetime) -> date:
    """As the calendar of the case has it."""
    return at.astimezone(clock.time_zone(case.zone)).date()


def _task(made: Publication, by: Hand) -> Task | None:
    """Due when the last day is over: until then it has to stand."""
    if made.until is None:
        return None
    case = made.text.case
    zone = clock.time_zone(case.zone)
    over = datetime.combine(made.until + timedelta(days=1), datetime.min.time(), zone)
    told = {"made": made, "language": settings.LANGUAGE_CODE, "zone": case.zone}
    title = " ".join(render_to_string("notify/mail/stands_until.txt", told).split())[:200]
    return tasks.make_task(case, title, due=over, note=made.where, by=by)


@transaction.atomic
def take_down(publication: Publication, at: datetime, *, reason: str, by: Hand) -> Publication:
    """Write down that it does not stand there any more, and why. Taken down before its last day it is no substitute
    notice any more: the duties it met stand open again. Raises Refused."""
    text = publication.text
    still_open(text.case)
    held = Publication.objects.select_for_update(of=("self",)).select_related("task").get(id=publication.id)
    if held.down_at is not None:
        raise Refused("published.refused.down")
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    if not held.at <= at <= by.at:
        raise Refused("published.refused.down_when", field="at")
    held.down_at, held.down_by, held.down_why = at, by.actor.name, reason.strip()
    held.early = held.until is not None and day_of(text.case, at) <= held.until
    held.save(update_fields=["down_at", "down_by", "down_why", "early"])
    if held.task is not None and held.task.done_at is None and not held.early:
        tasks.finish_task(held.task, reason.strip(), by=by)
    write(
        "notify.text.taken_down",
        by=by,
        case=text.case.number,
        refs={"public_text": text.number, "publication": held.id},
        payload={"where": held.where, "at": at, "reason": reason, "too_early": held.early},
    )
    _reckon_anew(text)
    return held


def _reckon_anew(text: PublicText) -> None:
    """What a public notice means for the duties is reckoned within the minute (fulfilling.py)."""
    if text.rule:
        Reckoned.objects.filter(case=text.case).delete()


# --- what it means, and how it differs


def noticed(case: Case, now: datetime) -> dict[str, datetime]:
    """Laws under which the public is told in place of letters: all that the law asks for was published, nothing of it
    taken down too early, and the law allows it as things stand. Rule -> since when."""
    found: dict[str, dict[str, datetime]] = {}
    rows = Publication.objects.filter(text__case=case, early=False, at__lte=now).exclude(part="").exclude(text__rule="")
    for rule, part, at in rows.values_list("text__rule", "part", "at"):
        parts_ = found.setdefault(rule, {})
        parts_[part] = min(at, parts_.get(part, at))
    if not found:
        return {}
    laws = {one.rule.id: one for one in Texts(case, now).laws()}
    return {
        rule: max(since.values())
        for rule, since in found.items()
        if rule in laws
        and laws[rule].instead.allowed is Answer.YES
        and {way.name for way in laws[rule].instead.ways} <= set(since)
    }


def lacking(text: PublicText) -> list[str]:
    """Parts of the law's substitute notice that nobody has written down as published, in any language."""
    there = Publication.objects.filter(text__case=text.case_id, text__rule=text.rule, early=False)
    told = set(there.values_list("part", flat=True))
    return [one for one in parts(text) if one not in told]


def of(case: Case) -> "QuerySet[PublicText]":
    """Everything that was put up, the newest first."""
    return PublicText.objects.filter(case=case).prefetch_related("publications", "posts")


def up(case: Case) -> dict[tuple[str, str], list[PublicText]]:
    """(kind, language) -> what waits there and what is released."""
    found: dict[tuple[str, str], list[PublicText]] = {}
    for one in of(case).filter(standing__in=(Up.FIXED, Up.RELEASED)):
        found.setdefault((one.kind, one.language), []).append(one)
    return found


def difference(before: str, after: str) -> Iterator[tuple[str, str]]:
    """What changed, paragraph by paragraph, each with the one before and after it: `same`, `gone` or `new`, and its
    words."""
    was, now = before.split("\n\n"), after.split("\n\n")
    for group in difflib.SequenceMatcher(None, was, now, autojunk=False).get_grouped_opcodes(1):
        for tag, a, b, c, d in group:
            if tag == "equal":
                yield from (("same", one) for one in was[a:b])
            else:
                yield from (("gone", one) for one in was[a:b])
                yield from (("new", one) for one in now[c:d])


#: What may be done with a text that was put up, by its name.
DeedName = Literal["ask", "release", "withdraw"]
DEEDS: tuple[str, ...] = get_args(DeedName)
REASONED = ("ask", "withdraw")


def act(text: PublicText, deed: str, *, reason: str, by: Hand) -> None:
    """Do one of DEEDS. Raises Refused; KeyError for another."""
    deeds: dict[str, Callable[[], object]] = {
        "ask": lambda: ask(text, reason=reason, by=by),
        "release": lambda: release(text, by=by),
        "withdraw": lambda: withdraw(text, reason=reason, by=by),
    }
    deeds[deed]()
