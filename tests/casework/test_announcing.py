"""Said beforehand: kept alike whatever was planned, sealed, found by its plan alone, gone after the conversation."""

import logging
import sqlite3

import pytest
from django.db import connections
from tests.casework.conftest import DATABASES, Clock

from tweespoor.casework import announcing, ledger, models, planning, recording, rounds
from tweespoor.casework.announcing import Moment, Said, Way
from tweespoor.casework.planning import Wanted
from tweespoor.rules.facts import Children

pytestmark = pytest.mark.django_db(databases=DATABASES)

DAY_MS = 86_400_000
NUMBER = "06 12 34 56 78"


def planned(worker: models.Staff, starts_ms: int, key: str = "ab" * 16) -> models.Plan:
    return planning.plan(worker, key, Wanted(starts_ms=starts_ms, people=3, children=Children.NONE))


def test_who_knows_the_moment_is_heard(time: Clock, anna: models.Staff) -> None:
    one = planned(anna, time.ms + DAY_MS)
    assert announcing.said(one) == Said()
    announcing.announce(Moment(one.starts_ms), Way.NONE, "", None)
    assert announcing.said(one) == Said(certain=True)


def test_an_invitation_says_which_conversation_whatever_day_was_typed(time: Clock, anna: models.Staff) -> None:
    one, other = planned(anna, time.ms + DAY_MS), planned(anna, time.ms + DAY_MS, "cd" * 16)
    announcing.announce(Moment(time.ms + 300 * DAY_MS), Way.SMS, NUMBER, one)
    assert announcing.said(one) == Said(certain=True, reachable=True)
    assert announcing.said(other) == Said()


def test_one_moment_of_two_conversations_is_certain_of_neither(time: Clock, anna: models.Staff) -> None:
    one, other = planned(anna, time.ms + DAY_MS), planned(anna, time.ms + DAY_MS, "cd" * 16)
    announcing.announce(Moment(one.starts_ms), Way.CALL, NUMBER, None)
    assert announcing.said(one) == announcing.said(other) == Said(maybe=True)
    assert announcing.reach(one, anna) == []
    planning.cancel(other)
    assert announcing.said(one) == Said(certain=True, reachable=True)


def test_a_day_alone_is_enough_when_there_is_one_conversation_that_day(time: Clock, anna: models.Staff) -> None:
    one = planned(anna, time.ms + DAY_MS)
    begin, end = announcing.day_of(one.starts_ms)
    assert begin <= one.starts_ms < end
    announcing.announce(Moment(begin, whole_day=True), Way.NONE, "", None)
    assert announcing.said(one).certain
    planned(anna, one.starts_ms + 60_000, "cd" * 16)
    assert announcing.said(one) == Said(maybe=True)


def test_said_before_it_was_planned_is_heard_all_the_same(time: Clock, anna: models.Staff) -> None:
    announcing.announce(Moment(time.ms + DAY_MS), Way.NONE, "", None)
    assert announcing.said(planned(anna, time.ms + DAY_MS)).certain


def test_a_known_and_an_unknown_moment_leave_the_same_behind(
    time: Clock, anna: models.Staff, django_assert_num_queries: pytest.MonkeyPatch
) -> None:
    one = planned(anna, time.ms + DAY_MS)
    rows = []
    for starts_ms in (one.starts_ms, one.starts_ms + 3_600_000):
        with django_assert_num_queries(1, using="keyring"), django_assert_num_queries(0):  # type: ignore[operator]
            announcing.announce(Moment(starts_ms), Way.CALL, NUMBER, None)
        rows.append(models.Announcement.objects.get(starts_ms=starts_ms))
    assert {row.plan for row in rows} == {""}
    assert len({len(row.sealed) for row in rows}) == 1


@pytest.mark.parametrize("days", [-400, -2, 800, 100_000])
def test_what_cannot_come_is_not_kept(time: Clock, anna: models.Staff, days: int) -> None:
    announcing.announce(Moment(time.ms + days * DAY_MS), Way.CALL, NUMBER, None)
    assert not models.Announcement.objects.exists()


