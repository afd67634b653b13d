"""What every test stands on: a folder of its own, and limits that begin at nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache

# The table of limits is made at set-up; tests keep them in memory.
settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
settings.TWEESPOOR_HOUSE = Path(__file__).parent / "house.toml"
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def house(tmp_path: Path) -> Iterator[Path]:
    """Give each test an empty folder as ``TWEESPOOR_HOME``."""
    before = settings.TWEESPOOR_HOME
    settings.TWEESPOOR_HOME = tmp_path / "home"
    settings.TWEESPOOR_HOME.mkdir()
    yield settings.TWEESPOOR_HOME
    settings.TWEESPOOR_HOME = before
    cache.clear()
