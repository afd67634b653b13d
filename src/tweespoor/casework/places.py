"""Where everything that an installation keeps lies: one folder, ``TWEESPOOR_HOME``.

Tests give another folder by overriding the setting, so nothing here is computed at import.
"""

from pathlib import Path

from django.conf import settings


def home() -> Path:
    """Give the folder of this installation."""
    return Path(settings.TWEESPOOR_HOME)


def tracks() -> Path:
    """Give the folder with the logs of all tracks."""
    return home() / "tracks"


def keys() -> Path:
    """Give the folder with the organisation's keys; mode 0700, each file 0600."""
    return home() / "keys"


def destroyed() -> Path:
    """Give the list of destroyed keys, by a setting on another disk than the folder."""
    return Path(settings.TWEESPOOR_DESTROYED) if settings.TWEESPOOR_DESTROYED else home() / "destroyed.jsonl"


def spool() -> Path:
    """Give the folder with the shared log of the server that records."""
    return home() / "spool"


def checked() -> Path:
    """Give the file that tells how far a check that was interrupted had come."""
    return home() / "checked.json"


def backups() -> Path:
    """Give the file that tells when backups were made."""
    return home() / "backups.json"
