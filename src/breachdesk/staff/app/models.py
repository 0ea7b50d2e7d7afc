"""Accounts of those who work with the desk. Whom a breach concerns is never an account."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Accounts(BaseUserManager["Account"]):
    def create_user(self, email: str, password: str | None = None, **more: Any) -> "Account":
        account = self.model(email=email.strip().lower(), **more)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(email=(username or "").lower())


class Account(AbstractBaseUser):
    """Somebody of the team, an expert or outside counsel. What they may do is decided case by case (case.Membership).

    `administrator` looks after accounts and settings, and sees no case by that. `triage` looks at signals, before there
    is a case."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=12, default="en")
    zone = models.CharField(max_length=64, default="UTC")
    scheme = models.CharField(max_length=5, blank=True)  # light, dark, or as the device says
    administrator = models.BooleanField(default=False)
    triage = models.BooleanField(default=False)
    external = models.BooleanField(default=False)  # an expert or counsel from outside
    elsewhere = models.BooleanField(default=False)  # may sign in at the organisation's own provider
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Accounts] = Accounts()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)


class Invitation(models.Model):
    """A link that lets one person in, once. Only the hash of its secret is kept: whoever reads this table cannot come.

    Without `email` it is that of the first administrator, who says who they are."""

    hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True)
    administrator = models.BooleanField(default=False)
    triage = models.BooleanField(default=False)
    external = models.BooleanField(default=False)
    elsewhere = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # withdrawn, or a newer one took its place

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]

    def holds(self, at: datetime) -> bool:
        return self.used_at is None and self.ended_at is None and at < self.expires_at


class Token(models.Model):
    """A key to the API: what its owner may do in a case, and of that no more than `scopes` (acts of rights.Act,
    `signals`, `house`). `cases`: the numbers it was made for; none: every case of its owner."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=8, unique=True)  # how one knows it again; not secret
    hash = models.CharField(max_length=64)  # SHA-256 of a secret of 256 bits
    scopes = models.JSONField(default=list)
    cases = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]

    def reaches(self, number: str) -> bool:
        """Whether it was made for the case of that number. Whether its owner is in it is asked elsewhere."""
        return not self.cases or number in self.cases

    def holds(self, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at


class Program(models.Model):
    """A program that shares a secret with the desk (programs.py): derived from a key of the ring and `turn`, and kept
    nowhere."""

    KIND: ClassVar[str]  # in entries of the journal, and in what its secret is derived from

    name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    turn = models.PositiveIntegerField(default=1)
    turned_at = models.DateTimeField(null=True)  # the secret before holds beside the new one for a day
    paused_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["name", "id"]

    @property
    def live(self) -> bool:
        return self.paused_at is None and self.gone_at is None


class Hook(Program):
    """A place that is told of what happens here (Standard Webhooks). `events`: journal types; `cases`: numbers, none
    for all."""

    KIND = "hook"

    address = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    cases = models.JSONField(default=list)
    rest_until = models.DateTimeField(null=True)  # it did not answer: others wait until then


class Delivery(models.Model):
    """One event on its way to one place, made in the transaction of the deed. `message`: its id, the same each time."""

    WAITING, DONE, FAILED = "waiting", "done", "failed"
    hook = models.ForeignKey(Hook, models.CASCADE, related_name="deliveries")
    message = models.CharField(max_length=40, unique=True)
    event = models.CharField(max_length=100)
    body = models.TextField()
    state = models.CharField(max_length=8, default=WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    told = models.CharField(max_length=300, blank=True)  # what came back the last time
    made_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["hook", "-id"], name="staff_delivery_of_hook")]


class Once(models.Model):
    """What was answered to a request of the API that came with a key of its own (once.py); forgotten after a day."""

    token = models.ForeignKey(Token, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of the request: the same key belongs to the same request
    status = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField(default=b"")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token", "key"], name="staff_once_a_key")]
        indexes: ClassVar = [models.Index(fields=["made_at"], name="staff_once_old")]
