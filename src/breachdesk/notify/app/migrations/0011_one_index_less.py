"""The ledger keeps one index less: its sendings are found by the one that keeps each row once."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notify", "0010_log_of_carrier")]

    operations = [
        migrations.AlterField(
            "delivery",
            "sending",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="notify.sending",
                db_index=False,
            ),
        ),
    ]
