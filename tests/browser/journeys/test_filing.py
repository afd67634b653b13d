"""The desk: where a recording belongs, open tasks of every kind, our own no, and handing over to a colleague."""

import json
import zipfile

import pytest
from playwright.sync_api import expect
from tests.browser.journeys.conftest import Enter, House, Talk

from tweespoor.casework.models import Task
from tweespoor.casework.overseeing import KINDS
from tweespoor.web import deskwords

OPEN_ALL = """
import sys
from tweespoor.casework import tasks
from tweespoor.casework.clock import now_ms
from tweespoor.casework.models import Conversation, Decline, Task
row = Conversation.objects.get(pk=sys.argv[1])
for kind in Task.Kind:
    tasks.open_task(row.pk, kind)
Decline.objects.create(conversation=row, staff=row.worker, reason="other", at_ms=now_ms())
"""
DESKS = {"manager": "marijke", "officer": "fatima", "clerk": "kees"}


@pytest.fixture(scope="module")
def choices() -> str:
    """The dossiers of this house have numbers of one form."""
    return 'dossier_pattern = "DS-[0-9]{4}"\ndossier_example = "DS-0042"\n'


def test_a_recording_is_filed_corrected_noted_and_leaves_for_the_dossier_system(
    enter: Enter, house: House, talk: Talk
) -> None:
    anna, kees, sheet = enter(talk.worker), enter("kees"), f"/desk/g/{talk.conversation}/"
    anna.go("/")
    anna.says(str(deskwords.TASKS[Task.Kind.UNFILED][0]))
    anna.look("home")
    anna.go(f"/g/{talk.conversation}/")
    anna.look("finished")
    anna.page.locator("button[name=later]").click()
    anna.says("Dossiernummer: later.")
    anna.look("later")

    kees.go("/desk/")
    kees.look("desk")
    kees.page.locator("main summary").click()
    kees.follow("?kind=unfiled")
    kees.look("unfiled")
    kees.follow(f"{sheet}#unfiled")
    kees.look("conversation")
    kees.fill("number", "VT 27")
    kees.send("file")
    kees.says("Dit nummer heeft een andere vorm.")
    kees.says("Zo ziet een nummer eruit: %(example)s", example="DS-0042")
    kees.look("other-form")
    kees.fill("number", " DS-0027 ")
    kees.send("file")
    kees.says("Dossier %(dossier)s.", dossier="DS-0027")
    assert kees.page.locator("#unfiled").count() == 0
    kees.look("filed")
    kees.fill("number", "DS-0072")
    kees.fill("reason", " ")
    kees.send("file")
    kees.says("Schrijf op waarom het nummer anders moet.")
    kees.fill("reason", "x27")
    kees.send("file")
    kees.says("Eerder: %(number)s. Verbeterd: %(why)s", number="DS-0027", why="x27")
    kees.look("corrected")
    kees.fill("note", "<b>x28</b>")
    kees.send("note")
    expect(kees.page.locator("textarea[name=note]")).to_have_value("<b>x28</b>")

    with zipfile.ZipFile(kees.save("Haal dit op voor het dossier").path()) as package:
        assert package.testzip() is None
        names = package.namelist()
        texts = {name.rpartition("/")[2]: package.read(name) for name in names}
    assert sum(name.endswith(".opus") for name in names) == 2
    assert sum(name.endswith(".pdf") for name in names) >= 1
    assert any(b"<b>x28</b>" in content for content in texts.values())
    assert any(name.endswith(".json") and "DS-0072" in str(json.loads(text)) for name, text in texts.items())
    anna.go("/")
    anna.says_not(str(deskwords.TASKS[Task.Kind.UNFILED][0]))
    anna.go(f"/opname/{talk.conversation}/")
    anna.says("Dossier %(dossier)s.", dossier="DS-0072")
    assert anna.save("Haal dit op voor het dossier").suggested_filename.endswith(".zip")


@pytest.mark.parametrize("role", DESKS)
def test_open_tasks_of_every_kind_stand_on_the_desk_that_they_belong_to(
    enter: Enter, house: House, talk: Talk, role: str
) -> None:
    house.run(OPEN_ALL, talk.conversation)
    somebody = enter(DESKS[role])
    somebody.go("/desk/")
    somebody.look(f"desk-{role}")
    for kind in Task.Kind:
        somebody.go(f"/desk/?kind={kind}")
        mine = somebody.page.locator("main .task").filter(has_text=f"{talk.worker.name}, ")
        if kind not in KINDS[role]:
            expect(mine).to_have_count(0)
            continue
        what, can = deskwords.TASKS[kind]
        expect(mine.first).to_contain_text(somebody.words(str(what)))
        expect(mine.first).to_contain_text(somebody.words(str(can)))
        expect(mine.first.locator(".task__due")).not_to_be_empty()
    somebody.look(f"last-kind-{role}")
    somebody.go(f"/desk/g/{talk.conversation}/")
    somebody.look(f"conversation-{role}")


def test_the_manager_goes_into_our_own_no(enter: Enter, house: House, talk: Talk) -> None:
    house.run(OPEN_ALL, talk.conversation)
    marijke = enter("marijke")
    marijke.go("/desk/declines")
    marijke.look("declines")
    marijke.go("/desk/?kind=decline-review")
    marijke.follow(f"/desk/g/{talk.conversation}/#decline-review")
    marijke.fill("note", "x29")
    marijke.send("decline")
    assert marijke.page.locator("#decline-review").count() == 0
    kees = enter("kees")
    kees.go(f"/desk/g/{talk.conversation}/")
    kees.says_not("Wij namen niet op")
    kees.go("/desk/declines", 404)


def test_a_conversation_is_handed_over_to_a_colleague(enter: Enter, house: House, talk: Talk) -> None:
    bo, anna, marijke = enter(talk.worker), enter("anna"), enter("marijke")
    here = f"/desk/g/{talk.conversation}/"
    bo.go("/")
    bo.follow(f"/g/{talk.conversation}/")
    bo.press("Meer over dit gesprek")
    bo.follow("hand-over")
    bo.look("to-whom")
    bo.send("hand-over")
    bo.says("Kies een collega.")
    bo.look("nobody-chosen")
    bo.page.locator("select[name=to]").select_option(label="anna")
    bo.send("hand-over")
    bo.says("Je hebt nog geen gesprekken.")
    expect(bo.page.locator("main .task")).to_have_count(0)
    bo.look("empty-home")
    for gone in (here, f"/g/{talk.conversation}/", f"/opname/{talk.conversation}/"):
        bo.go(gone, 404)
    bo.look("not-here")
    anna.go("/")
    tasks = anna.page.locator("main .task", has=anna.page.locator(f'a[href*="{talk.conversation}"]'))
    what = anna.words(str(deskwords.TASKS[Task.Kind.UNFILED][0]))
    expect(tasks.filter(has_text=what)).to_have_count(1)  # its tasks come along
    tasks.first.locator("a").first.click()
    anna.go(f"/opname/{talk.conversation}/")
    anna.page.locator("[data-play]").wait_for()
    marijke.go(f"{here}hand-over")
    marijke.page.locator("select[name=to]").select_option(label=talk.worker.name)
    marijke.send("hand-over")
    marijke.look("desk")
    bo.go(here)
