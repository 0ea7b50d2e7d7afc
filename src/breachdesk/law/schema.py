"""How a law pack is written (docs/formats/law-pack.md): read strictly, so that a slip of the pen is an error.

A legal order is a folder below packs/law: `pack.yaml` (what its duties share), one file per duty, `stories/*.yaml`.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from breachdesk.law.shapes import Confidence

UNITS = ("hours", "calendar_days", "business_days", "months", "years")
Unit = Literal["hours", "calendar_days", "business_days", "months", "years"]
Op = Literal["gt", "gte", "lt", "lte", "eq"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Strict):
    """Words in two languages. A plain string in the pack is the same in both (names, citations)."""

    en: str
    ru: str

    def __call__(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


def _text(value: Any) -> Any:
    return {"en": value, "ru": value} if isinstance(value, str) else value


def _many(value: Any) -> Any:
    return value if isinstance(value, list | tuple) or value is None else [value]


Words = Annotated[Text, BeforeValidator(_text)]
Strings = Annotated[tuple[str, ...], BeforeValidator(_many)]
Condition = dict[str, Any]  # checked by conditions.parse against packs/facts.yaml


class Effective(Strict):
    """In force from the first day, through the last day. A case is judged by the law of the day it became known."""

    from_: date | None = Field(None, alias="from")
    until: date | None = None
    note: Words | None = None


class Recipient(Strict):
    """Whom to tell. `route` finds the authority among those of `authorities`: the name is then a fallback."""

    type: str
    name: Words
    channel: str = ""
    route: Literal["", "one_stop_shop", "each_residence"] = ""


class Lost(Strict):
    """One kind of data a law protects: a name of the `us` vocabulary, a combination, or an element (elements.yaml)."""

    element: str
    from_: date | None = Field(None, alias="from")  # protected from this day on
    if_: Condition | None = Field(None, alias="if")  # only under this condition on facts


def _lost(value: Any) -> Any:
    return {"element": value} if isinstance(value, str) else value


Losses = tuple[Annotated[Lost, BeforeValidator(_lost)], ...]


class PersonalInformation(Strict):
    """Which loss triggers the law for a person: something of `with_name` together with one of `name`, or something of
    `standalone`. `any: true`: every person counts, whatever was lost."""

    any: bool = False
    name: Strings = ("name",)  # elements that count as the name; `[]`: no name needed
    with_name: Losses = ()
    standalone: Losses = ()
    note: Words | None = None


class Encryption(Strict):
    """Safe harbour of encrypted data. `lost_with_key`: true, false, or null when the statute is silent on a stolen key
    (then owed, with a note)."""

    safe_harbour: bool = True
    lost_with_key: bool | None = True
    minimum_bits: int | None = None
    note: Words | None = None


#: No law gives more, and no calendar reaches further: about a hundred years.
_LONGEST: dict[str, int] = {
    "hours": 876_600, "calendar_days": 36_525, "business_days": 36_525, "months": 1_200, "years": 100,
}  # fmt: skip


_Days = Annotated[int, Field(ge=0, le=_LONGEST["calendar_days"])]


def _bounded(n: int, unit: Unit) -> None:
    if n > _LONGEST[unit]:
        raise PydanticCustomError("law_term_long", "a term ends within a hundred years")


class AfterRelease(Strict):
    n: int = Field(ge=0)
    unit: Unit

    @model_validator(mode="after")
    def _whole(self) -> "AfterRelease":
        _bounded(self.n, self.unit)
        return self


class Hold(Strict):
    """Delay for law enforcement. `after_release`: the term from the end of the hold; without it: without delay."""

    allowed: bool = True
    written: bool = False  # only a written request counts
    oral_days: _Days | None = None  # an oral request counts for so many days
    longest_days: _Days | None = None
    after_release: AfterRelease | None = None
    note: Words | None = None


class Exemption(Strict):
    """What takes the duty away WHEN SHOWN. The burden lies on the organisation: a missing fact leaves it owed, and is
    asked for as something that would change the answer. `verdict`: what the duty becomes."""

    id: str
    when: Condition
    name: Words
    cite: str = ""
    verdict: Literal["not_owed", "record_only"] = "not_owed"


class Threshold(Strict):
    """How many people make the duty. `counts`:
    residents      triggered people of this jurisdiction (also: persons notified here)
    total          triggered people everywhere
    one_state      triggered people of the single state or country that has most of them (media notices)
    `unknown: owed`: the law counts a number that nobody could determine as one above."""

    op: Op
    n: int
    counts: Literal["residents", "total", "one_state"] = "residents"
    unknown: Literal["open", "owed"] = "open"


class People(Strict):
    """Whom the duty concerns. `lost: pack` is the definition in pack.yaml; `threshold: null` means one is enough."""

    lost: Literal["pack"] | PersonalInformation = "pack"
    narrow: Losses | None = None  # of the triggered people only those who lost one of these (credit monitoring)
    minors: Literal["all", "only", "without"] = "all"
    threshold: Threshold | None = None
    of: Literal["residents", "everywhere"] = "residents"


class Start(Strict):
    """One way to find the instant a clock runs from. Exactly one of these."""

    fact: str | None = None
    due_of: str | None = None  # the due time of another duty or stage, by id
    year_end_of: str | None = None  # 31 December of the year of that fact
    assumed: bool = False  # a stand-in for the event the law names: used, said so, and the event is asked for

    @model_validator(mode="after")
    def _one(self) -> "Start":
        if sum(x is not None for x in (self.fact, self.due_of, self.year_end_of)) != 1:
            raise PydanticCustomError("law_start", "a start is exactly one of: fact, due_of, year_end_of")
        return self


def _start(value: Any) -> Any:
    return {"fact": value} if isinstance(value, str) else value


def _starts(value: Any) -> Any:
    return _many(value)


Starts = Annotated[tuple[Annotated[Start, BeforeValidator(_start)], ...], BeforeValidator(_starts)]


class Calendar(Strict):
    """Whose working days. `weekend` overrides the country's own; `closed`: further days `MM-DD` of no work."""

    country: str
    subdivision: str = ""
    categories: Strings = ("public",)
    weekend: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] | None = None
    closed: Strings = ()
    without: Strings = ()  # names of holidays that do not count here
    moved: bool = False  # a holiday kept on another day is no holiday on its own (Ecuador)


