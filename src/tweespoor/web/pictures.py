"""A recording as a picture and a list: lines of time, waves, gaps, chapters; the same for whoever may hear it.

Who looks differs in two things: at what addresses the sound lies, and what a lane is called.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tweespoor.casework.drawing import Chapter, Drawing, Lane, Piece
from tweespoor.casework.earshot import Waves
from tweespoor.casework.listening import Covered
from tweespoor.rules.kinds import Ground
from tweespoor.web.showing import time_of_day
from tweespoor.web.sounds import Form

BROAD = 1_440
"""Units from the beginning to the end of a wave; strokes are spread over them."""
HIGH = 64
TOP = 16
AXIS = 113
SECOND = 136
NEXT = 80
"""Where things lie in the picture, in pixels from its top: the first line, the hours, the second line, each further."""
LONG_S = 600
"""From this length on the playhead steps by five seconds."""

JOINED = {"agreements", "talk", "goes-on", "mark", "covered", "left-out", "cut"}
"""What can be gone to; the other chapters tell of a stretch without sound."""

SHADED = {"covered", "left-out"}
"""What is also shown as a stretch of the picture, over all lines."""

GROUNDS: dict[Ground, Promise] = {
    Ground.SECRET_ADDRESS: gettext_lazy("Er is een geheim adres genoemd."),
    Ground.REPORTER: gettext_lazy("Er is een melder genoemd."),
}
"""Why something is covered by law (clause 5b)."""


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks at a recording: where each form of the sound is, and the waves; whether one line is own."""

    sound: Callable[[str, Form], str]
    waves: str
    own: bool = False

    def name(self, number: int) -> str:
        """Give what a lane is called; never a name."""
        if number and self.own:
            return _("Jouw opname")
        return _("Opname van deelnemer %(number)s") % {"number": number} if number else _("Onze opname")


