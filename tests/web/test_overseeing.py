"""The pages of the desk: what each role reads there, what a wrong form answers, and what nobody may learn."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client
from tests.casework.conftest import Clock
from tests.web.walk import (
    DATABASES,
    Seen,
    Talk,
    browser,
    ready_to_record,
    recording_here,
    standing_clock,
    works_here,
)

from tweespoor.casework import capturing, filing, settling, telling
from tweespoor.casework.models import Access, Conversation, Leak, ListeningCode, Role, Staff, Task, ToTell

pytestmark = pytest.mark.django_db(databases=DATABASES)


@pytest.fixture
def time() -> Iterator[Clock]:
    with standing_clock() as standing:
        yield standing


@pytest.fixture
def people(time: Clock) -> dict[str, Client]:
    """A browser of one of each role, and of a second worker."""
    ready_to_record()
    named = {"anna": Role.WORKER, "olga": Role.WORKER, "mo": Role.MANAGER, "fatima": Role.OFFICER, "cas": Role.CLERK}
    return {name: browser(works_here(name, role)) for name, role in named.items()}


@pytest.fixture
def talk(people: dict[str, Client], time: Clock) -> Iterator[Talk]:
    """A finished conversation of Anna, Bram and Carla, recorded for two minutes."""
    with recording_here():
        one = Talk(people["anna"], time).open(3)
        one.join("Bram")
        one.join("Carla")
        one.begin()
        time.turn(120)
        one.tap("stop")
        one.tap("finish")
        yield one
        capturing.forget(one.id)
        one.forget()


def page(client: Client, address: str, status: int = 200) -> str:
    seen = Seen(client.get(address))
    assert seen.status == status, seen.text
    found = re.search(r"<main.*?</main>", seen.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0] if found else "").split())


def send(client: Client, address: str, status: int = 302, **form: str) -> Seen:
    seen = Seen(client.post(address, form))
    assert seen.status == status, seen.text
    return seen


def sheet(talk: Talk) -> str:
    return f"/desk/g/{talk.id}/"


def test_the_desk_says_what_is_open_whose_and_what_can_be_done(people: dict[str, Client], talk: Talk) -> None:
    said = page(people["mo"], "/desk/")
    assert "2 taken staan open." in said
    assert "Kies een dossier bij dit gesprek" in said
    assert "anna, sinds 23 november. Vul het nummer in, of vraag het de medewerker." in said
    assert f"{sheet(talk)}#unfiled" in Seen(people["mo"].get("/desk/")).text


def test_a_term_that_ended_is_said(people: dict[str, Client], talk: Talk, time: Clock) -> None:
    time.turn(5 * 24 * 3600)
    assert "Vandaag" in page(people["cas"], "/desk/?kind=unfiled")
    time.turn(2 * 24 * 3600)
    assert "2 dagen te laat" in page(people["cas"], "/desk/?kind=unfiled")


def test_a_clerk_sees_nothing_of_why_there_is_no_recording(people: dict[str, Client], time: Clock) -> None:
    with recording_here():
        one = Talk(people["anna"], time).open(2)
        one.join("Bram")
        one.tap("decline", reason="earlier-abuse")
        time.turn(4)
        assert "Er staat niets open." in page(people["cas"], "/desk/")
        assert "misbruik" not in page(people["cas"], sheet(one))
        assert "Eerder misbruik van een opname" in page(people["mo"], sheet(one))
        assert "1 keer anna" in page(people["fatima"], "/desk/declines")
        assert "Bespreek waarom we niet opnamen" in page(people["mo"], "/desk/")
        send(people["mo"], f"{sheet(one)}decline", note="Was terecht.")
        assert "Bespreek waarom we niet opnamen" not in page(people["mo"], "/desk/")
        one.forget()


def test_found_and_filed_by_the_clerk(people: dict[str, Client], talk: Talk) -> None:
    cas = people["cas"]
    send(cas, f"{sheet(talk)}file", number="2026-0042")
    assert "Dossier 2026-0042." in page(cas, "/desk/search?number=2026")
    assert "Niets gevonden." in page(cas, "/desk/search?number=2027")
    assert "Schrijf een datum zo: 2026-01-31." in page(cas, "/desk/search?since=gisteren", 422)
    assert "Gesprek van 13:13" in page(cas, "/desk/search?since=2025-11-23&until=2025-11-23")
    assert "Niets gevonden." in page(people["olga"], "/desk/search?number=2026")


def test_a_wrong_number_needs_a_reason_and_nothing_typed_is_lost(people: dict[str, Client], talk: Talk) -> None:
    cas = people["cas"]
    send(cas, f"{sheet(talk)}file", number="2026-1")
    wrong = send(cas, f"{sheet(talk)}file", 422, number="2026-2")
    assert "Schrijf op waarom het nummer anders moet." in wrong.text
    assert 'value="2026-2"' in wrong.text
    send(cas, f"{sheet(talk)}file", number="2026-2", reason="omgedraaid")
    assert "Eerder: 2026-1. Verbeterd: omgedraaid" in page(cas, sheet(talk))


def test_a_number_of_another_form_says_which_form(
    people: dict[str, Client], talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = replace(settling.house(), dossier_pattern=r"VT-\d{4}", dossier_example="VT-0012")
    monkeypatch.setattr(settling, "house", lambda: house)
    for client, address in ((people["cas"], f"{sheet(talk)}file"), (people["anna"], f"{talk.here}file")):
        wrong = send(client, address, 422, number="12345")
        assert "Zo ziet een nummer eruit: VT-0012" in wrong.text
        assert 'value="12345"' in wrong.text
    send(people["anna"], f"{talk.here}file", number="VT-0012")
    assert filing.history(talk.id)[-1].number == "VT-0012"


def test_a_note_is_kept_and_read_again(people: dict[str, Client], talk: Talk) -> None:
    send(people["anna"], f"{sheet(talk)}note", note="Hoort bij <2025-7>.")
    assert "Hoort bij &lt;2025-7&gt;." in Seen(people["cas"].get(sheet(talk))).text
    send(people["anna"], f"{sheet(talk)}note", 422, note="x" * 10_001)


def test_the_officer_listens_first(people: dict[str, Client], talk: Talk) -> None:
    talk.tap("secret", mentioned="yes")
    fatima = people["fatima"]
    assert "Luister eerst." in page(fatima, sheet(talk))
    send(fatima, f"{sheet(talk)}secret", 409)
    officer = Staff.objects.get(username="fatima")
    Access.objects.create(at_ms=talk.time.ms, staff=officer, action="recording.listen", conversation_id=talk.id)
    send(fatima, f"{sheet(talk)}secret")
    assert Task.objects.get(kind="secret").done_ms


def test_handed_over_it_is_there_for_one_and_gone_for_the_other(people: dict[str, Client], talk: Talk) -> None:
    anna, olga = people["anna"], people["olga"]
    assert "Kies een collega." in send(anna, f"{sheet(talk)}hand-over", 422).text
    to = str(Staff.objects.get(username="olga").pk)
    send(anna, f"{sheet(talk)}hand-over", to=to)
    for address in (talk.here, sheet(talk), f"/opname/{talk.id}/", f"{talk.here}state"):
        assert Seen(anna.get(address)).status == 404
        assert Seen(olga.get(address)).status == 200
    assert "Kies een dossier bij dit gesprek" in page(olga, "/")
    assert "Kies een dossier bij dit gesprek" not in page(anna, "/")


def test_one_tap_withdraws_and_starts_the_clock(people: dict[str, Client], talk: Talk, time: Clock) -> None:
    anna, fatima = people["anna"], people["fatima"]
    assert "van wie het is" in send(anna, f"{sheet(talk)}lost", 422, who="9", cause="phone").text
    done = send(anna, f"{sheet(talk)}lost", 200, who="2", cause="phone")
    assert "Alles staat nu uit." in done.text
    assert Seen(talk.phones["Bram"].get("/p/")).goes_to == "/m/"
    assert Seen(talk.phones["Carla"].get("/p/")).status == 200
    leak = Leak.objects.get()
    time.turn(3600)
    assert "Nog 71 uur en 0 minuten." in page(fatima, f"/desk/leaks/{leak.pk}/")
    assert "Beslis over wat kwijt is" in page(fatima, "/desk/")
    assert "Beslis over wat kwijt is" not in page(people["mo"], "/desk/")
    assert "schrijf op waarom" in send(fatima, f"/desk/leaks/{leak.pk}/", 422, people="told").text
    send(fatima, f"/desk/leaks/{leak.pk}/", report="Op slot.", people="told", authority="not-needed")
    assert "Afgehandeld." in page(fatima, "/desk/leaks/")


def test_law_11_the_worker_learns_nothing_of_who_had_a_code(people: dict[str, Client], talk: Talk) -> None:
    def reported() -> str:
        return page(people["anna"], f"{sheet(talk)}lost") + send(
            people["anna"], f"{sheet(talk)}lost", 200, who="2", cause="paper"
        ).text.replace(talk.id, "")

    without = reported()
    ListeningCode.objects.create(conversation_id=talk.id, seat=2, code_sha256="x", word="x", made_ms=talk.time.ms)
    Access.objects.create(at_ms=talk.time.ms, seat=2, action="code.give", conversation_id=talk.id)
    assert reported() == without
    leaks = Leak.objects.order_by("pk").values_list("pk", flat=True)
    assert "een code om te luisteren" in page(people["fatima"], f"/desk/leaks/{leaks[1]}/")


def test_a_lost_device_of_anna_is_out_everywhere(people: dict[str, Client]) -> None:
    anna = people["anna"]
    assert "Je toestellen komen er niet meer in." in send(anna, "/desk/lost", 200).text
    assert "/staff/login/" in Seen(anna.get("/staff/")).goes_to
    assert Leak.objects.get().conversation is None


def test_the_log_by_page_and_as_a_file(people: dict[str, Client], talk: Talk) -> None:
    fatima = people["fatima"]
    send(people["cas"], f"{sheet(talk)}file", number="2026-1")
    said = page(fatima, f"/desk/log/?conversation={talk.id}")
    assert "In het dossier gedaan cas, dossierbeheerder · werkplek" in said
    rows = list(csv.DictReader(io.StringIO(Seen(fatima.get("/desk/log.csv?person=cas")).text)))
    assert {row["actor"] for row in rows} == {"cas"}
    lines = Seen(fatima.get("/desk/log.jsonl")).text.splitlines()
    assert json.loads(lines[0])["action"] == "log.export"
    assert json.loads(lines[0])["actor"] == "fatima"
    assert "Schrijf een datum zo" in page(fatima, "/desk/log/?since=x", 422)
    page(fatima, f"/desk/log/?conversation={'x' * 100}")


def test_still_to_be_told_stands_on_the_workers_list_until_it_is(people: dict[str, Client], talk: Talk) -> None:
    telling.in_person(talk.id, "contact", 2)
    assert "Nog te vertellen" in page(people["anna"], "/")
    assert "Deelnemer 1" in page(people["anna"], "/")
    one = ToTell.objects.get()
    send(people["olga"], f"/desk/told/{one.pk}", 404)
    send(people["anna"], f"/desk/told/{one.pk}")
    assert "Nog te vertellen" not in page(people["anna"], "/")


def test_what_is_open_does_not_lead_to_practice(people: dict[str, Client], talk: Talk) -> None:
    practice = Conversation.objects.create(
        id="f" * 32, worker=Staff.objects.get(username="anna"), practice=True, opened_ms=talk.time.ms
    )
    for name in ("anna", "mo", "fatima", "cas"):
        assert Seen(people[name].get(f"/desk/g/{practice.pk}/")).status == 404
