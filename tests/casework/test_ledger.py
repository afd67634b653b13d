"""The journal in the database: chained, append-only, and the same state by whichever way one comes to it."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from tests.casework.conftest import DATABASES, Table

from tweespoor.casework import checklist, ledger, models, opening
from tweespoor.errors import DamagedError, UnknownError
from tweespoor.rules import facts
from tweespoor.rules.facts import Children

pytestmark = pytest.mark.django_db(databases=DATABASES)


def test_the_state_at_the_head_is_the_fold_of_all_lines(table: Table) -> None:
    table.begin()
    assert ledger.fold(table.id) == ledger.head(table.id)


def test_nothing_is_written_when_the_page_fails(table: Table) -> None:
    before = list(ledger.lines(table.id))

    def broken() -> None:
        with ledger.writing(table.id) as sheet:
            sheet.add(facts.MomentMarked(at=sheet.now, moment=sheet.now))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert list(ledger.lines(table.id)) == before
    assert ledger.head(table.id) == ledger.fold(table.id)


def test_a_changed_line_is_found(table: Table) -> None:
    lines = list(ledger.lines(table.id))
    with transaction.atomic():
        on = "" if connection.vendor == "sqlite" else " ON casework_entry"
        connection.cursor().execute(f"DROP TRIGGER entry_fixed{on}")
        models.Entry.objects.filter(conversation_id=table.id, position=2).update(
            line=lines[2].replace(b'"people":3', b'"people":4')
        )
    with pytest.raises(DamagedError):
        ledger.fold(table.id)


def test_the_database_refuses_to_change_or_remove_a_line(anna: models.Staff, time: object) -> None:
    assert time
    for item in checklist.ITEMS:
        checklist.tick(item, anna)
    conversation_id = opening.open_conversation(anna, 3, Children.NONE)
    entries = models.Entry.objects.filter(conversation_id=conversation_id)
    assert not models.Conversation.objects.get(pk=conversation_id).practice
    for attempt in (
        lambda: entries.update(line=b"x"),
        lambda: entries.filter(position=0).delete(),
        lambda: models.Conversation.objects.filter(pk=conversation_id).delete(),
        lambda: models.Conversation.objects.filter(pk=conversation_id).update(practice=True),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert entries.count() == 4


def test_who_asks_for_what_is_not_there_gets_one_answer() -> None:
    with pytest.raises(UnknownError):
        ledger.head("0" * 32)


def test_listeners_hear_of_every_commit(table: Table) -> None:
    heard: list[str] = []
    listener = lambda conversation_id, _head: heard.append(conversation_id)  # noqa: E731
    ledger.listen(listener)
    try:
        ledger.append(table.id, facts.OwnAppStarted(at=1))
    finally:
        ledger._listeners.remove(listener)
    assert heard == [table.id]


def test_several_journals_grow_in_one_transaction_or_none_does(
    lay: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many checkpoints are written at once; one that is refused writes none of them."""
    tables = [lay(2), lay(3)]
    before = {one.id: ledger.head(one.id) for one in tables}
    heard: list[str] = []
    monkeypatch.setattr(ledger, "_listeners", [lambda conversation, _: heard.append(conversation)])
    new = {one.id: facts.MomentMarked(at=one.time.ms, moment=one.time.ms) for one in tables}
    with pytest.raises(ValueError, match="hold"):
        ledger.append_each(new | {tables[1].id: facts.ConsentRefused(at=1, seat=2, round=1)})
    assert {one.id: ledger.fold(one.id) for one in tables} == before
    assert not heard
    ledger.append_each(new)
    assert sorted(heard) == sorted(before)
    for one in tables:
        assert ledger.held(one.id) == ledger.head(one.id) == ledger.fold(one.id) == before[one.id].after(new[one.id])[1]


def test_what_another_process_wrote_is_seen_and_told(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    held = ledger.held(table.id)
    ledger.append(table.id, facts.MomentMarked(at=table.time.ms, moment=table.time.ms))
    heard: list[str] = []
    monkeypatch.setattr(ledger, "_listeners", [lambda conversation, _: heard.append(conversation)])
    ledger.refresh()
    assert not heard, "we wrote it ourselves"
    monkeypatch.setitem(ledger._heads, table.id, held)  # as if another had written it
    ledger.refresh()
    assert heard == [table.id]
    assert ledger.held(table.id) == ledger.fold(table.id)
