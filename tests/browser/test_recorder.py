"""The recorder in a real browser, against a stage that answers as it is told."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.browser.conftest import RATE, Launch, Person, Sound, speech_like, write_wav
from tests.browser.play import assert_same_sound, events, joined, recording, stop, until
from tests.browser.stage import Kept, Stage
from tweespoor.sound import opus
from tweespoor.tape.packets import Code
from tweespoor.tape.track import genesis, head_after, leaf_of

pytestmark = pytest.mark.browser

# Lets a test reach what a page holds: its sound contexts and its microphone.
REACH = """
window.reached = {contexts: [], streams: []};
const Context = window.AudioContext;
window.AudioContext = class extends Context { constructor(...o) { super(...o); window.reached.contexts.push(this); } };
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (o) => { const s = await ask(o); window.reached.streams.push(s); return s; };
"""


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
    kept = recording(stage, page, 3)
    stage.running, stage.record = "paused", False
    until(lambda: bool(events(kept, Code.PAUSED)), page=page)
    page.wait_for_timeout(2000)
    count = len(kept.leaves)
    page.wait_for_timeout(1500)
    assert len(kept.leaves) == count  # nothing is sent while it stands still
    stage.running, stage.record = "running", True
    until(lambda: len(kept.leaves) > count + 2, page=page)
    stop(stage, page, kept)
    (paused,), (resumed,) = events(kept, Code.PAUSED), events(kept, Code.RESUMED)
    assert 3 < (resumed.position - paused.position) / RATE < 7
    packets = [packet for chunk in kept.chunks for packet in chunk.packets]
    assert not [p for p in packets if paused.position + 960 <= p.position < resumed.position]
    first = [p.content for p in packets if p.position < resumed.position]
    assert_same_sound(opus.decode(first)[312:], sound[1])
    assert len(stage.tracks) == 1


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


def test_a_kept_track_sends_leaves_and_keeps_its_sound_until_it_is_chosen(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound], tmp_path: Path
) -> None:
    stage.kept = True
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 4)
    stop(stage, page, kept)
    assert not any(chunk.packets for chunk in kept.chunks)  # mere prefixes
    assert sum(chunk.samples for chunk in kept.chunks) > 3 * RATE
    form = '<form method="post" action="/p/copy" data-copy>{}</form>'
    buttons = "".join(f'<button name="choice" value="{choice}">{choice}</button>' for choice in ("keep", "hand-in", "wipe"))
    stage.show("P7", form.format(buttons))
    with page.expect_download() as saved:
        page.get_by_role("button", name="keep").click()
    file = tmp_path / "own.zip"
    saved.value.save_as(file)
    assert_own_copy(file, kept)
    page.get_by_role("button", name="hand-in").click()
    until(lambda: len(kept.handed) == len(kept.leaves), page=page)
    assert [leaf_of(kept.salt, n, body) for n, body in enumerate(kept.handed)] == kept.leaves
    until(lambda: page.locator("[data-notice=given]").is_visible(), page=page)
    until(lambda: stored(page) == 0, page=page)


def assert_own_copy(file: Path, kept: Kept) -> None:
    """The ZIP holds the bodies as they were hashed, and the same playable file as ours."""
    import json  # noqa: PLC0415
    import zipfile  # noqa: PLC0415

    from tweespoor.tape import ogg  # noqa: PLC0415
    from tweespoor.tape.packets import parse  # noqa: PLC0415

    with zipfile.ZipFile(file) as own:
        assert own.testzip() is None
        whole = own.read("chunks.bin")
        bodies, at = [], 0
        for number, line in enumerate(own.read("chunks.jsonl").decode().splitlines()):
            told = json.loads(line)
            assert told["number"] == number
            bodies.append(whole[at : at + told["length"]])
            at += told["length"]
            assert leaf_of(kept.salt, number, bodies[-1]).hex() == told["leaf"]
        assert at == len(whole)
        assert [leaf_of(kept.salt, n, body) for n, body in enumerate(bodies)] == kept.leaves
        receipts = [json.loads(line) for line in own.read("receipts.jsonl").splitlines()]
        assert receipts[-1]["head"] == kept.head.hex()
        chunks = [parse(body) for body in bodies]
        sounds = [
            ogg.Sound(
                chunk.number,
                [(packet.position, packet.content) for packet in chunk.packets],
                next((event.position for event in chunk.events if event.code is Code.ENDED), None),
            )
            for chunk in chunks
        ]
        assert own.read("audio.opus") == b"".join(ogg.write(kept.track, chunks[0].preskip, sounds))


def stored(page: Any) -> int:
    """Count what lies in the page's spool."""
    return int(
        page.evaluate(
            """() => new Promise((done) => { const r = indexedDB.open("p", 1); r.onsuccess = () => {
            const t = r.result.transaction(["c", "t"]); const c = t.objectStore("c").count();
            const n = t.objectStore("t").count(); t.oncomplete = () => { r.result.close(); done(c.result + n.result); }; }; })"""
        )
    )


