"""What people work on in a case. Findings and people lists are files of the vault, never rows here.

Nothing that was said is written over: an answer, a happening, a decision has versions, and the last one counts.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from breachdesk.staff.rights import Role


class State(models.TextChoices):
    OPEN = "open"
    CLOSED = "closed"
    ERASED = "erased"


class Case(models.Model):
    """One breach. `number` names it in addresses, in the journal and in the vault: `2026-014`."""

    number = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    zone = models.CharField(max_length=64, default="UTC")  # where the team reckons its days
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=254)
    aware_at = models.DateTimeField(null=True)  # a decision, not a clock: when, by whom, why
    aware_by = models.CharField(max_length=254, blank=True)
    aware_reason = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    keep_until = models.DateField(null=True)  # when its data are to be erased (retention)
    kept_too_long = models.DateField(null=True)  # the `keep_until` that has been spoken of, so that it is told once

    class Meta:
        ordering: ClassVar = ["-opened_at"]

    def __str__(self) -> str:
        return self.number

    @property
    def open(self) -> bool:
        return self.state == State.OPEN


class Membership(models.Model):
    """Who may enter a case, as what. Ended ones stay, so that it can be told who could have read what."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="members")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    note = models.CharField(max_length=200, blank=True)  # "forensics, Sturm & Partner"
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "account"], condition=models.Q(ended_at=None), name="case_member_once"
            )
        ]


class Answer(models.Model):
    """One version of one fact (packs/facts.yaml). Not `known`: asked, and nobody knows yet, which is an answer too."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="answers")
    fact = models.CharField(max_length=120)
    known = models.BooleanField(default=True)
    value = models.JSONField(null=True)
    why = models.TextField(blank=True)
    source = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=254)
    last = models.BooleanField(default=True)  # the one that counts

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "fact"], condition=models.Q(last=True), name="case_fact_once")
        ]
        indexes: ClassVar = [models.Index(fields=["case", "fact", "-at"], name="case_fact_versions")]


class System(models.Model):
    """A machine, an account, a service of the organisation or of a vendor. `kind` and `state`: report.systems."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="systems")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    owner = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)
    isolated_at = models.DateTimeField(null=True)
    gone = models.BooleanField(default=False)  # taken from the map, kept in the history

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Link(models.Model):
    """Access from one system to another; `attack`: the attacker took it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="links")
    source = models.ForeignKey(System, models.CASCADE, related_name="+")
    target = models.ForeignKey(System, models.CASCADE, related_name="+")
    label = models.CharField(max_length=120, blank=True)
    attack = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)


class Happening(models.Model):
    """A moment or a span of the timeline. `kind`: report.happenings. `zone`: where it was, for its local time."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="happenings")
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    zone = models.CharField(max_length=64, default="UTC")
    sure = models.BooleanField(default=True)
    system = models.ForeignKey(System, models.SET_NULL, null=True, related_name="happenings")
    source = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=254)
    made_at = models.DateTimeField()
    gone = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["at", "id"]


class Origin(models.Model):
    """The source of the breach in VERIS terms (packs/veris.yaml), one version each time it is said anew."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="origins")
    terms = models.JSONField()  # {actor: [...], action: [...], ...}
    text = models.TextField(blank=True)
    by = models.CharField(max_length=254)
    at = models.DateTimeField()
    last = models.BooleanField(default=True)


class Task(models.Model):
    """Something one named person does by a time. `point`: the point of the checklist it came from."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="tasks")
    due = models.DateTimeField(null=True)
    point = models.CharField(max_length=80, blank=True)
    privileged = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=254, blank=True)
    outcome = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["done_at", "due", "id"]


class Ticked(models.Model):
    """A point of a checklist looked after: by whom, when, with what result. Unticked ones are marked gone."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="ticks")
    point = models.CharField(max_length=80)
    answer = models.CharField(max_length=10, default="done")  # done, not_needed
    note = models.TextField(blank=True)
    by = models.CharField(max_length=254)
    at = models.DateTimeField()
    last = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "point"], condition=models.Q(last=True), name="case_ticked_once")
        ]


class Decision(models.Model):
    """What was decided, by whom, and why: what a court or a regulator asks for years later."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="decisions")
    title = models.CharField(max_length=200)
    decided = models.TextField()
    reasons = models.TextField()
    considered = models.TextField(blank=True)  # what else could have been done, and why not
    at = models.DateTimeField()  # when it was taken
    by = models.CharField(max_length=254)
    written_at = models.DateTimeField()
    privileged = models.BooleanField(default=False)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")

    class Meta:
        ordering: ClassVar = ["-at", "-id"]


class Note(models.Model):
    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    text = models.TextField()
    by = models.CharField(max_length=254)
    at = models.DateTimeField()
    privileged = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]


class Spent(models.Model):
    """Time of a person or money for a vendor; insurers and courts ask for both."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="spent")
    day = models.DateField()
    who = models.CharField(max_length=120)  # a colleague, or a vendor
    vendor = models.BooleanField(default=False)
    what = models.CharField(max_length=200)
    minutes = models.PositiveIntegerField(null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    by = models.CharField(max_length=254)
    at = models.DateTimeField()
    gone = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-day", "-id"]


class Ask(models.Model):
    """What cannot be undone, asked for by one and approved by another (four eyes)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="asks")
    deed = models.CharField(max_length=40)  # close, reopen, erase, release, unmask_bulk
    what = models.JSONField(default=dict)
    reason = models.TextField()
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")  # a name can change, this not
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=10, blank=True)  # approved, refused, withdrawn
    answered_by = models.CharField(max_length=254, blank=True)
    answered_at = models.DateTimeField(null=True)
    answer_reason = models.TextField(blank=True)
    used_at = models.DateTimeField(null=True)  # an approval serves once

    @property
    def to_what(self) -> list[tuple[str, Any]]:
        """Names and values of `what`, for templates: they would take a name such as `items` for a method."""
        return list(self.what.items())

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]


class Number(models.Model):
    """How many cases a year has had, so that numbers have no gap."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    count = models.PositiveIntegerField()
