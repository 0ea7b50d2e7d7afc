"""One duty told whole, in one language: what a reader without a case asks of a law. Nothing is judged here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from breachdesk.ground import places
from breachdesk.law.judgement import covers, in_force
from breachdesk.law.reading import Number, Reader
from breachdesk.law.saying import Said, Speaker
from breachdesk.law.schema import Effective, Hold, People, Text, Version
from breachdesk.law.shapes import Confidence, Recipient
from breachdesk.law.shelf import Item, LawShelf
from breachdesk.law.words import Phrases

_MOST_PLACES = 40


@dataclass(frozen=True, slots=True)
class Unless:
    """An exception: its name, where it stands, what must be shown."""

    name: str
    cite: str
    when: Said


@dataclass(frozen=True, slots=True)
class Wording:
    """What the duty is in a span of time. `changes`: what is not as in the duty's first wording."""

    first: date | None
    last: date | None
    span: str
    changes: tuple[str, ...]
    clock: tuple[str, ...]
    standard: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    id: str
    ref: str
    title: str
    jurisdiction: str
    place: str
    order: str
    order_title: str
    kind: str
    recipient: Recipient
    clock: tuple[str, ...]
    numbers: tuple[Number, ...]
    standard: str
    reach: tuple[str, ...]
    trigger: Said | None
    condition: Said
    people: tuple[str, ...]
    unless: tuple[Unless, ...]
    encryption: tuple[str, ...]
    hold: tuple[str, ...]
    content: tuple[str, ...]
    never: tuple[str, ...]
    penalty: tuple[str, ...]
    citation: str
    sources: tuple[tuple[str, str], ...]  # address, what it is
    confidence: Confidence
    checked_on: date
    notes: tuple[str, ...]
    unsure: tuple[str, ...]
    wordings: tuple[Wording, ...]
    stage_of: str  # id of the duty it is a later step of; "" for a duty itself


def tell(item: Item, law: LawShelf, say: Phrases, day: date) -> Told:
    """The duty in the wording of `day`."""
    return _Teller(item, in_force(item, day), law, say, Speaker(law, say)).tell()


def doubtful(text: Text, say: Phrases) -> bool:
    """Whether a note speaks of doubt: by stems of its English words, so some are missed."""
    english = text.en.casefold()
    return any(stem in english for stem in say.texts["doubt.stems"])


def tell_doubts(item: Item, law: LawShelf, say: Phrases, day: date) -> tuple[str, ...]:
    """What we are unsure of in a duty."""
    return _Teller(item, in_force(item, day), law, say, Speaker(law, say)).unsure()


def sections(tell: Told, say: Phrases, examples: Sequence[str] = ()) -> Iterator[tuple[str, list[str]]]:
    """All that is said of a duty, by the heads of messages/shelf (`head.unsure`), for a terminal or a page; heads with
    nothing to say are left out. `examples`: names of its stories."""
    unless = [f"{one.name}{f' ({one.cite})' if one.cite else ''}: {one.when.flat()}" for one in tell.unless]
    wordings = [
        " · ".join(filter(None, (one.span, ", ".join(one.changes), *one.clock[:1], one.note))) for one in tell.wordings
    ]
    told: list[tuple[str, list[str]]] = [
        ("what", [f"{say(f'kind.{tell.kind}')}: {tell.title} ({tell.order_title})"]),
        ("to", [" · ".join(filter(None, (tell.recipient.name, tell.recipient.channel)))]),
        ("when_due", list(tell.clock) or [say("clock.none")]),
        ("law_words", [tell.standard] if tell.standard else []),
        ("reach", list(tell.reach)),
        ("trigger", list(lines(tell.trigger)) if tell.trigger else []),
        ("condition", list(lines(tell.condition))),
        ("people", list(tell.people)),
        ("unless", unless),
        ("encryption", list(tell.encryption)),
        ("hold", list(tell.hold)),
        ("content", list(tell.content)),
        ("never", list(tell.never)),
        ("penalty", list(tell.penalty)),
        ("citation", [tell.citation]),
        ("sources", [" ".join(filter(None, source)) for source in tell.sources]),
        ("confidence", [say(f"confidence.{tell.confidence.value}")]),
        ("checked", [tell.checked_on.isoformat()]),
        ("notes", list(tell.notes)),
        ("unsure", list(tell.unsure) or [say("unsure.nothing")]),
        ("versions", wordings),
        ("stories", list(examples)),
        ("id", [f"{tell.id} · {tell.ref}"]),
    ]
    yield from ((head, lines_) for head, lines_ in told if lines_)


