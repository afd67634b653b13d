"""A conversation as browsers see it, to the byte: everyone has one, and chance can be made to repeat."""

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import time as real_time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from tests.casework.conftest import Clock
from tests.proven import prove

from tweespoor.casework import capturing, checklist, clock, gates, ledger, rounds, settling, staffing
from tweespoor.casework.models import Conversation, Role, Staff
from tweespoor.rules.state import Conversation as State

DATABASES = ["default", "keyring"]
OURS = {"sec-fetch-site": "same-origin"}
"""What a browser says of a form on a page of ours."""
EVERY = [pytest.param(False, id="in turns"), pytest.param(True, id="every one", marks=pytest.mark.slow)]
"""Whether everything is tried with everything: that is slow, and where one door serves all it shows little more."""


class Seen:
    """An answer as a browser gets it: status, headers, cookies, body."""

    def __init__(self, answer: object) -> None:
        assert isinstance(answer, HttpResponse | StreamingHttpResponse)
        parts = answer.streaming_content if isinstance(answer, StreamingHttpResponse) else [answer.content]
        self.body = b"".join(parts)  # type: ignore[arg-type] # the client asks without an event loop
        self.status = answer.status_code
        self.headers = {name.lower(): value for name, value in answer.headers.items()}
        self.cookies = answer.cookies.output()

    @property
    def text(self) -> str:
        """Give the body as text."""
        return self.body.decode()

    @property
    def goes_to(self) -> str:
        """Give where a browser is sent."""
        return self.headers.get("location", "")

    @property
    def is_page(self) -> bool:
        """Tell whether a person sees this."""
        return self.headers.get("content-type", "").startswith("text/html") and self.status not in {204, 302, 303}

    @property
    def all(self) -> bytes:
        """Give everything that crosses the wire."""
        head = "\n".join([str(self.status), *(f"{name}: {value}" for name, value in sorted(self.headers.items()))])
        return f"{head}\n{self.cookies}\n\n".encode() + self.body


def works_here(name: str, role: Role) -> Staff:
    """Give somebody who works here and has set a second factor."""
    staff: Staff = Staff.objects.create_user(name, password="paars fietst regen", role=role)
    secret = {"secret": staffing.hide("JBSWY3DPEHPK3PXP")}
    Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data=secret)
    return staff


def browser(staff: Staff | None = None, address: str = "192.0.2.1") -> Client:
    """Give a browser; of somebody who signed in a moment ago, when named."""
    client = Client(headers=OURS, REMOTE_ADDR=address, raise_request_exception=False)
    if staff is not None:
        client.force_login(staff)
        session = client.session
        session["account_authentication_methods_user"] = str(staff.pk)
        session["account_authentication_methods"] = [
            {"method": "password", "at": real_time(), "username": staff.username}
        ]
        session.save()
    return client


def ready_to_record() -> None:
    """Tick the checklist, so that a conversation is not practice."""
    officer = Staff.objects.filter(username="ticker").first() or Staff.objects.create_user("ticker", role=Role.OFFICER)
    for item in checklist.ITEMS:
        checklist.tick(item, officer)


