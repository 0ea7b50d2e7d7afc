"""What is known of sealed things: the wrapped keys, and evidence items."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

#: How long what may leave waits for whoever asked.
WAITS = timedelta(days=7)


class CaseKey(models.Model):
    """The key of a case, wrapped by the master key. Destroyed: what it sealed is gone, everywhere but in backups."""

    case = models.SlugField(max_length=64, primary_key=True)  # the number of a case, or `signals`
    wrapped = models.BinaryField(null=True)
    master = models.CharField(max_length=24)  # id of the master key that wrapped it
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)


class Item(models.Model):
    """One evidence item, sealed as it came. `label` names it everywhere: `E-001`, without a gap in its case."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="items")
    label = models.CharField(max_length=12)
    name = models.CharField(max_length=255)  # of the file, as given: shown, never a path
    description = models.TextField(blank=True)
    source = models.CharField(max_length=300, blank=True)  # who gave it, or which system it was taken from
    method = models.CharField(max_length=300, blank=True)  # how it was taken
    acquired_at = models.DateTimeField()
    acquired_by = models.CharField(max_length=120)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    sha512 = models.CharField(max_length=128)
    sealed = models.CharField(max_length=64, unique=True)  # its name in the vault
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=254)
    forgotten_at = models.DateTimeField(null=True)  # the key of its case was destroyed

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "label"], name="vault_label_once")]
        ordering: ClassVar = ["label"]

    def __str__(self) -> str:
        return self.label


class Custody(models.Model):
    """One line of the chain of custody: who had it from whom, what for, and whether it was whole then."""

    item = models.ForeignKey(Item, models.CASCADE, null=True, related_name="custody")
    released = models.ForeignKey("Released", models.CASCADE, null=True, related_name="custody")
    deed = models.CharField(max_length=12)  # taken, handed, checked, opened, released
    at = models.DateTimeField()
    by = models.CharField(max_length=254)
    giver = models.CharField(max_length=120, blank=True)
    taker = models.CharField(max_length=120, blank=True)
    purpose = models.CharField(max_length=300, blank=True)
    place = models.CharField(max_length=120, blank=True)
    whole = models.BooleanField(null=True)  # hashed anew: as at intake, or not; null: not looked at

    class Meta:
        ordering: ClassVar = ["at", "id"]


class Released(models.Model):
    """Something that left, or may leave, with four eyes: the list of people with clear values, or an evidence item. It
    is no evidence: nobody reads it, opens it or packs it. `label`: `R-001`."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="released")
    label = models.CharField(max_length=12)
    item = models.ForeignKey(Item, models.CASCADE, null=True, related_name="released")  # none: a list of people
    name = models.CharField(max_length=255)
    sealed = models.CharField(max_length=64, blank=True)  # its name in the vault; "": an item, or forgotten
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    sha512 = models.CharField(max_length=128, blank=True)
    people = models.BigIntegerField(null=True)
    to = models.CharField(max_length=200, blank=True)  # "": whoever asked
    purpose = models.CharField(max_length=300, blank=True)
    ask = models.BigIntegerField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "label"], name="vault_release_once")]
        ordering: ClassVar = ["-id"]

    def ready(self, at: datetime) -> bool:
        """Whether it can be fetched."""
        there = self.item.forgotten_at is None if self.item else bool(self.sealed)
        return there and self.fetched_at is None and at - self.made_at < WAITS


class Upload(models.Model):
    """Evidence on its way in, in parts that may break off; its parts lie sealed below the folder of its case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey("case.Case", models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()  # as announced
    said = models.JSONField(default=dict)  # description, source, method, acquired_at, acquired_by
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    told_at = models.DateTimeField(null=True)  # it stood still for a week, and somebody was told

    class Meta:
        ordering: ClassVar = ["-made_at"]


class State(models.TextChoices):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


OPEN = (State.WAITING, State.WORKING)


class Errand(models.Model):
    """Something that takes long, done by the worker in the name of whoever asked (errands.py)."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="errands")
    kind = models.CharField(max_length=20)  # check, seal, inbox; bag, release of the rooms below
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    item = models.ForeignKey(Item, models.CASCADE, null=True, related_name="errands")
    upload = models.UUIDField(null=True)
    said = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    fault = models.CharField(max_length=100, blank=True)  # a key of the words, or a kind of error
    total = models.BigIntegerField(default=0)  # bytes
    done = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    role = models.CharField(max_length=20)
    via = models.CharField(max_length=10)
    ended_at = models.DateTimeField(null=True)
    seen = models.BooleanField(default=False)  # its end needs no telling any more

    class Meta:
        ordering: ClassVar = ["-id"]

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def percent(self) -> int:
        return min(99, 100 * self.done // self.total) if self.total else 0
