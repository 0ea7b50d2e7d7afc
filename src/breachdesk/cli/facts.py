"""breachdesk facts: answer the questions that decide most, one at a time; see and explain what was answered."""

import difflib
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from breachdesk.cli.asking import Sitting, Speaker, home_zone, judged, lines_of, read_sheet
from breachdesk.cli.common import (
    ATTENTION,
    UNUSABLE,
    ActorName,
    AsJson,
    At,
    KeyFolder,
    Language,
    actor,
    check_language,
    fail,
    moment,
    people_list,
)
from breachdesk.cli.duties import finish, load, recorded
from breachdesk.cli.telling import teller
from breachdesk.ground import clock, elements
from breachdesk.ground.clock import rfc3339
from breachdesk.ground.shelf import BadPack, our_shelf
from breachdesk.ground.visible import visible
from breachdesk.law import answers, changes, engine, facts, otherwise, shelf, typed, written
from breachdesk.law.answers import Answer, BadLog, Book, Rules, State
from breachdesk.law.conditions import plain
from breachdesk.law.facts import BadFacts
from breachdesk.law.interview import Interview
from breachdesk.law.shapes import FACTS, Duties, Duty, Question
from breachdesk.law.sheet import Sheet
from breachdesk.law.shelf import LawShelf
from breachdesk.law.typed import NoZone, Reader, Unclear
from breachdesk.law.vocabulary import Fact, FactType
from breachdesk.report.telling import Teller

_MOST_OPEN = 12

FactSheet = Annotated[Path, typer.Argument(metavar="FACTS", help="The fact sheet.", show_default=False)]
Why = Annotated[str, typer.Option(help="How you know: a source, a reason. Kept with the answer.", show_default=False)]


def add(app: typer.Typer) -> None:
    room = typer.Typer(help="Answer what decides most; see who said what, and why a duty stands.", no_args_is_help=True)
    room.command("ask")(ask)
    room.command("set")(set_)
    room.command("show")(show)
    room.command("why")(why)
    app.add_typer(room, name="facts")


def ask(
    sheet: FactSheet,
    answers_: Annotated[
        Path | None,
        typer.Option("--answers", help="Read answers from this file instead of the terminal.", show_default=False),
    ] = None,
    at: At = "",
    language: Language = "en",
    who: ActorName = "",
    keys: KeyFolder = None,
) -> None:
    """Ask one question at a time, the most urgent first. Every answer is kept at once."""
    check_language(language)
    when = moment(at) if at else None
    try:
        lines = lines_of(answers_)
    except OSError as error:
        fail(UNUSABLE, f"--answers: {answers_}: {error.strerror}")
    if lines is None:
        _line_editing()
    law = _law()
    other = recorded(sheet, law, law.phrases[language])
    speaker = Speaker(Console(highlight=False), lines)
    with _open(sheet, law, who) as book:
        told = teller(our_shelf(), law, language, when or clock.now())
        unknown = {one.fact for one in answers.latest(book.answers).values() if one.state is State.UNKNOWN}
        sitting = Sitting(
            book, sheet, told, speaker, clock.now, when, people_list(keys), Interview(law, told.tongue.first, unknown)
        )
        sitting.recorded = other
        try:
            sitting.run()
        except (BadFacts, BadLog) as error:
            fail(UNUSABLE, *_lines(error))
    if speaker.refused and not speaker.live:
        fail(ATTENTION, told.say.say("ask.refused", speaker.refused))


