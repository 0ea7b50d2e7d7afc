"""The words of the page: both languages whole, plurals and dates as they are said."""

import string
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.ground.shelf import BadPack, Shelf, our_shelf
from breachdesk.ground.visible import visible
from breachdesk.report import words
from breachdesk.report.shapes import Certainty

EN, RU = words.read(our_shelf(), "en"), words.read(our_shelf(), "ru")
NOW = datetime(2026, 11, 21, 12, 53, tzinfo=ZoneInfo("Europe/Moscow"))


def places(saying) -> set[str]:
    forms = [saying] if isinstance(saying, str) else saying.values()
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_both_languages_have_the_same_sentences_with_the_same_places():
    assert set(EN.sayings) == set(RU.sayings)
    for key, saying in EN.sayings.items():
        if key.startswith("dates.") and "{" not in str(saying):
            continue
        known = places(saying) | places(RU.sayings[key])
        missing = (known - places(RU.sayings[key])) | (known - places(saying))
        assert missing <= {"n", "count", "first", "last", "duties", "records", "partly", "unreadable"}, key


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "Возникло 0 обязанностей"),
        (1, "Возникла 1 обязанность"),
        (2, "Возникли 2 обязанности"),
        (5, "Возникло 5 обязанностей"),
        (11, "Возникло 11 обязанностей"),
        (12, "Возникло 12 обязанностей"),
        (21, "Возникла 21 обязанность"),
        (22, "Возникли 22 обязанности"),
        (25, "Возникло 25 обязанностей"),
        (111, "Возникло 111 обязанностей"),
        (121, "Возникла 121 обязанность"),
    ],
)
def test_russian_counts_duties_as_russian_does(n, said):
    assert RU.say("duty_line.owed", n) == said


@pytest.mark.parametrize(("n", "said"), [(0, "0 people"), (1, "1 person"), (2, "2 people"), (21, "21 people")])
def test_english_counts_people_as_english_does(n, said):
    assert EN.say("duties.people", n) == said


@pytest.mark.parametrize(
    ("ahead", "english", "russian"),
    [
        (timedelta(minutes=12), "in 12 min", "через 12 мин"),
        (timedelta(hours=5, minutes=12), "in 5 h 12 min", "через 5 ч 12 мин"),
        (timedelta(hours=6), "in 6 h", "через 6 ч"),
        (timedelta(hours=53, minutes=12), "in 53 h", "через 53 ч"),
        (timedelta(days=3), "in 3 days", "через 3 дня"),
        (timedelta(days=21, hours=5), "in 21 days", "через 21 день"),
        (timedelta(days=30), "in 30 days", "через 30 дней"),
        (-timedelta(hours=48), "48 h late", "просрочено на 48 ч"),
        (-timedelta(minutes=1), "1 min late", "просрочено на 1 мин"),
        (timedelta(0), "in 0 min", "через 0 мин"),
    ],
)
def test_time_left_is_told_in_the_unit_that_helps(ahead, english, russian):
    assert EN.left(NOW + ahead, NOW).replace("\u00a0", " ") == english
    assert RU.left(NOW + ahead, NOW).replace("\u00a0", " ") == russian


@pytest.mark.parametrize(
    ("instant", "english", "russian"),
    [
        (
            datetime(2026, 11, 20, 18, 0, tzinfo=ZoneInfo("Europe/Berlin")),
            "Fri 20 Nov, 18:00 Berlin (17:00 UTC)",
            "пт, 20 ноября, 18:00 (Берлин) · 17:00 UTC",
        ),
        (
            datetime(2026, 11, 20, 23, 59, 59, tzinfo=ZoneInfo("America/Los_Angeles")),
            "Fri 20 Nov, 23:59 Los Angeles (Sat 21 Nov, 07:59 UTC)",
            "пт, 20 ноября, 23:59 (Лос-Анджелес) · сб, 21 ноября, 07:59 UTC",
        ),
        (datetime(2026, 11, 20, 9, 0, tzinfo=UTC), "Fri 20 Nov, 09:00 UTC", "пт, 20 ноября, 09:00 (UTC)"),
        (
            datetime.fromisoformat("2026-11-20T09:30:00+05:30"),
            "Fri 20 Nov, 09:30 UTC+5:30 (04:00 UTC)",
            "пт, 20 ноября, 09:30 (UTC+5:30) · 04:00 UTC",
        ),
        (
            datetime(2027, 8, 1, 12, 0, tzinfo=ZoneInfo("Asia/Singapore")),
            "Sun 1 Aug 2027, 12:00 Singapore (04:00 UTC)",
            "вс, 1 августа 2027, 12:00 (Сингапур) · 04:00 UTC",
        ),
    ],
)
def test_a_moment_is_told_at_its_place_and_in_utc(instant, english, russian):
    assert EN.both(instant, seen_from=NOW).replace("\u00a0", " ") == english
    assert RU.both(instant, seen_from=NOW).replace("\u00a0", " ") == russian


def test_a_line_ends_before_the_clock_never_inside_a_date():
    instant = datetime(2026, 11, 20, 18, 0, tzinfo=ZoneInfo("Europe/Moscow"))
    assert RU.moment(instant).split(" ") == ["пт,\u00a020\u00a0ноября,", "18:00"]
    assert EN.moment(instant).split(" ") == ["Fri\u00a020\u00a0Nov,", "18:00"]
    assert EN.day(instant).split(" ") == ["20\u00a0November", "2026"]
    assert RU.day(instant).split(" ") == ["20\u00a0ноября", "2026\u00a0года"]  # a phone is narrower than the whole


def test_each_certainty_has_its_own_form_and_not_by_colour_alone():
    forms = {str(EN.counted(1200, certainty)) for certainty in Certainty}
    assert forms == {
        '<b class="n counted">1,200</b>',
        '<b class="n estimated">≈ 1,200</b>',
        '<b class="n possible">+ 1,200</b>',
    }


def test_a_sentence_that_lacks_a_plural_form_is_refused(tmp_path):
    folder = tmp_path / "messages/report"
    folder.mkdir(parents=True)
    text = our_shelf().text("messages/report/ru.yaml")
    assert "few: " in text
    (folder / "ru.yaml").write_text(text.replace('few: "{n} дня", ', ""), encoding="utf-8")
    with pytest.raises(BadPack, match=r"left\.days"):
        words.read(Shelf(*our_shelf().folders, tmp_path), "ru")


def test_values_are_escaped_in_marked_sentences():
    assert "<b>" not in str(EN.mark("people.loss", 2, element="<b>x", count=EN.counted(2))).replace('<b class="n', "")


@given(st.text(max_size=300))
def test_what_is_made_visible_has_no_unseen_character(text):
    shown = visible(text)
    assert all(letter.isprintable() or letter in "\u00a0" or letter.isspace() for letter in shown)
    if text.isascii() and text.isprintable() and len(text) <= 240:
        assert shown == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"),
        ("a\x00b", "a⟨U+0000⟩b"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("a\ud800b", "a⟨U+D800⟩b"),
        ("Имя, 名前", "Имя, 名前"),
        ("a\nb", "a b"),
    ],
)
def test_hidden_characters_are_shown(text, shown):
    assert visible(text) == shown
