"""Planned conversations, and what is said beforehand; the latter lies in the keyring."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Two tables."""

    dependencies = [("casework", "0007_keeping")]
    operations = [
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("plan", models.CharField(blank=True, db_index=True, default="", max_length=32)),
                ("starts_ms", models.BigIntegerField(db_index=True)),
                ("whole_day", models.BooleanField(default=False)),
                ("way", models.CharField(max_length=10)),
                ("sealed", models.BinaryField(default=b"")),
                ("at_ms", models.BigIntegerField()),
                ("until_ms", models.BigIntegerField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("reference", models.CharField(max_length=12, unique=True)),
                ("starts_ms", models.BigIntegerField(db_index=True)),
                ("moved_from_ms", models.BigIntegerField(null=True)),
                ("people", models.IntegerField(null=True)),
                ("children", models.CharField(blank=True, default="", max_length=20)),
                ("telephone", models.BooleanField(default=False)),
                ("language", models.CharField(default="nl", max_length=5)),
                ("told_ms", models.BigIntegerField(null=True)),
                ("wanted_ms", models.BigIntegerField(null=True)),
                ("turn", models.IntegerField(default=0)),
                ("invitation_sha256", models.CharField(max_length=64, unique=True)),
                ("begun_ms", models.BigIntegerField(null=True)),
                ("cancelled_ms", models.BigIntegerField(null=True)),
                (
                    "conversation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="plan",
                        to="casework.conversation",
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["worker", "starts_ms"], name="plan_of_worker")],
            },
        ),
    ]
