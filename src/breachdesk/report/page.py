"""report.html: one file, no network, readable without scripts, everything from evidence escaped."""

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.shelf import Shelf, our_shelf
from breachdesk.ground.visible import visible
from breachdesk.law.shapes import Verdict
from breachdesk.report import answer, asks, doubts, drafts, exposed, hinges, losses, problems, residences, rows, stake
from breachdesk.report.kept import Kept
from breachdesk.report.pictures import ladder, scale
from breachdesk.report.pictures import sources as source_picture
from breachdesk.report.pictures.canvas import Told
from breachdesk.report.rungs import Rung, State, climb
from breachdesk.report.shapes import Account, DraftKind
from breachdesk.report.words import Words, read

_LOOK = Path(__file__).resolve().parent / "look"
_STYLES = ("tokens.css", "pictures.css", "report.css")
_THEN = 4
_PERHAPS = 3
_PROBLEMS = 6
_ASKS = 12
#: The work of a run in its order; `Account.unfinished` is one of them.
STAGES = ("scope", "facts", "duties", "weight", "notices", "filings", "calendar", "journal", "manifest")
_RISK_WORDS = {"high": "high_risk", "risk": "risk_level"}


def file_name(language: str) -> str:
    """English is the report; every other language says so in its name."""
    return "report.html" if language == "en" else f"report.{language}.html"


def render(
    account: Account,
    language: str,
    shelf: Shelf | None = None,
    *,
    others: Sequence[str] = LANGUAGES,
    kept: Kept | None = None,
) -> str:
    """The whole page in one language. `others` are the languages written beside it, linked from its head; `kept` is
    handed in again by who writes the page again."""
    shelf = shelf or our_shelf()
    words = read(shelf, language)
    style = Markup("".join((_LOOK / name).read_text("utf-8") for name in _STYLES))  # noqa: S704  # nosec B704
    script = Markup((_LOOK / "countdown.js").read_text("utf-8"))  # noqa: S704  # nosec B704 - our own file
    duties = _duties(account, words)
    context = {
        "a": account,
        "w": words,
        "at": account.at,
        "policy": _policy(str(style), str(script) if account.live else ""),
        "style": style,
        "script": script,
        "span_words": _span_words(words),
        "others": [(other, file_name(other)) for other in others if other != language],
        **_answer(account, words),
        **_people(account, words),
        **duties,
        "drawn": (kept or Kept()).of(language, account.at, duties["asked"]),
        **_sources(account, words, shelf),
        **_weight(account, words),
        **_stake(account, words),
        **_drafts(account, words),
        "doubts": doubts.doubts(account, words),
    }
    return _environment().get_template("report.html.j2").render(context) + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_LOOK),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["iso"] = datetime.isoformat
    return environment


def _finalize(thing: Any) -> Any:
    """Every plain string on its way to the page is made visible first; escaping follows."""
    if isinstance(thing, str) and not isinstance(thing, Markup):
        return visible(thing, longest=4000)
    return thing


def _policy(style: str, script: str) -> str:
    scripts = f"script-src '{_digest(script)}'; " if script else ""
    return f"default-src 'none'; style-src '{_digest(style)}'; {scripts}base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _span_words(words: Words) -> Markup:
    names = ("in", "late", "ago", "minutes", "hours", "hours_minutes", "days")
    text = json.dumps({name: words.sayings[f"left.{name}"] for name in names}, ensure_ascii=True)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  # nosec B704 - ours, made inert


def _answer(account: Account, words: Words) -> dict[str, Any]:
    stage, pending = _stages(account.unfinished, words)
    return {
        "happened": answer.what_happened(account.facts, words),
        "aware": answer.aware(account, words),
        "people": answer.who(account, words),
        "owed": answer.owed(account, words),
        "step": answer.next_step(account, words),
        "stage": stage,
        "pending": pending,
    }


def _stages(unfinished: str, words: Words) -> tuple[str, list[str]]:
    """The stage that was under way, in words, and those that had still to come."""
    if unfinished not in STAGES:
        return unfinished, []
    names = [words.say(f"stages.{stage}") for stage in STAGES[STAGES.index(unfinished) :]]
    return names[0], names[1:]


def _people(account: Account, words: Words) -> dict[str, Any]:
    if account.people is None:
        return {"places": (), "losses": ()}
    placed = residences.place_people(account.people, account.duties, words)
    lost = losses.losses(account.people, account.cohorts, words)
    classes = losses.by_class(account.cohorts, lost)
    return {
        "places": placed,
        "who_picture": residences.picture(placed, words),
        "who_finding": residences.finding(placed, words),
        "losses": lost,
        "loss_picture": losses.picture(lost, classes, words),
        "loss_finding": losses.finding(lost, classes, words),
    }


def _duties(account: Account, words: Words) -> dict[str, Any]:
    duties = account.duties.duties if account.duties else ()
    rungs = climb(duties, words, account.at, account.filed)
    first, then = _first(rungs)
    questions = hinges.hinges(account, words)
    told = {row.duty.id for hinge in questions for row in hinge.rows}
    perhaps = hinges.sooner(rungs, first, questions)
    return {
        "rungs": rungs,
        "first": first,
        "then": then[:_THEN],
        "perhaps": perhaps[:_PERHAPS],
        "perhaps_duties": sum(len(rung.duties) for _, those in perhaps for rung in those),
        "undated": [
            duty
            for duty in duties
            if duty.verdict is Verdict.OWED and duty.due is None and duty.id not in account.filed
        ],
        "ladder": ladder.draw(rungs, words, account.at),
        "ladder_finding": ladder.finding(rungs, words, account.at),
        "ladder_key": ladder.key(words, rungs[: ladder.MOST]),
        "ladder_most": ladder.MOST,
        "remote": sum(duty.remote for duty in duties),
        "ladder_bars": any(rung.people is not None for rung in rungs[: ladder.MOST]),
        "groups": rows.duty_groups(account, words, told),
        "duties_answer": _duties_answer(account, words),
        "questions": questions,
        "questions_answer": _questions_answer(account, questions, words),
        "asked": {hinge.question.fact: hinge.text for hinge in questions},
    }


