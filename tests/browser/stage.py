"""A tiny server that answers a recorder as a test tells it, and checks every body that comes.

The real server has tests of its own; here each answer of the protocol can be given at will, and what a page
sends is laid beside `tweespoor.tape.packets` and `tweespoor.tape.track`.
"""

import asyncio
import base64
import contextlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from tests.server import free_port

from tweespoor.tape.packets import Chunk, parse, parse_prefix
from tweespoor.tape.track import genesis, head_after, leaf_of

STATIC = Path(__file__).parents[2] / "src/tweespoor/web/static/tweespoor"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self'; media-src 'self' blob:; form-action 'self'"
)
SAID = {
    "hears", "hears_not", "ours_good", "ours_bad", "ours_unknown", "ours_none", "theirs_good", "theirs_bad",
    "zero", "silent", "muted", "ended", "denied", "unsupported", "behind", "memory", "full", "other_tab", "tap",
    "go_on", "refused", "fork", "sealed", "unfinished", "drained", "saved", "given", "wiped", "nothing",
}  # fmt: skip
WORDS = {name: f"[{name}]" for name in SAID}
WORDS |= {"safe": "safe {time}", "kept": "kept {time}", "giving": "giving {count}"}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


@dataclass
class Kept:
    """One track as the stage knows it."""

    track: bytes
    salt: bytes
    kept: bool
    part: int
    chunks: list[Chunk] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    handed: list[bytes] = field(default_factory=list)
    head: bytes = b""
    closed: bool = False
    token: str = "first"
    clocks: list[str] = field(default_factory=list)


