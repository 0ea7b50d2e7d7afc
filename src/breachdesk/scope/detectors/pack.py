"""What a detector file may say (packs/detectors/**/*.yaml). Read once, then turned into `Detector`."""

import re
from functools import lru_cache
from typing import Annotated, Any, Literal

import re2
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from breachdesk.scope.detectors.checks import CHECKS

Share = Annotated[float, Field(ge=0, le=1)]
_TERMS = "{terms}"
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=80)]


def _linear(pattern: str | None) -> str | None:
    """Only patterns that RE2 takes: linear time on whatever a criminal wrote."""
    if pattern is not None:
        try:
            compiled(pattern)
        except re2.error as error:
            raise ValueError(f"not an RE2 pattern: {error}") from error
    return pattern


def _term(term: str) -> str:
    """`multiple sclero*` as a pattern."""
    return r"\s+".join(re.escape(word.removesuffix("*")) + r"\pL*" * word.endswith("*") for word in term.split())


def _anchor(term: str) -> str:
    """Its longest word, whatever the case; the rest is left to the pattern."""
    return "(?i)" + re.escape(max((word.removesuffix("*") for word in term.split()), key=len))


def _filled(value: Any, every: str) -> Any:
    return value.replace(_TERMS, every) if isinstance(value, str) else value


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    """An RE2 pattern with room for large automata. Raises re2.error when it is none."""
    options = re2.Options()
    options.max_mem = 64 << 20
    options.log_errors = False
    return re2.compile(pattern, options)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeaderPack(_Strict):
    """Words of column names. `words` name the element by themselves, `hints` only when the values agree, `never` means
    something else whatever the values. Lower case, words apart: `card number` finds CardNumber and card_number."""

    words: tuple[Phrase, ...] = ()
    hints: tuple[Phrase, ...] = ()
    never: tuple[Phrase, ...] = ()


class ValuesPack(_Strict):
    """How whole cells look. `pattern` is strict, `shape` what a true header lets through; `check` a named check;
    `words` a word list beside this pack. The shares say how much of a column must agree: `alone` with no header at all
    (absent: never), `hint` under a hint, `least` under a naming header. `certain`: right whatever the header.
    `alone_needs: no_thing`: without a header not in tables about things, whose codes look alike. `yields`: so loose
    that even under its own header it gives way to values that another check knows. `kinds`: sorts of value that the
    reason names (bcrypt, MD5)."""

    pattern: str | None = None
    shape: str | None = None
    longest: Annotated[int, Field(ge=1)] = 1024
    check: str | None = None
    words: str | None = None
    alone: Share | None = None
    whole: Share = 0.9
    hint: Share = 0.6
    least: Share = 0.3
    spread: Literal["births", "serial", "none"] = "none"
    certain: bool = False
    alone_needs: Literal["", "no_thing"] = ""
    yields: bool = False
    kinds: dict[Phrase, str] = {}

    _linear = field_validator("pattern", "shape")(staticmethod(_linear))

    @field_validator("kinds")
    @classmethod
    def _linear_kinds(cls, kinds: dict[str, str]) -> dict[str, str]:
        for pattern in kinds.values():
            _linear(pattern)
        return kinds

    @field_validator("pattern", "shape")
    @classmethod
    def _small(cls, pattern: str | None) -> str | None:
        """Large bounded repeats make automata that are twenty times slower."""
        if pattern is not None and any(int(most) > 40 for most in re.findall(r"\{[0-9]+,([0-9]+)\}", pattern)):
            raise ValueError("repeats bounded above 40 are slow: leave the bound out and set `longest` (characters)")
        return pattern

    @field_validator("check")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name is not None and name not in CHECKS:
            raise ValueError(f"no check is called {name}; there are {', '.join(sorted(CHECKS))}")
        return name


class TextPack(_Strict):
    """How it looks inside running text. `anchors` are cheap hyperscan patterns that find the places worth a look;
    `pattern` then takes the value (the group that matched, when it has groups). `hotwords` near by make it surer, or
    are needed (`mail_speaks`: a mail address within reach stands in for them, as in rows pasted into a letter);
    `coldwords` just before it speak against it, `coldwords_after` when they follow at once (`cancer charity`).
    `needs: no_thing`: not in tables about things (what a product is good for is nobody's illness)."""

    anchors: tuple[Annotated[str, StringConstraints(min_length=2, max_length=300)], ...]
    pattern: str
    check: str | None = None
    hotwords: tuple[Phrase, ...] = ()
    hotword_needed: bool = False
    mail_speaks: bool = False
    coldwords: tuple[Phrase, ...] = ()
    coldwords_after: tuple[Phrase, ...] = ()
    words: str | None = None
    reach: Annotated[int, Field(ge=0, le=400)] = 60
    confidence: Share = 0.8
    prose_only: bool = False
    needs: Literal["", "no_thing"] = ""

    _linear = field_validator("pattern")(staticmethod(_linear))


class ColumnExample(_Strict):
    header: str
    values: tuple[str, ...]
    table: str = ""
    beside: tuple[str, ...] = ()


class TextExample(_Strict):
    text: str
    found: tuple[str, ...] = ()


class ExamplesPack(_Strict):
    hits: tuple[ColumnExample | TextExample, ...]
    misses: tuple[ColumnExample | TextExample, ...]


class DetectorPack(_Strict):
    """One detector. `terms`: words or beginnings of words (`diabet*`) that a pattern may name as `{terms}`."""

    id: str
    element: str
    role: str = ""
    country: str = ""
    group: str = ""
    needs: Literal["", "person", "no_thing", "talk"] = ""
    confidence: Share = 0.9
    rank: int = 0
    terms: tuple[Phrase, ...] = ()
    header: HeaderPack = HeaderPack()
    values: ValuesPack | None = None
    text: TextPack | None = None
    examples: ExamplesPack

    @model_validator(mode="before")
    @classmethod
    def _spelt_out(cls, raw: Any) -> Any:
        """`{terms}` in a pattern stands for all of them, as an anchor for one anchor each."""
        if not isinstance(raw, dict) or not raw.get("terms"):
            return raw
        terms = [str(term) for term in raw["terms"]]
        every = "|".join(_term(term) for term in sorted(terms, key=len, reverse=True))
        raw = dict(raw)
        if isinstance(values := raw.get("values"), dict):
            raw["values"] = {key: _filled(value, every) for key, value in values.items()}
        if isinstance(text := raw.get("text"), dict):
            raw["text"] = {key: _filled(value, every) for key, value in text.items()}
            raw["text"]["anchors"] = [
                one
                for anchor in text.get("anchors", ())
                for one in ([_anchor(term) for term in terms] if anchor == _TERMS else [anchor])
            ]
        return raw


class ContextPack(_Strict):
    """packs/detectors/context.yaml: words that say what a table or a column is about."""

    person_tables: tuple[Phrase, ...]
    thing_tables: tuple[Phrase, ...]
    talk_tables: tuple[Phrase, ...]
    thing_headers: tuple[Phrase, ...]
    person_headers: tuple[Phrase, ...]
    property_headers: tuple[Phrase, ...]
    key_headers: tuple[Phrase, ...]
    opaque_headers: tuple[Phrase, ...]
    bare_headers: tuple[Phrase, ...]
    blanks: tuple[Phrase, ...]
