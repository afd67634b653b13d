"""The cast of every test, and two ways to bring it on: one conversation step by step, or any facts in any order."""

from collections.abc import Iterator
from dataclasses import fields
from typing import get_type_hints

from hypothesis import strategies as st

from tweespoor.rules import facts
from tweespoor.rules.consequences import complete
from tweespoor.rules.conversation import EMPTY, Conversation, fold
from tweespoor.rules.facts import Children, Fact, How, Interest, Kind, PauseCause, Place, RoundCause, Span, TrackHead
from tweespoor.rules.gate import Gate, gate_of
from tweespoor.rules.page import EDITION

ANNA, BRAM, CARLA, DANI, EVA, FAY = range(1, 7)

KINDS: dict[int, tuple[Kind, Place]] = {
    ANNA: (Kind.STAFF, Place.ROOM),
    BRAM: (Kind.ADULT, Place.ROOM),
    CARLA: (Kind.ADULT, Place.ROOM),
    DANI: (Kind.YOUTH_12, Place.ROOM),
    EVA: (Kind.PROFESSIONAL, Place.PHONE),
    FAY: (Kind.PROFESSIONAL, Place.ROOM),
}
CONVERSATION = "c0ffee" * 5 + "00"
BEGIN = 1_800_000_000_000
"""When every conversation of the tests begins, in milliseconds; each fact comes a second later."""


class Talk:
    """One conversation of which the facts are added one by one, each with its consequences."""

    def __init__(self, *seats: int, children: Children = Children.NONE, on_request: bool = False) -> None:
        self.now = BEGIN
        self.facts: list[Fact] = []
        self.state: Conversation = EMPTY
        self.add(
            facts.ConversationOpened,
            conversation=CONVERSATION,
            edition=EDITION,
            records_on_request=on_request,
        )
        self.add(facts.ParticipantJoined, seat=ANNA, kind=Kind.STAFF)
        self.add(facts.PeopleCounted, people=1 + len(seats), children=children)
        for seat in seats:
            self.join(seat)

    def add(self, kind: type[Fact], /, **values: object) -> "Talk":
        """Add one fact a second later, and what follows from it."""
        self.now += 1000
        new = kind(**{"at": self.now, **values})  # type: ignore[arg-type]
        behind = list(complete(self.state, new))
        self.facts += behind
        self.state = fold(behind, self.state)
        return self

    def join(self, seat: int, kind: Kind | None = None) -> "Talk":
        usual, place = KINDS[seat]
        return self.add(facts.ParticipantJoined, seat=seat, kind=kind or usual, place=place)

    def ask(self, cause: RoundCause = RoundCause.FIRST) -> "Talk":
        return self.add(facts.RoundOpened, round=self.state.round + 1, cause=cause)

    def agree(self, cause: RoundCause = RoundCause.FIRST) -> "Talk":
        """Let a round end in agreement."""
        self.ask(cause)
        if self.state.minor_concerned and self.state.interest is None:
            self.add(facts.InterestAssessed, interest=Interest.NO_OBJECTION)
        if self.state.child_present and self.state.guardian is None:
            self.add(facts.GuardianNoted, present=True)
        if self.state.youth_alone and self.state.alone_ok is None:
            self.add(facts.AloneWithYouthNoted, asked_and_agreed=True)
        for seat in sorted(self.state.asked):
            self.add(facts.ConsentGiven, seat=seat, round=self.state.round, how=How.OWN_PHONE)
        return self.add(facts.AgreementReached, round=self.state.round, part=self.state.part + 1)

    def start(self) -> "Talk":
        """Let Bram's own app and both recorders run."""
        self.add(facts.OwnAppStarted, seat=BRAM)
        self.add(facts.RecordingStarted, part=self.state.part)
        return self.track(ANNA, ours=True)

    def track(self, seat: int, *, ours: bool = False, kept: bool = False) -> "Talk":
        name = f"{self.state.part:02x}{seat:02x}" * 8
        return self.add(
            facts.TrackOpened,
            track=name,
            part=self.state.part,
            seat=seat,
            ours=ours,
            kept=kept,
            salt_sha256="00" * 32,
        )

    def track_of(self, seat: int) -> str:
        return f"{self.state.part:02x}{seat:02x}" * 8

    def pause(self, cause: PauseCause = PauseCause.SOMEONE_CAME) -> "Talk":
        return self.add(facts.RecordingPaused, cause=cause)

    @property
    def gate(self) -> Gate:
        return gate_of(tuple(self.facts))


def recorded(*seats: int, children: Children = Children.NONE) -> Talk:
    """Give a conversation that is being recorded."""
    return Talk(*seats, children=children).agree().start()


# Any facts in any order ------------------------------------------------------------------------------

