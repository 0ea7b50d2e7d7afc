"""What the law asks of a case as it stood when it was last judged, and what each answer changed about it.

The law room judges; these rows keep what it said, so that a page, a reminder or a calendar need not judge again.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class Standing(models.Model):
    """One judgement of a case: by which facts, by which packs, with which questions left open.

    `facts`: the sheet it was judged by, without people; `inputs`: the digest of everything it was judged by. The duties
    themselves lie in Document, while this is the `last` one. `because`: number of the journal entry that led to it."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="standings")
    at = models.DateTimeField()
    inputs = models.CharField(max_length=64)
    packs_version = models.CharField(max_length=40)
    packs_sha256 = models.CharField(max_length=64)
    facts = models.JSONField()
    questions = models.JSONField()  # as in breachdesk.duties/1, in the order in which they should be asked
    counts = models.JSONField()  # verdict -> how many duties
    people = models.PositiveBigIntegerField(null=True)  # counted by scope; null while nobody was
    warnings = models.JSONField()  # language -> what somebody should look at
    legal = models.JSONField()  # language -> the sentence that it is no advice
    because = models.BigIntegerField(null=True)
    last = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(last=True), name="law_standing_once")
        ]
        indexes: ClassVar = [models.Index(fields=["case", "-at"], name="law_standing_history")]


class Document(models.Model):
    """The document breachdesk.duties/1 of a standing in one language, packed by zlib (law/app/kept.py)."""

    standing = models.ForeignKey(Standing, models.CASCADE, related_name="documents")
    language = models.CharField(max_length=12)
    packed = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["standing", "language"], name="law_document_once")]


class DeadlineState(models.TextChoices):
    OPEN = "open"
    FILED = "filed"  # handed in
    OVERTAKEN = "overtaken"  # a later judgement no longer asks it


class Deadline(models.Model):
    """A duty that has to be looked after, or was: everything that asks something of the case, dated or not.

    `texts`: language -> title, recipient, standard, citation. `zone`: where its hours are counted. `starts_at`: the
    event its clock runs from, for reminders."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="deadlines")
    duty = models.CharField(max_length=200)
    place = models.CharField(max_length=20)  # whose law: ISO 3166, EU, contract
    kind = models.CharField(max_length=20)
    recipient_type = models.CharField(max_length=40)
    texts = models.JSONField()
    verdict = models.CharField(max_length=12)
    people = models.PositiveBigIntegerField(null=True)
    remote = models.BooleanField(default=False)  # open only because somebody whose home nobody knows may live there
    due = models.DateTimeField(null=True)
    due_latest = models.DateTimeField(null=True)
    zone = models.CharField(max_length=64, blank=True)
    starts_at = models.DateTimeField(null=True)
    missing = models.JSONField(default=list)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="deadlines")
    state = models.CharField(max_length=10, choices=DeadlineState.choices, default=DeadlineState.OPEN)
    filed_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)  # handed in after it was due

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "duty"], name="law_deadline_once")]
        indexes: ClassVar = [
            models.Index(
                fields=["case", "due"],
                condition=models.Q(state="open", verdict="owed", due__isnull=False),
                name="law_next_due",
            )
        ]

    def text(self, name: str, language: str) -> str:
        """Title, recipient, standard or citation in a language, else in English."""
        said: dict[str, Any] = self.texts.get(language) or self.texts.get("en") or {}
        return str(said.get(name, ""))


class Change(models.Model):
    """What one judgement said otherwise than the one before: language -> breachdesk.changes/1. `fresh` until somebody
    has looked at it."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="law_changes")
    at = models.DateTimeField()
    because = models.BigIntegerField(null=True)  # number of the journal entry that led to it
    cause = models.CharField(max_length=20)  # facts, people, filings, packs, time
    facts = models.JSONField(default=list)  # names of the facts that differ
    count = models.PositiveIntegerField()  # of duties
    told = models.JSONField()
    fresh = models.BooleanField(default=True)
    seen_by = models.CharField(max_length=254, blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]


class Reminder(models.Model):
    """That somebody was reminded of a deadline: once for each step and each due time."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="reminders")
    duty = models.CharField(max_length=200)
    step = models.PositiveSmallIntegerField()  # per cent of the time gone
    due = models.DateTimeField()
    sent_at = models.DateTimeField()
    to = models.PositiveSmallIntegerField()  # how many people and channels

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "duty", "step", "due"], name="law_reminder_once")
        ]


class Feed(models.Model):
    """An address under which somebody's calendar fetches the deadlines of all their cases. Only its digest is kept:
    whoever knows the address reads, and nobody can be told it twice."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="feeds")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token
    note = models.CharField(max_length=80, blank=True)  # "my phone"
    titles = models.BooleanField(default=False)  # whether it says what is due, or only that something is
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at"]
