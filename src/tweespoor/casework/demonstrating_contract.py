"""Lets the people of the demonstration sign a contract, to look at: with hands that nobody has."""

from math import cos, pi, sin
from typing import Final

from tweespoor.casework import concluding, contracting, ledger
from tweespoor.casework.binding import Way
from tweespoor.casework.strokes import WIDTH, Strokes
from tweespoor.rules import contract

_POINTS: Final = 90


def lay_down(conversation_id: str) -> None:
    """Offer a contract, let everyone sign it and make it; once."""
    if contracting.look(conversation_id) is not None:
        return
    contracting.offer(conversation_id)
    seen = contracting.look(conversation_id)
    if seen is None:
        return
    parties = contract.parties(ledger.state(conversation_id))
    for number, seat in enumerate((None, *parties)):
        way = Way.WORKER if seat is None else Way.PHONE if number == 1 else Way.DEVICE
        contracting.sign(conversation_id, seat, seen.row.sha256, hand(number), way=way, language="nl")
    concluding.conclude_due()


def hand(number: int) -> Strokes:
    """Draw a hand of loops and a line below it; each number is another's.

    >>> len(hand(0)), hand(0) == hand(1), all(0 <= y <= 400 for one in hand(2) for _, y in one)
    (2, False, True)
    """
    loops, tall, slant = 3 + number, 70 + 18 * (number % 3), 40 + 30 * number
    name = tuple(
        (
            round(170 + 560 * n / _POINTS + slant * sin(2 * pi * loops * n / _POINTS)),
            round(200 - tall * cos(2 * pi * loops * n / _POINTS) * (1 - n / (2 * _POINTS))),
        )
        for n in range(_POINTS)
    )
    below = ((200, 318 - 6 * number), (WIDTH - 240, 300 + 5 * number))
    return (name, below)
