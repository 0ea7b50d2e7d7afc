"""The standing breach worked through to a believable middle: a desk to look round before the worst day.

Everything in it is invented and goes in by the same actions as real work; its times are moved so that the organisation
became aware yesterday. Nobody needs a password: the link that `serve --demo` prints lets one be any of the cast.
"""

import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from ruamel.yaml import YAML

from breachdesk.case.app import actions as cases
from breachdesk.case.app.actions import confirming, decisions, picture, tasks
from breachdesk.case.app.models import Case, System
from breachdesk.detect.app import actions as detect
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import Actor, Via
from breachdesk.law.answers import plain
from breachdesk.law.app.actions import judge
from breachdesk.scope.app import actions as scope
from breachdesk.scope.app.tasks import read
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.app.models import Account
from breachdesk.staff.rights import Role
from breachdesk.vault.app import actions as vault
from breachdesk.vault.app.actions import Origin

PEOPLE = 400
ZONE = "Europe/Berlin"
#: Name, role in the case. Eli looks after accounts and sees no case.
CAST = (
    ("Ada Sommer", Role.LEAD),
    ("Ben Okoye", Role.COUNSEL),
    ("Ivo Lang", Role.SECURITY),
    ("Cara Weiss", Role.SUPPORT),
    ("Noor Haddad", Role.COMMUNICATIONS),
    ("Dora Kern", Role.EXPERT),
    ("Eli Brandt", None),
)
_AWARE = timedelta(hours=26)  # before the moment it is filled
_MOVED = ("time.", "hold.")
_STORY = {
    "en": "Someone broke into our web shop and copied the customer database. Days later parts of it stood on a forum.",
    "ru": "Кто-то взломал наш магазин и скопировал базу клиентов. Через несколько дней её части появились на форуме.",
}  # fmt: skip


