"""What was done to a copy is found, named and placed; what was not done is not found."""

from collections.abc import Callable
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import resample_poly
from tests.sound.test_compare_input import ELSEWHERE, SENTENCES, heard

from tweespoor.sound import path, pitch, voices
from tweespoor.sound.compare import RATE, Comparison, Features, compare, listen
from tweespoor.sound.comparison import Difference, Kind, Verdict
from tweespoor.sound.differences import script
from tweespoor.sound.features import BANDS
from tweespoor.sound.pieces import Border, Piece

Sound = NDArray[np.float32]
LATE_S = 2.0
PPM = 80.0


@pytest.fixture(scope="module")
def said() -> Sound:
    everyone = [*SENTENCES, *ELSEWHERE]
    return voices.talk(voices.Line(voice, text, 0.3) for voice, text in everyone)


@pytest.fixture(scope="module")
def original(said: Sound) -> Features:
    return listen([narrow(heard(said, 1))])


@pytest.fixture(scope="module")
def copied(said: Sound) -> Sound:
    """What another device heard, on a clock of its own, begun two seconds later."""
    late = narrow(heard(said, 2))[int(LATE_S * RATE) :]
    at = np.arange(0, len(late) - 2, 1 + PPM * 1e-6)
    drifted: Sound = np.interp(at, np.arange(len(late)), late).astype(np.float32)
    return drifted


