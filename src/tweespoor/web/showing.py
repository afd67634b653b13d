"""What a page of a conversation shows, as values; its version changes when, and only when, the page would.

Screens have short names: W… is the worker's, P… a participant's.

====  ===========================================  ====  =====================================
W2    how many are we                              P1    who are you
W3    is recording bad for a child                 P2    may this conversation be recorded
W4    asking, with the code                        P3    waiting for the others
W5    everyone said yes                            P4    everyone said yes
W6    speaking the agreements                      P5    recording
W7    recording                                    P6    somebody came in: may it go on
W8    standing still because somebody came         P7    what happens to the own copy
W9    finished                                     P8    confirmation
====  ===========================================  ====  =====================================

WNEE and PNEE: there is no recording.  WSTOP and PSTOP: it was stopped.  WLEAVE: somebody leaves.  PPAUSE: it
stands still.  WFAIL-… and PFAIL-…: a recorder does not work.  WTOOMANY: more phones than people.
A *step* is a page one tap further, such as the telephone at W4; it ends by itself when its screen does.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from tweespoor.casework import confirming, gates
from tweespoor.casework import sight as sights
from tweespoor.casework.sight import Sight
from tweespoor.rules.kinds import Kind
from tweespoor.rules.state import Conversation
from tweespoor.web import codes


@dataclass(frozen=True, slots=True)
class Shown:
    """One screen: its name, its template and everything that differs in it."""

    screen: str
    template: str
    holds: Mapping[str, object]

    @property
    def version(self) -> str:
        """A short hash of what the page shows; it holds nothing that tells why (law 10)."""
        told = json.dumps([self.screen, self.template, self.holds], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def clock(elapsed_ms: int | None) -> str:
    """Give a length as people read it.

    >>> clock(760_999), clock(None), clock(3_600_000)
    ('12:40', '00:00', '60:00')
    """
    seconds = max(elapsed_ms or 0, 0) // 1000
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def moment(ms: int) -> datetime:
    """Give a moment of the server's clock as the people here read it."""
    return timezone.localtime(datetime.fromtimestamp(ms / 1000, UTC))


def day(ms: int) -> str:
    """Give a date without a year, in the language of the page."""
    return formats.date_format(moment(ms), "j F")


def time_of_day(ms: int) -> str:
    """Give hours and minutes."""
    return formats.time_format(moment(ms), "H:i")


def names(state: Conversation) -> dict[int, str]:
    """Give what a seat is called on a screen: a number by order of joining, never a name."""
    called: dict[int, str] = {}
    guests = colleagues = 0
    for seat in sorted(state.seats):
        if state.seats[seat].kind is Kind.STAFF:
            colleagues += 1
            called[seat] = _("Medewerker") if colleagues == 1 else _("Medewerker %(number)s") % {"number": colleagues}
        else:
            guests += 1
            called[seat] = _("Deelnemer %(number)s") % {"number": guests}
    return called


def seats(state: Conversation, wanted: frozenset[int] | set[int]) -> list[dict[str, object]]:
    """Give seats with what they are called, in order."""
    called = names(state)
    return [{"number": seat, "name": called[seat]} for seat in sorted(wanted)]


def receipt(conversation_id: str) -> dict[str, object]:
    """Give what a confirmation says: when was recorded, and the signed receipt; the same for everyone (law 10)."""
    known = confirming.confirmation(conversation_id)
    if known is None:
        return {"recorded": None}
    return {
        "recorded": {"day": day(known.begin), "begin": time_of_day(known.begin), "end": time_of_day(known.end)},
        **({} if known.receipt is None else marked(known.receipt)),
    }


def marked(known: confirming.Receipt) -> dict[str, object]:
    """Give a receipt as it is shown and printed: its code in groups, and the whole of it as a picture."""
    return {"mark": known.code, "picture": codes.square(known.line.decode(), error="l")}


def grouped(digest: str | None) -> str:
    """Give the first half of a hash in groups that can be read aloud and compared; enough to tell two apart.

    >>> grouped("0123456789abcdef" * 4)
    '0123 4567 89ab cdef 0123 4567 89ab cdef'
    """
    half = (digest or "")[:32]
    return " ".join(half[place : place + 4] for place in range(0, len(half), 4))


def state_of(sight: Sight, shown: Shown, *, seat: int | None, claim: bool) -> dict[str, object]:
    """Give what a page asks once a second.

    What may not be seen yet does not move it (`sight.standing`, law 10).
    """
    state = sight.state
    gate = gates.gate_of(sight.row.pk)
    running, part = sights.standing(state, settled=sight.settled)
    return {
        "version": shown.version,
        "screen": shown.screen,
        "running": str(running),
        "part": part,
        "elapsed_ms": sight.elapsed_ms,
        "server_ms": sight.now,
        "ours": sights.ours_seen(state, seat, sight.ours, settled=sight.settled),
        "record": bool(claim and sight.settled and seat is not None and gate is not None and gate.is_open(seat)),
        "claim": claim,
    }
