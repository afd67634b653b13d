"""Waiting until something is so, as long as it may take."""

import time
from collections.abc import Callable

from playwright.sync_api import Page


def until(true: Callable[[], bool], seconds: float = 12, page: Page | None = None) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become so in time"
        if page is not None:
            page.wait_for_timeout(50)
        else:
            time.sleep(0.05)
