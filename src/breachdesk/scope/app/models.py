"""Runs of scope in a case, and what the team corrected. Findings and people lists are files of the vault."""

from typing import Any, ClassVar

from django.db import models


class State(models.TextChoices):
    WAITING = "waiting"
    READING = "reading"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


OPEN = (State.WAITING, State.READING, State.STOPPING)


class Run(models.Model):
    """The evidence of a case read once. Only numbers are kept here; the list lies sealed in the vault as `folder`."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    again = models.BooleanField(default=False)  # only corrections came: the evidence of the run before is not read
    items = models.JSONField(default=list)  # labels of the evidence items
    folder = models.CharField(max_length=64)
    bytes = models.BigIntegerField(default=0)  # of evidence
    done = models.BigIntegerField(default=0)
    step = models.CharField(max_length=20, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    summary = models.JSONField(null=True)  # summary.json (docs/formats/scope.md)
    cohorts = models.JSONField(null=True)  # [{residence, elements, language, minor, count}]
    people = models.BigIntegerField(null=True)
    new = models.BigIntegerField(null=True)  # how many were not on the list before
    gone = models.BigIntegerField(null=True)  # how many of the list before are on this one no more
    before = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")  # what it is compared with
    fault = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(state__in=OPEN), name="scope_one_at_a_time")
        ]
        ordering: ClassVar = ["-id"]

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def percent(self) -> int:
        """How much of the evidence has been read; reading is the longer part of the work."""
        return min(99, 100 * self.done // self.bytes) if self.bytes else 0


class Better(models.Model):
    """Somebody knows better than what was found. The last version counts; one that was taken back says by whom."""

    id: int
    case: models.ForeignKey[Any, Any]
    reason = models.TextField()
    by = models.CharField(max_length=254)
    at = models.DateTimeField()
    last = models.BooleanField(default=True)
    back_reason = models.TextField(blank=True)
    back_by = models.CharField(max_length=254, blank=True)
    back_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Correction(Better):
    """Where people live in truth: one person (by a mark of theirs, never by a value), or everybody whose residence was
    found as `found`."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="corrections")
    mark = models.CharField(max_length=16, blank=True)
    found = models.CharField(max_length=12, blank=True)
    residence = models.CharField(max_length=12)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "mark", "found"], condition=models.Q(last=True), name="scope_correction_once"
            )
        ]


class ColumnSaid(Better):
    """What a column of the evidence holds in truth. `meaning`: as scope.detectors.meanings names it."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="columns_said")
    source = models.CharField(max_length=1000)  # E-001/shop.sql/users: the same whatever other evidence comes
    column = models.CharField(max_length=500)
    meaning = models.CharField(max_length=60)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "source", "column"], condition=models.Q(last=True), name="scope_column_once"
            )
        ]


class Comparison(models.Model):
    """A leaked sample held against exports of our own data (scope/compare.py). The answer holds counts, names of
    columns and days, never a value. What is named as our own is not read as stolen."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="comparisons")
    sample = models.CharField(max_length=12)  # label of an evidence item
    own = models.JSONField(default=list)  # labels, the oldest export first
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    fault = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    @property
    def open(self) -> bool:
        return self.state in OPEN
