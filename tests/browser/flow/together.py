"""Compares when something appeared on several screens."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from tests.browser.flow.people import Person, wait

PERIOD_MS = 1000
APART_MS = 1100

States = list[tuple[float, dict[str, Any]]]


def appear_together(people: Mapping[str, Person], wanted: Mapping[str, str], marks: Mapping[str, int]) -> None:
    """Expect that a screen came to everyone at one moment.

    By the server's clock one moment lies between the last answer without and the first answer with it, for all.  By
    the wall it comes at the next question of each page, so within 1.1 s of each other, and what this machine itself was
    late.
    """
    before, behind, drawn, late = [0], [], [], []
    for name, person in people.items():
        screen, mark = wanted[name], marks[name]
        with_it = _first(person, screen, mark)
        behind.append(with_it[1]["server_ms"])
        before += [state["server_ms"] for _, state in _states(person, mark) if state["screen"] != screen]
        screens = [told.at for told in person.since(mark, "screen") if told.value == screen]
        assert len(screens) == 1, f"{name} saw it {len(screens)} times"
        drawn += screens
        late.append(lateness(person, mark, screen))
    assert max(before) < min(behind), "somebody could see it before another could"
    apart = max(drawn) - min(drawn)
    assert apart <= APART_MS + max(late), f"{apart:.0f} ms apart, {max(late):.0f} ms of it by this machine"


def lateness(person: Person, mark: int, screen: str) -> float:
    """Tell how much later than it would a page on this machine showed a screen (ms).

    That is how much more than a second lay between two questions before it, and how long it took to draw.
    """
    at, _ = _first(person, screen, mark)
    asked = [moment for moment, _ in _states(person, mark) if moment <= at]
    gaps = [second - first for first, second in pairwise(asked)]
    drawn = [told.at for told in person.since(mark, "screen") if told.value == screen]
    return max(0.0, max(gaps, default=0.0) - PERIOD_MS) + max(0.0, min(drawn, default=at) - at)


def _states(person: Person, mark: int) -> States:
    return [(told.at, told.value) for told in person.since(mark, "state") if isinstance(told.value, dict)]


def _first(person: Person, screen: str, mark: int) -> tuple[float, dict[str, Any]]:
    """Wait for the first answer of the server that names a screen."""
    found: States = []

    def there() -> bool:
        found[:] = [(at, state) for at, state in _states(person, mark) if state["screen"] == screen]
        return bool(found)

    wait(person, there)
    return found[0]
