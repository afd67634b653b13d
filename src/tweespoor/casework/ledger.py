"""Adds facts to a conversation's journal, and holds the state at its head.

Nothing else writes journal lines.  One transaction locks the conversation, judges, adds and commits; the folded
state at the head stays in memory and is used again as long as the row in the database says the same head.
A full fold of all lines is the check, not the way.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from django.db import connection, transaction

from tweespoor.casework import models
from tweespoor.casework.clock import now_ms
from tweespoor.errors import UnknownError
from tweespoor.journal import chain
from tweespoor.rules import consequences, conversation, facts
from tweespoor.rules.gate import Gate


@dataclass(frozen=True, slots=True)
class Head:
    """Where a journal stands: its last entry, the state that its facts tell, and the gate that follows from it."""

    at: chain.Chain
    state: conversation.Conversation
    gate: Gate

    def after(self, fact: facts.Fact) -> "tuple[bytes, Head]":
        """Give the line that this fact becomes, and the head behind it."""
        line, at = chain.append(self.at, fact)
        state = conversation.after(self.state, fact)
        return line, Head(at, state, self.gate.moved(self.state, fact, state))


@dataclass(slots=True)
class Page:
    """The facts that one transaction adds."""

    now: int
    head: Head
    lines: list[bytes] = field(default_factory=list)

    @property
    def state(self) -> conversation.Conversation:
        """Give the state with all that this page added."""
        return self.head.state

    def add(self, *new: facts.Fact) -> None:
        """Add facts and all that must follow from them."""
        for fact in new:
            before = self.head.state
            line, self.head = self.head.after(fact)
            self.lines.append(line)
            self.add(*consequences.follow(before, fact, self.head.state))


_AT_ONCE: Final = 900  # SQLite, as some build it, takes no more values in one question
_TABLE: Final = models.Conversation._meta.db_table  # noqa: SLF001 - as Django documents it

_heads: dict[str, Head] = {}
_guard = threading.Lock()
_listeners: list[Callable[[str, Head], None]] = []


def listen(listener: Callable[[str, Head], None]) -> None:
    """Call this after every commit, with the conversation and its new head."""
    if listener not in _listeners:
        _listeners.append(listener)


def _row(conversation_id: str, *, lock: bool) -> models.Conversation:
    rows = models.Conversation.objects.select_for_update() if lock else models.Conversation.objects.all()
    row = rows.filter(pk=conversation_id).first()
    if row is None:
        raise UnknownError
    return row


def lines(conversation_id: str) -> Iterator[bytes]:
    """Give the lines of a journal, in order."""
    for line in (
        models.Entry.objects.filter(conversation_id=conversation_id)
        .order_by("position")
        .values_list("line", flat=True)
        .iterator()
    ):
        yield bytes(line)


def fold(conversation_id: str) -> Head:
    """Read and verify a whole journal and fold it; raises DamagedError where a line does not belong."""
    at, state, gate = chain.begin(conversation_id), conversation.EMPTY, Gate()
    for line in lines(conversation_id):
        found, at = chain.follow(at, line)
        before, state = state, conversation.after(state, found.fact)
        gate = gate.moved(before, found.fact, state)
    return Head(at, state, gate)


def _at(row: models.Conversation) -> Head:
    held = _heads.get(row.pk)
    if held is not None and held.at.position == row.position and (row.position < 0 or held.at.head == row.head):
        return held
    head = fold(row.pk)
    with _guard:
        _heads[row.pk] = head
    return head


def open_ones() -> list[Head]:
    """Give the heads in memory of conversations that are not closed."""
    with _guard:
        return [head for head in _heads.values() if not head.state.closed]


def head(conversation_id: str) -> Head:
    """Give the head of a journal as the database has it now; raises UnknownError."""
    return _at(_row(conversation_id, lock=False))


def rows(conversations: Sequence[str]) -> dict[str, models.Conversation]:
    """Ask the database where several journals stand, for `at`."""
    return models.Conversation.objects.in_bulk(conversations)


def at(there: Mapping[str, models.Conversation], conversation_id: str) -> Head:
    """Give the head of one of these journals; raises UnknownError."""
    row = there.get(conversation_id)
    if row is None:
        raise UnknownError
    return _at(row)


def held(conversation_id: str) -> Head | None:
    """Give the head that stands in memory, without asking the database."""
    return _heads.get(conversation_id)


def state(conversation_id: str) -> conversation.Conversation:
    """Give the state at the head of a journal; raises UnknownError."""
    return head(conversation_id).state


@contextmanager
def writing(conversation_id: str) -> Iterator[Page]:
    """Open one transaction on one journal; what the page added is written when the block ends without an error."""
    with transaction.atomic():
        row = _row(conversation_id, lock=True)
        head = _at(row)
        page = Page(max(now_ms(), head.state.at), head)  # within a journal time never goes back
        yield page
        if page.lines:
            models.Entry.objects.bulk_create(_entries(row, page))
            row.position, row.head = page.head.at.position, page.head.at.head
            row.save(update_fields=["position", "head"])
    if page.lines:
        _hold(conversation_id, page.head)


def _entries(row: models.Conversation, page: Page) -> list[models.Entry]:
    """Give what a page adds, as rows behind those that are there."""
    first = row.position + 1
    return [models.Entry(conversation_id=row.pk, position=first + n, line=line) for n, line in enumerate(page.lines)]


def _hold(conversation_id: str, head: Head) -> None:
    """Hold what was committed, and say so."""
    with _guard:
        _heads[conversation_id] = head
    for listener in _listeners:
        listener(conversation_id, head)


def append(conversation_id: str, *new: facts.Fact) -> conversation.Conversation:
    """Add facts in a transaction of their own and give the state after them."""
    with writing(conversation_id) as page:
        page.add(*new)
    return page.state


def append_each(new: Mapping[str, facts.Fact]) -> None:
    """Add one fact to each of several journals, in one transaction: to all of them or to none."""
    pages: dict[str, Page] = {}
    entries: list[models.Entry] = []
    with transaction.atomic():
        for row in models.Conversation.objects.select_for_update().filter(pk__in=list(new)).order_by("pk"):
            page = pages[row.pk] = Page(now_ms(), _at(row))
            page.add(new[row.pk])
            entries += _entries(row, page)
        models.Entry.objects.bulk_create(entries)
        reached = [(page.head.at.position, page.head.at.head, key) for key, page in pages.items()]
        with connection.cursor() as cursor:  # for fifty rows at once Django's own way takes four times as long
            cursor.executemany(f"UPDATE {_TABLE} SET position = %s, head = %s WHERE id = %s", reached)  # noqa: S608 - as below
    for conversation_id, page in pages.items():
        _hold(conversation_id, page.head)


def refresh() -> None:
    """Bring heads in memory up to what other processes wrote since."""
    with _guard:
        known = {key: head.at.position for key, head in _heads.items()}
    grown = [key for key, position in _positions(list(known)) if position > known[key]]
    for key, row in rows(grown).items():
        fresh = _at(row)
        for listener in _listeners:
            listener(key, fresh)


def _positions(conversations: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Ask where journals stand, four times a second for all in memory: so without the model in between."""
    for begin in range(0, len(conversations), _AT_ONCE):
        some = conversations[begin : begin + _AT_ONCE]
        holes = ", ".join(["%s"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, position FROM {_TABLE} WHERE id IN ({holes})", some)  # noqa: S608 - our own name
            yield from cursor.fetchall()


def forget(conversation_id: str) -> None:
    """Hold nothing of this conversation in memory any more."""
    with _guard:
        _heads.pop(conversation_id, None)