def set_(
    sheet: FactSheet,
    answers_: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", show_default=False)],
    why: Why = "",
    at: At = "",
    language: Language = "en",
    who: ActorName = "",
    keys: KeyFolder = None,
) -> None:
    """Answer facts by name: name=value, as in the interview or as in the sheet; name= for: not known."""
    check_language(language)
    when = moment(at)
    law = _law()
    told = teller(our_shelf(), law, language, when)
    wanted = [_named(one, told) for one in answers_]
    with _open(sheet, law, who) as book:
        try:
            case = read_sheet(sheet, people_list(keys), law.facts)
            before = engine.evaluate(case, law, when, language=language)
            reader = Reader(told.tongue, elements.vocabulary(), when, home_zone(case, when))
            values = [(name, _value(fact, text, reader, told)) for name, fact, text in wanted]
            reason = typed.clean(why)
            was = {name: answers.plain(book.value(name)) for name, _ in values}
            for name, value in values:
                book.answer(name, judged(name, value, book.by, reason, when), why=reason)
            case = read_sheet(sheet, people_list(keys), law.facts)
        except Unclear as error:
            fail(UNUSABLE, f"--why: {told.say.say(error.key, **error.places)}")
        except (BadFacts, BadLog) as error:
            fail(UNUSABLE, *_lines(error))
    after = engine.evaluate(case, law, when, language=language)
    speaker = Speaker(Console(highlight=False))
    for name, value in values:
        key = "facts.set" if value is not None else "facts.set_unknown"
        speaker.tell(told.say.say(key, question=told.question(name), value=told.value(name, value)))
    changed = {name: (was[name], answers.plain(value)) for name, value in values}
    for line in told.changes(changes.compare(before, after, changed), brief=True):
        speaker.show(line)
    finish(case.warnings(law.phrases[language]))


def _named(text: str, told: Teller) -> tuple[str, Fact, str]:
    name, mark, value = text.partition("=")
    name = name.strip()
    if not mark:
        fail(UNUSABLE, f"{visible(text)}: {told.say.say('facts.write_set')}")
    return name, _fact(name, told), value


def _fact(name: str, told: Teller) -> Fact:
    fact = told.law.facts.find(name)
    if fact is None:
        near = told.law.facts.suggest(name)
        hint = told.say.say("facts.near", near=near) if near else told.say.say("facts.see_names")
        fail(UNUSABLE, told.say.say("facts.no_such_fact", name=visible(name), hint=hint))
    return fact


def _value(fact: Fact, text: str, reader: Reader, told: Teller) -> Any:
    """As somebody types it in the interview; else as it stands in a sheet (`{from: ..., until: null}`)."""
    try:
        said = typed.clean(text)
        if not said or (reader.tongue.is_("unknown", said) and "unknown" not in fact.options):
            return None
        if said[:1] in "[{" or fact.type is FactType.FREE:
            return YAML(typ="safe", pure=True).load(said)
        if fact.type is FactType.PEOPLE and "/" in said:
            return said
        return reader.value(fact, said)
    except NoZone as error:
        return typed.local_in(error.local, reader.zone or "UTC")
    except (YAMLError, ValueError) as error:
        fail(UNUSABLE, f"{fact.name}: {' '.join(str(error).split())[:300]}")
    except Unclear as error:
        fail(UNUSABLE, f"{fact.name}: {told.say.say(error.key, **error.places)}")


def show(
    sheet: FactSheet, as_json: AsJson = False, at: At = "", language: Language = "en", keys: KeyFolder = None
) -> None:
    """What was answered, by whom, when and why; and the open questions, the most urgent first."""
    check_language(language)
    when = moment(at)
    case, law = load(sheet, keys)
    told = teller(our_shelf(), law, language, when)
    try:
        raw = written.flat(_raw(sheet), law.facts.find)
        said = answers.history(sheet)
    except (BadFacts, BadLog) as error:
        fail(UNUSABLE, *_lines(error))
    found = engine.evaluate(case, law, when, language=language)
    unknown = {one.fact for one in answers.latest(said).values() if one.state is State.UNKNOWN}
    open_ = Interview(law, told.tongue.first, unknown).ranked(case, found)
    if as_json:
        document = _document(raw, case, said, open_, told)
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    else:
        _show(raw, case, said, open_, told, Speaker(Console(highlight=False)))
    finish(case.warnings(law.phrases[language]))


def _raw(sheet: Path) -> dict[str, Any]:
    return facts.load(answers.text_of(sheet), str(sheet))[0]


