"""Tasks know whose they are and when they are due; lists cost the same however long they are; leaks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

OPEN = models.Q(("done_ms", None))


def whose(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give the tasks of before to whoever has the conversation; they were due on the day on which they began."""
    if editor.connection.alias != "default":
        return
    conversations = apps.get_model("casework", "Conversation").objects
    apps.get_model("casework", "Task").objects.update(
        worker=models.Subquery(conversations.filter(pk=models.OuterRef("conversation")).values("worker")[:1]),
        due_ms=models.F("since_ms"),
    )


def nothing(_apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Leave them as they are."""


class Migration(migrations.Migration):
    """Indexes for what is open, and the table of leaks."""

    dependencies = [("casework", "0004_messages")]
    operations = [
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["-opened_ms", "-id"], name="conversation_opened"),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["dossier", "-opened_ms"], name="conversation_dossier"),
        ),
        migrations.AddIndex(model_name="decline", index=models.Index(fields=["-at_ms", "-id"], name="decline_at")),
        migrations.AlterField(
            model_name="task",
            name="kind",
            field=models.CharField(
                choices=[
                    ("interest-line", "Interest Line"),
                    ("agreements", "Agreements"),
                    ("offer", "Offer"),
                    ("unfiled", "Unfiled"),
                    ("decline-review", "Decline Review"),
                    ("secret", "Secret"),
                    ("locked", "Locked"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="due_ms",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="task",
            name="worker",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(whose, nothing),
        migrations.AlterField(
            model_name="task",
            name="worker",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(condition=OPEN, fields=["due_ms", "id"], name="task_open"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(condition=OPEN, fields=["kind", "due_ms", "id"], name="task_open_kind"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(condition=OPEN, fields=["worker", "due_ms", "id"], name="task_open_worker"),
        ),
        migrations.CreateModel(
            name="Leak",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seat", models.IntegerField(null=True)),
                ("cause", models.CharField(max_length=20)),
                ("at_ms", models.BigIntegerField()),
                ("due_ms", models.BigIntegerField()),
                ("withdrawn", models.IntegerField(default=0)),
                ("authority", models.CharField(blank=True, default="", max_length=20)),
                ("people", models.CharField(blank=True, default="", max_length=20)),
                ("report", models.TextField(blank=True, default="")),
                ("done_ms", models.BigIntegerField(null=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="leaks",
                        to="casework.conversation",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            options={"indexes": [models.Index(condition=OPEN, fields=["due_ms", "id"], name="leak_open")]},
        ),
    ]
