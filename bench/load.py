"""The load: devices that each send one second of sound every second, from a process of their own.

Reads one order as JSON on its standard input, prints a line when all are connected, and then what it measured as JSON.
A chunk's latency is counted from
the moment at which it was due, not from when it could be sent, so that a server that stalls does not flatter itself.
Every answer's head is compared with the device's own.
"""

import asyncio
import base64
import json
import random
import struct
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, cast

import uvloop
from tests.tape.sounds import packets

from tweespoor.tape.track import genesis, head_after, leaf_of

_FIXED = struct.Struct(">4sB16sIHQQBBHIHH")
_TABLE = struct.Struct(">" + "QH" * 50)
_SECONDS = [packets(3)[n * 50 : n * 50 + 50] for n in range(3)]
_SOUND = [b"".join(second) for second in _SECONDS]
_LENGTHS = [[len(packet) for packet in second] for second in _SECONDS]


@dataclass
class Measured:
    """What one stretch of load measured."""

    latencies: list[float] = field(default_factory=list)
    answers: dict[int, int] = field(default_factory=dict)
    wrong: int = 0
    due: int = 0


class Device(asyncio.Protocol):
    """One device, with a connection that it keeps."""

    def __init__(self, ticket: dict[str, str], plain: bool) -> None:
        self.ticket = ticket
        self.plain = plain
        self.track = bytes.fromhex(ticket["track"])
        self.salt = base64.urlsafe_b64decode(ticket["salt"])
        self.began = time.monotonic_ns() // 1000
        self.number = 0
        self.head = genesis(self.track)
        self.mono = 0
        self.epoch = 0
        self.tie = ""
        self.due: deque[float] = deque()
        self.sent: list[bytes] = []
        self.measured: Measured | None = None
        self.answered: asyncio.Future[dict[str, Any]] | None = None
        self.buffer = b""
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        cut = self.buffer.find(b"\r\n\r\n")
        if cut < 0:
            return
        top = self.buffer[:cut].lower()
        at = top.find(b"content-length:") + 15
        length = int(top[at : top.find(b"\r", at) if top.find(b"\r", at) >= 0 else None])
        if len(self.buffer) < cut + 4 + length:
            return
        status, body = int(self.buffer[9:12]), self.buffer[cut + 4 : cut + 4 + length]
        self.buffer = self.buffer[cut + 4 + length :]
        said = json.loads(body) if body else {}
        said["status"] = status
        if "server_ms" in said:
            self.tie = f";server={said['server_ms']};at={self.clock()}"
        if self.answered is not None:
            future, self.answered = self.answered, None
            future.set_result(said)
            return
        self.arrived(said)

    def clock(self) -> int:
        """Give the page's clock."""
        return time.monotonic_ns() // 1000 - self.began

    def request(self, method: str, what: object, kind: str, body: bytes) -> None:
        """Send a request."""
        clock = f"{self.clock()};epoch={self.epoch};wall={time.time_ns() // 1_000_000}{self.tie}"
        self.transport.write(
            (
                f"{method} /i/{self.ticket['track']}/{what} HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Bearer {self.ticket['token']}\r\nX-Mono-Us: {clock}\r\n"
                f"Content-Type: application/vnd.tweespoor.{kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode()
            + body
        )

    async def ask(self, method: str, what: object, kind: str = "chunk", body: bytes = b"") -> dict[str, Any]:
        """Send a request and wait for its answer."""
        self.answered = asyncio.get_running_loop().create_future()
        self.request(method, what, kind, body)
        return await self.answered

    def make(self, number: int) -> bytes:
        """Make the body of a chunk."""
        place = number % 3
        begin = number * 48_000
        table = [0] * 100
        table[0::2] = range(begin, begin + 48_000, 960)
        table[1::2] = _LENGTHS[place]
        self.mono = max(self.mono + 1, self.clock() - 1_000_000)
        fixed = _FIXED.pack(
            b"TSB1",
            0,
            self.track,
            number,
            self.epoch,
            max(self.mono, 0),
            time.time_ns() // 1_000_000,
            1,
            1,
            312,
            48_000,
            0,
            50,
        )
        return fixed + _TABLE.pack(*table) + _SOUND[place]

    def follow(self, number: int, body: bytes) -> None:
        """Go on with one's own chain."""
        if not self.plain:
            self.head = head_after(self.head, leaf_of(self.salt, number, body))

    def tick(self, at: float, until: float) -> None:
        """A second of sound is there."""
        assert self.measured is not None
        self.measured.due += 1
        self.due.append(at)
        if len(self.due) == 1:
            self.next()
        if at + 1 < until:
            self.timer = asyncio.get_running_loop().call_at(at + 1, self.tick, at + 1, until)

    def next(self) -> None:
        """Send the chunk that is due longest."""
        body = self.make(self.number)
        self.follow(self.number, body)
        self.request("POST", self.number, "chunk", body)

    def arrived(self, said: dict[str, Any]) -> None:
        """Note an answer; send what is due meanwhile."""
        measured = self.measured
        if measured is None:
            return
        status = said["status"]
        measured.answers[status] = measured.answers.get(status, 0) + 1
        measured.latencies.append(asyncio.get_running_loop().time() - self.due.popleft())
        right = status == 200 and (self.plain or said["head"] == self.head.hex())
        measured.wrong += not right
        self.number += 1
        if self.due:
            self.next()

    def store(self, chunks: int) -> list[tuple[int, bytes, str]]:
        """Record a backlog: batches of sixty, each with its first number and the head behind it."""
        batches = []
        for begin in range(self.number, self.number + chunks, 60):
            bodies = [self.make(number) for number in range(begin, min(begin + 60, self.number + chunks))]
            for place, body in enumerate(bodies):
                self.follow(begin + place, body)
            content = b"".join(len(body).to_bytes(4, "big") + body for body in bodies)
            batches.append((begin, content, self.head.hex()))
        self.number += chunks
        return batches

    async def drain(self, batches: list[tuple[int, bytes, str]], measured: Measured) -> None:
        """Deliver a backlog, slower when told so."""
        for first, content, head in batches:
            while True:
                said = await self.ask("POST", first, "batch", content)
                measured.answers[said["status"]] = measured.answers.get(said["status"], 0) + 1
                if said["status"] != 429:
                    break
                await asyncio.sleep(said["retry_ms"] / 1000)
            measured.wrong += said["status"] != 200 or said["head"] != head


async def connect(devices: list[Device], port: int) -> None:
    """Connect and say hello, a few at a time."""
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(20)

    async def one(device: Device) -> None:
        async with gate:
            await loop.create_connection(lambda: device, "127.0.0.1", port)
            if not device.plain:
                said = await device.ask("GET", "last")
                assert said["status"] == 200, said
                device.number = said["accepted"] + 1
                device.head = bytes.fromhex(said["head"])
                device.epoch = said["epoch"] + 1  # the page was loaded anew
                await device.ask("GET", "last")

    await asyncio.gather(*(one(device) for device in devices))
    await asyncio.sleep(1.2)  # a second of sound must lie behind the hello


async def hold(devices: list[Device], seconds: float) -> Measured:
    """Let each device send one chunk a second, each at a moment of its own."""
    loop = asyncio.get_running_loop()
    measured = Measured()
    begin = loop.time() + 0.2
    for device in devices:
        device.measured = measured
        at = begin + random.random()
        loop.call_at(at, device.tick, at, begin + seconds)
    await asyncio.sleep(seconds + 0.5)
    for _ in range(200):
        if not any(device.due for device in devices):
            break
        await asyncio.sleep(0.05)
    return measured


def told(measured: Measured, seconds: float) -> dict[str, Any]:
    """Give the figures."""
    latencies = sorted(measured.latencies) or [9.0]

    def at(share: float) -> float:
        return round(latencies[min(len(latencies) - 1, int(len(latencies) * share))] * 1000, 1)

    return {
        "due": measured.due,
        "answered": len(measured.latencies),
        "p50_ms": at(0.5),
        "p99_ms": at(0.99),
        "max_ms": at(1.0),
        "answers": measured.answers,
        "wrong": measured.wrong,
        "seconds": seconds,
        "cpu_s": time.process_time(),
    }


async def run(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order."""
    devices = [Device(ticket, order["plain"]) for ticket in order["tickets"]]
    await connect(devices, order["port"])
    sys.stdout.write("connected\n")
    sys.stdout.flush()
    if not order.get("backlog"):
        begun = time.process_time()
        result = told(await hold(devices, order["seconds"]), order["seconds"])
        return result | {"cpu_s": result["cpu_s"] - begun}
    stored = [device.store(order["backlog"]) for device in devices]
    measured = Measured()
    begin = time.monotonic()
    await asyncio.gather(*(device.drain(own, measured) for device, own in zip(devices, stored, strict=True)))
    took = time.monotonic() - begin
    return told(measured, took) | {"chunks_a_second": round(len(devices) * order["backlog"] / took)}


if __name__ == "__main__":
    uvloop.install()
    sys.stdout.write(json.dumps(asyncio.run(run(json.load(sys.stdin)))))
