"""The entrance for sound, on a server that really runs (faults 4, 11, 13, 14, 15, 17 to 20)."""

import hmac
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from bench import house
from tests.tape.sounds import body
from tests.web.recorders import BATCH, CHUNK, Recorder, batch

from tweespoor.casework.tokens import LIFETIME_S, Purpose, Tokens
from tweespoor.seal import keys

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, list[house.Ticket]]]:
    """Serve a house with conversations that run."""
    folder = tmp_path_factory.mktemp("served") / "home"
    tickets = house.prepare(folder, 20)
    port = house.free_port()
    with house.served(folder, port):
        yield folder, f"http://127.0.0.1:{port}", tickets


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20) as made:
        yield made


@pytest.fixture
def recorder(served: tuple[Path, str, list[house.Ticket]], client: httpx.Client) -> Recorder:
    """Give our recorder of a conversation that nobody used yet."""
    _, base, tickets = served
    mine = Recorder(tickets.pop(0), base)
    tickets.pop(0)
    mine.last(client)
    time.sleep(0.1)
    return mine


def tokens(served: tuple[Path, str, list[house.Ticket]]) -> Tokens:
    return Tokens(keys.load_organisation_key(served[0] / "keys" / "organisation.key"))


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_a_chunk_is_answered_with_the_same_head_and_the_state(recorder: Recorder, client: httpx.Client) -> None:
    for number in range(3):
        answer = recorder.send(client)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert (said["accepted"], said["head"]) == (number, recorder.head.hex())
        assert said["state"]["running"] == "running"
        assert said["state"]["part"] == 1
        assert said["state"]["ours"] == "good"
        assert abs(said["server_ms"] - now_ms()) < 2000
        assert "refused_from" not in said
    last = recorder.last(client).json()
    assert (last["accepted"], last["sealed"], last["epoch"]) == (2, False, 0)


def test_duplicates_holes_and_forks(recorder: Recorder, client: httpx.Client) -> None:
    """Fault 11."""
    for _ in range(3):
        recorder.send(client)
    again = recorder.send(client, recorder.bodies[1], 1)
    assert (again.status_code, again.json()["dup"], again.json()["accepted"]) == (200, True, 2)
    hole = recorder.send(client, body(recorder.track, 7), 7)
    assert (hole.status_code, hole.json()) == (409, {"error": "hole", "expected": 3})
    other = body(recorder.track, 1, count=5)
    for _ in range(2):
        fork = recorder.send(client, other, 1)
        assert (fork.status_code, fork.json()) == (409, {"error": "fork", "number": 1})
    assert recorder.send(client).status_code == 200


def test_a_backlog_comes_in_batches(recorder: Recorder, client: httpx.Client) -> None:
    recorder.send(client)
    backlog = [recorder.record() for _ in range(60)]
    headers = recorder.headers(BATCH, **{"X-Head": recorder.head.hex()})
    answer = client.post(recorder.url(1), content=batch(backlog), headers=headers)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["accepted"], answer.json()["head"]) == (60, recorder.head.hex())
    again = client.post(recorder.url(1), content=batch(backlog), headers=headers)
    assert again.json()["dup"]
    too_many = client.post(recorder.url(61), content=batch([b"x"] * 61), headers=recorder.headers(BATCH))
    assert too_many.status_code == 422


def test_bytes_flipped_on_the_way_are_not_stored(recorder: Recorder, client: httpx.Client) -> None:
    """Fault 15."""
    content = recorder.record()
    flipped = content[:-3] + bytes((content[-3] ^ 1,)) + content[-2:]
    headers = recorder.headers(**{"X-Head": recorder.head.hex()})
    answer = client.post(recorder.url(0), content=flipped, headers=headers)
    assert (answer.status_code, answer.json()) == (422, {"error": "hash"})
    assert recorder.last(client).json()["accepted"] == -1
    assert client.post(recorder.url(0), content=content, headers=headers).status_code == 200
    headers["X-Head"] = "no hash"
    assert client.post(recorder.url(1), content=content, headers=headers).status_code == 422


WEBM = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d") * 40
JUNK = {
    "nothing": b"",
    "webm": WEBM,
    "mp4": b"\0\0\0\x20ftypisom" + bytes(2000),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(2000),
    "zip": b"PK\x03\x04" + bytes(2000),
    "gzip": b"\x1f\x8b\x08" + bytes(2000),
    "random": os.urandom(5000),
    "json": b"[" * 100_000,
    "text": "👩‍👧 مرحبا ".encode() * 500,
}