def fill(now: datetime) -> Case:
    """Fill an empty desk. The evidence is generated, taken in, and read by the real engine."""
    people = {name: _account(name) for name, _ in CAST}
    ada, ivo = people["Ada Sommer"], people["Ivo Lang"]
    aware = (now - _AWARE).replace(second=0, microsecond=0)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "breach"
        command = [sys.executable, "-m", "breachdesk.standing", "--seed", "2026", "--people", str(PEOPLE)]
        subprocess.run([*command, "--out", str(out)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        case = _confirmed(ada, aware)
        for name, role in CAST[1:]:
            if role is not None:
                cases.let_in(case, people[name], role, by=_hand(ada, aware + timedelta(minutes=5)))
        _pictures(case, ivo, aware)
        for file in sorted(path for path in (out / "evidence").rglob("*") if path.is_file()):
            origin = Origin(aware + timedelta(hours=1), "Ivo Lang", "web-1, db-1", "read-only copy after isolating")
            with file.open("rb") as content:
                vault.take_in(case, content, name=file.name, origin=origin, by=_hand(ivo, aware + timedelta(hours=2)))
        _facts(case, YAML(typ="safe", pure=True).load((out / "facts.yaml").read_text("utf-8")), aware, ada)
    run = scope.read_evidence(case, by=_hand(ivo, aware + timedelta(hours=3)))
    read.func(run.id)
    judge(case, by=_hand(ada, now))
    _work(case, people, aware)
    return case


def _account(name: str) -> Account:
    first = name.split()[0]
    made = Account.objects.create_user(
        f"{first.lower()}@bakery-north.example",
        name=name,
        zone=ZONE,
        administrator=first == "Eli",
        triage=first in ("Ada", "Ivo"),
        external=first == "Dora",
    )
    TOTP.activate(made, generate_totp_secret())  # what shows people asks for a second factor
    return made


def _hand(who: Account, at: datetime, role: str = "lead") -> Hand:
    return Hand(Actor(who.email, role), Via.WEB, at)


def _confirmed(ada: Account, aware: datetime) -> Case:
    """A customer writes, a colleague writes the same, somebody looks, and it is true."""
    before = aware - timedelta(hours=21)
    outside = Hand(Actor("public", "public"), Via.WEB, before)
    first = detect.take_in(
        "Since Monday I get spam at an address that I gave only to your bakery shop.",
        channel="public",
        who="customer",
        noticed="Monday",
        by=outside,
    )
    second = detect.take_in(
        "A post on a forum offers our customer table; the first rows look real.",
        channel="staff",
        who="employee",
        by=_hand(ada, before + timedelta(hours=3), "staff"),
    )
    detect.look(first, by=_hand(ada, before + timedelta(hours=4), "triage"))
    case = confirming.confirm(
        second,
        title="Customer database of the web shop copied",
        lead=ada,
        zone=ZONE,
        aware_at=aware,
        reason="Twenty rows of the sample match our customers table; logs show a large export that night.",
        by=_hand(ada, aware + timedelta(minutes=2), "triage"),
    )
    confirming.join(first, case, by=_hand(ada, aware + timedelta(minutes=4), "triage"))
    return case


def _pictures(case: Case, ivo: Account, aware: datetime) -> None:
    by = _hand(ivo, aware + timedelta(hours=4), "security")

    def system(name: str, kind: str, state: str, owner: str = "Ivo Lang") -> System:
        return picture.put_system(case, name, kind=kind, state=state, owner=owner, by=by)

    web, shop = system("web-1", "server", "isolated"), system("shop-db", "database", "isolated")
    crm, copy = system("crm", "cloud", "at_risk", "Noor Haddad"), system("backup", "backup", "hit")
    mail = system("mail", "mailbox", "clean")
    picture.link(case, web, shop, label="application account", attack=True, by=by)
    picture.link(case, shop, copy, label="nightly copy", attack=True, by=by)
    picture.link(case, web, crm, label="API key", by=by)
    picture.link(case, crm, mail, by=by)
    for title, before, kind, on, sure in (
        ("SQL injection on the order page", timedelta(days=6, hours=16), "first_access", web, True),
        ("customers and cards exported", timedelta(days=6, hours=15), "act", shop, True),
        ("backup bucket listed", timedelta(days=4), "act", copy, False),
        ("a customer writes of spam", timedelta(hours=21), "discovery", None, True),
        ("web-1 cut off", timedelta(hours=-1), "containment", web, True),
        ("shop-db cut off, passwords changed", timedelta(hours=-2), "containment", shop, True),
    ):
        picture.add_happening(
            case, title, aware - before, kind=kind, system=on, sure=sure, zone=ZONE, source="access.log", by=by
        )
    picture.say_origin(
        case,
        {
            "actor.external.variety": ["Organized crime"],
            "actor.external.motive": ["Financial"],
            "action.hacking.variety": ["SQLi", "Use of stolen creds"],
            "action.hacking.vector": ["Web application"],
            "discovery_method.external.variety": ["Customer"],
        },
        text="An outsider copied the customer database through the order page.",
        by=by,
    )


def _facts(case: Case, sheet: Mapping[str, Any], aware: datetime, ada: Account) -> None:
    """Those of the standing breach, with its times moved to now."""
    moved = aware - datetime.fromisoformat("2026-11-20T18:05:00+01:00")
    by = _hand(ada, aware + timedelta(hours=5))
    for name, value in sheet.items():
        if name in ("people", "time.aware"):
            continue
        said = plain(value)
        if name.startswith(_MOVED) and isinstance(said, str) and len(said) > len("2026-11-20"):
            said = (datetime.fromisoformat(said) + moved).isoformat()
        if name == "organisation":
            said = {**said, "what_happened": dict(_STORY)}
            said.pop("exposed", None)
        cases.answer_fact(case, name, said, source="first interview", by=by)


def _work(case: Case, people: Mapping[str, Account], aware: datetime) -> None:
    ada, ben, ivo = people["Ada Sommer"], people["Ben Okoye"], people["Ivo Lang"]
    by = _hand(ada, aware + timedelta(hours=6))
    for title, owner, hours in (
        ("Rotate every password of the shop's services", ivo, 8),
        ("Ask the host for the logs of the last ninety days", ivo, 30),
        ("Draft the words for the help line", people["Noor Haddad"], 44),
        ("Decide whether the affected are told by mail or by post", ben, 50),
    ):
        tasks.make_task(case, title, owner=owner, due=aware + timedelta(hours=hours), by=by)
    first = case.tasks.order_by("id")[0]
    tasks.finish_task(
        first, "All 31 rotated; two old ones deleted.", by=_hand(ivo, aware + timedelta(hours=7), "security")
    )
    decisions.decide(
        case,
        "No ransom is paid",
        decided="We do not answer the offer on the forum.",
        reasons="Paying gives no proof that copies are gone, and invites more.",
        considered="Buying the sample through a third party: against the advice of the police.",
        at=aware + timedelta(hours=5),
        by=by,
    )
    decisions.note(case, "Police (Hamburg) gave the file number by telephone.", by=by)


# --- the way in


@doors.public
def enter(request: DeskRequest, token: str) -> HttpResponse:
    """Who one wants to be. Only of a demo, only by its link."""
    if not settings.DEMO or not secrets.compare_digest(token, settings.DEMO):
        raise Http404
    accounts = {one.email: one for one in Account.objects.filter(email__endswith="@bakery-north.example")}
    chosen = accounts.get(request.POST.get("who", ""))
    if request.method == "POST" and chosen is not None:
        language = request.words.language
        Account.objects.filter(id=chosen.id).update(language=language)
        login(request, chosen, backend="allauth.account.auth_backends.AuthenticationBackend")
        case = Case.objects.filter(members__account=chosen).first()
        return redirect("case_overview", case.number) if case else redirect("front")
    cast = [(accounts[email], role) for name, role in CAST if (email := _email(name)) in accounts]
    return render(request, "desk/demo.html", {"cast": cast})


def _email(name: str) -> str:
    return f"{name.split()[0].lower()}@bakery-north.example"


def needed() -> bool:
    """Whether the desk is empty, so that a demo may be filled into it."""
    return not Account.objects.exists() and not Case.objects.exists()


public = [path("demo/<str:token>/", enter, name="demo_enter")]
