"""What tests of pages stand on."""

from collections.abc import Iterator

import pytest
from django.test import Client
from tests.casework.conftest import Clock
from tests.web.table import Table, inside, real, staff
from tests.web.walk import Talk, at_work, laid, standing_clock

from tweespoor.casework import settling
from tweespoor.casework.models import Role


@pytest.fixture
def time() -> Iterator[Clock]:
    """Put a clock in the house that stands still."""
    with standing_clock() as standing:
        yield standing


@pytest.fixture
def anna(time: Clock) -> Client:
    """Give the browser of a worker, in a house that no longer practises."""
    return at_work()


@pytest.fixture
def talk(anna: Client, time: Clock) -> Iterator[Talk]:
    """Give a conversation of the worker, Bram and Carla, in a process that records."""
    with laid(anna, time) as made:
        yield made


@pytest.fixture
def table(time: Clock, db: None) -> Iterator[Table]:
    """Give a table, in a house that no longer practises."""
    settling.house.cache_clear()
    real(staff("fatima", Role.OFFICER))
    one = Table(time, inside(staff("anna")))
    yield one
    one.forget()
    settling.house.cache_clear()