@pytest.mark.parametrize("name", sorted(JUNK))
@pytest.mark.parametrize("kind", [CHUNK, BATCH])
def test_what_is_no_sound_is_refused_and_nothing_is_stored(
    served: tuple[Path, str, list[house.Ticket]], client: httpx.Client, name: str, kind: str
) -> None:
    """Fault 19."""
    recorder = Recorder(served[2][-1], served[1])
    content = JUNK[name] if kind == CHUNK or not JUNK[name] else batch([JUNK[name]])
    answer = client.post(recorder.url(0), content=content, headers=recorder.headers(kind))
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"] == "body"
    assert recorder.last(client).json()["accepted"] == -1


def test_a_picture_behind_sound_is_refused(recorder: Recorder, client: httpx.Client) -> None:
    """Clause 2a."""
    content = recorder.record()
    assert recorder.send(client, content + JUNK["png"], 0).status_code == 422
    for kind in ("video/webm", "image/png", "application/octet-stream", "application/vnd.tweespoor.leaf"):
        answer = client.post(recorder.url(0), content=content, headers=recorder.headers(kind))
        assert answer.status_code == 422
    assert recorder.send(client, content, 0).status_code == 200


def test_another_body_than_its_address_says(recorder: Recorder, client: httpx.Client) -> None:
    assert recorder.send(client, body(recorder.track, 3), 0).status_code == 422
    assert recorder.send(client, body(bytes(16), 0), 0).status_code == 422


def test_a_body_that_is_too_large_is_refused_by_its_length_and_while_it_comes(
    recorder: Recorder, client: httpx.Client
) -> None:
    answer = client.post(recorder.url(0), content=bytes(300_000), headers=recorder.headers())
    assert answer.status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield bytes(10_000)

    with suppress(httpx.WriteError):  # when the server hangs up before everything was sent
        assert client.post(recorder.url(0), content=endless(), headers=recorder.headers()).status_code == 413
    assert client.post(recorder.url(0), content=bytes(1_100_000), headers=recorder.headers(BATCH)).status_code == 413


def said_before_the_body(base: str, path: str, headers: dict[str, str]) -> str:
    """Send only the headers of a request that promises a large body, and give the answer."""
    host, port = base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Length: 200000", *map(": ".join, headers.items())]
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return line.recv(4096).decode().splitlines()[0]


def test_a_stranger_is_refused_before_the_body_is_read(
    served: tuple[Path, str, list[house.Ticket]], recorder: Recorder, client: httpx.Client
) -> None:
    """Fault 20."""
    path = f"/i/{recorder.ticket['track']}/0"
    other = served[2][-1]["token"]
    forged = recorder.token[:-4] + ("AAAA" if recorder.token[-4:] != "AAAA" else "BBBB")
    for authorization in (None, "", "Bearer", "Bearer x", f"Bearer {other}", f"Bearer {forged}", "Bearer ‹é›",
                          f"Basic {recorder.token}"):  # fmt: skip
        headers = {"Content-Type": CHUNK} | ({} if authorization is None else {"Authorization": authorization})
        assert said_before_the_body(recorder.base, path, headers) == "HTTP/1.1 401 Unauthorized"
    # With a token the server waits for the body; without, it answered above.
    with pytest.raises(TimeoutError):
        said_before_the_body(recorder.base, path, {"Content-Type": CHUNK, "Authorization": f"Bearer {recorder.token}"})
    assert recorder.send(client).status_code == 200


def test_an_unknown_track_and_address_tell_nothing(
    served: tuple[Path, str, list[house.Ticket]], client: httpx.Client
) -> None:
    base = served[1]
    unknown = "ab" * 16
    token = tokens(served).make(Purpose.RECORD, unknown, now_ms())
    answer = client.post(f"{base}/i/{unknown}/0", headers={"Authorization": f"Bearer {token}", "Content-Type": CHUNK})
    assert (answer.status_code, answer.json()) == (401, {"error": "token"})
    for path in ("/i/", "/i/x", f"/i/{unknown}", f"/i/{unknown}/-1", f"/i/{unknown}/01", f"/i/{unknown}/0/", "/i/../x"):
        assert client.get(base + path).status_code == 404
    assert client.get(f"{base}/i/{unknown}/0").status_code == 405
    assert client.post(f"{base}/i/{unknown}/last").status_code == 405


