"""The database itself refuses to change or remove a line of a journal; practice alone may be wiped."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

REAL = "(SELECT NOT practice FROM casework_conversation WHERE id = OLD.conversation_id)"
GUARDS = (
    ("entry_fixed", "UPDATE", "casework_entry", "TRUE", "a journal line never changes"),
    ("entry_kept", "DELETE", "casework_entry", REAL, "a journal line is never removed"),
    ("conversation_kept", "DELETE", "casework_conversation", "NOT OLD.practice", "a conversation is never removed"),
    (
        "practice_fixed",
        "UPDATE",
        "casework_conversation",
        "NEW.practice <> OLD.practice",
        "practice is fixed when a conversation is opened",
    ),
)


def guard(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers."""
    if editor.connection.alias != "default":
        return
    for name, action, table, when, message in GUARDS:
        if editor.connection.vendor == "sqlite":
            when = when.replace("TRUE", "1")
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH ROW WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        else:
            editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {when} THEN RAISE EXCEPTION '{message}'; END IF; "
                f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
            )
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
            )


def lift(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers."""
    if editor.connection.alias != "default":
        return
    for name, _action, table, _when, _message in GUARDS:
        on = "" if editor.connection.vendor == "sqlite" else f" ON {table}"
        editor.execute(f"DROP TRIGGER {name}{on}")
        if editor.connection.vendor != "sqlite":
            editor.execute(f"DROP FUNCTION {name}()")


class Migration(migrations.Migration):
    """Guards on the journal."""

    dependencies = [("casework", "0001_initial")]
    operations = [migrations.RunPython(guard, lift)]
