"""A cast for conversations in real browsers: everyone has a device, and what each taps and sees is written down.

Who records has a browser process of their own with a spoken voice as its microphone; processes are started once and
shared by all tests.  Screens and buttons are found by what they do, never by their words, so that a play can be
played in any language.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, Playwright, StorageState
from tests.browser.conftest import CHROMIUM, RATE, flags, speech_like, write_wav
from tests.browser.flow.sentences import too_long
from tests.browser.journey import PHONE, account, sign_in
from tests.browser.play import until
from tests.server import Server

from tweespoor.journal import entry
from tweespoor.rules.conversation import Conversation, fold
from tweespoor.rules.fact import Fact
from tweespoor.sound import voices

WATCH = Path(__file__).with_name("watch.js").read_text(encoding="utf-8")
VOICES = {
    "anna": ("nl+f3", "Goedemiddag, fijn dat je er bent. We praten over hoe het thuis gaat."),
    "bram": ("nl+m3", "Het gaat beter. We eten drie keer in de week samen aan tafel."),
    "carla": ("nl+f5", "En daarna doen we de afwas. Dan praten we gewoon met elkaar."),
}
SPOKEN_S = 60
SHOWN_S = 25
"""How long a screen may take to come on a machine that does much else; nothing waits longer than it must."""


@dataclass(frozen=True)
class Told:
    """Something that a page wrote down, and when (ms since 1970)."""

    kind: str
    value: object
    at: float


@dataclass
class Person:
    """Somebody with a device."""

    name: str
    page: Page
    told: list[Told]
    wrong: list[str]

    def screen(self, name: str) -> None:
        """Wait for a screen, and read it."""
        self.page.locator(f'main[data-screen="{name}"]').wait_for(timeout=SHOWN_S * 1000)
        self.wrong += [f"{name}: {sentence}" for sentence in too_long(self.page)]

    def sees(self) -> str:
        """Name the screen that is there now."""
        return self.page.locator("main").get_attribute("data-screen") or ""

    def says(self, words: str) -> None:
        """Wait for words in the middle of the screen."""
        self.page.locator("main").get_by_text(words).first.wait_for(timeout=SHOWN_S * 1000)

    def button(self, verb: str) -> Locator:
        """Find the button that does something."""
        return self.page.locator(f'form[action$="/{verb}"] button').first

    def tap(self, verb: str) -> None:
        """Tap the button that does something."""
        self.button(verb).click(timeout=SHOWN_S * 1000)

    def step(self, place: str) -> None:
        """Tap the link to a page one tap further."""
        self.page.locator(f'main a[href$="/{place}"]').first.click(timeout=SHOWN_S * 1000)

    def choose(self, **one: str) -> None:
        """Tap the button or the chip that gives a field this value."""
        ((field_, value),) = one.items()
        wanted = f'button[name="{field_}"][value="{value}"], label:has(input[name="{field_}"][value="{value}"])'
        self.page.locator(wanted).first.click(timeout=SHOWN_S * 1000)

    def answer(self, given: str = "yes", *, records: bool = False) -> None:
        """Answer the question, and before it tick that this phone records."""
        if records:
            self.page.locator("label:has([data-microphone])").click(timeout=SHOWN_S * 1000)
        self.choose(answer=given)

    def since(self, mark: int, kind: str) -> list[Told]:
        """Give what was written down of one kind since then."""
        return [told for told in self.told[mark:] if told.kind == kind]

    @property
    def now(self) -> int:
        """Give a place in what was written down, to look from later."""
        self.page.evaluate("0")  # whatever the page told before this has arrived
        return len(self.told)

    @property
    def taps(self) -> int:
        """Count what this person tapped."""
        return len(self.since(0, "tap")) if self.now else 0

    @property
    def microphone(self) -> bool:
        """Tell whether the light of the microphone is on."""
        on = sum(1 if told.value else -1 for told in self.told if told.kind == "microphone")
        return on > 0

    def html(self) -> str:
        """Give the whole document as it stands, and what of it a person sees."""
        return str(self.page.evaluate("document.documentElement.outerHTML + '\\n' + document.body.innerText"))


class Cast:
    """The people of a test, and the house in which they talk."""

    def __init__(self, engine: Playwright, server: Server, folder: Path) -> None:
        self.engine, self.server, self.folder = engine, server, folder
        self.browsers: dict[str, Browser] = {}
        self.signed: dict[str, StorageState] = {}
        self.open: list[BrowserContext] = []
        self.wrong: list[str] = []

    def sound(self, name: str) -> Path:
        """Give the file that somebody's microphone hears: that voice, over a little noise."""
        path = self.folder / f"{name}.wav"
        if not path.exists():
            voice, text = VOICES[name]
            spoken = np.resize(voices.talk([voices.Line(voice, text)]), SPOKEN_S * RATE)
            write_wav(path, (spoken * 0.6 + speech_like(SPOKEN_S, seed=len(text)) * 0.15).astype(np.float32))
        return path

    def browser(self, name: str) -> Browser:
        """Give somebody's browser process; who has no voice shares one."""
        own = name if name in VOICES else ""
        if own not in self.browsers:
            given = flags(self.sound(own) if own else None)
            self.browsers[own] = self.engine.chromium.launch(executable_path=CHROMIUM, args=given)
        return self.browsers[own]

    def person(self, name: str, context: BrowserContext) -> Person:
        """Let a page write down what happens on it."""
        told: list[Told] = []
        context.expose_function("told", lambda one: told.append(Told(**one)))
        context.add_init_script(WATCH)
        context.set_default_timeout(SHOWN_S * 1000)
        return Person(name, context.new_page(), told, self.wrong)

    def enter(self, name: str, state: StorageState | None = None, locale: str = "nl-NL") -> Person:
        """Give somebody a device that knows nothing, or that is signed in."""
        context = self.browser(name).new_context(locale=locale, storage_state=state, viewport=PHONE)  # type: ignore[arg-type] # two whole numbers
        self.open.append(context)
        return self.person(name, context)

    def worker(self, name: str = "anna", locale: str = "nl-NL") -> Person:
        """Give somebody who works here, signed in and at the beginning; the second factor is asked once a run."""
        if name not in self.signed:
            context = self.browser("").new_context(locale="nl-NL")
            sign_in(context.new_page(), self.server, account(self.server, name))
            self.signed[name] = context.storage_state()
            context.close()
        person = self.enter("anna", self.signed[name], locale)
        person.page.context.add_cookies([{"name": "l", "value": locale[:2], "url": self.server.origin}])
        person.page.goto(self.server.origin)
        return person

    def guest(self, name: str, worker: Person, kind: str = "adult", locale: str = "nl-NL") -> Person:
        """Give somebody with a phone, who scans the code and says who that is."""
        person = self.enter(name, locale=locale)
        self.scan(person, worker)
        person.choose(kind=kind)
        return person

    def scan(self, person: Person, worker: Person) -> None:
        """Let a phone scan the code that stands on the worker's screen now."""
        worker.page.locator(".join__code").wait_for()
        person.page.goto(f"{self.server.origin}/m/{self.token(conversation_of(worker))}")
        person.screen("P1")

    def leave(self) -> None:
        """Put away every device of a test."""
        while self.open:
            with suppress(Error):
                self.open.pop().close()

    def close(self) -> None:
        """End every browser."""
        for browser in self.browsers.values():
            browser.close()

    # What the house wrote down ------------------------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Read the tables of the server, beside it."""
        path = self.server.home / "tweespoor.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as base:
            return list(base.execute(query, values))

    def token(self, conversation: str) -> str:
        """Give what the picture leads to; a test has no camera."""
        ((token,),) = self.rows("SELECT join_token FROM casework_conversation WHERE id = ?", conversation)
        return str(token)

    def facts(self, conversation: str) -> list[Fact]:
        """Give the journal of a conversation."""
        query = "SELECT line FROM casework_entry WHERE conversation_id = ? ORDER BY position"
        return [entry.read(bytes(line)).fact for (line,) in self.rows(query, conversation) if isinstance(line, bytes)]

    def state(self, conversation: str) -> Conversation:
        """Give the state that the journal tells."""
        return fold(self.facts(conversation))

    def sealed(self, conversation: str) -> bool:
        """Tell whether every track is sealed."""
        tracks = self.state(conversation).tracks.values()
        return bool(tracks) and all(track.sealed for track in tracks)