def picture(drawing: Drawing, waves: Waves | None, look: Look) -> dict[str, object]:
    """Give everything that the player and the list of chapters show."""
    total = max(1, round(drawing.length / 1000))
    height = SECOND + HIGH + NEXT * (len(drawing.lanes) - 2) if len(drawing.lanes) > 1 else AXIS + 9
    heard = [lane for lane in drawing.lanes if lane.heard]
    return {
        "begin": time_of_day(drawing.begin),
        "end": time_of_day(drawing.begin + drawing.length),
        "total": total,
        "total_clock": clock(drawing.length),
        "step": 5 if total > LONG_S else 1,
        "height": height,
        "broad": BROAD,
        "axis_top": AXIS,
        "mark_height": height - TOP,
        "lanes": [_lane(lane, drawing, waves, look) for lane in drawing.lanes],
        "choices": heard if len(heard) > 1 else [],
        "chosen": heard[0].number if heard else 0,
        "hears": bool(heard),
        "own": look.own,
        "pieces": [_piece(look, lane, piece) for lane in heard for piece in lane.pieces],
        "files": [
            {"name": look.name(lane.number)} | _forms(look, track)
            for lane in heard
            for track in dict.fromkeys(piece.track for piece in lane.pieces)
        ],
        "axis": [
            {"x": percent(quarter, 4), "clock": clock(drawing.length * quarter // 4), "anchor": anchor}
            for quarter, anchor in enumerate(("start", "middle", "middle", "middle", "end"))
        ],
        "marks": [percent(mark, drawing.length) for mark in drawing.marks],
        "shades": [
            {
                "what": one.what,
                "x": percent(max(0, one.begin), drawing.length),
                "width": percent(min(one.end or 0, drawing.length) - max(0, one.begin), drawing.length),
            }
            for one in drawing.chapters
            if one.what in SHADED
        ],
        "chapters": [_chapter(chapter, look) for chapter in drawing.chapters],
        "first_mark": next((n for n, one in enumerate(drawing.chapters) if one.what == "mark"), None),
        "drawing_url": None if waves is not None else look.waves,
    }


def _lane(lane: Lane, drawing: Drawing, made: Waves | None, look: Look) -> dict[str, object]:
    top = TOP if lane.ours else SECOND + NEXT * (max(1, _place(lane, drawing)) - 1)
    path = straight(lane, drawing.length)
    if made is not None and lane.number in made:
        path = wave(made[lane.number])
    return {
        "number": lane.number,
        "ours": lane.ours,
        "name": look.name(lane.number),
        "heard": lane.heard,
        "empty": not lane.recorded,
        "top": top,
        "gap_top": top + 12,
        "path": path,
        "gaps": [
            {"x": percent(gap.begin, drawing.length), "width": percent(gap.end - gap.begin, drawing.length)}
            for gap in lane.gaps
        ],
    }


def _place(lane: Lane, drawing: Drawing) -> int:
    return [one.number for one in drawing.lanes].index(lane.number)


def _forms(look: Look, track: str) -> dict[str, object]:
    named = {"webm": Form.WEBM, "ogg": Form.OGG, "copy": Form.COPY}
    return {name: look.sound(track, form) for name, form in named.items()}


def _piece(look: Look, lane: Lane, piece: Piece) -> dict[str, object]:
    return {
        "lane": lane.number,
        "begin": seconds(piece.begin),
        "end": seconds(piece.end),
        "from": seconds(piece.offset),
    } | _forms(look, piece.track)


def _chapter(chapter: Chapter, look: Look) -> dict[str, object]:
    return {
        "clock": clock(chapter.begin),
        "seconds": seconds(chapter.begin),
        "what": chapter.what,
        "says": says(chapter, own=look.own),
        "goes": chapter.what in JOINED,
    }


def says(chapter: Chapter, *, own: bool = False) -> str:
    """Give the words of a chapter."""
    end = clock(chapter.end or 0)
    if chapter.what == "missing":
        if not chapter.number:
            return _("Onze opname deed het niet tot %(end)s.") % {"end": end}
        if own:
            return _("Jouw opname ontbreekt tot %(end)s.") % {"end": end}
        return _("De opname van deelnemer %(number)s ontbreekt tot %(end)s.") % {"number": chapter.number, "end": end}
    words = {
        "agreements": _("Afspraken"),
        "talk": _("Het gesprek"),
        "goes-on": _("Het gesprek gaat verder"),
        "mark": _("Gemarkeerd moment"),
        "newcomer": _("Iemand kwam binnen. Dat duurde tot %(end)s.") % {"end": end},
        "stood-still": _("De opname stond stil tot %(end)s.") % {"end": end},
        "not-recorded": _("Hier is niet opgenomen, tot %(end)s.") % {"end": end},
        "outside": _("Hier is niets dat je kunt horen, tot %(end)s.") % {"end": end},
        "locked": _("Dit deel is afgesloten. Niemand kan het horen."),
        "erased": _("Dit deel is gewist."),
        "late": _("De opname was hier al gestopt. Niemand kan dit stuk horen."),
        "left-out": _("Dit stuk zit niet in de geknipte kopie, tot %(end)s.") % {"end": end},
        "cut": _("Hier is een stuk uit. Je hoort een toon."),
        "covered": _covered(chapter, end),
    }
    return words[chapter.what]


def _covered(chapter: Chapter, end: str) -> str:
    why = GROUNDS.get(chapter.ground) if chapter.ground else None
    return _("Hier klinkt een toon, tot %(end)s. %(why)s") % {"end": end, "why": why or ""}


def agreed(covered: Covered) -> list[str]:
    """Give the sentence that is the heart of the page: for how much of the sound everyone had said yes."""
    told = {"agreed": covered.agreed, "recorded": covered.recorded}
    if not covered.in_minutes:
        said = [_("Iedereen zei ja: %(agreed)s van %(recorded)s seconden.") % told]
    elif told["recorded"] == "1":
        said = [_("Iedereen zei ja: 1 van 1 minuut.")]
    else:
        said = [_("Iedereen zei ja: %(agreed)s van %(recorded)s minuten.") % told]
    if covered.by_device_ms:
        length = clock(covered.by_device_ms + 999)
        said.append(_("Daarvan zijn %(length)s minuten volgens de klok van het toestel.") % {"length": length})
    return said


def wave(strokes: tuple[float | None, ...]) -> str:
    """Give a wave as one path of upright strokes; nothing where nothing was recorded.

    >>> wave((1.0, None, 0.0))
    'M240.0 2.0v60.0M1200.0 31.9v0.1'
    """
    apart = BROAD / len(strokes)
    drawn = []
    for place, height in enumerate(strokes):
        if height is not None:
            tall = max(0.1, height * (HIGH - 4))
            drawn.append(f"M{(place + 0.5) * apart:.1f} {(HIGH - tall) / 2:.1f}v{tall:.1f}")
    return "".join(drawn)


def straight(lane: Lane, length: int) -> str:
    """Give a plain line where a lane was recorded: its owner keeps the sound, or the wave is still to be drawn."""
    return "".join(
        f"M{one.begin * BROAD / length:.1f} {HIGH // 2}H{one.end * BROAD / length:.1f}" for one in lane.recorded
    )


def clock(ms: int) -> str:
    """Give a moment on the line as people read it.

    >>> clock(860_400), clock(3_725_000)
    ('14:20', '1:02:05')
    """
    minutes, rest = divmod(max(0, ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def seconds(ms: int) -> str:
    """Give milliseconds as a script reads them, whatever the language of the page."""
    return f"{ms / 1000:.3f}"


def percent(part: int, whole: int) -> str:
    """Give a place as a picture reads it."""
    return f"{100 * part / whole if whole else 0:.2f}%"
