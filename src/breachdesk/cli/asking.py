"""The interview at the terminal: one question at a time, each answer kept at once, what it changed said at once."""

import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from breachdesk.ground import elements, places
from breachdesk.ground.clock import Clock
from breachdesk.law import changes, engine, facts, instants, risk, typed
from breachdesk.law.answers import Book, State, log_of, plain
from breachdesk.law.facts import BadFacts, PeopleList
from breachdesk.law.interview import Interview, Next, still_to_come
from breachdesk.law.shapes import Duties, Duty, Question, Verdict
from breachdesk.law.sheet import Sheet
from breachdesk.law.typed import NoZone, Reader, Unclear
from breachdesk.law.vocabulary import Fact, FactType
from breachdesk.report.telling import Line, Teller

_NAMED = re.compile(r"([a-z][\w]*(?:\.[\w-]+)+|people|organisation|filing|notice)\s*[=:]\s*(.*)")
_MOST_WAITING = 12
_REACH = ("people", "entity.establishments")  # until they are known, dates of the whole world would only frighten
_SURE_IN = timedelta(days=1)


class Ended(Exception):
    """Nobody answers any more: end of input, or `quit`."""


@dataclass
class Speaker:
    """Where questions go and answers come from: a terminal, a file, a pipe."""

    console: Console
    lines: Iterator[str] | None = None  # None: somebody sits at the terminal
    refused: int = 0

    @property
    def live(self) -> bool:
        return self.lines is None

    def tell(self, text: str = "", *, deep: int = 0, style: str = "") -> None:
        if not text:
            self.console.print()
            return
        self.console.print(Padding(Text(text, style=style), (0, 0, 0, 2 * deep)))

    def show(self, line: Line) -> None:
        self.tell(line.text, deep=line.deep + 1, style="dim" if line.quiet else "")

    def hear(self) -> str:
        """One line. Raises Ended."""
        if self.lines is None:
            try:
                return input("> ")
            except (EOFError, KeyboardInterrupt):
                self.console.print()
                raise Ended from None
        for line in self.lines:
            if not line.lstrip().startswith("#"):
                said = "".join(c if unicodedata.category(c)[0] != "C" else "\ufffd" for c in line.rstrip("\r\n")[:200])
                self.console.print(Text(f"> {said}", style="dim"))
                return line
        raise Ended


