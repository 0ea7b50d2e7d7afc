"""breachdesk notices: check letters against what each law asks of them, print those rules."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from breachdesk.cli.common import ATTENTION, DONE, UNUSABLE, AsJson, Language, fail, words
from breachdesk.ground.places import UNKNOWN, country_of, title
from breachdesk.ground.shelf import BadPack
from breachdesk.law import facts as sheets
from breachdesk.law.answer import Answer
from breachdesk.law.facts import BadFacts
from breachdesk.law.shelf import load as load_law
from breachdesk.notify import letters
from breachdesk.notify.compose import entity_kinds
from breachdesk.notify.letters import BadLetter
from breachdesk.notify.library import Library, NoticeRule, our_library
from breachdesk.notify.organisation import BadOrganisation, Organisation, read_organisation
from breachdesk.notify.review import Case, Finding, Outcome, review
from breachdesk.notify.shapes import NOTICES
from breachdesk.notify.substitute import Crowd, Instead, instead
from breachdesk.report.words import Words

FORMAT = "breachdesk.notice-check/1"
_CHANNELS = ("post", "email", "phone", "fax", "public")
_MARKS = {Outcome.FAILED: ("✗", "bold red"), Outcome.ASKS: ("?", "yellow"), Outcome.PASSED: ("✓", "green")}

Laws = Annotated[str, typer.Option("--law", help="Rules to try, by name, with commas: us-ma,gdpr.")]


def add(app: typer.Typer) -> None:
    room = typer.Typer(name="notices", help="Letters to people, and what each law asks of them.", no_args_is_help=True)
    room.command("check")(check)
    room.command("rules")(rules)
    app.add_typer(room)


@dataclass(frozen=True, slots=True)
class _Job:
    """One letter, and the laws it is tried on."""

    path: Path
    rules: tuple[NoticeRule, ...]
    case: Case


@dataclass(frozen=True, slots=True)
class _Known:
    """What the command line and the fact sheet say."""

    facts: Mapping[str, Any] | None
    organisation: Organisation | None
    people: int | None
    cost_cents: int | None
    without_address: int | None

    def crowd(self, people: int | None) -> Crowd:
        numbers = self.organisation.numbers if self.organisation else {}
        cost = self.cost_cents if self.cost_cents is not None else numbers.get("letters.cost_cents")
        lost = self.without_address if self.without_address is not None else numbers.get("letters.without_address")
        return Crowd(self.people if self.people is not None else people, cost, lost)


def check(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PACK_OR_FILE...", help="A pack, or letters: .txt, .md, .html, .docx.", show_default=False
        ),
    ],
    law: Laws = "",
    residence: Annotated[str, typer.Option(help="Where the reader lives: US-MA, DE.")] = "",
    elements: Annotated[str, typer.Option(help="What was lost, with commas: name,gov_id.us.ssn.")] = "",
    facts: Annotated[
        Path | None, typer.Option(help="The fact sheet: its words are looked for in the letter.", show_default=False)
    ] = None,
    channel: Annotated[str, typer.Option(help=f"How it will be sent: {', '.join(_CHANNELS)}.")] = "",
    written_in: Annotated[
        str, typer.Option("--written-in", help="Language of the letter: en, ru. [default: by its words]")
    ] = "",
    people: Annotated[int | None, typer.Option(min=0, help="People to be told.", show_default=False)] = None,
    cost_cents: Annotated[
        int | None, typer.Option(min=0, help="Cost of one letter, US cents.", show_default=False)
    ] = None,
    without_address: Annotated[
        int | None, typer.Option(min=0, help="People without address.", show_default=False)
    ] = None,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Try letters on the rules of each law: passed, failed, or for a human to look at. Exit code 1 when one failed."""
    say = words(language)
    if channel and channel not in _CHANNELS:
        fail(UNUSABLE, f"--channel: {channel!r} is not one of {', '.join(_CHANNELS)}")
    if written_in not in ("", "en", "ru"):
        fail(UNUSABLE, f"--written-in: {written_in!r}: only en and ru are read")
    library = _library()
    named = _named(law, library)
    known = _known(facts, people, cost_cents, without_address)
    found, crowds = _found(paths, named, residence, elements, channel, written_in, known, library)
    crowd_rules = {rule.id: rule for job, _ in found for rule in job.rules}
    substitutes = [
        one
        for rule in crowd_rules.values()
        for one in instead([rule], known.crowd(crowds.get(rule.id)), library=library)
    ]
    if as_json:
        sys.stdout.write(json.dumps(_json(found, substitutes), ensure_ascii=False, indent=1) + "\n")
    else:
        _show(found, substitutes, say, library, Console())
    failed = any(one.outcome is Outcome.FAILED for _, items in found for one in items)
    raise typer.Exit(ATTENTION if failed else DONE)


