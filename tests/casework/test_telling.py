"""Messages: neutral, only where that is safe, and nothing hangs when a server for mail does."""

import json
import socket
import threading
import time as stopwatch
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django.fixtures import Settings
from tests.casework.conftest import DATABASES, Clock, Table
from tests.server import free_port

from tweespoor.casework import checklist, models, practising, sending, sweeping, telling
from tweespoor.casework.models import Role, Staff
from tweespoor.casework.telling import Notice, Told, Way, What
from tweespoor.errors import UnknownError

pytestmark = pytest.mark.django_db(databases=DATABASES)

BRAM, CARLA = 2, 3
ADDRESS, NUMBER = "bram@example.org", "+31 6 12345678"


@pytest.fixture(autouse=True)
def real(db: None, time: Clock) -> None:
    """End practice, so that what is laid is a real conversation."""
    officer = Staff.objects.create_user("fatima", role=Role.OFFICER)
    for item in checklist.ITEMS:
        checklist.tick(item, officer)


class Box:
    """A server for mail that takes everything, or answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], bytes]] = []
        self.answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        assert isinstance(envelope.content, bytes)
        self.got.append((list(envelope.rcpt_tos), envelope.content))
        return "250 OK"


@pytest.fixture
def box(settings: Settings) -> Iterator[Box]:
    """Serve mail, and let the house use it."""
    taken = Box()
    port = free_port()
    server = Controller(taken, hostname="127.0.0.1", port=port)
    server.start()
    settings.TWEESPOOR_SMTP = f"smtp://127.0.0.1:{port}"
    settings.TWEESPOOR_MAIL_FROM = "bericht@example.net"
    yield taken
    server.stop()


@contextmanager
def odd_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve whoever connects in an odd way; gives the port."""
    with socket.create_server(("127.0.0.1", free_port())) as listening:

        def run() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def wait(rows: int = 1) -> list[models.Message]:
    found = list(models.Message.objects.order_by("pk"))
    assert len(found) == rows
    return found


# Nothing by default -------------------------------------------------------------------------------------


def test_nobody_who_chose_nothing_gets_a_message(table: Table, box: Box) -> None:
    assert telling.tell(table.id, BRAM, Notice.READY) is Told.IN_PERSON
    assert not models.Message.objects.exists()
    assert [(one.what, one.seat) for one in telling.to_tell(table.anna)] == [(What.READY, BRAM)]


@pytest.mark.parametrize(("way", "address"), [(Way.NONE, ""), (Way.CALL, NUMBER)])
def test_none_and_calling_are_obeyed(table: Table, box: Box, way: Way, address: str) -> None:
    telling.set_way(table.id, BRAM, way, address)
    assert telling.tell(table.id, BRAM, Notice.CONTACT) is Told.IN_PERSON
    assert sending.send_due() == 0
    assert box.got == []


@pytest.mark.parametrize(("way", "address"), [(Way.MAIL, ADDRESS), (Way.SMS, NUMBER)])
def test_without_a_server_for_it_it_is_told_in_person(table: Table, way: Way, address: str) -> None:
    telling.set_way(table.id, BRAM, way, address)
    assert telling.tell(table.id, BRAM, Notice.CHANGE) is Told.IN_PERSON
    assert telling.tell(table.id, BRAM, Notice.CHANGE) is Told.IN_PERSON
    assert telling.to_tell(table.anna).count() == 1


def test_what_is_told_leaves_the_list_of_its_worker_alone(table: Table) -> None:
    telling.in_person(table.id, What.CHANGE)
    other = Staff.objects.create_user("oskar", role=Role.WORKER)
    number = telling.to_tell(table.anna).get().pk
    assert not telling.to_tell(other).exists()
    with pytest.raises(UnknownError):
        telling.told(number, other)
    telling.told(number, table.anna)
    assert not telling.to_tell(table.anna).exists()
    with pytest.raises(UnknownError):
        telling.told(number, table.anna)


# Addresses ----------------------------------------------------------------------------------------------


def test_an_address_is_sealed_and_can_be_taken_back(table: Table) -> None:
    telling.set_way(table.id, BRAM, Way.MAIL, f" {ADDRESS} ")
    row = models.SafeWay.objects.get()
    assert row._state.db == "keyring"
    assert ADDRESS.encode() not in bytes(row.sealed)
    assert telling.address_of(table.id, BRAM) == (Way.MAIL, ADDRESS)
    telling.set_way(table.id, BRAM, Way.NONE)
    assert not models.SafeWay.objects.exists()
    assert telling.way_of(table.id, BRAM) is Way.NONE
    with pytest.raises(UnknownError):
        telling.address_of(table.id, BRAM)


