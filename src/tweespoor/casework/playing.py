"""Makes the playable file of a track: any stretch of its bytes, and how loud it is.

Each needs one pass over all chunks.  What a pass finds is small and is kept beside the track, sealed, so that it is
made once: it tells who spoke when, so it is as personal as the sound, and it ends with it.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tweespoor.casework import capturing
from tweespoor.sound import waveform
from tweespoor.tape import beside, timeline
from tweespoor.tape.ogg import Layout
from tweespoor.tape.store import Track
from tweespoor.tape.timeline import Line, Stretch

_one_pass_at_a_time: Final = threading.Lock()


class Player:
    """One track, open for listening; ``withheld`` is what nobody hears of it."""

    def __init__(self, track: Track, withheld: tuple[Stretch, ...] = ()) -> None:
        self.track = track
        self.line = _line(track, withheld)
        # What hides nothing of this track changes nothing of its file: then all listeners share what was found.
        hides = tuple(span for span in withheld if any(span.meets(hidden) for hidden in self.line.hidden))
        self.about = repr(hides).encode()
        self.scope = f"-{hashlib.sha256(self.about).hexdigest()[:12]}" if hides else ""

    def name(self, what: str) -> str:
        """Give the name under which something made of this track is kept beside it."""
        return f"{what}{self.scope}"

    @property
    def tag(self) -> str:
        """Give a word that changes when the bytes of the file do."""
        return hashlib.sha256(self.track.contents.point.head + self.about).hexdigest()[:32]

    @property
    def layout(self) -> Layout:
        """Give where everything lies in the file: as kept, or by one pass that opens each chunk (DamagedError)."""
        name = self.name("layout")
        found = self.track.contents.found.get(name)
        if isinstance(found, Layout):
            return found
        with _one_pass_at_a_time:
            kept = beside.kept(self.track, name, self.about)
            if kept is None:
                skip = timeline.preskip(self.track, self.line)
                layout = Layout.of(self.track.track, skip, timeline.sounds(self.track, self.line, skip))
                beside.keep(self.track, name, layout.pack(), self.about)
            else:
                layout = Layout.unpack(kept)
        self.track.contents.found[name] = layout
        return layout

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """Give the bytes of the file from one place to another; opens only the chunks that it needs (DamagedError)."""
        layout = self.layout
        return layout.read(begin, end, lambda first: timeline.sounds(self.track, self.line, layout.preskip, first))

    @property
    def is_drawn(self) -> bool:
        """Tell whether its loudness was found already."""
        return beside.kept(self.track, self.name("loudness"), self.about) is not None

    @property
    def loudness(self) -> bytes:
        """Give how loud it is, a byte per `waveform.STEP` samples of the file: as kept, or by decoding all of it."""
        with _one_pass_at_a_time:
            kept = beside.kept(self.track, self.name("loudness"), self.about)
            if kept is None:
                kept = waveform.loudness(self.packets())
                beside.keep(self.track, self.name("loudness"), kept, self.about)
        return kept

    def packets(self) -> Iterator[tuple[int, bytes]]:
        """Give every packet that is heard with its place in the file, in samples."""
        skip = timeline.preskip(self.track, self.line)
        for sound in timeline.sounds(self.track, self.line, skip):
            for position, packet in sound.packets:
                yield position - skip, packet


def _line(track: Track, withheld: tuple[Stretch, ...]) -> Line:
    """Place the chunks of a track, once for as long as its contents stay in memory."""
    known = track.contents.found.get(withheld)
    if not isinstance(known, Line):
        known = track.contents.found[withheld] = Line.of(track.index, withheld)
    return known


@contextmanager
def play(track_id: str, withheld: tuple[Stretch, ...] = ()) -> Iterator[Player]:
    """Open a track for listening; raises UnknownError when it is not there or its key was destroyed."""
    with capturing.reader(track_id) as track:
        yield Player(track, withheld)
