"""The cast: Ada leads, Ben is counsel, Cara answers questions, Dan is a stranger, Eli keeps the house."""

from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from breachdesk.case.app import actions as cases
from breachdesk.case.app.models import Case
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import Actor, Via
from breachdesk.staff.app.models import Account
from breachdesk.staff.rights import Role

AT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
PASSWORD = "correct-horse-battery"
SECRET = "JBSWY3DPEHPK3PXP"


def account(name: str, *, second_factor: bool = True, **more: Any) -> Account:
    made = Account.objects.create_user(f"{name.lower()}@bakery.example", PASSWORD, name=name, **more)
    if second_factor:
        TOTP.activate(made, SECRET)
    return made


def browser(who: Account | None = None, language: str = "en") -> Client:
    """A browser of somebody, signed in; of nobody without `who`."""
    client = Client(headers={"accept-language": language})
    if who is not None:
        Account.objects.filter(id=who.id).update(language=language)
        client.force_login(who)
    return client


def hand(who: Account, role: str = "lead", at: datetime = AT) -> Hand:
    return Hand(Actor(who.email, role), Via.WEB, at)


class Cast:
    """Each comes into being when first called."""

    @cached_property
    def ada(self) -> Account:
        return account("Ada", triage=True)

    @cached_property
    def ben(self) -> Account:
        return account("Ben")

    @cached_property
    def cara(self) -> Account:
        return account("Cara")

    @cached_property
    def dan(self) -> Account:
        return account("Dan")

    @cached_property
    def eli(self) -> Account:
        return account("Eli", administrator=True)

    @cached_property
    def bakery(self) -> Case:
        """Bakery North: Ada leads, Ben is counsel, Cara in support."""
        case = cases.open_case("Bakery North", lead=self.ada, by=hand(self.ada), zone="Europe/Berlin")
        cases.let_in(case, self.ben, Role.COUNSEL, by=hand(self.ada))
        cases.let_in(case, self.cara, Role.SUPPORT, by=hand(self.ada))
        return case
