"""What happened when, where, and by whom: pictures, versions, and what is refused."""

import json
from datetime import timedelta
from typing import Any

import pytest

from breachdesk.case import veris
from breachdesk.case.app.actions import picture as actions
from breachdesk.case.app.models import Happening, Link, Origin
from breachdesk.ground.refused import Refused
from breachdesk.ground.shelf import Shelf, shipped
from breachdesk.journal.app.models import Line
from breachdesk.report import happenings, systems
from tests.case.app import picturing
from tests.cast import AT, browser, hand


def page(cast: Any, path: str, language: str = "en") -> str:
    found = browser(cast.ada, language).get(f"/case/{cast.bakery.number}/{path}")
    assert found.status_code == 200
    return found.content.decode()


def test_words_of_the_case_room_are_those_of_the_pictures() -> None:
    assert tuple(happenings.Kind) == actions.HAPPENINGS
    assert tuple(systems.Kind) == actions.SYSTEMS
    assert tuple(systems.State) == actions.STATES


def test_the_timeline_is_drawn_told_and_listed_in_the_time_of_each_place(cast: Any) -> None:
    picturing.fill(cast.bakery, cast.ada, "somebody came in")
    text = page(cast, "timeline/")
    assert "<svg" in text
    assert "Tokyo" in text
    assert "not certain" in text
    near = page(cast, "timeline/?start=2026-11-20T00:00:00%2B00:00&end=2026-11-21T00:00:00%2B00:00")
    assert near.count("<svg") >= 1
    assert near != text


def test_a_form_takes_the_time_on_the_wall_of_that_place(cast: Any) -> None:
    said = {
        "title": "first strange line",
        "kind": "act",
        "at": "2026-11-19T22:40",
        "zone": "Europe/Moscow",
        "sure": "on",
    }
    answer = browser(cast.ada).post(f"/case/{cast.bakery.number}/timeline/", said)
    assert answer.status_code == 302
    assert Happening.objects.get().at.isoformat() == "2026-11-19T19:40:00+00:00"
    wrong = browser(cast.ada).post(f"/case/{cast.bakery.number}/timeline/", {**said, "zone": "Mars/Olympus"})
    assert "is no time zone" in wrong.content.decode()
    early = browser(cast.ada).post(f"/case/{cast.bakery.number}/timeline/", {**said, "at": "0001-01-01T00:00"})
    assert "This is no time." in early.content.decode()
    assert Happening.objects.count() == 1


@pytest.mark.parametrize(
    ("at", "zone", "told"),
    [
        ("2026-03-29T02:30", "Europe/Berlin", "went forward"),
        ("2026-10-25T02:30", "Europe/Berlin", "came twice"),
        ("2026-03-29T02:30", "Europe/Moscow", ""),
        ("2026-10-25T03:00", "Europe/Berlin", ""),
    ],
)
def test_an_hour_at_which_clocks_are_changed_is_asked_about(cast: Any, at: str, zone: str, told: str) -> None:
    said = {"title": "a line of a log", "kind": "act", "at": at, "zone": zone, "sure": "on"}
    answer = browser(cast.ada).post(f"/case/{cast.bakery.number}/timeline/", said)
    assert (answer.status_code == 302) is not bool(told)
    assert told in answer.content.decode()
    assert Happening.objects.count() == (0 if told else 1)


def test_what_the_case_did_itself_stands_in_the_timeline(cast: Any) -> None:
    """Signal, opening, awareness, isolation, what was handed in; each leads to where it was done."""
    from breachdesk.authorities.app.models import Filing
    from breachdesk.case.app import actions as cases
    from breachdesk.detect.app.models import Signal

    case = cast.bakery
    signal = Signal.objects.create(
        number="S-2026-0009", channel="staff", who="police", text="-", at=AT, case=case.number
    )
    cases.decide_aware(case, AT, reason="the sample matches", by=hand(cast.ada))
    shop = actions.put_system(case, "shop-db", kind="database", state="isolated", by=hand(cast.ada))
    sent = Filing.objects.create(
        case=case, authority="Berlin <DPA>", sent_at=AT, made_at=AT, name="x", open=0, fields=1, stage="first"
    )
    for language, told in (("en", "Handed in: Berlin &lt;DPA&gt;"), ("ru", "Подано: Berlin &lt;DPA&gt;")):
        text = page(cast, "timeline/", language)
        assert told in text
        assert "the sample matches" in text
        for address in (f"systems/{shop.id}/", f"authorities/kept/{sent.id}/"):
            assert f"/case/{case.number}/{address}" in text
        assert f"/signals/{signal.number}/" in text
    actions.add_happening(case, "pulled the plug", AT, kind="containment", system=shop, by=hand(cast.ada))
    assert f"/systems/{shop.id}/" not in page(cast, "timeline/")  # the team says itself when that was


