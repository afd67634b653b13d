"""The confirmation of a conversation: the same for everyone who was present, whoever asks and whenever."""

from dataclasses import dataclass

from tweespoor.casework import ledger
from tweespoor.journal import entry
from tweespoor.rules.facts import RecordingStopped, TrackSealed


@dataclass(frozen=True, slots=True)
class Confirmation:
    """When was recorded (ms), how long without the pauses (ms), and the journal's head at the end of the recording.

    The head is that of the entry that sealed our last track, or of the last stop where we had none; None until then.
    """

    begin: int
    end: int
    recorded: int
    position: int | None
    head: str | None


def confirmation(conversation_id: str) -> Confirmation | None:
    """Give the confirmation of a recorded conversation; None when nothing was recorded."""
    head = ledger.head(conversation_id)
    spans = [span for span in head.gate.spans if span.end is not None]
    if not spans:
        return None
    ours = {track.track for track in head.state.tracks.values() if track.ours}
    waiting = {track.track for track in head.state.tracks.values() if track.ours and not track.sealed}
    position, digest = None, None
    if not waiting:
        for line in ledger.lines(conversation_id):
            written = entry.read(line)
            fact = written.fact
            sealed = isinstance(fact, TrackSealed) and fact.track in ours
            if sealed or (not ours and isinstance(fact, RecordingStopped)):
                position, digest = written.position, entry.digest(line)
    return Confirmation(
        begin=spans[0].begin,
        end=max(span.end or 0 for span in spans),
        recorded=sum((span.end or span.begin) - span.begin for span in spans),
        position=position,
        head=digest,
    )
