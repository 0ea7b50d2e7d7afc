"""The team: let in by the address of an account with the least they need; who could read it stays told."""

import threading
from typing import Any

import pytest
from django.db import connection

from breachdesk.case.app import actions as cases
from breachdesk.case.app.actions import tasks, team
from breachdesk.case.app.models import Membership
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.staff.rights import RIGHTS, Act, Role
from tests.cast import AT, browser, hand


def test_an_expert_is_let_in_changed_and_let_out_and_the_history_stays(cast: Any) -> None:
    case, ada, dan = cast.bakery, browser(cast.ada), cast.dan
    at = f"/case/{case.number}/team/"
    assert browser(dan).get(f"/case/{case.number}/").status_code == 404
    ada.post(at, {"email": " DAN@bakery.example", "role": "expert", "note": "forensics"})
    member = Membership.objects.get(account=dan)
    assert (member.role, member.note) == ("expert", "forensics")
    assert browser(dan).get(at).status_code == 200
    assert browser(dan).post(at, {"email": "x@y.example", "role": "lead"}).status_code == 403
    ada.post(f"{at}{member.id}/", {"do": "change", "change-role": "auditor", "change-note": "audit"})
    now = Membership.objects.get(account=dan, ended_at=None)
    assert now.role == "auditor"
    ada.post(f"{at}{now.id}/", {"do": "end", "end-reason": "The report is in"})
    assert browser(dan).get(f"/case/{case.number}/").status_code == 404
    said = ada.get(at).content.decode()
    past = said[said.index("Who could read it before") :]
    assert "Outside expert" in past
    assert "Auditor" in past
    types = ["case.member.dismissed", "case.member.admitted", "case.member.admitted"]
    assert [line.type for line in Line.objects.order_by("-seq")[:3]] == types
    ada.post(f"{at}{now.id}/", {"do": "end", "end-reason": "again", "page": at})
    assert "This role has ended already" in ada.get(at).content.decode()


def test_an_address_without_an_account_in_use_is_refused_at_its_field(cast: Any) -> None:
    case, ada = cast.bakery, browser(cast.ada)
    type(cast.dan).objects.filter(id=cast.dan.id).update(is_active=False)
    for email in ("nobody@bakery.example", cast.dan.email):
        said = ada.post(f"/case/{case.number}/team/", {"email": email, "role": "expert"}).content.decode()
        assert "No account in use has this address" in said
    with pytest.raises(Refused, match="in_already"):
        team.admit(case, cast.ben.email, Role.LEAD, by=hand(cast.ada))


def test_two_leads_who_dismiss_each_other_at_once_leave_one(cast: Any) -> None:
    case, said = cast.bakery, []
    cases.let_in(case, cast.ben, Role.LEAD, by=hand(cast.ada))

    def dismiss(who: Any, by: Any) -> None:
        try:
            team.end(Membership.objects.get(account=who, ended_at=None), reason="x", by=by)
            said.append("")
        except Refused as refusal:
            said.append(refusal.key)
        finally:
            connection.close()

    hands = [(cast.ada, hand(cast.ben)), (cast.ben, hand(cast.ada))]
    threads = [threading.Thread(target=dismiss, args=pair) for pair in hands]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert sorted(said) == ["", "case.refused.last_lead"]
    assert case.members.filter(role="lead", ended_at=None).count() == 1


def test_the_table_says_what_the_rights_say(cast: Any) -> None:
    said = browser(cast.ben, "ru").get(f"/case/{cast.bakery.number}/team/").content.decode()
    for role in Role:
        row = next(part for part in said.split("<details>") if part.startswith(f"<summary>{ROLES[role]}:"))
        acts = row.partition("</details>")[0].split("<li>")[1:]
        allowed = {act for act in Act if any("да</span>" in one and ACTS[act] in one for one in acts)}
        assert (len(acts), allowed) == (len(Act), set(RIGHTS[role])), role


ROLES = {
    Role.LEAD: "Руководитель",
    Role.COUNSEL: "Юрист",
    Role.SECURITY: "Безопасность",
    Role.COMMUNICATIONS: "Связи с общественностью",
    Role.SUPPORT: "Поддержка",
    Role.EXPERT: "Внешний эксперт",
    Role.AUDITOR: "Аудитор",
}
ACTS = {
    Act.READ: "Читать дело",
    Act.PRIVILEGED: "Знать о том",
    Act.WORK: "Выполнять задачи",
    Act.FACTS: "Отвечать на вопросы",
    Act.DECIDE: "Принимать решения",
    Act.EVIDENCE: "Видеть доказательства",
    Act.PEOPLE: "Видеть, кто затронут",
    Act.UNMASK: "Видеть данные затронутых",
    Act.TELL: "Готовить письма",
    Act.COSTS: "Видеть и вносить часы",
    Act.EXPORT: "Выгружать журнал",
    Act.TEAM: "Решать, кого ещё",
    Act.END: "Запрашивать и одобрять",
}


def test_the_cases_of_whoever_looks_tell_their_own_tasks_and_no_privileged_ones(cast: Any) -> None:
    case, by = cast.bakery, hand(cast.ada)
    tasks.make_task(case, "One", owner=cast.ben, due=AT.replace(year=2020), by=by)
    tasks.make_task(case, "Two", owner=cast.ben, privileged=True, by=by)
    tasks.make_task(case, "Three", owner=cast.ada, by=by)
    tasks.finish_task(tasks.make_task(case, "Four", owner=cast.ben, by=by), "", by=by)
    said = browser(cast.ben).get("/").content.decode()
    assert "2 open" in said
    assert "1 overdue" in said
    cases.let_in(case, cast.ben, Role.SUPPORT, by=by)
    assert "1 open" in browser(cast.ben).get("/").content.decode()
    assert "?owner=me" not in browser(cast.cara).get("/").content.decode()
