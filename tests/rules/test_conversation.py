"""The fold: what each fact does to the state."""

from tests.rules.cast import ANNA, BEGIN, BRAM, CARLA, CONVERSATION, DANI, EVA, Talk, recorded

from tweespoor.rules import facts
from tweespoor.rules.conversation import EMPTY, Consent, Running, Stay, fold
from tweespoor.rules.facts import (
    Children,
    Ground,
    How,
    Interest,
    InterestReason,
    Kind,
    Offered,
    PauseCause,
    RoundCause,
    Span,
    TrackHead,
)
from tweespoor.rules.step import step


def test_every_kind_of_fact_has_its_own_function() -> None:
    assert [kind.__name__ for kind in facts.FACTS if step.dispatch(kind) is step.dispatch(facts.Fact)] == []


def test_opening_pins_the_edition_and_the_choices_of_the_house() -> None:
    c = Talk(on_request=True).state
    assert (c.conversation, c.practice, c.records_on_request) == (CONVERSATION, False, True)
    assert c.edition
    assert c.at == BEGIN + 3000


def test_who_is_there_who_is_asked_and_who_is_staff() -> None:
    c = Talk(BRAM, EVA).state
    assert c.present == {ANNA, BRAM, EVA}
    assert c.staff == {ANNA}
    assert c.asked == {BRAM, EVA}
    assert c.next_seat == EVA + 1


def test_who_leaves_is_counted_no_longer_and_takes_the_own_app_along() -> None:
    talk = Talk(BRAM, CARLA).add(facts.OwnAppStarted, seat=BRAM).add(facts.ParticipantLeft, seat=BRAM)
    assert (talk.state.people, talk.state.own_apps) == (2, 0)
    assert talk.state.asked == {CARLA}
    talk.add(facts.ParticipantLeft, seat=BRAM).add(facts.ParticipantLeft, seat=9)
    assert talk.state.people == 2


def test_who_returns_is_counted_again_without_the_yes_of_before() -> None:
    talk = Talk(BRAM).agree()
    left = talk.now + 1000
    talk.add(facts.ParticipantLeft, seat=BRAM).add(facts.ParticipantReturned, seat=BRAM)
    assert (talk.state.people, talk.state.consent(BRAM)) == (2, Consent.NOT_ASKED)
    first, second = talk.state.seats[BRAM].stays
    assert (first.end, second) == (left, Stay(left + 1000))


def test_clearing_seats_frees_numbers_that_no_part_knows() -> None:
    talk = Talk(BRAM, CARLA).add(facts.SeatsCleared)
    assert talk.state.present == {ANNA}
    assert talk.state.next_seat == 2
    talk = recorded(BRAM, CARLA).add(facts.SeatsCleared)
    assert talk.state.present == {ANNA}
    assert (talk.state.next_seat, talk.state.people) == (4, 3)


def test_a_newcomer_is_marked_from_the_earliest_moment_until_settled() -> None:
    talk = recorded(BRAM)
    talk.add(facts.NewcomerNoticed, since=talk.now)
    talk.add(facts.NewcomerNoticed, since=talk.now - 30_000)
    assert talk.state.newcomer_since == talk.now - 31_000
    assert [span.end - span.begin for span in talk.state.newcomer_spans] == [1000, 31_000]
    assert talk.add(facts.NewcomerLeftAgain).state.newcomer_since is None


def test_a_newcomer_who_stays_was_in_the_part_from_the_moment_of_coming() -> None:
    talk = recorded(BRAM).add(facts.RecordingPaused, cause=PauseCause.SOMEONE_CAME)
    since = talk.now - 5000
    talk.add(facts.NewcomerNoticed, since=since)
    talk.add(facts.PeopleCounted, people=3, children=Children.NONE).ask(RoundCause.NEWCOMER).join(CARLA)
    assert talk.state.parts[1].present == {ANNA, BRAM, CARLA}
    assert talk.state.seats[CARLA].stays == (Stay(since),)


def test_a_new_count_with_other_children_asks_about_them_anew() -> None:
    talk = Talk(children=Children.DISCUSSED)
    talk.add(facts.InterestAssessed, interest=Interest.NO_OBJECTION, reason=InterestReason.HELPS)
    talk.add(facts.PeopleCounted, people=2, children=Children.DISCUSSED)
    assert talk.state.interest is Interest.NO_OBJECTION
    assert talk.add(facts.PeopleCounted, people=2, children=Children.PRESENT).state.interest is None


def test_a_minor_is_concerned_by_the_count_or_by_a_seat() -> None:
    assert not Talk(BRAM).state.minor_concerned
    assert Talk(BRAM, children=Children.DISCUSSED).state.minor_concerned
    assert Talk(BRAM, DANI).state.minor_concerned