class ByDate(Strict):
    """A fixed date: `{month: 2, day: 1}` after the start."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)


class Term(Strict):
    """One term: `n` of `unit` from the first start in `from` that is known (or the earliest / latest of them all).

    No `n` and no `by`: the law gives no number (`standard` says what it asks). `if`: a branch of a list of terms.
    `n_from`: the number stands in a fact, as the window of a contract does.
    """

    if_: Condition | None = Field(None, alias="if")
    n: int | None = Field(None, ge=0)
    n_from: str | None = None
    unit: Unit | None = None
    from_: Starts = Field((), alias="from")
    pick: Literal["first", "earliest", "latest"] = "first"
    first_day: Literal["excluded", "included"] = "excluded"
    roll: Literal["none", "next_business_day"] = "none"
    by: ByDate | None = None
    double_if: Condition | None = None  # twice the number under this condition
    received: bool = False  # must have arrived by then, not only been sent

    @model_validator(mode="after")
    def _whole(self) -> "Term":
        if self.n is not None and self.n_from is not None:
            raise PydanticCustomError("law_term_number", "a term has n or n_from, not both")
        numbered = self.n is not None or self.n_from is not None
        if numbered != (self.unit is not None):
            raise PydanticCustomError("law_term_unit", "a term has both n (or n_from) and unit, or neither")
        if (numbered or self.by) and not self.from_:
            raise PydanticCustomError("law_term_from", "a term with a number needs `from`")
        if self.n is not None and self.unit is not None:
            _bounded(self.n, self.unit)
        return self


class Due(Strict):
    """When. One term, or the first branch whose `if` holds, or the earliest of several. `latest` is the latest arguable
    reading: shown as an annotation, never planned on. `contested`: Reg. 1182/71 readings are added for hours."""

    terms: tuple[Term, ...] = ()
    earliest_of: tuple[Term, ...] = ()
    latest: tuple[Term, ...] = ()
    latest_note: Words | None = None
    eu_1182: bool = False  # annotate next full hour (Art 3(1)) and two working days (Art 3(5))
    zone: str = ""  # else the authority's, else the pack's
    calendar: Calendar | None = None  # else the pack's
    standard: Words | None = None


def _due(value: Any) -> Any:
    """`due: {n: 72, unit: hours, from: x, standard: ...}` is short for one term."""
    if not isinstance(value, dict):
        return value
    term = {key: value[key] for key in _TERM_KEYS if key in value}
    if not term:
        return {key: _many(v) if key in ("terms", "earliest_of", "latest") else v for key, v in value.items()}
    rest = {key: v for key, v in value.items() if key not in term}
    if "terms" in rest or "earliest_of" in rest:
        raise PydanticCustomError("law_term_twice", "write either one term or `terms` / `earliest_of`, not both")
    return {**rest, "terms": [term], **({"latest": _many(rest["latest"])} if "latest" in rest else {})}


_TERM_KEYS = ("n", "n_from", "unit", "from", "pick", "first_day", "roll", "by", "double_if", "received")
DueField = Annotated[Due, BeforeValidator(_due)]


class Source(Strict):
    url: str = ""
    what: str = ""


def _source(value: Any) -> Any:
    return (
        {"url": value}
        if isinstance(value, str) and "://" in value
        else {"what": value}
        if isinstance(value, str)
        else value
    )


Sources = tuple[Annotated[Source, BeforeValidator(_source)], ...]
Contents = tuple[Words, ...] | str  # a list of items, or the name of a set in packs/law/content.yaml


class Share(Strict):
    """A share of the turnover, in per cent. `of`: worldwide, the entity's whole revenue, or only that made here.
    `least` and `most`: bounds of the law on what it comes to."""

    low: float = 0
    high: float
    of: Literal["worldwide", "revenue", "here"]
    least: int | None = None
    most: int | None = None
    which: Literal["higher", "lower", ""] = ""  # of the share and the fixed sum; "" where the shelf does not say


class Sum(Strict):
    """What a law allows to be taken: a range, a share of turnover, or both; never one number.

    `who` pays: the organisation, one of its officials, a citizen. `kind`: a fine, or a claim of those concerned. `per`:
    the case, each person concerned, each day, each offence. `low` and `high` in whole units of `currency` (ISO 4217);
    no `high` and no `share`: the law names no ceiling.
    """

    what: Words
    who: Literal["organisation", "official", "citizen"] = "organisation"
    kind: Literal["fine", "claim"] = "fine"
    currency: str = ""
    low: Annotated[int, Field(ge=0)] = 0
    high: Annotated[int, Field(ge=0)] | None = None
    share: Share | None = None
    per: Literal["case", "person", "day", "offence"] = "case"
    prison: bool = False  # prison may come beside or instead
    confidence: Confidence

    @model_validator(mode="after")
    def _ranges(self) -> "Sum":
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise PydanticCustomError("law_currency", "a sum is in a currency of three letters")
        share = self.share or Share(high=0, of="here")
        if (self.high is not None and self.low > self.high) or share.low > share.high:
            raise PydanticCustomError("law_range", "a range goes from low to high")
        return self


class Version(Strict):
    """What the duty is from a day on; fields that are absent stay as in the duty."""

    effective: Effective
    when: Condition | None = None
    due: DueField | None = None
    people: People | None = None
    content: Contents | None = None
    notes: tuple[Words, ...] | None = None
    citation: str | None = None


class Stage(Strict):
    """A later filing of the same duty; what is absent is as in the duty. Its id is `<duty>.<id>`."""

    id: str
    ref: str
    title: Words
    kind: str | None = None
    recipient: Recipient | None = None
    when: Condition | None = None  # in addition to the duty's own
    unless: tuple[Exemption, ...] | None = None
    people: People | None = None
    due: DueField = Due()
    content: Contents | None = None
    notes: tuple[Words, ...] = ()
    citation: str | None = None
    confidence: Confidence | None = None
    held: bool | None = None


class Rule(Strict):
    """One duty: one file. `id` is its dotted path on the shelf."""

    id: str
    ref: str
    title: Text
    kind: Literal["notify", "assess", "record", "offer", "voluntary", "none"] = "notify"
    recipient: Recipient
    citation: str
    sources: Sources
    checked_on: date
    confidence: Confidence
    effective: Effective = Effective.model_validate({})
    versions: tuple[Version, ...] = ()
    not_in_force: Words | None = None  # enacted or proposed, no day set: always dormant, and why
    when: Condition = Field(default_factory=dict)  # `{}`: always
    unless: tuple[Exemption, ...] = ()
    pack_unless: Strings = ("*",)  # which exceptions of pack.yaml apply: `*` all, else ids
    people: People | None = None  # null: the duty does not depend on residents
    trigger: bool | None = None  # the pack's `trigger` and `encryption` apply (default: when `people.lost` is `pack`)
    otherwise: Literal["not_owed", "record_only"] = "not_owed"  # when `when` says no though data were breached
    due: DueField = Due()
    stages: tuple[Stage, ...] = ()
    held: bool | None = None  # law enforcement may delay it (default: individuals only)
    content: Contents = ()
    must_not_include: tuple[Words, ...] = ()
    penalty: Words | None = None
    sums: tuple[Sum, ...] = ()  # what `penalty` says, for reckoning
    penalty_table: str = ""  # a file of tiers beside the pack
    notes: tuple[Words, ...] = ()


class Applies(Strict):
    """When a legal order reaches the case: people living there, or the organisation established there, or what it is
    (`when`). One is enough. `always` for what follows no place at all."""

    residents: Strings = ()  # ISO codes, or a group (`EU`, `EEA`)
    establishments: Strings = ()
    when: Condition | None = None
    always: bool = False


def _place(code: str) -> str:
    """A code and nothing else: pages and filings are named by it."""
    if not re.fullmatch("EU|contract|[A-Z]{2}(-[A-Z0-9]{1,4})?", code):
        raise PydanticCustomError("law_place", "no code of a place")
    return code


class Pack(Strict):
    """What the duties of a legal order share."""

    id: str
    title: Text
    jurisdiction: Annotated[str, AfterValidator(_place)]
    zone: str  # IANA; of the authority
    calendar: Calendar | None = None
    version: date
    applies: Applies
    authorities: str = ""  # file of authorities beside it, for `recipient.route`
    trigger: Condition | None = None  # what makes an incident a breach here
    personal_information: PersonalInformation | None = None
    encryption: Encryption | None = None
    unless: tuple[Exemption, ...] = ()
    hold: Hold = Hold(allowed=False)
    notes: tuple[Words, ...] = ()


class Authority(Strict):
    iso: str
    name: str
    languages: Strings
    zone: str
    channel: str
    form: str = ""
    confidence: Confidence
    notes: tuple[Words, ...] = ()


class Authorities(Strict):
    checked_on: date
    sources: Sources
    list: tuple[Authority, ...]


class Tier(Strict):
    """One row of a table of penalties: when it applies and what it costs."""

    id: str
    when: Condition
    text: Words
    sums: tuple[Sum, ...] = ()
    confidence: Confidence


class Penalties(Strict):
    """`always` tiers add up; of `highest` the last one that applies stands."""

    id: str
    citation: str
    sources: Sources
    checked_on: date
    effective: Effective = Effective.model_validate({})
    always: tuple[Tier, ...] = ()
    highest: tuple[Tier, ...] = ()
    mitigates: tuple[Words, ...] = ()  # what lowers a fine or takes it away
    notes: tuple[Words, ...] = ()


def _stamp(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


Stamp = Annotated[str | None, BeforeValidator(_stamp)]


class Expect(Strict):
    """What a story expects of one duty."""

    verdict: str
    due: Stamp = None  # an instant, or the local date it begins with
    due_latest: Stamp = None
    people: int | None = None
    missing: Strings | None = None
    to: str | None = None


def _expect(value: Any) -> Any:
    return {"verdict": value} if isinstance(value, str) else value


class Story(Strict):
    """A case with the answers it must get. `kind` says which of the four every duty needs it is."""

    name: str
    kind: Literal["owed", "not_owed", "unknown", "boundary", "other"]
    at: Stamp = None
    facts: dict[str, Any]
    expect: dict[str, Annotated[Expect, BeforeValidator(_expect)]]
