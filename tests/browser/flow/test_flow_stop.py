"""Stopping: by whom it may be, everything stops within a second and all screens say the same."""

import pytest
from tests.browser.flow.people import (
    Cast,
    Person,
    all_see,
    begin,
    conversation_of,
    count,
    open_talk,
    record,
    record_more,
    wait,
)
from tests.browser.flow.test_flow_no import neutral
from tests.browser.flow.together import appear_together, lateness

from tweespoor.rules.kinds import Ground

pytestmark = pytest.mark.slow

GUESTS = {"bram": "adult", "carla": "adult", "Dani": "16-17"}
Scene = dict[str, Person]


def recording(cast: Cast, people: dict[str, str] = GUESTS, *, seconds: int = 3, worker: Person | None = None) -> Scene:
    """Let everyone say yes, Bram record with the own phone, and some seconds be safe on both sides."""
    worker = worker or cast.worker()
    open_talk(worker, 1 + len(people), "discussed" if len(people) > 2 else "none")
    scene = {"Anna": worker} | {name: cast.guest(name, worker, kind) for name, kind in people.items()}
    for name in people:
        scene[name].answer(records=name == "bram")
    begin(worker)
    for name in people:
        scene[name].screen("P5")
    record(worker, scene["bram"], seconds=seconds)
    return scene


def stopped(cast: Cast, scene: Scene, who: str) -> dict[str, str]:
    """Let somebody stop; gives the pages of all, once every microphone is off and every screen has changed."""
    marks = {name: person.now for name, person in scene.items()}
    scene[who].tap("stop")
    wanted = {name: "WSTOP" if name == "Anna" else "PSTOP" for name in scene}
    for name, person in scene.items():
        person.screen(wanted[name])
    tapped = scene[who].since(marks[who], "tap")[0].at
    appear_together(scene, wanted, marks)
    for name in ("Anna", "bram"):
        person = scene[name]
        wait(person, lambda person=person: not person.microphone)  # type: ignore[misc] # a person of now
        off = person.since(marks[name], "microphone")[-1].at
        late = lateness(person, marks[name], wanted[name])
        assert off - tapped <= 1000 + 300 + late, f"{name}'s microphone went off {off - tapped:.0f} ms after the tap"
    return {name: neutral(person.html()) for name, person in scene.items()}


@pytest.mark.parametrize("others", [("carla",), pytest.param(("Anna", "Dani"), marks=pytest.mark.slow)])
def test_whoever_stops_all_stop_within_a_second_and_see_the_same(cast: Cast, others: tuple[str, ...]) -> None:
    runs = {}
    for who in ("bram", *others):
        scene = recording(cast)
        conversation = conversation_of(scene["Anna"])
        runs[who] = stopped(cast, scene, who)
        scene["Anna"].tap("finish")
        all_see({"W9": [scene["Anna"]], "P7": [scene["bram"]], "P8": [scene["carla"], scene["Dani"]]})
        wait(scene["Anna"], lambda conversation=conversation: cast.sealed(conversation))  # type: ignore[misc] # of now
        state = cast.state(conversation)
        part = state.parts[1]
        assert part.started_at is not None
        assert part.since is not None
        assert len(state.tracks) == 2
        for track in state.tracks.values():
            assert track.complete
            assert 2.5 <= track.samples / 48_000 <= (part.since - part.started_at) / 1000 + 0.1
        cast.leave()
    for who, pages in runs.items():
        assert pages == runs["bram"], who
        assert pages["carla"] == pages["Dani"] == pages["bram"]


