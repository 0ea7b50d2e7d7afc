"""What a duty says of penalties: its words, and the rows of its table for the people and identifiers of one case."""

from datetime import date

from breachdesk.law.answer import Answer
from breachdesk.law.judgement import covers
from breachdesk.law.schema import Penalties, Tier
from breachdesk.law.sheet import Sheet
from breachdesk.law.shelf import Item, LawShelf
from breachdesk.law.words import Phrases


def penalty(item: Item, sheet: Sheet, law: LawShelf, say: Phrases, day: date) -> str:
    """The words of the duty, and the rows of its table that apply; a row that may apply ends with a question mark.
    A table that was not in force on that day says nothing."""
    parts = [item.rule.penalty(say.language)] if item.rule.penalty else []
    table = item.order.penalties.get(item.rule.penalty_table)
    if table is not None and covers(table.effective, day):
        parts += rows(table, sheet, law, say.language)
    return "; ".join(parts)


def applying(table: Penalties, law: LawShelf, sheet: Sheet) -> list[tuple[Tier, Answer]]:
    """Tiers that apply or may apply, with which of the two; of `highest` the last one."""
    answered = [(tier, law.ask(tier.when).ask(sheet).answer) for tier in table.always]
    last = [(tier, law.ask(tier.when).ask(sheet).answer) for tier in table.highest]
    last = [(tier, answer) for tier, answer in last if answer is not Answer.NO]
    return [*((tier, answer) for tier, answer in answered if answer is not Answer.NO), *last[-1:]]


def rows(table: Penalties, sheet: Sheet, law: LawShelf, language: str) -> list[str]:
    return [
        tier.text(language) + ("" if answer is Answer.YES else " (?)") for tier, answer in applying(table, law, sheet)
    ]
