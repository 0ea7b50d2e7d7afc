"""Who asked for what cannot be undone is told by the account, one tick a point, and a lapsed case is spoken of once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("case", "0001_first"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(
            model_name="ask",
            name="asker",
            field=models.ForeignKey(
                default=None,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
            preserve_default=False,
        ),
        migrations.AddField(model_name="case", name="kept_too_long", field=models.DateField(null=True)),
        migrations.AddConstraint(
            model_name="ticked",
            constraint=models.UniqueConstraint(
                condition=models.Q(("last", True)), fields=("case", "point"), name="case_ticked_once"
            ),
        ),
    ]
