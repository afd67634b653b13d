"""The machine's clock may jump; ours goes on, and what is recorded meanwhile is neither lost nor let in wrongly."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from tests.casework.conftest import DATABASES, Table
from tests.casework.recorders import Recorder, recording_room

from tweespoor.casework import clock, consenting, gates, ledger, models, opening, recording, sweeping
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import Children

HOUR_MS = 3_600_000
pytestmark = pytest.mark.django_db(databases=DATABASES)


@dataclass
class Machine:
    """A machine: what its clock says, and how long it runs (ms)."""

    wall: int = 1_763_900_000_000
    runs: int = 50_000

    def turn(self, seconds: float) -> None:
        """Let time go by."""
        self.wall += round(seconds * 1000)
        self.runs += round(seconds * 1000)

    def starts(self) -> None:
        """Begin as a new process does."""
        clock._began = (self.wall - self.runs) * 1_000_000


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    one = Machine()
    began = clock._began
    monkeypatch.setattr(clock, "_wall", lambda: one.wall * 1_000_000)
    monkeypatch.setattr(clock, "_going", lambda: one.runs * 1_000_000)
    one.starts()
    yield one
    clock._began = began


@pytest.fixture
def table(machine: Machine, anna: models.Staff) -> Iterator[Table]:
    laid = Table(machine, anna, opening.open_conversation(anna, 2, Children.NONE))  # type: ignore[arg-type] # it turns
    laid.join("Bram")
    with recording_room():
        yield laid
    ledger.forget(laid.id)


@pytest.mark.parametrize("jump", [HOUR_MS, -HOUR_MS])
def test_while_something_is_recorded_a_jump_moves_nothing(table: Table, machine: Machine, jump: int) -> None:
    table.begin()
    ours = Recorder(table)
    ours.hello()
    assert ours.send().refusal is None
    before = clock.now_ms()
    machine.wall += jump
    sweeping.sweep()
    assert clock.now_ms() == before
    gate = gates.gate_of(table.id)
    for _ in range(3):
        sweeping.sweep()
        assert ours.send().refusal is None
    assert table.look.elapsed_ms == pytest.approx(4050, abs=10)
    recording.stop(table.id)
    stopped = clock.now_ms()
    for _ in range(3):
        sweeping.sweep()
        refusal = ours.send().refusal
        assert refusal is not None
        ours.forget_last()
    ended = gates.gate_of(table.id)
    assert gate is not None
    assert ended is not None
    assert [(span.begin, span.end) for span in ended.spans] == [(gate.spans[0].begin, stopped)]


def test_a_round_is_not_opened_nor_shown_by_a_jump(table: Table, machine: Machine) -> None:
    table.say("Bram", Answer.YES)
    consenting.own_app(table.id)
    machine.wall -= HOUR_MS
    sweeping.sweep()
    assert table.screen() == "W4"  # not shown yet
    machine.turn(4)
    sweeping.sweep()
    assert table.screen() == "W5"
    recording.start(table.id)
    ours = Recorder(table)
    ours.hello()
    assert ours.send().refusal is None  # the gate opened now, not in an hour


def test_when_nothing_is_recorded_it_is_set_by_the_machine(db: None, machine: Machine) -> None:
    for jump in (HOUR_MS, -HOUR_MS, 300):
        machine.wall += jump
        clock.follow(recording=False, written_ms=0)
        assert clock.now_ms() == machine.wall
    machine.wall -= HOUR_MS
    clock.follow(recording=False, written_ms=machine.wall + 5000)  # an open conversation was there already
    assert clock.now_ms() == machine.wall + HOUR_MS
    machine.turn(3600)
    clock.follow(recording=False, written_ms=machine.wall - HOUR_MS)
    assert clock.now_ms() == machine.wall


def test_after_a_start_with_the_clock_set_back_it_goes_on_from_what_was_written(table: Table, machine: Machine) -> None:
    table.begin()
    ours = Recorder(table)
    ours.hello()
    assert ours.send().refusal is None
    written = ledger.state(table.id).at
    ledger.forget(table.id)
    machine.wall -= HOUR_MS
    machine.starts()
    assert clock.now_ms() < written
    sweeping.begin()
    assert clock.now_ms() == written
    machine.turn(2)
    sweeping.sweep()
    assert clock.now_ms() == written + 2000
    recording.stop(table.id)
    times = [fact.at for fact in table.facts()]
    assert times == sorted(times)


def test_within_a_journal_time_never_goes_back(table: Table, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    back: Callable[[], int] = lambda: (machine.wall - HOUR_MS) * 1_000_000  # noqa: E731 - a clock
    monkeypatch.setattr(clock, "source", back)
    consenting.own_app(table.id)
    with ledger.writing(table.id) as sheet:
        assert sheet.now >= sheet.state.at
