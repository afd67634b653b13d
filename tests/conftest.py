"""What every test stands on: a folder of its own, and limits that begin at nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache

# The table of limits is made at set-up; tests keep them in memory.
settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
settings.TWEESPOOR_HOUSE = Path(__file__).parent / "house.toml"
CHROMIUM = os.environ.get("TWEESPOOR_CHROMIUM", "/usr/bin/chromium")
BROWSER = Path(__file__).parent / "browser"

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and leave it out only when that was asked for."""
    for item in items:
        if BROWSER in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if os.environ.get("TWEESPOOR_SKIP_BROWSER"):
                item.add_marker(pytest.mark.skip(reason="TWEESPOOR_SKIP_BROWSER is set"))
            else:
                item.add_marker(pytest.mark.usefixtures("chromium"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the browser that the tests drive."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.fail(
            f"No Chromium at {CHROMIUM}: install it, name it in TWEESPOOR_CHROMIUM, "
            "or leave these tests out with TWEESPOOR_SKIP_BROWSER=1.",
            pytrace=False,
        )
    return CHROMIUM