def conversation_of(worker: Person) -> str:
    """Give the conversation that stands on the worker's screen."""
    found = re.search(r"/g/([0-9a-f]{32})/", worker.page.url)
    assert found, worker.page.url
    return found[1]


def open_talk(worker: Person, people: int, children: str = "none", *, against: str = "no") -> str:
    """Tap «Nu opnemen», count, and say that it is not bad for a child."""
    worker.page.locator('main a[href$="/g/new"]').click()
    count(worker, people, children)
    if children != "none":
        worker.screen("W3")
        if children == "present" and against == "no":
            worker.choose(reason="wants")
        worker.choose(against=against)
    worker.screen("W4")
    return conversation_of(worker)


def count(worker: Person, people: int, children: str = "none") -> None:
    """Say how many there are, and whether it is about a child."""
    worker.choose(people=str(people))
    worker.choose(children=children)


def begin(worker: Person) -> None:
    """Start the recording, as soon as somebody is ready to record."""
    worker.screen("W5")
    worker.tap("start")
    worker.screen("W6")


def all_see(screens: "dict[str, Iterable[Person]]") -> None:
    """Wait until everyone sees what they should."""
    for name, people in screens.items():
        for person in people:
            person.screen(name)


def wait(person: Person, true: Callable[[], bool], seconds: float = SHOWN_S) -> None:
    """Wait until something is so, while the pages go on."""
    until(true, seconds, person.page)


def record(*people: Person, seconds: int) -> None:
    """Wait until that much of everyone's newest track is safe with the house; nothing of it may be refused.

    A chunk holds a second.
    """
    for person in people:
        wait(person, lambda person=person: len(_of_newest_track(person, "sound")) >= seconds)  # type: ignore[misc] # now
        lost = _of_newest_track(person, "refused")
        assert not lost, f"{person.name} lost sound that everyone agreed to: {lost}"


def record_more(person: Person, seconds: int) -> None:
    """Wait until that much more of somebody's sound is safe with the house."""
    mark = person.now
    wait(person, lambda: len(person.since(mark, "sound")) >= seconds)


def _of_newest_track(person: Person, kind: str) -> list[Told]:
    sent = [
        (told, str(told.value["pathname"]).split("/")[2])
        for told in person.told
        if isinstance(told.value, dict) and told.kind in {"sound", "refused"}
    ]
    return [told for told, track in sent if track == sent[-1][1] and told.kind == kind]