def _duties_answer(account: Account, words: Words) -> str:
    if account.duties is None:
        return words.say("duty_line.pending")
    asks = any(duty.verdict in (Verdict.OWED, Verdict.UNKNOWN, Verdict.HELD) for duty in account.duties.duties)
    return words.say("duties.answer" if asks else "duties.answer_none")


def _questions_answer(account: Account, questions: Sequence[hinges.Hinge], words: Words) -> str:
    if account.duties is None:
        return words.say("questions.pending")
    if not questions:
        return words.say("questions.none")
    most = words.say("questions.duties", len(questions[0].question.decides))
    return f"{words.say('questions.answer', len(questions), duties=most)} {words.say('questions.how')}"


def _first(rungs: Sequence[Rung]) -> tuple[Rung | None, list[Rung]]:
    """The nearest rung a person must climb, and those after it. A missing fact makes no next deadline."""
    owed = [rung for rung in rungs if rung.state in (State.LATE, State.SOON, State.OWED)]
    return (owed[0], owed[1:]) if owed else (None, [])


def _sources(account: Account, words: Words, shelf: Shelf) -> dict[str, Any]:
    found = exposed.source_rows(account, words)
    steps = exposed.source_steps(found, words)
    return {
        "source_rows": found,
        "sources_answer": exposed.sources_answer(account, words),
        "sources_picture": source_picture.draw(
            steps,
            Told("sources", words.say("sources.sub"), exposed.sources_finding(account, words)),
        ),
        "sources_left": len(found) - min(len(steps), source_picture.MOST),
        "problems": problems.told(account.sources, words, shelf),
        "problems_most": _PROBLEMS,
    }


def _stake(account: Account, words: Words) -> dict[str, Any]:
    laws = account.exposures
    if laws is None:
        return {"stakes": (), "stake_answer": words.say("exposure.pending"), "stake_legal": "", "stake_turnover": ""}
    return {
        "stakes": stake.stakes(laws, words),
        "stake_answer": words.say("exposure.answer", len(laws)) if laws else words.say("exposure.nothing"),
        "stake_legal": stake.legal(laws, words) if laws else "",
        "stake_turnover": words.say("exposure.turnover") if stake.turnover_wanted(laws) else "",
    }


def _weight(account: Account, words: Words) -> dict[str, Any]:
    weight = account.weight
    if weight is None:
        return {"weight_answer": words.say("weight.pending")}
    band = weight.band.replace(" ", "_")
    score = words.score(weight.score) if weight.score is not None else ""
    title = words.say(f"weight.{band}") if f"weight.{band}" in words else ""
    return {
        "band_means": words.say(f"weight.band_{band}") if f"weight.band_{band}" in words else "",
        "weight_answer": (
            words.say("weight.answer", band=title, score=score, method=weight.method)
            if score
            else words.say("weight.pending")
        ),
        "weight_picture": scale.draw(
            weight.score,
            words,
            Told("scale", words.say("weight.title"), words.say("weight.alt", score=score, band=title)),
        ),
        "proposals": [
            (
                words.say(f"weight.{fact}") if f"weight.{fact}" in words else fact,
                _risk(proposed, words),
                _risk(weight.decided[fact], words) if fact in weight.decided else "",
                weight.decided_by.get(fact, ""),
                words.say("weight.differs") if fact in weight.differs else "",
            )
            for fact, proposed in weight.proposals.items()
        ],
    }


def _risk(name: str, words: Words) -> str:
    key = f"weight.{_RISK_WORDS.get(name, name)}"
    return words.say(key) if key in words else name


def _drafts(account: Account, words: Words) -> dict[str, Any]:
    found = drafts.draft_rows(account, words)
    return {
        "draft_groups": [drafts.draft_group(found, kind) for kind in (DraftKind.FILING, DraftKind.NOTICE)],
        "drafts_answer": drafts.drafts_answer(found, account, words),
        "told": _told(account, sum(row.ready for row in found), words),
        **_asks(account, words),
    }


def _asks(account: Account, words: Words) -> dict[str, Any]:
    found = asks.merged(account, words)
    blanks = [ask for ask in found if not ask.confirm]
    near = len(blanks) if len(blanks) <= _ASKS + 1 else _ASKS
    return {
        "asks": blanks[:near],
        "more_asks": blanks[near:],
        "to_confirm": [ask for ask in found if ask.confirm],
        "asks_answer": words.say("asks.answer", len(blanks)) if blanks else words.say("asks.none"),
    }


def _told(account: Account, ready: int, words: Words) -> str:
    """`0 of 2,041; 12 drafts are ready for review`: the pack itself sends nothing."""
    if not account.drafts:
        return words.say("brief.nobody")
    count = account.people.count if account.people else 0
    return f"{words.say('brief.nobody_of', count=words.number(count))} {words.say('brief.ready', ready)}"
