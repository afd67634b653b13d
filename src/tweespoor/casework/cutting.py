"""Makes the copy of a part without what everyone agreed to cut, and lets people hear it beside the recording.

The copy is not kept as a file: it is made from the recording's own packets whenever somebody listens, to the same bytes
each time, and so it is locked, held back and wiped with it.  What is kept is its edit list, which says what lies where
and how both tracks hash; the journal holds the SHA-256 of that.

It exists once everyone agreed and that may be seen.  When somebody takes the yes back it is not heard any more.  What
is covered by law later is covered in it too: then it is made anew, and the journal says so.
"""

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import structlog
from django.db import connections

from tweespoor.casework import drawing, earshot, ledger, models, playing, polling
from tweespoor.casework.clock import now_ms
from tweespoor.casework.drawing import Chapter, Drawing
from tweespoor.casework.earshot import Earshot
from tweespoor.casework.playing import Player, Unheard
from tweespoor.errors import DamagedError, UnknownError
from tweespoor.rules import conditions, facts
from tweespoor.rules.gate import OpenSpan
from tweespoor.rules.kinds import Span
from tweespoor.rules.state import Conversation, Edit, Part, Track
from tweespoor.sound import opus
from tweespoor.tape.derivative import Edited, Kept
from tweespoor.tape.moments import Moments, widened
from tweespoor.tape.timeline import Stretch

FORMAT: Final = "tweespoor/derivative/1"
BEFORE: Final = 10 * opus.RATE
AFTER: Final = (4 * opus.RATE, 16 * opus.RATE)
"""Samples before a piece from which the original is decoded, and within it, to find from where on both are the same."""

_log = structlog.get_logger(__name__)
_running: Final = threading.Lock()


# Listening ------------------------------------------------------------------------------------------


def of(c: Conversation) -> list[Edit]:
    """Give the cuts of which a copy can be heard now, in the order of the journal; see `polling.still_holds`."""
    return [one for one in c.edits.values() if _is_there(one) and polling.still_holds(one.edit, c)]


def _is_there(edit: Edit) -> bool:
    return bool(edit.derivatives) and not edit.ended


def shot(whole: Earshot, edit_id: str) -> Earshot:
    """Give what a listener may hear of the copy with a cut; its moments are those of the copy.

    Raises UnknownError when there is no such copy (any more), or not for this listener.
    """
    edit = whole.state.edits.get(edit_id)
    if edit is None or not _is_there(edit) or edit.part not in whole.state.parts:
        raise UnknownError
    if not polling.still_holds(edit_id, whole.state):
        raise UnknownError
    return _moved(whole, edit)


def _moved(whole: Earshot, edit: Edit) -> Earshot:
    part, number = whole.state.parts[edit.part], edit.part
    cuts = widened((span.begin, span.end) for span in edit.spans)
    moved = Moments(cuts)
    unheard = whole.unheard(number)._replace(cut=cuts)
    inside = Stretch(part.started_at or 0, part.ended_at or 0)
    kept = [mark for mark in whole.state.marks if inside.begin <= mark < inside.end and not _within(mark, cuts)]
    spans = (_span(one, moved) for one in whole.state.newcomer_spans if inside.begin <= one.begin < inside.end)
    late = (_span(one, moved) for one in whole.state.late_stop_spans if inside.begin <= one.begin <= inside.end)
    state = replace(
        whole.state,
        parts={number: _part(part, moved, cuts)},
        tracks={track.track: track for track in whole.state.tracks_of(number)},
        marks=tuple(map(moved, kept)),
        newcomer_spans=tuple(spans),
        late_stop_spans=tuple(late),
        edits={},
    )
    gate = replace(whole.gate, spans=tuple(_open(whole, number, moved)))
    own = {n: tuple(Stretch(moved(a), moved(b)) for a, b in found) for n, found in whole.minutes.items()}
    return Earshot(state, gate, whole.seat, own, {number: unheard})


def draw(copy: Earshot) -> Drawing | None:
    """Draw a copy that `shot` gave, with the places where something was cut."""
    drawn = earshot.draw(copy, earshot.lines(copy))
    if drawn is None:
        return None
    (unheard,) = copy.known.values()
    moved = Moments(unheard.cut)
    places = [moved(begin) - drawn.begin for begin, _ in unheard.cut]
    cuts = [Chapter(at, "cut") for at in places if 0 <= at <= drawn.length]
    return replace(drawn, chapters=tuple(sorted((*drawn.chapters, *cuts), key=lambda one: one.begin)))


def _part(part: Part, moved: Moments, cuts: tuple[Stretch, ...]) -> Part:
    covered = (replace(one, span=_span(one.span, moved)) for one in part.covered if not _swallowed(one.span, cuts))
    spoken = (replace(one, text=_span(one.text, moved), yeses=_span(one.yeses, moved)) for one in part.spoken)
    return replace(
        part,
        started_at=moved(part.started_at or 0),
        ended_at=moved(part.ended_at or 0),
        since=None if part.since is None else moved(part.since),
        covered=tuple(covered),
        spoken=tuple(spoken),
    )


