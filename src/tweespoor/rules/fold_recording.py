"""What the facts of the recorders do to the state."""

from dataclasses import replace

from tweespoor.rules.facts_recording import (
    HouseRecordingRequested,
    MomentMarked,
    OwnAppStarted,
    OwnAppStopped,
    RecorderFailed,
    RecorderRecovered,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
    TrackCheckpoint,
    TrackForked,
    TrackHandedIn,
    TrackOpened,
    TrackSealed,
    WentOnAlone,
)
from tweespoor.rules.fold_talk import ended
from tweespoor.rules.kinds import TrackHead
from tweespoor.rules.state import Conversation, Running, Track
from tweespoor.rules.step import changed, step, with_part


@step.register
def _(fact: OwnAppStarted, c: Conversation) -> Conversation:
    if fact.seat is not None and fact.seat in c.apps:
        return c
    return replace(c, apps=(*c.apps, fact.seat))


@step.register
def _(fact: OwnAppStopped, c: Conversation) -> Conversation:
    if not c.apps:
        return c
    # When it is not known whose app stopped, one of those without a seat did, else the newest.
    which = fact.seat if fact.seat in c.apps else None if None in c.apps else c.apps[-1]
    apps = list(c.apps)
    apps.remove(which)
    return replace(c, apps=tuple(apps))


@step.register
def _(fact: HouseRecordingRequested, c: Conversation) -> Conversation:
    del fact
    return replace(c, requested=True)


@step.register
def _(fact: RecordingStarted, c: Conversation) -> Conversation:
    return _runs(replace(c, started_at=fact.at), fact.at)


@step.register
def _(fact: RecordingPaused, c: Conversation) -> Conversation:
    if c.running not in {Running.RUNNING, Running.PAUSED}:
        return c
    alone = c.alone if fact.cause is c.pause_cause else frozenset[int]()
    return replace(c, running=Running.PAUSED, pause_cause=fact.cause, paused_at=fact.at, alone=alone)


@step.register
def _(fact: RecordingResumed, c: Conversation) -> Conversation:
    return _runs(replace(c, started_at=fact.at if c.started_at is None else c.started_at), fact.at)


@step.register
def _(fact: RecordingStopped, c: Conversation) -> Conversation:
    return stopped(c, fact.at)


def stopped(c: Conversation, at: int) -> Conversation:
    """Give the state in which the current part is over; a new one needs a new round."""
    c = ended(c, at)
    return replace(
        c, running=Running.STOPPED, pause_cause=None, paused_at=None, alone=frozenset(), agreed=False, requested=False
    )


def _runs(c: Conversation, at: int) -> Conversation:
    """Give the state in which all recorders run, and everyone here is in the part."""
    c = replace(c, running=Running.RUNNING, pause_cause=None, paused_at=None, alone=frozenset())
    part = c.parts.get(c.part)
    if part is None:
        return c
    begun = at if part.started_at is None else part.started_at
    return with_part(c, replace(part, started_at=begun, present=part.present | c.present))


@step.register
def _(fact: WentOnAlone, c: Conversation) -> Conversation:
    if c.running is not Running.PAUSED:
        return c
    return replace(c, alone=c.alone | {fact.seat})


# Tracks --------------------------------------------------------------------------------------


@step.register
def _(fact: TrackOpened, c: Conversation) -> Conversation:
    if fact.track in c.tracks:
        return c
    return _with_track(c, Track(fact.track, fact.part, fact.seat, ours=fact.ours, kept=fact.kept, opened_at=fact.at))


@step.register
def _(fact: TrackCheckpoint, c: Conversation) -> Conversation:
    known = {head.track: _reached(c.tracks[head.track], head) for head in fact.tracks if head.track in c.tracks}
    return changed(c, tracks={**c.tracks, **known})


@step.register
def _(fact: TrackForked, c: Conversation) -> Conversation:
    track = c.tracks.get(fact.track)
    return c if track is None else _with_track(c, replace(track, forks=track.forks + 1))


@step.register
def _(fact: RecorderFailed, c: Conversation) -> Conversation:
    track = c.tracks.get(fact.track)
    return c if track is None else _with_track(c, replace(track, failed=True))


@step.register
def _(fact: RecorderRecovered, c: Conversation) -> Conversation:
    track = c.tracks.get(fact.track)
    return c if track is None else _with_track(c, replace(track, failed=False))


@step.register
def _(fact: TrackSealed, c: Conversation) -> Conversation:
    track = c.tracks.get(fact.track)
    if track is None or track.sealed:
        return c
    track = _reached(track, TrackHead(fact.track, fact.last, fact.samples, fact.head))
    return _with_track(c, replace(track, sealed=True, complete=fact.complete, reason=fact.reason))


@step.register
def _(fact: TrackHandedIn, c: Conversation) -> Conversation:
    track = c.tracks.get(fact.track)
    return c if track is None else _with_track(c, replace(track, handed_in=True))


@step.register
def _(fact: MomentMarked, c: Conversation) -> Conversation:
    return replace(c, marks=(*c.marks, fact.moment))


def _reached(track: Track, head: TrackHead) -> Track:
    """Give a track that came further; what is sealed is known for good (law 6)."""
    return track if track.sealed else replace(track, last=head.last, samples=head.samples, head=head.head)


def _with_track(c: Conversation, track: Track) -> Conversation:
    return changed(c, tracks={**c.tracks, track.track: track})
