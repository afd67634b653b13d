"""Which database: SQLite in the folder, or PostgreSQL by an address."""

from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

# With these, contended transactions wait instead of failing, and what is committed survives a power cut.
_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;"
_CONNECT_WITHIN_S = 5


def chosen(address: str, file: Path, *, forgets: bool) -> dict[str, object]:
    """Give Django's settings for an address, or for a file when the address is empty; ValueError for another engine.

    A database that ``forgets`` overwrites what it deletes.

    >>> chosen("postgresql://anna:a%40b@db:5433/t", Path("t"), forgets=False)["PASSWORD"]
    'a@b'
    """
    if not address:
        pragmas = f"{_PRAGMAS} PRAGMA secure_delete=ON;" if forgets else _PRAGMAS
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": options}
    parts = urlsplit(address)
    name = parts.path.removeprefix("/")
    if parts.scheme not in {"postgresql", "postgres"} or not name:
        raise ValueError("A database is named as postgresql://user:password@host:port/name, or left out for SQLite.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": _CONNECT_WITHIN_S},
    }


def answer_soon(databases: Iterable[MutableMapping[str, Any]], seconds: float = 5) -> None:
    """Let a process in which people wait for an answer wait no longer than this for a locked table.

    A command may wait longer; a person who tapped hears that it did not work, and taps again.
    """
    for database in databases:
        options = database["OPTIONS"]
        wait_ms = round(seconds * 1000)
        if "init_command" in options:
            options["timeout"] = seconds
            options["init_command"] = options["init_command"].replace("busy_timeout=20000", f"busy_timeout={wait_ms}")
        else:
            options["options"] = f"-c lock_timeout={wait_ms}"
