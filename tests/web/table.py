"""A table to talk at, over pages: Anna works here, Bram, Carla, Dani and Eva have a phone or none."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Protocol

from allauth.mfa.models import Authenticator
from django.test import Client
from tests.casework.conftest import Clock

from tweespoor.casework import checklist, ledger, models, rounds, staffing
from tweespoor.casework.models import Role, Staff

OWN = {"sec-fetch-site": "same-origin"}
_MAIN = re.compile(r"<main.*?</main>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def staff(name: str, role: Role = Role.WORKER) -> Staff:
    """Give somebody who works here, with both factors."""
    one: Staff = Staff.objects.create_user(name, role=role)
    Authenticator.objects.create(user=one, type="totp", data={"secret": staffing.hide("JBSWY3DPEHPK3PXP")})
    return one


def inside(one: Staff) -> Client:
    """Give the browser of somebody who signed in."""
    client = Client(headers=OWN)
    client.force_login(one)
    return client


def real(officer: Staff) -> None:
    """End practice mode."""
    for item in checklist.ITEMS:
        checklist.tick(item, officer)


class Page(Protocol):
    """What a client got."""

    @property
    def content(self) -> Any:  # noqa: ANN401 - bytes, though the stubs of Django say otherwise
        """The bytes of it."""

    @property
    def status_code(self) -> int:
        """How it went."""

    def __getitem__(self, header: str, /) -> Any:  # noqa: ANN401 - as above
        """Give a header."""


def words(response: Page) -> str:
    """Give what <main> says, without its marks."""
    found = _MAIN.search(response.content.decode())
    return " ".join(unescape(_TAG.sub(" ", found[0] if found else "")).split())


@dataclass
class Table:
    """One conversation and everyone's browsers."""

    time: Clock
    anna: Client
    id: str = ""
    phones: dict[str, Client] = field(default_factory=dict)

    @property
    def here(self) -> str:
        return f"/g/{self.id}/"

    def open(self, people: int = 3, children: str = "none", **more: str) -> None:
        """Count people; the conversation is open."""
        answer = self.anna.post("/g/new", {"people": people, "children": children, **more})
        assert answer.status_code == 302, words(answer)
        self.id = answer["Location"].split("/")[2]

    def tap(self, verb: str, **fields: object) -> Page:
        """Let Anna tap."""
        answer: Page = self.anna.post(self.here + verb, fields, follow=True)
        return answer

    def phone(self, name: str, verb: str, **fields: object) -> Page:
        """Let somebody tap on the own phone."""
        answer: Page = self.phones[name].post(f"/p/{verb}", fields, follow=True)
        return answer

    def scan(self, name: str) -> Page:
        """Let a phone scan the code of now."""
        self.phones.setdefault(name, Client(headers=OWN))
        row = models.Conversation.objects.get(pk=self.id)
        answer: Page = self.phones[name].get(f"/m/{row.join_token}", follow=True)
        return answer

    def join(self, name: str, kind: str = "adult") -> Page:
        """Let somebody come in and say who that is."""
        self.scan(name)
        return self.phone(name, "who", kind=kind)

    def answer(self, name: str, given: str, **fields: object) -> Page:
        """Let somebody answer the question that stands on the own phone."""
        return self.phone(name, "answer", answer=given, round=ledger.state(self.id).round, **fields)

    def look(self, name: str = "Anna") -> Page:
        """Give the page that somebody sees."""
        answer: Page = self.anna.get(self.here) if name == "Anna" else self.phones[name].get("/p/")
        return answer

    def sees(self, name: str = "Anna") -> str:
        """Name the screen that somebody sees."""
        found = re.search(r'data-screen="([^"]+)"', self.look(name).content.decode())
        return found[1] if found else ""

    def state(self, name: str = "Anna") -> dict[str, object]:
        """Give the state that a page asks once a second."""
        answer = self.anna.get(self.here + "state") if name == "Anna" else self.phones[name].get("/p/state")
        told: dict[str, object] = answer.json()
        return told

    def reveal(self) -> None:
        """Wait until what came of the round may be seen."""
        self.time.turn(5)

    def agreed(self) -> None:
        """Let Bram and Carla say yes, and Bram record with an own app."""
        for name in ("Bram", "Carla"):
            self.join(name)
            self.answer(name, "yes")
        self.tap("own-app")
        self.reveal()

    def begun(self) -> None:
        """Let the recording run."""
        self.agreed()
        self.tap("start")

    def forget(self) -> None:
        """Clear what stands in memory."""
        ledger.forget(self.id)
        rounds.forget(self.id)
