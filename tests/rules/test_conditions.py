"""Each rule of recording under its clause: what it lets through and what it stops."""

import pytest
from tests.rules.cast import ANNA, BRAM, CARLA, DANI, EVA, Talk, recorded

from tweespoor.errors import Refused
from tweespoor.rules import facts
from tweespoor.rules.conditions import may_ask, may_go_alone, may_record, may_resume, may_start
from tweespoor.rules.conversation import EMPTY, after
from tweespoor.rules.facts import Children, How, Interest, Kind, PauseCause, RoundCause


def test_an_agreed_talk_may_be_recorded() -> None:
    assert may_record(Talk(BRAM, CARLA, EVA).agree().state)


def test_nothing_known_is_refused_by_every_rule_that_needs_something() -> None:
    assert may_record(EMPTY).codes == ("0b.edition-unknown", "0d.count-differs", "1b.consent-missing")


def test_clause_0b_an_unknown_edition_is_no_edition() -> None:
    talk = Talk(BRAM).agree()
    talk.add(facts.ConversationOpened, conversation="00" * 16, edition="1999-01")
    assert may_record(talk.state).codes == ("0b.edition-unknown",)


@pytest.mark.parametrize("people", [1, 3])
def test_clause_0d_as_many_seats_as_people_counted(people: int) -> None:
    talk = Talk(BRAM).agree().add(facts.PeopleCounted, people=people, children=Children.NONE)
    assert may_record(talk.state).codes == ("0d.count-differs",)


def test_clause_0d_after_a_change_everyone_answers_again() -> None:
    talk = Talk(BRAM).agree().add(facts.AgreementItemChanged, item=1, choice=1)
    assert "1b.consent-missing" in may_record(talk.state).codes
    assert may_record(talk.agree(RoundCause.CHANGED).state)


def test_clause_1a_a_track_runs_only_while_its_person_is_there() -> None:
    talk = recorded(BRAM, CARLA)
    assert may_record(talk.state, BRAM)
    talk.add(facts.ParticipantLeft, seat=BRAM)
    assert may_record(talk.state, BRAM).codes == ("1a.not-taking-part",)
    assert may_record(talk.state, CARLA)
    assert may_record(talk.state, 9).codes == ("1a.not-taking-part",)


def test_clause_1a_ours_runs_only_while_one_of_our_people_is_there() -> None:
    talk = Talk(BRAM)
    talk.add(facts.PeopleCounted, people=3, children=Children.NONE).join(5, Kind.STAFF).agree().start()
    talk.add(facts.ParticipantLeft, seat=ANNA)
    assert may_record(talk.state, ANNA)
    talk.add(facts.ParticipantLeft, seat=5)
    assert may_record(talk.state, ANNA).codes == ("1a.not-taking-part",)
    assert "1a.not-taking-part" in may_start(talk.state, recorders=1).codes


@pytest.mark.parametrize(
    "answer",
    [
        facts.ConsentRefused(at=0, seat=BRAM, round=1),
        facts.ConsentDoubted(at=0, seat=BRAM, round=1),
        facts.ConsentWithdrawn(at=0, seat=BRAM),
    ],
)
def test_clause_1b_only_a_yes_counts(answer: facts.Fact) -> None:
    talk = Talk(BRAM, CARLA).agree()
    assert may_record(after(talk.state, answer)).codes == ("1b.consent-missing",)


def test_clause_1b_silence_is_no_consent() -> None:
    talk = Talk(BRAM, CARLA).ask()
    talk.add(facts.ConsentGiven, seat=BRAM, round=1, how=How.SLIP)
    talk.add(facts.AgreementReached, round=1, part=1)
    assert may_record(talk.state).codes == ("1b.consent-after-the-fact", "1b.consent-missing")


def test_clause_1b_yeses_without_an_end_of_the_round_are_no_agreement() -> None:
    talk = Talk(BRAM).agree().ask(RoundCause.AGAIN)
    talk.add(facts.ConsentGiven, seat=BRAM, round=2, how=How.DEVICE)
    assert may_record(talk.state).codes == ("1b.consent-missing",)


def test_clause_1b_staff_is_not_asked_but_the_organisation_may_decline() -> None:
    talk = Talk(BRAM).ask().add(facts.OrganisationDeclined, reason=facts.DeclineReason.SAFETY)
    assert "1b.organisation-declines" in may_record(talk.state).codes
    assert may_record(talk.agree().state)


def test_clause_1b_a_newcomer_answers_first() -> None:
    talk = recorded(BRAM)
    talk.add(facts.NewcomerNoticed, since=talk.now)
    assert may_record(talk.state).codes == ("1b.consent-after-the-fact",)
    assert may_resume(talk.state).codes == ("1b.consent-after-the-fact",)
    assert may_resume(talk.add(facts.NewcomerLeftAgain).state)


def test_clause_1b_asking_again_happens_once() -> None:
    talk = Talk(BRAM).ask().add(facts.RoundEndedWithoutAgreement, round=1)
    assert may_ask(talk.state, RoundCause.AGAIN)
    talk.ask(RoundCause.AGAIN)
    assert may_ask(talk.state, RoundCause.AGAIN).codes == ("1b.already-asked", "1b.asked-again")
    assert may_ask(talk.state, RoundCause.CHANGED)