def test_wiping_leaves_nothing(stage: Stage, launch: Launch, sound: tuple[Path, Sound]) -> None:
    stage.kept = True
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 2)
    stop(stage, page, kept)
    assert stored(page) > 2
    stage.show("P7", '<form method="post" action="/p/copy" data-copy><button name="choice" value="wipe">wipe</button></form>')
    page.get_by_role("button", name="wipe").click()
    until(lambda: ("/p/copy", {"choice": "wipe"}) in stage.posts, page=page)
    assert stored(page) == 0


def test_refused_seconds_are_destroyed_and_told_and_the_rest_goes_on(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound]
) -> None:
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 2)
    gone: list[bytes] = []

    def refuse(track: Kept, number: int, items: list[bytes]) -> tuple[int, dict[str, Any]] | None:
        if len(gone) >= 2:
            return None
        gone.extend(items)
        return 403, stage.refusal(track, number, number + len(items) - 1)

    stage.answer = refuse
    until(lambda: len(gone) >= 2, page=page)
    until(lambda: len(kept.leaves) >= 5, page=page)
    assert page.locator("[data-notice=refused]").is_visible()
    stop(stage, page, kept)
    assert not set(gone) & set(kept.bodies)
    assert [chunk.number for chunk in kept.chunks] == list(range(len(kept.chunks)))
    assert stored(page) == 0


def test_a_refusal_without_its_mac_destroys_nothing(stage: Stage, launch: Launch, sound: tuple[Path, Sound]) -> None:
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 2)
    lied = []

    def lie(track: Kept, number: int, items: list[bytes]) -> tuple[int, dict[str, Any]] | None:
        if len(lied) >= 2:
            return None
        lied.append(number)
        return 403, stage.refusal(track, number, number + len(items) - 1) | {"mac": "00" * 32}

    stage.answer = lie
    until(lambda: len(lied) >= 2, page=page)
    until(lambda: len(kept.leaves) >= 6, page=page)
    stop(stage, page, kept)
    packets = [packet for chunk in kept.chunks for packet in chunk.packets]
    assert [p.position for p in packets] == list(range(0, 960 * len(packets), 960))


@pytest.mark.parametrize("status", [401, 422, 429, 503, 507])
def test_each_answer_that_asks_for_patience_gets_it(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound], status: int
) -> None:
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 2)
    told = []

    def later(track: Kept, number: int, items: list[bytes]) -> tuple[int, dict[str, Any]] | None:
        if len(told) >= 2:
            return None
        told.append(number)
        return status, {"error": "x", "retry_ms": 300}

    stage.answer = later
    until(lambda: len(told) >= 2 and len(kept.leaves) >= 5, page=page)
    if status == 401:
        kept.token = "second"  # the page gets a new one with its ticket
        until(lambda: len(kept.leaves) >= 7, page=page)
    stop(stage, page, kept)
    packets = [packet for chunk in kept.chunks for packet in chunk.packets]
    assert [p.position for p in packets] == list(range(0, 960 * len(packets), 960))


@pytest.mark.parametrize(("status", "answer", "notice"), [(409, {"error": "fork", "number": 2}, "fork"), (410, {"error": "sealed"}, "sealed")])
def test_what_only_a_person_can_decide_is_told_and_kept(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound], status: int, answer: dict[str, Any], notice: str
) -> None:
    page = joined(stage, launch, sound[0])
    recording(stage, page, 2)
    stage.answer = lambda _track, _number, _items: (status, answer)
    page.locator(f"[data-notice={notice}]").wait_for(timeout=10_000)
    assert stored(page) >= 2


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


def test_sound_that_never_came_is_lost_and_not_silence(stage: Stage, launch: Launch, sound: tuple[Path, Sound]) -> None:
    page = launch(sound[0]).new_page()
    page.add_init_script(REACH)
    page.goto(stage.origin + "/p/")
    kept = recording(stage, page, 3)
    page.evaluate(
        """async () => { const [c] = window.reached.contexts; const go = c.resume.bind(c);
        c.resume = () => new Promise(() => 0); await c.suspend(); await new Promise((r) => setTimeout(r, 2000)); c.resume = go; await go(); }"""
    )
    page.locator("[data-notice=tap]").wait_for(state="detached", timeout=5000)
    count = len(kept.leaves)
    until(lambda: len(kept.leaves) >= count + 3, page=page)
    stop(stage, page, kept)
    (lost,) = events(kept, Code.LOST)
    assert 1.5 < lost.value / RATE < 2.7
    assert events(kept, Code.INTERRUPTED)
    packets = [packet for chunk in kept.chunks for packet in chunk.packets]
    after = [p for p in packets if p.position >= lost.position + lost.value]
    assert after[0].position == lost.position + lost.value
    assert not [p for p in packets if lost.position < p.position < lost.position + lost.value]