def narrow(sound: Sound) -> Sound:
    low: Sound = np.asarray(resample_poly(sound, 1, voices.RATE // RATE), np.float32)
    return low


def seconds(begin: float, end: float) -> slice:
    return slice(int(begin * RATE), int(end * RATE))


def speaking(copied: Sound, after: float) -> float:
    """Give a moment after which somebody speaks for a while."""
    for at in np.arange(after, after + 20, 0.1):
        if min(np.abs(copied[seconds(t, t + 0.1)]).max() for t in np.arange(at - 0.2, at + 0.9, 0.1)) > 0.05:
            return float(at)
    raise AssertionError("nobody speaks")


def only(answer: Comparison) -> Difference:
    assert answer.verdict is Verdict.DIFFERS
    assert len(answer.differences) == 1, answer.differences
    return answer.differences[0]


def test_an_honest_copy_follows(original: Features, copied: Sound) -> None:
    answer = compare(original, listen([copied]))
    assert answer.verdict is Verdict.FOLLOWS
    assert not answer.differences
    assert answer.alignment is not None
    assert answer.alignment.offset_s == pytest.approx(LATE_S, abs=0.03)
    assert answer.alignment.drift_ppm == pytest.approx(PPM, abs=150)  # a minute says little of a clock
    assert answer.coverage.followed_s > 0.95 * answer.copy_s
    for one in answer.map:
        assert one.original[0] == pytest.approx(one.copy[0] + LATE_S, abs=0.05)


@pytest.mark.parametrize("length", [0.1, 0.5, 5.0])
def test_a_cut_is_found_at_its_place(original: Features, copied: Sound, length: float) -> None:
    at = speaking(copied, 20)
    edited = np.concatenate([copied[: int(at * RATE)], copied[int((at + length) * RATE) :]])
    found = only(compare(original, listen([edited])))
    assert (found.kind, found.grade) == (Kind.MISSING, "A")
    assert found.seconds == pytest.approx(length, abs=0.02)
    assert found.copy_range[0] - 0.1 <= at <= found.copy_range[1] + 0.1
    assert found.original[0] == pytest.approx(at + LATE_S, abs=0.15)


@pytest.mark.parametrize("length", [0.3, 2.0])
def test_what_was_pasted_from_elsewhere_is_added(original: Features, copied: Sound, length: float) -> None:
    at, other = speaking(copied, 15), narrow(heard(voices.say("Dit hoort hier helemaal niet bij.", "nl+f2"), 3))
    pasted = other[int(0.2 * RATE) :][: int(length * RATE)]
    edited = np.concatenate([copied[: int(at * RATE)], pasted, copied[int(at * RATE) :]])
    found = only(compare(original, listen([edited])))
    assert (found.kind, found.grade) == (Kind.ADDED, "A")
    assert found.seconds == pytest.approx(len(pasted) / RATE, abs=0.03)
    assert found.copy[0] == pytest.approx(at, abs=0.1)


def test_what_comes_twice_is_repeated(original: Features, copied: Sound) -> None:
    at = speaking(copied, 25)
    edited = np.concatenate([copied[: int((at + 0.7) * RATE)], copied[int(at * RATE) :]])
    found = only(compare(original, listen([edited])))
    assert (found.kind, found.grade) == (Kind.REPEATED, "A")
    assert found.seconds == pytest.approx(0.7, abs=0.02)
    assert found.copy[0] == pytest.approx(at + 0.7, abs=0.1)
    assert found.original[0] == pytest.approx(at + LATE_S, abs=0.15)


def test_what_was_moved_is_found_where_it_went(original: Features, copied: Sound) -> None:
    piece, rest = copied[seconds(12, 16)], np.concatenate([copied[seconds(0, 12)], copied[seconds(16, 400)]])
    edited = np.concatenate([rest[seconds(0, 30)], piece, rest[seconds(30, 400)]])
    answer = compare(original, listen([edited]))
    moved = [one for one in answer.differences if one.kind is Kind.MOVED]
    assert len(moved) == 1, answer.differences
    assert moved[0].copy[0] == pytest.approx(30, abs=0.3)
    assert moved[0].original[0] == pytest.approx(12 + LATE_S, abs=0.3)


def test_a_second_that_was_moved_is_as_long_as_what_is_gone(original: Features, copied: Sound) -> None:
    begin = speaking(copied, 40)
    rest = np.concatenate([copied[seconds(0, begin)], copied[seconds(begin + 1, 400)]])
    edited = np.concatenate([rest[seconds(0, 20)], copied[seconds(begin, begin + 1)], rest[seconds(20, 400)]])
    answer = compare(original, listen([edited]))
    moved = [one for one in answer.differences if one.kind is Kind.MOVED]
    assert len(moved) == 1, answer.differences
    assert moved[0].seconds == pytest.approx(1, abs=0.03)
    assert moved[0].copy[0] == pytest.approx(20, abs=0.1)


def test_own_words_laid_over_others_are_replaced(original: Features, copied: Sound) -> None:
    over, begin, edited = speaking(copied, 40), speaking(copied, 15), copied.copy()
    edited[seconds(over, over + 1.2)] = copied[int(begin * RATE) :][: len(copied[seconds(over, over + 1.2)])]
    found = only(compare(original, listen([edited])))
    assert (found.kind, found.grade) == (Kind.REPLACED, "A")
    assert found.seconds == pytest.approx(1.2, abs=0.1)


@pytest.mark.parametrize("length", [1.0, 4.0])
def test_a_cut_in_a_long_pause_is_one_difference(said: Sound, length: float) -> None:
    """Noise that grows in a pause, as a phone makes it that turns its gain up, is no other sound."""
    pause = np.zeros(6 * voices.RATE, np.float32)
    whole = np.concatenate([said[: 20 * voices.RATE], pause, said[20 * voices.RATE : 45 * voices.RATE]])
    copy = narrow(heard(whole, 2))
    copy[seconds(20, 26)] *= np.linspace(1, 3, 6 * RATE, dtype=np.float32)
    edited = np.concatenate([copy[seconds(0, 21)], copy[seconds(21 + length, 100)]])
    found = only(compare(listen([narrow(heard(whole, 1))]), listen([edited])))
    assert found.kind is Kind.MISSING
    assert found.seconds == pytest.approx(length, abs=0.03)
    assert 19.5 <= found.copy[0] <= 26.5 - length


@pytest.mark.parametrize(("length", "kinds"), [(1.0, {Kind.REPLACED}), (0.5, {Kind.REPLACED, Kind.SILENCED})])
def test_other_words_of_the_same_length_are_replaced(
    original: Features, copied: Sound, length: float, kinds: set[Kind]
) -> None:
    at = speaking(copied, 18)
    other = narrow(heard(voices.say("Nee, helemaal nooit, dat zeg ik je toch.", "nl+m1"), 4))[int(0.1 * RATE) :]
    edited = copied.copy()
    edited[seconds(at, at + length)] = other[: len(edited[seconds(at, at + length)])]
    found = only(compare(original, listen([edited])))
    assert found.kind in kinds
    assert found.grade == "B"
    assert found.copy[0] == pytest.approx(at, abs=0.15)
    assert found.seconds == pytest.approx(length, abs=0.3)


def test_other_words_are_no_other_pitch(original: Features, copied: Sound) -> None:
    """Some words fit a little better with their bands moved, though they do not follow then either."""
    at, edited = speaking(copied, 26), copied.copy()
    words = "Nee, helemaal nooit, dat zeg ik je toch. En als je dat niet gelooft, vraag het dan aan haar."
    other = narrow(heard(voices.say(words, "nl+f2"), 4))[int(0.1 * RATE) :]
    edited[seconds(at, at + 4)] = other[: len(edited[seconds(at, at + 4)])]
    found = only(compare(original, listen([edited])))
    assert (found.kind, found.grade) == (Kind.REPLACED, "B")
    assert found.seconds == pytest.approx(4, abs=0.3)


def test_digital_silence_is_established(original: Features, copied: Sound) -> None:
    at = speaking(copied, 22)
    edited = copied.copy()
    edited[seconds(at, at + 0.4)] = 0
    found = only(compare(original, listen([edited])))
    assert (found.kind, found.grade) == (Kind.SILENCED, "A")
    assert found.copy == pytest.approx((at, at + 0.4), abs=0.05)


def test_a_beep_over_words_is_a_difference_to_listen_to(original: Features, copied: Sound) -> None:
    at = speaking(copied, 22)
    edited = copied.copy()
    span = edited[seconds(at, at + 0.6)]
    span[:] = 0.2 * np.sin(2 * np.pi * 1000 * np.arange(len(span)) / RATE)
    found = only(compare(original, listen([edited])))
    assert found.kind in {Kind.SILENCED, Kind.REPLACED}
    assert found.grade == "B"


def quiet(copied: Sound, after: float) -> float:
    """Give a moment in the pause of half a second, after a moment, in which least is heard."""
    tries = np.arange(after, after + 20, 0.05)
    return float(min(tries, key=lambda at: np.abs(copied[seconds(at, at + 0.5)]).max()))


@pytest.mark.parametrize("find", [speaking, quiet])
def test_a_brief_beep_is_found_in_words_and_in_a_pause(
    original: Features, copied: Sound, find: Callable[[Sound, float], float]
) -> None:
    at = find(copied, 20) + 0.1
    edited = copied.copy()
    span = edited[seconds(at, at + 0.25)]
    span[:] = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(len(span)) / RATE)
    found = only(compare(original, listen([edited])))
    assert (found.kind, found.grade) == (Kind.REPLACED, "B")
    assert found.copy == pytest.approx((at, at + 0.25), abs=0.05)


def test_words_that_gave_way_to_hiss_are_silenced(original: Features, copied: Sound) -> None:
    at = speaking(copied, 22) + 0.1
    edited = copied.copy()
    span = edited[seconds(at, at + 0.25)]
    span[:] = 0.0005 * np.random.default_rng(5).standard_normal(len(span))
    found = only(compare(original, listen([edited])))
    assert (found.kind, found.grade) == (Kind.SILENCED, "B")
    assert found.copy == pytest.approx((at, at + 0.25), abs=0.05)


def test_a_pause_that_a_phone_makes_quieter_still_is_no_difference(original: Features, copied: Sound) -> None:
    at = quiet(copied, 20)
    edited = copied.copy()
    edited[seconds(at, at + 0.5)] *= 0.2
    assert compare(original, listen([edited])).verdict is Verdict.FOLLOWS


def test_a_stretch_that_goes_faster_has_its_factor(original: Features, copied: Sound) -> None:
    fast = resample_poly(copied[seconds(20, 28)], 20, 21).astype(np.float32)
    edited = np.concatenate([copied[seconds(0, 20)], fast, copied[seconds(28, 400)]])
    answer = compare(original, listen([edited]))
    bent = [one for one in answer.differences if one.kind is Kind.SPEED]
    assert len(bent) == 1, answer.differences
    assert bent[0].factor == pytest.approx(1.05, rel=0.01)
    assert bent[0].copy[0] == pytest.approx(20, abs=0.6)


def test_speeds_that_change_again_and_again_are_told_one_after_the_other(original: Features, copied: Sound) -> None:
    at, parts = speaking(copied, 14), list[Sound]()
    for number, (up, down) in enumerate([(19, 20), (20, 19)] * 3):
        parts.append(
            np.asarray(resample_poly(copied[seconds(at + 3 * number, at + 3 * number + 3)], up, down), np.float32)
        )
    edited = np.concatenate([copied[: int(at * RATE)], *parts, copied[int((at + 18) * RATE) :]])
    answer = compare(original, listen([edited]))
    assert all(
        begin <= end for begin, end in [one.copy for one in answer.map] + [one.copy for one in answer.differences]
    )
    assert all(one.copy[1] <= other.copy[0] + 0.011 for one, other in pairwise(answer.map))
    told = [one for one in answer.differences if one.kind is Kind.SPEED]
    assert len(told) >= 2
    assert all(one.copy[1] <= other.copy[0] for one, other in pairwise(told))


@pytest.mark.parametrize("factor", [0.88, 0.94, 1.06, 1.12])
def test_a_higher_or_lower_voice_has_its_factor(original: Features, copied: Sound, factor: float) -> None:
    """The spectrum is moved in windows, so length and moments stay."""
    at, window = speaking(copied, 20), 512
    edited, span = copied.copy(), seconds(at, at + 4)
    raised, total = np.zeros(4 * RATE), np.zeros(4 * RATE)
    shape = np.hanning(window)
    for begin in range(0, 4 * RATE - window, window // 4):
        spectrum = np.fft.rfft(copied[span][begin : begin + window] * shape)
        came = np.arange(len(spectrum)) / factor
        moved = np.interp(came, np.arange(len(spectrum)), np.abs(spectrum)) * np.exp(1j * np.angle(spectrum))
        raised[begin : begin + window] += np.fft.irfft(moved) * shape
        total[begin : begin + window] += shape**2
    edited[span] = (raised / np.maximum(total, 0.1))[: len(edited[span])]
    answer = compare(original, listen([edited]))
    higher = [one for one in answer.differences if one.kind is Kind.PITCH]
    assert len(higher) == 1, answer.differences
    assert higher[0].factor == pytest.approx(factor, rel=0.015)
    assert higher[0].copy[0] == pytest.approx(at, abs=0.6)
    assert higher[0].seconds == pytest.approx(4, abs=0.6)


def test_the_other_way_round_what_is_missing_is_added(original: Features, copied: Sound) -> None:
    at = speaking(copied, 20)
    edited = listen([np.concatenate([copied[: int(at * RATE)], copied[int((at + 3) * RATE) :]])])
    missing, added = only(compare(original, edited)), only(compare(edited, original))
    assert (missing.kind, added.kind) == (Kind.MISSING, Kind.ADDED)
    assert missing.seconds == pytest.approx(added.seconds, abs=0.05)
    assert added.copy[0] == pytest.approx(missing.original[0], abs=0.1)


def test_progress_only_grows(original: Features, copied: Sound) -> None:
    told: list[float] = []
    compare(original, listen([copied]), told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(1, 40_000), max_size=8))
def test_features_do_not_depend_on_how_the_sound_comes(cuts: list[int]) -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, 40_000).astype(np.float32)
    whole = listen([sound])
    edges = [0, *sorted(cuts), len(sound)]
    parts = listen(sound[a:b] for a, b in pairwise(edges))
    assert np.array_equal(whole.power, parts.power)
    assert np.array_equal(whole.shape, parts.shape)
    assert whole.seconds == parts.seconds == 5.0


