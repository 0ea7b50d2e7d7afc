"""What is known of sealed things: the wrapped keys, and evidence items."""

from django.db import models


class CaseKey(models.Model):
    """The key of a case, wrapped by the master key. Destroyed: what it sealed is gone, everywhere but in backups."""

    case = models.SlugField(max_length=64, primary_key=True)  # the number of a case, or `signals`
    wrapped = models.BinaryField(null=True)
    master = models.CharField(max_length=24)  # id of the master key that wrapped it
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)
