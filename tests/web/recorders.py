"""A recorder that speaks HTTP, for tests against a server that really runs."""

import base64
import time
from dataclasses import dataclass, field

import httpx
from bench.house import Ticket
from tests.tape.sounds import body

from tweespoor.tape.packets import parse
from tweespoor.tape.track import genesis, head_after, leaf_of

CHUNK = "application/vnd.tweespoor.chunk"
BATCH = "application/vnd.tweespoor.batch"


@dataclass
class Recorder:
    """One device whose page was loaded when it was made; it records without waiting for seconds to pass."""

    ticket: Ticket
    base: str
    token: str = ""
    number: int = 0
    bodies: list[bytes] = field(default_factory=list)
    count: int = 2

    def __post_init__(self) -> None:
        self.token = self.ticket["token"]
        self.track = bytes.fromhex(self.ticket["track"])
        self.salt = base64.urlsafe_b64decode(self.ticket["salt"])
        self.head = genesis(self.track)
        self.began = time.monotonic_ns() // 1000 - 10_000_000
        self.tie = ""
        self.latest = 0

    @property
    def now_us(self) -> int:
        """Give the page's clock."""
        return time.monotonic_ns() // 1000 - self.began

    def headers(self, kind: str = CHUNK, **more: str) -> dict[str, str]:
        """Give the headers of a request."""
        clock = f"{self.now_us};epoch=0;wall={time.time_ns() // 1_000_000}{self.tie}"
        return {"Authorization": f"Bearer {self.token}", "Content-Type": kind, "X-Mono-Us": clock} | more

    def url(self, what: object) -> str:
        """Give the address of a number, or of a question."""
        return f"{self.base}/i/{self.ticket['track']}/{what}"

    def heard(self, answer: httpx.Response) -> httpx.Response:
        """Tie the clock by an answer."""
        said = answer.json()
        if "server_ms" in said:
            self.tie = f";server={said['server_ms']};at={self.now_us}"
        return answer

    def last(self, client: httpx.Client) -> httpx.Response:
        """Ask how far the server is."""
        return self.heard(client.get(self.url("last"), headers=self.headers()))

    def record(self) -> bytes:
        """Record a short chunk just now: its packets lie end to end with what came before."""
        number = len(self.bodies)
        length_us = self.count * 20_000
        self.latest = max(self.latest + 1, self.now_us - length_us)
        content = body(
            self.track,
            number,
            second=number,
            mono_us=self.latest,
            wall_ms=time.time_ns() // 1_000_000,
            count=self.count,
        )
        self.bodies.append(content)
        self.head = head_after(self.head, leaf_of(self.salt, number, content))
        time.sleep(0.002 * self.count)
        return content

    def send(self, client: httpx.Client, content: bytes | None = None, number: int | None = None) -> httpx.Response:
        """Send one chunk."""
        sent = self.record() if content is None else content
        place = len(self.bodies) - 1 if number is None else number
        return self.heard(client.post(self.url(place), content=sent, headers=self.headers()))

    def leaf(self, content: bytes) -> bytes:
        """Give leaf and prefix of a chunk."""
        chunk = parse(content)
        return leaf_of(self.salt, chunk.number, content) + chunk.prefix


def batch(items: list[bytes]) -> bytes:
    """Write a batch."""
    return b"".join(len(item).to_bytes(4, "big") + item for item in items)
