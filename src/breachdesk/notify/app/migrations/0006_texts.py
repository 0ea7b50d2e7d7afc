import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0005_alarm"),
    ]

    operations = [
        migrations.CreateModel(
            name="Gateway",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("forged", models.PositiveBigIntegerField(default=0)),
                ("repeated", models.PositiveBigIntegerField(default=0)),
                ("stray", models.PositiveBigIntegerField(default=0)),
                ("forged_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=72)),
                ("fate", models.CharField(max_length=12)),
                ("code", models.PositiveSmallIntegerField(default=0)),
                ("told", models.CharField(blank=True, max_length=300)),
                ("row", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("ref", "told"), name="notify_report_once")],
            },
        ),
        migrations.CreateModel(
            name="Piece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(db_index=True, max_length=72)),
                ("parts", models.PositiveSmallIntegerField(default=1)),
                ("fate", models.CharField(blank=True, max_length=12)),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pieces", to="notify.delivery"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("delivery", "ref"), name="notify_piece_once")],
            },
        ),
    ]