def test_a_stop_reaches_a_phone_without_network_late_and_what_came_after_is_gone(cast: Cast) -> None:
    scene = recording(cast, {"bram": "adult", "carla": "adult"})
    anna, bram, carla = scene["Anna"], scene["bram"], scene["carla"]
    bram.page.context.set_offline(True)
    carla.tap("stop")
    all_see({"WSTOP": [anna], "PSTOP": [carla]})
    bram.page.locator("[data-unknown]").wait_for(state="visible")
    assert bram.sees() == "P5"
    assert bram.microphone
    bram.page.locator("[data-notice=behind]").wait_for()
    bram.page.context.set_offline(False)
    bram.screen("PSTOP")
    bram.page.locator("[data-notice=refused]").wait_for()
    wait(bram, lambda: not bram.microphone)
    anna.tap("finish")
    bram.screen("P7")
    conversation = conversation_of(anna)
    wait(bram, lambda: cast.sealed(conversation))
    state = cast.state(conversation)
    part = state.parts[1]
    assert part.started_at is not None
    assert part.since is not None
    (theirs,) = [track for track in state.tracks.values() if not track.ours]
    assert 2.5 <= theirs.samples / 48_000 <= (part.since - part.started_at) / 1000 + 0.1
    assert all(span.end - span.begin < 100 for span in state.late_stop_spans)


def test_a_stop_on_a_phone_without_network_counts_from_the_tap(cast: Cast) -> None:
    scene = recording(cast, {"bram": "adult"})
    anna, bram = scene["Anna"], scene["bram"]
    bram.page.context.set_offline(True)
    mark = bram.now
    bram.tap("stop")
    tapped = bram.since(mark, "tap")[0].at
    bram.page.locator("[data-unknown]").wait_for(state="visible")
    wait(bram, lambda: not bram.microphone)
    assert bram.since(mark, "microphone")[-1].at - tapped < 1000
    record_more(anna, 2)
    bram.page.context.set_offline(False)
    all_see({"WSTOP": [anna], "PSTOP": [bram]})
    state = cast.state(conversation_of(anna))
    (late,) = state.late_stop_spans
    assert late.end - late.begin >= 2000
    assert abs(late.begin - tapped) < 1000


def test_a_no_aloud_stops_and_nobody_hears_that_part(cast: Cast) -> None:
    scene = recording(cast, {"bram": "adult"})
    anna, bram = scene["Anna"], scene["bram"]
    anna.tap("not-everyone")
    all_see({"WSTOP": [anna], "PSTOP": [bram]})
    anna.tap("finish")
    anna.screen("W9")
    conversation = conversation_of(anna)
    wait(anna, lambda: cast.sealed(conversation))
    state = cast.state(conversation)
    assert state.parts[1].locked is Ground.SPOKEN_ROUND_FAILED
    (ours,) = [track for track in state.tracks.values() if track.ours]
    anna.page.locator(f'a[href="/opname/{conversation}/"]').click()
    anna.page.wait_for_url(f"**/opname/{conversation}/")
    assert anna.page.locator("audio, [data-play]").count() == 0
    answer = anna.page.request.get(f"{cast.server.origin}/opname/{conversation}/{ours.track}.opus")
    assert answer.status in {403, 404, 409}


def test_a_wrong_start_is_undone_and_all_begin_again(cast: Cast) -> None:
    scene = recording(cast, {"bram": "adult"}, seconds=2)
    anna, bram = scene["Anna"], scene["bram"]
    anna.tap("wrong-start")
    all_see({"W2": [anna], "PSTOP": [bram]})
    wait(anna, lambda: not (anna.microphone or bram.microphone))
    count(anna, 3)
    anna.screen("W4")
    bram.screen("P1")
    carla = cast.guest("carla", anna)
    bram.choose(kind="adult")
    for person in (bram, carla):
        person.screen("P2")
    assert bram.page.locator("[data-microphone]").is_checked()
    bram.choose(answer="yes")
    carla.answer()
    begin(anna)
    all_see({"P5": [bram, carla]})
    record_more(anna, 1)
    record(anna, bram, seconds=2)
    anna.tap("everyone")
    anna.screen("W7")
    carla.tap("stop")
    all_see({"WSTOP": [anna], "PSTOP": [bram, carla]})
    state = cast.state(conversation_of(anna))
    assert state.parts[1].locked is Ground.WRONG_START
    assert state.parts[2].locked is None
    assert state.parts[2].spoken
    assert anna.button("ask-again").is_visible()  # a wrong start was no asking again
    assert not state.asked_again
