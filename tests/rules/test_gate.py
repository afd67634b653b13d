"""The gate: when it opens, for whom, and what it says of an interval."""

from tests.rules.cast import ANNA, BRAM, CARLA, Talk, recorded

from tweespoor.rules import facts
from tweespoor.rules.facts import PauseCause
from tweespoor.rules.gate import OUTSIDE, Gate, OpenSpan


def test_a_new_gate_is_shut() -> None:
    gate = Gate()
    assert not gate.is_open(ANNA)
    assert gate.clause == OUTSIDE
    assert gate.allows(1, ANNA, 0, 1).codes == (OUTSIDE,)


def test_it_opens_at_the_start_for_everyone_here() -> None:
    talk = recorded(BRAM)
    started = talk.state.started_at
    assert talk.gate.spans == (OpenSpan(1, started or 0, None, frozenset({ANNA, BRAM})),)
    assert talk.gate.clause is None
    assert talk.gate.allows(1, BRAM, talk.now, talk.now + 5000)
    assert not talk.gate.allows(1, BRAM, (started or 0) - 1, talk.now)
    assert not talk.gate.allows(2, BRAM, talk.now, talk.now)
    assert not talk.gate.allows(1, BRAM, talk.now, talk.now - 1)


def test_an_interval_across_a_pause_is_refused_whole() -> None:
    talk = recorded(BRAM)
    talk.pause()
    paused = talk.now
    talk.add(facts.RecordingResumed)
    assert len(talk.gate.spans) == 2
    assert talk.gate.allows(1, BRAM, paused - 500, paused)
    assert talk.gate.allows(1, BRAM, paused - 500, paused + 1).codes == (OUTSIDE,)
    assert talk.gate.allows(1, BRAM, paused + 1000, paused + 2000)


def test_stretches_that_touch_count_as_one() -> None:
    talk = recorded(BRAM, CARLA)
    talk.add(facts.ParticipantLeft, seat=CARLA)
    left = talk.now
    assert len(talk.gate.spans) == 2
    assert talk.gate.allows(1, BRAM, left - 500, left + 500)
    assert talk.gate.allows(1, CARLA, left - 500, left)
    assert talk.gate.allows(1, CARLA, left - 500, left + 500).codes == ("1a.not-taking-part",)


def test_a_late_stop_takes_back_everything_since_then_also_across_a_pause() -> None:
    talk = recorded(BRAM)
    since = talk.now - 500
    talk.pause().add(facts.RecordingResumed)
    talk.add(facts.AgreementEnded, since=since)
    (span,) = talk.gate.spans
    assert span.end == since
    assert not talk.gate.is_open(BRAM)
    assert talk.gate.clause == "1b.consent-missing"


def test_only_who_went_on_alone_records_while_ours_does_not_work() -> None:
    talk = recorded(BRAM, CARLA).pause(PauseCause.OUR_RECORDER)
    assert not talk.gate.is_open(BRAM)
    talk.add(facts.WentOnAlone, seat=BRAM)
    assert (talk.gate.is_open(BRAM), talk.gate.is_open(CARLA), talk.gate.is_open(ANNA)) == (True, False, False)
    talk.add(facts.RecordingResumed)
    assert talk.gate.is_open(ANNA)


def test_nobody_goes_on_alone_in_another_pause() -> None:
    talk = recorded(BRAM).pause(PauseCause.THEIR_RECORDER).add(facts.WentOnAlone, seat=BRAM)
    assert not talk.gate.is_open(BRAM)


def test_our_track_ends_when_the_last_of_our_people_leaves() -> None:
    talk = recorded(BRAM).add(facts.ParticipantLeft, seat=ANNA).add(facts.RecordingResumed)
    assert not talk.gate.is_open(ANNA)
    assert talk.gate.is_open(BRAM)


def test_a_clock_that_steps_back_opens_nothing_that_was_past() -> None:
    talk = recorded(BRAM)
    talk.pause()
    latest = talk.now
    talk.now -= 60_000
    talk.add(facts.RecordingResumed)
    assert talk.gate.spans[-1].begin == latest


def test_a_part_begins_with_its_own_stretch() -> None:
    talk = recorded(BRAM).pause()
    talk.agree(facts.RoundCause.NEWCOMER).start()
    assert [span.part for span in talk.gate.spans] == [1, 2]
    assert not talk.gate.allows(1, BRAM, talk.now, talk.now)


def test_a_stretch_without_length_is_none() -> None:
    talk = Talk(BRAM).agree()
    talk.add(facts.OwnAppStarted, seat=BRAM).add(facts.RecordingStarted, part=1)
    talk.now -= 1000
    talk.pause()
    assert talk.gate.spans == ()
