"""A table to talk at: Anna the worker, Bram the client, Carla the parent, Dani of fourteen; and a clock to turn."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from tests.casework.recorded import Recorded, recorded

from tweespoor.casework import (
    clock,
    consenting,
    ledger,
    models,
    opening,
    recording,
    rounds,
    settling,
    sight,
)
from tweespoor.journal import entry
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import Children, Fact, How, Kind

DATABASES = ["default", "keyring"]


@dataclass
class Clock:
    """A clock that stands still until it is turned."""

    ms: int = 1_763_900_000_000

    def __call__(self) -> int:
        """Give the time in nanoseconds."""
        return self.ms * 1_000_000

    def turn(self, seconds: float) -> None:
        """Let time go by."""
        self.ms += round(seconds * 1000)


@dataclass
class Table:
    """One conversation, with the seats that people took."""

    time: Clock
    anna: models.Staff
    id: str
    phones: dict[str, models.Visitor] = field(default_factory=dict)

    def join(self, name: str, kind: Kind = Kind.ADULT) -> models.Visitor:
        """Let somebody take a seat with an own phone."""
        seat = consenting.take_seat(self.id, kind)
        self.phones[name] = models.Visitor.objects.create(
            conversation_id=self.id,
            token_sha256=secrets.token_hex(32),
            seat=seat,
            staff=kind is Kind.STAFF,
            expires_ms=clock.now_ms() + 86_400_000,
        )
        return self.phones[name]

    def say(self, name: str, answer: Answer) -> None:
        """Let somebody answer on the own phone."""
        seat = self.phones[name].seat
        assert seat is not None
        consenting.answer(self.id, seat, answer, How.OWN_PHONE)

    def everyone(self, answer: Answer = Answer.YES) -> None:
        """Let everyone who joined answer."""
        for name in self.phones:
            self.say(name, answer)

    def reveal(self) -> None:
        """Wait until the result of the round may be seen."""
        self.time.turn(4)

    def begin(self) -> None:
        """Let everyone say yes, somebody record with an own app, and start."""
        self.everyone()
        self.reveal()
        consenting.own_app(self.id)
        recording.start(self.id)

    @property
    def look(self) -> sight.Sight:
        """Look at the conversation."""
        return sight.look(self.id)

    def screen(self, name: str = "Anna") -> str:
        """Name the screen that somebody sees."""
        if name == "Anna":
            return sight.worker_screen(self.look)
        return sight.participant_screen(self.look, models.Visitor.objects.get(pk=self.phones[name].pk))

    def facts(self) -> list[Fact]:
        """Give all facts of the journal."""
        from_bytes = entry.read
        return [from_bytes(line).fact for line in ledger.lines(self.id)]

    def kinds(self) -> list[str]:
        """Name all facts of the journal."""
        return [type(fact).__name__ for fact in self.facts()]


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """Give a finished conversation with sound."""
    with recorded(monkeypatch) as made:
        yield made


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put a clock in the house that stands still."""
    standing = Clock()
    monkeypatch.setattr(clock, "source", standing)
    return standing


@pytest.fixture
def anna(db: None) -> models.Staff:
    """Give a worker."""
    return models.Staff.objects.create_user("anna", role=models.Role.WORKER)


@pytest.fixture
def lay(time: Clock, anna: models.Staff) -> Iterator[Callable[..., Table]]:
    """Lay a table for so many people."""
    settling.house.cache_clear()
    tables: list[Table] = []

    def _lay(people: int = 3, children: Children = Children.NONE) -> Table:
        table = Table(time, anna, opening.open_conversation(anna, people, children))
        tables.append(table)
        return table

    yield _lay
    for table in tables:
        ledger.forget(table.id)
        rounds.forget(table.id)


@pytest.fixture
def table(lay: Callable[..., Table]) -> Table:
    """Lay a table for Anna, Bram and Carla."""
    laid = lay(3)
    laid.join("Bram")
    laid.join("Carla")
    return laid