def test_a_number_lies_sealed_in_the_keyring_and_opening_it_is_written_down(time: Clock, anna: models.Staff) -> None:
    one = planned(anna, time.ms + DAY_MS)
    announcing.announce(Moment(one.starts_ms), Way.CALL, NUMBER, None)
    row = models.Announcement.objects.get()
    assert row._state.db == "keyring"
    assert NUMBER.encode() not in bytes(row.sealed)
    assert [(way.way, way.number) for way in announcing.reach(one, anna)] == [(Way.CALL, NUMBER)]
    line = models.Access.objects.get(action="plan.reach")
    assert (line.staff, line.about) == (anna, one.reference)
    assert NUMBER not in str(models.Access.objects.values())


def test_who_says_it_at_the_beginning_leaves_no_number(time: Clock, anna: models.Staff) -> None:
    one = planned(anna, time.ms + DAY_MS)
    announcing.announce(Moment(one.starts_ms), Way.NONE, NUMBER, one)
    assert bytes(models.Announcement.objects.get().sealed) == b""
    assert announcing.reach(one, anna) == []


def test_nothing_of_it_stands_in_a_log(time: Clock, anna: models.Staff, caplog: pytest.LogCaptureFixture) -> None:
    one = planned(anna, time.ms + DAY_MS)
    with caplog.at_level(logging.DEBUG):
        announcing.announce(Moment(one.starts_ms), Way.SMS, "0611122233", one)
        announcing.reach(one, anna)
    assert "0611122233" not in caplog.text


def test_a_moved_conversation_takes_along_what_was_said(time: Clock, anna: models.Staff) -> None:
    one = planned(anna, time.ms + DAY_MS)
    announcing.announce(Moment(one.starts_ms), Way.CALL, NUMBER, None)
    planning.move(one, time.ms + 20 * DAY_MS)
    one = planning.of(anna, one.pk)
    time.turn(5 * 86_400)
    planning.forget_due()
    assert [way.number for way in announcing.reach(one, anna)] == [NUMBER]
    other = planned(anna, time.ms + 20 * DAY_MS, "cd" * 16)
    assert announcing.said(other) == Said()


def test_after_the_conversation_nothing_is_left(time: Clock, anna: models.Staff) -> None:
    one = planned(anna, time.ms + DAY_MS)
    announcing.announce(Moment(one.starts_ms), Way.CALL, NUMBER, None)
    begun = planning.begin(one, anna, 3, Children.NONE)
    planning.forget_due()
    assert models.Announcement.objects.exists()
    recording.finish(begun)
    planning.forget_due()
    assert models.Announcement.objects.exists()  # the worker may still ask whether it is a safe way
    time.turn(planning.ASKED_MS // 1000 + 1)
    planning.forget_due()
    assert not models.Announcement.objects.exists()
    ledger.forget(begun)
    rounds.forget(begun)


def test_a_day_after_its_moment_nothing_is_left_either(time: Clock, anna: models.Staff) -> None:
    announcing.announce(Moment(time.ms + DAY_MS), Way.CALL, NUMBER, None)  # of a conversation that never was
    announcing.announce(Moment(announcing.day_of(time.ms + DAY_MS)[0], whole_day=True), Way.CALL, NUMBER, None)
    time.turn(1.5 * 86_400)
    planning.forget_due()
    assert models.Announcement.objects.count() == 2
    time.turn(2 * 86_400)
    planning.forget_due()
    assert not models.Announcement.objects.exists()


def test_the_keyring_overwrites_what_it_deletes(db: None) -> None:
    connection = connections["keyring"]
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such setting")
    with connection.cursor() as cursor:
        assert isinstance(connection.connection, sqlite3.Connection)
        cursor.execute("PRAGMA secure_delete")
        assert cursor.fetchone() == (1,)


def test_a_flood_of_numbers_shows_a_few(time: Clock, anna: models.Staff) -> None:
    one = planned(anna, time.ms + DAY_MS)
    for number in range(30):
        time.turn(1)
        announcing.announce(Moment(one.starts_ms), Way.CALL, f"06{number:08d}", one)
    assert [way.number for way in announcing.reach(one, anna)] == [f"06{n:08d}" for n in range(29, 24, -1)]
