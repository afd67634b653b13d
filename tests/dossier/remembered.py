"""Remembers what pure functions gave, so that a hundred thousand bundles that differ in one bit are judged in minutes.

Nothing else of the verifier is changed: every bundle is opened, hashed, read and judged as a whole.  What is remembered
is what a function gives for exactly the same: a signature, a line, a state and a fact.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import pytest

from tweespoor.dossier import beside, coverage
from tweespoor.journal import entry
from tweespoor.rules.conversation import after
from tweespoor.rules.gate import Gate
from tweespoor.seal import paths, signing

MOST = 50_000


class _Now:
    """Works out at once what is to be worked out beside: one thread is quicker for so little."""

    def __init__(self, work: Callable[[], object], *, apart: bool) -> None:
        del apart
        self._work = work

    def result(self) -> object:
        return self._work()


def same(function: Callable[..., object]) -> Callable[..., object]:
    """Remember what a function gives for these very objects; they are kept, so that no other gets their place."""
    given: dict[tuple[int, ...], tuple[object, object]] = {}

    def remembering(*args: object) -> object:
        key = tuple(map(id, args))
        if key not in given:
            if len(given) >= MOST:
                given.clear()
            given[key] = args, function(*args)
        return given[key][1]

    return remembering


@contextmanager
def remembered() -> Iterator[None]:
    """Let it be remembered for a while."""
    gate, begin = Gate(), coverage.Course.__init__

    def beginning(course: coverage.Course, *given: object) -> None:
        begin(course, *given)  # type: ignore[arg-type]
        course.gate = course.then = gate  # the same one each time

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(beside, "begin", _Now)
        patch.setattr(signing, "is_right", lru_cache(MOST)(signing.is_right))
        patch.setattr(paths, "_issued", lru_cache(MOST)(paths._issued))
        patch.setattr(entry, "read", lru_cache(MOST)(entry.read))
        patch.setattr("tweespoor.dossier.coverage.after", same(after))
        patch.setattr(Gate, "moved", same(Gate.moved))
        patch.setattr(coverage.Course, "__init__", beginning)
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            gc.unfreeze()
