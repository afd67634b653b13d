"""The database itself guards what must stay: journal, access log and register only grow; practice alone may be wiped.

A journal goes on one path only: its sound wiped, its end announced, a line of it in the register, all of that in one
transaction.  A line of the access log goes after five years.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

MAY_GO = (
    "EXISTS (SELECT 1 FROM casework_conversation WHERE id = OLD.conversation_id "
    "AND (practice OR register_id IS NOT NULL))"
)
CHANGED = "COALESCE(NEW.register_id, 0) <> COALESCE(OLD.register_id, 0)"
SOUND = "EXISTS (SELECT 1 FROM casework_track WHERE conversation_id = NEW.id AND erased_ms IS NULL)"
ANNOUNCED = (
    "EXISTS (SELECT 1 FROM casework_keeping WHERE conversation_id = NEW.id AND hold = '' AND drop_from_ms IS NOT NULL)"
)
PRACTICE = "(OLD.conversation_id IN (SELECT id FROM casework_conversation WHERE practice))"
FIVE_YEARS_MS = 5 * 366 * 24 * 3600 * 1000
OLD_ENOUGH = f"(OLD.at_ms < (SELECT max(at_ms) FROM casework_access) - {FIVE_YEARS_MS})"

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
    ("access_fixed", "UPDATE", "casework_access", "1 = 1", "a line of the access log never changes"),
    (
        "access_kept",
        "DELETE",
        "casework_access",
        f"NOT {OLD_ENOUGH} AND NOT COALESCE({PRACTICE}, 1 = 0)",
        "a line of the access log is kept for five years",
    ),
)


def guard(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers."""
    if editor.connection.alias != "default":
        return
    for name, action, table, when, message in GUARDS:
        if editor.connection.vendor == "sqlite":
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
            editor.execute(f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


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
    """Guards on journal, access log and register."""

    dependencies = [("casework", "0001_initial")]
    operations = [migrations.RunPython(guard, lift)]
