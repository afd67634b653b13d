"""What cannot be, comes twice, comes late or comes from elsewhere gets a clear answer and leaves nothing behind."""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from tests.casework.conftest import Clock
from tests.web.test_every_address import ADDRESSES, FORMS, ONLY_GET
from tests.web.walk import DATABASES, EVERY, Seen, Talk, browser, works_here

from tweespoor.casework import certifying, ledger
from tweespoor.casework.models import Conversation, Decline, Entry, Role, Staff, Task, Visitor
from tweespoor.web.sizes import bounded

pytestmark = pytest.mark.django_db(databases=DATABASES)


def kinds(talk: Talk) -> list[str]:
    """Name the facts of the journal."""
    return re.findall(r'"type":"(\w+)"', b"".join(ledger.lines(talk.id)).decode())


def everything() -> tuple[int, ...]:
    """Count what is kept."""
    return tuple(table.objects.count() for table in (Conversation, Entry, Visitor, Staff, Task, Decline))


def page(seen: Seen, status: int) -> str:
    """Expect a page that a person can go on from."""
    assert seen.status == status, (seen.status, seen.text[:300])
    assert 'href="tel:08002000"' in seen.text
    assert ">Snel weg</a>" in seen.text
    return seen.text


# From elsewhere -----------------------------------------------------------------------------------------------

ELSEWHERE: tuple[dict[str, str], ...] = (
    {},
    {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"origin": "null"},
    {"sec-fetch-site": "same-origin", "origin": "null"},
    {"sec-fetch-site": "same-origin", "origin": "http://testserver:81"},
    {"sec-fetch-site": "same-origin", "origin": "http://testserver.elsewhere.example"},
    {"referer": "http://testserver/p/"},
)


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_no_other_site_can_act_in_somebodys_name(talk: Talk, headers: dict[str, str], every: bool) -> None:
    """Each address is tried from a page of another site, and each of the other ways at addresses in turn."""
    turn = ELSEWHERE.index(headers)
    routes = list(ADDRESSES) if every or turn == 1 else list(ADDRESSES)[turn :: len(ELSEWHERE)]
    known = {"conversation": talk.id, "token": "x", "number": "1", "verb": "disable", "pk": "1", "track": "0" * 32}
    before, told = everything(), set()
    for route in routes:
        address = "/" + re.sub(r"<\w+:(\w+)>", lambda found: known.get(found[1], "1"), route)
        for who in (talk.worker, talk.phones["Bram"]):
            stranger = Client()
            stranger.cookies = who.cookies
            for method in ("post", "put", "patch", "delete") if not headers else ("post",):
                seen = Seen(getattr(stranger, method)(address, FORMS.get(route, {}), headers=headers))
                page(seen, 403)
                told.add(seen.body)
    assert len(told) == 1
    assert everything() == before


def test_a_browser_of_ours_says_so_one_way_or_the_other(talk: Talk) -> None:
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}):
        phone = Client()
        phone.cookies = talk.phones["Bram"].cookies
        assert phone.post("/p/answer", {"answer": "doubt", "round": "1"}, headers=headers).status_code == 302


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace", "options", "head", "brew"])
def test_odd_methods_change_nothing(talk: Talk, method: str) -> None:
    before = everything()
    for address in ("/", "/p/", "/p/answer", "/p/stop", talk.here, f"{talk.here}start", f"{talk.here}decline", "/weg"):
        for who in (talk.worker, talk.phones["Bram"]):
            assert who.generic(method.upper(), address).status_code < 500, address
    assert everything() == before


# Texts --------------------------------------------------------------------------------------------------------

