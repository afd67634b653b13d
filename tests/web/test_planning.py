"""Planning on pages: never in the way, as few taps as without, and nothing that was typed wrong is kept."""

import re
from datetime import datetime
from html import unescape

import pytest
from django.test import Client
from tests.casework.conftest import Clock
from tests.web.table import Page, Table, inside, staff, words

from tweespoor.casework import announcing, ledger, models, planning, recording, rounds
from tweespoor.casework.announcing import Moment, Way
from tweespoor.casework.models import Role
from tweespoor.web import moments

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])

HOUR_MS = 3_600_000
NAUGHTY = ["", "gisteren", "💙🎤", "\u202e2026", "9" * 10_000, "0000-00-00", "2026-02-31", "-1", "<b>", "%00"]


def boxes(time: Clock, days: float = 3) -> dict[str, str]:
    found = moments.for_boxes(time.ms + round(days * 24 * HOUR_MS))
    return {"day": found["day"], "hour": found["hour"]}


def form(time: Clock, days: float = 3, **more: str) -> dict[str, str]:
    given = {"key": "ab" * 16, **boxes(time, days), "people": "4", "children": "none", "language": "nl"}
    return given | more


@pytest.fixture
def plan(table: Table) -> models.Plan:
    answer = table.anna.post("/plans/new", form(table.time))
    assert answer.status_code == 302, words(answer)
    return models.Plan.objects.get()


def at(plan: models.Plan, verb: str = "") -> str:
    return f"/plans/{plan.pk}/{verb}"


def forget() -> None:
    for key in models.Conversation.objects.values_list("pk", flat=True):
        ledger.forget(key)
        rounds.forget(key)


def test_the_beginning_shows_planned_conversations_only_when_there_are(table: Table, plan: models.Plan) -> None:
    assert "Gepland gesprek" in words(table.anna.get("/"))
    table.anna.post(at(plan, "cancel"))
    assert "Gepland gesprek" not in words(table.anna.get("/"))
    assert "Nu opnemen" in words(table.anna.get("/"))
    assert "Gepland gesprek" not in words(inside(staff("bea")).get("/"))


def test_beginning_from_a_plan_takes_no_more_taps_and_the_number_is_filled_in(table: Table, plan: models.Plan) -> None:
    listed = table.anna.get("/plans/").content.decode()  # one: «Gepland gesprek»
    assert f'href="{at(plan, "begin")}"' in listed
    counting = table.anna.get(at(plan, "begin")).content.decode()  # two: «Begin dit gesprek»
    assert re.search(r'value="4" required checked', counting)
    answer = table.anna.post(at(plan, "begin"), {"people": "4", "children": "none"})  # three: the child
    assert re.fullmatch(r"/g/[0-9a-f]{32}/", answer["Location"])
    again = table.anna.post(at(plan, "begin"), {"people": "4", "children": "none"})
    assert again["Location"] == answer["Location"]
    assert table.anna.get(at(plan), follow=False)["Location"] == answer["Location"]
    assert "Gepland gesprek" not in words(table.anna.get("/"))
    forget()


def test_another_number_than_planned_is_the_number(table: Table, plan: models.Plan) -> None:
    answer = table.anna.post(at(plan, "begin"), {"people": "2", "children": "none"})
    assert ledger.state(answer["Location"].split("/")[2]).people == 2
    forget()


@pytest.mark.parametrize("people", ["", "1", "21", "1000", "-4", "vier", "٤", "💙", "4" * 10_000])
def test_a_wrong_count_asks_again(table: Table, plan: models.Plan, people: str) -> None:
    answer = table.anna.post(at(plan, "begin"), {"people": people, "children": "none"})
    assert answer.status_code == 422
    assert "Kies eerst met hoeveel mensen we zijn." in words(answer)
    assert not models.Conversation.objects.exists()


