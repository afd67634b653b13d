"""The small values that facts are made of: who, where, how, why, and stretches of time."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Who someone is, as far as the conditions ask (clauses 1b, 1c)."""

    ADULT = "adult"
    YOUTH_16 = "16-17"
    YOUTH_12 = "12-15"
    CHILD = "0-11"
    PROFESSIONAL = "professional"
    STAFF = "staff"


class Place(StrEnum):
    """Where someone takes part."""

    ROOM = "room"
    PHONE = "phone"


class How(StrEnum):
    """How an answer came."""

    OWN_PHONE = "own-phone"
    DEVICE = "device"
    SPOKEN = "spoken"
    SLIP = "slip"


class Children(StrEnum):
    """Whether a minor is concerned (clause 1c)."""

    NONE = "none"
    DISCUSSED = "discussed"
    PRESENT = "present"


class Interest(StrEnum):
    """The answer to «is recording bad for a child?»; a doubt counts as against."""

    NO_OBJECTION = "no-objection"
    AGAINST = "against"


class InterestReason(StrEnum):
    """Why recording is good for a child who takes part."""

    WANTS = "wants"
    HELPS = "helps"
    NO_HARM = "no-harm"


class RoundCause(StrEnum):
    """Why everyone is asked."""

    FIRST = "first"
    AGAIN = "again"
    NEWCOMER = "newcomer"
    CHANGED = "changed"


class PauseCause(StrEnum):
    """Why a recording stands still; none of these is anyone's no."""

    SOMEONE_CAME = "someone-came"
    SOMEONE_LEAVES = "someone-leaves"
    OUR_RECORDER = "our-recorder"
    THEIR_RECORDER = "their-recorder"


class Offered(StrEnum):
    """What was offered instead of a recording (clause 1d)."""

    LISTENER_NOW = "listener-now"
    LISTENER_NEXT_TIME = "listener-next-time"
    NOTHING_WANTED = "nothing-wanted"
    NOTES_ON_PAPER = "notes-on-paper"
    SUMMARY = "summary"


class DeclineReason(StrEnum):
    """Why the organisation itself does not record (clause 1b); only manager and officer see it."""

    SAFETY = "safety"
    EARLIER_ABUSE = "earlier-abuse"
    TECHNOLOGY = "technology"
    OTHER = "other"


class Content(StrEnum):
    """What of a part is shared: its sound, or the text that was written from it."""

    SOUND = "sound"
    TEXT = "text"


class Ground(StrEnum):
    """On what ground sound is used, held back, covered or destroyed without everyone's yes (law, or house)."""

    OWN_USE = "own-use"
    OWN_LAWYER = "own-lawyer"
    COMPLAINT = "complaint"
    COURT = "court"
    CONFIDANT = "confidant"
    COLLEAGUE = "colleague"
    DUTY_BY_LAW = "duty-by-law"
    SECRET_ADDRESS = "secret-address"  # noqa: S105 - a ground, not a password
    REPORTER = "reporter"
    SPOKEN_ROUND_FAILED = "spoken-round-failed"
    WRONG_START = "wrong-start"
    LATE_STOP = "late-stop"
    RETENTION_ENDED = "retention-ended"
    REQUEST = "request"
    PRACTICE = "practice"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, in milliseconds by the server's clock; the end is not part of it."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class TrackHead:
    """How far a track was durable: last chunk number, 48 kHz samples, hash of the chain (hex)."""

    track: str
    last: int
    samples: int
    head: str
