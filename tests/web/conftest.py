"""What tests of pages stand on."""

from collections.abc import Iterator

import pytest
from tests.web.table import Clock, Table, inside, real, staff

from tweespoor.casework import clock, settling
from tweespoor.casework.models import Role


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put a clock in the house that stands still."""
    standing = Clock()
    monkeypatch.setattr(clock, "source", standing)
    return standing


@pytest.fixture
def table(time: Clock, db: None) -> Iterator[Table]:
    """Give a table, in a house that no longer practises."""
    settling.house.cache_clear()
    real(staff("fatima", Role.OFFICER))
    one = Table(time, inside(staff("anna")))
    yield one
    one.forget()
    settling.house.cache_clear()
