"""Makes the playable files of a track: any stretch of their bytes, and how loud it is.

There are two of the same sound: `ogg`, which is given away and proven, and `webm`, in which a browser finds any moment
by one request.  Whatever leaves (to a player, a copy, an export, a link) is made here, so what is covered by law is
covered everywhere.
Each needs one pass over all chunks.  What a pass finds is small and is kept beside the track, sealed, so that it is
made once: it tells who spoke when, so it is as personal as the sound, and it ends with it.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Final, NamedTuple, TypeVar

from tweespoor.casework import capturing
from tweespoor.errors import DamagedError
from tweespoor.sound import waveform
from tweespoor.tape import beside, ogg, timeline, webm
from tweespoor.tape.derivative import Edited, Places
from tweespoor.tape.moments import widened
from tweespoor.tape.ogg import Layout, Sound
from tweespoor.tape.store import Track
from tweespoor.tape.timeline import Line, Stretch

_one_pass_at_a_time: Final = threading.Lock()
_one_drawing_at_a_time: Final = threading.Lock()
"""Drawing decodes everything; nobody waits for that to hear something."""


Table = TypeVar("Table", Layout, webm.Layout)


class Unheard(NamedTuple):
    """What is not heard of the tracks of a part, in moments (ms).

    What is ``withheld`` is as if it had never been recorded; what is ``covered`` is a tone of the same length, and what
    is ``cut`` is left out.
    """

    withheld: tuple[Stretch, ...]
    covered: tuple[Stretch, ...]
    cut: tuple[Stretch, ...] = ()


class Playable(NamedTuple):
    """A file that a player opens: its length, what it is, a word that changes with its bytes, and any part of it."""

    size: int
    media_type: str
    tag: str
    read: Callable[[int, int], Iterator[bytes]]


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
        """Give where everything lies in the Ogg file: as kept, or by one pass that opens each chunk (DamagedError)."""
        return self._known("layout", Layout, self._lay_out)

    @property
    def index(self) -> webm.Layout:
        """Give the same of the WebM file."""
        return self._known("index", webm.Layout, lambda: webm.Layout.of(self._skip, self._sounds(0, self._skip)))

    def _known(self, what: str, kind: type[Table], find: Callable[[], Table]) -> Table:
        name = self.name(what)
        found = self.track.contents.found.get(name)
        if isinstance(found, kind):
            return found
        with _one_pass_at_a_time:
            table = self._kept(name, kind)
            if table is None:
                table = find()
                beside.keep(self.track, name, table.pack(), self.about)
        self.track.contents.found[name] = table
        return table

    def _kept(self, name: str, kind: type[Table]) -> Table | None:
        kept = beside.kept(self.track, name, self.about)
        try:
            return None if kept is None else kind.unpack(kept)
        except DamagedError:  # of another version of the table: it is made again
            return None

    def _lay_out(self, seen: Callable[[bytes], object] | None = None) -> Layout:
        edited, track, skip = self.edited, self.track.track, self._skip
        if edited is None:
            return Layout.of(track, skip, self._sounds(0, skip), (), seen)
        return Layout.of(track + self.about, skip, edited.sounds(), edited.comments, seen)

    def hashed(self) -> str:
        """Give the SHA-256 (hex) of the whole Ogg file, by one pass, and keep what that finds (DamagedError)."""
        digest, name = hashlib.sha256(), self.name("layout")
        with _one_pass_at_a_time:
            layout = self._lay_out(digest.update)
            beside.keep(self.track, name, layout.pack(), self.about)
        self.track.contents.found[name] = layout
        return digest.hexdigest()

    @property
    def ogg(self) -> Playable:
        """Give the sound as it was recorded, in the file that is given away and proven (DamagedError)."""
        return Playable(self.layout.size, ogg.MEDIA_TYPE, self.tag, self.read)

    @property
    def webm(self) -> Playable:
        """Give the same packets in the file in which a browser goes anywhere at once (DamagedError)."""
        return Playable(self.index.size, webm.MEDIA_TYPE, f"{self.tag}-webm", self._read_webm)

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """Give bytes of the Ogg file from one place to another; opens only the chunks that it needs (DamagedError)."""
        layout = self.layout
        return layout.read(begin, end, lambda first: self._sounds(first, layout.preskip))

    def _read_webm(self, begin: int, end: int) -> Iterator[bytes]:
        index = self.index
        return index.read(begin, end, lambda first: self._sounds(first, index.preskip))

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
        with _one_drawing_at_a_time:
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


def prepare(players: Sequence[Player], holding: ExitStack) -> None:
    """Let it be found on a thread of its own where everything lies; ``holding`` keeps the tracks open until then."""
    threading.Thread(target=_prepare, args=(players, holding), name="places", daemon=True).start()


def _prepare(players: Sequence[Player], holding: ExitStack) -> None:
    with holding, suppress(DamagedError, OSError):  # whoever listens is told
        for player in players:
            _ = player.index


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
