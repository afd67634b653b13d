"""The state of a conversation: what its facts so far tell, as one frozen value that judges nothing.

Times are milliseconds since 1970 (UTC) by the server's clock.  The mappings are never changed in place;
every fact gives a new value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tweespoor.rules.ages import AGES, Age
from tweespoor.rules.facts_talk import AgreementsSpoken
from tweespoor.rules.kinds import (
    Children,
    Content,
    Ground,
    How,
    Interest,
    InterestReason,
    Kind,
    Offered,
    PauseCause,
    Place,
    RoundCause,
    Span,
)

ITEMS = 7
"""How many agreements there are (clause 0d)."""


class Consent(StrEnum):
    """Where somebody's answer stands (clause 1b); only ``GIVEN`` counts."""

    NOT_ASKED = "not-asked"
    DOUBTS = "doubts"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Running(StrEnum):
    """Where the recording of the current part stands."""

    NOT_STARTED = "not-started"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Stay:
    """From when until when somebody was there; ``end`` is None while they still are (clause 0c: own minutes)."""

    begin: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """One person, as far as the conditions know them."""

    seat: int
    kind: Kind
    place: Place = Place.ROOM
    present: bool = True
    consent: Consent = Consent.NOT_ASKED
    how: How | None = None
    stays: tuple[Stay, ...] = ()


@dataclass(frozen=True, slots=True)
class Track:
    """How far one recorder's track came; ``last`` is -1 before the first chunk, ``samples`` are at 48 kHz."""

    track: str
    part: int
    seat: int
    ours: bool
    kept: bool
    opened_at: int
    last: int = -1
    samples: int = 0
    head: str = ""
    failed: bool = False
    sealed: bool = False
    complete: bool = False
    reason: str | None = None
    handed_in: bool = False
    forks: int = 0


@dataclass(frozen=True, slots=True)
class Covered:
    """A span that is a tone for whoever listens, and on what ground of law (clause 5b)."""

    span: Span
    ground: Ground


