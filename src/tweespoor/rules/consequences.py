"""What must follow from a fact, in the same transaction; nothing here is anyone's choice.

Two things follow: a recording **stops** when its agreement is over, and **stands still** when the facts
no longer let it run but people can still go on together.  Neither names a person or a cause of a no
(laws 5 and 10).
"""

from collections.abc import Iterator
from functools import singledispatch

from tweespoor.rules.conditions import may_record, somebody_of_the_others_records
from tweespoor.rules.conversation import after
from tweespoor.rules.fact import Fact
from tweespoor.rules.facts_recording import (
    OwnAppStopped,
    RecorderFailed,
    RecordingPaused,
    RecordingResumed,
    RecordingStopped,
)
from tweespoor.rules.facts_talk import (
    AgreementEnded,
    ConsentDoubted,
    ConsentRefused,
    ConsentWithdrawn,
    OrganisationDeclined,
    ParticipantLeft,
    RoundEndedWithoutAgreement,
)
from tweespoor.rules.kinds import PauseCause
from tweespoor.rules.state import Conversation, Running


def follow(before: Conversation, fact: Fact, now: Conversation | None = None) -> tuple[Fact, ...]:
    """Give the facts that must be added right behind this one, of which each is followed in its turn.

    ``before`` is the state before the fact, ``now`` the one behind it where that was worked out already.
    """
    now = after(before, fact) if now is None else now
    direct = _follow(fact, now)
    if not direct and now.running is Running.RUNNING and not may_record(now):
        # Whatever it was, people are still at the table: all stand still until they have agreed.
        return (RecordingPaused(at=fact.at, cause=PauseCause.SOMEONE_CAME),)
    return direct


def complete(before: Conversation, *new: Fact) -> Iterator[Fact]:
    """Give facts with everything that follows from them, in the order of a journal."""
    c = before
    for fact in new:
        yield fact
        behind = list(complete(after(c, fact), *follow(c, fact)))
        yield from behind
        c = after(c, fact)
        for consequence in behind:
            c = after(c, consequence)


@singledispatch
def _follow(fact: Fact, c: Conversation) -> tuple[Fact, ...]:
    """Give what follows from this kind of fact; most ask for nothing."""
    del fact, c
    return ()


# The agreement is over: stop -----------------------------------------------------------------------


@_follow.register
def _(fact: AgreementEnded, c: Conversation) -> tuple[Fact, ...]:
    """Clause 1b: without an agreement nothing runs, nothing waits to go on, and nobody is still being asked."""
    unasked = (RoundEndedWithoutAgreement(at=fact.at, round=c.round),) if c.round_open else ()
    return (*_stop(c, fact.at), *unasked)


@_follow.register
def _(fact: RoundEndedWithoutAgreement, c: Conversation) -> tuple[Fact, ...]:
    """Clause 1b: when a round about somebody new ends in a no, the part that stood still is over."""
    return _stop(c, fact.at)


@_follow.register(ConsentWithdrawn)
@_follow.register(ConsentRefused)
@_follow.register(ConsentDoubted)
@_follow.register(OrganisationDeclined)
def _(fact: Fact, c: Conversation) -> tuple[Fact, ...]:
    """Clause 1b (reading): a yes taken back ends the agreement, and the fact that says so names nobody."""
    if not c.agreed or c.round_open:
        return ()
    return (AgreementEnded(at=fact.at, since=fact.at),)


def _stop(c: Conversation, at: int) -> tuple[Fact, ...]:
    return (RecordingStopped(at=at),) if c.running in {Running.RUNNING, Running.PAUSED} else ()


# A recorder or its owner is gone: stand still --------------------------------------------------------


@_follow.register
def _(fact: RecorderFailed, c: Conversation) -> tuple[Fact, ...]:
    """Clause 4a: ours fails or theirs, all stand still; with the sixth agreement changed, all stop."""
    track = c.tracks.get(fact.track)
    if track is None or track.part != c.part or track.sealed:
        return ()
    return _halt(c, fact.at, ours=track.ours)


@_follow.register
def _(fact: RecordingResumed, c: Conversation) -> tuple[Fact, ...]:
    """Clause 4a: what goes on while our recorder still does not work stands still again at once."""
    broken = any(track.ours and track.failed and not track.sealed for track in c.tracks_of(c.part))
    return _halt(c, fact.at, ours=True) if broken and c.staff else ()


@_follow.register
def _(fact: ParticipantLeft, c: Conversation) -> tuple[Fact, ...]:
    """Clauses 1a and 4a: when our last person leaves, or the last of the others who records, all stand still."""
    if c.running is Running.RUNNING and not (c.staff and somebody_else_records(c)):
        return (RecordingPaused(at=fact.at, cause=PauseCause.SOMEONE_LEAVES),)
    return ()


@_follow.register
def _(fact: OwnAppStopped, c: Conversation) -> tuple[Fact, ...]:
    """Clause 4a: an own app is as good as our page, also when it was the last that recorded."""
    return () if somebody_else_records(c) else _halt(c, fact.at, ours=False)


def somebody_else_records(c: Conversation) -> bool:
    """Whether clause 4a has no objection, as far as the facts show who records."""
    return not any(somebody_of_the_others_records(c))


def _halt(c: Conversation, at: int, *, ours: bool) -> tuple[Fact, ...]:
    """Let all stand still because of a recorder, or stop when that is the agreement."""
    if c.running is not Running.RUNNING:
        return ()
    if c.items[5] != 0:
        return _stop(c, at)
    return (RecordingPaused(at=at, cause=PauseCause.OUR_RECORDER if ours else PauseCause.THEIR_RECORDER),)
