"""A house full of conversations, and how long each page of the desk takes in it; `bench.desk` compares two.

``python -m bench.full fill COUNT`` fills the tables of the folder in the environment: of five conversations one waits
for its dossier number, of four one for a line on the offer, and one was declined.  They spread over ten years and are
kept for nine: each has a track, of eleven one is held, and of the oldest tenth some are announced, asked about or
ending.  ``python -m bench.full answer`` prints what pages there are; for each line with the number of one it asks that
page and prints the milliseconds, by the clock and of processor.  ``python -m bench.full analyze`` gathers the
statistics of the engine.
"""
# ruff: noqa: E402 - Django is set up before anything of ours is imported

import json
import secrets
import sys
import time
from collections.abc import Callable, Iterator

import django

django.setup()

from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from tweespoor.casework import keeping, ledger, staffing
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import (
    Access,
    Conversation,
    Decline,
    Entry,
    Keeping,
    Request,
    Role,
    Staff,
    Task,
    Track,
    Wiping,
)
from tweespoor.journal import chain
from tweespoor.rules import facts, page

DAY_MS = 24 * 3_600_000
WORKERS = 4
LINES = 6
BATCH = 5_000


def fill(count: int) -> None:
    """Fill the tables."""
    Staff.objects.create_user("mo", role=Role.MANAGER)
    fatima = Staff.objects.create_user("fatima", role=Role.OFFICER)
    workers = [Staff.objects.create_user(f"worker{number}", role=Role.WORKER) for number in range(WORKERS)]
    step = 10 * 365 * DAY_MS // count
    newest = now_ms()
    for begin in range(0, count, BATCH):
        numbers = range(begin, min(begin + BATCH, count))
        rows = [_row(number, newest - (number + 1) * step, workers[number % WORKERS]) for number in numbers]
        entries = [entry for row in rows for entry in _entries(row)]
        numbered = list(zip(numbers, rows, strict=True))
        Conversation.objects.bulk_create(rows)
        Entry.objects.bulk_create(entries)
        Task.objects.bulk_create(task for number, row in numbered for task in _tasks(number, row))
        Decline.objects.bulk_create(
            Decline(conversation=row, staff=row.worker, reason="safety", at_ms=row.opened_ms)
            for number, row in numbered
            if not number % 4
        )
        Track.objects.bulk_create(_track(row) for row in rows)
        _keep(numbered, count, fatima)
        Access.objects.bulk_create(
            Access(at_ms=row.opened_ms + n, staff=row.worker, role="worker", action="recording.look", conversation=row)
            for row in rows
            for n in range(3)
        )
    while keeping.remind():
        pass


def _track(row: Conversation) -> Track:
    at = row.opened_ms
    return Track(
        id=secrets.token_hex(16), conversation=row, part=1, seat=1, ours=True, kept=False, salt=b"", opened_ms=at,
        grace_until_ms=at, sealed_ms=at,
    )  # fmt: skip