def test_sending_a_form_twice_plans_once(table: Table, plan: models.Plan) -> None:
    table.anna.post("/plans/new", form(table.time))
    assert models.Plan.objects.count() == 1


@pytest.mark.parametrize("field", ["day", "hour", "people", "children", "language"])
@pytest.mark.parametrize("typed", NAUGHTY)
def test_what_cannot_be_read_is_said_and_not_kept(table: Table, field: str, typed: str) -> None:
    if typed == "" and field in {"people", "children"}:
        return  # not known yet
    answer = table.anna.post("/plans/new", form(table.time) | {field: typed})
    assert answer.status_code == 422
    assert len(answer.content) < 20_000
    assert 'role="alert"' in answer.content.decode()
    assert not models.Plan.objects.exists()


@pytest.mark.parametrize("typed", [*NAUGHTY, "G" * 32, "ab" * 15])
def test_a_forged_key_is_not_there(table: Table, typed: str) -> None:
    assert table.anna.post("/plans/new", form(table.time, key=typed)).status_code == 404


@pytest.mark.parametrize("days", [-1, -0.2, 800, 9000])
def test_a_day_that_cannot_be_is_said(table: Table, plan: models.Plan, days: float) -> None:
    for address in ("/plans/new", at(plan, "move")):
        answer = table.anna.post(address, form(table.time, days, key="cd" * 16))
        assert answer.status_code == 422
        assert "Kies een dag en een tijd die nog komen." in words(answer)
    assert models.Plan.objects.get().starts_ms == plan.starts_ms


def test_moving_and_cancelling_are_taken_back_in_one_tap(table: Table, plan: models.Plan) -> None:
    moved = table.anna.post(at(plan, "move"), boxes(table.time, 5), follow=True)
    assert "Verplaatst. Eerst was het" in words(moved)
    table.anna.post(at(plan, "undo"))
    assert models.Plan.objects.get().starts_ms == plan.starts_ms
    off = table.anna.post(at(plan, "cancel"), follow=True)
    assert "Dit gesprek gaat niet door." in words(off)
    assert table.anna.get(at(plan, "begin"))["Location"] == at(plan)
    assert table.anna.post(at(plan, "begin"), {"people": "4", "children": "none"})["Location"] == at(plan)
    on = table.anna.post(at(plan, "undo"), follow=True)
    assert "Begin dit gesprek" in words(on)
    assert not models.Conversation.objects.exists()


@pytest.mark.parametrize("role", Role)
def test_a_plan_is_there_for_its_worker_alone(table: Table, plan: models.Plan, role: Role) -> None:
    other = inside(staff("other", role))
    for verb in ("", "begin", "move", "paper", "mail"):
        assert other.get(at(plan, verb)).status_code == 404
    for verb in ("cancel", "undo", "said", "reach", "renew", "begin", "move"):
        assert other.post(at(plan, verb), {**boxes(table.time), "people": "3", "children": "none"}).status_code == 404
    assert models.Plan.objects.get().cancelled_ms is None


@pytest.mark.parametrize("key", ["0" * 32, "x", "AB" * 16, "💙", "..", "new%00"])
def test_a_guessed_plan_is_not_there(table: Table, key: str) -> None:
    assert table.anna.get(f"/plans/{key}/").status_code == 404
    assert table.anna.post(f"/plans/{key}/cancel").status_code == 404


def test_somebody_wants_to_record_is_on_the_plan(table: Table, plan: models.Plan) -> None:
    assert "Iemand wil opnemen." not in words(table.anna.get(at(plan)))
    announcing.announce(Moment(plan.starts_ms), Way.CALL, "0611122233", None)
    page = table.anna.get(at(plan))
    assert "Iemand wil opnemen." in words(page)
    assert "Iemand wil opnemen." in words(table.anna.get("/plans/"))
    assert "0611122233" not in page.content.decode()
    assert "Bellen: 0611122233" in words(table.anna.post(at(plan, "reach")))
    assert models.Access.objects.filter(action="plan.reach").count() == 1