@dataclass
class Stage:
    """What the stage shows and how it answers; a test changes the fields while a page looks."""

    role: str = "participant"
    screen: str = "P4"
    running: str = "not-started"
    record: bool = False
    claim: bool = True
    part: int = 1
    kept: bool = False
    main: str = "<h1>Title</h1>"
    tracks: dict[str, Kept] = field(default_factory=dict)
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    requests: list[tuple[float, str, int]] = field(default_factory=list)
    answer: Callable[[Kept, int, list[bytes]], tuple[int, dict[str, Any]] | None] | None = None
    on_post: Callable[[str, dict[str, str]], None] | None = None
    down: bool = False
    holding: set[str] = field(default_factory=set)
    version: int = 0
    origin: str = ""
    elapsed_ms: float = 61_000
    looked_at: float = field(default_factory=time.monotonic)

    @property
    def track(self) -> Kept:
        """The newest track."""
        return list(self.tracks.values())[-1]

    def show(self, screen: str, main: str = "<h1>Title</h1>") -> None:
        self.screen, self.main = screen, main
        self.version += 1

    def state(self) -> dict[str, Any]:
        now = time.monotonic()
        if self.running == "running":
            self.elapsed_ms += (now - self.looked_at) * 1000
        self.looked_at = now
        return {
            "version": str(self.version), "screen": self.screen, "running": self.running, "part": self.part,
            "elapsed_ms": round(self.elapsed_ms), "server_ms": time.time_ns() // 1_000_000, "ours": "good",
            "record": self.record, "claim": self.claim,
        }  # fmt: skip

    def page(self) -> str:
        return (
            f'<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Gesprek</title>'
            f'<link rel="icon" href="data:,"><script type="module" src="/static/leave.js"></script>'
            f'<script type="module" src="/static/live.js"></script>'
            f'<script type="application/json" id="words">{json.dumps(WORDS)}</script></head>'
            f'<body data-role="{self.role}" data-state-url="/p/state" data-page-url="/p/" data-ticket-url="/p/track"'
            f' data-ready-url="/p/ready"><header><a class="leave" href="/neutral" data-leave>Snel weg</a></header>'
            f'<main class="sheet" id="inhoud" tabindex="-1" data-screen="{self.screen}" data-version="{self.version}">'
            f"<p data-unknown hidden>UNKNOWN</p>{self.main}"
            f'<p><span data-bind="clock"></span> <span data-bind="hears"></span> <span data-bind="kept"></span>'
            f' <span data-bind="safe"></span></p></main><footer>Help</footer></body></html>'
        )

    # The protocol ---------------------------------------------------------------------------------

    def ticket(self, fields: dict[str, str]) -> dict[str, Any]:
        for known in fields.get("tracks", "").split(","):
            kept = self.tracks.get(known)
            if kept and not kept.closed and kept.part == self.part:
                return self._ticket(kept)
        track = secrets.token_bytes(16)
        kept = Kept(track, secrets.token_bytes(32), self.kept, self.part, head=genesis(track))
        self.tracks[track.hex()] = kept
        return self._ticket(kept)

    def _ticket(self, kept: Kept) -> dict[str, Any]:
        salt = base64.urlsafe_b64encode(kept.salt).decode().rstrip("=")
        track = kept.track.hex()
        return {
            "track": track,
            "salt": salt,
            "token": kept.token,
            "part": kept.part,
            "kept": kept.kept,
            "url": f"/i/{track}/",
        }

    def acknowledged(self, kept: Kept) -> dict[str, Any]:
        state = {"running": self.running, "part": self.part, "ours": "good"}
        accepted = len(kept.leaves) - 1
        return {
            "accepted": accepted,
            "head": kept.head.hex(),
            "server_ms": time.time_ns() // 1_000_000,
            "token": kept.token,
            "state": state,
        }

    def refusal(self, kept: Kept, first: int, last: int, clause: str = "1b.consent-missing") -> dict[str, Any]:
        info = b"tweespoor/refusal/1" + kept.track
        key = HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(kept.salt)
        said = first.to_bytes(4, "big") + last.to_bytes(4, "big") + clause.encode()
        mac = hmac.new(key, said, "sha256").hexdigest()
        return self.acknowledged(kept) | {"refused_from": first, "refused_to": last, "clause": clause, "mac": mac}

    def deliver(self, kept: Kept, number: int, items: list[bytes], kind: str) -> tuple[int, dict[str, Any]]:
        if self.answer and (given := self.answer(kept, number, items)):
            return given
        for place, item in enumerate(items):
            expected = len(kept.leaves)
            leaf, body = (item[:32], item[32:]) if "leaf" in kind else (b"", item)
            chunk = parse_prefix(body) if leaf else parse(body)
            assert chunk.track == kept.track
            assert chunk.number == number + place
            leaf = leaf or leaf_of(kept.salt, chunk.number, body)
            if kept.kept and "leaf" not in kind:
                assert leaf == kept.leaves[chunk.number]
                kept.handed.append(body)
                continue
            if chunk.number < expected:
                assert kept.leaves[chunk.number] == leaf
                continue
            if chunk.number > expected:
                return 409, {"error": "hole", "expected": expected}
            kept.chunks.append(chunk)
            kept.bodies.append(body)
            kept.leaves.append(leaf)
            kept.head = head_after(kept.head, leaf)
        return 200, self.acknowledged(kept)

    def ingest(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        track, what = path.removeprefix("/i/").split("/")
        kept = self.tracks[track]
        if headers.get("authorization") != f"Bearer {kept.token}":
            return 401, {"error": "token"}
        if method == "GET":
            return 200, self.acknowledged(kept) | {"handed": len(kept.handed) - 1, "sealed": kept.closed}
        if what == "close":
            if json.loads(body)["last"] != len(kept.leaves) - 1:
                return 409, {"error": "hole", "expected": len(kept.leaves)}
            kept.closed = True
            return 200, self.acknowledged(kept) | {"closed": True}
        if kept.closed and not kept.kept:
            return 410, {"error": "sealed"}
        kept.clocks.append(headers.get("x-mono-us", ""))
        kind = headers["content-type"]
        items = [body]
        if "batch" in kind:
            items, at = [], 0
            while at < len(body):
                length = int.from_bytes(body[at : at + 4], "big")
                items.append(body[at + 4 : at + 4 + length])
                at += 4 + length
        status, answer = self.deliver(kept, int(what), items, kind)
        if status == 200 and "x-head" in headers and not kept.handed and "refused_from" not in answer:
            assert headers["x-head"] == kept.head.hex()
        return status, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, kind, content = self._route(scope, body)
        self.requests.append((time.monotonic(), scope["path"], status))
        if self.down and scope["path"] != "/neutral":
            await asyncio.sleep(0.05)
        while scope["path"] in self.holding:  # noqa: ASYNC110 - a test lets go from another thread
            await asyncio.sleep(0.02)
        headers = {"content-type": kind, "content-security-policy": CSP, "cache-control": "no-store"}
        if scope["path"] == "/weg":
            headers["clear-site-data"] = '"cache", "cookies"'
        packed = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": packed})
        await send({"type": "http.response.body", "body": content})

    def _route(self, scope: Scope, body: bytes) -> tuple[int, str, bytes]:
        path, method = scope["path"], scope["method"]
        if path.startswith("/static/"):
            return 200, "text/javascript", (STATIC / path.removeprefix("/static/")).read_bytes()
        if path == "/neutral":
            return 200, "text/html", b"<!doctype html><title>Weer</title><p>Neutral"
        if self.down:
            return 503, "application/json", b'{"retry_ms": 300}'
        if path.startswith("/i/"):
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            status, answer = self.ingest(method, path, headers, body)
            return status, "application/json", json.dumps(answer).encode()
        if method == "GET" and path != "/p/state":
            return 200, "text/html; charset=utf-8", self.page().encode()
        told = self.state() if method == "GET" else self._posted(path, dict(parse_qsl(body.decode())))
        return (200 if told else 204), "application/json", json.dumps(told).encode() if told else b""

    def _posted(self, path: str, fields: dict[str, str]) -> dict[str, Any] | None:
        if path == "/p/track":
            return self.ticket(fields)
        if path == "/p/hand-in":
            return self._ticket(self.tracks[fields["track"]])
        self.posts.append((path, fields))
        if self.on_post:
            self.on_post(path, fields)
        return None


@contextlib.contextmanager
def on_stage() -> Iterator[Stage]:
    """Serve a stage from a thread until the test is over."""
    stage = Stage()
    port = free_port()
    stage.origin = f"http://localhost:{port}"
    server = uvicorn.Server(uvicorn.Config(stage, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield stage
    finally:
        server.should_exit = True
        thread.join(5)
