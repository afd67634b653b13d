"""How the clocks lie is told by what nobody edited; what an edit moves says nothing of it."""

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tweespoor.sound.drift import MOST, Run, first, lacking
from tweespoor.sound.features import SECOND
from tweespoor.sound.searching import Found

MINUTE = 60 * SECOND
TRUE = 150e-6


def places(edits: list[int], lasts: int, drift: float, every: int, scatter: float) -> list[tuple[float, float]]:
    """Give moments and offsets of a copy in which, each time after it lasted so long, an edit moves the line."""
    rng = np.random.default_rng(len(edits))
    at = np.arange(0, lasts * len(edits), every, dtype=float)
    line = np.asarray(list(accumulate(edits)))[(at // lasts).astype(int)]
    return list(zip(at, line + drift * at + rng.uniform(-scatter, scatter, len(at)), strict=True))


def run_of(some: list[tuple[float, float]]) -> Run:
    at, offset = (np.asarray(column, np.float32) for column in zip(*some, strict=True))
    return Run(at, offset, np.full(len(at), 50, np.float32))


# Each edit moves the line back by as much as the clock moved it, or by more: together they lie on another slope.
BACK = [0, *[-int(TRUE * 10 * MINUTE)] * 5]
FURTHER = [0, *[-int((TRUE + 200e-6) * 10 * MINUTE)] * 5]


def test_edits_that_undo_the_drift_do_not_hide_it() -> None:
    all_ = places(BACK, 10 * MINUTE, TRUE, 25, 1.0)
    runs = [run_of(all_[at : at + 40]) for at in range(0, len(all_) - 40, 40)]
    assert lacking(runs, 0.0) == pytest.approx(TRUE, abs=2e-6)


def test_blocks_on_both_sides_of_an_edit_say_nothing_together() -> None:
    found = [Found(at, at + offset, 20, 10) for at, offset in places(FURTHER, 10 * MINUTE, TRUE, MINUTE, 2.0)]
    assert first(found) == pytest.approx(TRUE, abs=60e-6)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(-3000, 3000).filter(lambda jump: abs(jump) > 12), min_size=4, max_size=12),
    st.floats(-2e-4, 2e-4),
)
def test_whatever_is_cut_out_or_put_in_the_drift_is_the_same(edits: list[int], drift: float) -> None:
    all_ = places(edits, 5 * MINUTE, drift, 25, 1.0)
    runs = [run_of(all_[at : at + 40]) for at in range(0, len(all_) - 40, 40)]
    assert lacking(runs, 0.0) == pytest.approx(drift, abs=5e-6)
    assert abs(first([Found(at, at + offset, 20, 10) for at, offset in all_[::240]])) <= MOST


def test_of_nothing_no_drift_is_told() -> None:
    assert first([]) == 0
    assert lacking([], 50e-6) == 0