TEXTS = {
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈",
    "right to left": "\u202eשלום مرحبا\u202c",
    "control": "a\x00b\x07c\x1b[31m\r\nSet-Cookie: x=1",
    "markup": "<script>alert(1)</script>\"'&{{ x }}{% x %}",
    "long": "x" * 10_000,
    "long emoji": "🙂" * 4_000,
    "digits": "9" * 10_000,
    "seat and digits": "0002" + "9" * 5_000,
    "other digits": "²٣",
}
STAGES = ("asking", "recording", "finished")
ROUTES = [route for route, row in ADDRESSES.items() if row["POST"]["worker"] != ONLY_GET]
FIELDS = (
    *("figures", "people", "children", "practice", "kind", "answer", "round", "item", "choice", "says", "seat"),
    *("reason", "offered", "when", "then", "number", "line", "mentioned", "track", "tracks", "epoch", "position"),
    *("records", "against", "present", "yes", "renew", "at", "known", "later", "language", "next"),
)


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("text", TEXTS)
def test_no_text_in_any_field_breaks_a_page(talk: Talk, text: str, stage: str, every: bool) -> None:
    """Each text comes to each address in one of three stages, in turn."""
    turns = 1 if every else len(STAGES)
    if stage != "asking":
        certifying.make_seal("Huis van de test")
        talk.begin()
        talk.tap("track")
    if stage == "finished":
        talk.tap("finish")
    garbage = dict.fromkeys(FIELDS, TEXTS[text])
    known = {"conversation": talk.id, "token": "x", "track": "0" * 32}
    for route in ROUTES[(list(TEXTS).index(text) + STAGES.index(stage)) % turns :: turns]:
        if route.startswith(("staff/", "g/<str:conversation>/finish", "weg")):
            continue
        address = "/" + re.sub(r"<\w+:(\w+)>", lambda found: known.get(found[1], "1"), route)
        who = talk.phones["Bram"] if route.startswith(("p/", "m/")) else talk.worker
        for form in (garbage, {**FORMS.get(route, {}), "seat": TEXTS[text]}):
            seen = Seen(who.post(address, form))
            assert seen.status < 500, (route, seen.status)
            if "attachment" not in seen.headers.get("content-disposition", ""):  # a file holds what was typed
                assert b"<script>alert" not in seen.body, route
            assert "x=1" not in seen.cookies


@pytest.mark.parametrize("number", ["👩‍👧 2026-1", "שלום 12", "٢٠٢٦", "  2026 \u00a0 1  ", "<b>1</b>", "x" * 100])
def test_a_dossier_number_stays_as_it_was_typed(talk: Talk, number: str) -> None:
    talk.begin()
    talk.tap("finish")
    seen = talk.tap("file", number=number)
    if seen.status == 302:
        kept = talk.row.dossier
        assert kept == " ".join(number.split())
        assert f"Dossier {kept}.".replace("<", "&lt;").replace(">", "&gt;") in Seen(talk.worker.get(talk.here)).text
    else:
        assert "Dit is geen dossiernummer." in page(seen, 422)
        assert not talk.row.dossier


@pytest.mark.parametrize("number", ["", " \t ", "x" * 101, "🙂" * 101, "12\x0034", "a\u202eb", "x" * 10_000])
def test_what_is_no_dossier_number_is_said_and_nothing_is_kept(talk: Talk, number: str) -> None:
    talk.begin()
    talk.tap("finish")
    before = kinds(talk)
    page(talk.tap("file", number=number), 422)
    assert kinds(talk) == before
    assert not talk.row.dossier
    assert Task.objects.filter(kind="unfiled", done_ms=None).exists()


@pytest.mark.parametrize("line", [TEXTS["emoji"], TEXTS["right to left"], TEXTS["long"], TEXTS["long emoji"]])
def test_a_line_for_the_dossier_is_kept_whole(anna: Client, time: Clock, line: str) -> None:
    talk = Talk(anna, time).open(2, "discussed")
    talk.tap("interest", against="yes")
    talk.join("Bram")
    talk.everyone()
    time.turn(4)
    assert talk.tap("interest-line", line=line).status == 302
    assert Task.objects.get(kind="interest-line").note == line
    talk.forget()


@pytest.mark.parametrize("name", ["", " ", "a b", "x" * 151, "naam\x00", "<b>", "a\u202eb", "🙂", "x" * 10_000])
def test_a_name_that_cannot_be_is_not_invited(time: Clock, name: str) -> None:
    office = browser(works_here("beheer", Role.ADMINISTRATOR))
    before = everything()
    page(Seen(office.post("/staff/people/invite/", {"username": name, "role": "worker"})), 400)
    page(Seen(office.post("/staff/people/invite/", {"username": "goed", "role": name})), 400)
    assert everything() == before


