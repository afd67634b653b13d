"""Real browsers with real sound as their microphone.

Every person has a browser process of its own, because Chromium takes one file as the microphone of a process.
"""

import contextlib
import os
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, StorageState, sync_playwright
from tests.browser.afterwards import Recorded, recorded
from tests.browser.journey import account, sign_in
from tests.browser.stage import Stage, on_stage
from tests.server import Server, serving, set_up

CHROMIUM = os.environ.get("TWEESPOOR_CHROMIUM", "/usr/bin/chromium")
RATE = 48_000
Sound = NDArray[np.float32]


def speech_like(seconds: float, seed: int = 1) -> Sound:
    """Noise in the band of voices that swells and fades, never quite still: it can be found back anywhere."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal(int(seconds * RATE)))
    hertz = np.fft.rfftfreq(int(seconds * RATE), 1 / RATE)
    spectrum[(hertz < 150) | (hertz > 3800)] = 0
    noise = np.fft.irfft(spectrum, int(seconds * RATE))
    swell = 0.55 + 0.45 * np.sin(np.arange(noise.size) / RATE * 2 * np.pi * 2.3)
    sound: Sound = (0.75 * swell * noise / np.abs(noise).max()).clip(-0.95, 0.95).astype(np.float32)
    return sound


def write_wav(path: Path, sound: Sound, rate: int = RATE) -> Path:
    """Write mono sound as a wave file of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="session")
def engine() -> Iterator[Playwright]:
    with sync_playwright() as engine:
        yield engine


def flags(microphone: Path | None, *, permitted: bool = True) -> list[str]:
    """Give the flags of a Chromium whose microphone is a file."""
    given = ["--no-sandbox", "--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required"]
    if permitted:
        given.append("--use-fake-ui-for-media-stream")
    if microphone:
        given.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
    return given


Launch = Callable[..., Browser]
Person = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def without_microphone(engine: Playwright) -> Iterator[list[Browser]]:
    """Keep a browser process that hears nothing of its own, for all tests that need no more."""
    del engine  # it ends after its browsers
    kept: list[Browser] = []
    yield kept
    for browser in kept:
        browser.close()


@pytest.fixture
def launch(engine: Playwright, without_microphone: list[Browser]) -> Iterator[Launch]:
    """Start browser processes, each with its own microphone; one without is shared, and left without a page."""
    with contextlib.ExitStack() as stack:

        def leave(browser: Browser) -> None:
            for context in browser.contexts:
                context.close()

        def start(microphone: Path | None = None, *, permitted: bool = True) -> Browser:
            if microphone is None and permitted:
                if not without_microphone or not without_microphone[0].is_connected():
                    without_microphone[:] = [engine.chromium.launch(executable_path=CHROMIUM, args=flags(None))]
                stack.callback(leave, without_microphone[0])
                return without_microphone[0]
            browser = engine.chromium.launch(executable_path=CHROMIUM, args=flags(microphone, permitted=permitted))
            stack.callback(browser.close)
            return browser

        yield start


@pytest.fixture
def browser(launch: Launch) -> Browser:
    """Give a browser without a microphone of its own."""
    return launch()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the demonstration, one for the tests of a file."""
    home = tmp_path_factory.mktemp("house") / "installation"
    set_up(home, "--demo")
    with serving(home) as server:
        yield server


@contextlib.contextmanager
def at_desk(engine: Playwright, server: Server, name: str) -> Iterator[Page]:
    """Give a page of who works here, signed in; a code of the second step serves once, so a file signs in once."""
    browser = engine.chromium.launch(executable_path=CHROMIUM, args=flags(None))
    page = browser.new_context(locale="nl-NL").new_page()
    sign_in(page, server, account(server, name))
    yield page
    browser.close()


@pytest.fixture(scope="module")
def worker(server: Server, engine: Playwright) -> tuple[StorageState, str]:
    """Sign the worker in once, and give where the codes of the demonstration are."""
    with at_desk(engine, server, "anna") as page:
        page.get_by_role("link", name="Gesprek van").first.click()
        page.get_by_role("link", name="Terugluisteren: code geven").click()
        page.get_by_role("heading", name="Codes om terug te luisteren").wait_for()
        return page.context.storage_state(), page.url


@pytest.fixture(scope="module")
def officer(server: Server, engine: Playwright) -> StorageState:
    """Sign the privacy officer in once."""
    with at_desk(engine, server, "fatima") as page:
        return page.context.storage_state()


@pytest.fixture
def talk(server: Server, launch: Launch, tmp_path: Path) -> Recorded:
    """Let Anna and three others record at one table, and come back to it afterwards."""
    return recorded(server, launch(write_wav(tmp_path / "table.wav", speech_like(20))))


@pytest.fixture
def lasting(engine: Playwright, tmp_path: Path) -> Iterator[Person]:
    """Start browsers with a profile on disk, which can be killed and started again."""
    with contextlib.ExitStack() as stack:

        def start(name: str, microphone: Path | None = None) -> BrowserContext:
            context = engine.chromium.launch_persistent_context(
                str(tmp_path / name), executable_path=CHROMIUM, args=flags(microphone)
            )

            def close() -> None:
                with contextlib.suppress(Exception):
                    context.close()

            stack.callback(close)
            return context

        yield start


@pytest.fixture
def stage() -> Iterator[Stage]:
    with on_stage() as stage:
        yield stage


@pytest.fixture
def sound(tmp_path: Path) -> tuple[Path, Sound]:
    """Give forty seconds of sound, and the file that a browser takes as its microphone."""
    made = speech_like(40)
    return write_wav(tmp_path / "microphone.wav", made), made
