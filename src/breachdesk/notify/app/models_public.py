"""What was said to everybody: words that were put up and approved, where they stand, and what became of each post."""

from typing import ClassVar

from django.db import models

from breachdesk.notify.channels import STANDING, Post


class Up(models.TextChoices):
    """How a text stands that was put up for publication."""

    FIXED = "fixed"  # its words are fixed; a second person has to approve them
    RELEASED = "released"  # approved: it may be published
    REPLACED = "replaced"  # newer words of the same text were released
    DROPPED = "dropped"  # given up before it was released
    WITHDRAWN = "withdrawn"  # released, and not to be published any more


class PublicText(models.Model):
    """A text in one language as it was put up. `words`: as it is copied, and `page` as a page; neither ever changes.
    `rule`: of a public notice in place of letters, the law it is of."""

    case = models.ForeignKey("case.Case", models.CASCADE, related_name="public_texts")
    number = models.PositiveSmallIntegerField()  # in its case, from 1
    kind = models.CharField(max_length=100)
    rule = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=300)
    words = models.TextField()
    sha256 = models.CharField(max_length=64)  # of the words in UTF-8
    page = models.TextField()
    page_sha256 = models.CharField(max_length=64)
    standing = models.CharField(max_length=10, choices=Up.choices, default=Up.FIXED)
    fixed_at = models.DateTimeField()
    fixed_by = models.CharField(max_length=254)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=254, blank=True)
    approved_by = models.CharField(max_length=254, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="notify_public_text_number"),
            models.UniqueConstraint(
                fields=["case", "kind", "language"],
                condition=models.Q(standing=Up.RELEASED),
                name="notify_public_text_released",
            ),
        ]

    @property
    def waits(self) -> bool:
        return self.standing == Up.FIXED

    @property
    def may_go(self) -> bool:
        return self.standing == Up.RELEASED


class Publication(models.Model):
    """Where somebody published a text by hand, and since when. `part`: which part of a law's substitute notice it is;
    `until`: the last day it has to stand; `task`: that reminds of it."""

    text = models.ForeignKey(PublicText, models.CASCADE, related_name="publications")
    where = models.CharField(max_length=300)
    part = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    until = models.DateField(null=True)
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=254)
    task = models.ForeignKey("case.Task", models.SET_NULL, null=True, related_name="+")
    down_at = models.DateTimeField(null=True)
    down_by = models.CharField(max_length=254, blank=True)
    down_why = models.TextField(blank=True)
    early = models.BooleanField(default=False)  # it was taken down before it might be

    class Meta:
        ordering: ClassVar = ["-at", "-id"]


class Posted(models.Model):
    """One text x channel x attempt. `told`, `code`: what came of it (channels.Said)."""

    text = models.ForeignKey(PublicText, models.CASCADE, related_name="posts")
    channel = models.CharField(max_length=60)
    attempt = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, default=Post.QUEUED.value)
    told = models.CharField(max_length=20, blank=True)
    code = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=254)
    begun_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=254, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["text", "channel", "attempt"], name="notify_posted_attempt"),
            models.UniqueConstraint(
                fields=["text", "channel"],
                condition=models.Q(state__in=[one.value for one in STANDING]),
                name="notify_posted_once",
            ),
        ]
