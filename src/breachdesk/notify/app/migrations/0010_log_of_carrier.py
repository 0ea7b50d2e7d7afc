"""A carrier remembers where the log of the relay ended when it began."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notify", "0009_published")]

    operations = [migrations.AddField("carrier", "log", models.CharField(max_length=120, blank=True))]
