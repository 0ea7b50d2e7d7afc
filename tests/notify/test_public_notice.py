"""What a law wants in a letter, as a notice for everybody: nothing of it missing, and nothing of one person's own."""

from typing import Any

import pytest

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify.blocks import Kind, texts_of
from breachdesk.notify.library import our_library
from breachdesk.notify.public import our_pack
from breachdesk.notify.public_check import check_public, post_of
from breachdesk.notify.public_notice import compose_posting, posting_people, under
from breachdesk.notify.shapes import Notice, NoticeCheck
from tests.notify.bakery import AT, FACTS, brief, cohort
from tests.notify.test_public import SPOKEN, stopped

LIBRARY, PACK = our_library(), our_pack()
#: The laws of these places ask for much of what laws ask for: Massachusetts for silence about the breach itself.
STATES = ("US-CA", "US-MA", "US-NY", "US-NC", "US-TX")


def posted(law: str, people: Any, language: str, **said: Any) -> tuple[Notice, dict[str, NoticeCheck]]:
    kinds = {"entity.kinds": ["hipaa_covered_entity"]} if law == "hipaa" else {}
    rule, ours = LIBRARY.rules[law], brief({**FACTS, **kinds}, **{**SPOKEN, **said})
    notice = compose_posting(rule, people, language, ours, PACK)
    return notice, {one.code: one for one in check_public(notice, ours, PACK, now=AT, rule=rule)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_a_public_notice_has_what_its_law_wants_and_nobodys_own(state: str, language: str) -> None:
    people = [cohort(state, "name", "gov_id.us.ssn", count=600_000)]
    notice, checks = posted(state.lower(), people, language)
    assert stopped(checks) == []
    assert texts_of(notice.blocks, Kind.SLOT) == texts_of(notice.blocks, Kind.BLANK) == ()
    assert "letter" not in post_of(notice, PACK).lower() or language == "ru"
    assert {must.point for must in LIBRARY.rules[state.lower()].must_state if not must.when and not must.elements} <= {
        code.rpartition(".")[2] for code in checks
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("law", [name for name, rule in LIBRARY.rules.items() if rule.substitute])
def test_every_law_that_knows_it_has_a_notice(law: str, language: str) -> None:
    rule = LIBRARY.rules[law]
    place = {"gdpr": "FR"}.get(law, rule.places[0] if rule.places else "US-OH")
    notice, checks = posted(law, [cohort(place, "name", "email", "health", count=5000)], language)
    assert rule.id in notice.rules
    assert checks["public.acknowledgement.1"].passed
    assert not [code for code in stopped(checks) if code.startswith("public.")]
    assert texts_of(notice.blocks, Kind.SLOT) == ()


def test_a_toll_free_number_stands_where_the_law_asks_for_one() -> None:
    people = [cohort("US-OH", "name", "health", count=50)]
    notice, checks = posted("hipaa", people, "en")
    assert "Call +1 800 555 0100, free of charge." in post_of(notice, PACK)
    assert checks["public.free_call"].citation == "45 CFR 164.404(d)(2)"
    _, checks = posted("hipaa", people, "en", toll_free=None)
    assert "public.free_call" in stopped(checks)


def test_a_law_of_several_places_is_written_to_most_of_its_people() -> None:
    rows = [cohort("FR", "name", count=10), cohort("DE", "email", count=90)]
    people = posting_people(LIBRARY.rules["gdpr"], rows, LIBRARY)
    assert (people.residence, people.count, people.elements) == ("DE", 100, ("name", "email"))
    found = under([*rows, cohort("RU", "name"), cohort("US-CA", "name")], brief())
    assert {name: len(mine) for name, mine in found.items()} == {"gdpr": 2, "us-ca": 1}
