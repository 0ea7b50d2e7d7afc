"""What was drafted for an authority, looked over, handed in and answered. What it says lies sealed in the vault."""

from typing import ClassVar

from django.db import models


class FilingState(models.TextChoices):
    DRAFTED = "drafted"
    REVIEWED = "reviewed"
    SENT = "sent"
    RECEIPTED = "receipted"
    WITHDRAWN = "withdrawn"


class Filing(models.Model):
    """One filing of a duty: a draft kept as it stood, and what became of it. What was sent is never changed.

    `name`: what it is called in the vault (breachdesk.filing/1); `sha256`: of its plain text. `inputs`: digest of what
    the case was judged by then (law.Standing), to tell whether the facts have moved on."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="filings")
    duty = models.CharField(max_length=200)
    ref = models.CharField(max_length=200)
    form = models.CharField(max_length=80)
    stage = models.CharField(max_length=14)  # authorities.shapes.Stage
    state = models.CharField(max_length=10, choices=FilingState.choices, default=FilingState.DRAFTED)
    authority = models.CharField(max_length=300)
    language = models.CharField(max_length=12)
    title = models.CharField(max_length=300)  # in the language of the form
    due = models.DateTimeField(null=True)
    name = models.CharField(max_length=64, unique=True)
    sha256 = models.CharField(max_length=64)
    inputs = models.CharField(max_length=64)
    open = models.PositiveSmallIntegerField()  # fields that wait for a human
    fields = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=254, blank=True)
    review = models.TextField(blank=True)  # what the reviewer noted
    sent_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=254, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    late = models.BooleanField(default=False)
    number = models.CharField(max_length=200, blank=True)  # what the authority gave
    proof = models.CharField(max_length=64, blank=True)  # the receipt itself, its name in the vault
    proof_file = models.CharField(max_length=200, blank=True)  # what it was called
    proof_size = models.PositiveBigIntegerField(null=True)
    proof_sha256 = models.CharField(max_length=64, blank=True)
    receipted_at = models.DateTimeField(null=True)
    receipted_by = models.CharField(max_length=254, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=254, blank=True)
    withdrawn_why = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["case", "duty"], name="authorities_filing_of_duty")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "duty"],
                condition=models.Q(state__in=["drafted", "reviewed"]),
                name="authorities_one_in_hand",
            )
        ]

    @property
    def sent(self) -> bool:
        return self.state in (FilingState.SENT, FilingState.RECEIPTED)