def test_a_youth_is_alone_with_nobody_older_but_staff_and_professionals() -> None:
    assert Talk(DANI).state.youth_alone
    assert Talk(DANI, EVA).state.youth_alone
    assert not Talk(DANI, BRAM).state.youth_alone
    assert not Talk(BRAM).state.youth_alone


def test_a_new_round_forgets_all_answers_and_an_old_answer_is_none() -> None:
    talk = Talk(BRAM, CARLA).agree()
    assert talk.state.consent(BRAM) is Consent.GIVEN
    talk.ask(RoundCause.AGAIN)
    assert talk.state.consent(BRAM) is Consent.NOT_ASKED
    assert talk.state.asked_again
    talk.add(facts.ConsentGiven, seat=BRAM, round=1, how=How.DEVICE)
    assert talk.state.consent(BRAM) is Consent.NOT_ASKED
    talk.add(facts.ConsentDoubted, seat=BRAM, round=2)
    assert talk.state.consent(BRAM) is Consent.DOUBTS


def test_a_changed_agreement_forgets_all_answers() -> None:
    talk = Talk(BRAM).agree().add(facts.AgreementItemChanged, item=6, choice=1)
    assert talk.state.items == (0, 0, 0, 0, 0, 1, 0)
    assert talk.state.consent(BRAM) is Consent.NOT_ASKED
    assert talk.add(facts.AgreementItemChanged, item=8, choice=1).state.items == (0, 0, 0, 0, 0, 1, 0)


def test_an_agreement_begins_a_part_and_ends_the_part_before() -> None:
    talk = recorded(BRAM).pause()
    talk.agree(RoundCause.NEWCOMER)
    assert (talk.state.part, talk.state.running, talk.state.started_at) == (2, Running.NOT_STARTED, None)
    assert talk.state.parts[1].ended_at == talk.now
    assert talk.state.parts[2].ended_at is None


def test_a_late_stop_remembers_when_it_was_and_forgets_every_yes() -> None:
    talk = recorded(BRAM)
    since = talk.now - 4000
    talk.add(facts.AgreementEnded, since=since)
    part = talk.state.parts[1]
    assert (part.since, part.ended_at, talk.state.agreed) == (since, talk.now, False)
    assert talk.state.late_stop_spans == (Span(since, talk.now),)
    assert talk.state.consent(BRAM) is Consent.NOT_ASKED
    assert talk.state.running is Running.STOPPED


def test_standing_still_and_going_on() -> None:
    talk = recorded(BRAM).pause(PauseCause.OUR_RECORDER).add(facts.WentOnAlone, seat=BRAM)
    assert talk.state.running is Running.PAUSED
    assert talk.state.alone == {BRAM}
    talk.pause(PauseCause.OUR_RECORDER)
    assert talk.state.alone == {BRAM}
    talk.pause(PauseCause.SOMEONE_CAME)
    assert talk.state.alone == frozenset()
    assert talk.add(facts.RecordingResumed).state.pause_cause is None


def test_own_apps_are_counted_and_taken_away_again() -> None:
    talk = Talk(BRAM)
    for seat in (BRAM, BRAM, None, None):
        talk.add(facts.OwnAppStarted, seat=seat)
    assert talk.state.own_apps == 3
    talk.add(facts.OwnAppStopped, seat=CARLA)
    assert talk.state.apps == (BRAM, None)
    talk.add(facts.OwnAppStopped, seat=BRAM).add(facts.OwnAppStopped).add(facts.OwnAppStopped)
    assert talk.state.own_apps == 0


def test_a_track_grows_fails_recovers_forks_and_is_sealed() -> None:
    talk = recorded(BRAM).track(BRAM, kept=True)
    name = talk.track_of(BRAM)
    talk.add(facts.TrackCheckpoint, tracks=(TrackHead(name, 4, 240_000, "aa" * 32), TrackHead("?", 1, 1, "")))
    talk.add(facts.TrackForked, track=name, number=3).add(facts.RecorderFailed, track=name)
    track = talk.state.tracks[name]
    assert (track.last, track.samples, track.head, track.forks, track.failed) == (4, 240_000, "aa" * 32, 1, True)
    assert not talk.add(facts.RecorderRecovered, track=name).state.tracks[name].failed
    talk.add(facts.TrackSealed, track=name, last=9, samples=480_000, head="bb" * 32, complete=False, reason="r")
    talk.add(facts.TrackHandedIn, track=name)
    track = talk.state.tracks[name]
    assert (track.last, track.sealed, track.complete, track.reason, track.handed_in) == (9, True, False, "r", True)
    assert len(talk.state.tracks_of(1)) == 2
    for kind in (facts.TrackForked, facts.RecorderFailed, facts.RecorderRecovered, facts.TrackHandedIn):
        values = {"track": "?"} | ({"number": 1} if kind is facts.TrackForked else {})
        assert len(talk.add(kind, **values).state.tracks) == 2


