"""A share that ends in a no ends with the same bytes for everyone, at the same moment, whatever the cause (law 10)."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.test import Client
from tests.casework.conftest import Clock
from tests.web.test_law_ten import Transcript, compare
from tests.web.walk import (
    DATABASES,
    EVERY,
    Seen,
    Talk,
    browser,
    ready_to_record,
    recording_here,
    same_chance,
    standing_clock,
    works_here,
)

from tweespoor.casework import admitting, capturing, ledger, models, polling
from tweespoor.casework.models import Question, Role

pytestmark = pytest.mark.django_db(databases=DATABASES)
PEOPLE = ("Bram", "Carla", "Dani")
WORD = "blauwe vis"
FORM = {"what": "sound-1", "recipient": "Mijn zus", "purpose": "Zij helpt mij.", "days": "31", "sure": "yes"}
DAY_S = 86_400
Answers = Mapping[str, str]


@dataclass
class Asking:
    """A recorded conversation of four people about which Bram asks something, a week later."""

    talk: Talk
    worker: Client
    manager: Client
    codes: Mapping[str, str]
    here: str = ""

    def phone(self, name: str) -> Client:
        """Let somebody come in with code and word, on a new browser."""
        client = browser(address=f"203.0.113.{len(name)}{PEOPLE.index(name)}")
        assert client.post("/luister/", {"code": self.codes[name], "word": WORD}).status_code == 302
        return client

    def ask(self) -> None:
        """Let Bram ask."""
        answer = Seen(self.phone("Bram").post("/luister/delen", FORM))
        assert answer.status == 302, answer.text
        self.here = answer.goes_to

    @property
    def desk(self) -> str:
        """Give the page of the question on the desk."""
        return f"/desk/questions/{self.talk.id}/{Question.objects.get().pk}/"

    def say(self, name: str, given: str) -> None:
        """Let somebody answer; «Anna» for the organisation."""
        if name == "Anna":
            answer = Seen(self.worker.post(f"{self.desk}answer", {"answer": given}))
        else:
            answer = Seen(self.phone(name).post(f"{self.here}answer", {"answer": given}))
        assert answer.status == 302, answer.text

    def look(self, when: str, *, posts: tuple[str, ...] = ("answer", "link")) -> Transcript:
        """Write down, to the byte, what everyone can see about it, and how what cannot be is refused."""
        seen: Transcript = {}
        for name in PEOPLE:
            client = self.phone(name)
            for page in ("/luister/gesprek", "/luister/vragen", "/luister/wie", self.here, f"{self.here}?again"):
                seen[f"{when}: {name} {page.removeprefix(self.here)}"] = Seen(client.get(page)).all
            for verb in posts:
                seen[f"{when}: {name} {verb}"] = Seen(client.post(f"{self.here}{verb}")).all
        for who, client in {"Anna": self.worker, "Mia": self.manager}.items():
            for page in ("/", f"/desk/questions/{self.talk.id}/", self.desk, "/desk/"):
                seen[f"{when}: {who} {page}"] = Seen(client.get(page)).all
        seen[f"{when}: journal"] = b"\n".join(ledger.lines(self.talk.id))
        return seen


@contextmanager
def asked(time: Clock) -> Iterator[Asking]:
    """Lay the same table again with the same chance; afterwards nothing of it is left."""
    began = time.ms
    salts = random.Random(1)
    with same_chance(), recording_here(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("secrets.token_bytes", salts.randbytes)
        ready_to_record()
        worker, manager = browser(works_here("anna", Role.WORKER)), browser(works_here("mia", Role.MANAGER))
        talk = Talk(worker, time).open(4)
        for name in PEOPLE:
            talk.join(name)
        talk.begin()
        time.turn(60)
        talk.tap("stop")
        talk.tap("finish")
        codes = {name: admitting.issue(talk.id, talk.seat(name), WORD) for name in PEOPLE}
        time.turn(7 * DAY_S)
        worker.force_login(models.Staff.objects.get(username="anna"))
        one = Asking(talk, worker, manager, codes)
        one.ask()
        yield one
        capturing.forget(talk.id)
        talk.forget()
    time.ms = began


@pytest.fixture
def time() -> Iterator[Clock]:
    with standing_clock() as standing:
        yield standing


ALL_YES: dict[str, str] = dict.fromkeys(("Carla", "Dani", "Anna"), "yes")
NOES: Mapping[str, Answers] = {
    "Carla says no": ALL_YES | {"Carla": "no"},
    "Dani says no": ALL_YES | {"Dani": "no"},
    "Dani doubts": ALL_YES | {"Dani": "doubt"},
    "the organisation says no": ALL_YES | {"Anna": "no"},
    "Bram does not want it any more": {"Bram": "no"} | ALL_YES,
    "everyone says no": dict.fromkeys(("Bram", "Carla", "Dani", "Anna"), "no"),
    "Carla says yes and then no": {"Carla": "yes", "Carla ": "no", "Dani": "yes", "Anna": "yes"},
}
SILENCES: Mapping[str, Answers] = {
    "nobody answers": {},
    "Carla is silent": {"Dani": "yes", "Anna": "yes"},
    "Dani is silent": {"Carla": "yes", "Anna": "yes"},
    "the organisation is silent": {"Carla": "yes", "Dani": "yes"},
}


KINDS_OF_NO = ("Carla says no", "Dani doubts", "the organisation says no", "Bram does not want it any more")
KINDS_OF_SILENCE = ("nobody answers", "Dani is silent", "the organisation is silent")


def run(time: Clock, answers: Answers) -> Transcript:
    """Let people answer, and look until what came of it is shown."""
    with asked(time) as one:
        for name, given in answers.items():
            one.say(name.strip(), given)
            polling.sweep()
        time.turn(2 * DAY_S)
        polling.sweep()
        seen = one.look("while it is open")
        deadline = Question.objects.get().deadline_ms
        time.ms = deadline - 1000
        polling.sweep()
        seen |= one.look("a second before the deadline")
        time.ms = deadline
        seen |= one.look("at the deadline")
        polling.sweep()
        time.turn(1)
        seen |= one.look("a second later")
        time.turn(4)
        return seen | one.look("shown")


SILENT: Mapping[str, tuple[str, ...]] = {
    "nobody answers": ("Carla", "Dani", "Anna", "Mia"),
    "Carla is silent": ("Carla",),
    "Dani is silent": ("Dani",),
    "the organisation is silent": ("Anna", "Mia"),
}


def own_page(cause: str, page: str) -> bool:
    """Tell whether this is a page of who was silent, which tells its reader that no answer is in, until it is over."""
    return page.startswith(("while", "a second before", "at the")) and any(f": {one} " in page for one in SILENT[cause])


@pytest.mark.parametrize("every", EVERY)
def test_every_no_gives_everyone_the_same_bytes_at_the_same_moment(time: Clock, every: bool) -> None:
    runs = {cause: run(time, NOES[cause]) for cause in (NOES if every else KINDS_OF_NO)}
    compare(runs)
    told = runs["Carla says no"]
    shown = [told[f"shown: {name} "] for name in PEOPLE]
    assert all(b"Dit gaat niet door." in page for page in shown)
    assert shown[1] == shown[2]
    assert all(b"We wachten op de anderen." in told[f"while it is open: {name} "] for name in PEOPLE)
    assert b"ShareEndedWithoutAgreement" not in told["at the deadline: journal"]
    assert told["a second later: journal"].count(b"ShareEndedWithoutAgreement") == 1
    assert b"Consent" not in told["shown: journal"].partition(b"ShareAsked")[2]


@pytest.mark.parametrize("every", EVERY)
def test_silence_is_a_no_to_the_byte_once_it_is_over_and_before_it_for_all_others(time: Clock, every: bool) -> None:
    runs = {"Carla says no": run(time, NOES["Carla says no"])} | {
        cause: run(time, SILENCES[cause]) for cause in (SILENCES if every else KINDS_OF_SILENCE)
    }
    compare(runs, own_page)


def take_back(one: Asking, name: str) -> Seen:
    """Let somebody take the yes back; «Anna» for the organisation."""
    if name == "Anna":
        return Seen(one.worker.post(f"{one.desk}back"))
    return Seen(one.phone(name).post(f"{one.here}back"))


def test_a_yes_taken_back_gives_everyone_the_same_bytes_whoever_took_it(time: Clock) -> None:
    runs: dict[str, Transcript] = {}
    for name in (*PEOPLE, "Anna"):
        with asked(time) as one:
            for other, given in ALL_YES.items():
                one.say(other, given)
            polling.sweep()
            time.turn(4)
            before = one.look("agreed", posts=())
            assert take_back(one, name).status == 302
            after = one.look("agreed", posts=())
            compare({"before": before, "after": after})
            after |= one.look("no link")
            time.turn(DAY_S)
            polling.sweep()
            runs[name] = after | one.look("after midnight")
    compare(runs)
    told = runs["Carla"]
    assert told["after midnight: journal"].count(b"ShareTakenBack") == 1
    pages = {told[f"after midnight: {name} "] for name in ("Carla", "Dani")}
    assert len(pages) == 1
    assert all(b"Dit gaat niet door." in page for page in pages)


def test_an_answer_is_answered_alike_and_as_soon(time: Clock) -> None:
    seen = set()
    for given in ("yes", "no", "doubt"):
        with asked(time) as one:
            phone = one.phone("Carla")
            answer = Seen(phone.post(f"{one.here}answer", {"answer": given}))
            again = Seen(phone.post(f"{one.here}answer", {"answer": "yes"}))
            seen.add((answer.all, again.all, Seen(phone.get(one.here)).all))
    assert len(seen) == 1
