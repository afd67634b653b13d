"""Who is told what, and how: by a neutral message where that is safe, in person, or quietly (law 11)."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings
from tests.casework.conftest import DATABASES, Clock
from tests.casework.kept import keep_for, officer, years_later
from tests.casework.recorded import Recorded, recorded

from tweespoor.casework import (
    admitting,
    announcing,
    copying,
    dropping,
    earshot,
    filing,
    halting,
    hearing,
    leaking,
    ledger,
    listening,
    models,
    planning,
    requesting,
    sending,
    telling,
    wiping,
)
from tweespoor.casework.announcing import Moment
from tweespoor.casework.leaking import Cause
from tweespoor.casework.telling import Notice, Told, Way, What
from tweespoor.errors import UnknownError
from tweespoor.rules.kinds import Children, Ground
from tweespoor.rules.requests import Asker, Decision, Request, Wish

pytestmark = pytest.mark.django_db(databases=DATABASES)

BRAM, CARLA = 2, 3
WORD = "Blauwe vis"


@pytest.fixture(autouse=True)
def mail(settings: Settings) -> None:
    """Let the house have a server for mail; nothing in these tests sends."""
    settings.TWEESPOOR_SMTP, settings.TWEESPOOR_MAIL_FROM = "smtp://127.0.0.1:9", "bericht@example.net"


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """Give a recording of which Bram may get a mail and Carla chose nothing."""
    with recorded(monkeypatch) as made:
        telling.set_way(made.id, BRAM, Way.MAIL, "bram@example.org", language="en")
        yield made


def waiting() -> list[tuple[int, str, str, bool]]:
    rows = models.Message.objects.filter(due_ms__isnull=False).order_by("pk")
    return [(row.seat, row.notice, row.language, row.quiet) for row in rows]


def in_person(talk: Recorded) -> list[tuple[int | None, str]]:
    return [(one.seat, one.what) for one in telling.to_tell(talk.worker).order_by("pk")]


# What everyone who was there hears ------------------------------------------------------------------------------


def test_law_12_a_wiping_is_told_to_all_alike_and_taken_back_when_somebody_objects(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_for(monkeypatch)
    time = years_later(monkeypatch, talk)
    wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=officer())
    time.turn(1)
    wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=officer("fenna"))  # the second one is told nothing new
    assert (waiting(), in_person(talk)) == ([(BRAM, "change", "en", False)], [(CARLA, What.CHANGE)])
    wiping.object_to(talk.id, "Er loopt iets.", staff=officer())
    assert (waiting(), in_person(talk)) == ([], [])


def test_the_end_of_keeping_is_told_too(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_for(monkeypatch)
    years_later(monkeypatch, talk)
    dropping.announce(talk.id, staff=officer())
    assert (waiting(), in_person(talk)) == ([(BRAM, "change", "en", False)], [(CARLA, What.CHANGE)])


def test_who_asked_for_the_wiping_is_told_to_nobody(talk: Recorded) -> None:
    asked = requesting.ask(talk.id, CARLA, Wish.WIPE, Request(Asker.SELF), staff=officer())
    requesting.decide(asked.pk, Decision.WIPE, "", staff=officer())
    assert (waiting(), in_person(talk)) == ([(BRAM, "change", "en", False)], [(CARLA, What.CHANGE)])


def test_when_the_officer_has_looked_everyone_hears_that_it_is_there(talk: Recorded) -> None:
    filing.note_secret(talk.id, mentioned=True)
    listening.heard(officer(), talk.id, talk.ours, "s")
    filing.review_secret(talk.id, officer())
    filing.review_secret(talk.id, officer())
    assert (waiting(), in_person(talk)) == ([(BRAM, "ready", "en", False)], [(CARLA, What.READY)])


# What is told quietly -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seat", [BRAM, CARLA])
def test_that_a_request_has_an_answer_is_never_the_workers_to_know(talk: Recorded, seat: int) -> None:
    asked = requesting.ask(talk.id, seat, Wish.WIPE, Request(Asker.SELF), staff=officer())
    requesting.decide(asked.pk, Decision.KEEP, "Het is nog nodig.", staff=officer())
    assert waiting() == ([(BRAM, "ready", "en", True)] if seat == BRAM else [])
    assert in_person(talk) == []


def test_a_quiet_message_that_fails_stays_quiet(talk: Recorded, settings: Settings) -> None:
    assert telling.tell(talk.id, BRAM, Notice.READY, quietly=True) is Told.QUEUED
    assert telling.tell(talk.id, CARLA, Notice.READY, quietly=True) is Told.NOT
    settings.TWEESPOOR_SMTP = ""
    assert sending.send_due() == 0
    assert models.Message.objects.get().result == "failed"
    assert in_person(talk) == []


def test_a_code_that_replaces_another_one_is_told_to_its_owner(talk: Recorded) -> None:
    admitting.issue(talk.id, BRAM, WORD)
    assert waiting() == []
    admitting.issue(talk.id, BRAM, WORD, staff=talk.worker)
    assert (waiting(), in_person(talk)) == ([(BRAM, "changed", "en", True)], [])


def test_ending_everything_of_somebody_is_told(talk: Recorded) -> None:
    for seat in (BRAM, CARLA):
        admitting.shut_out(talk.id, seat, staff=talk.worker)
    assert (waiting(), in_person(talk)) == ([(BRAM, "changed", "en", False)], [(CARLA, What.CHANGED)])
    with pytest.raises(UnknownError):
        admitting.shut_out(talk.id, 9, staff=talk.worker)


def test_that_the_officer_allows_it_again_is_told_to_that_person_alone(talk: Recorded) -> None:
    for seat in (BRAM, CARLA):
        halting.halt(talk.id, seat, "Er is gevaar.", officer())
        halting.allow(talk.id, seat, officer())
    assert (waiting(), in_person(talk)) == ([(BRAM, "ready", "en", True)], [])


def test_a_copy_that_takes_long_is_told_when_it_is_there(talk: Recorded) -> None:
    session = admitting.session(admitting.admit(admitting.issue(talk.id, BRAM, WORD), WORD, "192.0.2.1"))
    assert session is not None
    hearing.wait_for_copy(session, talk.ours)
    hearing.tell_of_copies()  # nobody makes it: nothing to wait for
    assert (waiting(), hearing._waiting) == ([], set())
    with earshot.sound(earshot.own(ledger.head(talk.id), BRAM), talk.ours) as player:
        copying.make(player)
    hearing.wait_for_copy(session, talk.ours)
    hearing.tell_of_copies()
    hearing.tell_of_copies()
    assert (waiting(), in_person(talk)) == ([(BRAM, "ready", "en", True)], [])
    hearing.wait_for_copy(session, talk.ours)
    hearing.take_copy(session, talk.ours)
    assert hearing._waiting == set()


# What is no longer safe -----------------------------------------------------------------------------------------


def test_a_phone_that_is_gone_gets_no_message_any_more(talk: Recorded) -> None:
    leaking.report(talk.id, seat=BRAM, cause=Cause.PAPER)
    assert telling.way_of(talk.id, BRAM) is Way.MAIL
    leaking.report(talk.id, seat=BRAM, cause=Cause.PHONE)
    assert telling.way_of(talk.id, BRAM) is Way.NONE


def test_a_number_opens_for_who_will_use_it_and_that_is_written_down(talk: Recorded) -> None:
    assert telling.look_up(talk.id, BRAM, talk.worker) == (Way.MAIL, "bram@example.org")
    with pytest.raises(UnknownError):
        telling.look_up(talk.id, CARLA, talk.worker)
    (line,) = models.Access.objects.filter(action="way.look")
    assert (line.seat, line.staff, line.about) == (BRAM, talk.worker, "")


def test_what_who_left_had_to_tell_is_found_by_the_manager(talk: Recorded) -> None:
    telling.in_person(talk.id, What.CONTACT, BRAM)
    assert not telling.left_behind().exists()
    models.Staff.objects.filter(pk=talk.worker.pk).update(is_active=False)
    assert [one.seat for one in telling.left_behind()] == [BRAM]


# From a plan ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "kept"), [("06 12 34 56 78", True), ("112", False)])
def test_a_number_from_beforehand_stays_only_for_who_says_so(
    time: Clock, anna: models.Staff, number: str, kept: bool
) -> None:
    one = planning.plan(anna, "ab" * 16, planning.Wanted(starts_ms=time.ms + 3_600_000))
    announcing.announce(Moment(one.starts_ms), announcing.Way.SMS, number, one)
    begun = planning.begin(one, anna, 3, Children.NONE)
    models.Conversation.objects.filter(pk=begun).update(finished_ms=time.ms)
    planning.forget_due()
    if kept:
        assert planning.keep_way(begun, BRAM, anna)
        assert telling.address_of(begun, BRAM) == (Way.SMS, number)
        assert not planning.keep_way(begun, CARLA, anna)  # it went to one person
    else:
        with pytest.raises(ValueError, match="address"):
            planning.keep_way(begun, BRAM, anna)
    time.turn(3_601)
    planning.forget_due()
    assert not models.Announcement.objects.exists()
    ledger.forget(begun)
