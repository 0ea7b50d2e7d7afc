"""Who may go where: every address × everybody × one's own case and another's, from the URL list itself.

A page that names no door, or has a parameter nobody gave a value (tests/web/passing.py), fails here.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from breachdesk.staff.rights import NEEDS_SECOND_FACTOR, RIGHTS, Act, Role
from tests.cast import account, browser
from tests.web.filled import value
from tests.web.routes import Route, routes

ROUTES = routes()
FLAGS = ("stranger", "administrator", "triage")
by_name = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)


def ask(client: Client, method: str, address: str) -> tuple[int, str]:
    answer = client.get(address) if method == "GET" else client.post(address)
    return answer.status_code, answer.headers.get("Location", "")


def address(route: Route, case: Any, number: str = "") -> str:
    values = {name: value(route.name, name, case) for name in route.names}
    return route.address(values | ({"number": number} if number else {}))


def test_every_view_names_a_door() -> None:
    assert [route.pattern for route in ROUTES if route.door is None] == []
    assert len(ROUTES) == len({route.name for route in ROUTES})


@by_name
def test_nobody_gets_in_without_signing_in(route: Route, passing: Any) -> None:
    for method in ("GET", "POST"):
        status, where = ask(browser(), method, address(route, passing.own))
        if route.door.kind == "public":
            assert not where.startswith("/enter/login/")
        else:
            assert (status, where[:13]) == (302, "/enter/login/"), method


@by_name
def test_each_role_may_what_the_table_says_and_no_more(
    route: Route, passing: Any, within: Callable[[str], Client]
) -> None:
    for name, one in passing.accounts.items():
        for method in ("GET", "POST"):
            status, where = ask(within(name), method, address(route, passing.own))
            said = f"{name} {method}: {status} {where}"
            assert status < 500, said
            assert not where.startswith("/enter/login/"), said
            if route.door.kind == "case":
                if name in FLAGS:
                    assert status == 404, said
                elif route.door.needed(method) not in RIGHTS[Role(name)]:
                    assert status == 403, said
                else:
                    assert status not in (403, 404) or status == 405, said
            elif route.door.kind == "house":
                allowed = (not route.door.triage or one.triage) and (not route.door.administrators or one.administrator)
                assert (status == 403) is not allowed, said


@by_name
def test_another_case_is_not_there(route: Route, passing: Any, within: Callable[[str], Client]) -> None:
    """Neither by its number, nor what is in it by the number of one's own."""
    if route.door.kind != "case":
        return
    lead = within("lead")
    for method in ("GET", "POST"):
        assert ask(lead, method, address(route, passing.other))[0] == 404, method
        if len(route.names) > 1 and address(route, passing.own) != address(route, passing.other, passing.own.number):
            assert ask(lead, method, address(route, passing.other, passing.own.number))[0] in (404, 405), method


@by_name
def test_what_shows_people_needs_a_second_factor(route: Route, passing: Any) -> None:
    """An account of every right, without one, is sent to set one up."""
    from breachdesk.case.app import actions as cases
    from tests.cast import hand

    factor = reverse("staff_second_factor")
    plain = account("Plain", second_factor=False, administrator=True, triage=True)
    cases.let_in(passing.own, plain, Role.LEAD, by=hand(passing.accounts["lead"]))
    for method in ("GET", "POST"):
        act = route.door.needed(method)
        where = ask(browser(plain), method, address(route, passing.own))[1]
        if act in NEEDS_SECOND_FACTOR or route.door.second_factor:
            assert where.startswith(factor), method
        else:
            assert not where.startswith(factor), method


def test_the_table_of_rights_gives_each_role_what_its_work_needs_and_not_all() -> None:
    assert RIGHTS[Role.LEAD] == frozenset(Act)
    assert Act.UNMASK not in RIGHTS[Role.SECURITY]
    assert Act.PEOPLE not in RIGHTS[Role.EXPERT]
    assert RIGHTS[Role.AUDITOR] == {Act.READ, Act.EXPORT}
