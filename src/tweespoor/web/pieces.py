"""Pieces of a recording as people write and read them: minutes and seconds on the line of time that they see."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tweespoor.casework import earshot, ledger
from tweespoor.casework.editing import Asked
from tweespoor.rules.kinds import Span
from tweespoor.rules.state import Conversation
from tweespoor.web.showing import moment

_TIME: Final = re.compile(r"(?:(\d{1,2}):)?(\d{1,4}):([0-5]?\d)(?:[.,](\d{1,3}))?", re.ASCII)
LONGEST: Final = 20


def read(text: str) -> int | None:
    """Read a moment as somebody types it (ms); None for anything else.

    >>> read("2:05"), read("0:05,4"), read("1:00:00.02"), read("5"), read("2:75"), read("-1:00")
    (125000, 5400, 3600020, None, None, None)
    """
    found = _TIME.fullmatch(text.strip()[:LONGEST])
    if found is None:
        return None
    hours, minutes, seconds, rest = found.groups()
    return (int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int((rest or "").ljust(3, "0"))


def written(ms: int) -> str:
    """Give a moment as somebody could type it, to the tenth of a second."""
    tenths = round(ms / 100)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    point = "," if get_language() == "nl" else "."
    seconds = f"{rest // 10:02d}{point}{rest % 10}"
    return f"{hours}:{minutes:02d}:{seconds}" if hours else f"{minutes}:{seconds}"


def zero(c: Conversation) -> int | None:
    """Give the moment (ms) at which the line of time begins that is drawn of a conversation; None without one."""
    return min((part.started_at for part in c.parts.values() if part.started_at is not None), default=None)


def told(asked: Asked, seat: int | None) -> list[dict[str, object]]:
    """Give the pieces of a cut on the line of time of who looks; where somebody was not, by the hour of the day."""
    head = ledger.head(asked.question.conversation_id)
    shot = earshot.whole(head) if seat is None else earshot.own(head, seat)
    ends = [part.ended_at or 0 for part in shot.state.parts.values()]
    return shown(asked.edit.spans, zero(shot.state), max(ends, default=0))


def shown(spans: Iterable[Span], begin: int | None, end: int) -> list[dict[str, object]]:
    """Give spans as a page lists them; ``goes`` where they lie on the line."""
    found: list[dict[str, object]] = []
    for span in spans:
        on_line = begin is not None and begin <= span.begin and span.end <= end
        if begin is not None and on_line:
            times = written(span.begin - begin), written(span.end - begin)
            place = {"from": f"{(span.begin - begin) / 1000:.3f}", "until": f"{(span.end - begin) / 1000:.3f}"}
        else:
            times = _hour(span.begin), _hour(span.end)
            place = {}
        says = _("%(begin)s tot %(end)s") % {"begin": times[0], "end": times[1]}
        found.append({"says": says, "goes": on_line, "seconds": _length(span), **place})
    return found


def _hour(ms: int) -> str:
    return timezone.localtime(moment(ms)).strftime("%H:%M:%S")


def _length(span: Span) -> str:
    tenths = round((span.end - span.begin) / 100)
    point = "," if get_language() == "nl" else "."
    return _("%(seconds)s seconden") % {"seconds": f"{tenths // 10}{point}{tenths % 10}"}


def pairs(begins: Sequence[str], ends: Sequence[str]) -> list[tuple[str, str]]:
    """Give the rows of a form that are filled in, as they were typed."""
    both = zip(begins, ends, strict=False)
    return [(begin.strip()[:LONGEST], end.strip()[:LONGEST]) for begin, end in both if begin.strip() or end.strip()]