def rules(law: Laws = "", language: Language = "en", as_json: AsJson = False) -> None:
    """Print what each law asks of a letter: content, form, free services, ways of sending, substitute notice."""
    say = words(language)
    library = _library()
    chosen = _named(law, library) or tuple(library.rules.values())
    if as_json:
        document = {"format": "breachdesk.notice-rules/1", "rules": [rule.model_dump(mode="json") for rule in chosen]}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n")
        return
    console = Console()
    for rule in chosen:
        _print_rule(rule, say, library, console)


# --- what is asked


def _library() -> Library:
    try:
        return our_library()
    except (BadPack, ValidationError) as error:
        fail(UNUSABLE, str(error))


def _named(law: str, library: Library) -> tuple[NoticeRule, ...]:
    names = [name.strip().lower() for name in law.split(",") if name.strip()]
    unknown = [name for name in names if name not in library.rules]
    if unknown:
        fail(UNUSABLE, f"--law: no rules named {', '.join(unknown)}; `breachdesk notices rules` lists them")
    return tuple(library.rules[name] for name in names)


def _known(path: Path | None, people: int | None, cost_cents: int | None, without_address: int | None) -> _Known:
    if path is None:
        return _Known(None, None, people, cost_cents, without_address)
    try:
        facts = sheets.read(path, vocabulary=load_law().facts).facts
        return _Known(facts, read_organisation(facts), people, cost_cents, without_address)
    except (BadFacts, BadPack) as error:
        fail(UNUSABLE, str(error))
    except BadOrganisation as error:
        fail(UNUSABLE, *(f"{path}: {problem}" for problem in error.problems))


def _found(
    paths: Sequence[Path],
    named: tuple[NoticeRule, ...],
    residence: str,
    elements: str,
    channel: str,
    written_in: str,
    known: _Known,
    library: Library,
) -> tuple[list[tuple[_Job, tuple[Finding, ...]]], Counter[str]]:
    """Every letter with what was found; how many people each law speaks of, where a pack counted them."""
    crowds: Counter[str] = Counter()
    jobs: list[_Job] = []
    for path in paths:
        if path.is_dir():
            jobs += _of_pack(path, named, channel, known, crowds, library)
        else:
            jobs.append(_of_file(path, named, residence, elements, channel, known, library))
    found = []
    for job in jobs:
        try:
            letter = letters.read(job.path, written_in)
        except BadLetter as error:
            fail(UNUSABLE, str(error))
        found.append((job, review(letter, job.rules, job.case, library=library)))
    return found, crowds


def _of_file(
    path: Path,
    named: tuple[NoticeRule, ...],
    residence: str,
    elements: str,
    channel: str,
    known: _Known,
    library: Library,
) -> _Job:
    names = tuple(name.strip() for name in elements.split(",") if name.strip())
    unknown = [name for name in names if name not in library.vocabulary]
    if unknown:
        fail(UNUSABLE, f"--elements: {', '.join(unknown)}: no such kind of data; packs/elements.yaml lists them")
    if not named and not residence:
        fail(UNUSABLE, f"{path}: say whom it goes to (--residence US-MA) or which rules to try (--law us-ma)")
    place = residence or next((place for rule in named for place in rule.places if "-" in place), "")
    place = place or next((place for rule in named for place in rule.places), UNKNOWN)
    chosen = named or library.rules_for(residence, entity_kinds(known.facts or {}))
    if residence and not named and title(residence, "en") == residence:
        fail(UNUSABLE, f"--residence: {residence!r} is no place; write US-MA, DE")
    return _Job(path, chosen, Case(place, names or None, False, known.organisation, known.facts, channel))


