"""Requests to see and to wipe with their letters, by the table of ages; corrections, statements, holds, objections."""

import pytest
from tests.browser.journeys.conftest import Enter, House, Talk
from tests.browser.journeys.visit import Visit


@pytest.fixture(scope="module")
def choices() -> str:
    """This house filled in how long it keeps."""
    return 'retention_years = 20\nretention_source = "law X, 1"\nretention_checked = "2026-11-01"\n'


def note(fatima: Visit, here: str, wish: str, asker: str = "self") -> None:
    """Note that the first person who took part asks something."""
    fatima.go(f"{here}request")
    fatima.page.locator('label:has(input[name="seat"])').first.click()
    fatima.choose("wish", wish)
    fatima.choose("asker", asker)
    fatima.send("request")


def decide(fatima: Visit, decision: str, reason: str = "") -> None:
    """Decide on the request that is there."""
    fatima.choose("decision", decision)
    fatima.fill("reason", reason)
    fatima.send("decide")


def test_somebody_asks_to_see_and_gets_a_letter(enter: Enter, house: House, talk: Talk) -> None:
    fatima, here = enter("fatima"), f"/desk/keeping/{talk.conversation}/"
    fatima.go(here)
    fatima.look("nothing-asked")
    fatima.follow("/request")
    fatima.look("who-asks-what")
    note(fatima, here, "access", "parent")
    fatima.says("Geven kan nu niet:")  # an adult asks alone
    fatima.look("not-by-a-parent")
    assert fatima.page.locator('input[name="decision"][value="give"]').count() == 0
    decide(fatima, "refuse")
    fatima.says("Schrijf op waarom.")
    fatima.look("no-reason")
    decide(fatima, "refuse", "x31")
    fatima.says("We geven dit niet.")
    fatima.look("refused")
    fatima.follow("/letter")
    fatima.says("x31")
    fatima.look("letter-refused")

    note(fatima, here, "access")
    fatima.look("decision")
    decide(fatima, "give")
    fatima.says("We geven wat er gevraagd is.")
    fatima.says("Vertel het zelf. Er is geen veilige weg bekend.")
    fatima.follow("/letter")
    fatima.says("Jij was erbij in dit deel van de opname:")
    fatima.look("letter-given")
    anna = enter(talk.worker)
    anna.go("/")
    for word in ("Verzoek", "Request"):  # what somebody asked is the officer's alone (law 11)
        assert word not in anna.page.locator("main").inner_text()


def test_somebody_asks_to_wipe_and_a_colleague_objects(enter: Enter, house: House, talk: Talk) -> None:
    fatima, anna, here = enter("fatima"), enter(talk.worker), f"/desk/keeping/{talk.conversation}/"
    note(fatima, here, "wipe")
    fatima.look("decision")
    decide(fatima, "keep")
    fatima.says("Schrijf op waarom.")
    decide(fatima, "wipe")
    fatima.says("We gaan de opname wissen.")
    fatima.follow("/letter")
    fatima.look("letter-wipes")
    fatima.go(here)
    fatima.says("Vastgezet om te wissen")
    fatima.says("Tot dan kan iemand bezwaar maken.")
    fatima.look("announced")
    assert fatima.page.locator('form[action$="/1/wipe"]').count() == 0  # nobody wipes before the day (law 12)
    fatima.go(f"{here}notice")
    fatima.look("notice")
    fatima.go("/desk/keeping/")
    fatima.look("lists")

    anna.go(here)
    anna.look("what-the-worker-sees")
    anna.fill("reason", " ")
    anna.send("object")
    anna.says("Schrijf op waarom.")
    anna.fill("reason", "x32")
    anna.send("object")
    anna.go(f"/opname/{talk.conversation}/")
    anna.page.locator("[data-play]").wait_for()
    fatima.go(here)
    fatima.says("x32")
    fatima.says_not("Vastgezet om te wissen")
    fatima.look("objected")
    decide_again(fatima, here)
    anna.go("/")
    anna.says_not("Beslis opnieuw over een verzoek om te wissen")  # the officer's alone (law 11)


def decide_again(fatima: Visit, here: str) -> None:
    """Find the task, show who asked what is so now, and decide once more."""
    fatima.go("/desk/?kind=again")
    fatima.says("Beslis opnieuw over een verzoek om te wissen")
    fatima.look("task")
    fatima.page.locator(f'main a[href="{here}"]').click()
    fatima.page.locator('main a[href*="/desk/keeping/request/"]').first.click()
    fatima.says("Wie het vroeg, weet dit nog niet. In de brief staat niet waarom.")
    fatima.says_not("We gaan de opname wissen.")
    fatima.look("again")
    asked = fatima.page.url
    fatima.follow("/letter")
    fatima.says("We kijken opnieuw naar je vraag.")
    fatima.says("De opname is niet gewist.")
    for word in ("bezwaar", "object", "x32"):
        assert word not in fatima.page.locator("main").inner_text().lower()
    fatima.look("letter-again")
    fatima.go(asked)
    decide(fatima, "keep", "x36")
    fatima.says("We bewaren de opname.")
    fatima.go("/desk/?kind=again")
    assert fatima.page.locator(f'main a[href="{here}"]').count() == 0


def test_what_must_stay_is_held_with_a_ground(enter: Enter, house: House, talk: Talk) -> None:
    fatima, here = enter("fatima"), f"/desk/keeping/{talk.conversation}/"
    fatima.go(here)
    fatima.page.locator('form[action$="/hold"] label').first.click()
    fatima.send("hold")
    fatima.says("Er wordt niets gewist, ook niet na de bewaartijd.")
    fatima.look("held")
    note(fatima, here, "wipe")
    fatima.says("Wissen kan nu niet: deze opname moet bewaard blijven.")
    assert fatima.page.locator('input[name="decision"][value="wipe"]').count() == 0
    fatima.look("no-wiping-under-a-hold")
    decide(fatima, "keep", "x35")
    fatima.says("We bewaren de opname.")
    fatima.go("/desk/keeping/held")
    fatima.says("Sinds %(date)s", date=fatima.today())
    fatima.look("all-held")
    fatima.go(here)
    fatima.says_not("Vastgezet om te wissen")
    fatima.send("lift")
    fatima.says_not("Er wordt niets gewist, ook niet na de bewaartijd.")


def test_a_correction_and_a_statement_are_attached(enter: Enter, house: House, talk: Talk) -> None:
    fatima, here = enter("fatima"), f"/desk/keeping/{talk.conversation}/"
    for kind, text in (("correction", "x33"), ("statement", "<script>x34</script>")):
        fatima.go(here)
        fatima.follow("/attach")
        if kind == "correction":
            fatima.look("attach")
        fatima.page.locator('label:has(input[name="seat"])').first.click()
        fatima.choose("kind", kind)
        fatima.fill("text", " ")
        fatima.send("attach")
        fatima.says("Een tekst heeft 1 tot 10.000 tekens.")
        fatima.fill("text", text)
        fatima.send("attach")
        fatima.says(text)
    fatima.look("attached")
    kees = enter("kees")
    kees.go(here)
    kees.says_not("x33")
    kees.look("what-the-clerk-sees")
