"""The list of a track's chunks in a bundle: for each its leaf, its place and time, and where its body is.

A line is canonical JSON with always the same names, so it is written and read as one fixed spelling; whatever is
spelled in another way is refused.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain
from typing import Final, NamedTuple

from tweespoor.errors import DamagedError
from tweespoor.tape import ogg, steady, timeline
from tweespoor.tape.packets import Chunk, Code, parse
from tweespoor.tape.steady import Steady
from tweespoor.tape.track import Place


class Body(StrEnum):
    """Where the sound of a chunk is."""

    HERE = "here"
    WITHHELD = "withheld"
    KEPT = "kept"


class Row(NamedTuple):
    """One line; ``length`` is that of the body in ``chunks.bin``, 0 when it is not here."""

    place: Place
    leaf: bytes
    body: Body
    length: int


LONGEST: Final = 512
_NUMBER: Final = "(0|[1-9][0-9]{0,15})"
_FORM: Final = (
    rf'{{"begin_ms":{_NUMBER},"body":"(here|withheld|kept)","device_clock":(true|false),"end_ms":{_NUMBER},'
    rf'"epoch":{_NUMBER},"leaf":"([0-9a-f]{{64}})","length":{_NUMBER},"number":{_NUMBER},"position":{_NUMBER},'
    rf'"samples":{_NUMBER}}}'.encode()
)
_LINE: Final = re.compile(_FORM)
_LINES: Final = re.compile(b"^" + _FORM + b"\n", re.MULTILINE)
_BODIES: Final = {body.value.encode(): body for body in Body}
_PLACES: Final = {body.value.encode(): place for place, body in enumerate(Body)}
_ON_A_PAGE: Final = 255  # packets, and bytes of one that needs a single lacing value
_EPOCHS: Final = 1 << 16
_NUMBERS: Final = 1 << 32
_SAFE: Final = 1 << 53


def line(row: Row) -> bytes:
    """Write a line.

    >>> read(line(Row(Place(0, 0, 0, 960, 5, 25, False), bytes(32), Body.KEPT, 0))).place.end_ms
    25
    """
    number, epoch, position, samples, begin, end, device = row.place
    return (
        f'{{"begin_ms":{begin},"body":"{row.body}","device_clock":{"true" if device else "false"},"end_ms":{end},'
        f'"epoch":{epoch},"leaf":"{row.leaf.hex()}","length":{row.length},"number":{number},'
        f'"position":{position},"samples":{samples}}}'
    ).encode()


def read(written: bytes) -> Row:
    """Read a line; DamagedError when it is not exactly what `line` would have written."""
    found = _LINE.fullmatch(written)
    if found is None:
        raise DamagedError("chunk line", "its own canonical form", "another")
    begin, body, device, end, epoch, leaf, length, number, position, samples = found.groups()
    place = Place(int(number), int(epoch), int(position), int(samples), int(begin), int(end), device == b"true")
    if place.number >= _NUMBERS or place.epoch >= _EPOCHS or place.samples >= _NUMBERS:
        raise DamagedError("chunk line", "numbers that fit", "a larger one")
    if max(place.position, place.begin_ms, place.end_ms, int(length)) >= _SAFE:
        raise DamagedError("chunk line", "numbers below 2^53", "a larger one")
    return Row(place, bytes.fromhex(leaf.decode()), _BODIES[body], int(length))


class Columns(NamedTuple):
    """Many lines at once, column by column; ``leaves`` are all of them one after the other.

    ``bodies`` has a number for each: its place in `Body`.
    """

    numbers: list[int]
    epochs: list[int]
    positions: list[int]
    samples: list[int]
    begins: list[int]
    ends: list[int]
    by_device_clock: list[bool]
    leaves: bytes
    bodies: bytes
    lengths: list[int]


def columns(written: bytes) -> Columns | None:
    r"""Read whole lines as `read` reads each; None when it would refuse one of them, or when there is none.

    >>> one = line(Row(Place(0, 0, 0, 960, 5, 25, False), bytes(32), Body.KEPT, 0)) + b"\n"
    >>> columns(one * 2).ends, columns(one + b"{}\n"), columns(one[:-1])
    ([25, 25], None, None)
    """
    found = _LINES.findall(written)
    if not found or len(found) != written.count(b"\n") or not written.endswith(b"\n"):
        return None
    begin, body, device, end, epoch, leaf, length, number, position, samples = zip(*found, strict=True)
    epochs, numbers, lasts = list(map(int, epoch)), list(map(int, number)), list(map(int, samples))
    begins, ends = list(map(int, begin)), list(map(int, end))
    positions, lengths = list(map(int, position)), list(map(int, length))
    if max(*numbers, *lasts) >= _NUMBERS or max(epochs) >= _EPOCHS:
        return None
    if max(*begins, *ends, *positions, *lengths) >= _SAFE:
        return None
    return Columns(
        numbers,
        epochs,
        positions,
        lasts,
        begins,
        ends,
        list(map(b"true".__eq__, device)),
        bytes.fromhex(b"".join(leaf).decode()),
        bytes(map(_PLACES.__getitem__, body)),
        lengths,
    )


# The playable file -----------------------------------------------------------------------------------

Opened = tuple[Place, Chunk | Steady]
"""A chunk at its place, read in the one way or the other."""


class Audible(NamedTuple):
    """What the playable file of a track begins with: the moment of its first sample, and its pre-skip."""

    begin: int
    preskip: int


def playable(track: str, starts: dict[int, int], opened: Iterable[Opened]) -> Iterator[bytes]:
    """Give the playable file, in pieces; ``starts`` are those of all chunks, ``opened`` the chunks that are here.

    Nothing when none of them holds a packet.
    """
    rest = iter(opened)
    for place, chunk in rest:
        if chunk.samples:
            first = Audible(timeline.lies(starts, place).begin, chunk.preskip)
            head = sound(starts, first, place, chunk)
            break
    else:
        return
    behind = (sound(starts, first, place, chunk) for place, chunk in rest)
    yield from ogg.write(bytes.fromhex(track), first.preskip, chain((head,), behind))


def sound(starts: dict[int, int], first: Audible, place: Place, chunk: Chunk | Steady) -> ogg.Sound:
    """Give what a chunk adds to the playable file, at its place on the line."""
    of_epoch = (starts[place.epoch] - first.begin) * 48
    moved = of_epoch + first.preskip - chunk.preskip
    if isinstance(chunk, Steady):
        return ogg.Sound(
            place.number, (), None, ogg.Run(moved + chunk.begin, chunk.laces, chunk.content, chunk.samples)
        )
    end = None
    for event in chunk.events:
        if event.code is Code.ENDED:
            end = of_epoch + event.position
    at = chunk.prefix_length
    body = chunk.body
    lengths = [length for _, length in chunk.table]
    if 0 < len(lengths) <= _ON_A_PAGE and max(lengths) < _ON_A_PAGE:  # by far the most: one page, taken as it stands
        run = ogg.Run(moved + chunk.begin, bytes(lengths), body[at:], chunk.samples)
        return ogg.Sound(place.number, (), end, run)
    packets = []
    for position, length in chunk.table:
        packets.append((moved + position, body[at : at + length]))
        at += length
    return ogg.Sound(place.number, packets, end)


def opened(rows: Iterable[Row], bodies: Iterable[bytes]) -> Iterator[Opened]:
    """Take each body of a track apart, as whoever kept it has read it, and lay it beside its place."""
    rest = iter(bodies)
    for row in rows:
        if row.body is Body.HERE:
            place, body = row.place, next(rest)
            yield place, steady.known(body, place.position, place.samples) or parse(body)
