"""Whose minutes are whose: in which stretches of a part somebody was there (clause 0c)."""

from tweespoor.rules.kinds import Span
from tweespoor.rules.state import Conversation


def own_minutes(c: Conversation, seat: int, part: int) -> tuple[Span, ...]:
    """Give the stretches of a part in which somebody took part, in order; nothing until the part has ended.

    A part ends where the stop had really come, not where it arrived.
    """
    known, person = c.parts.get(part), c.seats.get(seat)
    if known is None or person is None or known.started_at is None or known.ended_at is None:
        return ()
    if seat not in known.present:
        return ()
    end = known.ended_at if known.since is None else min(known.since, known.ended_at)
    stays = (
        Span(max(stay.begin, known.started_at), end if stay.end is None else min(stay.end, end))
        for stay in person.stays
    )
    return tuple(stay for stay in stays if stay.begin < stay.end)