def worth(evidence: Sound, states: tuple[int, ...]) -> float:
    """Give what a path over ticks is worth, with what each change costs."""
    lines, score = len(evidence), 0.0
    for tick, state in enumerate(states):
        if state < lines:
            score += float(evidence[state, tick * path.TICK : (tick + 1) * path.TICK].sum())
    for one, other in pairwise(states):
        if one != other:
            score -= path.AWAY if lines in {one, other} else path.JUMP
    return score


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), loud=st.floats(0.1, 12))
def test_the_path_is_as_good_as_the_best_of_all(seed: int, loud: float) -> None:
    ticks, lines = 5, 2
    evidence = np.random.default_rng(seed).normal(0, loud, (lines, ticks * path.TICK)).astype(np.float32)
    best = max(worth(evidence, states) for states in product(range(lines + 1), repeat=ticks))
    found = path.most_likely(evidence)[:: path.TICK]
    states = tuple(lines if state == path.NONE else int(state) for state in found)
    # Runs of ticks are decided as one: never better than the best, and worse only when three lines compete in a run.
    assert worth(evidence, states) == pytest.approx(best, abs=path.JUMP)
    assert worth(evidence, states) <= best + 1e-3


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_moved_bands_keep_their_sum(factor: float) -> None:
    matrix = pitch.moving(factor)
    assert matrix.shape == (BANDS, BANDS)
    assert np.allclose(matrix.sum(axis=0), 1, atol=1e-5)
    if factor == 1.0:
        assert np.allclose(matrix, np.eye(BANDS), atol=1e-5)


