"""How easy it is: taps, typing, and how much comes over the wire before the first question."""

import pytest
from tests.browser.flow.people import Cast, Person, all_see, begin, conversation_of, open_talk, record, wait
from tests.browser.flow.test_flow_people import turn

MOST_KB = 60
MOST_REQUESTS = 8


def test_at_a_kitchen_table_six_taps_start_it_and_two_more_for_an_interpreter_by_telephone(cast: Cast) -> None:
    """Play the first journey: a worker, two adults, a teenager, and an interpreter on the loudspeaker."""
    anna = cast.worker()
    open_talk(anna, 5, "present")
    phones = {name: cast.guest(name, anna, kind) for name, kind in {"bram": "adult", "carla": "adult"}.items()}
    phones["Dani"] = cast.guest("Dani", anna, "12-15")
    before = anna.taps
    anna.step("phone")
    anna.screen("W4.phone")
    anna.choose(says="professional-yes")
    anna.screen("W4")
    assert anna.taps - before == 2
    for name, person in phones.items():
        person.answer(records=name == "bram")
    begin(anna)
    all_see({"P5": phones.values()})
    record(anna, phones["bram"], seconds=1)
    assert anna.taps <= 6 + 2
    assert {name: person.taps for name, person in phones.items()} == {"bram": 3, "carla": 2, "Dani": 2}
    assert not [told for person in (anna, *phones.values()) for told in person.since(0, "typed")]
    phones["Dani"].tap("stop")
    all_see({"WSTOP": [anna], "PSTOP": phones.values()})
    assert phones["Dani"].taps == 3  # stopping is one


def test_an_own_app_is_one_tap_more_and_typed_figures_are_the_only_typing(cast: Cast) -> None:
    anna = cast.worker()
    open_talk(anna, 2)
    bram = cast.enter("Bram")
    bram.page.goto(cast.server.origin)
    bram.page.locator("#figures").type((anna.page.locator(".join__figures").text_content() or "").strip())
    bram.page.locator("form .button--main").click()
    bram.choose(kind="adult")
    bram.answer()
    anna.tap("own-app")
    begin(anna)
    assert anna.taps <= 4 + 1
    assert len([told for told in bram.since(0, "typed") if str(told.value).strip()]) == 6
    assert not anna.since(0, "typed")


def test_practice_is_said_and_leaving_it_wipes_everything(cast: Cast) -> None:
    anna = cast.worker()
    anna.page.locator('main a[href$="practice=yes"]').click()
    anna.choose(people="2")
    anna.choose(children="none")
    anna.screen("W4")
    conversation = conversation_of(anna)
    band = "Oefenen. Dit wordt straks gewist."
    anna.page.get_by_text(band).wait_for()
    anna.step("device")
    turn(anna, "adult", "yes")
    anna.page.get_by_text(band).wait_for()
    anna.page.locator("main a.button").click()
    anna.screen("W5")
    anna.tap("own-app")
    begin(anna)
    record(anna, seconds=2)
    ((track,),) = cast.rows("SELECT id FROM casework_track WHERE conversation_id = ?", conversation)
    anna.tap("stop")
    anna.screen("WSTOP")
    anna.tap("finish")
    anna.screen("W9")
    wait(anna, lambda: cast.sealed(conversation))
    anna.tap("leave")
    anna.page.wait_for_url(f"{cast.server.origin}/")
    wait(anna, lambda: not cast.rows("SELECT id FROM casework_conversation WHERE id = ?", conversation))
    for table in ("entry", "track", "visitor", "task"):
        assert not cast.rows(f"SELECT 1 FROM casework_{table} WHERE conversation_id = ?", conversation), table
    assert not [path for path in cast.server.home.rglob(f"*{track}*") if path.is_file()]
    assert anna.page.goto(f"{cast.server.origin}/g/{conversation}/").status == 404  # type: ignore[union-attr] # it answers


def fetched(person: Person, address: str) -> tuple[int, list[str]]:
    """Open an address with an empty cache; gives how many bytes came over the wire, headers too, and what was asked."""
    wire = person.page.context.new_cdp_session(person.page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": False})
    wire.send("Network.clearBrowserCache")
    asked: dict[str, str] = {}
    sizes: dict[str, float] = {}
    hops: list[str] = []

    def ask(event: dict[str, object]) -> None:
        if redirect := event.get("redirectResponse"):
            hops.append(str(redirect["url"]))  # type: ignore[index] # an answer
            sizes[f"hop {len(hops)}"] = float(redirect["encodedDataLength"])  # type: ignore[index]
        asked[str(event["requestId"])] = str(event["request"]["url"])  # type: ignore[index] # a request

    wire.on("Network.requestWillBeSent", ask)
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    person.page.goto(address)
    person.screen("P1")
    person.page.wait_for_load_state("networkidle")
    wire.detach()
    return round(sum(sizes.values())), hops + list(asked.values())


def test_from_the_code_to_the_first_question_little_comes_over_the_wire(cast: Cast) -> None:
    anna = cast.worker()
    conversation = open_talk(anna, 2)
    bram = cast.enter("Bram")
    size, asked = fetched(bram, f"{cast.server.origin}/m/{cast.token(conversation)}")
    once = [address for address in asked if not address.endswith("/p/state")]
    assert len(once) <= MOST_REQUESTS, once
    assert size <= MOST_KB * 1024, f"{size} bytes for {once}"
    assert size > 5 * 1024  # it was really counted


@pytest.mark.slow
def test_whatever_else_is_needed_to_record_comes_only_then(cast: Cast) -> None:
    anna = cast.worker()
    conversation = open_talk(anna, 2)
    bram = cast.enter("Bram")
    _, asked = fetched(bram, f"{cast.server.origin}/m/{cast.token(conversation)}")
    assert not [address for address in asked if "recorder" in address or "worklet" in address or "spool" in address]