def _of_pack(
    pack: Path, named: tuple[NoticeRule, ...], channel: str, known: _Known, crowds: Counter[str], library: Library
) -> Iterator[_Job]:
    index = pack / "notices" / "index.json"
    try:
        document = json.loads(index.read_bytes())
        if document.get("format") != NOTICES:
            raise ValueError(f"format is not {NOTICES}")
        cohorts = [(one, list(one["files"].values())) for one in document["cohorts"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        fail(UNUSABLE, f"{pack}: no letters of breachdesk ({index.name}: {error})")
    if known.facts is None:
        used = next((path for name in ("yaml", "json") if (path := pack / f"facts.used.{name}").is_file()), None)
        known = _known(used, known.people, known.cost_cents, known.without_address)
    for cohort, files in cohorts:
        rules_here = [library.rules[name] for name in cohort["rules"] if name in library.rules]
        chosen = tuple(rule for rule in rules_here if not named or rule in named)
        if not chosen:
            continue
        crowds.update({rule.id: cohort["count"] for rule in chosen})
        case = Case(
            cohort["residence"], tuple(cohort["elements"]), cohort["minor"], known.organisation, known.facts, channel
        )
        for forms in files:
            path = (pack / forms["html"]).resolve()
            if not path.is_relative_to(pack.resolve()):
                fail(UNUSABLE, f"{index}: {forms['html']} lies outside the pack")
            yield _Job(path, chosen, case)


# --- what is told


def _show(
    found: Iterable[tuple[_Job, tuple[Finding, ...]]],
    substitutes: Sequence[Instead],
    say: Words,
    library: Library,
    console: Console,
) -> None:
    total: Counter[Outcome] = Counter()
    for job, items in found:
        names = ", ".join(rule.id for rule in job.rules)
        console.print(
            Text(f"\n{job.path}", style="bold").append(
                f"  {title(job.case.residence, say.language)}; {names}", style="dim"
            )
        )
        for one in items:
            total[one.outcome] += 1
            if one.outcome is not Outcome.PASSED:
                _print_finding(one, say, library, console)
        passed = sum(one.outcome is Outcome.PASSED for one in items)
        console.print(Text(f"  ✓ {say.say('notices.passed', passed, n=passed)}", style="green"))
    counted = {outcome.value: str(total[outcome]) for outcome in Outcome}
    console.print("\n" + say.say("notices.total", **counted))
    if substitutes:
        console.print("\n" + say.say("notices.substitute"), style="bold")
    for law in substitutes:
        _print_substitute(law, say, library, console)
    console.print(say.say("notices.disclaimer"), style="dim")


def _print_finding(one: Finding, say: Words, library: Library, console: Console) -> None:
    mark, style = _MARKS[one.outcome]
    head = Text(f"  {mark} ", style=style).append(one.said.say(say.language), style="")
    console.print(head.append(f"  {one.rule}{': ' + one.citation if one.citation else ''}", style="dim"))
    if one.line:
        console.print(Text(f"      {say.say('notices.line', line=str(one.line))} {one.words}", style="dim"))
    if one.write and one.outcome is not Outcome.PASSED:
        console.print(Text(f"      → {one.write.say(say.language)}"))


def _print_substitute(law: Instead, say: Words, library: Library, console: Console) -> None:
    key = {Answer.YES: "allowed", Answer.NO: "not_allowed", Answer.UNKNOWN: "open"}[law.allowed]
    head = Text(f"  {library.rules[law.rule].title.say(say.language)}: ").append(
        say.say(f"notices.{key}"), style="bold"
    )
    console.print(head.append(f"  {say.say(f'notices.confidence.{law.confidence}')}", style="dim"))
    for line in law.why:
        console.print(Text(f"      {line.say(say.language)}"))
    if law.allowed is not Answer.NO:
        parts = "; ".join(part.say(say.language) for part in law.parts)
        console.print(Text(f"      {say.say('notices.parts', parts=parts)}"))
    for note in law.notes:
        console.print(Text(f"      {note.say(say.language)}", style="dim"))


def _print_rule(rule: NoticeRule, say: Words, library: Library, console: Console) -> None:
    language, checks = say.language, library.checks
    console.print(Text(f"\n{rule.id}", style="bold").append(f"  {rule.title.say(language)}", style=""))
    sure, day = say.say(f"notices.confidence.{rule.confidence}"), say.say("notices.checked", day=rule.checked_on)
    console.print(Text("  " + "; ".join(filter(None, (rule.citation, sure, day))), style="dim"))
    for must in rule.must_state:
        line = library.points[must.point].what.say(language)
        if must.elements:
            line += f" ({', '.join(library.vocabulary[name].title(language) for name in must.elements)})"
        console.print(Text(f"  + {line}").append(f"  {must.citation}", style="dim"))
    for must_not in rule.must_not_state:
        console.print(
            Text(f"  − {checks[must_not.words].looks.say(language)}").append(f"  {must_not.citation}", style="dim")
        )
    for heading in rule.headings.get("en", ()):
        console.print(Text(f"  # {heading}"))
    if rule.smallest_type_points is not None:
        console.print(Text(f"  {say.say('notices.type', points=f'{rule.smallest_type_points:g}')}"))
    if rule.services:
        lost = ", ".join(library.vocabulary[name].title(language) for name in rule.services.elements)
        console.print(Text(f"  {say.say('notices.services', months=str(rule.services.months), elements=lost)}"))
    ways = [
        checks[f"way_{one.way}"].looks.say(language)
        + (f" ({checks[f'only_{one.only}'].looks.say(language)})" if one.only else "")
        for one in rule.channels
    ]
    if ways:
        console.print(Text(f"  {say.say('notices.ways', ways='; '.join(ways))}"))
    for one in instead([rule], Crowd(), library=library):
        why = " ".join(line.say(language) for line in one.why)
        parts = "; ".join(part.say(language) for part in one.parts)
        console.print(Text(f"  {say.say('notices.substitute')}: {why} {say.say('notices.parts', parts=parts)}"))
        for note in one.notes:
            console.print(Text(f"    {note.say(language)}", style="dim"))
    for note in rule.notes:
        console.print(Text(f"  {note.say(language)}", style="dim"))


def _json(found: Iterable[tuple[_Job, tuple[Finding, ...]]], substitutes: Iterable[Instead]) -> dict[str, Any]:
    """breachdesk.notice-check/1 (docs/formats/notice.md)."""
    return {
        "format": FORMAT,
        "letters": [
            {
                "path": str(job.path),
                "residence": job.case.residence,
                "country": country_of(job.case.residence),
                "elements": None if job.case.elements is None else list(job.case.elements),
                "rules": [rule.id for rule in job.rules],
                "findings": [_finding_json(one) for one in items],
            }
            for job, items in found
        ],
        "substitute": [
            {
                "rule": law.rule,
                "allowed": law.allowed.value,
                "why": [line.model_dump() for line in law.why],
                "missing": list(law.missing),
                "parts": [part.model_dump() for part in law.parts],
                "notes": [note.model_dump() for note in law.notes],
                "confidence": law.confidence,
                "citation": law.citation,
            }
            for law in substitutes
        ],
    }


def _finding_json(one: Finding) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "check": one.check,
        "outcome": one.outcome.value,
        "level": one.level.value,
        "en": one.said.en,
        "ru": one.said.ru,
        "citation": one.citation,
        "line": one.line,
        "words": one.words,
        "write": one.write.model_dump() if one.write else None,
    }