def test_what_is_spoken_signed_offered_and_marked() -> None:
    talk = recorded(BRAM).add(facts.AgreementsPostponed)
    assert talk.state.parts[1].postponed
    talk.add(facts.AgreementsSpoken, text=Span(1, 2), yeses=Span(2, 3), order=(BRAM,))
    assert talk.state.parts[1].spoken[0].order == (BRAM,)
    talk.add(facts.ContractOffered, contract="11" * 32).add(facts.ContractSigned, contract="11" * 32, seat=None)
    assert talk.state.contract_signed == {None}
    assert talk.add(facts.ContractSigned, contract="22" * 32, seat=BRAM).state.contract_signed == {None}
    assert talk.add(facts.ContractOffered, contract="22" * 32).state.contract_signed == frozenset()
    assert talk.add(facts.OfferNoted, offered=Offered.SUMMARY).state.offered == (Offered.SUMMARY,)
    assert talk.add(facts.MomentMarked, moment=7).state.marks == (7,)
    assert talk.add(facts.Announced, by_participant=True).state.announced


def test_locking_releasing_holding_and_erasing() -> None:
    talk = recorded(BRAM).add(facts.PartLocked, part=1, ground=Ground.LATE_STOP)
    assert talk.state.parts[1].locked is Ground.LATE_STOP
    assert talk.add(facts.PartReleased, part=1).state.parts[1].locked is None
    assert talk.add(facts.HoldPlaced, ground=Ground.COURT).state.hold is Ground.COURT
    assert talk.add(facts.HoldLifted).state.hold is None
    talk.add(facts.PartErased, part=1, ground=Ground.REQUEST, certain_at=9)
    assert talk.state.parts[1].erased is Ground.REQUEST


def test_secrets_dossier_disclosures_and_closing() -> None:
    talk = recorded(BRAM).add(facts.SecretNoted, mentioned=True)
    assert (talk.state.secret, talk.state.secret_reviewed) == (True, False)
    assert talk.add(facts.SecretReviewed).state.secret_reviewed
    assert talk.add(facts.DossierFiled, dossier_sha256="00" * 32).state.filed
    assert talk.add(facts.DisclosureOpened, position=4).state.disclosed == {4}
    talk.add(facts.ConversationClosed)
    assert (talk.state.closed, talk.state.running, talk.state.agreed) == (True, Running.STOPPED, False)


def test_facts_about_a_part_that_is_not_there_change_nothing() -> None:
    lost = (
        facts.AgreementsSpoken(at=0, text=Span(0, 1), yeses=Span(1, 2)),
        facts.AgreementsPostponed(at=0),
        facts.PartLocked(at=0, part=5, ground=Ground.REQUEST),
        facts.PartReleased(at=0, part=5),
        facts.PartErased(at=0, part=5, ground=Ground.REQUEST, certain_at=0),
        facts.SpanCovered(at=0, part=5, span=Span(0, 1), ground=Ground.REPORTER),
        facts.SpanUncovered(at=0, part=5, span=Span(0, 1), ground=Ground.REPORTER),
        facts.RecordingPaused(at=0, cause=PauseCause.OUR_RECORDER),
        facts.WentOnAlone(at=0, seat=2),
        facts.EditConsentGiven(at=0, edit="e1", seat=2),
        facts.EditEndedWithoutAgreement(at=0, edit="e1"),
        facts.DerivativeMade(at=0, edit="e1", derivative="", spans=()),
        facts.ShareConsentGiven(at=0, share="s1", seat=2),
        facts.ShareEndedWithoutAgreement(at=0, share="s1"),
        facts.ShareTakenBack(at=0, share="s1"),
        facts.ShareDelivered(at=0, share="s1"),
        facts.OwnAppStopped(at=0),
    )
    assert fold(lost) == EMPTY


def test_a_seat_taken_again_is_asked_again_but_was_always_there() -> None:
    talk = Talk(BRAM).agree()
    stays = talk.state.seats[BRAM].stays
    talk.add(facts.ParticipantJoined, seat=BRAM, kind=Kind.YOUTH_16)
    assert (talk.state.seats[BRAM].stays, talk.state.consent(BRAM)) == (stays, Consent.NOT_ASKED)
