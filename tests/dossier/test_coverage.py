"""Coverage: what is called agreed, what never is, and what the one sentence says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.cast import ANNA, BRAM, CARLA, Talk, a_course, recorded

from tweespoor.dossier.coverage import Cause, Gap, Sound, coverage, fraction, sentence
from tweespoor.rules import facts
from tweespoor.rules.facts import Children, Fact, Ground, How, PauseCause, RoundCause, Span

MINUTE = 60_000


def ran(talk: Talk, minutes: float) -> Talk:
    talk.now += int(minutes * MINUTE)
    return talk


def sounds(talk: Talk, seat: int, *spans: tuple[int, int], device_clock: bool = False) -> list[Sound]:
    """Give sound of somebody's track, in milliseconds since the part began."""
    begin = talk.state.parts[talk.state.part].started_at or 0
    track = talk.track_of(seat)
    return [Sound(track, begin + one, begin + other, device_clock) for one, other in spans]


def a_talk() -> Talk:
    """Give a conversation of which ours and Bram's phone record."""
    return recorded(BRAM, CARLA).track(BRAM, kept=True)


def stop(talk: Talk) -> Talk:
    return talk.add(facts.AgreementEnded, since=talk.now + 1000)


def test_nothing_recorded() -> None:
    found = coverage(Talk(BRAM).facts)
    assert (found.recorded_ms, found.chapters, found.gaps) == (0, (), ())
    assert sentence(found) == "er is niets opgenomen"


def test_forty_eight_of_forty_eight_minutes() -> None:
    talk = a_talk()
    talk.now = (talk.state.started_at or 0) + 48 * MINUTE - 1000
    stop(talk)
    found = coverage(talk.facts, sounds(talk, ANNA, (0, 48 * MINUTE)))
    assert found.agreed_ms == found.recorded_ms == 48 * MINUTE
    assert sentence(found) == "iedereen zei ja: 48 van 48 minuten"
    assert found.gaps == ()
    assert (found.outside_ms, found.marked_ms, found.claimed_ms) == (0, 0, 0)
    assert found.answers == {How.OWN_PHONE: 2}
    (chapter,) = found.chapters
    assert (chapter.part, chapter.agreed_ms, chapter.agreed) == (1, 48 * MINUTE, (Span(chapter.begin, chapter.end),))


def test_without_sound_the_journal_alone_says_when_recorders_could_run() -> None:
    talk = stop(ran(a_talk(), 1))
    found = coverage(talk.facts)
    assert found.recorded_ms == found.agreed_ms == talk.now - (talk.state.parts[1].started_at or 0)


def test_law_2_seconds_before_a_newcomer_was_noticed_are_never_agreed() -> None:
    talk = ran(a_talk(), 2).pause()
    noticed = talk.now - (talk.state.started_at or 0)
    talk.add(facts.NewcomerNoticed, since=talk.now - 30_000)
    found = coverage(talk.facts, sounds(talk, ANNA, (0, noticed)))
    assert found.recorded_ms - found.agreed_ms == 30_000 == found.marked_ms
    assert len(found.newcomer_spans) == 1
    assert found.outside_ms == 0


def test_seconds_between_a_stop_and_its_arrival_are_never_agreed_nor_a_breach() -> None:
    talk = ran(a_talk(), 2)
    talk.add(facts.AgreementEnded, since=talk.now + 1000 - 20_000)
    whole = talk.now - (talk.state.parts[1].started_at or 0)
    found = coverage(talk.facts, sounds(talk, ANNA, (0, whole)))
    assert (found.recorded_ms - found.agreed_ms, found.marked_ms, found.outside_ms) == (20_000, 20_000, 0)
    assert found.late_stop_spans == (Span(talk.now - 20_000, talk.now),)


def test_sound_after_the_end_is_outside_and_never_agreed() -> None:
    talk = stop(ran(a_talk(), 1))
    whole = talk.now - (talk.state.parts[1].started_at or 0)
    found = coverage(talk.facts, sounds(talk, ANNA, (0, whole + 5000)))
    assert (found.agreed_ms, found.outside_ms) == (whole, 5000)


def test_sound_of_who_had_left_is_outside() -> None:
    talk = a_talk().add(facts.OwnAppStarted, seat=CARLA).add(facts.ParticipantLeft, seat=BRAM)
    left = talk.now - (talk.state.started_at or 0)
    talk.add(facts.TrackHandedIn, track=talk.track_of(BRAM))
    stop(ran(talk, 1))
    found = coverage(talk.facts, sounds(talk, BRAM, (0, left + 9000)))
    assert (found.agreed_ms, found.outside_ms) == (left, 9000)


def test_sound_of_a_track_nobody_opened_is_outside() -> None:
    talk = stop(ran(a_talk(), 1))
    assert coverage(talk.facts, [Sound("ff" * 16, talk.now - 9000, talk.now - 8000)]).outside_ms == 1000


def test_a_track_that_its_owner_keeps_is_a_claim_until_it_is_handed_in() -> None:
    talk = stop(ran(a_talk(), 1))
    held, kept = sounds(talk, ANNA, (2000, 10_000)), sounds(talk, BRAM, (2000, 30_000))
    found = coverage(talk.facts, held + kept)
    assert (found.recorded_ms, found.agreed_ms, found.claimed_ms) == (8000, 8000, 20_000)
    talk.add(facts.TrackHandedIn, track=kept[0].track)
    found = coverage(talk.facts, held + kept)
    assert (found.recorded_ms, found.claimed_ms) == (28_000, 0)


