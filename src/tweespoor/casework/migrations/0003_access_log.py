"""The access log says more, and the database itself refuses to change its lines; practice alone may be wiped."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

PRACTICE = "(OLD.conversation_id IN (SELECT id FROM casework_conversation WHERE practice))"
FIVE_YEARS_MS = 5 * 366 * 24 * 3600 * 1000
OLD_ENOUGH = f"(OLD.at_ms < (SELECT max(at_ms) FROM casework_access) - {FIVE_YEARS_MS})"
GUARDS = (
    ("access_fixed", "UPDATE", "1 = 1", "a line of the access log never changes"),
    (
        "access_kept",
        "DELETE",
        f"NOT {OLD_ENOUGH} AND NOT COALESCE({PRACTICE}, 1 = 0)",
        "a line of the access log is kept for five years",
    ),
)


def guard(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers."""
    if editor.connection.alias != "default":
        return
    for name, action, when, message in GUARDS:
        if editor.connection.vendor == "sqlite":
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {action} ON casework_access FOR EACH ROW WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        else:
            editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {when} THEN RAISE EXCEPTION '{message}'; END IF; "
                f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
            )
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {action} ON casework_access FOR EACH ROW EXECUTE FUNCTION {name}()"
            )


def lift(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers."""
    if editor.connection.alias != "default":
        return
    for name, *_ in GUARDS:
        on = "" if editor.connection.vendor == "sqlite" else " ON casework_access"
        editor.execute(f"DROP TRIGGER {name}{on}")
        if editor.connection.vendor != "sqlite":
            editor.execute(f"DROP FUNCTION {name}()")


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0002_append_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='access',
            name='about',
            field=models.CharField(blank=True, default='', max_length=100),
        ),
        migrations.AddField(
            model_name='access',
            name='origin',
            field=models.CharField(blank=True, default='', max_length=10),
        ),
        migrations.AddField(
            model_name='access',
            name='role',
            field=models.CharField(blank=True, default='', max_length=20),
        ),
        migrations.AddField(
            model_name='access',
            name='seat',
            field=models.IntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='access',
            name='conversation',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='accesses', to='casework.conversation'),
        ),
        migrations.AlterField(
            model_name='access',
            name='staff',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='access',
            index=models.Index(fields=['conversation', '-at_ms'], name='casework_ac_convers_5ae667_idx'),
        ),
        migrations.AddIndex(
            model_name='access',
            index=models.Index(fields=['staff', '-at_ms'], name='casework_ac_staff_i_f823b6_idx'),
        ),
        migrations.RunPython(guard, lift),
    ]
