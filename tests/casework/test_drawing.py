"""The line of a conversation, from facts and lines alone: every way in which seconds can be missing."""

from dataclasses import dataclass, field

import pytest

from tweespoor.casework import drawing
from tweespoor.casework.drawing import Chapter, Drawing
from tweespoor.rules import facts
from tweespoor.rules.conversation import fold
from tweespoor.rules.fact import Fact
from tweespoor.rules.gate import gate_of
from tweespoor.rules.kinds import Children, Ground, How, Kind, PauseCause, RoundCause, Span
from tweespoor.tape.timeline import Line, Stretch

OURS, BRAMS, CARLAS = "a" * 32, "b" * 32, "c" * 32
ZERO = 1_000_000
S = 1_000


@dataclass
class Story:
    """Facts, told in seconds since the recording began."""

    told: list[Fact] = field(default_factory=list)
    lines: dict[str, Line] = field(default_factory=dict)

    def tell(self, what: type[Fact], second: float = 0, /, **more: object) -> None:
        self.told.append(what(at=ZERO + round(second * S), **more))

    def agree(self, second: float, part: int = 1, cause: RoundCause = RoundCause.FIRST) -> None:
        self.tell(facts.RoundOpened, second, round=part, cause=cause)
        for seat in (2, 3):
            self.tell(facts.ConsentGiven, second, seat=seat, round=part, how=How.OWN_PHONE)
        self.tell(facts.AgreementReached, second, round=part, part=part)
        self.tell(facts.RecordingStarted, second, part=part)

    def track(self, track: str, seat: int, *stretches: tuple[float, float], part: int = 1, kept: bool = False) -> None:
        self.tell(
            facts.TrackOpened, stretches[0][0], track=track, part=part, seat=seat, ours=seat == 1, kept=kept,
            salt_sha256="0" * 64,
        )  # fmt: skip
        recorded = tuple(Stretch(ZERO + round(b * S), ZERO + round(e * S)) for b, e in stretches)
        self.lines[track] = Line(recorded[0].begin, {0: recorded[0].begin}, recorded)

    def stop(self, second: float, since: float | None = None) -> None:
        then = second if since is None else since
        self.tell(facts.AgreementEnded, second, since=ZERO + round(then * S))
        self.tell(facts.RecordingStopped, second)

    def draw(self) -> Drawing:
        drawn = drawing.draw(fold(self.told), gate_of(tuple(self.told)), self.lines)
        assert drawn is not None
        return drawn

    def chapters(self) -> list[tuple[float, str, float | None]]:
        return [seconds(one) for one in self.draw().chapters]


def seconds(one: Chapter) -> tuple[float, str, float | None]:
    return one.begin / S, one.what, None if one.end is None else one.end / S


@pytest.fixture
def story() -> Story:
    begun = Story()
    begun.tell(
        facts.ConversationOpened, -90, conversation="0" * 32, edition="2026-11", practice=False,
    )  # fmt: skip
    begun.tell(facts.PeopleCounted, -80, people=3, children=Children.NONE)
    begun.tell(facts.ParticipantJoined, -70, seat=1, kind=Kind.STAFF)
    begun.tell(facts.ParticipantJoined, -60, seat=2, kind=Kind.ADULT)
    begun.tell(facts.ParticipantJoined, -50, seat=3, kind=Kind.ADULT)
    begun.agree(0)
    return begun


def test_a_plain_recording_is_one_stretch(story: Story) -> None:
    story.track(OURS, 1, (0.5, 60))
    story.track(BRAMS, 2, (1.0, 60))
    story.stop(60)
    drawn = story.draw()
    assert (drawn.begin, drawn.length) == (ZERO, 60 * S)
    assert [lane.gaps for lane in drawn.lanes] == [(), ()]
    assert story.chapters() == [(0, "talk", None)]
    assert [(piece.begin, piece.end, piece.offset) for piece in drawn.lanes[0].pieces] == [(500, 60_000, 0)]


def test_nothing_started_is_no_drawing() -> None:
    assert drawing.draw(fold(()), gate_of(()), {}) is None


def test_agreements_and_marks_are_chapters(story: Story) -> None:
    story.track(OURS, 1, (0, 60))
    spans = {"text": Span(ZERO + 2 * S, ZERO + 20 * S), "yeses": Span(ZERO + 20 * S, ZERO + 25 * S)}
    story.tell(facts.AgreementsSpoken, 25, **spans)
    story.tell(facts.MomentMarked, 40, moment=ZERO + 40 * S)
    story.stop(60)
    assert story.chapters() == [(2, "agreements", 25), (25, "talk", None), (40, "mark", None)]
    assert story.draw().marks == (40 * S,)


