"""Wrong, expired and guessed codes: one neutral answer, to the byte, and not often (clause 0c)."""

from collections.abc import Iterator
from itertools import count

import pytest
from django.core.cache import cache, caches
from django.core.management import call_command
from django.test import Client, override_settings
from tests.casework.conftest import Clock
from tests.web.walk import DATABASES, OURS, Seen, Talk, browser, ready_to_record, standing_clock, works_here

from tweespoor.casework.models import Role, Visitor
from tweespoor.web import joining

pytestmark = pytest.mark.django_db(databases=DATABASES)

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
WIDE = {ord(str(n)): chr(0xFF10 + n) for n in range(10)}
addresses = (f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in count(1))


@pytest.fixture
def time() -> Iterator[Clock]:
    with standing_clock() as standing:
        yield standing


@pytest.fixture
def talk(time: Clock) -> Iterator[Talk]:
    ready_to_record()
    made = Talk(browser(works_here("anna", Role.WORKER)), time).open(3)
    yield made
    made.forget()


def types(figures: str, address: str | None = None) -> Seen:
    """Let a phone of its own, at an address of its own, type six figures."""
    return Seen(browser(address=address or next(addresses)).post("/", {"figures": figures}))


def scans(token: str) -> Seen:
    """Let a phone scan a code."""
    return Seen(browser().get(f"/m/{token}"))


def scanned_wrong(token: str) -> bytes:
    """Give what a phone gets for a code that opens nothing; its own code stands in the link to another language."""
    seen = scans(token)
    assert seen.status == 404
    assert seen.text.count(token) == 1
    return seen.all.replace(token.encode(), b"CODE")


def came_in(seen: Seen) -> bool:
    """Tell whether a phone has a session now."""
    return seen.status == 302 and seen.goes_to == "/p/" and "p=" in seen.cookies


def guess(talk: Talk) -> str:
    """Give six figures that open nothing."""
    return "000000" if talk.row.figures != "000000" else "111111"


def test_the_code_opens_however_it_is_typed(talk: Talk) -> None:
    right = talk.row.figures
    spaced = (f"{right[:3]} {right[3:]}", f" {right}\n", "-".join(right), f"{right[:3]}\u00a0{right[3:]}")
    scripts = tuple(right.translate(script) for script in (ARABIC, PERSIAN, DEVANAGARI, WIDE))
    for typed in (right, *spaced, *scripts):
        assert came_in(types(typed)), typed
    assert came_in(scans(talk.row.join_token))


WRONG = (
    "",
    " ",
    "12345",
    "1234567",
    "abcdef",
    "²³¹²³¹",
    "①②③④⑤⑥",
    "🙂" * 6,
    "\u202e123456",
    "\0" * 6,
    "9" * 10_000,
    "'; --",
)


def test_wrong_expired_ended_and_guessed_figures_get_one_answer(talk: Talk) -> None:
    answers = {types(wrong).all for wrong in WRONG if wrong != talk.row.figures}
    answers.add(types(guess(talk)).all)
    old = talk.row.figures
    talk.time.turn(15 * 60 + 1)
    answers.add(types(old).all)  # expired
    talk.tap("code")
    while talk.row.figures == old:
        talk.tap("code")
    answers.add(types(old).all)  # another took its place
    now = talk.row.figures
    talk.tap("stop-waiting")
    answers.add(types(now).all)  # the round is over
    talk.time.turn(4)
    talk.tap("finish")
    answers.add(types(now).all)  # the conversation is over
    answers.add(types("").all)
    assert len(answers) == 1
    (one,) = answers
    assert one.startswith(b"404")
    assert "Dit klopt niet. Probeer het later nog eens, of bel ons." in one.decode()
    assert b'href="tel:08002000"' in one
    assert not Visitor.objects.exists()


