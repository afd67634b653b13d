"""What is done to a copy, and what is true of it afterwards.

An edit stands at a moment of the first generation: it takes a while of it out and puts parts in.  So edits of every
kind can be put together in one copy.  What should be found is an `Event`: where it lies in the edited copy, as
intervals of equivalent places, and by what names it may rightly be called, the best one first.
"""

import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from bench.comparing import sounds
from bench.comparing.captures import Capture
from bench.comparing.splicing import Boundary, Part, Spliced, splice
from bench.comparing.talkers import FRAME, RATE, Samples
from numpy.typing import NDArray

FADES: Final = (0.0, 0.01, 0.05)
MARGIN: Final = 8.0
"""How far from both ends of a copy an edit stays (s)."""
KINDS: Final = {
    "cut": ("missing",),
    "pause": ("missing",),
    "insert": ("added",),
    "repeat": ("repeated",),
    "move": ("moved",),
    "replace": ("replaced",),
    "other": ("replaced",),
    "silence": ("silenced",),
    "room": ("silenced", "replaced"),
    "beep": ("silenced", "replaced"),
    "dropout": ("silenced", "replaced", "missing"),
    "speed": ("speed",),
    "pitch": ("pitch",),
}
ALWAYS_IN_WORDS: Final = frozenset(("replace", "other", "silence", "room", "beep", "dropout", "speed", "pitch"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event begins and where it ends in the edited copy (one place when something is missing)."""

    begin: Boundary
    end: Boundary


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that should be found; ``places`` are ways to tell of it that are equally true."""

    kind: str
    names: tuple[str, ...]
    places: tuple[Place, ...]
    seconds: float
    factor: float | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Take from sample ``at`` until ``until`` out of a copy, and put parts in.

    An edit that only receives what another one took has no ``kind`` of its own.
    """

    kind: str
    at: int
    until: int
    parts: tuple[Part, ...] = ()
    factor: float | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """An edited copy, and what should be found in it."""

    spliced: Spliced
    events: tuple[Event, ...]


def apply(capture: Capture, edits: list[Edit], fade_s: float) -> Edited:
    """Make all edits at once; they must not overlap."""
    parts: list[Part] = []
    marks: list[tuple[Edit, int]] = []
    at = 0
    for one in sorted(edits, key=lambda edit: edit.at):
        parts.append(_own(capture, at, one.at))
        marks.append((one, len(parts) - 1))
        parts += one.parts
        at = one.until
    parts.append(_own(capture, at, len(capture.copy)))
    spliced = splice(parts, capture.loud, fade_s)
    found = []
    for one, mark in marks:
        if one.kind == "move":
            found.append(_moved(one, mark, marks, spliced))
        elif one.kind:
            found.append(_event(one, mark, spliced))
    return Edited(spliced, tuple(found))


def _event(edit: Edit, mark: int, spliced: Spliced) -> Event:
    begin, end = spliced.boundaries[mark], spliced.boundaries[mark + len(edit.parts)]
    seconds = sum(one.until - one.begin for one in edit.parts) / RATE or (edit.until - edit.at) / RATE
    places = [Place(begin, end)]
    if edit.kind == "repeat":  # whichever of the two is called the repeated one
        places = [Place(begin, _shifted(begin, seconds)), Place(_shifted(begin, -seconds), begin)]
    return Event(edit.kind, KINDS[edit.kind], tuple(places), seconds, edit.factor)


def _moved(edit: Edit, mark: int, marks: list[tuple[Edit, int]], spliced: Spliced) -> Event:
    """Tell of a piece that was put elsewhere: it moved, or what it passed moved the other way."""
    part = edit.parts[0]
    begin, end = spliced.boundaries[mark], spliced.boundaries[mark + 1]
    taken = next(there for one, there in marks if not one.kind and one.at == part.begin)
    left = spliced.boundaries[taken]
    passed = Place(end, left) if taken > mark else Place(left, begin)
    return Event("move", KINDS["move"], (Place(begin, end), passed), (part.until - part.begin) / RATE)


def _shifted(boundary: Boundary, seconds: float) -> Boundary:
    return Boundary(boundary.at + seconds, boundary.first + seconds, boundary.last + seconds)


def _own(capture: Capture, begin: int, until: int) -> Part:
    return Part(capture.copy, capture.loud, begin, until, begin / RATE)


def _made(sound: Samples, *, loud: bool) -> Part:
    return Part(sound, np.full(len(sound) // FRAME + 1, loud), 0, len(sound))


def seed_of(*words: object) -> list[int]:
    """Give what a generator begins with for these words, the same in every process."""
    return [zlib.crc32(str(one).encode()) for one in words]


class Editor:
    """Makes edits of one kind after another in one capture, each at a place that is drawn."""

    def __init__(self, capture: Capture, other: Capture, rng: np.random.Generator) -> None:
        self._capture, self._other, self._rng = capture, other, rng

    def make(self, kind: str, length_s: float, factor: float | None = None, *, words: bool = True) -> list[Edit]:
        """Make one edit; ``words`` puts it where somebody speaks, else in a pause where there is one."""
        seconds = len(self._capture.copy) / RATE
        return self.within(kind, length_s, factor, (MARGIN, seconds - MARGIN), words=words)

    def within(
        self, kind: str, length_s: float, factor: float | None, span: tuple[float, float], *, words: bool
    ) -> list[Edit]:
        """Make one edit in a span of the copy (s)."""
        length = round(length_s * RATE)
        whole = kind in ALWAYS_IN_WORDS
        here = (span[0], span[1] - length_s)
        at = self._place(here, length_s if whole else 0.0, words=words or whole)
        there = self._capture.copy[at : at + length]
        if kind in {"cut", "pause"}:
            return [Edit(kind, at, at + length)]
        if kind == "repeat":
            return [Edit(kind, at + length, at + length, (_own(self._capture, at, at + length),))]
        if kind == "insert":
            return [Edit(kind, at, at, (self._foreign(length, at, same=None),))]
        if kind in {"replace", "other"}:
            return [Edit(kind, at, at + length, (self._foreign(length, at, same=kind == "replace"),))]
        if kind == "move":
            return self._move(at, length, span, words=words)
        if kind == "speed":
            part = self._bent(sounds.faster(there, factor or 1), at, factor or 1)
        elif kind == "pitch":
            part = self._bent(sounds.higher(there, factor or 1), at, 1.0)
        else:
            part = _made(self._nothing(kind, length), loud=kind == "beep")
        return [Edit(kind, at, at + length, (part,), factor)]

    def _bent(self, sound: Samples, at: int, rate: float) -> Part:
        """Give a stretch that is played otherwise; where it is quiet nobody can tell."""
        frames = at / FRAME + (np.arange(len(sound) // FRAME + 1) + 0.5) * rate
        loud = self._capture.loud[np.minimum(frames.astype(np.int64), len(self._capture.loud) - 1)]
        return Part(sound, loud, 0, len(sound), at / RATE, rate)

    def _nothing(self, kind: str, length: int) -> Samples:
        """Give what is no speech: a tone, soft hiss, or digital silence."""
        if kind == "beep":
            return sounds.beep(length)
        return sounds.quiet_room(self._rng, length) if kind == "room" else np.zeros(length, np.float32)

    def two(self, length_s: float) -> list[Edit]:
        """Take something out and, two seconds later, put something else in."""
        seconds = len(self._capture.copy) / RATE
        first = self.within("cut", length_s, None, (MARGIN, seconds - MARGIN - 2 * length_s - 3), words=True)
        after = first[0].until / RATE
        return first + self.within("insert", length_s, None, (after + 1.5, after + 2.5 + length_s), words=True)

    def _move(self, at: int, length: int, span: tuple[float, float], *, words: bool) -> list[Edit]:
        apart = 3 * RATE
        while True:
            to = self._place(span, 0.0, words=words)
            if to < at - apart or to > at + length + apart:
                break
        return [Edit("", at, at + length), Edit("move", to, to, (_own(self._capture, at, at + length),))]

    def _place(self, span: tuple[float, float], length_s: float, *, words: bool) -> int:
        """Draw a sample where somebody speaks, and in most of what follows; or where nobody does."""
        loud = self._capture.loud
        frames = max(8, round(length_s * 100))
        share = _share(loud, frames)
        last = min(len(share), round(span[1] * 100))
        first = min(round(span[0] * 100), last - 1)
        here = share[first:last]
        fit = np.flatnonzero(here > 0.6 if words else here == 0)
        if not fit.size:
            fit = np.flatnonzero(here >= np.quantile(here, 0.9) if words else here <= np.quantile(here, 0.1))
        middle = 0 if length_s else frames // 2
        return (first + int(self._rng.choice(fit)) + middle) * FRAME + int(self._rng.integers(FRAME))

    def _foreign(self, length: int, at: int, *, same: bool | None) -> Part:
        """Give speech that is not in the original: of the talker who speaks here, of another, or of whomever."""
        here = self._capture
        frames = max(1, length // FRAME)
        speaking = here.who[at // FRAME : at // FRAME + frames]
        talker = int(np.bincount(speaking[speaking >= 0], minlength=3).argmax()) if (speaking >= 0).any() else 0
        source = here
        if same is True:
            wanted = here.spare_who == talker
        elif same is False:
            wanted = (here.spare_who >= 0) & (here.spare_who != talker)
        else:
            source = self._other if self._rng.random() < 0.5 else here
            wanted = source.spare_loud
        if same is not None and (len(wanted) <= frames or _share(wanted, frames).max() < 0.5):
            wanted = here.spare_loud
        share = _share(wanted, frames)
        fit = np.flatnonzero(share >= min(0.6, float(share.max())))
        begin = int(self._rng.choice(fit)) * FRAME
        return Part(source.spare, source.spare_loud, begin, begin + length)


def _share(flags: NDArray[np.bool_], frames: int) -> NDArray[np.float64]:
    """Tell of every place which share of the frames from there on is set."""
    total = np.concatenate([[0], np.cumsum(flags)])
    frames = min(frames, len(flags))
    return np.asarray((total[frames:] - total[:-frames]) / frames, dtype=np.float64)