def test_seconds_that_only_a_device_places_stand_apart() -> None:
    talk = stop(ran(a_talk(), 2))
    found = coverage(
        talk.facts,
        sounds(talk, ANNA, (0, 60_000)) + sounds(talk, ANNA, (50_000, 70_000), device_clock=True),
    )
    assert (found.agreed_ms, found.device_clock_ms) == (70_000, 10_000)
    assert sentence(found) == "iedereen zei ja: 1 van 1 minuten, waarvan 0:10 volgens de klok van het toestel"


@pytest.mark.parametrize(
    ("cause", "shown"),
    [
        (PauseCause.SOMEONE_CAME, Cause.SOMEONE_CAME),
        (PauseCause.OUR_RECORDER, Cause.OUR_RECORDER),
        (PauseCause.THEIR_RECORDER, Cause.THEIR_RECORDER),
        (PauseCause.SOMEONE_LEAVES, Cause.SOMEONE_LEAVES),
    ],
)
def test_a_gap_has_its_cause(cause: PauseCause, shown: Cause) -> None:
    talk = a_talk().pause(cause)
    paused = talk.now
    ran(talk, 1).add(facts.RecordingResumed)
    resumed = talk.now
    stop(ran(talk, 1))
    assert coverage(talk.facts).gaps == (Gap(paused, resumed, shown),)


def test_what_did_not_arrive_and_what_was_stopped_are_different_gaps() -> None:
    talk = stop(ran(a_talk(), 1))
    stopped = talk.now
    first = sounds(talk, ANNA, (0, 10_000))
    talk.agree(RoundCause.AGAIN).start()
    begun = talk.state.started_at or 0
    stop(ran(talk, 1))
    second = sounds(talk, ANNA, (0, talk.now - begun))
    found = coverage(talk.facts, first + second)
    assert found.gaps == (
        Gap(first[0].end, stopped, Cause.NOTHING_ARRIVED),
        Gap(stopped, begun, Cause.STOPPED),
    )
    assert [chapter.part for chapter in found.chapters] == [1, 2]


def test_our_own_gap_while_somebody_went_on_alone_is_shown_as_ours() -> None:
    talk = a_talk().pause(PauseCause.OUR_RECORDER)
    paused = talk.now
    talk.add(facts.WentOnAlone, seat=BRAM)
    stop(ran(talk, 1))
    alone = coverage(talk.facts, sounds(talk, ANNA, (0, paused - (talk.state.parts[1].started_at or 0))))
    assert alone.gaps == (Gap(paused, talk.now, Cause.OUR_RECORDER),)


def test_locked_and_erased_parts_say_so() -> None:
    talk = stop(a_talk()).add(facts.PartLocked, part=1, ground=Ground.REQUEST)
    talk.add(facts.PartErased, part=1, ground=Ground.REQUEST, certain_at=talk.now)
    (chapter,) = coverage(talk.facts).chapters
    assert (chapter.locked, chapter.erased) == (Ground.REQUEST, Ground.REQUEST)


@pytest.mark.parametrize(
    ("agreed", "recorded_ms", "shown"),
    [
        (42_000, 42_000, ("42", "42", "seconden")),
        (41_999, 42_000, ("41", "42", "seconden")),
        (60_000, 60_000, ("1", "1", "minuten")),
        (48 * MINUTE - 1, 48 * MINUTE, ("47:59", "48:00", "minuten")),
        (0, 90_000, ("0:00", "1:30", "minuten")),
        (60_000, 60_500, ("1:00", "1:01", "minuten")),
    ],
)
def test_less_is_never_shown_as_all(agreed: int, recorded_ms: int, shown: tuple[str, str, str]) -> None:
    talk = ran(a_talk(), 60)
    begin = talk.state.started_at or 0
    talk.pause().add(facts.NewcomerNoticed, since=begin + agreed)
    found = coverage(talk.facts, sounds(talk, ANNA, (0, recorded_ms)))
    assert (found.agreed_ms, found.recorded_ms) == (agreed, recorded_ms)
    assert fraction(found) == shown


@settings(deadline=None, max_examples=150)
@given(
    a_course(),
    st.lists(st.tuples(st.sampled_from([ANNA, BRAM, CARLA]), st.integers(0, 60), st.integers(1, 30)), max_size=6),
)
def test_sums_fit_whatever_happened(course: list[Fact], drawn: list[tuple[int, int, int]]) -> None:
    begin = course[0].at
    tracks = [fact.track for fact in course if isinstance(fact, facts.TrackOpened)] or ["ff" * 16]
    held = [
        Sound(tracks[seat % len(tracks)], begin + start * 1000, begin + (start + length) * 1000)
        for seat, start, length in drawn
    ]
    for found in (coverage(course, held), coverage(course)):
        assert 0 <= found.agreed_ms <= found.recorded_ms
        assert found.agreed_ms + found.outside_ms + found.marked_ms >= found.recorded_ms
        assert found.device_clock_ms <= found.agreed_ms
        assert all(gap.begin < gap.end for gap in found.gaps)
    assert coverage(course).outside_ms == 0


def test_a_count_alone_is_no_coverage() -> None:
    talk = Talk(BRAM).add(facts.PeopleCounted, people=2, children=Children.NONE)
    assert coverage(talk.facts).agreed_ms == 0
