"""When was this recorded?  The page's clock, tied to the server's.

The page's monotonic clock counts microseconds since the epoch's page was loaded; it is tied to the server's clock
by what passed between them.  A request that says «my clock is now m» and arrives at A shows that server time minus
page time is at most A - m.  An answer that carried server time s and was received when the page's clock said r shows
that it is at least s - r.  The smallest of the former and the largest of the latter bound it: an `Anchor`.

Wall time drives nothing.  It only shows that the tie is void: when wall and monotonic clock part by more than two
seconds the machine slept or its clock was set, and the monotonic clock may have stood still.

*Conventions.*  ``_us`` microseconds, ``_ms`` milliseconds of the server's clock (1970, UTC).
"""

from typing import Final, NamedTuple

from tweespoor.tape.packets import Chunk

PARTED_MS: Final = 2000
_DRIFT: Final = 10_000  # a quartz drifts by less than one part in this many (100 ppm)
_UNKNOWN_DELAY_US: Final = 250_000  # how long a request may have travelled when no answer bounds it
_CONTRADICTION_US: Final = 50_000
_NEAR_US: Final = 10_000_000


class Said(NamedTuple):
    """What a request said of its page's clock: now, the wall, and when which answer of the server was received."""

    mono_us: int
    epoch: int | None = None
    wall_ms: int | None = None
    server_ms: int | None = None
    received_us: int | None = None


class Anchor(NamedTuple):
    """Bounds of server time minus page time, when they were last confirmed, and wall time minus page time."""

    low_us: int
    high_us: int
    at_us: int
    wall_ms: int | None

    def fits(self, mono_us: int, wall_ms: int) -> bool:
        """Tell whether wall and page clock still go together; a tie without wall time holds for what is near it."""
        if self.wall_ms is None:
            return abs(mono_us - self.at_us) <= _NEAR_US
        return abs(wall_ms - mono_us // 1000 - self.wall_ms) <= PARTED_MS

    def moment(self, mono_us: int) -> tuple[int, int]:
        """Give the earliest and the latest moment at which the page's clock said this."""
        drift = abs(mono_us - self.at_us) // _DRIFT
        return (mono_us + self.low_us - drift) // 1000, -(-(mono_us + self.high_us + drift) // 1000)


def tie(said: Said, arrival_ms: int) -> Anchor:
    """Tie a page's clock by one request alone."""
    high = (arrival_ms + 1) * 1000 - said.mono_us
    low = high - _UNKNOWN_DELAY_US
    if said.server_ms is not None and said.received_us is not None and said.received_us <= said.mono_us:
        # An answer cannot have been received before it was sent, nor a request arrive before its answer's time.
        low = min(max(said.server_ms * 1000 - said.received_us, high - 60_000_000), high)
    return Anchor(low, high, said.mono_us, None if said.wall_ms is None else said.wall_ms - said.mono_us // 1000)


def tighten(known: Anchor | None, new: Anchor) -> Anchor:
    """Join what was known with what a new request shows; when they contradict each other only the new one holds."""
    if known is None:
        return new
    if known.wall_ms is not None and new.wall_ms is not None and abs(known.wall_ms - new.wall_ms) > PARTED_MS:
        return new
    drift = max(0, new.at_us - known.at_us) // _DRIFT
    low = max(known.low_us - drift, new.low_us)
    high = min(known.high_us + drift, new.high_us)
    if low > high:
        if low - high > _CONTRADICTION_US:
            return new
        low, high = high, low
    return Anchor(low, high, new.at_us, new.wall_ms if new.wall_ms is not None else known.wall_ms)


class Moment(NamedTuple):
    """The whole interval in which a chunk may have been recorded, uncertainty included.

    ``surely`` is False when no anchor holds: then begin is the last anchored moment and end the arrival, and the
    chunk counts only if the gate was open all that time, «by the device's clock».
    """

    begin_ms: int
    end_ms: int
    surely: bool
    anchor: Anchor | None


def place(chunk: Chunk, anchors: tuple[Anchor | None, ...], last_ms: int, arrival_ms: int) -> Moment:
    """Say when a chunk was recorded, by the first anchor that holds for it; never later than its arrival.

    ``last_ms`` is the last anchored moment before it.
    """
    for anchor in anchors:
        if anchor is None or not anchor.fits(chunk.mono_us, chunk.wall_ms):
            continue
        begin, latest = anchor.moment(chunk.mono_us)
        end = latest + -(-chunk.samples // 48)
        if begin <= arrival_ms:
            return Moment(begin, max(begin, min(end, arrival_ms)), surely=True, anchor=anchor)
    return Moment(min(last_ms, arrival_ms), arrival_ms, surely=False, anchor=None)