def test_an_expired_token_delivers_but_never_opens(
    served: tuple[Path, str, list[house.Ticket]], recorder: Recorder, client: httpx.Client
) -> None:
    """Fault 13: the token's two hours are over, the worker has logged out, and recording goes on."""
    track = recorder.ticket["track"]
    fresh = recorder.token
    expired = tokens(served).make(Purpose.RECORD, track, now_ms() - LIFETIME_S * 1000 - 5000)
    recorder.token = expired
    content = recorder.record()
    assert recorder.send(client, content, 0).status_code == 401
    assert client.get(recorder.url("last"), headers=recorder.headers()).status_code == 401
    recorder.token = fresh
    answer = recorder.send(client, content, 0)
    assert answer.status_code == 200
    assert "token" not in answer.json()
    recorder.token = expired
    renewed = recorder.send(client).json()["token"]
    recorder.token = renewed
    assert "token" not in recorder.send(client).json()
    long_ago = tokens(served).make(Purpose.RECORD, track, now_ms() - 200 * HOUR_MS)
    recorder.token = long_ago
    assert recorder.send(client).status_code == 200  # expired is expired; the grace time is the track's


def test_a_stop_is_told_with_the_next_answer_and_what_came_after_is_refused(
    served: tuple[Path, str, list[house.Ticket]], recorder: Recorder, client: httpx.Client
) -> None:
    """Fault 14, and the gate moved by another process."""
    for _ in range(3):
        recorder.send(client)
    house.stop(served[0], recorder.ticket["conversation"])
    time.sleep(1)
    answer = recorder.send(client)
    assert answer.status_code == 403
    said = answer.json()
    assert (said["refused_from"], said["refused_to"], said["accepted"]) == (3, 3, 2)
    assert said["clause"].startswith("1b.")
    assert said["state"]["running"] == "stopped"
    key = keys.derive(recorder.salt, b"tweespoor/refusal/1" + recorder.track)
    run = (3).to_bytes(4, "big") + (3).to_bytes(4, "big")
    assert said["mac"] == hmac.digest(key, run + said["clause"].encode(), "sha256").hex()
    assert recorder.send(client, recorder.bodies[3], 3).json()["mac"] == said["mac"]


def test_closing_tells_what_is_awaited_and_seals_when_all_is_there(
    served: tuple[Path, str, list[house.Ticket]], client: httpx.Client
) -> None:
    """Fault 17."""
    _, base, tickets = served
    pair = [Recorder(tickets.pop(0), base) for _ in range(2)]
    for recorder in pair:
        recorder.last(client)
    time.sleep(0.1)
    for recorder in pair:
        recorder.send(client)
        recorder.send(client)
    awaited = client.post(pair[0].url("close"), json={"last": 5}, headers={"Authorization": f"Bearer {pair[0].token}"})
    assert (awaited.status_code, awaited.json()) == (409, {"error": "hole", "expected": 2})
    for wrong in (b"", b"{", b"[]", b'{"last": "x"}', b"[" * 900):
        answer = client.post(pair[0].url("close"), content=wrong, headers=pair[0].headers("application/json"))
        assert answer.status_code == 422
    house.stop(served[0], pair[0].ticket["conversation"])
    time.sleep(0.8)
    closed = client.post(pair[0].url("close"), json={"last": 1}, headers={"Authorization": f"Bearer {pair[0].token}"})
    assert closed.json()["closed"]
    farewell = json.dumps({"last": 1, "token": pair[1].token})
    assert client.post(pair[1].url("close"), content=farewell, headers={"Content-Type": "text/plain"}).json()["closed"]
    time.sleep(1)
    for recorder in pair:
        assert recorder.last(client).json()["sealed"]
        answer = recorder.send(client)
        assert (answer.status_code, answer.json()) == (410, {"error": "sealed"})
    stranger = client.post(pair[1].url("close"), content=b'{"last": 1}', headers={"Content-Type": "text/plain"})
    assert stranger.status_code == 401


def test_pages_are_djangos(served: tuple[Path, str, list[house.Ticket]], client: httpx.Client) -> None:
    assert client.get(f"{served[1]}/no-such-page").status_code == 404