@dataclass
class Sitting:
    """One person, one sheet, until the questions or the person end."""

    book: Book
    path: Path
    teller: Teller
    speaker: Speaker
    clock: Clock
    at: datetime | None  # the moment asked for by --at; None: now
    people: PeopleList
    interview: Interview
    zone: str | None = None
    recorded: tuple[str, ...] = ()  # that the case was last judged by other packs
    _over: bool = False  # stopped in the middle of an answer, which still counts
    _done: list[str] = field(default_factory=list)  # questions answered in this sitting, for `back`
    _sheet: Sheet = field(default_factory=lambda: Sheet({}))
    _found: Duties | None = None
    _session: engine.Session | None = None

    def run(self) -> None:
        """Until nothing is open or the person stops; nothing is ever lost."""
        self._judge()
        self._welcome()
        with suppress(Ended):
            while (question := self.interview.next(self._sheet, self._now())) is not None:
                self._ask(question)
                if self._over:
                    raise Ended
            self._finished()
            return
        self._say("ask.bye")
        self._standing()

    # --- the case

    def _now(self) -> Duties:
        assert self._found is not None
        return self._found

    def _warnings(self) -> tuple[str, ...]:
        return self._sheet.warnings(self.teller.law.phrases[self.teller.language])

    def _moment(self) -> datetime:
        return self.at or self.clock()

    def _judge(self) -> None:
        at = self._moment()
        law = self.teller.law
        self.teller = replace(self.teller, at=at)
        self._sheet = read_sheet(self.path, self.people, law.facts)
        if self._session is None:
            self._session = engine.Session(law, at, language=self.teller.language)
        self._found = self._session.evaluate(self._sheet, at)

    # --- what is said

    def _say(self, key: str, n: int | None = None, /, *, deep: int = 0, style: str = "", **filled: object) -> None:
        self.speaker.tell(self.teller.say.say(key, n, **filled), deep=deep, style=style)

    def _welcome(self) -> None:
        self._say("ask.welcome", style="bold")
        self._say("ask.keys")
        self._say("ask.reason_hint")
        self._say("ask.kept_in", sheet=self.path.name, log=log_of(self.path).name, style="dim")
        known = len(self._sheet.facts.keys() - self._sheet.derived) + self._sheet.people.listed
        if known:
            self._say("ask.resumed", known, style="dim")
        for line in self.recorded:
            self._say("ask.warning", text=line, style="yellow")
        hand = sum(one.state is State.FOUND for one in self.book.noted)
        if hand:
            self._say("ask.hand", hand, style="dim")
        self._standing()

    def _standing(self) -> None:
        found = self._now()
        owed = [duty for duty in found.duties if duty.verdict in (Verdict.OWED, Verdict.HELD)]
        open_ = sum(duty.verdict is Verdict.UNKNOWN for duty in found.duties)
        say = self.teller.say.say
        self._say("ask.standing", owed=say("ask.owed", len(owed)), open=say("ask.open", open_))
        dated = [duty for duty in owed if duty.due is not None and duty.verdict is Verdict.OWED]
        if dated:
            first = min(dated, key=_due)
            self._say("ask.next_due", duty=self.teller.duty(first), due=self.teller.due(first))
        for warning in self._warnings():
            self._say("ask.warning", text=warning, style="yellow")

    def _finished(self) -> None:
        self.speaker.tell()
        open_ = len(self.interview.ranked(self._sheet, self._now()))
        if open_:
            self._say("ask.done_unknown", open_, style="bold")
        else:
            self._say("ask.done", style="bold")
        self._standing()
        self._say("ask.next_step", sheet=self.path)

    # --- one question

    def _ask(self, asked: Next) -> None:
        """Ask until there is an answer, or the person goes elsewhere."""
        self._show(asked)
        while True:
            try:
                text = typed.clean(self.speaker.hear())
            except Unclear as error:
                self._refuse(error)
                continue
            if self._command(text, asked):
                return
            if self._asked_about(text, asked):
                continue
            name = _NAMED.fullmatch(text)
            target = self.teller.law.facts.find(name[1]) if name else None
            if name and target is not None:
                if self._answer(target, name[1], name[2]):
                    return
                continue
            fact = self.teller.law.facts.find(asked.question.fact)
            assert fact is not None
            if self._answer(fact, asked.question.fact, text):
                self._remember(asked.question.fact)
                return

    def _remember(self, name: str) -> None:
        if name in self._done:
            self._done.remove(name)
        self._done.append(name)

    def _command(self, text: str, asked: Next) -> bool:
        """Whether it was a word to the program that ends this question."""
        tongue, name = self.teller.tongue, asked.question.fact
        if not text or tongue.is_("unknown", text):
            if not text and self._known(name):
                self._done = [one for one in self._done if one != name]
                return True
            self._unknown(asked)
            return True
        if tongue.is_("quit", text):
            raise Ended
        return tongue.is_("back", text) and self._back(name)

    def _asked_about(self, text: str, asked: Next) -> bool:
        """Whether it was a question about the question; it stands as it was."""
        tongue = self.teller.tongue
        if tongue.is_("back", text):
            return True  # there was none before it, and that was said
        if tongue.is_("help", text):
            self._say("ask.help", deep=1)
        elif tongue.is_("why", text):
            self._why(asked.question)
        else:
            return False
        return True

    def _back(self, name: str) -> bool:
        """The question before this one, with its answer so far."""
        before = [one for one in self._done if one != name]
        if not before:
            self._say("ask.no_back")
            return False
        self._done = before[:-1]
        previous = before[-1]
        fact = self.teller.law.facts.find(previous)
        assert fact is not None
        users = tuple(duty.id for duty in self._now().duties if any(b.fact == previous for b in duty.because))
        question = Question(previous, fact.question.en, fact.question.ru, users, None)
        self._ask(Next(question, False, 0))
        return True

    def _known(self, name: str) -> bool:
        return name in self._sheet.facts or (name == "people" and self._sheet.people.listed)

    def _unknown(self, asked: Next) -> None:
        name = asked.question.fact
        before, was = self._now(), self.book.value(name)
        self.book.answer(name, None)
        self.interview.unknown_yet(name, again=asked.again)
        self._remember(name)
        self._say("ask.noted_later" if asked.again else "ask.noted_unknown", deep=1, style="dim")
        self._judge()
        self._told(before, name, was)

    def _answer(self, fact: Fact, name: str, text: str) -> bool:
        """Whether the answer was taken. `# ...` behind it says how somebody knows."""
        said, why = split_reason(text)
        try:
            value = self._people(said) if fact.type is FactType.PEOPLE else self._value(fact, name, said)
            self._plausible(name, value)
        except Unclear as error:
            self._refuse(error)
            return False
        before, was = self._now(), self.book.value(name)
        try:
            self.book.answer(name, judged(name, value, self.book.by, why, self._moment()), why=why)
        except BadFacts as error:
            self.speaker.refused += 1
            self.speaker.tell(str(error), deep=1, style="yellow")
            return False
        self.interview.answered(name)
        try:
            self._judge()
        except BadFacts as error:  # a people list that cannot be read: the answer goes, its version stays in the log
            self.speaker.refused += 1
            self.speaker.tell(str(error), deep=1, style="yellow")
            self.book.answer(name, None)
            self._judge()
            return False
        self._say("ask.noted", value=self.teller.value(name, value), deep=1, style="green")
        self._told(before, name, was)
        return True

    def _refuse(self, error: Unclear) -> None:
        self.speaker.refused += 1
        self._say(error.key, deep=1, style="yellow", **error.places)

    def _value(self, fact: Fact, name: str, text: str) -> Any:
        if not text or (self.teller.tongue.is_("unknown", text) and "unknown" not in fact.options):
            return None
        try:
            return self._reader().value(fact, text)
        except NoZone as error:
            return typed.local_in(error.local, self._zone())

    def _reader(self) -> Reader:
        return Reader(self.teller.tongue, elements.vocabulary(), self._moment(), self.zone)

    def _zone(self) -> str:
        """Asked once a sitting; offered: where the organisation sits, else the clock of this machine."""
        offered = home_zone(self._sheet, self._moment())
        self._say("ask.zone", zone=offered, deep=1)
        while True:
            try:
                text = typed.clean(self.speaker.hear())
                if self.teller.tongue.is_("quit", text):
                    raise Ended
                self.zone = self._reader().zone_of(text) if text else offered
            except Unclear as error:
                self._refuse(error)
                continue
            self._say("ask.zone_used", zone=self.zone, deep=1, style="dim")
            return self.zone

    def _plausible(self, name: str, value: Any) -> None:
        if not name.startswith("time.") or value is None:
            return
        told = instants.parse(value)
        day = told.day
        at = told.at if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
        if still_to_come(name, at, self._moment() + _SURE_IN):
            raise Unclear("typed.future", moment=self.teller.value(name, value))

    def _people(self, text: str) -> Any:
        """Groups of people: the first line as typed, more until an empty one; or the path of a people list."""
        if "/" in text or text.endswith(".parquet"):
            return text
        reader = self._reader()
        groups = [reader.group(part) for part in text.split(";") if part.strip()]
        if ";" in text:
            return groups
        while True:
            self._said_group(groups[-1])
            try:
                line = typed.clean(self.speaker.hear())
                self._over = self.teller.tongue.is_("quit", line)
                if not line or self._over:
                    return groups
                groups += [reader.group(part) for part in line.split(";") if part.strip()]
            except Ended:
                return groups
            except Unclear as error:
                self._refuse(error)

    def _said_group(self, group: dict[str, Any]) -> None:
        self.speaker.tell(self.teller.value("people", [group]), deep=1, style="dim")

    # --- how a question looks

    def _show(self, asked: Next) -> None:
        question = asked.question
        fact = self.teller.law.facts.find(question.fact)
        assert fact is not None
        language = self.teller.language
        self.speaker.tell()
        if asked.again:
            self._say("ask.again", style="dim")
        self.speaker.tell(self.teller.question(question.fact), style="bold")
        if fact.help(language) and fact.type is not FactType.PEOPLE:
            self.speaker.tell(fact.help(language), deep=1)
        self._say("ask.about", what=fact.decides(language), deep=1, style="dim")
        if question.decides:
            nearest = "" if question.fact in _REACH else self.teller.nearest(question)
            self._say("ask.decides", len(question.decides), nearest=nearest, deep=1, style="dim")
        self._proposal(fact)
        self._how(fact)
        if self._known(question.fact):
            value = self.book.value(question.fact)
            self._say("ask.now_is", value=self.teller.value(question.fact, value), deep=1)

    def _proposal(self, fact: Fact) -> None:
        if fact.name not in ("risk.gdpr", "risk.serious_harm"):
            return
        found = risk.propose(self._sheet, language=self.teller.language, words=self.teller.law.facts)
        value = found.proposals.get(fact.name, risk.UNKNOWN)
        if value != risk.UNKNOWN:
            self._say("ask.proposal", value=self.teller.value(fact.name, value), sheet=self.path, deep=1)

    def _how(self, fact: Fact) -> None:
        """Choices by number, or how the answer is written."""
        say = self.teller.say.say
        if fact.type is FactType.BOOL:
            self.speaker.tell(f"1 {say('facts.yes')}   2 {say('facts.no')}", deep=1)
        elif fact.options:
            titles = [self.teller.tongue.choice(fact.name, one, self.teller.language) for one in fact.options]
            numbered = [f"{number} {title}" for number, title in enumerate(titles, 1)]
            self._choices(numbered)
            if fact.type is FactType.SET:
                self._say("ask.write_set", deep=1, style="dim")
        elif fact.type is FactType.PEOPLE:
            self._say("ask.write_people", deep=1)
            self._say("ask.write_people_example", deep=2)
            known = elements.vocabulary()
            offered = [one for one in self.teller.tongue.elements if one in known]
            self._choices(
                [f"{n} {known[one].title(self.teller.language)}" for n, one in enumerate(offered, 1)], wide=True
            )
            self._say("ask.write_people_file", deep=1, style="dim")
        else:
            self._say(f"ask.write_{fact.type.value}", deep=1, style="dim")

    def _choices(self, numbered: list[str], *, wide: bool = False) -> None:
        if wide or sum(map(len, numbered)) + 3 * len(numbered) < 70:
            self.speaker.tell("   ".join(one.replace(" ", "\u00a0") for one in numbered), deep=1)
            return
        for one in numbered:
            self.speaker.tell(one if numbered.index(one) >= 9 else f" {one}" if len(numbered) > 9 else one, deep=1)

    def _why(self, question: Question) -> None:
        """Which duties wait for it, the nearest first, with citation."""
        by_id = {duty.id: duty for duty in self._now().duties}
        waiting = sorted((by_id[one] for one in question.decides if one in by_id), key=_due)
        self._say("ask.why_head", len(waiting), deep=1)
        for duty in waiting[:_MOST_WAITING]:
            self.speaker.tell(f"{self.teller.duty(duty)}; {self.teller.due(duty)}", deep=2)
            self.speaker.tell(duty.citation, deep=3, style="dim")
        if len(waiting) > _MOST_WAITING:
            self._say("changes.more", len(waiting) - _MOST_WAITING, deep=2, style="dim")

    def _told(self, before: Duties, name: str, was: Any) -> None:
        """What the answer did."""
        found = changes.compare(before, self._now(), {name: (plain(was), plain(self.book.value(name)))})
        told = list(self.teller.changes(found, brief=True))
        for line in told:
            self.speaker.show(line)
        if not told:
            self._say("ask.nothing_moved", deep=1, style="dim")
        for warning in self._warnings():
            if warning not in before.warnings:
                self._say("ask.warning", text=warning, deep=1, style="yellow")


