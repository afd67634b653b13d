"""What follows from a fact, and what does not."""

import pytest
from tests.rules.cast import ANNA, BEGIN, BRAM, CARLA, Talk, recorded

from tweespoor.rules import facts
from tweespoor.rules.consequences import complete, follow
from tweespoor.rules.facts import Children, Fact, PauseCause, RoundCause


def test_the_end_of_an_agreement_stops_at_the_same_moment() -> None:
    c = recorded(BRAM).state
    ended = facts.AgreementEnded(at=c.at + 1, since=c.at)
    assert follow(c, ended) == (facts.RecordingStopped(at=c.at + 1),)


def test_an_agreement_that_never_ran_stops_nothing() -> None:
    c = Talk(BRAM).agree().state
    assert follow(c, facts.AgreementEnded(at=c.at, since=c.at)) == ()


@pytest.mark.parametrize(
    "no",
    [
        facts.ConsentWithdrawn(at=BEGIN, seat=BRAM),
        facts.ConsentWithdrawn(at=BEGIN, seat=CARLA),
        facts.ConsentRefused(at=BEGIN, seat=BRAM, round=1),
        facts.OrganisationDeclined(at=BEGIN, reason=facts.DeclineReason.SAFETY),
    ],
)
def test_whoever_takes_the_yes_back_the_same_nameless_facts_follow(no: Fact) -> None:
    c = recorded(BRAM, CARLA).state
    assert list(complete(c, no))[1:] == [
        facts.AgreementEnded(at=BEGIN, since=BEGIN),
        facts.RecordingStopped(at=BEGIN),
    ]


def test_a_no_in_an_open_round_ends_nothing_by_itself() -> None:
    c = Talk(BRAM).ask().state
    assert follow(c, facts.ConsentRefused(at=BEGIN, seat=BRAM, round=1)) == ()


def test_a_stop_while_a_newcomer_is_asked_ends_the_round_too() -> None:
    c = recorded(BRAM).pause().ask(RoundCause.NEWCOMER).state
    followed = follow(c, facts.AgreementEnded(at=c.at, since=c.at))
    assert followed == (
        facts.RecordingStopped(at=c.at),
        facts.RoundEndedWithoutAgreement(at=c.at, round=2),
    )


def test_a_round_about_a_newcomer_that_ends_in_a_no_stops_what_stood_still() -> None:
    c = recorded(BRAM).pause().ask(RoundCause.NEWCOMER).state
    assert follow(c, facts.RoundEndedWithoutAgreement(at=c.at, round=2)) == (facts.RecordingStopped(at=c.at),)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (facts.NewcomerNoticed, {"since": BEGIN}),
        (facts.ParticipantJoined, {"seat": CARLA, "kind": facts.Kind.ADULT}),
        (facts.PeopleCounted, {"people": 3, "children": Children.NONE}),
        (facts.RoundOpened, {"round": 2, "cause": RoundCause.NEWCOMER}),
        (facts.AgreementItemChanged, {"item": 6, "choice": 1}),
    ],
)
def test_whatever_shuts_the_gate_lets_all_stand_still(kind: type[Fact], values: dict[str, object]) -> None:
    talk = recorded(BRAM).add(kind, **values)
    assert talk.facts[-1] == facts.RecordingPaused(at=talk.now, cause=PauseCause.SOMEONE_CAME)


def test_clause_4a_a_recorder_that_fails_lets_all_stand_still() -> None:
    talk = recorded(BRAM).track(BRAM).add(facts.RecorderFailed, track="?")
    assert not any(isinstance(fact, facts.RecordingPaused) for fact in talk.facts)
    talk.add(facts.RecorderFailed, track=talk.track_of(BRAM))
    assert talk.facts[-1] == facts.RecordingPaused(at=talk.now, cause=PauseCause.THEIR_RECORDER)
    talk.add(facts.RecorderRecovered, track=talk.track_of(BRAM)).add(facts.RecordingResumed)
    talk.add(facts.RecorderFailed, track=talk.track_of(ANNA))
    assert talk.facts[-1] == facts.RecordingPaused(at=talk.now, cause=PauseCause.OUR_RECORDER)


def test_clause_4a_what_goes_on_with_a_broken_recorder_of_ours_stands_still_again() -> None:
    talk = recorded(BRAM).pause().add(facts.RecorderFailed, track="0101" * 8).add(facts.RecordingResumed)
    assert talk.facts[-1] == facts.RecordingPaused(at=talk.now, cause=PauseCause.OUR_RECORDER)


def test_clause_4a_a_track_of_an_earlier_part_pauses_nothing() -> None:
    talk = recorded(BRAM)
    earlier = talk.track_of(ANNA)
    talk.pause().agree(RoundCause.NEWCOMER).start().add(facts.RecorderFailed, track=earlier)
    assert isinstance(talk.facts[-1], facts.RecorderFailed)


def test_clause_4a_with_the_sixth_agreement_changed_both_stop() -> None:
    talk = Talk(BRAM).add(facts.AgreementItemChanged, item=6, choice=1).agree().start()
    talk.add(facts.RecorderFailed, track=talk.track_of(ANNA))
    assert talk.facts[-1] == facts.RecordingStopped(at=talk.now)


def test_clause_4a_the_last_own_app_that_stops_lets_all_stand_still() -> None:
    talk = recorded(BRAM).add(facts.OwnAppStopped, seat=BRAM)
    assert talk.facts[-1] == facts.RecordingPaused(at=talk.now, cause=PauseCause.THEIR_RECORDER)
    other = recorded(BRAM).track(BRAM).add(facts.OwnAppStopped, seat=BRAM)
    assert isinstance(other.facts[-1], facts.OwnAppStopped)


def test_clauses_1a_and_4a_who_leaves_as_the_last_lets_all_stand_still() -> None:
    for seat in (ANNA, BRAM):
        talk = recorded(BRAM, CARLA).add(facts.ParticipantLeft, seat=seat)
        assert talk.facts[-1] == facts.RecordingPaused(at=talk.now, cause=PauseCause.SOMEONE_LEAVES)
    talk = recorded(BRAM, CARLA).add(facts.ParticipantLeft, seat=CARLA)
    assert isinstance(talk.facts[-1], facts.ParticipantLeft)
