"""The house's own settings, read once, and the short way to refuse."""

from functools import cache
from pathlib import Path
from typing import NoReturn

from django.conf import settings

from tweespoor.errors import Refused
from tweespoor.rules.house import House
from tweespoor.rules.verdict import Obstacle, Verdict


@cache
def house() -> House:
    """Give the house's settings; a server without a helpline does not start (clause 0a)."""
    return House.load(Path(settings.TWEESPOOR_HOUSE))


def refuse(code: str) -> NoReturn:
    """Refuse with one code."""
    raise Refused(Verdict((Obstacle(code),)))


def refuse_when(condition: bool, code: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Refuse with one code when the condition holds."""
    if condition:
        refuse(code)