def _keep(numbered: list[tuple[int, Conversation]], count: int, fatima: Staff) -> None:
    """Hold some, and of the oldest announce, ask and end some."""
    old = [row for number, row in numbered if number >= count * 9 // 10]
    first = (row for number, row in numbered if not number % 11)
    held = [Keeping(conversation=row, hold="complaint", hold_ms=row.opened_ms) for row in first]
    taken = {one.conversation_id for one in held}
    free = [row for row in old if row.pk not in taken]
    ending = [Keeping(conversation=row, drop_from_ms=now_ms()) for row in free[::7]]
    Keeping.objects.bulk_create([*held, *ending])
    Wiping.objects.bulk_create(
        Wiping(
            conversation=row, part=1, ground="retention-ended", announced_ms=now_ms(), announced_by=fatima,
            erasable_ms=now_ms() + DAY_MS,
        )
        for row in free[::3]
    )  # fmt: skip
    Request.objects.bulk_create(
        Request(conversation=row, seat=2, wish="wipe", asker="self", came_ms=now_ms(), due_ms=now_ms() + DAY_MS)
        for row in old[::5]
    )


def _row(number: int, opened: int, worker: Staff) -> Conversation:
    filed = number % 5
    return Conversation(
        id=secrets.token_hex(16),
        worker=worker,
        opened_ms=opened,
        finished_ms=opened + 3_600_000,
        dossier=f"VT-{number:06d}" if filed else "",
        filed_ms=opened + 3_600_000 if filed else None,
    )


def _entries(row: Conversation) -> Iterator[Entry]:
    """Give a row a journal of some lines."""
    at, begin = chain.begin(row.pk), row.opened_ms
    told: list[facts.Fact] = [
        facts.ConversationOpened(at=begin, conversation=row.pk, edition=page.EDITION, practice=False),
        facts.ParticipantJoined(at=begin, seat=1, kind=facts.Kind.STAFF),
        facts.PeopleCounted(at=begin, people=2, children=facts.Children.NONE),
    ]
    told += [facts.OwnAppStarted(at=begin + n) for n in range(LINES - len(told))]
    for position, fact in enumerate(told):
        line, at = chain.append(at, fact)
        yield Entry(conversation=row, position=position, line=line)
    row.position, row.head = at.position, at.head


def _tasks(number: int, row: Conversation) -> Iterator[Task]:
    for kind, share in ((Task.Kind.UNFILED, 5), (Task.Kind.OFFER, 4)):
        if not number % share:
            yield Task(conversation=row, worker=row.worker, kind=kind, since_ms=row.opened_ms, due_ms=row.opened_ms)


def questions() -> Iterator[tuple[str, str, Callable[[], str]]]:
    """Give each page: what it is called, who asks, and an address, every time another where that matters."""
    count = Conversation.objects.count()
    some = list(Conversation.objects.order_by("id").values_list("pk", flat=True)[:2_000])
    mine = list(Conversation.objects.filter(worker__username="worker1").values_list("pk", flat=True)[:2_000])

    def number() -> str:
        return f"VT-{secrets.randbelow(count):06d}"

    yield "begin of a worker", "worker1", lambda: "/"
    yield "open tasks", "mo", lambda: "/desk/"
    yield "open tasks of one kind", "mo", lambda: "/desk/?kind=unfiled"
    yield "search by number", "mo", lambda: f"/desk/search?number={number()}"
    yield "search by half a number", "mo", lambda: f"/desk/search?number={number()[:5]}"
    yield "search by days", "mo", lambda: "/desk/search?since=2010-01-01&until=2090-01-01"
    yield "search by number and days", "mo", lambda: f"/desk/search?number={number()}&since=2010-01-01"
    yield "search of a worker", "worker1", lambda: "/desk/search?since=2010-01-01"
    yield "a conversation on the desk", "mo", lambda: f"/desk/g/{secrets.choice(some)}/"
    yield "a conversation of a worker", "worker1", lambda: f"/g/{secrets.choice(mine)}/"
    yield "our own no", "mo", lambda: "/desk/declines"
    yield "the log", "fatima", lambda: "/desk/log/"
    yield "the log of a conversation", "fatima", lambda: f"/desk/log/?conversation={secrets.choice(some)}"
    yield "requests and keeping", "fatima", lambda: "/desk/keeping/"
    yield "what must be kept", "fatima", lambda: "/desk/keeping/held"


def answer() -> None:
    """Ask a page for each line that comes, and tell its milliseconds, by the clock and of processor.

    No state of a conversation is held in memory from one to the next.
    """
    clients = {name: _browser(Staff.objects.get(username=name)) for name in ("mo", "fatima", "worker1")}
    asked = list(questions())
    _tell([name for name, _, _ in asked])
    for line in sys.stdin:
        _name, who, address = asked[int(line)]
        ledger._heads.clear()
        where = address()
        begin, busy = time.perf_counter(), time.process_time()
        found = clients[who].get(where)
        ended, worked = time.perf_counter(), time.process_time()
        if found.status_code != 200:
            raise RuntimeError(f"{where}: {found.status_code}")
        _tell([(ended - begin) * 1000, (worked - busy) * 1000])


def _tell(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _browser(staff: Staff) -> Client:
    secret = {"secret": staffing.hide("JBSWY3DPEHPK3PXP")}
    Authenticator.objects.get_or_create(user=staff, type=Authenticator.Type.TOTP, defaults={"data": secret})
    client = Client(headers={"sec-fetch-site": "same-origin", "host": "localhost"})
    client.force_login(staff)
    return client


if __name__ == "__main__":
    if sys.argv[1] == "analyze":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    elif sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    else:
        answer()
