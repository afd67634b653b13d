"""A database as it stood at one moment, in one file, while others go on writing; and back again.

SQLite copies itself in one step inside one read, so a writer neither waits nor shows half.  PostgreSQL has its own
program for it, ``pg_dump``, which reads one snapshot.  Sessions and limits are left out: nobody is to come in with a
backup.  So is what people answered to a question that is still open: nobody is to find it in one.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connections

from tweespoor.casework.manifest import BackingError

LEFT_OUT: Final = ("django_session", "tweespoor_cache", "casework_privateanswer", "casework_contractsignature")
"""Tables whose rows are left out."""
_WITHIN_S: Final = 6 * 3600


def vendor(alias: str) -> str:
    """Name the engine of a database, as a manifest does."""
    return str(connections[alias].vendor)


def name_of(alias: str) -> str:
    """Name the file of a snapshot."""
    return f"{alias}.sqlite3" if vendor(alias) == "sqlite" else f"{alias}.dump"


def take(alias: str, target: Path) -> None:
    """Write a database as it stands now into a new file."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if vendor(alias) == "sqlite":
        _copy_sqlite(alias, target)
    else:
        _run("pg_dump", alias, "--format=custom", "--compress=1", f"--file={target}", *_without_rows())


def put_back(alias: str, source: Path) -> None:
    """Bring a database back from a snapshot into one that is empty (BackingError when it is not)."""
    if vendor(alias) == "sqlite":
        target = Path(str(settings.DATABASES[alias]["NAME"]))
        if target.exists():
            raise BackingError(f"{target} is there already")
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            target.chmod(0o600)
            old.backup(new)
        return
    _run("pg_restore", alias, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(source))


def is_empty(alias: str) -> bool:
    """Tell whether a database of PostgreSQL holds no table yet; for SQLite the folder is looked at."""
    if vendor(alias) == "sqlite":
        return True
    connection = connections[alias]
    with connection.cursor() as cursor:
        found = connection.introspection.table_names(cursor)
    connection.close()
    return not found


def _copy_sqlite(alias: str, target: Path) -> None:
    connection = connections[alias]
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("PRAGMA secure_delete=ON")
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in tables.intersection(LEFT_OUT):
            copy.execute(f"DELETE FROM {table}")  # noqa: S608 - a name from LEFT_OUT
        copy.commit()


def _without_rows() -> list[str]:
    return [f"--exclude-table-data={table}" for table in LEFT_OUT]


def _run(program: str, alias: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on a database; its password goes by the environment, never by its arguments."""
    found = shutil.which(program)
    if found is None:
        raise BackingError(f"{program} is not here; install PostgreSQL's client programs, of the server's version")
    chosen = {name: str(value) for name, value in settings.DATABASES[alias].items()}
    where = {"PGHOST": chosen["HOST"], "PGPORT": chosen["PORT"], "PGUSER": chosen["USER"]}
    secret = {"PGPASSWORD": chosen["PASSWORD"]}
    command = [found, "--no-password", *arguments, f"--dbname={chosen['NAME']}"]
    done = subprocess.run(  # noqa: S603 - a program of the system, with arguments of our own
        command,
        env=os.environ | {name: value for name, value in (where | secret).items() if value},
        capture_output=True,
        text=True,
        check=False,
        timeout=_WITHIN_S,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        raise BackingError(f"{program}: {said[-1]}")
