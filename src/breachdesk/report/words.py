"""The words of the page: one pack per language (packs/messages/report), plurals by CLDR rules, numbers, dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, get_timezone_location
from babel.numbers import format_decimal
from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict

from breachdesk.ground.shelf import BadPack, Shelf
from breachdesk.report.shapes import Certainty

_CATEGORIES = frozenset({"zero", "one", "two", "few", "many", "other"})
_FAR = timedelta(days=180)
_HELD = "\u00a0"  # a space that never ends a line
Saying = str | dict[str, str]


class _Pack(BaseModel):
    """The frame every language file has; below it any tree of sentences."""

    model_config = ConfigDict(extra="allow")
    language: str
    direction: str
    dates: dict[str, str]
    left: dict[str, Any]


def read(shelf: Shelf, language: str) -> "Words":
    """The words of one language. Raises BadPack when the file is missing or a sentence lacks the forms it needs."""
    path = f"messages/report/{language}.yaml"
    return _checked(path, language, _Pack.model_validate(shelf.data(path)).model_dump())


def read_sayings(shelf: Shelf, path: str, language: str) -> "Words":
    """Any tree of sentences of one language, as `messages/cli/en.yaml`. Raises BadPack as `read` does."""
    return _checked(path, language, shelf.data(path))


def _checked(path: str, language: str, tree: Mapping[str, Any]) -> "Words":
    sayings = dict(_flatten(tree, ""))
    needed = set(Locale.parse(language).plural_form.tags) | {"other"}
    for key, saying in sayings.items():
        if isinstance(saying, dict) and set(saying) != needed:
            raise BadPack(f"packs: {path}: {key} needs the forms {', '.join(sorted(needed))}")
    return Words(language, sayings)


def _flatten(tree: Mapping[str, Any], under: str) -> Any:
    for key, value in tree.items():
        name = f"{under}{key}"
        if isinstance(value, dict) and not set(value) <= _CATEGORIES:
            yield from _flatten(value, f"{name}.")
        else:
            yield name, value


@dataclass(frozen=True)
class Words:
    """`say` gives plain text, `mark` text whose Markup values stay marked up. `n` chooses the plural form."""

    language: str
    sayings: Mapping[str, Saying]

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse(self.language)

    def __contains__(self, key: str) -> bool:
        return key in self.sayings

    def _form(self, key: str, n: int | None) -> str:
        saying = self.sayings[key]
        if isinstance(saying, str):
            return saying
        return saying[self.locale.plural_form(n if n is not None else 0)]

    def say(self, key: str, n: int | None = None, /, **values: object) -> str:
        if n is not None:
            values.setdefault("n", self.number(n))
            values.setdefault("count", self.number(n))
        return self._form(key, n).format(**values)

    def mark(self, key: str, n: int | None = None, /, **values: object) -> Markup:
        if n is not None:
            values.setdefault("n", self.number(n))
            values.setdefault("count", self.number(n))
        return Markup(escape(self._form(key, n))).format(**values)  # noqa: S704  # nosec B704 - all escaped

    def pick(self, text: Mapping[str, str], otherwise: str = "") -> str:
        """The text of this language, else English, else any."""
        return text.get(self.language) or text.get("en") or next(iter(text.values()), otherwise)

    # --- numbers

    def number(self, value: float) -> str:
        return _number(value, self.language)

    def score(self, value: float) -> str:
        return str(format_decimal(value, format="0.##", locale=self.locale))

    def counted(self, value: int, certainty: Certainty = Certainty.COUNTED) -> Markup:
        """A number in the typographic form of its certainty."""
        before = {Certainty.COUNTED: "", Certainty.ESTIMATED: "≈ ", Certainty.POSSIBLE: "+ "}[certainty]
        return Markup('<b class="n {}">{}{}</b>').format(certainty.value, before, self.number(value))

    # --- time

    def moment(self, instant: datetime, *, seen_from: datetime | None = None) -> str:
        """`Fri 21 Nov, 18:05` in the zone of the instant; with the year when it is far away."""
        far = seen_from is not None and abs(instant - seen_from) > _FAR
        return self._dated("moment_year" if far else "moment", instant)

    def placed(self, instant: datetime, *, seen_from: datetime | None = None) -> str:
        """The moment with its place: `Fri 21 Nov, 18:05 Moscow`."""
        place = self.place(instant)
        moment = self.moment(instant, seen_from=seen_from)
        return self.say("dates.placed", moment=moment, place=place.replace(" ", _HELD)) if place else moment

    def both(self, instant: datetime, *, seen_from: datetime | None = None) -> str:
        """Local and UTC: `Fri 21 Nov, 18:05 Moscow (15:05 UTC)`."""
        placed, utc = self.placed(instant, seen_from=seen_from), self.utc(instant)
        return self.say("dates.both", placed=placed, utc=utc) if utc else placed

    def utc(self, instant: datetime) -> str:
        """`15:05 UTC`, with its day when that differs from the local one; "" when it is told in UTC already."""
        there = instant.astimezone(UTC)
        if instant.utcoffset() == timedelta(0) and self.place(instant) == "UTC":
            return ""
        key = "clock" if there.date() == instant.date() else "day_clock"
        return self.say("dates.utc", clock=self._dated(key, there)).replace(" UTC", f"{_HELD}UTC")

    def day(self, instant: datetime) -> str:
        """`19 November 2026`: on a narrow page the line may end before the year, never elsewhere."""
        day, month, *year = self._dated("day", instant).split(_HELD)
        return f"{day}{_HELD}{month} {_HELD.join(year)}"

    def first_day(self, began: datetime, ended: datetime) -> str:
        """The first day of a period, without what its last day says anyway: `11` of `11 and 19 November 2026`."""
        if began.year != ended.year:
            return self.day(began)
        return self._dated("day_only" if began.month == ended.month else "day_month", began)

    def _dated(self, pattern: str, instant: datetime) -> str:
        form = str(self.sayings[f"dates.{pattern}"])
        text = str(format_datetime(instant.replace(tzinfo=None), form, locale=self.locale))
        day, comma, clock = text.replace(" ", _HELD).rpartition(f",{_HELD}")
        return f"{day}, {clock}" if comma else clock  # a line may end before the clock, never inside a date

    def place(self, instant: datetime) -> str:
        return _city(instant.tzinfo, self.locale) or _offset(instant)

    def left(self, due: datetime, now: datetime, *, sure: bool = True) -> str:
        """`in 5 h 12 min`, `6 h late`; what may not be owed at all is not late: `6 h ago`."""
        minutes = int((due - now).total_seconds() // 60)
        if due >= now:
            return self.say("left.in", span=self.span(minutes))
        return self.say("left.late" if sure else "left.ago", span=self.span(int((now - due).total_seconds() // 60)))

    def span(self, minutes: int) -> str:
        return self._span(minutes).replace(" ", _HELD)

    def _span(self, minutes: int) -> str:
        if minutes < 60:
            return self.say("left.minutes", n=minutes)
        hours, rest = divmod(minutes, 60)
        if hours < 12 and rest:
            return self.say("left.hours_minutes", h=hours, m=rest)
        if hours < 72:
            return self.say("left.hours", n=hours)
        return self.say("left.days", hours // 24)


@lru_cache(maxsize=4096, typed=True)
def _number(value: float, language: str) -> str:
    """A page writes the same few hundred numbers again and again."""
    return str(format_decimal(value, locale=Locale.parse(language)))


def _city(zone: tzinfo | None, locale: Locale) -> str:
    if not isinstance(zone, ZoneInfo) or "/" not in zone.key or zone.key.startswith("Etc/"):
        return ""
    return str(get_timezone_location(zone, locale=locale, return_city=True))


def _offset(instant: datetime) -> str:
    offset = instant.utcoffset()
    if not offset:
        return "UTC"
    minutes = int(offset.total_seconds() // 60)
    sign = "+" if minutes > 0 else "−"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")
