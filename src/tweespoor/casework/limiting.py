"""Limits that hold in every process: so many times in a period, counted in the cache, which lies in the database.

A place is taken before something is tried and given back when it was no guess, so that many tries at the same moment
do not slip through together.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.core.cache import cache

_MANY: Final = 20  # above this, places are not looked through one by one


def take(name: str, most: int, period_s: int) -> str | None:
    """Take one of the places of a period and give its name; None when all are taken."""
    first = secrets.randbelow(most) if most > _MANY else 0
    for step in range(min(most, _MANY)):
        place = f"{name}:{(first + step) % most}"
        if cache.add(place, 1, period_s):
            return place
    return None


def give_back(place: str) -> None:
    """Give a place back."""
    cache.delete(place)


@contextmanager
def once(what: str, period_s: int) -> Iterator[bool]:
    """Tell whether something is noted for the first time in a period.

    What could not be written down after all was not noted: then the next time is the first.  A cache that cannot be
    written, because its table is locked for too long, says no as well: better noted twice than never.
    """
    first = cache.get(what) is None and (cache.add(what, 1, period_s) or cache.get(what) is None)
    try:
        yield first
    except BaseException:
        if first:
            cache.delete(what)
        raise