@pytest.mark.parametrize(
    ("way", "address"),
    [
        (Way.MAIL, ""),
        (Way.MAIL, "bram"),
        (Way.MAIL, "bram@host"),
        (Way.MAIL, "bram@example.org\r\nBcc: eve@example.org"),
        (Way.MAIL, "bram@example.org, eve@example.org"),
        (Way.MAIL, f"{'b' * 250}@example.org"),
        (Way.MAIL, "bräm@example.org"),
        (Way.SMS, "12345"),
        (Way.SMS, "0612345678; rm"),
        (Way.CALL, "+" + "1" * 16),
        (Way.CALL, "٠٦١٢٣٤٥٦٧٨"),
        (Way.NONE, ADDRESS),
        ("pigeon", "roof"),
    ],
)
def test_what_is_no_address_is_not_kept(table: Table, way: str, address: str) -> None:
    with pytest.raises(ValueError, match=r"address|valid"):
        telling.set_way(table.id, BRAM, way, address)
    assert not models.SafeWay.objects.exists()


def test_practice_sends_nothing_and_forgets(lay: Callable[..., Table], box: Box) -> None:
    models.ChecklistTick.objects.all().delete()
    table = lay(2)
    assert table.look.row.practice
    telling.set_way(table.id, BRAM, Way.MAIL, ADDRESS)
    assert telling.tell(table.id, BRAM, Notice.READY) is Told.IN_PERSON
    assert not telling.to_tell(table.anna).exists()
    practising.leave(table.id)
    assert not models.SafeWay.objects.exists()
    assert not models.ToTell.objects.exists()


# Mail ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("notice", Notice)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_mail_says_nothing_to_who_reads_along(table: Table, box: Box, notice: Notice, language: str) -> None:
    telling.set_way(table.id, BRAM, Way.MAIL, ADDRESS, language=language)
    assert telling.tell(table.id, BRAM, notice) is Told.QUEUED
    assert sending.send_due() == 1
    (to, content) = box.got[0]
    assert to == [ADDRESS]
    mail = message_from_bytes(content, policy=policy.default)
    assert mail["From"] == "bericht@example.net"
    assert mail["Subject"] == ("Message" if language == "en" else "Bericht")
    text = content.decode().lower()
    hostname = socket.gethostname().lower()
    for word in ("veilig", "thuis", "tweespoor", "opname", "recording", "geweld", "0800", "http", table.id, hostname):
        assert word not in text, word
    row = wait()[0]
    assert (row.result, row.due_ms, row.attempts) == ("sent", None, 1)
    assert sending.send_due() == 0
    log = models.Access.objects.get(action="message.send")
    assert (log.seat, log.origin) == (BRAM, "server")


def test_a_changed_mind_holds_for_what_still_waits(table: Table, box: Box) -> None:
    telling.set_way(table.id, BRAM, Way.MAIL, ADDRESS)
    telling.tell(table.id, BRAM, Notice.READY)
    telling.set_way(table.id, BRAM, Way.NONE)
    assert sending.send_due() == 0
    assert box.got == []
    assert [one.what for one in telling.to_tell(table.anna)] == [What.MESSAGE_FAILED]
    assert wait()[0].due_ms is None


def test_it_is_tried_ever_more_slowly_and_then_told_in_person(
    table: Table, time: Clock, settings: Settings, box: Box
) -> None:
    settings.TWEESPOOR_SMTP = f"smtp://127.0.0.1:{free_port()}"  # nobody listens
    telling.set_way(table.id, BRAM, Way.MAIL, ADDRESS)
    telling.tell(table.id, BRAM, Notice.READY)
    for pause in sending.AFTER_MS:
        assert sending.send_due() == 0
        assert sending.send_due() == 0  # not at once again
        assert not telling.to_tell(table.anna).exists()
        time.turn(pause / 1000)
    sending.send_due()
    row = wait()[0]
    assert (row.attempts, row.due_ms, row.result) == (len(sending.AFTER_MS) + 1, None, "failed")
    assert telling.to_tell(table.anna).count() == 1


def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_not(table: Table, time: Clock, box: Box) -> None:
    telling.set_way(table.id, BRAM, Way.MAIL, ADDRESS)
    telling.tell(table.id, BRAM, Notice.READY)
    box.answer = "450 later"
    sending.send_due()
    assert wait()[0].due_ms is not None
    time.turn(61)
    box.answer = "550 nobody here"
    sending.send_due()
    assert (wait()[0].due_ms, telling.to_tell(table.anna).count()) == (None, 1)


def test_a_round_sends_a_few(table: Table, box: Box) -> None:
    for seat in range(2, 14):
        telling.set_way(table.id, seat, Way.MAIL, ADDRESS)
        telling.tell(table.id, seat, Notice.READY)
    assert sending.send_due() == sending.AT_ONCE


