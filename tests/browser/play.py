"""What tests of the recorder do again and again."""

from pathlib import Path

import numpy as np
from playwright.sync_api import Page
from scipy.signal import correlate
from tests.browser.conftest import RATE, Launch, Sound
from tests.browser.stage import Kept, Stage
from tests.browser.waiting import until

from tweespoor.tape.packets import Code, Event

__all__ = ["REACH", "assert_same_sound", "events", "joined", "recording", "stop", "stored", "until"]


def joined(stage: Stage, launch: Launch, microphone: Path) -> Page:
    page = launch(microphone).new_context().new_page()
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


def assert_same_sound(decoded: Sound, source: Sound, within: int = RATE // 10) -> None:
    """Each second of what was recorded lies in the source, at the same offset within so many samples.

    On a busy machine the browser's own microphone may skip or repeat 10 ms; then the second in which it does so is
    half like its source, and the seconds after it are moved by 480 samples.
    """
    offsets, likenesses = [], []
    for second in range(len(decoded) // RATE):
        piece = decoded[second * RATE : (second + 1) * RATE]
        curve = correlate(source, piece, mode="valid", method="fft")
        best = int(np.argmax(curve))
        there = source[best : best + RATE]
        likenesses.append(float(np.dot(there, piece) / (np.linalg.norm(there) * np.linalg.norm(piece))))
        offsets.append(best - second * RATE)
    assert offsets, "less than a second"
    assert min(likenesses) > 0.4, likenesses
    assert np.median(likenesses) > 0.9, likenesses
    assert max(offsets) - min(offsets) <= within, offsets


# Lets a test reach what a page holds: its sound contexts and its microphone.
REACH = """
window.reached = {contexts: [], streams: []};
const Context = window.AudioContext;
window.AudioContext = class extends Context {
  constructor(...o) { super(...o); window.reached.contexts.push(this); }
};
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (o) => {
  const stream = await ask(o);
  window.reached.streams.push(stream);
  return stream;
};
"""

COUNT = """() => new Promise((done) => {
  const request = indexedDB.open("p", 1);
  request.onsuccess = () => {
    const t = request.result.transaction(["c", "t"]);
    const chunks = t.objectStore("c").count();
    const notes = t.objectStore("t").count();
    t.oncomplete = () => { request.result.close(); done(chunks.result + notes.result); };
  };
  request.onupgradeneeded = () => { request.transaction.abort(); };
  request.onerror = () => done(0);
})"""


def stored(page: Page) -> int:
    """Count what lies in the page's spool: chunks, and a note for each track."""
    return int(page.evaluate(COUNT))
