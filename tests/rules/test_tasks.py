"""What is asked without forbidding is an open task, and one that is done is gone."""

from tests.rules.cast import BRAM, CARLA, Talk, recorded

from tweespoor.rules import facts
from tweespoor.rules.conditions import may_record
from tweespoor.rules.facts import Children, Ground, Interest, InterestReason, Offered, Span
from tweespoor.rules.tasks import Task, open_tasks


def test_clause_1d_what_came_of_the_offer_is_noted_and_locks_nothing() -> None:
    talk = Talk(BRAM).ask().add(facts.RoundEndedWithoutAgreement, round=1)
    assert open_tasks(talk.state) == (Task.NOTE_OFFER,)
    assert open_tasks(talk.add(facts.OfferNoted, offered=Offered.NOTHING_WANTED).state) == ()


def test_clause_1c_a_reason_is_asked_for_when_a_child_takes_part() -> None:
    talk = Talk(BRAM, children=Children.PRESENT).agree()
    assert may_record(talk.state)
    assert open_tasks(talk.state) == (Task.REASON_FOR_CHILD,)
    talk.add(facts.InterestAssessed, interest=Interest.NO_OBJECTION, reason=InterestReason.WANTS)
    assert open_tasks(talk.state) == ()


def test_clause_4b_a_recording_without_a_dossier_is_on_the_list() -> None:
    talk = recorded(BRAM).add(facts.AgreementsSpoken, text=Span(0, 1), yeses=Span(1, 2))
    assert open_tasks(talk.state) == (Task.FILE,)
    assert open_tasks(talk.add(facts.DossierFiled, dossier_sha256="00" * 32).state) == ()


def test_clause_7a_agreements_are_spoken_in_every_part_that_can_be_heard() -> None:
    talk = recorded(BRAM).add(facts.DossierFiled, dossier_sha256="00" * 32)
    assert may_record(talk.state)
    assert open_tasks(talk.state) == (Task.LAY_DOWN_AGREEMENTS,)
    talk.add(facts.PartLocked, part=1, ground=Ground.WRONG_START)
    assert open_tasks(talk.state) == ()


def test_clauses_7a_and_7b_a_contract_signed_by_both_sides_is_enough() -> None:
    talk = recorded(BRAM).add(facts.DossierFiled, dossier_sha256="00" * 32)
    talk.add(facts.ContractOffered, contract="11" * 32).add(facts.ContractSigned, contract="11" * 32, seat=BRAM)
    assert open_tasks(talk.state) == (Task.LAY_DOWN_AGREEMENTS,)
    assert open_tasks(talk.add(facts.ContractSigned, contract="11" * 32, seat=None).state) == ()


def test_clause_7b_participants_among_themselves_are_not_both_sides() -> None:
    talk = recorded(BRAM, CARLA).add(facts.DossierFiled, dossier_sha256="00" * 32)
    talk.add(facts.ContractOffered, contract="11" * 32)
    for seat in (BRAM, CARLA):
        talk.add(facts.ContractSigned, contract="11" * 32, seat=seat)
    assert open_tasks(talk.state) == (Task.LAY_DOWN_AGREEMENTS,)


def test_clause_0c_a_secret_waits_for_the_officer() -> None:
    talk = Talk(BRAM).add(facts.SecretNoted, mentioned=True)
    assert open_tasks(talk.state) == (Task.LOOK_AT_SECRET,)
    assert open_tasks(talk.add(facts.SecretReviewed).state) == ()
    assert open_tasks(talk.add(facts.SecretNoted, mentioned=False).state) == ()