_SMALL = {
    "at": st.integers(0, 30),
    "since": st.integers(0, 30),
    "until": st.integers(0, 40),
    "moment": st.integers(0, 30),
    "certain_at": st.integers(0, 40),
    "erasable_at": st.integers(0, 40),
    "seat": st.integers(1, 4),
    "people": st.integers(1, 4),
    "part": st.integers(0, 3),
    "round": st.integers(0, 3),
    "item": st.integers(0, 8),
    "choice": st.integers(0, 2),
    "track": st.sampled_from(["a" * 32, "b" * 32, "c" * 32]),
    "edit": st.sampled_from(["e1", "e2"]),
    "share": st.sampled_from(["s1", "s2"]),
    "contract": st.sampled_from(["11" * 32, "22" * 32]),
    "edition": st.sampled_from([EDITION, EDITION, EDITION, "1999-01"]),
    "conversation": st.just(CONVERSATION),
    "head": st.just("00" * 32),
    "last": st.integers(-1, 9),
    "number": st.integers(0, 9),
    "samples": st.integers(0, 480_000),
    "position": st.integers(0, 9),
}
"""Values small enough that facts meet: the same seats, parts, rounds and tracks come back."""

_VALUES: dict[object, st.SearchStrategy[object]] = {
    Span: st.builds(Span, st.integers(0, 30), st.integers(0, 30)),
    tuple[Span, ...]: st.lists(st.builds(Span, st.integers(0, 30), st.integers(0, 30)), max_size=3).map(tuple),
    tuple[int, ...]: st.lists(st.integers(1, 4), max_size=3).map(tuple),
    tuple[TrackHead, ...]: st.lists(
        st.builds(TrackHead, _SMALL["track"], _SMALL["last"], _SMALL["samples"], _SMALL["head"]),
        max_size=3,
    ).map(tuple),
}


def any_fact_of(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    """Give facts of one kind with small values."""
    hints = get_type_hints(kind)
    values = {}
    for field in fields(kind):
        hint = hints[field.name]
        if field.name in _SMALL and hint in {int, str}:
            values[field.name] = _SMALL[field.name]
        elif field.name in _SMALL:
            values[field.name] = st.none() | _SMALL[field.name]
        else:
            values[field.name] = _VALUES[hint] if hint in _VALUES else st.from_type(hint)
    return st.builds(kind, **values)


ANY_FACT: st.SearchStrategy[Fact] = st.sampled_from(facts.FACTS).flatmap(any_fact_of)
PUBLIC_FACT: st.SearchStrategy[Fact] = st.sampled_from([kind for kind in facts.FACTS if not kind.private]).flatmap(
    any_fact_of
)

_AT_THE_TABLE = (
    facts.PeopleCounted,
    facts.ParticipantJoined,
    facts.ParticipantLeft,
    facts.ParticipantReturned,
    facts.SeatsCleared,
    facts.NewcomerNoticed,
    facts.NewcomerLeftAgain,
    facts.RoundOpened,
    facts.RoundEndedWithoutAgreement,
    facts.AgreementItemChanged,
    facts.AgreementReached,
    facts.AgreementEnded,
    facts.OwnAppStarted,
    facts.OwnAppStopped,
    facts.RecordingStarted,
    facts.RecordingPaused,
    facts.RecordingResumed,
    facts.RecordingStopped,
    facts.WentOnAlone,
    facts.TrackOpened,
    facts.RecorderFailed,
    facts.RecorderRecovered,
    facts.TrackSealed,
    facts.ConversationClosed,
    facts.InterestAssessed,
)


@st.composite
def a_course(draw: st.DrawFn) -> list[Fact]:
    """Give facts that begin as a real conversation does and then go anywhere, so that gates really open."""
    seats = draw(st.sets(st.sampled_from([BRAM, CARLA, DANI, EVA]), max_size=3))
    talk = Talk(*sorted(seats), children=draw(st.sampled_from(Children)))
    for _ in range(draw(st.integers(1, 3))):
        talk.agree()
        if draw(st.booleans()):
            talk.start()
        for kind in draw(st.lists(st.sampled_from(_AT_THE_TABLE), max_size=6)):
            fact = draw(any_fact_of(kind))
            _move(talk, fact, draw(st.integers(0, 5)))
    return talk.facts


def _move(talk: Talk, fact: Fact, late: int) -> None:
    """Add a drawn fact at the present moment; what it says of an earlier moment lies some seconds back."""
    values = {field.name: getattr(fact, field.name) for field in fields(fact) if field.name != "at"}
    if "since" in values:
        values["since"] = talk.now - late * 1000
    if "track" in values and talk.state.tracks:
        values["track"] = sorted(talk.state.tracks)[late % len(talk.state.tracks)]
    talk.add(type(fact), **values)


def prefixes(journal: list[Fact]) -> Iterator[list[Fact]]:
    """Give a journal as it stood after each of its facts."""
    for end in range(len(journal) + 1):
        yield journal[:end]
