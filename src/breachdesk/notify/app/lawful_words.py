"""By which ways people are told under which law, in words: where a sending is planned, and where it stands."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from breachdesk.ground import places
from breachdesk.notify.app.lawful import Ahead, Foreseen, Looked, Under
from breachdesk.notify.app.writing import the_library
from breachdesk.notify.library import NoticeRule
from breachdesk.notify.ways import TooSoon

if TYPE_CHECKING:
    from breachdesk.report.words import Words

_NAMED = 3


def of_sending(looked: Looked | None, words: "Words") -> dict[str, Any] | None:
    """Nothing where there is nothing to say."""
    if looked is None or not (looked.refused or looked.on_condition):
        return None

    def said(one: Under) -> dict[str, Any]:
        return {
            "law": one.rule.title.say(words.language), "people": one.people, "ways": _ways(one.rule, words),
            "channel": one.channel.value,
        }  # fmt: skip

    asked: dict[str, list[dict[str, Any]]] = {}
    for one in looked.on_condition:
        asked.setdefault(_question(one.only, words), []).append(said(one))
    return {
        "sent": looked.sent,
        "refused": [said(one) for one in looked.refused],
        "asked": list(asked.items()),
        "silent": looked.silent,
    }


def of_plan(foreseen: Foreseen, words: "Words") -> dict[str, Any] | None:
    """What to do first, and for whom; nothing where nothing is to be done."""
    if not (foreseen.refused or foreseen.on_condition):
        return None
    return {
        "refused": _groups(foreseen.refused, words),
        "asked": _groups(foreseen.on_condition, words),
        "silent": foreseen.silent,
    }


def _groups(rows: Iterable[Ahead], words: "Words") -> list[dict[str, Any]]:
    """By what is to be done."""
    found: dict[TooSoon, list[Ahead]] = {}
    for row in rows:
        found.setdefault(row.way, []).append(row)
    groups = [_group(way, own, words) for way, own in found.items()]
    return sorted(groups, key=lambda one: -int(one["people"]))


def _group(way: TooSoon, rows: Sequence[Ahead], words: "Words") -> dict[str, Any]:
    people: Mapping[str, int] = {row.residence: row.people for row in rows}  # two laws may speak of the same people
    return {
        "channel": way.channel.value,
        "people": sum(people.values()),
        "who": _who(people, words),
        "question": _question(way.only, words) if way.only else "",
        "do": _do(way, words),
        "rows": [
            {
                "place": places.in_full(row.residence, words.language), "people": row.people,
                "law": row.rule.title.say(words.language), "ways": _ways(row.rule, words),
            }
            for row in rows
        ],
    }  # fmt: skip


def _who(people: Mapping[str, int], words: "Words") -> str:
    """The people of a few places by their names, else how many they are in all."""
    if len(people) > _NAMED:
        return words.say("notices.people", sum(people.values()))
    named = (
        f"{places.in_full(place, words.language)}, {words.say('notices.people', n)}" for place, n in people.items()
    )
    return "; ".join(named)


def _do(way: TooSoon, words: "Words") -> str:
    worse = words.say(f"sendings.channels.{way.channel.value}")
    if way.better is None:
        return words.say("sendings.lawful.do_other", worse=worse)
    better = words.say(f"sendings.channels.{way.better.value}")
    return words.say(f"sendings.lawful.{'do_before' if way.chosen else 'do_choose'}", worse=worse, better=better)


def _question(only: str, words: "Words") -> str:
    """What a person has to know: the condition, as a question."""
    key = f"sendings.lawful.questions.{only}"
    return words.say(key) if key in words else words.say("sendings.lawful.question", only=_looks(f"only_{only}", words))


def _ways(rule: NoticeRule, words: "Words") -> str:
    named = ((_looks(f"way_{way.way}", words), way.only) for way in rule.channels)
    return "; ".join(f"{name} ({_looks(f'only_{only}', words)})" if only else name for name, only in named)


def _looks(check: str, words: "Words") -> str:
    return the_library().checks[check].looks.say(words.language)
