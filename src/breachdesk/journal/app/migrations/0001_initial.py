"""The tables of the journal."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar = []

    operations: ClassVar = [
        migrations.CreateModel(
            name="CaseCount",
            fields=[
                ("case", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("count", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("note", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("token", models.BinaryField(null=True)),
                ("token_from", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(default=0)),
                ("edge", models.BinaryField(default=b"")),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="journal_one_head")],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("case", models.CharField(max_length=100)),
                ("case_seq", models.BigIntegerField()),
                ("at", models.DateTimeField(db_index=True)),
                ("type", models.CharField(max_length=100)),
                ("actor", models.CharField(max_length=254)),
                ("envelope", models.BinaryField()),
                ("payload", models.BinaryField(null=True)),
                ("salt", models.BinaryField(null=True)),
                ("names", models.BinaryField(null=True)),
                ("privileged", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "case_seq"), name="journal_case_gapless")],
            },
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("level", "index"), name="journal_node_once")],
            },
        ),
    ]
