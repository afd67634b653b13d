"""What tests of the recorder do again and again."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Page
from scipy.signal import correlate

from tests.browser.conftest import RATE, Launch, Sound
from tests.browser.stage import Kept, Stage
from tweespoor.tape.packets import Code, Event


def until(true: Callable[[], bool], seconds: float = 12, page: Page | None = None) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become so in time"
        if page is not None:
            page.wait_for_timeout(50)
        else:
            time.sleep(0.05)


def joined(stage: Stage, launch: Launch, microphone: Path) -> Page:
    page = launch(microphone).new_context().new_page()
    page.on("console", lambda message: print("console:", message.text))
    page.on("pageerror", lambda error: print("pageerror:", error))
    page.goto(stage.origin + "/p/")
    return page


def recording(stage: Stage, page: Page, chunks: int = 3) -> Kept:
    """Let the page record and wait for its first chunks."""
    until(lambda: ("/p/ready", {"records": "yes"}) in stage.posts, page=page)
    stage.running, stage.record = "running", True
    until(lambda: bool(stage.tracks) and len(stage.track.leaves) >= chunks, page=page)
    return stage.track


def stop(stage: Stage, page: Page, kept: Kept) -> None:
    stage.running, stage.record = "stopped", False
    until(lambda: kept.closed, page=page)


def events(kept: Kept, *codes: Code) -> list[Event]:
    """Give what a recorder said happened to it."""
    return [event for chunk in kept.chunks for event in chunk.events if event.code in codes]


def assert_same_sound(decoded: Sound, source: Sound) -> None:
    """Each second of what was recorded lies in the source, at one and the same offset."""
    offsets = []
    for second in range(len(decoded) // RATE):
        piece = decoded[second * RATE : (second + 1) * RATE]
        curve = correlate(source, piece, mode="valid", method="fft")
        best = int(np.argmax(curve))
        there = source[best : best + RATE]
        likeness = float(np.dot(there, piece) / (np.linalg.norm(there) * np.linalg.norm(piece)))
        assert likeness > 0.9, (second, likeness)
        offsets.append(best - second * RATE)
    assert max(offsets) - min(offsets) <= 2, offsets
