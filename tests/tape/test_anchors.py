"""Clocks: when a chunk was recorded, and when that cannot be said."""

from hypothesis import given
from hypothesis import strategies as st
from tests.tape.sounds import body

from tweespoor.tape.anchors import Anchor, Said, place, tie, tighten
from tweespoor.tape.packets import Chunk, parse

SERVER = 1_763_900_000_000
HOUR = 3_600_000


def chunk(mono_ms: int, wall_ms: int) -> Chunk:
    return parse(body(bytes(16), 0, mono_us=mono_ms * 1000, wall_ms=wall_ms))


def test_a_request_and_the_answer_before_it_bound_the_clock() -> None:
    """The page's clock began 5 s before the server said SERVER; each way takes 20 ms."""
    anchor = tie(Said(6_000_000, 0, SERVER + 1000, SERVER + 920, 5_940_000), SERVER + 1020)
    begin, end = anchor.moment(6_000_000)
    assert begin <= SERVER + 1000 <= end
    assert end - begin <= 42


@given(
    st.integers(0, 10 * HOUR), st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 60_000),
    st.floats(-5e-5, 5e-5),
)  # fmt: skip
def test_the_true_moment_always_lies_inside(
    mono_ms: int, back_ms: int, forth_ms: int, pause_ms: int, drift: float
) -> None:
    """Whatever the delays and the drift (fault 12)."""
    began = SERVER - 7_000

    def true(mono_us: int) -> float:
        return began + mono_us / 1000 * (1 + drift)

    received = (mono_ms + back_ms) * 1000
    now = received + pause_ms * 1000
    anchor = tie(Said(now, 0, None, int(true(mono_ms * 1000)), received), int(true(now)) + forth_ms)
    for at in (now, max(0, now - 900_000)):
        begin, end = anchor.moment(at)
        assert begin - 1 - 900 * 0.06 <= true(at) <= end + 1 + 900 * 0.06


def test_ties_tighten_each_other_and_the_newest_wins_a_contradiction() -> None:
    wide = Anchor(1_000_000, 3_000_000, 0, 5)
    tight = tighten(wide, Anchor(500_000, 1_400_000, 1_000_000, 6))
    assert (tight.low_us, tight.high_us, tight.wall_ms) == (999_900, 1_400_000, 6)
    after_sleep = Anchor(99_000_000, 99_100_000, 2_000_000, 98_000)
    assert tighten(tight, after_sleep) == after_sleep
    stepped = Anchor(-3_600_000_000, -3_599_000_000, 2_000_000, 6)
    assert tighten(tight, stepped) == stepped


def test_a_client_clock_that_is_an_hour_off_changes_nothing() -> None:
    """Fault 12."""
    moments = []
    for off in (-HOUR, 0, HOUR):
        anchor = tie(Said(6_000_000, 0, SERVER + off, SERVER - 30, 5_990_000), SERVER + 5)
        moments.append(place(chunk(5_000, SERVER - 1000 + off), (anchor,), 0, SERVER + 5)[:3])
    assert len(set(moments)) == 1
    assert moments[0][2]


def test_after_a_sleep_the_anchor_is_void() -> None:
    """Fault 12: the machine slept for a minute; its monotonic clock stood still."""
    anchor = tie(Said(6_000_000, 0, SERVER, SERVER - 10, 5_995_000), SERVER)
    late = chunk(8_000, SERVER + 2_000 + 60_000)
    moment = place(late, (anchor,), SERVER - 500, SERVER + 63_500)
    assert not moment.surely
    assert (moment.begin_ms, moment.end_ms) == (SERVER - 500, SERVER + 63_500)
    awake = tie(Said(9_500_000, 0, SERVER + 63_500, SERVER + 63_400, 9_450_000), SERVER + 63_500)
    assert place(late, (awake, anchor), 0, SERVER + 63_500).surely
    before = chunk(7_000, SERVER + 1_000)
    placed = place(before, (awake, anchor), 0, SERVER + 63_500)
    assert placed.surely
    assert abs(placed.begin_ms - (SERVER + 1_000)) < 260


def test_without_wall_time_a_tie_holds_for_what_is_near_it() -> None:
    anchor = tie(Said(60_000_000), SERVER)
    assert place(chunk(55_000, 0), (anchor,), 0, SERVER).surely
    assert not place(chunk(5_000, 0), (anchor,), 0, SERVER).surely


def test_nothing_was_recorded_after_it_arrived() -> None:
    anchor = tie(Said(6_000_000, 0, SERVER, SERVER - 10, 5_995_000), SERVER)
    assert place(chunk(5_900, SERVER - 100), (anchor,), 0, SERVER + 50).end_ms == SERVER + 50
    assert not place(chunk(9_000, SERVER + 3_000), (anchor,), 0, SERVER + 50).surely
    assert not place(chunk(0, 0), (None,), 0, SERVER).surely
