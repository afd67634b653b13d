"""A finished conversation with sound whose term ended, and the people of the desk."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.casework.conftest import Clock
from tests.casework.recorded import Recorded, staff

from tweespoor.casework import clock, settling
from tweespoor.casework.models import Role, Staff
from tweespoor.errors import Refused
from tweespoor.rules.house import House

DAY_S = 86_400
YEARS = 20


def ms(*moment: int) -> int:
    """Give a moment (UTC) as the house counts it."""
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1000  # type: ignore[misc, arg-type] # year, month, day, …


def keep_for(monkeypatch: pytest.MonkeyPatch, **chosen: object) -> House:
    """Give the house other terms: twenty years by a law, unless told otherwise."""
    terms = {"retention_years": YEARS, "retention_source": "wet X, artikel 1", "retention_checked": "2026-11-01"}
    house: House = replace(House(organisation="Huis van de test", helpline="0800-2000"), **(terms | chosen))  # type: ignore[arg-type]

    def given() -> House:
        return house

    given.cache_clear = lambda: None  # type: ignore[attr-defined] # as the real one has
    monkeypatch.setattr(settling, "house", given)
    return house


def turn_to(monkeypatch: pytest.MonkeyPatch, moment: int) -> Clock:
    """Let it be another moment."""
    standing = Clock(moment)
    monkeypatch.setattr(clock, "source", standing)
    return standing


def years_later(monkeypatch: pytest.MonkeyPatch, talk: Recorded, years: int = YEARS) -> Clock:
    """Let it be a day after so many years after a conversation."""
    made = datetime.fromtimestamp(talk.state.at / 1000, UTC)
    return turn_to(monkeypatch, int(made.replace(year=made.year + years).timestamp() * 1000) + DAY_S * 1000)


def codes_of(act: Callable[[], object]) -> tuple[str, ...]:
    """Give the codes with which something is refused."""
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.codes


def term_over(monkeypatch: pytest.MonkeyPatch, talk: Recorded) -> Clock:
    """Let it be a day after the term of twenty years of a conversation."""
    keep_for(monkeypatch)
    return years_later(monkeypatch, talk)


def officer(name: str = "fatima") -> Staff:
    """Give a privacy officer."""
    return Staff.objects.filter(username=name).first() or staff(name, Role.OFFICER)
