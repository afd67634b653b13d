"""Makes the playable file of a track: any stretch of its bytes, and how loud it is.

Whatever leaves (to a player, a copy, an export, a link) is made here, so what is covered by law is covered everywhere.
Each needs one pass over all chunks.  What a pass finds is small and is kept beside the track, sealed, so that it is
made once: it tells who spoke when, so it is as personal as the sound, and it ends with it.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from tweespoor.casework import capturing
from tweespoor.errors import DamagedError
from tweespoor.sound import waveform
from tweespoor.tape import beside, timeline
from tweespoor.tape.derivative import Edited, Places
from tweespoor.tape.moments import widened
from tweespoor.tape.ogg import Layout, Sound
from tweespoor.tape.store import Track
from tweespoor.tape.timeline import Line, Stretch

_one_pass_at_a_time: Final = threading.Lock()


class Unheard(NamedTuple):
    """What is not heard of the tracks of a part, in moments (ms).

    What is ``withheld`` is as if it had never been recorded; what is ``covered`` is a tone of the same length, and what
    is ``cut`` is left out.
    """

    withheld: tuple[Stretch, ...]
    covered: tuple[Stretch, ...]
    cut: tuple[Stretch, ...] = ()


class Player:
    """One track, open for listening, without what is unheard of it."""

    def __init__(self, track: Track, unheard: Unheard) -> None:
        self.track = track
        line = _line(track, unheard.withheld)
        # What hides nothing of this track changes nothing of its file: then all listeners share what was found.
        hides = tuple(span for span in unheard.withheld if any(span.meets(hidden) for hidden in line.hidden))
        covers = tuple(one for one in widened(unheard.covered) if any(one.meets(heard) for heard in line.recorded))
        cuts = widened(unheard.cut)
        self.edited = Edited(track, line, _places(track, line), cuts, covers) if cuts or covers else None
        self.line = line if self.edited is None else self.edited.line if cuts else line
        told: object = (hides, covers, cuts) if cuts or covers else hides
        self.about = repr(told).encode()
        self.scope = f"-{hashlib.sha256(self.about).hexdigest()[:12]}" if told else ""

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
            layout = self._kept_layout(name) or self._lay_out(name)
        self.track.contents.found[name] = layout
        return layout

    def _kept_layout(self, name: str) -> Layout | None:
        kept = beside.kept(self.track, name, self.about)
        try:
            return None if kept is None else Layout.unpack(kept)
        except DamagedError:  # of another version of the table: it is made again
            return None

    def _lay_out(self, name: str, seen: Callable[[bytes], object] | None = None) -> Layout:
        edited, track, skip = self.edited, self.track.track, self._skip
        if edited is None:
            layout = Layout.of(track, skip, self._sounds(0, skip), (), seen)
        else:
            layout = Layout.of(track + self.about, skip, edited.sounds(), edited.comments, seen)
        beside.keep(self.track, name, layout.pack(), self.about)
        return layout

    def hashed(self) -> str:
        """Give the SHA-256 (hex) of the whole file, by one pass, and keep what that finds (DamagedError)."""
        digest = hashlib.sha256()
        with _one_pass_at_a_time:
            layout = self._lay_out(self.name("layout"), digest.update)
        self.track.contents.found[self.name("layout")] = layout
        return digest.hexdigest()

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """Give the bytes of the file from one place to another; opens only the chunks that it needs (DamagedError)."""
        layout = self.layout
        return layout.read(begin, end, lambda first: self._sounds(first, layout.preskip))

    def _sounds(self, first: int, skip: int) -> Iterator[Sound]:
        """Give the chunks from a number on, as they are heard (DamagedError)."""
        if self.edited is not None:
            return self.edited.sounds(first)
        return timeline.sounds(self.track, self.line, skip, first)

    @property
    def _skip(self) -> int:
        return timeline.preskip(self.track, self.line) if self.edited is None else self.edited.skip

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
        skip = self._skip
        for sound in self._sounds(0, skip):
            for position, packet in sound.packets:
                yield position - skip, packet


def _line(track: Track, withheld: tuple[Stretch, ...]) -> Line:
    """Place the chunks of a track, once for as long as its contents stay in memory."""
    known = track.contents.found.get(withheld)
    if not isinstance(known, Line):
        known = track.contents.found[withheld] = Line.of(track.index, withheld)
    return known


def _places(track: Track, line: Line) -> Places:
    """Find where the chunks lie in the file, once for as long as the track's contents stay in memory."""
    known = track.contents.found.get(("places", line.withheld))
    if not isinstance(known, Places):
        known = track.contents.found["places", line.withheld] = Places.of(track, line)
    return known


@contextmanager
def play(track_id: str, unheard: Unheard) -> Iterator[Player]:
    """Open a track for listening; raises UnknownError when it is not there or its key was destroyed."""
    with capturing.reader(track_id) as track:
        yield Player(track, unheard)
