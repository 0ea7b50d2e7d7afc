"""The exposure timeline: since when, how long, what was touched; readable when a month is quiet and a night is full."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import breachdesk.report
from breachdesk.ground.shelf import our_shelf
from breachdesk.report.pictures.axis import axis
from breachdesk.report.pictures.happenings import Happening, Kind, draw, exposure, finding, in_order, key, window
from breachdesk.report.words import read
from tests.report.drawing import description, forms, outside, overlapping, shown

EN, RU = read(our_shelf(), "en"), read(our_shelf(), "ru")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 12, 53, tzinfo=UTC)
LOOK = Path(breachdesk.report.__file__).parent / "look"


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


STORY = [
    Happening(at(20, 19, 30), at(20, 22), "", "Accounts closed", Kind.CONTAINMENT),
    Happening(at(11, 1, 12), None, "vpn", "Sign-in with a stolen password", Kind.FIRST_ACCESS),
    Happening(at(18, 22, 10), None, "web-01", "Tool placed", Kind.ACT),
    Happening(at(18, 22, 40), at(19, 3), "customer-db", "Table copied", Kind.ACT),
    Happening(at(19, 3, 40), None, "backup", "Backups listed", Kind.ACT, sure=False),
    Happening(at(20, 8, 15), None, "", "Alert from the provider", Kind.DISCOVERY),
    Happening(at(20, 17, 5), None, "", "Case confirmed", Kind.AWARE),
    Happening(at(21, 9), None, "", "First notice", Kind.NOTICE),
    Happening(at(21, 14), None, "web-01", "Image taken", Kind.OTHER),
]
NIGHT = [
    Happening(at(3, 21) + timedelta(minutes=7 * i), None, f"host-{i % 4}", f"Act number {i} of a long night", Kind.ACT)
    for i in range(500)
]


@pytest.mark.parametrize("words", [EN, RU], ids=["en", "ru"])
@pytest.mark.parametrize("story", [STORY, STORY[:1], STORY[1:2], NIGHT], ids=["story", "closed", "one", "500"])
def test_no_label_lies_on_another_or_leaves_the_picture(words, story):
    for form in forms(draw(story, words, NOW, BERLIN)):
        assert overlapping(form) == []
        assert outside(form) == []


def test_nothing_noted_draws_nothing_and_says_so():
    assert draw([], EN, NOW, BERLIN) == ""
    assert finding([], EN, NOW, BERLIN) == "Nothing has been noted yet."
    assert finding([], RU, NOW, BERLIN) == "Пока ничего не отмечено."


def test_every_happening_has_one_mark_of_its_kind():
    wide, narrow = forms(draw(STORY, EN, NOW, BERLIN))
    for form in (wide, narrow):
        marks = [mark.attributes["class"].split()[1] for mark in form.with_class("happening")]
        assert sorted(marks) == sorted(one.kind for one in STORY)
    assert len(wide.with_class("span")) == 2
    assert len(wide.with_class("unsure")) == 1


def test_lanes_begin_with_the_case_and_follow_the_attacker():
    wide, _ = forms(draw(STORY, EN, NOW, BERLIN))
    assert [shown(lane) for lane in wide.with_class("t-lane")] == [
        "The case", "vpn", "web-01", "customer-db", "backup",
    ]  # fmt: skip


def test_a_long_silence_is_drawn_short_and_the_order_of_time_is_kept():
    line = axis(
        [at(1), at(28, 21), at(28, 22), at(28, 23), at(29, 1)], 0, 900, lambda _: 60, least=timedelta(minutes=1)
    )
    assert len(line.silences) == 1
    places = [line.x(moment) for moment in (at(1), at(15), at(28, 21), at(28, 22), at(28, 23), at(29, 1))]
    assert places == sorted(places)
    assert places[2] - places[0] < 100
    assert places[4] - places[3] == pytest.approx(places[3] - places[2])
    assert places[3] - places[2] > 150


def test_an_even_story_stays_true_to_scale():
    line = axis([at(day) for day in range(1, 20)], 0, 900, lambda _: 60, least=timedelta(minutes=1))
    assert line.silences == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_whatever_happened_stands_on_the_axis_in_its_order(seconds):
    instants = sorted(datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=n) for n in seconds)
    line = axis(instants, 100, 1000, lambda _: 60, least=timedelta(minutes=10))
    places = [line.x(instant) for instant in instants]
    assert places == sorted(places)
    assert all(100 <= place <= 1000 for place in places)


def test_breaks_say_how_long_the_silence_was():
    wide, narrow = forms(draw(STORY, EN, NOW, BERLIN))
    assert len(wide.with_class("break")) == len(wide.with_class("silence")) == 2
    for form in (wide, narrow):
        assert "7 days" in [shown(text).replace("\u00a0", " ") for text in form.with_class("t-tick")]


def test_the_text_says_first_access_discovery_and_the_length_of_the_exposure():
    said = description(forms(draw(STORY, EN, NOW, BERLIN))[0])
    assert said == (
        "First access: Wed 11 Nov, 02:12 Berlin. Discovered: Fri 20 Nov, 09:15 Berlin, 9 days later. "
        "The exposure lasted 9 days, until it was contained: Fri 20 Nov, 23:00 Berlin. "
        "4 systems were touched: vpn, web-01, customer-db, backup."
    )
    russian = description(forms(draw(STORY, RU, NOW, BERLIN))[0])
    assert "Первый доступ: ср, 11 ноября, 02:12 (Берлин)." in russian
    assert "Данные были открыты 9 дней" in russian


@pytest.mark.parametrize(
    ("change", "ended"),
    [
        ([], at(20, 22)),
        ([Happening(at(20, 23), None, "vpn", "Back again", Kind.ACT)], None),
        ([Happening(at(21, 1), None, "", "Closed again", Kind.CONTAINMENT)], at(21, 1)),
    ],
    ids=["contained", "an act thereafter", "contained again"],
)
def test_exposure_ends_with_containment_unless_an_act_follows(change, ended):
    found = exposure([*STORY, *change])
    assert found is not None
    assert (found.began, found.ended) == (at(11, 1, 12), ended)


def test_systems_contained_one_by_one_end_it_only_when_all_are():
    lanes = ["vpn", "web-01", "customer-db", "backup"]
    acts = [one for one in STORY if one.kind in (Kind.FIRST_ACCESS, Kind.ACT)]
    closed = [Happening(at(20, hour), None, lane, "Cut off", Kind.CONTAINMENT) for hour, lane in enumerate(lanes, 10)]
    some, every = exposure(acts + closed[:3]), exposure(acts + closed)
    assert some is not None
    assert every is not None
    assert (some.ended, every.ended) == (None, at(20, 13))


def test_an_unknown_beginning_and_an_unsure_one_are_said():
    assert finding(STORY[5:7], EN, NOW, BERLIN).startswith("When access began is not known yet.")
    assert finding(STORY[2:3], EN, NOW, BERLIN).startswith("When access began is not known; the first act known:")
    unsure = [replace(STORY[1], sure=False)]
    assert finding(unsure, EN, NOW, BERLIN).startswith("First access, not certain:")
    assert "Not contained yet: the exposure has lasted 10 days until now." in finding(unsure, EN, NOW, BERLIN).replace(
        "\u00a0", " "
    )


def test_the_present_is_drawn_only_within_what_is_seen():
    assert forms(draw(STORY, EN, NOW, BERLIN))[0].with_class("present")
    assert not forms(draw(STORY, EN, at(30), BERLIN))[0].with_class("present")
    assert forms(draw(STORY[1:3], EN, NOW, BERLIN))[0].with_class("present"), "not contained: it lasts until now"


def test_a_window_keeps_what_overlaps():
    night = window(STORY, at(19), at(19, 3, 20))
    assert [one.title for one in night] == ["Table copied"]
    assert window(STORY, at(22), at(23)) == []
    assert window(STORY, at(20, 22), at(20, 23))[0].kind is Kind.CONTAINMENT


def test_zoom_keeps_the_finding_and_the_numbers_of_the_whole():
    whole = draw(NIGHT, EN, NOW, BERLIN)
    part = draw(NIGHT, EN, NOW, BERLIN, start=at(4), end=at(4, 12))
    assert description(forms(part)[0]) == description(forms(whole)[0])
    numbered = in_order(NIGHT)
    for text in forms(part)[0].with_class("t-happening"):
        if shown(text).isdigit():
            assert numbered[int(shown(text)) - 1].title == text.all("title")[0].text()
    assert draw(NIGHT, EN, NOW, BERLIN, start=at(1), end=at(2)) == ""


def test_a_crowd_falls_back_to_numbers_then_to_strokes_and_says_so():
    wide, narrow = forms(draw(NIGHT, EN, NOW, BERLIN))
    said = [shown(text) for text in wide.with_class("t-happening")]
    strokes = len(wide.with_class("stroke"))
    assert len(said) + strokes == len(NIGHT)
    assert any(one.isdigit() for one in said)
    assert f"{strokes} marks stand without words" in wide.text()
    assert "and 460 more, in the table" in narrow.text()


def test_hostile_titles_are_shown_not_obeyed():
    evil = "</svg><script>alert(1)</script>\u202egpj.exe & \x00"
    picture = draw([replace(one, title=evil, lane=evil) for one in STORY[:4]], EN, NOW, BERLIN)
    assert "<script" not in picture
    assert "\u202e" not in picture
    assert "\x00" not in picture
    for form in forms(picture):
        assert overlapping(form) == []
        assert outside(form) == []


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_the_calendar_break_nothing(moment):
    for form in forms(draw([*STORY, Happening(moment, None, "x", "y", Kind.OTHER)], EN, NOW, BERLIN)):
        assert overlapping(form) == []


def test_the_legend_names_the_shapes_there_are():
    assert [said for _, said in key(EN, STORY[1:2])] == ["first access"]
    assert key(EN, STORY)[-1][1] == "hollow: not certain"


def test_the_style_of_the_maps_names_no_colour_and_only_tokens_there_are():
    style, tokens = ((LOOK / name).read_text(encoding="utf-8") for name in ("maps.css", "tokens.css"))
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", style) == []
    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", style)) <= set(re.findall(r"--([a-z0-9-]+):", tokens))
