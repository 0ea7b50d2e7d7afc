"""The stories beside a law: cases with the answers they must get. Read, tried, and what differs said in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from breachdesk.ground.shelf import Shelf
from breachdesk.law import engine, facts, instants
from breachdesk.law.schema import Expect, Story
from breachdesk.law.shapes import Duty
from breachdesk.law.shelf import ROOT, STORIES, LawShelf

KINDS = ("owed", "not_owed", "unknown", "boundary")


@dataclass(frozen=True, slots=True)
class Told:
    """A story and where it stands: the file, and which of its stories."""

    file: str
    number: int
    story: Story

    @property
    def name(self) -> str:
        return f"{self.file.removeprefix(ROOT + '/')}: {self.story.name}"


@dataclass(frozen=True, slots=True)
class Difference:
    """Something a story expects and does not get. `key` is one of its kinds (`fault.story_*`); why: the facts
    that decided or are missing (`facts`), or the steps of its clock."""

    duty: str
    key: str
    wanted: str
    got: str
    reason: str = ""
    facts: tuple[str, ...] = ()

    def __str__(self) -> str:
        why = "; ".join(filter(None, (self.reason, *self.facts)))
        return f"{self.duty}: {self.key}: {self.wanted} expected, got {self.got} {why}".rstrip()


def read(shelf: Shelf, under: str = ROOT) -> Iterator[Told]:
    """Every story below a folder of the shelf. Raises ValidationError for one that is not written as a story."""
    for path, document in shelf.all(under).items():
        if STORIES in path.split("/")[:-1]:
            for number, raw in enumerate(document or ()):
                yield Told(path, number, Story.model_validate(raw))


def beside(shelf: Shelf, order: str) -> tuple[Told, ...]:
    """Stories of one legal order, by the path of its folder. What is not written as a story is passed over."""
    found = []
    for path, _ in shelf.files(f"{order}/{STORIES}"):
        for number, raw in enumerate(shelf.data(path) or ()):
            try:
                found.append(Told(path, number, Story.model_validate(raw)))
            except ValidationError:
                continue
    return tuple(found)


def orders_of(story: Story, law: LawShelf) -> frozenset[str]:
    """The legal orders whose duties a story names."""
    known = [order.pack.id for order in law.orders]
    return frozenset(
        max((one for one in known if f"{id_}.".startswith(f"{one}.")), key=len, default="") for id_ in story.expect
    )


def of_item(stories: Iterable[Told], item_id: str) -> tuple[Told, ...]:
    """Those that expect something of a duty (or of one of the authorities it goes to)."""
    return tuple(
        told for told in stories if any(name == item_id or name.startswith(f"{item_id}.") for name in told.story.expect)
    )


def differences(
    story: Story, law: LawShelf, at: datetime, *, where: str = "story", language: str = "en"
) -> tuple[Difference, ...]:
    """What a story expects and does not get. `law` may be a part of the shelf. Raises BadFacts."""
    when = instants.parse(story.at).earliest(ZoneInfo("UTC")) if story.at else at.astimezone(UTC)
    duties = engine.duties(facts.parse(story.facts, where=where, vocabulary=law.facts), law, when, language=language)
    by_id = {duty.id: duty for duty in duties}
    return tuple(line for id_, wanted in story.expect.items() for line in _differences(by_id, id_, wanted))


def _differences(by_id: dict[str, Duty], id_: str, wanted: Expect) -> Iterator[Difference]:
    duty = by_id.get(id_)
    if duty is None:
        near = [name for name in by_id if name.startswith(id_) or id_.startswith(name)]
        yield Difference(id_, "no_duty", id_, ", ".join(near) or "-")
        return
    if duty.verdict.value != wanted.verdict:  # its days, then, mean nothing
        facts_ = (*(because.fact for because in duty.because), *duty.missing)
        yield Difference(id_, "verdict", wanted.verdict, duty.verdict.value, facts=tuple(dict.fromkeys(facts_)))
        return
    if wanted.due is not None and not _same(duty.due, wanted.due):
        yield Difference(id_, "due", wanted.due, _shown(duty.due), _steps(duty))
    if wanted.due_latest is not None and not _same(duty.due_latest, wanted.due_latest):
        yield Difference(id_, "latest", wanted.due_latest, _shown(duty.due_latest), _steps(duty))
    if wanted.people is not None and duty.people != wanted.people:
        yield Difference(id_, "people", str(wanted.people), str(duty.people))
    if wanted.missing is not None and not set(wanted.missing) <= set(duty.missing):
        yield Difference(id_, "missing", ", ".join(wanted.missing), ", ".join(duty.missing) or "-")
    if wanted.to is not None and wanted.to.casefold() not in duty.recipient.name.casefold():
        yield Difference(id_, "to", wanted.to, duty.recipient.name)


def _steps(duty: Duty) -> str:
    return "; ".join(duty.clock.steps) if duty.clock else ""


def _shown(moment: datetime | None) -> str:
    return moment.isoformat() if moment else "-"


def _same(got: datetime | None, wanted: str) -> bool:
    if got is None:
        return False
    if len(wanted) == len("2026-01-01"):
        return got.date().isoformat() == wanted
    return got == datetime.fromisoformat(wanted)