@pytest.mark.parametrize("address", ["x" * 10_000, "geen adres", "a\x00@b.nl", "a@b.nl\r\nBcc: c@d.nl"])
def test_an_address_that_cannot_be_is_not_kept(time: Clock, address: str) -> None:
    office = browser(works_here("beheer", Role.ADMINISTRATOR))
    page(Seen(office.post("/staff/people/invite/", {"username": "nieuw", "role": "worker", "email": address})), 400)
    assert not Staff.objects.filter(username="nieuw").exists()


def test_a_form_that_is_too_large_is_refused_whole(talk: Talk) -> None:
    before = everything()
    large = {"x": "x" * 70_000}
    page(talk.phone("Bram", "answer", answer="no", round="1", **large), 413)
    page(talk.tap("phone", says="yes", **large), 413)
    many = b"answer=no&round=1&" + b"&".join(b"f%d=" % n for n in range(2_000))
    form = "application/x-www-form-urlencoded"
    page(Seen(talk.phones["Bram"].generic("POST", "/p/answer", many, content_type=form)), 400)
    page(talk.tap("stop-waiting", **large), 413)
    upload = Seen(talk.phones["Bram"].post("/p/answer", {"answer": "no", "round": "1", "file": BytesIO(b"x" * 70_000)}))
    page(upload, 413)
    assert everything() == before
    assert talk.screen("Bram") == "P2"


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x"]
)
def test_a_body_of_another_kind_is_no_form(talk: Talk, kind: str) -> None:
    before = kinds(talk)
    for body in (b'{"answer":"yes","round":"1"}', b"answer=yes&round=1", b"\xff\xfe\x00", b"--x\r\n", b""):
        seen = Seen(talk.phones["Bram"].generic("POST", "/p/answer", body, content_type=kind))
        page(seen, 400 if seen.status == 400 else 404)
    assert kinds(talk) == before
    assert talk.screen("Bram") == "P2"


def test_leaving_works_whatever_other_sites_left_in_the_browser(talk: Talk) -> None:
    phone = talk.phones["Bram"]
    header = "; ".join(("a[b]=1", "pàth=2", "x y=3", "=4", "q", f"p={phone.cookies['p'].value}"))
    answer = Client().get("/weg", headers={"cookie": header})
    assert answer.status_code == 303
    assert answer["Clear-Site-Data"] == '"cache", "cookies"'
    assert set(answer.cookies) == {"p"}


async def drained(receive: Callable[[], Awaitable[MutableMapping[str, Any]]]) -> tuple[int, str]:
    """Read a request to its end, as Django does; give how much there was and how it ended."""
    read = 0
    while True:
        message = await receive()
        read += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return read, message["type"]


@pytest.mark.parametrize(
    ("said", "chunks", "read", "ended"),
    [
        (b"100", [100], 100, "http.request"),
        (b"65536", [65_536], 65_536, "http.request"),
        (b"65537", [65_537], 0, "http.request"),
        (b"9" * 40, [1 << 20] * 3, 0, "http.request"),
        (None, [100, 100], 200, "http.request"),
        (None, [60_000, 60_000, 1 << 20], 60_000, "http.disconnect"),
    ],
)
def test_a_large_body_is_not_even_read(said: bytes | None, chunks: list[int], read: int, ended: str) -> None:
    waiting: list[dict[str, Any]] = [
        {"type": "http.request", "body": b"x" * size, "more_body": True} for size in chunks
    ]
    waiting[-1]["more_body"] = False

    async def receive() -> MutableMapping[str, Any]:
        return waiting.pop(0)

    headers = [] if said is None else [(b"content-length", said)]
    assert asyncio.run(drained(bounded({"type": "http", "headers": headers}, receive))) == (read, ended)


def test_what_still_comes_of_a_large_body_is_thrown_away_while_it_is_answered() -> None:
    waiting: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": b"x", "more_body": True},
        {"type": "http.request", "body": b"x", "more_body": False},
        {"type": "http.disconnect"},
    ]

    async def receive() -> MutableMapping[str, Any]:
        return waiting.pop(0)

    async def twice() -> list[str]:
        within = bounded({"type": "http", "headers": [(b"content-length", b"65537")]}, receive)
        return [(await within())["type"], (await within())["type"]]

    assert asyncio.run(twice()) == ["http.request", "http.disconnect"]
