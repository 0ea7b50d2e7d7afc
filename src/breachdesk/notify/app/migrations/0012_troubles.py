"""What holds one channel up does not hide what holds up another."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notify", "0011_one_index_less")]

    operations = [
        migrations.AddField("sending", "troubles", models.JSONField(default=dict)),
        migrations.RemoveField("sending", "trouble"),
    ]