@dataclass
class Talk:
    """One conversation: its worker's browser and a phone for each other."""

    worker: Client
    time: Clock
    id: str = ""
    phones: dict[str, Client] = field(default_factory=dict)

    @property
    def row(self) -> Conversation:
        """Give its row."""
        return Conversation.objects.get(pk=self.id)

    @property
    def state(self) -> State:
        """Give the state that the journal tells."""
        return ledger.state(self.id)

    @property
    def here(self) -> str:
        """Give the address of the worker's page."""
        return f"/g/{self.id}/"

    def open(self, people: int, children: str = "none") -> "Talk":
        """Begin as the worker does."""
        answer = Seen(self.worker.post("/g/new", {"people": people, "children": children}))
        assert answer.status == 302, answer.text
        self.id = answer.goes_to.split("/")[2]
        return self

    def join(self, name: str, kind: str | None = "adult") -> Client:
        """Let a phone scan the code, and say who holds it."""
        phone = self.phones.setdefault(name, browser())
        assert phone.get(f"/m/{self.row.join_token}").status_code == 302
        if kind is not None:
            assert phone.post("/p/who", {"kind": kind}).status_code == 302
        return phone

    def seat(self, name: str) -> int:
        """Give somebody's seat, by the order in which people joined."""
        return 2 + list(self.phones).index(name)

    def answer(self, name: str, given: str) -> Seen:
        """Let somebody answer on the own phone, to the question that is asked now."""
        return self.phone(name, "answer", answer=given, round=str(self.state.round))

    def everyone(self, given: str = "yes") -> None:
        """Let everyone answer, in order."""
        for name in self.phones:
            self.answer(name, given)

    def phone(self, name: str, verb: str, **form: str) -> Seen:
        """Tap something on a phone."""
        return Seen(self.phones[name].post(f"/p/{verb}", form))

    def tap(self, verb: str, **form: str) -> Seen:
        """Tap something on the worker's device; the receipt comes a moment after the end."""
        seen = Seen(self.worker.post(f"{self.here}{verb}", form))
        if verb == "finish":
            prove(self.id)
        return seen

    def begin(self) -> None:
        """Let everyone say yes, somebody use an own app, and start."""
        self.everyone()
        self.time.turn(4)
        self.tap("own-app")
        self.tap("start")
        assert self.screen() == "W6"

    def screen(self, name: str | None = None) -> str:
        """Name the screen that somebody sees; the worker's when nobody is named."""
        client, address = (self.phones[name], "/p/") if name else (self.worker, self.here)
        return str(client.get(f"{address}state").json()["screen"])

    def forget(self) -> None:
        """Hold nothing of it in memory any more."""
        ledger.forget(self.id)
        rounds.forget(self.id)


class Chance:
    """The same chance again: ids, tokens, codes and delays repeat from one run to the next."""

    def __init__(self, seed: int = 1) -> None:
        self._dice = random.Random(seed)

    def token_hex(self, count: int = 16) -> str:
        """Give so many bytes as hex."""
        return self._dice.randbytes(count).hex()

    def token_urlsafe(self, count: int = 16) -> str:
        """Give a token of the usual length."""
        return self._dice.randbytes(count).hex()[: -(-count * 4 // 3)]

    def randbelow(self, below: int) -> int:
        """Give a number."""
        return self._dice.randrange(below)


@contextmanager
def same_chance() -> Iterator[None]:
    """Let chance repeat inside, and undo everything afterwards: tables, limits, and what browsers were told."""
    chance = Chance()
    cache.clear()
    with pytest.MonkeyPatch.context() as patch, transaction.atomic(), transaction.atomic(using="keyring"):
        for name in ("token_hex", "token_urlsafe", "randbelow"):
            patch.setattr(secrets, name, getattr(chance, name))
        patch.setattr(capturing, "token_hex", chance.token_hex)
        yield
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="keyring")


@contextmanager
def standing_clock() -> Iterator[Clock]:
    """Put a clock in the house that stands still."""
    settling.house.cache_clear()
    time = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "source", time)
        yield time


@contextmanager
def recording_here() -> Iterator[None]:
    """Let this process record, as the server does."""
    capturing.start()
    gates.refresh()
    try:
        yield
    finally:
        capturing.stop()


def at_work() -> Client:
    """Give the browser of a worker, in a house that no longer practises."""
    ready_to_record()
    return browser(works_here("anna", Role.WORKER))


@contextmanager
def laid(anna: Client, time: Clock) -> Iterator[Talk]:
    """Lay a table for the worker, Bram and Carla, in a process that records."""
    with recording_here():
        made = Talk(anna, time).open(3)
        for name in ("Bram", "Carla"):
            made.join(name)
        yield made
        capturing.forget(made.id)
        made.forget()