def test_what_was_said_aloud_is_noted_and_taken_back(table: Table, plan: models.Plan) -> None:
    for what, field in (("told", "told_ms"), ("wanted", "wanted_ms")):
        table.anna.post(at(plan, "said"), {"what": what, "said": "yes"})
        assert getattr(models.Plan.objects.get(), field) is not None
        table.anna.post(at(plan, "said"), {"what": what, "said": "no"})
        assert getattr(models.Plan.objects.get(), field) is None
    assert table.anna.post(at(plan, "said"), {"what": "💙", "said": "yes"}).status_code == 404


# Invitations --------------------------------------------------------------------------------------------------

SENTENCE = {
    "nl": "Je mag dit gesprek opnemen. Zeg het vooraf, of bij het begin.",
    "en": "You may record this conversation. Say so beforehand, or at the start.",
}


def invitations(table: Table, plan: models.Plan) -> dict[str, Page]:
    return {
        "paper": table.anna.get(at(plan, "paper")),
        "large": table.anna.get(at(plan, "paper") + "?large=yes"),
        "card": table.anna.get(at(plan, "paper") + "?size=card"),
        "mail": table.anna.get(at(plan, "mail")),
    }


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_invitation_says_that_one_may_record_and_leads_to_the_page(table: Table, language: str) -> None:
    table.anna.post("/plans/new", form(table.time, language=language))
    plan = models.Plan.objects.get()
    address = f"http://localhost:8000/u/{planning.invitation(plan)}"
    for name, page in invitations(table, plan).items():
        told = unescape(page.content.decode())
        assert SENTENCE[language] in told, name
        assert plan.reference in told, name
        if name != "card":
            assert address in told, name
            assert "http://localhost:8000/conditions" in told, name
        if name != "mail":  # the frame of the page with the mail is the worker's own
            assert f'<html lang="{language}"' in told, name
    shown = Client().get(f"/u/{planning.invitation(plan)}", headers={"accept-language": language})
    assert SENTENCE[language] in words(shown)
    assert "/conditions" in shown.content.decode()
    assert f"/u/{planning.invitation(plan)}/vooraf" in shown.content.decode()


def test_an_invitation_can_be_had_in_another_language_too(table: Table, plan: models.Plan) -> None:
    for page in (table.anna.get(at(plan, "paper")), table.anna.get(at(plan, "mail"))):
        other = re.search(r'href="([^"]+language=en)" lang="en"', page.content.decode())
        assert other
        assert SENTENCE["en"] in table.anna.get(unescape(other[1])).content.decode()
    told = table.anna.get(at(plan)).content.decode()
    assert "Taal: Nederlands." in told
    assert re.search(r'name="language" value="nl" required checked', table.anna.get("/plans/new").content.decode())


def test_an_invitation_names_nobody_and_stands_neutral_in_lists(table: Table, plan: models.Plan) -> None:
    shown = Client().get(f"/u/{planning.invitation(plan)}").content.decode()
    house = "Veilig"
    for name, page in {**invitations(table, plan), "screen": None}.items():
        told = shown if page is None else page.content.decode()
        title = re.search(r"<title>(.*?)</title>", told)
        assert title
        assert title[1] == "Gesprek", name
        assert house not in told, name
        assert "anna" not in re.sub(r"planning|plannen", "", told).lower(), name
    subject = re.search(r'id="subject"[^>]*value="([^"]*)"', table.anna.get(at(plan, "mail")).content.decode())
    assert subject
    assert re.fullmatch(r"Ons gesprek op \d+ \w+", subject[1])


