"""Signals: what somebody noticed, before anybody knows whether it is a breach."""

from typing import ClassVar

from django.db import models

from breachdesk.staff.app.models import Program


class State(models.TextChoices):
    NEW = "new"
    LOOKING = "looking"
    DUPLICATE = "duplicate"
    FALSE_ALARM = "false_alarm"
    CONFIRMED = "confirmed"


OPEN = (State.NEW, State.LOOKING)
WHO = ("customer", "researcher", "journalist", "police", "employee", "monitoring", "other")
CHANNELS = ("staff", "public", "api", "mail", "webhook")


class Signal(models.Model):
    """One report. `code`: keyed hash of the return code, for whoever reported without a name."""

    number = models.SlugField(max_length=20, unique=True)  # S-2026-0007
    channel = models.CharField(max_length=10)
    who = models.CharField(max_length=12)
    text = models.TextField()
    noticed = models.CharField(max_length=200, blank=True)  # when, in the words of whoever noticed it
    contact = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=12, default="en")
    code = models.CharField(max_length=64, blank=True, db_index=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=254)
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    reason = models.TextField(blank=True)
    decided_by = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True)
    same_as = models.ForeignKey("self", models.PROTECT, null=True, related_name="duplicates")
    case = models.CharField(max_length=40, blank=True)  # its number, once confirmed

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return self.number

    @property
    def open(self) -> bool:
        return self.state in OPEN


class Message(models.Model):
    """A question to whoever reported, or an answer of theirs."""

    signal = models.ForeignKey(Signal, models.CASCADE, related_name="messages")
    ours = models.BooleanField()
    text = models.TextField()
    by = models.CharField(max_length=254, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "id"]


class Attachment(models.Model):
    """A file that came with a report, sealed in the vault before anybody looked at it."""

    signal = models.ForeignKey(Signal, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    sha512 = models.CharField(max_length=128)
    sealed = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class Number(models.Model):
    """How many signals a year has had, so that numbers have no gap."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    count = models.PositiveIntegerField()


class Mailbox(models.Model):
    """How far a mailbox has been read (RFC 3501: UIDs count up as long as UIDVALIDITY is the same). Its id says which
    (mailbox.py)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    validity = models.BigIntegerField(default=0)
    uid = models.BigIntegerField(default=0)  # the last one taken
    looked_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)  # why it cannot be read, or nothing
    trouble_since = models.DateTimeField(null=True)


class Post(models.Model):
    """One letter of the mailbox and what became of it: a signal, a message of one, or set aside and kept."""

    key = models.CharField(max_length=64, unique=True)  # SHA-256 of its Message-ID, or of itself
    signal = models.ForeignKey(Signal, models.PROTECT, null=True, related_name="letters")
    aside = models.CharField(max_length=10, blank=True)  # answer, bounce, list: why no human is thought to have written
    sender = models.CharField(max_length=254)
    subject = models.CharField(max_length=400)
    sealed = models.CharField(max_length=64, unique=True)  # the letter as it came
    size = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]


class Sender(Program):
    """A program that reports by a webhook of its own (Standard Webhooks)."""

    KIND = "sender"

    slug = models.CharField(max_length=32, unique=True)  # of its address
    who = models.CharField(max_length=12, default="monitoring")  # as whom it reports unless it says otherwise
    refused_at = models.DateTimeField(null=True)  # when something that came to its address was last refused
    refused = models.CharField(max_length=40, blank=True)  # and why: a key of the messages


class Heard(models.Model):
    """One event of a sender and the signal it became. `message`: its webhook-id, the same at every try."""

    sender = models.ForeignKey(Sender, models.CASCADE, related_name="heard")
    message = models.CharField(max_length=200)
    signal = models.ForeignKey(Signal, models.CASCADE, related_name="heard")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["sender", "message"], name="heard_once")]