@dataclass(frozen=True, slots=True)
class Part:
    """The stretch from one agreement to its end; ``since`` is when a stop that arrived late had really come."""

    part: int
    round: int
    agreed_at: int
    started_at: int | None = None
    ended_at: int | None = None
    since: int | None = None
    present: frozenset[int] = frozenset()
    locked: Ground | None = None
    erasable_at: int | None = None
    erased: Ground | None = None
    spoken: tuple[AgreementsSpoken, ...] = ()
    postponed: bool = False
    covered: tuple[Covered, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """A cut that somebody proposed, and who said yes to it; None is the organisation (clause 5b)."""

    edit: str
    part: int
    spans: tuple[Span, ...]
    yeses: frozenset[int | None] = frozenset()
    ended: bool = False
    derivatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What somebody asked to share until when, and who said yes to it; None is the organisation (clause 6a).

    ``edit`` is the cut whose result is shared; ``words`` are professionals who are asked for their own words.
    """

    share: str
    part: int
    until: int
    public: bool = False
    what: Content = Content.SOUND
    edit: str | None = None
    words: frozenset[int] = frozenset()
    yeses: frozenset[int | None] = frozenset()
    ended: bool = False
    delivered: int = 0


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything that is known of one conversation after its facts so far."""

    conversation: str | None = None
    edition: str | None = None
    practice: bool = False
    records_on_request: bool = False
    professionals_listen: bool = False
    at: int = 0
    announced: bool = False
    closed: bool = False

    # who is there
    people: int | None = None
    children: Children | None = None
    seats: Mapping[int, Seat] = field(default_factory=dict)
    newcomer_since: int | None = None
    newcomer_spans: tuple[Span, ...] = ()
    interest: Interest | None = None
    interest_reason: InterestReason | None = None
    guardian: bool | None = None
    alone_ok: bool | None = None

    # what is asked and agreed
    items: tuple[int, ...] = (0,) * ITEMS
    round: int = 0
    round_open: bool = False
    round_cause: RoundCause | None = None
    asked_again: bool = False
    last_round_failed: bool = False
    declined: bool = False
    agreed: bool = False
    part: int = 0
    parts: Mapping[int, Part] = field(default_factory=dict)
    contract: str | None = None
    contract_signed: frozenset[int | None] = frozenset()
    offered: tuple[Offered, ...] = ()

    # what records
    running: Running = Running.NOT_STARTED
    pause_cause: PauseCause | None = None
    paused_at: int | None = None
    started_at: int | None = None
    alone: frozenset[int] = frozenset()
    apps: tuple[int | None, ...] = ()
    requested: bool = False
    tracks: Mapping[str, Track] = field(default_factory=dict)
    marks: tuple[int, ...] = ()
    late_stop_spans: tuple[Span, ...] = ()

    # afterwards
    edits: Mapping[str, Edit] = field(default_factory=dict)
    shares: Mapping[str, Share] = field(default_factory=dict)
    listening_agreed: frozenset[int] = frozenset()
    listening_halted: frozenset[int] = frozenset()
    listened: int = 0
    exported: int = 0
    used: tuple[tuple[int, Ground], ...] = ()
    comparisons: tuple[str, ...] = ()
    disclosed: frozenset[int] = frozenset()
    secret: bool | None = None
    secret_reviewed: bool = False
    dossier: str | None = None
    hold: Ground | None = None

    @property
    def present(self) -> frozenset[int]:
        """The seats of everyone known to be here, staff too."""
        return _here(self.seats)[0]

    @property
    def staff(self) -> frozenset[int]:
        """The seats of the organisation's people who are here; they are not asked (clause 1b)."""
        return _here(self.seats)[1]

    @property
    def asked(self) -> frozenset[int]:
        """The seats of everyone here whose yes is needed (clause 1b)."""
        return _here(self.seats)[2]

    def consent(self, seat: int) -> Consent:
        """Where the answer of this seat stands; a seat that nobody has taken was not asked."""
        known = self.seats.get(seat)
        return known.consent if known else Consent.NOT_ASKED

    @property
    def next_seat(self) -> int:
        """The number for who joins next; a number that a part knows is never given to another."""
        return max(self.seats, default=0) + 1

    @property
    def own_apps(self) -> int:
        """How many apps or devices of participants' own are recording (clause 4a)."""
        return len(self.apps)

    @property
    def child_present(self) -> bool:
        """Whether a child takes part who needs a parent there: one under twelve (clause 1c)."""
        return any(age.parent_there for age in self._ages())

    @property
    def minor_concerned(self) -> bool:
        """Whether a minor is talked about or takes part, by the count or by a seat (clause 1c)."""
        counted = self.children in {Children.DISCUSSED, Children.PRESENT}
        return counted or any(self._ages())

    @property
    def youth_alone(self) -> bool:
        """Whether someone of 12 to 15 is here with nobody older than that but staff and professionals (clause 1c)."""
        older = {Kind.ADULT, Kind.YOUTH_16}
        return any(age.asks_when_alone for age in self._ages()) and not any(
            self.seats[n].kind in older for n in self.asked
        )

    def _ages(self) -> Iterator[Age]:
        """Give what holds for the age of every minor who is here."""
        kinds = (self.seats[n].kind for n in self.asked)
        return (AGES[kind] for kind in kinds if kind in AGES)

    @property
    def filed(self) -> bool:
        """Whether our recording was put in a dossier (clause 4b)."""
        return self.dossier is not None

    def tracks_of(self, part: int) -> tuple[Track, ...]:
        """The tracks of one part, in the order in which they were opened."""
        return tuple(track for track in self.tracks.values() if track.part == part)


_Here = tuple[frozenset[int], frozenset[int], frozenset[int]]

_latest: list[tuple[Mapping[int, Seat], _Here]] = []
"""The seats that were asked about last, and who of them is here: while sound runs, facts come and nobody moves."""


def _here(seats: Mapping[int, Seat]) -> _Here:
    """Give who is present, who of those is staff, and who is asked; a mapping never changes, so one answer holds."""
    for known, found in _latest:
        if known is seats:
            return found
    present = frozenset(number for number, seat in seats.items() if seat.present)
    staff = frozenset(number for number in present if seats[number].kind is Kind.STAFF)
    _latest[:] = [(seats, (present, staff, present - staff))]
    return present, staff, present - staff


EMPTY = Conversation()
"""A conversation of which nothing is known."""