def _show(
    raw: dict[str, Any], case: Sheet, said: Sequence[Answer], open_: Sequence[Question], told: Teller, out: Speaker
) -> None:
    say = told.say.say
    out.tell(say("facts.answers") if raw or case.derived else say("facts.no_answers"), style="bold")
    last = answers.latest(said)
    for name, value in raw.items():
        if value is None:
            continue
        out.tell(f"{told.question(name)} {told.value(name, answers.plain(value))}", deep=1)
        out.tell("; ".join((name, *_by(last.get(name), told))), deep=2, style="dim")
        for one in [one for one in answers.versions(said, name) if one is not last.get(name)][-5:]:
            out.tell(say("facts.earlier", value=_told(one, told), by=", ".join(_by(one, told))), deep=3, style="dim")
    for name in sorted(case.derived - raw.keys()):
        out.tell(f"{told.question(name)} {told.value(name, plain(case.facts[name]))}", deep=1, style="dim")
        out.tell(f"{name} {say('facts.derived')}", deep=2, style="dim")
    out.tell()
    if not open_:
        out.tell(say("facts.none_open"), style="bold")
        return
    out.tell(say("facts.open", len(open_)), style="bold")
    for question in open_[:_MOST_OPEN]:
        out.tell(told.asked(question), deep=1)
        due = told.nearest(question)
        out.tell(f"{question.fact}: {say('ask.decides', len(question.decides), nearest=due)}", deep=2, style="dim")
        asked = last.get(question.fact)
        if asked is not None and asked.state is State.UNKNOWN:
            since = say("facts.unknown_since", moment=told.moment(_at(asked)), by=visible(asked.by))
            out.tell(since, deep=2, style="dim")
    if len(open_) > _MOST_OPEN:
        out.tell(say("facts.more_open", len(open_) - _MOST_OPEN), deep=1, style="dim")


def _at(one: Answer) -> datetime:
    return datetime.fromisoformat(one.at)


def _by(one: Answer | None, told: Teller) -> tuple[str, ...]:
    if one is None:
        return ()
    moment_ = told.moment(_at(one))
    if one.state is State.FOUND:
        return (told.say.say("facts.found", moment=moment_),)
    why_ = (told.say.say("facts.why_line", why=visible(one.why)),) if one.why else ()
    return (told.say.say("facts.by", by=visible(one.by), moment=moment_), *why_)


def _told(one: Answer, told: Teller) -> str:
    return told.say.say("facts.erased") if one.erased else told.value(one.fact, one.value)


def _document(
    raw: dict[str, Any], case: Sheet, said: Sequence[Answer], open_: Sequence[Question], told: Teller
) -> dict[str, Any]:
    """`breachdesk.facts/1`. What is only for letters is not in it: it may name people."""
    private = {name for name in (*raw, *(one.fact for one in said)) if _private(name, told.law)}
    known = [name for name, value in raw.items() if value is not None]
    return {
        "format": FACTS,
        "at": rfc3339(told.at),
        "facts": [
            {
                "fact": name,
                "value": None if name in private else answers.plain(raw[name]),
                "private": name in private,
                "answers": [_json(one, name in private) for one in answers.versions(said, name)],
            }
            for name in known
        ],
        "derived": {name: plain(case.facts[name]) for name in sorted(case.derived - raw.keys())},
        "asked": [_json(one, one.fact in private) for one in said if one.fact not in known],
        "open": [
            {
                "fact": one.fact,
                "question": {"en": one.en, "ru": one.ru},
                "decides": list(one.decides),
                "soonest_due": one.soonest_due.isoformat() if one.soonest_due else None,
            }
            for one in open_
        ],
    }


def _private(name: str, law: LawShelf) -> bool:
    fact = law.facts.find(name)
    return fact is None or fact.type is FactType.FREE


def _json(one: Answer, private: bool) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "at": one.at,
        "by": one.by,
        "fact": one.fact,
        "state": one.state.value,
        "value": None if private else one.value,
        "why": one.why,
        "erased": one.erased,
        "law": {"version": one.rules.version, "sha256": one.rules.sha256},
    }


def why(
    sheet: FactSheet,
    duty: Annotated[str, typer.Argument(metavar="DUTY", help="Its id, such as us.ca.ag.", show_default=False)],
    at: At = "",
    language: Language = "en",
    keys: KeyFolder = None,
) -> None:
    """Explain one duty: the facts used, each step of its clock, the citation, what would change it."""
    check_language(language)
    when = moment(at)
    case, law = load(sheet, keys)
    told = teller(our_shelf(), law, language, when)
    found = engine.evaluate(case, law, when, language=language)
    explain(_duty(duty, found, told), case, told, Speaker(Console(highlight=False)))
    finish(case.warnings(law.phrases[language]))