def test_a_pause_is_a_gap_in_every_line_and_told_once(story: Story) -> None:
    story.track(OURS, 1, (0, 20), (30, 60))
    story.track(BRAMS, 2, (0, 20), (30, 60))
    story.tell(facts.RecordingPaused, 20, cause=PauseCause.SOMEONE_LEAVES)
    story.tell(facts.RecordingResumed, 30)
    story.stop(60)
    assert story.chapters() == [(0, "talk", None), (20, "stood-still", 30), (30, "goes-on", None)]
    assert all(lane.gaps == (Stretch(20 * S, 30 * S),) for lane in story.draw().lanes)


def test_a_recorder_that_failed_is_told_by_whose_it_was(story: Story) -> None:
    story.track(OURS, 1, (0, 33), (35, 60))
    story.track(BRAMS, 2, (0, 60))
    story.track(CARLAS, 3, (0, 50))
    story.stop(60)
    missing = [chapter for chapter in story.draw().chapters if chapter.what == "missing"]
    assert [(one.begin / S, (one.end or 0) / S, one.number) for one in missing] == [(33, 35, 0), (50, 60, 2)]


def test_between_two_parts_nothing_was_recorded(story: Story) -> None:
    story.track(OURS, 1, (0, 20))
    story.stop(20)
    story.agree(100, part=2, cause=RoundCause.AGAIN)
    story.track(CARLAS, 1, (100, 130), part=2)
    story.stop(130)
    drawn = story.draw()
    assert story.chapters() == [(0, "talk", None), (20, "not-recorded", 100), (100, "goes-on", None)]
    assert [piece.track for piece in drawn.lanes[0].pieces] == [OURS, CARLAS]
    assert drawn.lanes[0].pieces[1].offset == 0


def test_a_locked_part_is_left_out_with_all_that_was_in_it(story: Story) -> None:
    story.track(OURS, 1, (0, 20))
    story.tell(facts.MomentMarked, 10, moment=ZERO + 10 * S)
    story.stop(20)
    story.tell(facts.PartLocked, 20, part=1, ground=Ground.WRONG_START)
    story.agree(100, part=2, cause=RoundCause.AGAIN)
    story.track(CARLAS, 1, (100, 130), part=2)
    story.tell(facts.MomentMarked, 110, moment=ZERO + 110 * S)
    story.stop(130)
    drawn = story.draw()
    assert [piece.track for piece in drawn.lanes[0].pieces] == [CARLAS]
    assert drawn.marks == (110 * S,)
    assert [what for _, what, _ in story.chapters()] == ["locked", "not-recorded", "goes-on", "mark"]


def test_what_came_between_a_stop_and_its_arrival_is_withheld_and_told(story: Story) -> None:
    story.track(OURS, 1, (0, 40))
    story.stop(45, since=40)
    told = fold(story.told)
    assert drawing.withheld(told, told.parts[1]) == (Stretch(ZERO + 40 * S, ZERO + 45 * S),)
    assert (40, "late", 45) in story.chapters()
    assert story.draw().length == 40 * S


def test_seconds_of_a_newcomer_are_told(story: Story) -> None:
    story.track(OURS, 1, (0, 60))
    story.tell(facts.RecordingPaused, 30, cause=PauseCause.SOMEONE_CAME)
    story.tell(facts.NewcomerNoticed, 30, since=ZERO + 10 * S)
    story.tell(facts.NewcomerLeftAgain, 35)
    story.tell(facts.RecordingResumed, 35)
    story.stop(60)
    assert any(what == "newcomer" and begin == 10 for begin, what, _ in story.chapters())


def test_a_kept_track_is_a_line_that_cannot_be_heard_until_it_is_handed_in(story: Story) -> None:
    story.track(OURS, 1, (0, 60))
    story.track(BRAMS, 2, (0, 60), kept=True)
    story.stop(60)
    lane = story.draw().lanes[1]
    assert (lane.heard, lane.pieces, lane.recorded) == (False, (), (Stretch(0, 60 * S),))
    story.tell(facts.TrackHandedIn, 70, track=BRAMS)
    assert story.draw().lanes[1].heard


def test_participants_are_numbered_without_staff(story: Story) -> None:
    story.tell(facts.ParticipantJoined, 1, seat=4, kind=Kind.STAFF)
    story.tell(facts.ParticipantJoined, 1, seat=5, kind=Kind.PROFESSIONAL)
    c = fold(story.told)
    assert [drawing.number_of(c, seat) for seat in (1, 2, 3, 4, 5)] == [0, 1, 2, 0, 3]