def test_what_is_changed_or_taken_away_stays_in_the_history(cast: Any) -> None:
    by = hand(cast.ada)
    first = actions.add_happening(cast.bakery, "first", AT, kind="act", by=by)
    second = actions.add_happening(cast.bakery, "second", AT, kind="act", instead_of=first, by=by)
    with pytest.raises(Refused, match="no_reason"):
        actions.take_happening(second, reason=" ", by=by)
    actions.take_happening(second, reason="it was another machine", by=by)
    assert Happening.objects.filter(gone=True).count() == 2
    kinds = list(Line.objects.filter(type__startswith="case.happening").order_by("seq").values_list("type", flat=True))
    assert kinds == ["case.happening.added", "case.happening.added", "case.happening.removed"]


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"kind": "no such"}, "timeline.refused.kind"),
        ({"until": AT - timedelta(hours=1)}, "timeline.refused.backwards"),
        ({"zone": "../etc/passwd"}, "timeline.refused.zone"),
        ({"at": AT + timedelta(days=1)}, "timeline.refused.to_come"),
    ],
)
def test_a_moment_that_cannot_be_is_refused(cast: Any, said: dict[str, Any], key: str) -> None:
    with pytest.raises(Refused) as refused:
        actions.add_happening(cast.bakery, "x", said.pop("at", AT), by=hand(cast.ada), **said)
    assert refused.value.key == key
    assert not Happening.objects.exists()


def test_the_map_says_what_is_cut_off_and_since_when(cast: Any) -> None:
    picturing.fill(cast.bakery, cast.ada, "db")
    text = page(cast, "systems/")
    assert "2 systems were hit; 1 of them isolated." in text
    assert "the attacker" in text
    till = cast.bakery.systems.get(name="till")
    assert till.isolated_at == AT
    actions.put_system(cast.bakery, "till", kind="server", state="clean", system=till, by=hand(cast.ada))
    assert till.isolated_at is None
    with pytest.raises(Refused, match="twice"):
        actions.put_system(cast.bakery, "till", kind="server", state="hit", by=hand(cast.ada))
    actions.take_system(till, by=hand(cast.ada))
    assert not Link.objects.filter(gone=False).exists()


def test_the_source_goes_out_as_a_veris_document(cast: Any) -> None:
    picturing.fill(cast.bakery, cast.ada, "An outsider copied the database.")
    found = browser(cast.ada).get(f"/case/{cast.bakery.number}/origin/veris.json")
    document = json.loads(found.content)
    assert document["action"]["hacking"]["variety"] == ["SQLi"]
    assert document["targeted"] == "Unknown"
    assert document["incident_id"] == cast.bakery.number
    with pytest.raises(Refused, match="term"):
        actions.say_origin(cast.bakery, {"actor.external.variety": ["Martians"]}, text="", by=hand(cast.ada))
    actions.say_origin(cast.bakery, {}, text="not so", by=hand(cast.ada))
    assert Origin.objects.filter(last=True).count() == 1
    assert Origin.objects.count() == 2
    assert "SQL-инъекция" not in page(cast, "origin/", "ru").split("<form")[0]


def test_every_term_of_veris_has_words_in_both_languages() -> None:
    terms = veris.read(Shelf(shipped()))
    assert len(terms) >= 14
    for term in terms.values():
        for texts in (term.title, *term.values.values()):
            assert texts["en"]
            assert texts["ru"]


def test_the_overview_answers_at_a_glance_and_names_one_next_step(cast: Any) -> None:
    text = page(cast, "")
    assert "Decide since when you know" in text
    picturing.fill(cast.bakery, cast.ada, "An outsider copied the database.")
    from breachdesk.case.app.actions import decide_aware

    decide_aware(cast.bakery, AT, reason="the sample matches", by=hand(cast.ada))
    text = page(cast, "")
    assert "An outsider copied the database." in text
    assert "2 systems were hit" in text
    assert "Add evidence" in text
    assert text.count('class="button"') == 1


def test_whoever_looks_at_signals_may_open_a_case_and_nobody_else(cast: Any) -> None:
    assert browser(cast.ben).get("/open/").status_code == 403
    answer = browser(cast.ada).post("/open/", {"title": "Till hacked", "zone": "Europe/Berlin"})
    assert answer["Location"] == "/case/2026-001/aware/"
    said = {"at": "2026-11-20T10:00", "reason": "the sample matches our table"}
    assert browser(cast.ada).post("/case/2026-001/aware/", said).status_code == 302
    late = browser(cast.ada).post("/case/2026-001/aware/", {**said, "at": "2099-01-01T10:00"})
    assert "in the future" in late.content.decode()
