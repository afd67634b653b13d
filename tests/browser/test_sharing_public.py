"""Making public in real browsers: a question of its own with its own warning; everyone's yes gives who asked a file."""

import av
import pytest
from tests.browser.afterwards import Recorded, say, shows
from tests.browser.journey import heard
from tests.browser.play import until
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_clause_6b_three_let_it_be_public_and_only_who_asked_gets_the_file(server: Server, talk: Recorded) -> None:
    bram, carla, dani = talk.phones.values()
    bram.goto(f"{server.origin}/luister/vragen")
    bram.get_by_role("link", name="Vraag of openbaar mag").click()
    heard(bram, "Je krijgt het nooit meer terug.")
    bram.get_by_label("Waar komt het te staan?").fill("Op een site over jeugdhulp")
    bram.get_by_label("Waarvoor?").fill("Als voorbeeld")
    bram.get_by_role("button", name="Verder").click()
    heard(bram, "De anderen zien dat jij dit vraagt.")
    bram.get_by_label("Ik weet dat het dan voor altijd openbaar kan zijn.").check()
    bram.get_by_role("button", name="Vraag het de anderen").click()
    heard(bram, "We wachten op de anderen.")
    address = bram.url
    for page in (carla, dani):
        page.goto(address)
        heard(page, "Mag dit openbaar worden?")
        say(page, address, "Ja")
    question = address.rstrip("/").rpartition("/")[2]
    talk.anna.goto(f"{server.origin}/desk/questions/{talk.conversation}/{question}/")
    talk.anna.get_by_role("button", name="Ja", exact=True).click()
    until(lambda: shows(bram, address, "Iedereen zei ja."), 20, bram)
    assert bram.get_by_role("button", name="Maak de link").count() == 0
    with bram.expect_download(timeout=30_000) as got:
        bram.get_by_role("button", name="Haal het bestand op").click()
    assert av.open(str(got.value.path())).streams.audio[0].codec_context.name == "aac"
    for page in (carla, dani):
        assert shows(page, address, "Iedereen zei ja.")
        assert page.get_by_role("button", name="Haal het bestand op").count() == 0
        assert page.request.get(f"{address}gesprek.m4a").status == 404
    dani.goto(f"{address}back")
    dani.get_by_role("button", name="Ja, stop ermee").click()
    assert bram.request.get(f"{address}gesprek.m4a").status == 409
