"""Codes for a free service: sealed, one for each person, each given once, and the same again to the same person."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.notify.app import pens, sendings, signing_up
from breachdesk.notify.app.models import Sending, Standing
from breachdesk.notify.recipients import Place
from breachdesk.vault.app import keys
from tests.cast import browser, hand
from tests.law.app.bakery import answer
from tests.notify.app.sending import WITH_CODE, case_with, planned, renumbered, rows
from tests.notify.bakery import SAID
from tests.scope.app.filling import read, take
from tests.web.test_api import call, client

LIST = [f"NORTH-{n:04}-{n * 37 % 97:02}" for n in range(10)]


def listed(codes: Any) -> bytes:
    return "\n".join(codes).encode()


def given(sending: Sending) -> dict[str, str]:
    """Person -> code, as they lie in the list that was approved."""
    with pens.recipients_of(sending) as people:
        found = {one.emails[0]: one.code for one in people.everybody()}
        places = sending.deliveries.order_by("id").values_list("offset", "length")
        assert {one.code for one in people.at([Place(*row) for row in places])} == set(found.values())
    return found


@pytest.fixture
def case(cast: Any) -> Any:
    found = case_with(cast, rows(6))
    answer(found, organisation={**WITH_CODE, "services": SAID["services"]})
    return found


def test_each_gets_one_of_their_own_and_each_is_given_once(cast: Any, case: Any) -> None:
    with pytest.raises(Refused, match="no_code"):
        planned(case, cast.ada)
    signing_up.take_in(case, listed(LIST), by=hand(cast.ada))
    first = planned(case, cast.ada)
    assert sorted(given(first).values()) == LIST[:6]
    assert signing_up.count(case) == (10, 6)
    take(case, cast.ada, rows(9), "more.csv")
    read(case, cast.ada)
    more = planned(case, cast.ada)
    assert sorted(given(more).values()) == LIST[6:9]
    sendings.drop(more, by=hand(cast.ada))
    assert signing_up.count(case) == (10, 6)
    third = planned(case, cast.ada)
    assert sorted(given(third).values()) == LIST[6:9]
    sendings.drop(first, by=hand(cast.ada))  # what it gave in the middle of the list is free again
    anew = planned(case, cast.ada)
    assert sorted(given(anew).values()) == LIST[:6]
    assert signing_up.count(case) == (10, 9)


def test_who_is_written_to_again_gets_the_code_they_had(cast: Any, case: Any) -> None:
    signing_up.take_in(case, listed(LIST), by=hand(cast.ada))
    first = planned(case, cast.ada)
    Sending.objects.filter(id=first.id).update(standing=Standing.STOPPED)
    first.deliveries.update(state="cancelled")
    renumbered(case, cast)
    again = given(planned(case, cast.ada))
    assert {who: again[who] for who in given(first)} == given(first)
    assert sorted(again.values()) == LIST[:9]
    assert signing_up.count(case) == (10, 9)


def test_with_fewer_codes_than_people_nothing_is_fixed(cast: Any, case: Any) -> None:
    signing_up.take_in(case, listed(LIST[:3]), by=hand(cast.ada))
    failed = planned(case, cast.ada)
    assert (failed.standing, failed.fault) == (Standing.DROPPED, "sendings.refused.too_few_codes")
    assert signing_up.count(case) == (3, 0)
    signing_up.take_in(case, listed(LIST[3:]), by=hand(cast.ada))
    assert sorted(given(planned(case, cast.ada)).values()) == LIST[:6]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"GOOD-1234\n=cmd()\n", "no_code"),
        (b"GOOD-1234\nno\n", "no_code"),
        ("GOOD-1234\nПЛОХО\n".encode(), "no_code"),
        (b"GOOD-1234\n\nGOOD-1234\n", "twice"),
        (b"\xff\xfe\x00A", "no_text"),
    ],
)
def test_what_is_no_list_is_refused_whole(content: bytes, said: str, cast: Any) -> None:
    with pytest.raises(Refused, match=said):
        signing_up.take_in(cast.bakery, content, by=hand(cast.ada))
    assert signing_up.count(cast.bakery) == (0, 0)


def test_codes_are_sealed_and_no_page_shows_one(cast: Any, case: Any) -> None:
    ada, where = browser(cast.ada), f"/case/{case.number}/notices/codes/"
    assert "No codes yet" in ada.get(where).content.decode()
    file = SimpleUploadedFile("codes.txt", listed(LIST))
    assert ada.post(where, {"file": file}).status_code == 302
    twice = ada.post(where, {"file": SimpleUploadedFile("codes.txt", listed(LIST[5:6]))})
    assert (twice.status_code, "line 1 was there before" in twice.content.decode()) == (422, True)
    sending = planned(case, cast.ada)
    page = ada.get(where).content.decode()
    assert re.search("Of 10 codes.*6.*4", page)
    top = f"/case/{case.number}/sendings/{sending.number}/"
    seen = [page, *(ada.get(one).content.decode() for one in (top, f"{top}letters/0/"))]
    kept = keys.vault().place(case.number, "x").parent.rglob("*")
    raw = b"".join(path.read_bytes() for path in kept if path.is_file())
    told = b"".join(bytes(one.payload) for one in Line.objects.exclude(payload=None))
    for code in LIST:
        assert not any(code in text for text in seen)
        assert code.encode() not in raw
        assert code.encode() not in told
    refused = browser(cast.cara).post(where, {"file": SimpleUploadedFile("c.txt", b"AAAA-1")})
    assert refused.status_code == 403


def test_programs_bring_them_in_by_the_same_rules(cast: Any, case: Any) -> None:
    ada, where = client(cast.ada), f"/cases/{case.number}/codes"
    assert call(ada, "POST", where, codes=LIST).json()["left"] == 10
    assert call(ada, "POST", where, codes=LIST[:1]).json()["refused"] == "codes.refused.twice"
    assert call(ada, "POST", where, codes=["a b"]).json()["refused"] == "codes.refused.no_code"
    assert [one["count"] for one in call(ada, "GET", where).json()["lists"]] == [10]
