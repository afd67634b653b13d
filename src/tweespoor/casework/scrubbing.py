"""Leaves nothing of what was deleted in the files of the keyring, and looks whether that is so.

SQLite overwrites what it deletes, but older copies of a page stand in the write-ahead log until that is emptied, and
a page that was reorganised may hold a remainder.  So the log is emptied, and the file is searched for the very bytes
that had to go; when they are found all of it is written anew.  PostgreSQL writes the tables anew.  What a disk, a
snapshot or an archive of the log below it has kept is beyond this; backups end by themselves (`kept_keys_days`).
"""

import mmap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from django.db import OperationalError, connections, transaction

from tweespoor.casework.keyring import ALIAS, MODELS

_TABLES: Final = ", ".join(f"casework_{name}" for name in sorted(MODELS))


def scrub(gone: Sequence[bytes] = (), *, anew: bool = False) -> None:
    """Clear out what was deleted; ``gone`` are bytes that may stand nowhere any more.

    Who does not know them any more, for it broke off halfway, lets all of it be written ``anew``.

    Inside a transaction on the keyring it waits for its end.  Raises OperationalError when it cannot be done now, for
    somebody reads the keyring: it can be asked again, and nothing was promised yet.
    """
    transaction.on_commit(lambda: _scrub(gone, anew=anew), using=ALIAS)


def _scrub(gone: Sequence[bytes], *, anew: bool) -> None:
    connection = connections[ALIAS]
    if connection.vendor != "sqlite":
        _run(f"VACUUM (FULL) {_TABLES}")
        return
    _empty_the_log()
    file = Path(str(connection.settings_dict["NAME"]))
    if anew or any(stands_in(file, one) for one in gone):
        _run("VACUUM")
        _empty_the_log()
        if any(stands_in(file, one) for one in gone):
            raise OperationalError("what was deleted still stands in the keyring")


def stands_in(file: Path, content: bytes) -> bool:
    """Tell whether these bytes stand anywhere in a file; a file that is not there holds nothing."""
    if not content or not file.is_file() or not file.stat().st_size:
        return False
    with file.open("rb") as reading, mmap.mmap(reading.fileno(), 0, access=mmap.ACCESS_READ) as all_of_it:
        return all_of_it.find(content) >= 0


def _empty_the_log() -> None:
    busy = _run("PRAGMA wal_checkpoint(TRUNCATE)")
    if busy:
        raise OperationalError("the keyring is being read; try again")


def _run(command: str) -> int:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(command)
        answer = cursor.fetchone() if cursor.description else None
    return int(answer[0]) if answer else 0
