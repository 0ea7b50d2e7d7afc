"""Exposed sources as rows: how far each was read, what was found in it, whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from breachdesk.report import losses
from breachdesk.report.doubts import SURE
from breachdesk.report.pictures import sources as source_picture
from breachdesk.report.shapes import Account, Certainty
from breachdesk.report.words import Words
from breachdesk.scope.shapes import Field, Source, Status


@dataclass(frozen=True, slots=True)
class SourceRow:
    source: Source
    people: int | None
    found: str
    fields: tuple[tuple[Field, str, Markup], ...]  # field, its element in words, its rows by certainty


def source_rows(account: Account, words: Words) -> list[SourceRow]:
    """Sources that need attention first, then those with the most people, then the most records."""
    by_source = account.people.by_source if account.people else {}
    rows = [_source_row(source, by_source.get(source.source), words) for source in account.sources]
    return sorted(rows, key=lambda row: (row.source.status is Status.READ, -(row.people or 0), -row.source.records))


def _source_row(source: Source, people: int | None, words: Words) -> SourceRow:
    fields = tuple(
        (field, losses.title(field.element, words), words.counted(field.count, _certainty(field)))
        for field in source.fields
        if field.element
    )
    gravest = sorted(fields, key=lambda one: -losses.CLASSES.index(losses.class_of(one[0].element or "")))
    titles = dict.fromkeys(title for _, title, _ in gravest)
    return SourceRow(source, people, ", ".join(titles) or words.say("sources.nothing"), fields)


def _certainty(field: Field) -> Certainty:
    return Certainty.COUNTED if field.confidence >= SURE else Certainty.ESTIMATED


def source_steps(rows: Sequence[SourceRow], words: Words) -> list[source_picture.Step]:
    """Sources in which something was found or not read; the others stand in the table."""
    telling = [row for row in rows if row.fields or row.source.status is not Status.READ]
    return [
        source_picture.Step(
            name=row.source.source,
            status=row.source.status,
            records=row.source.records,
            shown=words.number(row.source.records),
            found="" if row.source.status is Status.UNREADABLE else row.found,
            state=words.say(f"sources.{row.source.status}"),
        )
        for row in telling or rows
    ]


def sources_answer(account: Account, words: Words) -> str:
    count = len(account.sources)
    if not count:
        return words.say("sources.pending" if account.unfinished == "scope" else "sources.none")
    if all(source.status is Status.UNREADABLE for source in account.sources):
        return words.say("sources.answer_nothing")
    trouble = sum(source.status is not Status.READ for source in account.sources)
    if not trouble:
        return words.say("sources.answer_all", count)
    return words.say("sources.answer_some", trouble, read=words.number(count - trouble))


def sources_finding(account: Account, words: Words) -> str:
    states = [source.status for source in account.sources]
    return words.say(
        "sources.alt",
        len(states),
        records=words.number(sum(source.records for source in account.sources)),
        partly=words.number(states.count(Status.PARTLY)),
        unreadable=words.number(states.count(Status.UNREADABLE)),
    )
