"""Everything that can happen to a microphone, a tab and a spool while a phone records."""

from pathlib import Path

import numpy as np
import pytest
from tests.browser.conftest import RATE, Launch, Sound, speech_like, write_wav
from tests.browser.play import REACH, assert_same_sound, events, joined, recording, stop, until
from tests.browser.stage import Stage

from tweespoor.sound import opus
from tweespoor.tape.packets import Code

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_sound_that_never_came_is_lost_and_not_silence(stage: Stage, launch: Launch, sound: tuple[Path, Sound]) -> None:
    page = launch(sound[0]).new_page()
    page.add_init_script(REACH)
    page.goto(stage.origin + "/p/")
    kept = recording(stage, page, 3)
    page.evaluate(
        """async () => {
          const [context] = window.reached.contexts;
          const go = context.resume.bind(context);
          context.resume = () => new Promise(() => 0);
          await context.suspend();
          await new Promise((later) => setTimeout(later, 2000));
          context.resume = go;
          await go();
        }"""
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
    page.evaluate(
        """() => {
          const [track] = window.reached.streams[0].getAudioTracks();
          track.stop();
          track.dispatchEvent(new Event("ended"));
        }"""
    )
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
    page.add_init_script(
        """indexedDB.open = () => { throw new Error("blocked"); };
        Object.defineProperty(navigator, "onLine", {get: () => false});"""
    )
    page.goto(stage.origin + "/p/")
    until(lambda: ("/p/ready", {"records": "yes"}) in stage.posts, page=page)
    stage.running, stage.record = "running", True
    page.wait_for_timeout(3000)
    assert not stage.tracks
