"""What a role may do in a case, as the table says it and nobody else."""

import pytest

from breachdesk.staff.rights import NEEDS_SECOND_FACTOR, RIGHTS, Act, Role, may


def test_every_role_stands_in_the_table_and_reads_its_case() -> None:
    assert set(RIGHTS) == set(Role)
    assert all(may(role, Act.READ) for role in Role)


@pytest.mark.parametrize(
    ("act", "roles"),
    [
        (Act.TEAM, {"lead"}),
        (Act.END, {"lead", "counsel"}),
        (Act.DECIDE, {"lead", "counsel"}),
        (Act.PRIVILEGED, {"lead", "counsel"}),
        (Act.PEOPLE, {"lead", "counsel", "security", "support"}),
        (Act.UNMASK, {"lead", "counsel", "support"}),
        (Act.EVIDENCE, {"lead", "counsel", "security", "expert"}),
        (Act.EXPORT, {"lead", "counsel", "auditor"}),
    ],
)
def test_who_may_do_what(act: Act, roles: set[str]) -> None:
    assert {role.value for role in Role if may(role, act)} == roles


def test_an_outside_expert_and_communications_see_nobody_s_data() -> None:
    for role in (Role.EXPERT, Role.COMMUNICATIONS, Role.AUDITOR):
        assert not may(role, Act.PEOPLE)
        assert not may(role, Act.UNMASK)


def test_whatever_shows_people_or_cannot_be_undone_needs_a_second_factor() -> None:
    assert {Act.PEOPLE, Act.UNMASK, Act.EVIDENCE, Act.EXPORT, Act.END} <= NEEDS_SECOND_FACTOR
