"""A no, a doubt, the organisation's own no and a child's interest: one screen, everywhere, at one moment (law 10)."""

import re
from collections.abc import Callable

import pytest
from tests.browser.flow.people import Cast, Person, all_see, conversation_of, open_talk
from tests.browser.flow.together import appear_together

GUESTS = {"Bram": "adult", "Carla": "adult", "Dani": "12-15"}
SOONEST_MS = 1_400
Scene = dict[str, Person]
Cause = Callable[[Scene], None]


def answers(**given: str) -> Cause:
    """Let everyone answer yes, save who is named."""

    def play(scene: Scene) -> None:
        for name in GUESTS:
            scene[name].answer(given.get(name, "yes"))

    return play


def declined(scene: Scene) -> None:
    """Let the organisation say no before the last one answered."""
    for name in ("Bram", "Carla"):
        scene[name].answer()
    scene["Anna"].step("decline")
    scene["Anna"].choose(reason="technology")


def silent(scene: Scene) -> None:
    """Let the worker wait no longer for Dani."""
    for name in ("Bram", "Carla"):
        scene[name].answer()
    scene["Anna"].tap("stop-waiting")


CAUSES: dict[str, tuple[Cause, str]] = {
    "Bram says no": (answers(Bram="no"), "no"),
    "the house declines": (declined, "no"),
    "the child's interest": (answers(), "yes"),
}
MORE: dict[str, tuple[Cause, str]] = {
    "Carla says no": (answers(Carla="no"), "no"),
    "Dani says no": (answers(Dani="no"), "no"),
    "Dani doubts": (answers(Dani="doubt"), "no"),
    "all say no": (answers(Bram="no", Carla="no", Dani="no"), "no"),
    "Dani is silent": (silent, "no"),
    "the child's interest, and Bram's no": (answers(Bram="no"), "yes"),
}


def neutral(page: str) -> str:
    """Take out which conversation it is: the only thing in which two plays may differ."""
    return re.sub(r"[0-9a-f]{32}", "ID", page)


def play(cast: Cast, cause: Cause, against: str) -> dict[str, str]:
    """Play one cause, and give the pages that everyone has in the end."""
    worker = cast.worker()
    open_talk(worker, 4, "discussed", against=against)
    scene = {"Anna": worker} | {name: cast.guest(name, worker, kind) for name, kind in GUESTS.items()}
    for name in GUESTS:
        scene[name].screen("P2")
    marks = {name: person.now for name, person in scene.items()}
    cause(scene)
    wanted = {name: "WNEE" if name == "Anna" else "PNEE" for name in scene}
    for name, person in scene.items():
        person.screen(wanted[name])
    appear_together(scene, wanted, marks)
    tapped = max(told.at for name, person in scene.items() for told in person.since(marks[name], "tap"))
    shown = min(first_seen(person, marks[name], wanted[name]) for name, person in scene.items())
    assert shown - tapped >= SOONEST_MS, "it came sooner than any other no may come"
    before = [name for name in GUESTS if person_waited(scene[name], marks[name])]
    assert set(before) >= {"Bram", "Carla"}
    pages = {name: neutral(person.html()) for name, person in scene.items()}
    assert not cast.state(conversation_of(worker)).parts
    cast.leave()
    return pages


def first_seen(person: Person, mark: int, screen: str) -> float:
    """Give when a screen came (ms since 1970)."""
    return next(told.at for told in person.since(mark, "screen") if told.value == screen)


def person_waited(person: Person, mark: int) -> bool:
    """Tell whether somebody saw «We wachten even op de anderen» between the answer and what came of it."""
    return [told.value for told in person.since(mark, "screen")] == ["P3", "PNEE"]


def same(runs: dict[str, dict[str, str]]) -> None:
    """Compare what people saw, to the byte: per person over all causes, and all phones with each other."""
    first = next(iter(runs))
    for cause, pages in runs.items():
        for name, page in pages.items():
            assert page == runs[first][name], f"{name}: {cause} differs from {first}"
        assert len({pages[name] for name in GUESTS}) == 1, cause


def test_every_cause_of_no_recording_looks_alike_on_every_screen(cast: Cast) -> None:
    runs = {name: play(cast, cause, against) for name, (cause, against) in CAUSES.items()}
    same(runs)
    (phone,) = {pages["Bram"] for pages in runs.values()}
    assert "We nemen dit gesprek niet op." in phone
    assert "Ook zelf opnemen mag nu niet." in phone


@pytest.mark.slow
def test_every_other_cause_looks_like_a_no(cast: Cast) -> None:
    known = {"Bram says no": CAUSES["Bram says no"]}
    same({name: play(cast, cause, against) for name, (cause, against) in (known | MORE).items()})


def test_after_a_no_one_may_ask_again_once_and_offer_something(cast: Cast) -> None:
    worker = cast.worker()
    conversation = open_talk(worker, 2)
    bram = cast.guest("Bram", worker)
    bram.answer("doubt")
    all_see({"WNEE": [worker], "PNEE": [bram]})
    worker.choose(offered="listener-next-time")
    worker.says("Ja, volgende keer")
    worker.tap("ask-again")
    bram.screen("P2")
    bram.answer("no")
    all_see({"WNEE": [worker], "PNEE": [bram]})
    assert worker.page.locator('form[action$="/ask-again"]').count() == 0
    worker.tap("finish")
    all_see({"W9": [worker], "P8": [bram]})
    bram.says("Dit gesprek is niet opgenomen.")
    worker.says("Dit gesprek is niet opgenomen.")
    state = cast.state(conversation)
    assert not state.tracks
    assert len(state.offered) == 1
