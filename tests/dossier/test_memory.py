"""A long recording needs no more memory than a short one, to make its bundle and to check it."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from bench import verify as long

from tweespoor.dossier import bundle
from tweespoor.dossier.findings import Outcome
from tweespoor.dossier.verify import verify

SHORT_S, LONG_S = 1200, 3600
A_CHUNK = 400
"""Bytes that may be held of each chunk: what a list says of it, not its sound (docs/format.md, 8)."""
SLACK = 1 << 20


def peak(work: Callable[[], object]) -> int:
    """Give how many bytes were held at most while something was done."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_making_and_checking_hold_little_of_a_chunk(tmp_path: Path) -> None:
    made: dict[int, int] = {}
    checked: dict[int, int] = {}
    for seconds in (SHORT_S, LONG_S):
        story, tapes = long.conversation(seconds)
        given, path = long.contents(story, tapes), tmp_path / f"{seconds}.zip"
        made[seconds] = peak(lambda given=given, path=path, story=story: bundle.write(path, given, story.sign_cms))  # type: ignore[misc]
        checked[seconds] = peak(lambda path=path: verify(path))  # type: ignore[misc]
        assert verify(path).outcome is Outcome.INTACT
    more = 2 * (LONG_S - SHORT_S) * A_CHUNK + SLACK  # two tracks
    assert made[LONG_S] < made[SHORT_S] + SLACK, made
    assert checked[LONG_S] < checked[SHORT_S] + more, checked
    assert max(*made.values(), *checked.values()) < 50 << 20
