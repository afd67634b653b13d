"""One track as a chain of chunks: leaf by leaf to one head.

``salt`` is 32 random bytes a track, given to the recorder and disclosed with the track::

    leaf(n)  = SHA-256(salt || uint32be(n) || body(n))
    head(-1) = SHA-256("tweespoor/track/1" || track)
    head(n)  = SHA-256(head(n-1) || leaf(n))

Recorder and server come to the same head; nonce, ciphertext and arrival are not in it.  Samples are 48 kHz.

When each chunk was recorded is the server's word.  It has a chain of its own, begun at ``SHA-256("tweespoor/times/1" ||
track)``, whose end stands in the journal where the track is sealed: sound cannot be moved to another moment afterwards.
"""

import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, NamedTuple

PLACE: Final = struct.Struct(">IHQIQQB")
"""A place as it is chained (docs/format.md, 5)."""


def genesis(track: bytes) -> bytes:
    """Give the head before the first chunk."""
    return sha256(b"tweespoor/track/1" + track).digest()


def leaf_of(salt: bytes, number: int, body: bytes) -> bytes:
    """Give the leaf of a body."""
    return sha256(salt + number.to_bytes(4, "big") + body).digest()


def head_after(head: bytes, leaf: bytes) -> bytes:
    """Give the head behind a leaf."""
    return sha256(head + leaf).digest()


class Place(NamedTuple):
    """Where and when one chunk was recorded: its place among the samples, and the moments (ms) around it."""

    number: int
    epoch: int
    position: int
    samples: int
    begin_ms: int
    end_ms: int
    by_device_clock: bool


def times_genesis(track: bytes) -> bytes:
    """Give where the chain of places begins."""
    return sha256(b"tweespoor/times/1" + track).digest()


def times_after(times: bytes, place: Place) -> bytes:
    """Give the chain of places behind one more."""
    return sha256(times + PLACE.pack(*place)).digest()


class Point(NamedTuple):
    """How far a track is: last number (-1: nothing yet), samples in all, head.

    ``epoch`` and ``end`` say where its last chunk ended; ``mono_us`` is the page's clock at its beginning; ``times``
    chains the places of all chunks (empty where nobody worked it out).
    """

    number: int
    samples: int
    head: bytes
    epoch: int = 0
    end: int = 0
    mono_us: int = 0
    times: bytes = b""


@dataclass(slots=True)
class Chain:
    """A track that is being recorded: what is durable, and what is on its way to the disk.

    Only the spool moves ``durable``.  ``tip`` runs ahead of it by what was queued, and falls back to it when a
    write fails: then every queued successor is gone as well, for it stood on what is not there.  A chain that is
    ``shut`` takes nothing more.
    """

    track: bytes
    durable: Point
    tip: Point = field(init=False)
    shut: bool = False

    def __post_init__(self) -> None:
        self.tip = self.durable

    @classmethod
    def begin(cls, track: bytes) -> "Chain":
        """Give the chain of a track without chunks."""
        return cls(track, Point(-1, 0, genesis(track), times=times_genesis(track)))

    def rollback(self) -> None:
        """Forget what was queued."""
        self.tip = self.durable