def test_wrong_expired_ended_and_guessed_pictures_get_one_answer(talk: Talk) -> None:
    token = talk.row.join_token
    answers = {scanned_wrong("0" * 22), scanned_wrong("z" * 22), scanned_wrong(token[:-1] + "~")}
    talk.time.turn(15 * 60 + 1)
    answers.add(scanned_wrong(token))  # expired
    talk.tap("code")
    answers.add(scanned_wrong(token))  # another took its place
    talk.tap("stop-waiting")
    talk.time.turn(4)
    answers.add(scanned_wrong(talk.row.join_token))  # the round is over
    talk.tap("finish")
    answers.add(scanned_wrong(talk.row.join_token))  # the conversation is over
    assert len(answers) == 1
    for odd in ("x", "%00", "🙂", f"{token}x", "a" * 5_000, "..", "%0d%0aSet-Cookie:x"):
        assert scans(odd).status == 404, odd
    assert not Visitor.objects.exists()


def test_a_code_that_was_used_opens_for_the_next_and_brings_back_who_came_in(talk: Talk) -> None:
    phone = talk.join("Bram")
    assert came_in(types(talk.row.figures))
    assert phone.get(f"/m/{talk.row.join_token}")["Location"] == "/p/"
    assert talk.screen("Bram") == "P2"
    assert Visitor.objects.count() == 2


def test_ten_wrong_codes_close_an_address_for_a_quarter_and_the_answer_stays_the_same(talk: Talk) -> None:
    right, here = talk.row.figures, "192.0.2.99"
    first = types(guess(talk), here).all
    for _ in range(joining.WRONG_PER_ADDRESS - 2):
        types(guess(talk), here)
    assert came_in(types(right, here))
    types(guess(talk), here)
    assert types(right, here).all == first
    assert came_in(types(right, "192.0.2.98"))
    talk.time.turn(14 * 60)
    assert types(right, here).all == first
    talk.time.turn(61)
    talk.tap("code")
    assert came_in(types(talk.row.figures, here))


def test_a_home_is_one_address_however_many_its_devices_have(talk: Talk) -> None:
    for number in range(joining.WRONG_PER_ADDRESS):
        types(guess(talk), f"2001:db8:1:2::{number:x}")
    assert not came_in(types(talk.row.figures, "2001:db8:1:2:ffff::1"))
    assert came_in(types(talk.row.figures, "2001:db8:1:3::1"))


def test_who_is_closed_out_does_not_close_out_the_others(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "WRONG_IN_ALL", 30)
    for _ in range(60):
        types(guess(talk), "192.0.2.66")
    assert came_in(types(talk.row.figures))


def test_all_addresses_together_may_not_guess_on(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "WRONG_IN_ALL", 30)
    answers = {types(guess(talk)).all for _ in range(31)}
    answers.add(types(talk.row.figures).all)
    assert len(answers) == 1
    assert came_in(scans(talk.row.join_token))  # who is in the room still comes in
    talk.time.turn(15 * 60 + 1)
    talk.tap("code")
    assert came_in(types(talk.row.figures))


def test_the_limit_holds_in_the_table_that_all_processes_share(talk: Talk) -> None:
    table = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "tweespoor_cache"}}
    with override_settings(CACHES=table):
        call_command("createcachetable", verbosity=0)
        cache.clear()
        for _ in range(joining.WRONG_PER_ADDRESS):
            types(guess(talk), "192.0.2.50")
        talk.time.turn(6 * 60)
        assert not came_in(types(talk.row.figures, "192.0.2.50"))
        talk.time.turn(10 * 60)
        talk.tap("code")
        assert came_in(types(talk.row.figures, "192.0.2.50"))
    assert caches["default"] is not None


def test_too_many_tries_to_sign_in_get_a_page_with_the_helpline(talk: Talk) -> None:
    client = Client(headers=OURS, REMOTE_ADDR="192.0.2.77")
    seen = [Seen(client.post("/staff/login/", {"login": "anna", "password": str(n)})) for n in range(31)][-1]
    assert seen.status == 429
    assert 'href="tel:08002000"' in seen.text
    assert ">Snel weg</a>" in seen.text