def test_clause_1c_unanswered_or_against_is_no_recording() -> None:
    talk = Talk(BRAM, children=Children.DISCUSSED).ask()
    talk.add(facts.ConsentGiven, seat=BRAM, round=1, how=How.DEVICE).add(facts.AgreementReached, round=1, part=1)
    assert may_record(talk.state).codes == ("1c.interest-unassessed",)
    talk.add(facts.InterestAssessed, interest=Interest.AGAINST)
    assert may_record(talk.state).codes == ("1c.interest-against",)
    assert may_record(talk.add(facts.InterestAssessed, interest=Interest.NO_OBJECTION).state)


def test_clause_1c_a_minor_at_the_table_counts_also_when_none_was_counted() -> None:
    talk = Talk(BRAM, DANI).ask()
    for seat in (BRAM, DANI):
        talk.add(facts.ConsentGiven, seat=seat, round=1, how=How.DEVICE)
    talk.add(facts.AgreementReached, round=1, part=1)
    assert may_record(talk.state).codes == ("1c.interest-unassessed",)


@pytest.mark.parametrize("kind", [Kind.CHILD, Kind.YOUTH_12, Kind.YOUTH_16])
def test_clause_1c_a_childs_own_doubt_is_enough(kind: Kind) -> None:
    talk = Talk(BRAM, children=Children.PRESENT)
    talk.add(facts.PeopleCounted, people=3, children=Children.PRESENT).join(DANI, kind).agree()
    assert may_record(talk.state)
    doubting = after(talk.state, facts.ConsentDoubted(at=talk.now, seat=DANI, round=1))
    assert may_record(doubting).codes == ("1b.consent-missing", "1c.interest-against")


@pytest.mark.parametrize(("there", "codes"), [(False, ("1c.interest-against",)), (True, ())])
def test_clause_1c_a_young_child_has_a_parent_there(there: bool, codes: tuple[str, ...]) -> None:
    talk = Talk(BRAM, children=Children.PRESENT)
    talk.add(facts.PeopleCounted, people=3, children=Children.PRESENT).join(DANI, Kind.CHILD).agree()
    assert may_record(talk.add(facts.GuardianNoted, present=there).state).codes == codes
    talk.add(facts.ParticipantLeft, seat=BRAM)
    assert "1c.interest-" in "".join(may_record(talk.state).codes)


def test_clause_1c_a_youth_alone_asks_for_it_and_the_manager_agrees() -> None:
    talk = Talk(DANI, children=Children.PRESENT).agree()
    assert may_record(talk.state)
    talk.add(facts.AloneWithYouthNoted, asked_and_agreed=False)
    assert may_record(talk.state).codes == ("1c.interest-against",)


def test_clause_1c_a_youth_left_alone_was_not_asked_about_that() -> None:
    talk = Talk(BRAM, DANI, children=Children.PRESENT).agree()
    talk.add(facts.ParticipantLeft, seat=BRAM)
    assert may_record(talk.state).codes == ("1c.interest-unassessed",)


def test_clause_4a_we_record_only_because_somebody_else_does() -> None:
    talk = Talk(BRAM, on_request=True).agree()
    assert may_start(talk.state).codes == ("4a.nobody-records",)
    assert may_start(talk.state, recorders=1)
    assert may_start(talk.add(facts.OwnAppStarted).state)
    talk.add(facts.OwnAppStopped)
    assert may_start(talk.add(facts.HouseRecordingRequested).state)


def test_clause_4a_a_request_counts_only_where_the_house_records_on_request() -> None:
    talk = Talk(BRAM).agree().add(facts.HouseRecordingRequested)
    assert may_start(talk.state).codes == ("4a.nobody-records",)


def test_clause_4a_staff_among_themselves_record_nothing() -> None:
    talk = Talk(BRAM, on_request=True).agree().add(facts.HouseRecordingRequested).add(facts.OwnAppStarted)
    assert may_start(talk.state)
    talk.add(facts.ParticipantLeft, seat=BRAM)
    assert may_start(talk.state).codes == ("4a.nobody-records",)


def test_clause_4a_a_working_track_of_somebody_here_is_enough_to_go_on() -> None:
    talk = recorded(BRAM).track(BRAM).add(facts.OwnAppStopped, seat=BRAM).pause()
    assert may_resume(talk.state)
    talk.add(facts.RecorderFailed, track=talk.track_of(BRAM))
    assert may_resume(talk.state).codes == ("4a.nobody-records",)


def test_clause_4a_going_on_alone_is_for_who_is_asked_and_not_when_both_stop() -> None:
    talk = recorded(BRAM).pause(PauseCause.OUR_RECORDER)
    assert may_go_alone(talk.state, BRAM)
    assert may_go_alone(talk.state, ANNA).codes == ("4a.nobody-records",)
    other = Talk(BRAM).add(facts.AgreementItemChanged, item=6, choice=1).agree().start()
    assert may_go_alone(other.state, BRAM).codes == ("4a.nobody-records",)


def test_a_closed_conversation_is_not_recorded() -> None:
    assert not may_record(Talk(BRAM).agree().add(facts.ConversationClosed).state)


def test_a_verdict_refuses_with_every_code() -> None:
    with pytest.raises(Refused) as refused:
        may_record(EMPTY).or_refuse()
    assert refused.value.codes == may_record(EMPTY).codes
    assert refused.value.verdict.clauses == ("0b", "0d", "1b")
