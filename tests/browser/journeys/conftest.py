"""A house with a recorded conversation for each test, and who works there; every journey is gone by phone and desktop.

The conversations are those of the demonstration, with spoken sound, made before the server begins. Each has a worker
of its own, so that what one test does stands on nobody else's lists.
"""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState
from tests.browser.conftest import Launch
from tests.browser.journey import Account, account, fresh_code
from tests.browser.journeys.visit import SETTINGS, Setting, Visit
from tests.server import Server, environment_of, serving, set_up

MAKE = """
import functools, json, sys
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from tweespoor.casework import capturing, demonstrating, staffing
from tweespoor.casework.models import Role
scenes, opus = demonstrating.scenes, demonstrating.opus
scenes.play = functools.cache(scenes.play)
encode, encoded = opus.encode, {}
def encode_once(samples):
    if id(samples) not in encoded:
        encoded[id(samples)] = encode(samples)
    return encoded[id(samples)]
opus.encode = encode_once
made = []
for number in range(int(sys.argv[1])):
    name, password, secret = f"w{number + 1}", "paars fietst regen", generate_totp_secret()
    staff = staffing.accept(staffing.invite(name, Role.WORKER), password)
    Authenticator.objects.create(
        user=staff, type=Authenticator.Type.TOTP, data={"secret": staffing.hide(secret)}
    )
    capturing.start()
    try:
        with demonstrating._yesterday() as time:
            conversation = demonstrating._conversation(staff, time)
    finally:
        capturing.stop()
    made.append([conversation, name, password, secret])
print(json.dumps(made))
"""

HERE = Path(__file__).parent
QUICK = frozenset({
    "test_a_participant_listens_back_with_a_code_and_takes_a_copy[phone-nl]",
    "test_a_recording_is_filed_corrected_noted_and_leaves_for_the_dossier_system[phone-nl]",
})  # fmt: skip
"""What `make test` goes too; all the others are gone by `make test-all`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes long."""
    for item in items:
        if HERE in item.path.parents and item.name not in QUICK:
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Talk:
    """A conversation that was recorded yesterday, and the worker who led it."""

    conversation: str
    worker: Account


@dataclass
class House:
    """A server, the conversations that no test has had yet, and who signed in there before."""

    server: Server
    talks: list[Talk]
    states: dict[str, StorageState] = field(default_factory=dict)

    def run(self, script: str, *arguments: str) -> str:
        """Run a few lines of ours beside the server; gives what they print."""
        return _run(self.server.home, script, *arguments)

    def forget_tries(self) -> None:
        """Forget how often something was tried from here: all browsers of a run come from one address."""
        with closing(sqlite3.connect(self.server.home / "tweespoor.sqlite3", timeout=20)) as base, base:
            for what in ("listen", "beforehand"):
                base.execute("DELETE FROM tweespoor_cache WHERE cache_key LIKE ?", (f"%:{what}:%",))

    def account(self, name: str) -> Account:
        """Give somebody of the demonstration by name."""
        return account(self.server, name)


def prepared(home: Path, count: int) -> list[Talk]:
    """Make so many conversations; nothing may serve the folder yet."""
    made = json.loads(_run(home, MAKE, str(count)))
    return [Talk(conversation, Account(*worker)) for conversation, *worker in made]


def _run(home: Path, script: str, *arguments: str) -> str:
    environment = environment_of(home) | {"DJANGO_SETTINGS_MODULE": "tweespoor.web.settings"}
    command = [sys.executable, "-c", f"import django\ndjango.setup()\n{script}", *arguments]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True, timeout=300)
    return done.stdout


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """Give what the server of a file finds in its environment besides; a file may have its own."""
    return {}


@pytest.fixture(scope="module")
def choices() -> str:
    """Give lines that stand in ``house.toml`` besides; a file may have its own."""
    return ""


@pytest.fixture(scope="module")
def house(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    environment: dict[str, str],
    choices: str,
) -> Iterator[House]:
    """Serve one house for the tests of a file, with as many conversations as they ask for."""
    home = tmp_path_factory.mktemp("journeys") / "installation"
    set_up(home, "--demo")
    with (home / "house.toml").open("a", encoding="utf-8") as file:
        file.write(choices)
    wanted = [one for one in request.session.items if one.path == request.path and "talk" in one.fixturenames]  # type: ignore[attr-defined] # a test function
    talks = prepared(home, len(wanted)) if wanted else []
    with serving(home, environment=environment) as server:
        yield House(server, talks)


@pytest.fixture
def talk(house: House) -> Talk:
    """Give a conversation that no other test has had."""
    house.forget_tries()
    return house.talks.pop()


@pytest.fixture(params=[pytest.param(one, id=name) for name, one in SETTINGS.items()])
def setting(request: pytest.FixtureRequest) -> Setting:
    """Give a screen and a language."""
    one: Setting = request.param
    return one


Enter = Callable[..., Visit]


@pytest.fixture
def enter(house: House, launch: Launch, setting: Setting, request: pytest.FixtureRequest) -> Iterator[Enter]:
    """Let somebody come with a device: who works here signed in, anybody else with nothing."""
    wrong: list[str] = []
    journey = request.node.originalname.removeprefix("test_")

    def come(who: Account | str | None = None) -> Visit:
        browser = launch()
        state = None if who is None else _state(house, browser, house.account(who) if isinstance(who, str) else who)
        context = browser.new_context(
            locale=setting.locale, viewport=setting.size, storage_state=state, accept_downloads=True
        )
        context.set_default_timeout(25_000)
        context.add_cookies([{"name": "l", "value": setting.language, "url": house.server.origin}])
        return Visit(context.new_page(), house.server.origin, setting, journey, wrong)

    yield come
    assert not wrong, "\n".join(wrong)


def _state(house: House, browser: Browser, who: Account) -> StorageState:
    """Sign in, once for all tests of a file."""
    if who.name not in house.states:
        context = browser.new_context(locale="nl-NL")
        page = context.new_page()
        page.goto(f"{house.server.origin}/staff/login/")
        page.get_by_label("Naam of e-mailadres").fill(who.name)
        page.get_by_label("Wachtwoord").fill(who.password)
        page.get_by_role("button", name="Verder").click()
        page.locator("input[name=code]").fill(fresh_code(house.server, who))
        page.get_by_role("button", name="Inloggen").click()
        page.wait_for_url(f"{house.server.origin}/")
        house.states[who.name] = context.storage_state()
        context.close()
    return house.states[who.name]
