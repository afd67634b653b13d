"""The server is killed under load, and a thousand devices come back at once (faults 2 and 18)."""

import asyncio
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from bench import house, ingest
from tests.web.recorders import Recorder


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


@pytest.mark.slow
def test_many_devices_come_back_at_once_and_live_ones_do_not_notice(tmp_path: Path) -> None:
    """Fault 18, with what one machine can play: two hundred backlogs at once, a hundred live devices."""
    folder = tmp_path / "home"
    tickets = house.prepare(folder, 150)
    port = house.free_port()
    order = {"port": port, "plain": False, "seconds": 12}
    with house.served(folder, port), ThreadPoolExecutor() as both:
        alive = both.submit(ingest.load, folder, order | {"tickets": tickets[:100]})
        time.sleep(4)
        back = ingest.load(folder, order | {"tickets": tickets[100:], "backlog": 120})
        live = alive.result()
    assert back["answers"].get("429", 0) > 0
    assert back["answers"]["200"] == 400
    assert back["wrong"] == 0
    assert live["wrong"] == 0
    assert live["answered"] == live["due"]
    assert live["p99_ms"] < ingest.GOAL_MS
