"""The database lets a journal go on one path only: its sound wiped, its end announced, a line of it in the register.

A line of the register speaks of one conversation, which goes in the same transaction.
"""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

STAFF: dict[str, Any] = {
    "on_delete": django.db.models.deletion.PROTECT,
    "related_name": "+",
    "to": settings.AUTH_USER_MODEL,
}
MAY_GO = (
    "EXISTS (SELECT 1 FROM casework_conversation WHERE id = OLD.conversation_id "
    "AND (practice OR register_id IS NOT NULL))"
)
CHANGED = "COALESCE(NEW.register_id, 0) <> COALESCE(OLD.register_id, 0)"
SOUND = "EXISTS (SELECT 1 FROM casework_track WHERE conversation_id = NEW.id AND erased_ms IS NULL)"
ANNOUNCED = (
    "EXISTS (SELECT 1 FROM casework_keeping WHERE conversation_id = NEW.id AND hold = '' AND drop_from_ms IS NOT NULL)"
)
GUARDS = (
    ("entry_fixed", "UPDATE", "casework_entry", "1 = 1", "a journal line never changes"),
    ("entry_kept", "DELETE", "casework_entry", f"NOT {MAY_GO}", "a journal line is never removed"),
    (
        "conversation_kept",
        "DELETE",
        "casework_conversation",
        "NOT OLD.practice AND OLD.register_id IS NULL",
        "a conversation goes only when the register says so",
    ),
    (
        "practice_fixed",
        "UPDATE",
        "casework_conversation",
        "NEW.practice <> OLD.practice",
        "practice is fixed when a conversation is opened",
    ),
    (
        "register_once",
        "UPDATE",
        "casework_conversation",
        f"{CHANGED} AND (OLD.register_id IS NOT NULL OR {SOUND} OR NOT {ANNOUNCED})",
        "a conversation is dropped once, after its sound and after its notice",
    ),
    ("register_fixed", "UPDATE", "casework_registerline", "1 = 1", "a line of the register never changes"),
    ("register_kept", "DELETE", "casework_registerline", "1 = 1", "a line of the register is never removed"),
)


def guard(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers, in the place of those that are there."""
    if editor.connection.alias != "default":
        return
    sqlite = editor.connection.vendor == "sqlite"
    for name, action, table, when, message in GUARDS:
        editor.execute(f"DROP TRIGGER IF EXISTS {name}" + ("" if sqlite else f" ON {table}"))
        if sqlite:
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH ROW WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        else:
            editor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {when} THEN RAISE EXCEPTION '{message}'; END IF; "
                f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
            )
            editor.execute(f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


class Migration(migrations.Migration):
    """What is noted about keeping and wiping, and the guards on journal and register."""

    dependencies = [("casework", "0006_listening")]
    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("conversation", models.CharField(db_index=True, max_length=32)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("correction", "Correction"),
                            ("statement", "Statement"),
                            ("reason", "Reason"),
                            ("objection", "Objection"),
                        ],
                        max_length=20,
                    ),
                ),
                ("seat", models.IntegerField(null=True)),
                ("about", models.IntegerField(null=True)),
                ("at_ms", models.BigIntegerField()),
                ("sealed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="RegisterLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made", models.CharField(max_length=7)),
                ("dropped", models.CharField(max_length=7)),
                ("parts", models.IntegerField()),
                ("ground", models.CharField(max_length=30)),
                ("previous", models.CharField(max_length=64, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
            ],
        ),
        migrations.AddField(model_name="track", name="erased_ms", field=models.BigIntegerField(null=True)),
        migrations.AddIndex(
            model_name="track",
            index=models.Index(condition=models.Q(("erased_ms", None)), fields=["opened_ms"], name="track_live"),
        ),
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
                    ("retention", "Retention"),
                    ("wiping", "Wiping"),
                    ("request", "Request"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Keeping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("adult_year", models.IntegerField(null=True)),
                ("hold", models.CharField(blank=True, db_index=True, default="", max_length=30)),
                ("drop_from_ms", models.BigIntegerField(null=True)),
                (
                    "conversation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keeping", to="casework.conversation"
                    ),
                ),
            ],
        ),
        # Neither makes the table anew on SQLite: that would lose its guards.
        migrations.AddField(
            model_name="conversation",
            name="register",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="casework.registerline",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("register__isnull", False)), fields=("register",), name="register_line_once"
            ),
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seat", models.IntegerField()),
                ("wish", models.CharField(max_length=20)),
                ("asker", models.CharField(max_length=20)),
                ("able", models.BooleanField(null=True)),
                ("harms", models.BooleanField(null=True)),
                ("came_ms", models.BigIntegerField()),
                ("due_ms", models.BigIntegerField()),
                ("decision", models.CharField(blank=True, default="", max_length=20)),
                ("decided_ms", models.BigIntegerField(null=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="requests", to="casework.conversation"
                    ),
                ),
                ("staff", models.ForeignKey(**STAFF | {"null": True})),
            ],
        ),
        migrations.CreateModel(
            name="Wiping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.IntegerField()),
                ("ground", models.CharField(max_length=30)),
                ("locked_before", models.CharField(blank=True, default="", max_length=30)),
                ("announced_ms", models.BigIntegerField()),
                ("erasable_ms", models.BigIntegerField()),
                ("objected_ms", models.BigIntegerField(null=True)),
                ("done_ms", models.BigIntegerField(null=True)),
                ("tracks", models.IntegerField(default=0)),
                ("announced_by", models.ForeignKey(**STAFF)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wipings", to="casework.conversation"
                    ),
                ),
                ("done_by", models.ForeignKey(**STAFF | {"null": True})),
                ("objected_by", models.ForeignKey(**STAFF | {"null": True})),
                (
                    "request",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wipings",
                        to="casework.request",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(condition=models.Q(("decided_ms", None)), fields=["due_ms", "id"], name="request_open"),
        ),
        migrations.AddIndex(
            model_name="wiping",
            index=models.Index(
                condition=models.Q(("done_ms", None), ("objected_ms", None)),
                fields=["erasable_ms", "id"],
                name="wiping_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="wiping",
            constraint=models.UniqueConstraint(
                condition=models.Q(("objected_ms", None)), fields=("conversation", "part"), name="wiping_once"
            ),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