def silent(connection: socket.socket) -> None:
    """Take a connection and say nothing."""
    with connection:
        connection.recv(1)


def dripping(connection: socket.socket) -> None:
    """Say a byte now and then, for ever."""
    with connection:
        try:
            while True:
                connection.sendall(b"2")
                stopwatch.sleep(0.05)
        except OSError:
            return


def greeting(connection: socket.socket) -> None:
    """Greet, and then drip."""
    connection.sendall(b"220 here\r\n")
    dripping(connection)


@pytest.mark.parametrize("talk", [silent, dripping, greeting])
@pytest.mark.parametrize("way", [Way.MAIL, Way.SMS])
def test_a_server_that_hangs_is_left(
    table: Table,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    talk: Callable[[socket.socket], None],
    way: Way,
) -> None:
    monkeypatch.setattr(sending, "STEP_S", 0.5)
    monkeypatch.setattr(sending, "WHOLE_S", 1.0)
    with odd_server(talk) as port:
        settings.TWEESPOOR_SMTP, settings.TWEESPOOR_MAIL_FROM = f"smtp://127.0.0.1:{port}", "bericht@example.net"
        settings.TWEESPOOR_SMS = f"http://127.0.0.1:{port}/"
        telling.set_way(table.id, BRAM, way, ADDRESS if way is Way.MAIL else NUMBER)
        assert telling.tell(table.id, BRAM, Notice.READY) is Told.QUEUED
        begin = stopwatch.monotonic()
        assert sending.send_due() == 0
        assert stopwatch.monotonic() - begin < 4
    assert wait()[0].due_ms is not None


def test_the_sweeper_never_waits_for_a_message(table: Table, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go, started = threading.Event(), threading.Event(), []

    def hang() -> int:
        started.append(1)
        begun.set()
        go.wait(20)
        return 0

    monkeypatch.setattr(sending, "send_due", hang)
    monkeypatch.setattr(sweeping, "_sent_at", 0)
    telling.set_way(table.id, BRAM, Way.MAIL, ADDRESS)
    telling.tell(table.id, BRAM, Notice.READY)
    begin = stopwatch.monotonic()
    for _ in range(5):
        sweeping.sweep()
        table.time.turn(10)
    assert stopwatch.monotonic() - begin < 3
    assert begun.wait(5)
    assert started == [1]
    go.set()
    until = stopwatch.monotonic() + 5
    while sending._running.locked():
        assert stopwatch.monotonic() < until
        stopwatch.sleep(0.01)


# Text messages ------------------------------------------------------------------------------------------


@pytest.fixture
def gateway(settings: Settings) -> Iterator[tuple[list[tuple[str, dict[str, str]]], list[int]]]:
    """Serve a gateway for text messages; gives what came in, and the answers that it will give."""
    came: list[tuple[str, dict[str, str]]] = []
    answers: list[int] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((f"{self.path} {self.headers['Authorization']}", json.loads(body)))
            self.send_response(answers.pop(0) if answers else 202)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", free_port()), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.TWEESPOOR_SMS = f"http://127.0.0.1:{server.server_port}/send?house=1"
    settings.TWEESPOOR_SMS_TOKEN = "t0ken"
    yield came, answers
    server.shutdown()
    server.server_close()


def test_a_text_message_goes_to_the_gateway(
    table: Table, gateway: tuple[list[tuple[str, dict[str, str]]], list[int]]
) -> None:
    telling.set_way(table.id, CARLA, Way.SMS, NUMBER)
    telling.tell(table.id, CARLA, Notice.CONTACT)
    assert sending.send_due() == 1
    came = [("/send?house=1 Bearer t0ken", {"to": NUMBER, "text": telling.WORDS[Notice.CONTACT].nl})]
    assert gateway[0] == came


@pytest.mark.parametrize(("status", "again"), [(500, True), (429, True), (302, True), (401, True), (400, False)])
def test_what_a_gateway_answers_decides(
    table: Table, gateway: tuple[list[tuple[str, dict[str, str]]], list[int]], status: int, again: bool
) -> None:
    telling.set_way(table.id, CARLA, Way.SMS, NUMBER)
    telling.tell(table.id, CARLA, Notice.CONTACT)
    gateway[1].append(status)
    assert sending.send_due() == 0
    assert (wait()[0].due_ms is not None) is again
    assert len(gateway[0]) == 1


def test_no_number_goes_in_clear_to_another_machine(table: Table, settings: Settings) -> None:
    settings.TWEESPOOR_SMS = "http://gateway.example.org/send"
    telling.set_way(table.id, CARLA, Way.SMS, NUMBER)
    telling.tell(table.id, CARLA, Notice.CONTACT)
    assert sending.send_due() == 0
    assert wait()[0].due_ms is None
