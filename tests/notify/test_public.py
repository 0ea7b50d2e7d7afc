"""Texts for everybody: sorry, what is known and what is not, what to do; and nothing that must not stand in them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.shelf import BadPack, Shelf, shipped
from breachdesk.notify import readability
from breachdesk.notify.blocks import Kind, Span, texts_of
from breachdesk.notify.brief import Brief
from breachdesk.notify.check import prose_of
from breachdesk.notify.draw import Press
from breachdesk.notify.library import our_library
from breachdesk.notify.organisation import Organisation
from breachdesk.notify.public import OPEN, compose_public, everybody, load, our_pack
from breachdesk.notify.public_check import check_public, post_of
from breachdesk.notify.shapes import AskKind, Level, Notice, NoticeCheck
from tests.notify.bakery import AT, FACTS, SAID, brief, cohort

LIBRARY, PACK = our_library(), our_pack()
SPOKEN: dict[str, Any] = {
    "next_update": "2026-11-27",
    "public_notice": {"on": "2026-11-25"},
    "press_contact": {"name": "Ben Example", "phone": "+49 30 555 0199", "email": "press@example.org"},
}
PEOPLE = [
    cohort("DE", "name", "email", "card.number", count=9000),
    cohort("US-CA", "name", "gov_id.us.ssn", "email", count=3000),
    cohort("RU", "name", "phone", minor=True, count=345),
]
KINDS = tuple(PACK.kinds)


def written(
    kind: str,
    language: str,
    facts: dict[str, Any] | None = None,
    people: Any = PEOPLE,
    now: datetime = AT,
    **said: Any,
) -> tuple[Notice, dict[str, NoticeCheck]]:
    """A text and its checks by their codes."""
    ours = brief({**FACTS, **(facts or {})}, **{**SPOKEN, **said})
    notice = compose_public(kind, people, language, ours, PACK)
    return notice, {one.code: one for one in check_public(notice, ours, PACK, now=now)}


def stopped(checks: dict[str, NoticeCheck]) -> list[str]:
    return [code for code, one in checks.items() if not one.passed and one.level is Level.STOP]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"breach.exfiltration": "unknown"},
        {"breach.confidentiality": False, "breach.exfiltration": "no"},
    ],
    ids=["taken", "exposed", "lost"],
)
def test_every_text_passes_every_check_when_all_is_said(kind: str, language: str, facts: dict[str, Any]) -> None:
    notice, checks = written(kind, language, facts)
    assert [one.text("en") for one in checks.values() if not one.passed] == []
    assert {"public.acknowledgement.1", "public.clarity.2", "public.action.1", "public.hold"} <= set(checks)
    assert texts_of(notice.blocks, Kind.BLANK) == texts_of(notice.blocks, Kind.SLOT) == ()
    assert readability.passes(readability.read(prose_of(notice), language))
    limit = PACK.kinds[kind].limit
    assert limit is None or len(post_of(notice, PACK)) <= limit


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_has_said_is_blank_and_asked_for(kind: str, language: str) -> None:
    nothing = Brief(LIBRARY, Organisation(), {})
    notice = compose_public(kind, [], language, nothing, PACK)
    blanks = texts_of(notice.blocks, Kind.BLANK)
    assert blanks
    assert {ask.id for ask in notice.asks if ask.kind is AskKind.SAY} >= {"organisation.incident_page"}
    checks = {one.code: one for one in check_public(notice, nothing, PACK, now=AT)}
    assert "all.blanks" in stopped(checks)
    assert checks["all.blanks"].en.endswith("Answer what is asked for it.")
    assert "None" not in post_of(notice, PACK)


def test_what_is_open_is_told_until_it_is_answered_and_leads_to_the_facts() -> None:
    notice, _ = written("press", "en", {"breach.exfiltration": "unknown", "time.occurred": None}, exposed=None)
    post = post_of(notice, PACK)
    for name in ("taken", "begin", "how", "who", "used"):
        assert PACK.phrases["en"][f"open.{name}"] in post
    asked = {ask.id: ask for ask in notice.asks if ask.kind is AskKind.CONFIRM}
    assert {"breach.exfiltration", "time.occurred", "harm.further_use", "organisation.cause"} <= set(asked)
    assert asked["breach.exfiltration"].ru == "Скопированы ли данные?"
    known, checks = written(
        "press",
        "en",
        {"harm.further_use": False},
        cause={"en": "A guessed password."},
        acquirer={"en": "A former colleague."},
    )
    assert "None of the main questions is open today." in post_of(known, PACK)
    assert stopped(checks) == []
    assert set(PACK.open) == set(OPEN)


def test_a_number_nobody_counted_is_open_and_never_blank() -> None:
    notice, checks = written("press", "en", {"subjects.count": None})
    assert PACK.phrases["en"]["open.count"] in post_of(notice, PACK)
    assert "people are affected." not in post_of(notice, PACK)
    assert stopped(checks) == []
    counted, _ = written("press", "ru", {"subjects.count": 12345})
    assert "людей: 12 345." in post_of(counted, PACK)


@pytest.mark.parametrize(
    ("kind", "language", "said", "code", "words"),
    [
        ("press", "en", {"what_happened": {"en": "There is no evidence of misuse."}}, "all.minimising", "no evidence"),
        ("press", "en", {"measures": {"en": "The files may have been copied."}}, "all.hedging", "may have been"),
        (
            "press",
            "en",
            {"measures": {"en": "It is our fault."}},
            "public.admission",
            "our fault",
        ),
        ("press", "ru", {"measures": {"ru": "Это наша вина. Мы возместим всем ущерб."}}, "public.admission", "юристу"),
        ("press", "en", {"what_happened": {"en": "Card 4111 1111 1111 1111 was read."}}, "all.values", "full value"),
        ("press", "en", {"measures": {"en": "Мы закрыли вход в систему."}}, "all.language", "this language too"),
        ("press", "en", {"measures": {"en": "TBD"}}, "all.unfilled", "Finish your answer"),
        ("call", "ru", {"measures": {"ru": "Всего лишь небольшой сбой."}}, "all.minimising", "всего лишь"),
        ("social", "en", {"incident_page": "https://example.org/" + "a" * 200}, "public.length", "/ 280"),
        (
            "press",
            "en",
            {
                "what_happened": {
                    "en": "Unauthorised individuals subsequently utilised compromised administrative credentials "
                    "obtained through sophisticated impersonation to systematically interrogate organisational "
                    "repositories containing confidential customer information. " * 6
                }
            },
            "all.readability",
            "shorter sentences",
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(kind: str, language: str, said: Any, code: str, words: str) -> None:
    _, checks = written(kind, language, **said)
    assert not checks[code].passed
    assert words.casefold() in checks[code].text(language).casefold()
    _, clean = written(kind, language)
    assert clean[code].passed


def test_what_staff_must_not_say_is_quoted_and_no_fault() -> None:
    notice, checks = written("staff", "en")
    assert "there is no evidence" in post_of(notice, PACK)
    assert checks["all.minimising"].passed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("want", ["acknowledgement", "clarity", "action"])
def test_a_text_without_one_of_the_three_must_not_go(want: str, language: str) -> None:
    """As when counsel has changed a block: each point is missed when no sentence of the text makes it."""
    notice, _ = written("press", language)
    for number, _point in enumerate(PACK.wants[want].points):
        bare = Notice(**{name: getattr(notice, name) for name in Notice.__slots__ if name not in ("blocks", "title")},
                      title="…", blocks=tuple(without(notice)))  # fmt: skip
        checks = {one.code: one for one in check_public(bare, brief(), PACK, now=AT)}
        missed = checks[f"public.{want}.{number + 1}"]
        assert (missed.passed, missed.level) == (False, Level.STOP)
        assert PACK.wants[want].points[number].write.say(language) in missed.text(language)


def without(notice: Notice) -> Iterator[Any]:
    """Its names and numbers, none of its sentences."""
    from breachdesk.notify.blocks import Paragraph

    yield Paragraph((Span("Bakery North Ltd", Kind.NAME),), "press-head")


def test_nothing_goes_out_while_the_police_ask_to_wait() -> None:
    held = {"hold.law_enforcement": {"from": "2026-11-20", "until": None, "written": True}}
    _, checks = written("banner", "en", held)
    assert "public.hold" in stopped(checks)
    assert "Publish nothing" in checks["public.hold"].en
    until = {"hold.law_enforcement": {"from": "2026-11-20", "until": "2026-11-30", "written": True}}
    _, checks = written("banner", "ru", until)
    assert "до 30 ноября 2026 года" in checks["public.hold"].ru
    _, later = written("banner", "en", until, now=datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert later["public.hold"].passed
    _, none = written("banner", "en", {"hold.law_enforcement": None})
    assert none["public.hold"].passed


def test_a_promise_of_news_is_kept_or_told_of() -> None:
    day = datetime(2026, 11, 27, 23, tzinfo=UTC)
    assert written("press", "en", now=day)[1]["public.promise"].passed
    late = written("press", "ru", now=day.replace(day=28))[1]["public.promise"]
    assert (late.passed, late.level) == (False, Level.WARN)
    assert "27 ноября 2026 года. Скажите, что нового" in late.ru
    assert "public.promise" not in written("banner", "en", now=day.replace(day=28))[1]


def test_advice_serves_each_kind_of_data_once_and_everybody() -> None:
    notice, _ = written("press", "en")
    told = next(one for one in notice.blocks if getattr(one, "role", "") == "steps")
    words = [item.spans[0].text for item in told.items]  # type: ignore[union-attr]
    assert len(words) == 4
    assert sum("freeze" in one for one in words) == 1
    assert any("links or files" in one for one in words)


def test_everybody_is_of_one_country_or_of_none() -> None:
    assert everybody(PEOPLE, LIBRARY).residence == ""
    assert everybody([PEOPLE[0]], LIBRARY).residence == "DE"
    both = [cohort("US-CA", "name"), cohort("US-NY", "email")]
    assert everybody(both, LIBRARY).residence == "US"
    assert everybody([], LIBRARY).elements == ()
    notice, _ = written("banner", "en", people=both)
    assert "+1 800 555 0100" in post_of(notice, PACK)  # toll-free where all live in the United States
    assert "+49 30 555 0101" in post_of(written("banner", "en")[0], PACK)


@pytest.mark.parametrize("kind", KINDS)
def test_what_criminals_write_stays_text(kind: str) -> None:
    bad = "<img src=x onerror=alert(1)> {organisation.name} **x** \u202egpj\x00"
    said = {key: {"en": bad} for key in ("what_happened", "measures")} | {"incident_page": bad, "reference": bad}
    notice, _ = written(kind, "en", **said, press_contact={"name": bad, "phone": bad})
    page = Press(words=LIBRARY.phrases).html(notice)
    assert "<img" not in page
    assert "\u202e" not in page + post_of(notice, PACK)
    assert "\x00" not in post_of(notice, PACK)


# --- the pack


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("layouts.yaml", "{block: banner-sorry}", "{block: banner-glad}", "no en/banner-glad.md"),
        ("layouts.yaml", "{heading: known}", "{heading: guessed}", "no heading guessed"),
        ("wants.yaml", "posting: [acknowledgement]", "posting: [sorrow]", "no such point: sorrow"),
        ("wants.yaml", "  used: {fact", "  abused: {fact", "open: these must stand there"),
    ],
)
def test_a_pack_that_names_what_is_not_there_is_refused(
    file: str, old: str, new: str, says: str, tmp_path: Any
) -> None:
    text = (shipped() / "messages/public" / file).read_text("utf-8")
    assert old in text
    target = tmp_path / "messages/public" / file
    target.parent.mkdir(parents=True)
    target.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BadPack, match=says):
        load(Shelf(shipped(), tmp_path), LIBRARY)


def test_both_languages_have_the_same_blocks_and_holes() -> None:
    from breachdesk.notify.template import holes

    names = {block for _, block in PACK.templates}
    for name in names:
        assert holes(PACK.templates["en", name]) == holes(PACK.templates["ru", name]), name
    assert set(PACK.headings["en"]) == set(PACK.headings["ru"])
    assert set(PACK.phrases["en"]) == set(PACK.phrases["ru"])
    used = {part.block for kind in PACK.kinds.values() for part in kind.parts}
    postings = {f"posting-{part.block}" for layout in LIBRARY.layouts.values() for part in layout.parts}
    assert names <= used | postings | {PACK.posting.free_call}
    assert SAID["incident_page"]