def _due(duty: Duty) -> tuple[bool, float]:
    return (duty.due is None, duty.due.timestamp() if duty.due else 0.0)


def read_sheet(path: Path, people: PeopleList, words: Any) -> Sheet:
    """The sheet; one that is not there yet says nothing."""
    return facts.read(path, people=people, vocabulary=words) if path.exists() else facts.parse({}, vocabulary=words)


def split_reason(text: str) -> tuple[str, str]:
    """`yes # seen in the log` -> the answer, and how somebody knows."""
    said, mark, why = f" {text}".partition(" #")
    return said.strip(), why.strip() if mark else ""


def judged(name: str, value: Any, by: str, why: str, at: datetime) -> Any:
    """A judgement (`risk.*`) says in the sheet itself who made it, when and why."""
    if value is None or not name.startswith("risk."):
        return value
    return {"value": value, "by": by, "on": at.date().isoformat(), **({"why": why} if why else {})}


def home_zone(sheet: Sheet, at: datetime) -> str:
    """Where the organisation sits, if all clocks there agree; else the offset of this machine."""
    seats = [sheet.get("entity.main_establishment"), *sorted(sheet.get("entity.establishments") or ())]
    for seat in filter(None, seats):
        zone = places.zone_of(places.country_of(str(seat)))
        if zone is not None:
            return zone.key
    offset = at.astimezone().isoformat()[-6:]
    return "UTC" if offset == "+00:00" else offset


def lines_of(path: Path | None) -> Iterator[str] | None:
    """Answers from a file, or from a pipe; None: from the terminal."""
    if path is not None:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            return iter(file.read().splitlines())
    if sys.stdin.isatty():
        return None
    with suppress(AttributeError):
        sys.stdin.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]
    return iter(sys.stdin.readline, "")