@pytest.mark.parametrize(
    ("pieces", "kinds"),
    [
        ([Piece(0, 1000, 0), Piece(1000, 2000, 300)], [Kind.MISSING]),
        ([Piece(0, 1000, 0), Piece(1000, 2000, -300)], [Kind.REPEATED]),
        ([Piece(0, 1000, 0), Piece(1300, 2000, -300)], [Kind.ADDED]),
        ([Piece(0, 1000, 0), Piece(1000, 1300, -700), Piece(1300, 2000, -300)], [Kind.REPEATED]),
        ([Piece(0, 1000, 0), Piece(1000, 1300, 700), Piece(1300, 2000, -300), Piece(2000, 3000, 0)], [Kind.MOVED]),
        ([Piece(0, 1000, 0), Piece(1000, 1300, -700), Piece(1300, 2000, 0)], [Kind.REPLACED]),
        ([Piece(0, 1000, 0), Piece(1040, 2000, 300)], [Kind.MISSING]),
        ([Piece(0, 1000, 0), Piece(1200, 2000, 100)], [Kind.REPLACED, Kind.MISSING]),
    ],
)
def test_how_a_copy_goes_through_the_original_has_a_name(pieces: list[Piece], kinds: list[Kind]) -> None:
    borders = [Border(one.end, other.begin, one.end, other.begin) for one, other in pairwise(pieces)]
    assert [one.kind for one in script(pieces, borders, 0.0, set())] == kinds


@pytest.mark.parametrize("at", [1200, 3800])
def test_a_repeat_near_an_end_is_as_long_as_the_jump_back(at: int) -> None:
    pieces = [Piece(0, at, 0), Piece(at, 5000, -1000)]
    (found,) = script(pieces, [Border(at, at, at, at)], 0.0, set())
    assert (found.kind, found.seconds) == (Kind.REPEATED, 10.0)
    assert found.copy[1] - found.copy[0] == pytest.approx(10)