def test_an_invitation_shows_the_moment_as_it_is_now_and_ends_with_the_conversation(
    table: Table, plan: models.Plan
) -> None:
    link = f"/u/{planning.invitation(plan)}"
    guest = Client()
    assert moments.weekday(plan.starts_ms) in words(guest.get(link))
    table.anna.post(at(plan, "move"), boxes(table.time, 9))
    moved = models.Plan.objects.get()
    assert moments.weekday(moved.starts_ms) in words(guest.get(link))
    table.anna.post(at(plan, "cancel"))
    assert "gaat niet door." in words(guest.get(link))
    table.anna.post(at(plan, "undo"))
    begun = table.anna.post(at(plan, "begin"), {"people": "2", "children": "none"})["Location"].split("/")[2]
    assert "Doe mee met de zes cijfers." in words(guest.get(link))
    assert "p" not in guest.cookies  # it lets nobody in
    recording.finish(begun)
    ended, guessed = guest.get(link), guest.get("/u/" + "x" * 22)
    assert (ended.status_code, ended.content.replace(link.encode(), b"")) == (
        404,
        guessed.content.replace(b"/u/" + b"x" * 22, b""),
    )
    forget()


def test_a_new_invitation_ends_the_old(table: Table, plan: models.Plan) -> None:
    link = f"/u/{planning.invitation(plan)}"
    table.anna.post(at(plan, "renew"))
    assert Client().get(link).status_code == 404
    assert Client().get(f"/u/{planning.invitation(models.Plan.objects.get())}").status_code == 200


# Sheets -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "pages"), [("2", 1), ("4", 1), ("5", 2), ("1000", 1), ("", 1), ("💙", 1), ("20", 7)]
)
def test_there_is_a_slip_for_everyone_and_all_slips_are_alike(table: Table, people: str, pages: int) -> None:
    told = table.anna.get(f"/print/slips?people={people}").content.decode()
    slips = re.findall(r'<div class="slip">.*?</div>', told, re.DOTALL)
    assert len(slips) == 3 * pages
    assert len(set(slips)) == 1
    answers = re.findall(r'<li class="slip__answer"><span class="slip__box"></span>(.*?)</li>', slips[0])
    assert answers == ["Ja", "Nee", "Ik twijfel"]
    assert "0800" in slips[0]


def test_the_agreements_are_printed_as_they_were_chosen(table: Table) -> None:
    table.open(3)
    assert "Even stil. Jij kiest of jouw opname verdergaat." in words(table.anna.get(table.here + "sheet"))
    for name in ("Bram", "Carla"):
        table.join(name)
    table.phone("Bram", "other", item="6", choice="1")
    changed = words(table.anna.get(table.here + "sheet"))
    assert "Dan stoppen we allebei." in changed
    assert "Even stil." not in changed
    assert "Then we both stop." in words(table.anna.get(table.here + "sheet?language=en"))
    assert "Even stil." in words(table.anna.get("/print/agreements"))


def test_who_calls_is_explained_at_the_telephone(table: Table) -> None:
    table.open(3)
    link = re.search(r'href="(/print/phone)"', table.anna.get(table.here + "phone").content.decode())
    assert link
    told = words(table.anna.get(link[1]))
    assert "Zet de telefoon op luidspreker, naast dit toestel." in told
    assert "Iemand wil dit gesprek opnemen, alleen geluid." in told


@pytest.mark.parametrize("name", ["", "x", "slips/", "💙", "..", "Slips"])
def test_a_sheet_that_is_not_there(table: Table, name: str) -> None:
    assert table.anna.get(f"/print/{name}").status_code == 404


@pytest.mark.parametrize("language", ["xx", "💙", "nl-BE", "e" * 10_000])
def test_a_language_that_is_not_there_is_the_own_language(table: Table, language: str) -> None:
    assert '<html lang="nl"' in table.anna.get("/print/slips", {"language": language}).content.decode()


def test_the_day_is_written_here(table: Table, plan: models.Plan) -> None:
    here = datetime.fromtimestamp(plan.starts_ms / 1000, tz=moments.local(plan.starts_ms).tzinfo)
    assert f"om {here:%H:%M}" in words(table.anna.get(at(plan, "paper")))
