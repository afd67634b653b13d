"""Who did what: people see what the organisation did with their recording, the officer sees all, also the reading."""

import csv
import json

from playwright.sync_api import expect
from tests.browser.journeys.conftest import Enter, House, Talk
from tests.browser.journeys.test_listening import at, code_from, come_in
from tests.browser.waiting import until

from tweespoor.casework.witnessing import FIELDS
from tweespoor.web.hearing import DID, ROLES


def test_who_did_what_is_seen_by_who_took_part_and_by_the_officer(enter: Enter, house: House, talk: Talk) -> None:
    anna, bram, carla, fatima = enter(talk.worker), enter(), enter(), enter("fatima")
    come_in(bram, code_from(anna, talk))
    bram.go("/luister/wie")
    before = bram.page.locator("main").inner_html()
    come_in(carla, code_from(anna, talk, 1))
    carla.page.locator("[data-play]").wait_for()
    carla.press("Luister")
    until(lambda: at(carla.page) >= 1, page=carla.page)
    by_carla = fatima.words("Geluisterd door wie meedeed")
    fatima.go(f"/desk/log/?conversation={talk.conversation}")
    until(lambda: fatima.page.reload() is not None and by_carla in fatima.page.inner_text("main"), page=fatima.page)
    bram.page.reload()
    assert bram.page.locator("main").inner_html() == before  # what another participant does is nowhere (law 11)
    anna.go(f"/opname/{talk.conversation}/")
    anna.page.locator("[data-play]").wait_for()
    anna.press("Luister")
    until(lambda: at(anna.page) >= 1, page=anna.page)
    listened = f"{bram.words(str(ROLES['worker']))} {bram.words(str(DID['recording.listen']))}."
    until(lambda: bram.page.reload() is not None and listened in bram.page.inner_text("main"), page=bram.page)
    bram.look("who-listened")
    assert talk.worker.name not in bram.page.locator("main").inner_text()

    fatima.go(f"/desk/g/{talk.conversation}/")
    fatima.follow(f"/desk/log/?conversation={talk.conversation}")
    for action in ("Geluisterd", "Geluisterd door wie meedeed", "Code om te luisteren gemaakt", "Gesprek bekeken"):
        fatima.says(action)
    fatima.look("of-one-conversation")
    with_csv = fatima.save("Als CSV")
    rows = list(csv.DictReader(with_csv.path().read_text(encoding="utf-8").splitlines()))
    assert tuple(rows[0]) == FIELDS
    assert {row["conversation"] for row in rows} == {talk.conversation}
    assert {"recording.listen", "hearing.listen", "code.give"} <= {row["action"] for row in rows}
    told = [json.loads(line) for line in fatima.save("Als JSON").path().read_text(encoding="utf-8").splitlines()]
    assert all(tuple(one) == FIELDS for one in told)
    fatima.page.reload()
    fatima.says("Logboek bekeken")  # reading it, and taking it along, stand in it
    fatima.says("Logboek uitgevoerd")

    fatima.go(f"/desk/log/?person={talk.worker.name}")
    fatima.says("Alles van dit gesprek")
    expect(fatima.page.locator("main .task").filter(has_text=talk.worker.name).first).to_be_visible()
    fatima.look("of-one-person")
    fatima.go("/desk/log/?person=nobody-27")
    fatima.says("Niets gevonden.")
    fatima.look("nothing")
    fatima.go("/desk/log/?since=27", 422)
    fatima.says("Schrijf een datum zo: 2026-01-31.")
    anna.go("/desk/log/", 404)
