"""What only a human can say, each thing once, with the drafts that wait for it."""

from dataclasses import dataclass

from breachdesk.report.shapes import Account, Ask
from breachdesk.report.words import Words

_NAMED = 20  # drafts named under an ask; all of them are counted


@dataclass(frozen=True, slots=True)
class Wanted:
    text: str
    fact: str
    wanted: int
    drafts: tuple[tuple[str, str], ...]  # title, path
    confirm: bool


def merged(account: Account, words: Words) -> list[Wanted]:
    """In the order given; the same ask of a letter and of a filing is one."""
    groups: dict[str, list[Ask]] = {}
    for ask in account.asks:
        groups.setdefault(ask.fact or ask.key or words.pick(ask.text), []).append(ask)
    titles = {draft.path: words.pick(draft.title, draft.path) for draft in account.drafts}
    return [_wanted(group, titles, words) for group in groups.values()]


def _wanted(group: list[Ask], titles: dict[str, str], words: Words) -> Wanted:
    paths = dict.fromkeys(path for ask in group for path in ask.drafts)
    return Wanted(
        text=words.pick(group[0].text),
        fact=group[0].fact,
        wanted=max(len(paths), sum(ask.wanted_by for ask in group if not ask.drafts)),
        drafts=tuple((titles.get(path, path), path) for path in list(paths)[:_NAMED]),
        confirm=all(ask.confirm for ask in group),
    )
