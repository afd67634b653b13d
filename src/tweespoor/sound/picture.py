"""Draws a comparison: two lines of time, the original above and the copy below, with ribbons where the copy follows.

*Conventions.*  Both lines have one scale.  A place along them is a share from 0 to 1, written as a percentage where
the picture lies in a page (so that it fits a phone and a desk) and as pixels where it is a file of its own.  What is
missing has no ribbon; what moved crosses.  Colour is never the only sign: each kind has an outline or a pattern, and a
number.

In a page the style sheet colours it, by classes; a file carries its own, for light and for dark.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from tweespoor.sound import waveform
from tweespoor.sound.comparison import Comparison, Kind, Span, Verdict
from tweespoor.sound.ribbons import BENDING, BENT, CROSSING, MOVED, REPEATED, UNCLEAR, Ribbon, lean, ribbons
from tweespoor.sound.wording import Item, Said, Words

HEIGHT: Final = 348
"""How high (px) the picture is in a page."""
_TOP, _MIDDLE, _BOTTOM = 58, 122, 234
_WAVE, _RIBBON = 56, 104
_BROAD: Final = 1000
_STROKES: Final = 160
_APART: Final = (0.115, 0.04)
"""How far apart two numbers must stand, as a share, on a phone and on a desk; nearer ones share a label."""
_LEAST: Final = 0.006
_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400)
_TICKS: Final = 4
RATE: Final = 48_000
"""What a place in `waveform` is counted in (Hz)."""
_MOST_SAID: Final = 20

_FILLS: Final = {UNCLEAR: ("hatch",), BENT: ("fill", "dots")}

_STYLE: Final = """
svg{font-family:system-ui,Roboto,"Noto Sans","DejaVu Sans",sans-serif}
.paper{fill:#fbfaf7}.axis__text{fill:#4f565a;font-size:14px}.name{font-size:16px;font-weight:600}
.name--ours{fill:#0b5c6b}.name--theirs{fill:#9a4a12}.says{fill:#1d2327;font-size:16px}
.wave{fill:none;stroke:#0b5c6b;stroke-width:3;stroke-linecap:round}.wave--theirs{stroke:#9a4a12}
.ribbon__ours{stop-color:#cfe0e2}.ribbon__theirs{stop-color:#f0dccd}
.ribbon--moved{stroke:#1d2327;stroke-width:1.5;fill-opacity:.75}
.ribbon--repeated{stroke:#1d2327;stroke-width:1.5;stroke-dasharray:8 4;fill-opacity:.75}
.ribbon--unclear{stroke:#6f7274;stroke-dasharray:4 4}.hatch{stroke:#6f7274;stroke-width:2}.dot{fill:#1d2327}
.piece{fill:none;stroke:#1d2327;stroke-width:2}.piece--silent{stroke-dasharray:3 4}.piece--other{stroke-dasharray:9 4}
.number{fill:#1d2327}.number__text{fill:#fbfaf7;font-size:14px;font-weight:700;text-anchor:middle}
"""
_DARK: Final = """
@media (prefers-color-scheme: dark){
.paper{fill:#181716}.axis__text{fill:#b9b4aa}.says{fill:#eeeae1}.name--ours{fill:#72c5d3}.name--theirs{fill:#f0a573}
.wave{stroke:#72c5d3}.wave--theirs{stroke:#f0a573}.ribbon__ours{stop-color:#1d3a40}.ribbon__theirs{stop-color:#452b1b}
.ribbon--moved,.ribbon--repeated{stroke:#eeeae1}.ribbon--unclear{stroke:#8f8a81}.hatch{stroke:#8f8a81}.dot{fill:#eeeae1}
.piece{stroke:#eeeae1}.number{fill:#eeeae1}.number__text{fill:#181716}}
"""
"""The tokens of the product's style sheet, in a file that stands by itself."""

_TITLE: Final = Said(
    "Twee tijdlijnen met linten ertussen. Waar een lint loopt, is het geluid hetzelfde.",
    "Two time lines with ribbons between them. Where a ribbon runs, the sound is the same.",
)


class Loud(NamedTuple):
    """How loud both are over time, as `waveform` gives it; empty where it is not known."""

    original: bytes = b""
    copy: bytes = b""


QUIET: Final = Loud()


class _Mark(NamedTuple):
    number: int
    share: float


def is_empty(found: Comparison) -> bool:
    """Tell whether there is nothing to draw: of what cannot be read there is no line."""
    return found.verdict is Verdict.INCONCLUSIVE and not found.copy_s


def in_page(found: Comparison, words: Words, loud: Loud = QUIET, name: str = "ribbons") -> str:
    """Draw a comparison for a page, which says the names of the lines itself; ``name`` begins every id in it."""
    scene = _Scene(found, words, loud, name, width=None)
    return (
        f'<svg width="100%" height="{HEIGHT}" role="img" aria-labelledby="{name}-title {name}-desc">'
        f"{scene.said()}{''.join(scene.inside())}</svg>"
    )


def in_file(
    found: Comparison, words: Words, loud: Loud = QUIET, *, width: int = 960, listed: bool = True, dark: bool = True
) -> str:
    """Draw a comparison as a file of its own, names included, and the list of differences when ``listed``.

    Without ``dark`` it stays light, as paper is.
    """
    scene = _Scene(found, words, loud, "ribbons", width=width - 2 * _EDGE)
    lines = [words.verdict(found), *(_line(one) for one in words.items(found))] if listed else []
    names = [caption(words, found, which) for which in ("original", "copy")]
    high = _HEAD + HEIGHT + (_FOOT + 26 * len(lines) if listed else 30)
    paper = f'<rect class="paper" width="{width}" height="{high}"/>' if listed else ""
    text = "".join(
        f'<text class="says" x="{_EDGE}" y="{_HEAD + HEIGHT + _FOOT + 26 * place}">{escape(line)}</text>'
        for place, line in enumerate(lines)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{high}" viewBox="0 0 {width} {high}" '
        f'role="img" aria-labelledby="ribbons-title ribbons-desc" xml:lang="{words.language}">'
        f"{scene.said()}<style>{_STYLE}{_DARK if dark else ''}</style>"
        f'{paper}<text class="name name--ours" x="{_EDGE}" y="{_HEAD - 14}">{escape(names[0])}</text>'
        f'<svg x="{_EDGE}" y="{_HEAD}" width="{width - 2 * _EDGE}" height="{HEIGHT}" overflow="visible">'
        f"{''.join(scene.inside())}</svg>"
        f'<text class="name name--theirs" x="{_EDGE}" y="{_HEAD + HEIGHT + 20}">{escape(names[1])}</text>{text}</svg>\n'
    )


_EDGE, _HEAD, _FOOT = 24, 44, 60


def caption(words: Words, found: Comparison, which: str) -> str:
    """Give what stands beside a line: whose it is, and how long."""
    length = found.copy_s if which == "copy" else found.original_s
    return f"{words.names.first(which)}, {words.length(length)}"


def _line(one: Item) -> str:
    tail = f" ({one.grade})" if one.grade else ""
    return f"{one.number}. {one.what}{tail}. {' '.join(one.where)}"


class _Scene:
    """One picture: everything is placed as a share of both lines together.

    ``shift`` is by how many seconds the copy's line lies later, so that most ribbons stand upright; ``ends`` is where
    the picture begins and ends, in seconds of the original.
    """

    def __init__(self, found: Comparison, words: Words, loud: Loud, name: str, width: int | None) -> None:
        self.found, self.words, self.loud, self.name, self.width = found, words, loud, name, width
        self.shift = lean(found)
        self.ends = min(0.0, self.shift), max(found.original_s, self.shift + found.copy_s, 1.0)

    # Places ---------------------------------------------------------------------------------------

    def share(self, seconds: float, which: str) -> float:
        """Give the share of a moment of one of the two."""
        begin, end = self.ends
        at = seconds + (self.shift if which == "copy" else 0.0)
        return min(1.0, max(0.0, (at - begin) / (end - begin)))

    def x(self, share: float) -> str:
        """Write a share as a place."""
        return f"{100 * share:.2f}%" if self.width is None else f"{share * self.width:.1f}"

    # What is said ---------------------------------------------------------------------------------

    def said(self) -> str:
        """Give the title, and the list as a description, for who does not see it."""
        lines = [_line(one) for one in self.words.items(self.found)][:_MOST_SAID]
        described = " ".join((self.words.verdict(self.found), *lines))
        return (
            f'<title id="{self.name}-title">{escape(self.words.say(_TITLE))}</title>'
            f'<desc id="{self.name}-desc">{escape(described)}</desc>'
        )

    # What is drawn --------------------------------------------------------------------------------

    def inside(self) -> Iterator[str]:
        """Give everything that is drawn, from back to front."""
        name = self.name
        yield (
            f'<defs><linearGradient id="{name}-fill" x1="0" x2="0" y1="0" y2="1">'
            '<stop class="ribbon__ours" offset="0"/><stop class="ribbon__theirs" offset="1"/></linearGradient>'
            f'<pattern id="{name}-hatch" width="9" height="9" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><line class="hatch" x1="0" x2="0" y1="0" y2="9"/></pattern>'
            f'<pattern id="{name}-dots" width="9" height="9" patternUnits="userSpaceOnUse">'
            '<circle class="dot" cx="4" cy="4" r="1.4"/></pattern></defs>'
        )
        yield from self.ribbons()
        yield from self.wave("original")
        yield from self.wave("copy")
        yield from self.pieces()
        yield from self.numbers()
        yield from self.hours("original", 15)
        yield from self.hours("copy", HEIGHT - 3)

    def ribbons(self) -> Iterator[str]:
        """Draw the ribbons: those that run along first, what crosses over them."""
        found = list(ribbons(self.found))
        width = f' width="{self.x(1)}"'
        yield f'<svg x="0" y="{_MIDDLE}"{width} height="{_RIBBON}" viewBox="0 0 {_BROAD} {_RIBBON}" '
        yield 'preserveAspectRatio="none">'
        for one in sorted(found, key=lambda ribbon: ribbon.kind in {MOVED, REPEATED}):
            yield self.ribbon(one)
        yield "</svg>"

    def ribbon(self, one: Ribbon) -> str:
        """Draw one ribbon; what is bent is drawn twice, the pattern over the colour."""
        a, b = (_BROAD * self.share(at, "original") for at in one.original)
        c, d = (_BROAD * self.share(at, "copy") for at in one.copy)
        half = _RIBBON // 2
        path = (
            f"M{a:.1f} 0H{b:.1f}C{b:.1f} {half} {d:.1f} {half} {d:.1f} {_RIBBON}"
            f"H{c:.1f}C{c:.1f} {half} {a:.1f} {half} {a:.1f} 0z"
        )
        fills = _FILLS.get(one.kind, ("fill",))
        kind = f" ribbon--{one.kind}" if one.kind else ""
        drawn = f'vector-effect="non-scaling-stroke" d="{path}"/>'
        return "".join(f'<path class="ribbon{kind}" fill="url(#{self.name}-{fill})" {drawn}' for fill in fills)

    def wave(self, which: str) -> Iterator[str]:
        """Draw one line of time: strokes where it is known how loud it is, else a plain line."""
        theirs = which == "copy"
        length = self.found.copy_s if theirs else self.found.original_s
        loud = self.loud.copy if theirs else self.loud.original
        path = self.strokes(loud, length, which) if loud else ""
        if not path and length:
            begin, end = (_BROAD * self.share(at, which) for at in (0.0, length))
            path = f"M{begin:.1f} {_WAVE // 2}H{end:.1f}"
        style = "wave wave--theirs" if theirs else "wave"
        yield (
            f'<svg x="0" y="{_BOTTOM if theirs else _TOP}" width="{self.x(1)}" height="{_WAVE}" '
            f'viewBox="0 0 {_BROAD} {_WAVE}" preserveAspectRatio="none">'
            f'<path class="{style}" vector-effect="non-scaling-stroke" d="{path}"/></svg>'
        )

    def strokes(self, loud: bytes, length: float, which: str) -> str:
        """Give upright strokes, spread over both lines together, the tallest of this line as tall as can be."""
        begin, end = self.ends
        apart = (end - begin) / _STROKES
        late = begin - (self.shift if which == "copy" else 0.0)
        spans = [(late + place * apart, late + (place + 1) * apart) for place in range(_STROKES)]
        heights = {
            place: waveform.amplitude(loud, round(max(0.0, one[0]) * RATE), round(min(length, one[1]) * RATE))
            for place, one in enumerate(spans)
            if 0 <= (one[0] + one[1]) / 2 <= length
        }
        tallest = max(heights.values(), default=0.0) or 1.0
        drawn = []
        for place, height in heights.items():
            tall = max(0.1, height / tallest * (_WAVE - 4))
            drawn.append(f"M{(place + 0.5) * _BROAD / _STROKES:.1f} {(_WAVE - tall) / 2:.1f}v{tall:.1f}")
        return "".join(drawn)

    def pieces(self) -> Iterator[str]:
        """Draw a box around each stretch that has no ribbon, or another one."""
        for one in self.found.differences:
            if one.kind in CROSSING:
                continue
            kind = {Kind.SILENCED: " piece--silent", Kind.REPLACED: " piece--other"}.get(one.kind, "")
            if one.kind not in {Kind.ADDED, *BENDING} and one.original[1] > one.original[0]:
                yield self.box(one.original, "original", _TOP - 4, kind)
            if one.kind is not Kind.MISSING and one.copy[1] > one.copy[0]:
                yield self.box(one.copy, "copy", _BOTTOM - 4, kind)

    def box(self, span: Span, which: str, top: int, kind: str) -> str:
        """Draw one box, wide enough to be seen."""
        begin, end = (self.share(at, which) for at in span)
        if end - begin < _LEAST:
            begin = max(0.0, min(1 - _LEAST, (begin + end - _LEAST) / 2))
            end = begin + _LEAST
        return (
            f'<rect class="piece{kind}" x="{self.x(begin)}" y="{top}" width="{self.x(end - begin)}" '
            f'height="{_WAVE + 8}" rx="4"/>'
        )

    def numbers(self) -> Iterator[str]:
        """Draw the numbers of the list: of what is missing above, of the others below; for a phone and for a desk."""
        above, below = [], []
        for number, one in enumerate(self.found.differences, 1):
            if one.kind is Kind.MISSING:
                above.append(_Mark(number, self.share(sum(one.original) / 2, "original")))
            else:
                below.append(_Mark(number, self.share(sum(one.copy) / 2, "copy")))
        for number, cloudy in enumerate(self.found.unclear, len(self.found.differences) + 1):
            below.append(_Mark(number, self.share(sum(cloudy.copy) / 2, "copy")))
        sizes = zip(("narrow", "broad"), _APART, strict=True) if self.width is None else [("", _APART[1])]
        for size, apart in sizes:
            yield f'<g class="numbers--{size}">' if size else "<g>"
            for marks, top in ((above, 26), (below, 298)):
                for group in _grouped(sorted(marks, key=lambda mark: mark.share), apart):
                    yield self.label(group, top)
            yield "</g>"

    def label(self, group: Sequence[_Mark], top: int) -> str:
        """Draw one label: a number, or from which to which."""
        share = (group[0].share + group[-1].share) / 2
        text = _together(sorted(one.number for one in group))
        wide = max(24, 10 + 8 * len(text))
        return (
            f'<rect class="number" x="{self.x(share)}" y="{top}" width="{wide}" height="24" rx="12" '
            f'transform="translate({-wide / 2} 0)"/>'
            f'<text class="number__text" x="{self.x(share)}" y="{top + 17}">{text}</text>'
        )

    def hours(self, which: str, y: int) -> Iterator[str]:
        """Write the time along a line, from its own beginning."""
        begin, end = self.ends
        length = self.found.copy_s if which == "copy" else self.found.original_s
        step = next((one for one in _STEPS if (end - begin) / one <= _TICKS), _STEPS[-1])
        for tick in range(int(length / step) + 1):
            share = self.share(tick * step, which)
            anchor = "start" if share < 0.05 else "end" if share > 0.95 else "middle"  # noqa: PLR2004 - the edges
            yield (
                f'<text class="axis__text" x={quoteattr(self.x(share))} y="{y}" text-anchor="{anchor}">'
                f"{self.words.clock(tick * step)}</text>"
            )


def _together(numbers: Sequence[int]) -> str:
    """Write numbers as one label.

    >>> _together([3]), _together([3, 4, 5]), _together([3, 7])
    ('3', '3–5', '3, 7')
    """
    if len(numbers) == 1:
        return str(numbers[0])
    if all(after - before == 1 for before, after in pairwise(numbers)) or len(numbers) > 2:  # noqa: PLR2004
        return f"{numbers[0]}–{numbers[-1]}"
    return f"{numbers[0]}, {numbers[1]}"


def _grouped(marks: Sequence[_Mark], apart: float) -> Iterator[list[_Mark]]:
    """Take together what stands too near to be read."""
    group: list[_Mark] = []
    for mark in marks:
        if group and mark.share - group[0].share >= apart:
            yield group
            group = []
        group.append(mark)
    if group:
        yield group
