"""calendar.ics: read back by a small parser of its own, not by the code that wrote it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.ground.shelf import our_shelf
from breachdesk.law.shapes import Verdict
from breachdesk.report import calendar, words
from tests.report import crowd
from tests.report.bakery import NOW, duties, duty

EN, RU = words.read(our_shelf(), "en"), words.read(our_shelf(), "ru")


def unfolded(raw: bytes) -> list[str]:
    """RFC 5545 3.1: CRLF ends a line, CRLF and one space or tab continue it."""
    assert raw.endswith(b"\r\n")
    lines: list[bytes] = []
    for line in raw[:-2].split(b"\r\n"):
        assert b"\n" not in line
        assert b"\r" not in line
        assert len(line) <= 75
        line.decode()  # no character is cut
        if line[:1] in (b" ", b"\t"):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return [line.decode() for line in lines]


def parse(raw: bytes) -> dict:
    """Components as nested dictionaries: properties by name, children by component name."""
    root: dict = {"children": []}
    stack = [root]
    for line in unfolded(raw):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            stack.append({"name": value, "children": []})
            stack[-2]["children"].append(stack[-1])
        elif name == "END":
            assert stack.pop()["name"] == value
        else:
            stack[-1][name] = value
    assert len(stack) == 1
    (calendar_,) = root["children"]
    return calendar_


def plain(text: str) -> str:
    out, escaped = [], False
    for letter in text:
        if escaped:
            out.append("\n" if letter in "nN" else letter)
            escaped = False
        elif letter == "\\":
            escaped = True
        else:
            assert letter not in ";,"
            out.append(letter)
    assert not escaped
    return "".join(out)


def relative(trigger: str) -> timedelta:
    """A DURATION of RFC 5545 3.3.6, as far as alarms need it."""
    sign, hours, minutes, seconds = re.fullmatch(r"([+-]?)PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", trigger).groups("0")
    span = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
    return -span if sign == "-" else span


def events(raw: bytes) -> list[dict]:
    return [child for child in parse(raw)["children"] if child["name"] == "VEVENT"]


def test_each_owed_duty_with_a_date_is_one_event_at_its_utc_time():
    found = events(calendar.write("Bakery North", duties(), NOW, EN))
    wanted = sorted(
        one.due.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        for one in duties()
        if one.verdict is Verdict.OWED and one.due
    )
    assert [event["DTSTART"] for event in found] == wanted
    assert "20261121T150500Z" in wanted


def test_what_is_unknown_held_or_without_a_date_is_no_event():
    titles = {plain(event["SUMMARY"]) for event in events(calendar.write("B", duties(), NOW, EN))}
    assert not titles & {"Report to the ANPD", "Tell the people of Illinois", "Tell the people concerned"}


def test_the_uid_stays_when_the_date_moves_and_differs_between_duties_and_cases():
    one = duty("eu.x", "One", due=NOW)
    moved = duty("eu.x", "One, said better", due=NOW + timedelta(days=2))
    assert calendar.uid("case", one) == calendar.uid("case", moved)
    assert calendar.uid("case", one) != calendar.uid("case", duty("eu.y", "One", due=NOW))
    assert calendar.uid("case", one) != calendar.uid("other", one)


def test_alarms_ring_half_way_a_day_before_three_hours_before_and_at_the_end():
    due = NOW + timedelta(hours=72)
    (event,) = events(calendar.write("B", [duty("eu.x", "X", due=due)], NOW, EN))
    rings = [due + relative(child["TRIGGER"]) for child in event["children"]]
    assert rings == [NOW + timedelta(hours=36), due - timedelta(hours=24), due - timedelta(hours=3), due]
    assert all(child["ACTION"] == "DISPLAY" and child["DESCRIPTION"] for child in event["children"])


def test_alarms_that_are_past_do_not_ring():
    (event,) = events(calendar.write("B", [duty("eu.x", "X", due=NOW - timedelta(hours=1))], NOW, EN))
    assert event["children"] == []


@pytest.mark.parametrize("language", [EN, RU], ids=["en", "ru"])
def test_the_description_says_whom_by_which_law_and_that_it_is_no_advice(language):
    (event,) = events(calendar.write("B", [duty("eu.x", "X", due=NOW)], NOW, language))
    told = plain(event["DESCRIPTION"])
    assert "Supervisory authority" in told
    assert "Act on eu.x, section 1" in told
    assert "eu.x" in told


@given(st.text())
def test_any_title_is_folded_and_escaped_so_that_it_reads_back(title):
    (event,) = events(calendar.write("B", [duty("eu.x", title or "x", due=NOW)], NOW, EN))
    fields = "name children UID DTSTAMP SEQUENCE DTSTART SUMMARY DESCRIPTION CLASS TRANSP"
    assert set(event) == set(fields.split())
    if title and title.isprintable() and len(title) < 200:
        assert plain(event["SUMMARY"]) == title


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=400))
def test_folding_keeps_every_character(text):
    assert unfolded(calendar.fold("X:" + text)) == ["X:" + text]


def test_an_instant_is_written_in_utc():
    raw = calendar.write("B", [duty("eu.x", "X", due=datetime(2026, 11, 21, 15, 5, tzinfo=UTC))], NOW, EN)
    assert b"DTSTART:20261121T150500Z\r\n" in raw


def test_a_later_evaluation_moves_the_same_event_and_counts_as_newer():
    (before,) = events(calendar.write("B", [duty("eu.x", "X", due=NOW + timedelta(days=3))], NOW, EN))
    later = NOW + timedelta(hours=5)
    (after,) = events(calendar.write("B", [duty("eu.x", "X", due=NOW + timedelta(days=4))], later, EN))
    assert before["UID"] == after["UID"]
    assert int(before["SEQUENCE"]) < int(after["SEQUENCE"])
    assert before["DTSTAMP"] < after["DTSTAMP"]


def test_every_event_has_what_importers_ask_for_and_ends_when_it_begins():
    calendar_ = parse(calendar.write("B", duties(), NOW, EN))
    assert calendar_["VERSION"] == "2.0"
    assert calendar_["PRODID"]
    assert "METHOD" not in calendar_  # PUBLISH would need an organiser (RFC 5546)
    found = [child for child in calendar_["children"] if child["name"] == "VEVENT"]
    assert len({event["UID"] for event in found}) == len(found)
    for event in found:
        assert re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTAMP"])
        assert re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTART"])
        assert "DTEND" not in event  # it would have to be later than the start (3.8.2.2)
        assert re.fullmatch(r"[0-9a-f]{32}@breachdesk\.invalid", event["UID"])
        assert event["CLASS"] == "CONFIDENTIAL"


def test_a_calendar_without_deadlines_is_still_a_calendar():
    calendar_ = parse(calendar.write("B", [], NOW, EN))
    assert [child["name"] for child in calendar_["children"]] == ["VTIMEZONE"]
    assert calendar_["X-WR-CALNAME"] == "B: deadlines"


def test_the_real_rules_of_a_crowded_case_all_read_back():
    for language, said in (("en", EN), ("ru", RU)):
        found = crowd.duties(language)
        told = events(calendar.write("Bakery North", found.duties, crowd.AT, said))
        wanted = [one for one in found.duties if one.verdict is Verdict.OWED and one.due]
        assert sorted(plain(event["SUMMARY"]) for event in told) == sorted(one.title for one in wanted)


def test_every_property_of_an_event_is_documented():
    told = (Path(__file__).resolve().parents[2] / "docs/formats/calendar.md").read_text(encoding="utf-8")
    (event,) = events(calendar.write("B", [duty("eu.x", "X", due=NOW)], NOW, EN))
    assert [name for name in event if name.isupper() and f"`{name}`" not in told] == []