def lines(said: Said, depth: int = 0) -> Iterator[str]:
    """A condition a line each, what stands below it indented."""
    yield "  " * depth + said.text
    for part in said.parts:
        yield from lines(part, depth + 1)


@dataclass(frozen=True, slots=True)
class _Teller:
    item: Item
    now: Item
    law: LawShelf
    say: Phrases
    speaker: Speaker

    def tell(self) -> Told:
        now, pack, rule = self.now, self.now.order.pack, self.now.rule
        reader = self._reader()
        return Told(
            id=now.id,
            ref=now.ref,
            title=self._(now.title),
            jurisdiction=pack.jurisdiction,
            place=places.title(pack.jurisdiction, self.say.language),
            order=pack.id,
            order_title=self._(pack.title),
            kind=now.kind,
            recipient=Recipient(now.recipient.type, self._(now.recipient.name), now.recipient.channel),
            clock=reader.due(now.due),
            numbers=reader.numbers(now.due),
            standard=self._(now.due.standard) if now.due.standard else "",
            reach=tuple(self._reach()),
            trigger=self.speaker.raw(pack.trigger) if now.triggered and pack.trigger is not None else None,
            condition=self._condition(),
            people=tuple(self._people(now.people)),
            unless=tuple(Unless(self._(e.name), e.cite, self.speaker.raw(e.when)) for e in now.unless),
            encryption=tuple(self._encryption()),
            hold=tuple(self._hold(pack.hold)) if now.held else (self.say("hold.no"),),
            content=self._all(self.law.contents(now.content)),
            never=self._all(rule.must_not_include),
            penalty=tuple(self._penalty()),
            citation=now.citation,
            sources=tuple((source.url, source.what) for source in rule.sources),
            confidence=now.confidence,
            checked_on=rule.checked_on,
            notes=tuple(dict.fromkeys((*self._all(now.notes), *self._all(pack.notes)))),
            unsure=self.unsure(),
            wordings=tuple(self._wordings()),
            stage_of=rule.id if now.id != rule.id else "",
        )

    def _(self, text: Text) -> str:
        return text(self.say.language)

    def _all(self, texts: tuple[Text, ...]) -> tuple[str, ...]:
        return tuple(map(self._, texts))

    def _reader(self) -> Reader:
        calendar = self.now.due.calendar or self.now.order.pack.calendar
        name = "-".join(filter(None, (calendar.country, calendar.subdivision))) if calendar else ""
        return Reader(self.speaker, name)

    def _condition(self) -> Said:
        whens = tuple(raw for raw in self.now.whens if raw)
        if len(whens) == 1:
            return self.speaker.raw(whens[0])
        said = tuple(self.speaker.raw(raw) for raw in whens)
        return Said(self.say("said.all"), said) if said else Said(self.say("said.always"))

    def _reach(self) -> Iterator[str]:
        applies = self.now.order.pack.applies
        if applies.always:
            yield self.say("reach.always")
        if applies.residents:
            yield self.say("reach.residents", places=self._places(applies.residents))
        if applies.establishments:
            yield self.say("reach.establishments", places=self._places(applies.establishments))
        if applies.when is not None:
            yield self.say("reach.when", condition=self.speaker.raw(applies.when).flat())

    def _places(self, codes: tuple[str, ...]) -> str:
        return ", ".join(places.title(code, self.say.language) for code in codes[:_MOST_PLACES])

    def _people(self, whom: People | None) -> Iterator[str]:
        if whom is None:
            yield self.say("people.none")
            return
        kind = whom.lost if whom.lost != "pack" else self.now.order.pack.personal_information
        yield from self.speaker.kinds(kind) if kind is not None else (self.say("people.everybody"),)
        if whom.narrow:
            yield self.say("people.narrow", names=self.speaker.losses(whom.narrow))
        if whom.minors != "all":
            yield self.say(f"people.{whom.minors}_minors")
        if whom.of == "everywhere":
            yield self.say("people.everywhere")
        if whom.threshold is None:
            yield self.say("people.one")
        else:
            key = "people.exactly" if whom.threshold.op == "eq" else f"said.{whom.threshold.op}"
            count = self.say(key, value=self.speaker.number(whom.threshold.n))
            yield self.say(f"people.threshold.{whom.threshold.counts}", count=count)

    def _encryption(self) -> Iterator[str]:
        rule = self.now.order.pack.encryption
        if rule is None or not rule.safe_harbour or not self.now.triggered:
            return
        yield self.say(_ENCRYPTION[rule.lost_with_key])
        if rule.minimum_bits:
            yield self.say("encryption.bits", n=rule.minimum_bits)
        if rule.note:
            yield self._(rule.note)

    def _hold(self, hold: Hold) -> Iterator[str]:
        if not hold.allowed:
            yield self.say("hold.no")
            return
        yield self.say("hold.yes")
        if hold.written:
            yield self.say("hold.written")
        if hold.oral_days:
            yield self.say.counted("hold.oral", hold.oral_days)
        if hold.longest_days:
            yield self.say.counted("hold.longest", hold.longest_days)
        if hold.after_release:
            yield self.say("hold.after", term=self.say.term(hold.after_release.n, hold.after_release.unit))
        if hold.note:
            yield self._(hold.note)

    def _penalty(self) -> Iterator[str]:
        rule = self.now.rule
        if rule.penalty:
            yield self._(rule.penalty)
        table = self.now.order.penalties.get(rule.penalty_table)
        if table is not None:
            yield from (self._(tier.text) for tier in (*table.always, *table.highest))

    def unsure(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._unsure()))

    def _unsure(self) -> Iterator[str]:
        now, rule, pack = self.now, self.now.rule, self.now.order.pack
        if now.confidence is Confidence.UNCERTAIN:
            yield self.say("unsure.uncertain")
        if now.confidence is Confidence.KNOWN:
            yield self.say("unsure.known")
        if rule.not_in_force is not None:
            yield self.say("unsure.not_in_force", why=self._(rule.not_in_force))
        if now.id == rule.id:
            for stage in rule.stages:
                if stage.confidence is Confidence.UNCERTAIN and now.confidence is not Confidence.UNCERTAIN:
                    yield self.say("unsure.stage", title=self._(stage.title))
        if now.due.latest_note is not None:
            yield self.say("unsure.latest", note=self._(now.due.latest_note))
        if now.due.eu_1182:
            yield self.say("unsure.eu_1182")
        if now.triggered and pack.encryption is not None and pack.encryption.safe_harbour:
            yield from (self.say("unsure.key"),) if pack.encryption.lost_with_key is None else ()
        if now.recipient.route:
            yield self.say("unsure.route")
        table = now.order.penalties.get(rule.penalty_table)
        for tier in (*table.always, *table.highest) if table is not None else ():
            if tier.confidence is Confidence.UNCERTAIN:
                yield self.say("unsure.penalty", text=self._(tier.text))
        yield from (self._(note) for note in (*now.notes, *pack.notes) if doubtful(note, self.say))

    # --- what holds when

    def _wordings(self) -> Iterator[Wording]:
        """Every wording there is, in order of its first day; the duty's own stands where no version does."""
        item = self.item
        if item.versions:
            starts = [v.effective.from_ for v in item.versions if v.effective.from_ is not None]
            open_start = any(v.effective.from_ is None for v in item.versions)
            own = item.rule.effective
            if not open_start:
                last = min(starts) if starts else None
                yield self._wording(item, Effective.model_validate({"from": own.from_}), None, before=last)
            for version in sorted(item.versions, key=lambda v: v.effective.from_ or date.min):
                yield self._wording(item, version.effective, version)
        else:
            yield self._wording(item, item.rule.effective, None)

    def _wording(self, item: Item, span: Effective, version: Version | None, before: date | None = None) -> Wording:
        day = span.from_ or (before or date.today())
        shown = item if version is None else in_force(item, day if covers(span, day) else span.until or day)
        changed = [] if version is None else [n for n in _CHANGES if getattr(version, n) is not None]
        named = tuple(self.say(f"version.{name}") for name in changed)
        return Wording(
            first=span.from_,
            last=span.until,
            span=self._span(span, before),
            changes=named or ((self.say("version.same"),) if version is not None else ()),
            clock=self._reader().due(shown.due),
            standard=self._(shown.due.standard) if shown.due.standard else "",
            note=self._(span.note) if span.note else "",
        )

    def _span(self, span: Effective, before: date | None) -> str:
        if before is not None and span.from_ is None:
            return self.say("version.until", last=before - timedelta(days=1))
        if before is not None:
            return self.say("version.span", first=span.from_, last=before - timedelta(days=1))
        if span.from_ and span.until:
            return self.say("version.span", first=span.from_, last=span.until)
        if span.from_:
            return self.say("version.from", first=span.from_)
        return self.say("version.until", last=span.until) if span.until else self.say("version.always")


_ENCRYPTION = {True: "encryption.lost_with_key", False: "encryption.kept_with_key", None: "encryption.silent"}
_CHANGES = ("due", "when", "people", "content", "notes", "citation")