def test_a_hidden_tab_goes_on_and_says_so(stage: Stage, launch: Launch, sound: tuple[Path, Sound]) -> None:
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 2)
    page.evaluate("""() => { Object.defineProperty(document, "hidden", {get: () => window.away, configurable: true});
        window.away = true; document.dispatchEvent(new Event("visibilitychange")); }""")
    until(lambda: bool(events(kept, Code.HIDDEN)), page=page)
    page.evaluate("""() => { window.away = false; document.dispatchEvent(new Event("visibilitychange")); }""")
    until(lambda: bool(events(kept, Code.VISIBLE)), page=page)
    stop(stage, page, kept)
    assert not events(kept, Code.LOST)


def test_a_second_tab_does_not_record_too(stage: Stage, launch: Launch, sound: tuple[Path, Sound]) -> None:
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 2)
    other = page.context.new_page()
    other.goto(stage.origin + "/p/")
    other.locator("[data-notice=other_tab]").wait_for(timeout=10_000)
    other.wait_for_timeout(1500)
    assert len(stage.tracks) == 1
    other.close()
    count = len(kept.leaves)
    until(lambda: len(kept.leaves) > count + 1, page=page)
    stop(stage, page, kept)
    assert {chunk.epoch for chunk in kept.chunks} == {0}


def test_exact_silence_raises_an_alarm_but_is_recorded(stage: Stage, launch: Launch, tmp_path: Path) -> None:
    short = write_wav(tmp_path / "short.wav", np.concatenate([speech_like(6), np.zeros(60 * RATE, np.float32)]))
    page = joined(stage, launch, short)
    kept = recording(stage, page, 2)
    page.locator("[data-notice=zero]").wait_for(timeout=10_000)
    until(lambda: page.locator("[data-bind=hears]").text_content() == "[hears_not]", page=page)
    count = len(kept.leaves)
    until(lambda: len(kept.leaves) > count + 1, page=page)
    stop(stage, page, kept)
    assert not events(kept, Code.LOST)


def test_a_microphone_that_is_muted_or_goes_away_raises_an_alarm(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound]
) -> None:
    page = launch(sound[0]).new_page()
    page.add_init_script(REACH)
    page.goto(stage.origin + "/p/")
    kept = recording(stage, page, 2)
    page.evaluate("() => window.reached.streams[0].getAudioTracks()[0].dispatchEvent(new Event('mute'))")
    page.locator("[data-notice=muted]").wait_for(timeout=3000)
    page.evaluate("() => window.reached.streams[0].getAudioTracks()[0].dispatchEvent(new Event('unmute'))")
    until(lambda: len(events(kept, Code.MUTED, Code.UNMUTED)) == 2, page=page)
    page.evaluate("() => { const t = window.reached.streams[0].getAudioTracks()[0]; t.stop(); t.dispatchEvent(new Event('ended')); }")
    page.locator("[data-notice=ended]").wait_for(timeout=3000)
    until(lambda: bool(events(kept, Code.ENDED)), page=page)
    stage.running, stage.record = "paused", False
    stage.show("PFAIL-THEIRS", '<form method="post" action="/p/retry" data-retry><button>again</button></form>')
    page.get_by_role("button", name="again").click()
    until(lambda: any(path == "/p/retry" for path, _ in stage.posts), page=page)
    stage.running, stage.record = "running", True
    until(lambda: kept.chunks[-1].epoch == 1, page=page)
    stop(stage, page, kept)
    assert len(stage.tracks) == 1


def test_without_a_spool_there_is_a_warning_and_uploads_go_on(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound]
) -> None:
    page = launch(sound[0]).new_page()
    page.add_init_script("indexedDB.open = () => { throw new Error('blocked'); };")
    page.goto(stage.origin + "/p/")
    kept = recording(stage, page, 3)
    assert page.locator("[data-notice=memory]").is_visible()
    stop(stage, page, kept)
    packets = [packet for chunk in kept.chunks for packet in chunk.packets]
    assert_same_sound(opus.decode([p.content for p in packets])[312:], sound[1])


def test_without_a_spool_and_without_network_nothing_starts(
    stage: Stage, launch: Launch, sound: tuple[Path, Sound]
) -> None:
    page = launch(sound[0]).new_page()
    page.add_init_script("indexedDB.open = () => { throw new Error('blocked'); }; Object.defineProperty(navigator, 'onLine', {get: () => false});")
    page.goto(stage.origin + "/p/")
    until(lambda: ("/p/ready", {"records": "yes"}) in stage.posts, page=page)
    stage.running, stage.record = "running", True
    page.wait_for_timeout(3000)
    assert not stage.tracks


def test_stopped_while_offline(stage: Stage, launch: Launch, sound: tuple[Path, Sound]) -> None:
    """What was recorded after the stop is refused, destroyed and told; what was recorded before it counts."""
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 2)
    page.context.set_offline(True)
    page.wait_for_timeout(4000)
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
    assert stored(page) == 0
