"""The journal in the database: rows that are only ever added. Triggers refuse everything else (migration 0002).

What may be taken away is an entry's contents (payload, salt, names), never its envelope: the tree stays provable.
"""

from typing import ClassVar

from django.db import models


class Head(models.Model):
    """The one row every writer locks: how many entries there are, and the right edge of the tree."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    edge = models.BinaryField(default=b"")  # hashes of 32 bytes, largest subtree first

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="journal_one_head")]


class CaseCount(models.Model):
    """How many entries a case has, so that its own count has no gap."""

    case = models.CharField(max_length=100, primary_key=True)
    count = models.BigIntegerField()


class Line(models.Model):
    """One entry as it stands."""

    seq = models.BigIntegerField(primary_key=True)
    case = models.CharField(max_length=100)
    case_seq = models.BigIntegerField()
    at = models.DateTimeField(db_index=True)
    type = models.CharField(max_length=100)
    actor = models.CharField(max_length=254)
    envelope = models.BinaryField()  # canonical JSON: what the leaf is the hash of
    payload = models.BinaryField(null=True)  # canonical JSON, or erased
    salt = models.BinaryField(null=True)
    names = models.BinaryField(null=True)
    privileged = models.BooleanField(default=False)  # its contents stay out of what is given away

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "case_seq"], name="journal_case_gapless")]


class Node(models.Model):
    """The hash of a whole subtree (level 0: a leaf), so that a proof reads a few rows of a million."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["level", "index"], name="journal_node_once")]


class Checkpoint(models.Model):
    """A signed state. `token` is what a timestamp authority said of it (RFC 3161, DER)."""

    size = models.BigIntegerField(primary_key=True)
    note = models.BinaryField()
    made_at = models.DateTimeField()
    token = models.BinaryField(null=True)
    token_from = models.CharField(max_length=300, blank=True)
    token_at = models.DateTimeField(null=True)  # the time the authority says