def _duty(name: str, found: Duties, told: Teller) -> Duty:
    by_id = {duty.id: duty for duty in found.duties} | {duty.ref: duty for duty in found.duties if duty.ref == name}
    if name not in by_id:
        inside = [one for one in by_id if one.startswith(f"{name}.")]
        near = inside[:1] or difflib.get_close_matches(name, by_id, n=1)
        hint = told.say.say("facts.near", near=near[0]) if near else told.say.say("facts.see_duties")
        fail(UNUSABLE, told.say.say("facts.no_such_duty", name=visible(name), hint=hint))
    return by_id[name]


def explain(duty: Duty, case: Sheet, told: Teller, out: Speaker) -> None:
    """One duty in full."""
    say = told.say.say
    out.tell(visible(duty.title), style="bold")
    out.tell(say("duty.to", to=visible(duty.recipient.name)), deep=1)
    if duty.recipient.channel:
        out.tell(say("duty.channel", channel=visible(duty.recipient.channel)), deep=1)
    out.tell(say("duty.verdict", verdict=say(f"verdict.{duty.verdict.value}")), deep=1, style="bold")
    if duty.people is not None:
        out.tell(told.people(duty.people), deep=1)
    if duty.due is not None:
        out.tell(told.due(duty), deep=1)
    if duty.standard:
        out.tell(say("duty.standard", text=visible(duty.standard, longest=2000)), deep=1)
    _part("duty.clock", duty.clock.steps if duty.clock else (), told, out)
    if duty.due_latest is not None:
        out.tell(say("duty.latest", moment=told.moment(duty.due_latest)), deep=2, style="dim")
    _part("duty.because", [_because(one.fact, one.value, one.test, told) for one in duty.because], told, out)
    _part("duty.missing", [f"{told.question(name)} ({name})" for name in duty.missing], told, out)
    others = otherwise.otherwise(duty, case, told.law, told.at, told.law.phrases[told.language])
    lines = [
        say(
            "duty.otherwise_line",
            question=told.question(one.fact),
            value=told.value(one.fact, one.value),
            verdict=say(f"verdict.{one.verdict.value}"),
        )
        for one in others
    ]
    _part("duty.otherwise", lines or [say("duty.otherwise_none")], told, out)
    _part("duty.content", duty.content, told, out)
    _part("duty.notes", duty.notes, told, out)
    if duty.penalty:
        out.tell(say("duty.penalty", text=visible(duty.penalty, longest=2000)), deep=1)
    out.tell(say("duty.citation", citation=visible(duty.citation)), deep=1)
    for source in duty.sources:
        out.tell(visible(source), deep=2, style="dim")
    confidence = say(f"duty.confidence.{duty.confidence.value}")
    out.tell(say("duty.checked", day=duty.checked_on, confidence=confidence), deep=1)


def _part(key: str, lines: Sequence[str], told: Teller, out: Speaker) -> None:
    if lines:
        out.tell(told.say.say(key), deep=1, style="bold")
        for line in lines:
            out.tell(visible(line, longest=2000), deep=2)


def _because(fact: str, value: Any, test: str, told: Teller) -> str:
    said = told.value(fact, value)
    asked = told.test(fact, test)
    subject = told.subject(fact, test)
    if asked == said or not test:
        return f"{subject} {said}"
    return told.say.say("duty.test", question=subject if fact != "people" else f"{subject}:", value=said, test=asked)


def _law() -> LawShelf:
    try:
        return shelf.load()
    except BadPack as error:
        fail(UNUSABLE, str(error))


def _open(sheet: Path, law: LawShelf, who: str) -> Book:
    try:
        return Book.open(
            sheet, words=law.facts, clock=clock.now, by=actor(who).name, rules=Rules(law.version, law.sha256)
        )
    except (BadFacts, BadLog) as error:
        fail(UNUSABLE, *_lines(error))


def _lines(error: Exception) -> list[str]:
    return [visible(line, longest=1000) for line in str(error).split("\n")]


def _line_editing() -> None:
    """Arrow keys and the history of answers, where the machine has them."""
    try:
        import readline  # noqa: F401
    except ImportError:
        return
