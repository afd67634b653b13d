"""The server is killed under load, and a thousand devices come back at once (faults 2 and 18)."""

import asyncio
import random
import signal
import statistics
import time
from pathlib import Path

import httpx
import pytest
from bench import house
from tests.web.recorders import BATCH, Recorder, batch


async def one_device(recorder: Recorder, client: httpx.AsyncClient, until: float) -> int:
    """Send chunk after chunk until the server is gone; gives the last number that was acknowledged."""
    acknowledged = -1
    while time.monotonic() < until:
        content = recorder.record()
        number = len(recorder.bodies) - 1
        try:
            answer = await client.post(recorder.url(number), content=content, headers=recorder.headers())
        except httpx.TransportError:
            break
        assert answer.status_code == 200, answer.text
        recorder.heard(answer)
        acknowledged = answer.json()["accepted"]
    return acknowledged


def test_every_acknowledged_chunk_survives_a_kill_under_load(tmp_path: Path) -> None:
    """Fault 2: SIGKILL, three times, while twenty devices send as fast as they can."""
    folder = tmp_path / "home"
    recorders = [Recorder(ticket, "") for ticket in house.prepare(folder, 10)]
    for life in range(4):
        port = house.free_port()
        with house.served(folder, port) as server, httpx.Client(timeout=20) as client:
            for recorder in recorders:
                recorder.base = f"http://127.0.0.1:{port}"
                said = recorder.last(client).json()
                durable = said["accepted"]
                # What was stored but not acknowledged is a duplicate; what was neither comes again.
                assert durable >= recorder.number - 1
                missing = recorder.bodies[durable + 1 :]
                for place, content in enumerate(missing):
                    answer = recorder.send(client, content, durable + 1 + place)
                    assert answer.status_code == 200, answer.text
                if recorder.bodies:
                    again = recorder.send(client, recorder.bodies[-1], len(recorder.bodies) - 1)
                    assert again.json()["dup"]
                    assert again.json()["head"] == recorder.head.hex()
            if life == 3:
                break
            asyncio.run(load(recorders, server.pid))
    assert sum(len(recorder.bodies) for recorder in recorders) > 100
    check_stored(folder, recorders)


async def load(recorders: list[Recorder], pid: int) -> None:
    async with httpx.AsyncClient(timeout=20, limits=httpx.Limits(max_connections=None)) as client:
        until = time.monotonic() + 20
        devices = [asyncio.create_task(one_device(recorder, client, until)) for recorder in recorders]
        await asyncio.sleep(random.uniform(0.7, 1.3))
        house.kill(pid, signal.SIGKILL)
        for recorder, device in zip(recorders, devices, strict=True):
            recorder.number = max(recorder.number, await device + 1)


def check_stored(folder: Path, recorders: list[Recorder]) -> None:
    """Open every track in a process of its own and compare it, byte for byte, with what was sent."""
    stored = house.bodies(folder, [recorder.ticket["track"] for recorder in recorders])
    for recorder in recorders:
        assert stored[recorder.ticket["track"]] == recorder.bodies


async def drain(recorder: Recorder, client: httpx.AsyncClient, heard: list[int]) -> None:
    """Deliver a backlog, slower when told so."""
    begin = 0
    while begin < len(recorder.bodies):
        items = recorder.bodies[begin : begin + 20]
        answer = await client.post(recorder.url(begin), content=batch(items), headers=recorder.headers(BATCH))
        heard.append(answer.status_code)
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) >= 1
            await asyncio.sleep(answer.json()["retry_ms"] / 1000)
            continue
        assert answer.status_code == 200, answer.text
        begin = answer.json()["accepted"] + 1


async def live(recorder: Recorder, client: httpx.AsyncClient, took: list[float], ended: asyncio.Event) -> None:
    """Send a chunk every quarter of a second and note how long the answer took."""
    while not ended.is_set():
        content = recorder.record()
        begin = time.perf_counter()
        answer = await client.post(recorder.url(len(recorder.bodies) - 1), content=content, headers=recorder.headers())
        took.append(time.perf_counter() - begin)
        assert answer.status_code == 200, answer.text
        await asyncio.sleep(0.25)


@pytest.mark.slow
def test_many_devices_come_back_at_once_and_live_ones_do_not_notice(tmp_path: Path) -> None:
    """Fault 18, scaled to what a test can send from one process: two hundred backlogs, ten live devices."""
    folder = tmp_path / "home"
    tickets = house.prepare(folder, 105)
    port = house.free_port()
    with house.served(folder, port):
        recorders = [Recorder(ticket, f"http://127.0.0.1:{port}") for ticket in tickets]
        backlogs, alive = recorders[:200], recorders[200:]
        time.sleep(0.5)
        for recorder in backlogs:
            recorder.count = 1
            for _ in range(60):
                recorder.record()
        heard: list[int] = []
        took: list[float] = []

        async def everyone() -> None:
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
            async with httpx.AsyncClient(timeout=60, limits=limits) as client:
                for recorder in recorders:
                    recorder.heard(await client.get(recorder.url("last"), headers=recorder.headers()))
                ended = asyncio.Event()
                living = [asyncio.create_task(live(recorder, client, took, ended)) for recorder in alive]
                await asyncio.gather(*(drain(recorder, client, heard) for recorder in backlogs))
                ended.set()
                await asyncio.gather(*living)

        asyncio.run(everyone())
    assert 429 in heard
    assert heard.count(200) >= 600
    # One process plays all devices here, so its own lateness counts too; `make bench` measures properly.
    assert statistics.median(took) < 0.25
    check_stored(folder, recorders)
