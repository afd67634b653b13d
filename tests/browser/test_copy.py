"""The own copy: kept as a file, handed in, or wiped; private, and nothing chosen beforehand."""

import json
import zipfile
from pathlib import Path

import pytest
from tests.browser.conftest import RATE, Launch, Sound
from tests.browser.play import joined, recording, stop, stored, until
from tests.browser.stage import Kept, Stage

from tweespoor.tape import ogg
from tweespoor.tape.packets import Code, parse
from tweespoor.tape.track import leaf_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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
    buttons = "".join(
        f'<button name="choice" value="{choice}">{choice}</button>' for choice in ("keep", "hand-in", "wipe")
    )
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


def test_wiping_leaves_nothing(stage: Stage, launch: Launch, sound: tuple[Path, Sound]) -> None:
    stage.kept = True
    page = joined(stage, launch, sound[0])
    kept = recording(stage, page, 2)
    stop(stage, page, kept)
    assert stored(page) > 2
    stage.show(
        "P7", '<form method="post" action="/p/copy" data-copy><button name="choice" value="wipe">wipe</button></form>'
    )
    page.get_by_role("button", name="wipe").click()
    until(lambda: ("/p/copy", {"choice": "wipe"}) in stage.posts, page=page)
    assert stored(page) == 0
