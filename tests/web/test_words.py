"""Every screen of the flow, as it is drawn in Dutch and in English: no sentence has more than fifteen words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.test import Client
from tests.casework.conftest import Clock
from tests.web.sentences import too_long
from tests.web.walk import DATABASES, Seen, Talk, browser, recording_here

pytestmark = pytest.mark.django_db(databases=DATABASES)

SCREENS = {
    "W2", "W3", "W4", "W4.phone", "W4.slip", "W4.decline", "DEVICE", "W5", "W6", "W7", "W7.speak", "W8", "WLEAVE",
    "WFAIL-OURS", "WFAIL-THEIRS", "WSTOP", "WSTOP.offer", "W9", "W9.receipts", "WNEE", "WTOOMANY", "P1", "P2", "P3",
    "P4", "P5", "P6", "PPAUSE", "PFAIL-OURS", "PFAIL-THEIRS", "PSTOP", "PNEE", "P7", "P8",
}  # fmt: skip
ASIDE = ("/", "/conditions", "/lang", "/m/", "/nowhere", "/vooraf", "/luister/", "/staff/login/")


@dataclass
class Reader:
    """Somebody who reads every page in one language, and remembers what is too long and which screens there were."""

    language: str
    wrong: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def read(self, client: Client, address: str) -> str:
        """Read a page."""
        client.cookies["l"] = self.language
        return self.heard(Seen(client.get(address, follow=True)))

    def heard(self, seen: Seen) -> str:
        """Read what was answered."""
        screen = re.search(r'data-screen="([^"]+)"', seen.text)
        name = screen[1] if screen else str(seen.status)
        if seen.is_page:
            assert f'<html lang="{self.language}"' in seen.text, name
            self.seen.add(name)
            self.wrong += [f"{name}: {sentence}" for sentence in too_long(seen.text)]
        return name


@pytest.fixture(params=["nl", "en"])
def reader(request: pytest.FixtureRequest) -> Reader:
    return Reader(request.param)


@pytest.fixture
def room() -> Iterator[None]:
    with recording_here():
        yield


def everyone(reader: Reader, talk: Talk, *steps: str) -> None:
    """Read what everyone has in front of them, and the worker's pages one tap further."""
    for step in ("", *steps):
        reader.read(talk.worker, f"{talk.here}{step}")
    for phone in talk.phones.values():
        reader.read(phone, "/p/")


def test_every_screen_of_the_flow_is_short(reader: Reader, anna: Client, time: Clock, room: None) -> None:
    for address in ASIDE:
        reader.read(browser(), address)
    for address in ("/", "/g/new", "/g/new?practice=yes"):
        reader.read(anna, address)
    with_a_child(reader, Talk(anna, time))
    recorded(reader, Talk(anna, time))
    not_recorded(reader, Talk(anna, time))
    too_many(reader, Talk(anna, time))
    assert not reader.wrong, "\n".join(sorted(set(reader.wrong)))
    assert reader.seen >= SCREENS, SCREENS - reader.seen


def with_a_child(reader: Reader, talk: Talk) -> None:
    """Ask about a child, hand the device round, and come to a no."""
    talk.open(3, "present")
    everyone(reader, talk)
    talk.tap("interest", against="no", reason="wants")
    talk.tap("recount")
    everyone(reader, talk)
    talk.tap("count", people="3", children="present")
    talk.tap("interest", against="no", reason="wants")
    everyone(reader, talk, "phone", "slip", "decline", "sheet", "device")
    reader.heard(Seen(talk.worker.post(f"{talk.here}device/next", follow=True)))
    reader.heard(Seen(talk.worker.post(f"{talk.here}device/who", {"kind": "0-11"}, follow=True)))
    talk.join("Dani", kind=None)
    everyone(reader, talk)
    talk.phone("Dani", "who", kind="12-15")
    everyone(reader, talk)
    for page in ("agreements", "other"):
        reader.read(talk.phones["Dani"], f"/p/{page}")
    talk.tap("stop-waiting")
    everyone(reader, talk)
    talk.time.turn(4)
    everyone(reader, talk)


def recorded(reader: Reader, talk: Talk) -> None:
    """Record, stand still for every cause, stop, and choose what becomes of it."""
    talk.open(4)
    for name, kind in {"Bram": "adult", "Carla": "adult", "Eva": "professional"}.items():
        talk.join(name, kind)
    talk.everyone()
    everyone(reader, talk)
    reader.read(talk.phones["Bram"], "/p/again")
    talk.time.turn(4)
    everyone(reader, talk)
    talk.phone("Bram", "ready", records="yes")
    everyone(reader, talk)
    talk.tap("start")
    ours = talk.worker.post(f"{talk.here}track").json()["track"]
    theirs = talk.phones["Bram"].post("/p/track").json()["track"]
    everyone(reader, talk)
    talk.tap("postpone")
    everyone(reader, talk, "speak")
    talk.tap("mark")
    for verb in ("someone-leaves", "pause"):
        talk.tap(verb)
        everyone(reader, talk)
        talk.tap("left") if verb == "someone-leaves" else talk.tap("came", when="now", then="same")
    talk.tap("failed", track=ours)
    talk.time.turn(4)
    everyone(reader, talk)
    reader.read(talk.phones["Bram"], "/p/wait")
    talk.tap("retry")
    talk.phone("Bram", "failed", track=theirs)
    talk.time.turn(4)
    everyone(reader, talk)
    talk.phone("Bram", "retry")
    talk.tap("pause")
    talk.tap("came", when="while", then="stays")
    everyone(reader, talk)
    talk.tap("stop-waiting")
    talk.time.turn(4)
    everyone(reader, talk, "offer")
    talk.tap("finish")
    everyone(reader, talk, "receipts", "later", "codes")
    talk.phone("Bram", "copy", choice="wipe")
    everyone(reader, talk)
    for page in ("code?on=paper", "code?on=phone", "code?on=none"):
        reader.read(talk.phones["Carla"], f"/p/{page}")
    reader.read(talk.worker, f"/opname/{talk.id}/")


def not_recorded(reader: Reader, talk: Talk) -> None:
    """Come to a no, offer something, ask again, and end without a recording."""
    talk.open(2)
    talk.join("Bram")
    talk.answer("Bram", "no")
    talk.time.turn(4)
    everyone(reader, talk)
    talk.tap("offer", offered="listener-now")
    everyone(reader, talk)
    talk.tap("finish")
    everyone(reader, talk, "receipts", "later")


def too_many(reader: Reader, talk: Talk) -> None:
    """Let more phones come than people."""
    talk.open(2)
    talk.join("Bram")
    talk.join("Carla", kind=None)
    reader.read(talk.phones["Carla"], "/p/")
    reader.heard(talk.phone("Carla", "who", kind="adult"))
    everyone(reader, talk)
