"""How people may be reached, messages on their way, and what is still to be told."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Three tables; the addresses lie in the keyring."""

    dependencies = [("casework", "0003_access_log")]
    operations = [
        migrations.CreateModel(
            name="SafeWay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("conversation", models.CharField(db_index=True, max_length=32)),
                ("seat", models.IntegerField()),
                (
                    "way",
                    models.CharField(
                        choices=[("none", "None"), ("call", "Call"), ("sms", "Sms"), ("mail", "Mail")],
                        default="none",
                        max_length=10,
                    ),
                ),
                ("sealed", models.BinaryField(default=b"")),
            ],
            options={
                "constraints": (models.UniqueConstraint(fields=("conversation", "seat"), name="way_once"),),
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seat", models.IntegerField()),
                ("notice", models.CharField(max_length=20)),
                ("language", models.CharField(default="nl", max_length=5)),
                ("made_ms", models.BigIntegerField()),
                ("due_ms", models.BigIntegerField(db_index=True, null=True)),
                ("attempts", models.IntegerField(default=0)),
                ("sent_ms", models.BigIntegerField(null=True)),
                ("result", models.CharField(blank=True, default="", max_length=20)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="casework.conversation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ToTell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seat", models.IntegerField(null=True)),
                ("what", models.CharField(max_length=20)),
                ("since_ms", models.BigIntegerField()),
                ("told_ms", models.BigIntegerField(null=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="to_tell",
                        to="casework.conversation",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
