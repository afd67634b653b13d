"""Facts of the recorders: starting, standing still, stopping, and how far each track came."""

from dataclasses import dataclass

from tweespoor.rules.fact import Fact
from tweespoor.rules.kinds import PauseCause, TrackHead

# Recording -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAppStarted(Fact):
    """A participant records with an app or device of their own, from now (clause 4a); the seat when it is known."""

    seat: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAppStopped(Fact):
    """A participant's own app or device records no longer."""

    seat: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRecordingRequested(Fact):
    """Somebody present asked the organisation to record although no participant does (clause 4a, house)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(Fact):
    """All recorders of this part may run from now."""

    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPaused(Fact):
    """All recorders stand still from now."""

    cause: PauseCause


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingResumed(Fact):
    """All recorders may run again from now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStopped(Fact):
    """This part is over; a new one needs a new round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WentOnAlone(Fact):
    """While our recorder does not work somebody's own recorder runs alone, by that person's choice (clause 4a)."""

    seat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackOpened(Fact):
    """A recorder got a track in this part: ours, or of the person at the seat."""

    track: str
    part: int
    seat: int
    ours: bool
    kept: bool
    salt_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackCheckpoint(Fact):
    """How far all running tracks were durable."""

    tracks: tuple[TrackHead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackForked(Fact):
    """One number of a track came with two contents; the first was kept."""

    track: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderFailed(Fact):
    """A recorder gave a sign that it does not work, or was silent for too long (clause 4a)."""

    track: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderRecovered(Fact):
    """A recorder that had failed works again."""

    track: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackSealed(Fact):
    """A track's chain is closed; incomplete with a reason when something that was announced never came.

    ``times`` (hex) chains when each chunk was recorded, so that nobody can move sound to another moment afterwards.
    """

    track: str
    last: int
    samples: int
    head: str
    complete: bool
    reason: str | None = None
    times: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackHandedIn(Fact):
    """The owner of a kept track gave its sound to the organisation; every chunk equals its leaf."""

    track: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentMarked(Fact):
    """Somebody wants to find this moment back."""

    moment: int
