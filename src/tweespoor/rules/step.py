"""How one fact changes the state: the table in which every kind of fact has its own small function.

The functions stand in ``fold_talk``, ``fold_recording`` and ``fold_after``; ``conversation`` joins them.
"""

from dataclasses import replace
from functools import singledispatch

from tweespoor.rules.fact import Fact
from tweespoor.rules.state import Conversation, Part, Seat


@singledispatch
def step(fact: Fact, c: Conversation) -> Conversation:
    """Give the state after a fact; a fact without a function of its own changes nothing but the time."""
    del fact
    return c


def with_seat(c: Conversation, seat: Seat) -> Conversation:
    """Give the state with one seat as it is now."""
    return replace(c, seats={**c.seats, seat.seat: seat})


def with_part(c: Conversation, part: Part) -> Conversation:
    """Give the state with one part as it is now."""
    return replace(c, parts={**c.parts, part.part: part})
