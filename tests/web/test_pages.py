"""Every page: who may see it, what stands at its head and foot, and what is said when something is wrong."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.urls import URLPattern, get_resolver
from tests.web.table import OWN, Page, Table, inside, staff, words

from tweespoor.casework import models, settling
from tweespoor.casework.models import Role
from tweespoor.rules.clause import RULES
from tweespoor.web import leaving
from tweespoor.web import words as said

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


def flow_addresses() -> Iterator[str]:
    """Give every address of a conversation and of a phone."""
    for one in get_resolver().url_patterns:
        if isinstance(one, URLPattern):
            address = str(one.pattern)
            if address.startswith(("g/", "p/")) and "token" not in address:
                yield address


@pytest.fixture
def everyone(table: Table) -> dict[str, Client]:
    table.open(3)
    table.join("Bram")
    told = {role.value: inside(staff(f"other-{role.value}", role)) for role in Role}
    return told | {"nobody": Client(headers=OWN), "Bram": table.phones["Bram"]}


def asked_by(everyone: dict[str, Client], path: str) -> Iterator[tuple[str, int]]:
    """Let everyone look and send."""
    for who, client in everyone.items():
        for method in (client.get, client.post):
            answer = method(path)
            if answer.status_code == 302 and who == "nobody":
                assert answer["Location"].startswith(("/staff/login/", "/m/"))
            yield who, answer.status_code


@pytest.mark.parametrize("address", sorted({one for one in flow_addresses() if one.startswith("p/")}))
def test_a_phone_without_a_session_is_asked_for_figures(everyone: dict[str, Client], address: str) -> None:
    for who, status in asked_by(everyone, f"/{address}"):
        expected = {200, 204, 302, 404, 405, 409, 503} if who == "Bram" else {302, 405}
        assert status in expected, who


def test_a_conversation_exists_only_for_who_opened_it(table: Table, everyone: dict[str, Client]) -> None:
    before = models.Conversation.objects.get(pk=table.id).position
    for address in sorted({one for one in flow_addresses() if one.startswith("g/")}):
        path = "/" + address.replace("<str:conversation>", table.id)
        for who, status in asked_by(everyone, path):
            if path == "/g/new":
                expected = {200, 422} if who in {"worker", "manager"} else {302, 404}
            else:
                expected = {302, 405} if who in {"nobody", "Bram"} else {404, 405}
            assert status in expected, (who, path)
        assert models.Conversation.objects.get(pk=table.id).position == before, path


def test_another_s_conversation_and_none_get_one_answer(table: Table, everyone: dict[str, Client]) -> None:
    there, nowhere = (everyone["worker"].get(f"/g/{one}/") for one in (table.id, "0" * 32))
    assert there.content == nowhere.content
    assert "Misschien is het er niet meer, of is het niet voor jou." in words(there)


def test_a_form_of_another_site_is_refused(table: Table) -> None:
    table.open(2)
    table.join("Bram")
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://elsewhere.example"},
    ):
        assert table.phones["Bram"].post("/p/answer", {"answer": "yes"}, headers=headers).status_code == 403
        assert table.anna.post(table.here + "start", headers=headers).status_code == 403


PUBLIC = ("/", "/conditions", "/lang", "/m/", "/m/never-given", "/nowhere", "/p/nothing")


def test_every_page_has_its_frame(table: Table) -> None:
    table.open(3, "present")
    pages: list[Page] = []
    pages += [Client().get(path) for path in PUBLIC]
    pages += [table.anna.get(path) for path in ("/", "/g/new", "/nowhere")]
    pages += [table.look(), table.tap("interest", against="no", reason="no-harm"), table.join("Bram")]
    pages += [table.anna.get(table.here + step) for step in ("device", "phone", "slip", "decline")]
    pages += [table.phones["Bram"].get(f"/p/{step}") for step in ("agreements", "other", "hidden")]
    for page in pages:
        text = page.content.decode()
        title = re.search(r"<title>([^<]*)</title>", text)
        assert title
        assert title[1] in {"Gesprek", "Een gesprek opnemen"}
        assert 'href="tel:08002000">0800-2000</a>' in text
        assert 'href="tel:112">112</a>' in text
        assert text.count('class="leave"') == 1
        assert '<html lang="nl" dir="ltr">' in text
        assert text.count("<main") == text.count("<h1") == 1 or "Terug" in text
        assert not re.search(r"\son\w+=|style=|<script(?![^>]* (src|type=\"application/json))", text)
        assert "geweld" not in text.lower()
        assert page["Cache-Control"] == "no-store"
        assert "default-src 'none'" in page["Content-Security-Policy"]


def test_no_address_and_no_title_names_the_organisation() -> None:
    for one in get_resolver().url_patterns:
        assert "test" not in str(one.pattern)


def test_with_the_database_gone_the_helpline_still_stands(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.open(2)
    table.join("Bram")

    def gone(*_args: object, **_more: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("tweespoor.casework.sight.look", gone)
    for client, path in ((table.phones["Bram"], "/p/"), (table.anna, table.here)):
        page = client.get(path)
        assert page.status_code == 503
        assert "Er gaat bij ons iets mis. Het gesprek kan gewoon doorgaan." in words(page)
        assert "0800-2000" in page.content.decode()
        asked = client.get(path + "state", headers={"accept": "application/json"})
        assert (asked.status_code, list(asked.json())) == (503, ["refused"])


def test_without_any_table_leaving_and_the_conditions_work(db: None) -> None:
    with_none = Client()
    assert with_none.get("/weg").status_code == 303
    assert with_none.get("/conditions").status_code == 200


def test_leaving_forgets_the_visit_but_never_unsent_sound(table: Table) -> None:
    table.open(2)
    table.join("Bram")
    for answer in (table.phones["Bram"].get("/weg"), table.phones["Bram"].post("/weg")):
        assert answer["Clear-Site-Data"] == leaving.WIPED == '"cache", "cookies"'
    gone = table.phones["Bram"].get("/weg")
    assert gone["Location"] == "https://www.buienradar.nl"
    assert gone["Referrer-Policy"] == "no-referrer"
    assert table.phones["Bram"].get("/p/")["Location"] == "/m/"


def test_another_language_and_back_to_the_same_page(table: Table) -> None:
    table.open(2)
    table.join("Bram")
    phone = table.phones["Bram"]
    shown = words(phone.get("/lang?next=/p/"))
    assert "Nederlands English" in shown
    question = words(phone.post("/lang", {"language": "en", "next": "/p/"}, follow=True))
    assert "May this conversation be recorded?" in question
    assert '<html lang="en" dir="ltr">' in phone.get("/p/").content.decode()
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "\\\\x"):
        assert phone.post("/lang", {"language": "nl", "next": elsewhere})["Location"] == "/"


def test_the_conditions_come_from_the_engine() -> None:
    dutch = words(Client().get("/conditions"))
    english = words(Client(headers={"accept-language": "en"}).get("/conditions"))
    for clause in {rule.clause for rule in RULES}:
        assert f" {clause} " in dutch
        assert f" {clause} " in english
    assert "op de pagina" in dutch
    assert "house rule" in english
    assert "Uitgave van november 2026." in dutch


def test_every_code_has_words_and_causes_of_no_recording_share_theirs() -> None:
    for code in {code for rule in RULES for code in rule.codes}:
        refusal = said.refusal((code,))
        assert str(refusal.says)
        assert refusal.instead, code
        if code == "1a.not-taking-part" or code.partition(".")[0] in {"1c", "4a"} or code.startswith("1b.consent"):
            assert refusal is said.NO_RECORDING
    assert said.refusal(("4b.number", "1b.consent-missing")) is said.NO_RECORDING


def test_every_sentence_that_a_script_says_is_there() -> None:
    scripts = (Path(said.__file__).parent / "static" / "tweespoor").glob("*.js")
    used = {name for script in scripts for name in re.findall(r'(?:notice|sentence)\("(\w+)"', script.read_text())}
    assert used
    assert used <= set(said.SAID_BY_SCRIPTS)


def test_a_theme_is_mounted_by_putting_it_there(table: Table) -> None:
    assert "theme.css" not in Client().get("/").content.decode()
    assert Client().get("/theme.css").status_code == 404
    (settings.TWEESPOOR_HOME / "theme.css").write_text(":root { --ink: #000; }")
    assert '<link rel="stylesheet" href="/theme.css">' in Client().get("/").content.decode()
    assert Client().get("/theme.css")["Content-Type"] == "text/css; charset=utf-8"


def test_the_state_changes_its_version_only_when_the_page_does(table: Table) -> None:
    table.open(3)
    table.begun()
    table.tap("everyone")
    table.time.turn(61)
    one = table.state()
    table.time.turn(5)
    other = table.state()
    assert one["version"] == other["version"]
    assert other["elapsed_ms"] == int(str(one["elapsed_ms"])) + 5000
    assert f'data-version="{other["version"]}"' in table.look().content.decode()
    table.tap("mark")
    assert table.state()["version"] != other["version"]


def test_the_worker_s_and_clerk_s_beginning(table: Table) -> None:
    table.open(3)
    table.begun()
    table.tap("stop")
    table.tap("finish")
    mine = words(table.anna.get("/"))
    assert "Nu opnemen Oefenen" in mine
    assert "Mijn gesprekken" in mine
    clerk = words(inside(staff("kees", Role.CLERK)).get("/"))
    assert "Nu opnemen" not in clerk
    assert settling.house().organisation not in clerk


def test_text_in_any_shape_is_kept_as_text(table: Table) -> None:
    table.open(2, "discussed")
    table.tap("interest", against="yes")
    table.join("Bram")
    table.answer("Bram", "yes")
    table.reveal()
    table.tap("finish")
    for line in ("💙 العربية <script>alert(1)</script>", "x" * 10_000):
        assert table.tap("interest-line", line=line).status_code == 200
    assert table.tap("file", number="<b>Z</b> 💙").status_code == 200
    page = table.look().content.decode()
    assert "<b>Z</b>" not in page
    assert table.tap("file", number="x" * 10_000).status_code == 422
