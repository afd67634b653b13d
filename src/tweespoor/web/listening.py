"""The page of a recording, for who works on it: two lines of time, one above the other, and the sound."""

from contextlib import ExitStack

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tweespoor.casework import listening
from tweespoor.casework.drawing import Chapter, Drawing, Lane, Piece
from tweespoor.casework.listening import MEDIA_TYPE, Covered, Recording
from tweespoor.web.ranges import File
from tweespoor.web.showing import day, time_of_day
from tweespoor.web.staffing import signed_in

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

JOINED = {"agreements", "talk", "goes-on", "mark"}
"""What can be gone to; the other chapters tell of a stretch without sound."""


@require_safe
@login_required
def recording(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show a recording."""
    seen = listening.look(signed_in(request), conversation)
    context: dict[str, object] = {
        "day": day(seen.row.opened_ms),
        "conversation": conversation,
        "dossier": seen.row.dossier,
        "practice": seen.row.practice,
    }
    if seen.drawing is not None:
        context |= _picture(conversation, seen, seen.drawing)
    return render(request, "web/recording.html", context)


@require_safe
@login_required
def waves(request: HttpRequest, conversation: str) -> JsonResponse:
    """Give the waves of a long recording, as paths by the number of their lane."""
    found = listening.waves(signed_in(request), conversation)
    return JsonResponse({str(number): wave(strokes) for number, strokes in found.items()})


@require_safe
@login_required
def sound(request: HttpRequest, conversation: str, track: str) -> HttpResponseBase:
    """Give the sound of a track, or a part of it; that somebody listens is noted once for a session."""
    staff = signed_in(request)
    with ExitStack() as stack:
        player = stack.enter_context(listening.sound(staff, conversation, track))
        if request.method == "GET":
            listening.heard(staff, conversation, track, request.session.session_key or "")
        layout = player.layout
        return File(layout.size, MEDIA_TYPE, player.tag, player.read, stack.pop_all().close).answer(request)


def _picture(conversation: str, seen: Recording, drawing: Drawing) -> dict[str, object]:
    total = max(1, round(drawing.length / 1000))
    height = SECOND + HIGH + NEXT * (len(drawing.lanes) - 2) if len(drawing.lanes) > 1 else AXIS + 9
    heard = [lane for lane in drawing.lanes if lane.heard]
    return {
        "covered": None if seen.covered is None else agreed(seen.covered),
        "begin": time_of_day(drawing.begin),
        "end": time_of_day(drawing.begin + drawing.length),
        "total": total,
        "total_clock": clock(drawing.length),
        "step": 5 if total > LONG_S else 1,
        "height": height,
        "broad": BROAD,
        "axis_top": AXIS,
        "mark_height": height - TOP,
        "lanes": [_lane(lane, drawing, seen.waves) for lane in drawing.lanes],
        "choices": heard if len(heard) > 1 else [],
        "chosen": heard[0].number if heard else 0,
        "hears": bool(heard),
        "pieces": [_piece(conversation, lane, piece) for lane in heard for piece in lane.pieces],
        "files": [
            {"name": name_of(lane.number), "url": _url(conversation, track)}
            for lane in heard
            for track in dict.fromkeys(piece.track for piece in lane.pieces)
        ],
        "axis": [
            {"x": percent(quarter, 4), "clock": clock(drawing.length * quarter // 4), "anchor": anchor}
            for quarter, anchor in enumerate(("start", "middle", "middle", "middle", "end"))
        ],
        "marks": [percent(mark, drawing.length) for mark in drawing.marks],
        "chapters": [_chapter(chapter) for chapter in drawing.chapters],
        "first_mark": next((n for n, one in enumerate(drawing.chapters) if one.what == "mark"), None),
        "drawing_url": None if seen.waves is not None else reverse("waves", args=[conversation]),
    }


def _lane(lane: Lane, drawing: Drawing, made: dict[int, tuple[float | None, ...]] | None) -> dict[str, object]:
    top = TOP if lane.ours else SECOND + NEXT * (max(1, _place(lane, drawing)) - 1)
    path = straight(lane, drawing.length)
    if made is not None and lane.number in made:
        path = wave(made[lane.number])
    return {
        "number": lane.number,
        "ours": lane.ours,
        "name": name_of(lane.number),
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


def _piece(conversation: str, lane: Lane, piece: Piece) -> dict[str, object]:
    return {
        "lane": lane.number,
        "begin": seconds(piece.begin),
        "end": seconds(piece.end),
        "from": seconds(piece.offset),
        "url": _url(conversation, piece.track),
    }


def _url(conversation: str, track: str) -> str:
    return reverse("sound", args=[conversation, track])


def _chapter(chapter: Chapter) -> dict[str, object]:
    return {
        "clock": clock(chapter.begin),
        "seconds": seconds(chapter.begin),
        "what": chapter.what,
        "says": says(chapter),
        "goes": chapter.what in JOINED,
    }


def says(chapter: Chapter) -> str:
    """Give the words of a chapter."""
    end = clock(chapter.end or 0)
    if chapter.what == "missing":
        if not chapter.number:
            return _("Onze opname deed het niet tot %(end)s.") % {"end": end}
        return _("De opname van deelnemer %(number)s ontbreekt tot %(end)s.") % {"number": chapter.number, "end": end}
    words = {
        "agreements": _("Afspraken"),
        "talk": _("Het gesprek"),
        "goes-on": _("Het gesprek gaat verder"),
        "mark": _("Gemarkeerd moment"),
        "newcomer": _("Iemand kwam binnen. Dat duurde tot %(end)s.") % {"end": end},
        "stood-still": _("De opname stond stil tot %(end)s.") % {"end": end},
        "not-recorded": _("Hier is niet opgenomen, tot %(end)s.") % {"end": end},
        "locked": _("Dit deel is afgesloten. Niemand kan het horen."),
        "erased": _("Dit deel is gewist."),
        "late": _("De opname was hier al gestopt. Niemand kan dit stuk horen."),
    }
    return words[chapter.what]


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


def name_of(number: int) -> str:
    """Give what a lane is called; never a name."""
    return _("Opname van deelnemer %(number)s") % {"number": number} if number else _("Onze opname")


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


urlpatterns = [
    path("opname/<str:conversation>/", recording, name="recording"),
    path("opname/<str:conversation>/waves", waves, name="waves"),
    path("opname/<str:conversation>/<str:track>.opus", sound, name="sound"),
]