def _open(whole: Earshot, part: int, moved: Moments) -> Iterator[OpenSpan]:
    for one in whole.gate.spans:
        if one.part == part:
            yield replace(one, begin=moved(one.begin), end=None if one.end is None else moved(one.end))


def _span(span: Span, moved: Moments) -> Span:
    return Span(moved(span.begin), moved(span.end))


def _within(moment: int, cuts: Iterable[Stretch]) -> bool:
    return any(one.begin <= moment < one.end for one in cuts)


def _swallowed(span: Span, cuts: Iterable[Stretch]) -> bool:
    return any(one.begin <= span.begin and span.end <= one.end for one in cuts)


# Making ---------------------------------------------------------------------------------------------


def make_soon() -> None:
    """Let a thread make what is due, unless one is doing so; returns at once."""
    if models.Cut.objects.filter(over_ms=None).exists() and _running.acquire(blocking=False):
        threading.Thread(target=_make_and_end, name="cuts", daemon=True).start()


def _make_and_end() -> None:
    try:
        make_due()
    except Exception:  # noqa: BLE001 - the thread ends here; the next sweep begins another
        _log.exception("cuts")
    finally:
        connections.close_all()
        _running.release()


def make_due() -> int:
    """Make every copy to which everyone said yes, and close what ended; gives how many were made."""
    made = 0
    for row in models.Cut.objects.filter(over_ms=None):
        try:
            made += _see_to(row)
        except (DamagedError, UnknownError, OSError) as problem:  # the others go on; `tweespoor check` tells of damage
            _log.error("cut.failed", conversation=row.conversation_id, error=type(problem).__name__)
    return made


def make_anew(conversation_id: str, part: int) -> None:
    """Let the copies of a part be made anew: something else is covered in it by law."""
    models.Cut.objects.filter(conversation_id=conversation_id, part=part).exclude(made_ms=None).update(over_ms=None)


def _see_to(row: models.Cut) -> bool:
    state = ledger.state(row.conversation_id)
    question = polling.about(row.edit)
    edit = state.edits.get(row.edit)
    if edit is None or edit.ended or state.parts[edit.part].erased is not None:
        _close(row)
        return False
    shown = question is not None and polling.standing(question, state) is polling.Standing.AGREED
    tracks = [track for track in state.tracks_of(edit.part) if drawing.can_be_heard(track)]
    if not shown or not all(track.sealed for track in tracks) or not conditions.may_edit(state, row.edit):
        return False
    document = _document(row.conversation_id, state, edit, tracks)
    digest = hashlib.sha256(document.encode()).hexdigest()
    with ledger.writing(row.conversation_id) as page:
        conditions.may_edit(page.state, row.edit, edit.spans).or_refuse()
        if digest not in page.state.edits[row.edit].derivatives[-1:]:
            page.add(facts.DerivativeMade(at=page.now, edit=row.edit, derivative=digest, spans=edit.spans))
    row.document, row.made_ms = document, now_ms()
    _close(row)
    return True


def _close(row: models.Cut) -> None:
    row.over_ms = now_ms()
    row.save()


def _document(conversation_id: str, state: Conversation, edit: Edit, tracks: Iterable[Track]) -> str:
    """Give the edit list: the spans, and of each track what lies where and the hash of its file."""
    part = state.parts[edit.part]
    unheard = Unheard(
        drawing.withheld(state, part),
        drawing.covered(part),
        widened((span.begin, span.end) for span in edit.spans),
    )
    told = {
        "format": FORMAT,
        "conversation": conversation_id,
        "edit": edit.edit,
        "part": edit.part,
        "spans": [[span.begin, span.end] for span in edit.spans],
        "covered": [[one.span.begin, one.span.end, str(one.ground)] for one in part.covered],
        "tracks": list(_tracks(tracks, unheard)),
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def _tracks(tracks: Iterable[Track], unheard: Unheard) -> Iterator[dict[str, object]]:
    for track in tracks:
        with _open_whole(track.track, unheard) as player:
            if player is None or player.edited is None:
                continue
            yield player.edited.listed | {
                "ours": track.ours,
                "begin": player.edited.begin,
                "file_sha256": player.hashed(),
                "same_from": [same_from(player.edited, piece) for piece in player.edited.kept],
            }


@contextmanager
def _open_whole(track: str, unheard: Unheard) -> Iterator[Player | None]:
    """Open a track, or None when its key is gone."""
    try:
        with playing.play(track, unheard) as player:
            yield player
    except UnknownError:
        yield None


def same_from(edited: Edited, piece: Kept) -> int:
    """Find from which sample of the original on a piece is the same to the last bit, whoever decodes it.

    A tenth of a second is added, for machines that calculate a little differently; where nothing of it was found the
    same it is the end of the piece.
    """
    if piece.begin == piece.at == 0:
        return 0
    lasts = piece.end - piece.begin
    for after in AFTER:
        within = min(lasts, after)
        same = opus.same_at_the_end(*edited.runs(piece, BEFORE, after))
        first = within + opus.FRAME - same + opus.RATE // 10
        if within - first > opus.RATE or after == AFTER[-1]:
            return piece.begin + min(lasts, max(0, first))
    return piece.end
