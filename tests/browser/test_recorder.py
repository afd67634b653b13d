"""The recorder in a real browser, against a stage that answers as it is told."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from tests.browser.conftest import RATE, Launch, Person, Sound
from tests.browser.play import assert_same_sound, events, joined, recording, stop, stored, until
from tests.browser.stage import Kept, Stage

from tweespoor.sound import opus
from tweespoor.tape.packets import Code
from tweespoor.tape.track import genesis, head_after, leaf_of

pytestmark = pytest.mark.browser

SAFE = """() => {
  window.said = [];
  const place = document.querySelector("[data-bind=safe]");
  new MutationObserver(() => window.said.push(place.textContent)).observe(place, { childList: true });
}"""


def test_what_went_in_comes_out(stage: Stage, launch: Launch, sound: tuple[Path, Sound]) -> None:
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 8)
    stop(stage, page, kept)

    head = genesis(kept.track)
    for number, body in enumerate(kept.bodies):
        head = head_after(head, leaf_of(kept.salt, number, body))
    assert head == kept.head
    packets = [packet for chunk in kept.chunks for packet in chunk.packets]
    positions = [packet.position for packet in packets]
    assert positions == list(range(0, 960 * len(packets), 960))
    (ended,) = [event for chunk in kept.chunks for event in chunk.events if event.code is Code.ENDED]
    assert ended.position == positions[-1]  # one packet more than blocks: its surplus is cut here
    monos = [chunk.mono_us for chunk in kept.chunks]
    assert monos == sorted(monos)
    assert abs(monos[-1] - monos[0] - kept.chunks[-1].begin * 1e6 / RATE) < 50_000

    decoded = opus.decode([packet.content for packet in packets])[kept.chunks[0].preskip :]
    assert_same_sound(decoded, sound[1])


def test_a_pause_is_a_stretch_of_time_without_packets(stage: Stage, launch: Launch, sound: tuple[Path, Sound]) -> None:
    page = joined(stage, launch, sound[0])
    page.evaluate(SAFE)
    kept = recording(stage, page, 3)
    stage.running, stage.record = "paused", False
    until(lambda: bool(events(kept, Code.PAUSED)), page=page)
    page.wait_for_timeout(2000)
    count = len(kept.leaves)
    page.wait_for_timeout(1500)
    assert len(kept.leaves) == count  # nothing is sent while it stands still
    stage.running, stage.record = "running", True
    until(lambda: len(kept.leaves) > count + 2, page=page)
    page.wait_for_timeout(600)
    said = page.evaluate("window.said")
    assert len(said) >= 4
    assert said == sorted(said)  # what is safe stays safe
    stop(stage, page, kept)
    paused, *_ = events(kept, Code.PAUSED)  # a stop may be heard as a second one
    (resumed,) = events(kept, Code.RESUMED)
    assert 3 < (resumed.position - paused.position) / RATE < 7
    packets = [packet for chunk in kept.chunks for packet in chunk.packets]
    assert not [p for p in packets if paused.position + 960 <= p.position < resumed.position]
    first = [p.content for p in packets if p.position < resumed.position]
    assert_same_sound(opus.decode(first)[312:], sound[1])
    assert len(stage.tracks) == 1


HEARS = """async () => {
  const { Recorder } = await import("/static/recorder.js");
  const recorder = new Recorder(() => undefined);
  const pushed = [];
  const now = performance.now();
  const ours = 10 * 48000; // the position that sounds now
  Object.assign(recorder, {
    encoder: { push: (place) => pushed.push(place) }, open: true, fresh: true, running: true, since: now,
    monoFloor: now - ours / 48, wallFloor: Date.now() - ours / 48,
  });
  const samples = new Float32Array(960);
  for (const position of [ours - 24000, ours - 960, ours + 1920, ours + 2880]) {
    if (position > ours) await new Promise((later) => setTimeout(later, 60));
    recorder.take({ position, samples, wall: Date.now() + (position - ours) / 48 });
  }
  return pushed;
}"""
TIES = """async (answers) => {
  const { Sender, tieClock } = await import("/static/protocol.js");
  for (const [server, received] of answers) tieClock(server, received);
  return new Sender({}, { next: 0 }, () => undefined, { epoch: 0, renew: async () => false }).clock();
}"""


def test_on_a_busy_page_nothing_seems_to_be_of_before_the_start(stage: Stage, launch: Launch) -> None:
    """Blocks that sounded before it might record are left out, and an answer that was heard late ties no clock."""
    stage.claim = False
    page = launch().new_context().new_page()
    page.goto(stage.origin + "/p/")
    assert page.evaluate(HEARS) == [0, 960]
    assert "server=5000;at=10000" in page.evaluate(TIES, [[5000, 10], [5020, 900]])
    assert "server=1000;at=950000" in page.evaluate(TIES, [[1000, 950]])  # another clock than before


def test_without_network_sound_waits_and_is_drained_oldest_first(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound]
) -> None:
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 2)
    page.context.set_offline(True)
    before = len(kept.leaves)
    page.wait_for_timeout(10_000)
    assert len(kept.leaves) <= before + 1
    assert page.locator("[data-notice=behind]").is_visible()
    assert page.locator("[data-unknown]").is_visible()
    page.context.set_offline(False)
    until(lambda: len(kept.leaves) >= before + 10, 15, page)
    page.wait_for_timeout(500)
    assert page.locator("[data-notice=behind]").count() == 0
    stop(stage, page, kept)
    packets = [packet for chunk in kept.chunks for packet in chunk.packets]
    assert [p.position for p in packets] == list(range(0, 960 * len(packets), 960))
    assert_same_sound(opus.decode([p.content for p in packets])[312:], sound[1])


def test_refused_seconds_are_destroyed_and_told_and_the_rest_goes_on(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound]
) -> None:
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 2)
    gone: list[bytes] = []

    def refuse(track: Kept, number: int, items: list[bytes]) -> tuple[int, dict[str, Any]] | None:
        if len(gone) >= 5:
            return None
        gone.extend(items)
        return 403, stage.refusal(track, number, number + len(items) - 1)

    stage.answer = refuse
    until(lambda: len(gone) >= 5, page=page)
    until(lambda: len(kept.leaves) >= 5, page=page)
    assert page.locator("[data-notice=refused]").is_visible()
    stop(stage, page, kept)
    assert not set(gone) & set(kept.bodies)
    assert [chunk.number for chunk in kept.chunks] == list(range(len(kept.chunks)))
    until(lambda: stored(page) == 0, page=page)


def test_whatever_is_answered_meanwhile_no_second_is_lost(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound]
) -> None:
    """Each answer that asks for patience gets it; a refusal without its authenticator destroys nothing."""
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 2)
    told: list[int] = []

    def later(track: Kept, number: int, items: list[bytes]) -> tuple[int, dict[str, Any]] | None:
        if len(told) >= 2:
            return None
        told.append(number)
        said: dict[str, Any] = {"error": "x", "retry_ms": 300}
        if status == 403:
            said = stage.refusal(track, number, number + len(items) - 1) | {"mac": "00" * 32}
        return status, said

    for status in (429, 503, 507, 422, 403, 401):
        told.clear()
        count = len(kept.leaves)
        stage.answer = later
        until(lambda: len(told) >= 2, page=page)
        if status == 401:
            kept.token = "second"  # the page gets a new one with its ticket
        until(lambda count=count: len(kept.leaves) >= count + 2, page=page)  # type: ignore[misc] # the count of now
    stop(stage, page, kept)
    packets = [packet for chunk in kept.chunks for packet in chunk.packets]
    assert [p.position for p in packets] == list(range(0, 960 * len(packets), 960))


def test_what_only_a_person_can_decide_is_told_and_kept(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound]
) -> None:
    browser = launch(sound[0])
    pages = [browser.new_context().new_page() for _ in range(2)]
    for page in pages:
        page.goto(stage.origin + "/p/")
    ready = ("/p/ready", {"records": "yes"})
    until(lambda: stage.posts.count(ready) == 2, page=pages[0])
    stage.running, stage.record = "running", True
    until(lambda: [len(kept.leaves) >= 2 for kept in stage.tracks.values()] == [True, True], page=pages[0])
    forked = stage.track
    given: dict[bool, tuple[int, dict[str, Any]]] = {
        True: (409, {"error": "fork", "number": 2}),
        False: (410, {"error": "sealed"}),
    }
    stage.answer = lambda track, _number, _items: given[track is forked]
    told = set()
    for page in pages:
        notice = page.locator("[data-notice=fork], [data-notice=sealed]")
        notice.wait_for(timeout=10_000)
        told.add(notice.get_attribute("data-notice"))
        assert stored(page) >= 2
    assert told == {"fork", "sealed"}


def test_after_a_reload_a_new_epoch_of_the_same_track(stage: Stage, launch: Launch, sound: tuple[Path, Sound]) -> None:
    page = joined(stage, launch, sound[0])
    page.on("dialog", lambda dialog: dialog.accept())
    kept = recording(stage, page, 3)
    page.mouse.click(5, 5)  # a page that was never touched may not ask before it goes
    page.reload()
    until(lambda: kept.chunks[-1].epoch == 1 and len(kept.chunks) > 6, page=page)
    assert any(path == "/p/failed" for path, _ in stage.posts)  # the sign that it went
    stop(stage, page, kept)
    assert len(stage.tracks) == 1
    epochs = [chunk.epoch for chunk in kept.chunks]
    assert epochs == sorted(epochs)
    first = next(chunk for chunk in kept.chunks if chunk.epoch == 1)
    assert first.begin == 0
    before = [chunk for chunk in kept.chunks if chunk.epoch == 0][-1]
    assert first.wall_ms > before.wall_ms + before.samples // 48  # the gap is stated by the times


def test_a_browser_that_is_killed_offline_drains_when_it_is_started_again(
    stage: Stage, lasting: Person, sound: tuple[Path, Sound], tmp_path: Path
) -> None:
    context = lasting("profile", sound[0])
    page = context.new_page()
    page.goto(stage.origin + "/p/")
    kept = recording(stage, page, 2)
    context.set_offline(True)
    before = len(kept.leaves)
    page.wait_for_timeout(4000)
    kill(tmp_path / "profile")
    stage.running, stage.record = "stopped", False
    page = lasting("profile", sound[0]).new_page()
    page.goto(stage.origin + "/p/")
    page.locator("[data-notice=unfinished], [data-notice=drained]").first.wait_for(timeout=10_000)
    until(lambda: kept.closed, page=page)
    assert len(kept.leaves) >= before + 2
    page.locator("[data-notice=drained]").wait_for(timeout=5000)
    assert page.locator("[data-notice=unfinished]").count() == 0
    page.wait_for_timeout(1500)
    assert page.evaluate("async () => (await indexedDB.databases()).length") == 0  # nothing tells of it any more


def kill(profile: Path) -> None:
    """Kill the browser that uses this profile, as a battery does."""
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                if str(profile).encode() in (process / "cmdline").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
            except OSError:
                continue
    time.sleep(1)
    for left in profile.glob("Singleton*"):
        left.unlink()


def test_stopped_while_offline(stage: Stage, launch: Launch, sound: tuple[Path, Sound]) -> None:
    """What was recorded after the stop is refused, destroyed and told; what was recorded before it counts."""
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 2)
    page.context.set_offline(True)
    page.wait_for_timeout(7000)
    before = len(kept.leaves) + 2  # so many were recorded before somebody stopped
    stage.running, stage.record = "stopped", False
    refused: list[bytes] = []

    def shut(track: Kept, number: int, items: list[bytes]) -> tuple[int, dict[str, Any]] | None:
        room = before - number
        if room >= len(items):
            return None
        if room > 0:
            stage.answer = None
            stage.deliver(track, number, items[:room], "chunk")
            stage.answer = shut
        refused.extend(items[max(room, 0) :])
        answer = stage.refusal(track, max(number, before), number + len(items) - 1)
        return (200 if room > 0 else 403), answer

    stage.answer = shut
    page.context.set_offline(False)
    until(lambda: kept.closed, page=page)
    assert len(kept.leaves) == before
    assert refused
    assert page.locator("[data-notice=refused]").is_visible()
    until(lambda: stored(page) == 0, page=page)
