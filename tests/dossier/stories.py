"""Small conversations as bundles: true ones, and the same with something done to them.

A `Story` holds everything of which a bundle is made, still apart and with all keys, so that an attacker of any strength
can be played: who has only the file, who has the server, who has every key of the organisation.  It is short (three
people, two recorders, some seconds), so that a corpus of them is judged in seconds.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from tests.rules.cast import ANNA, BRAM, CARLA
from tests.seal import asn1

from tweespoor.dossier import bundle, container, measuring, members, statements
from tweespoor.dossier.chunks import Body, Row
from tweespoor.journal import chain, disclosures, entry
from tweespoor.rules import facts
from tweespoor.rules.consequences import complete
from tweespoor.rules.conversation import fold
from tweespoor.rules.facts import Children, Fact, How, Kind, RoundCause, TrackHead
from tweespoor.rules.page import EDITION
from tweespoor.seal import signing
from tweespoor.seal.certificates import Seal, fingerprint
from tweespoor.tape import packets, track
from tweespoor.tape.packets import Code, Event, Packet
from tweespoor.tape.track import Place

CONVERSATION = "c0ffee" * 5 + "00"
BEGIN = 1_800_000_000_000  # 15 January 2027, 08:00 UTC
PAGE = b"<!doctype html><title>Lees mij</title>\n"
OURS, BRAMS = "0a" * 16, "0b" * 16
SALTS = {OURS: bytes([1]) * 32, BRAMS: bytes([2]) * 32}
DOSSIER_SALT = bytes([3]) * 32
MONO = 5_000_000  # microseconds that a page had been open when its recorder began


@cache
def key(name: str) -> ec.EllipticCurvePrivateKey:
    """Give the key of this name: the same for as long as the tests run."""
    return ec.derive_private_key(int.from_bytes(sha256(name.encode()).digest(), "big") >> 1, ec.SECP256R1())


def page_of(seat: int) -> str:
    return signing.fingerprint(signing.public(key(f"page {seat}")))


@dataclass
class Tape:
    """One track: its bodies, where and when each was recorded, and where each is in the bundle."""

    track: str
    bodies: list[bytes] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    where: list[Body] = field(default_factory=list)
    leaves: list[bytes] | None = None
    audio: bytes | None = None
    """Another playable file than the bodies give."""

    def leaf(self, number: int) -> bytes:
        if self.leaves is not None:
            return self.leaves[number]
        return track.leaf_of(SALTS[self.track], self.places[number].number, self.bodies[number])

    def head(self, last: int) -> TrackHead:
        """Give how far it was after a chunk."""
        head = track.genesis(bytes.fromhex(self.track))
        for number in range(last + 1):
            head = track.head_after(head, self.leaf(number))
        return TrackHead(self.track, last, sum(place.samples for place in self.places[: last + 1]), head.hex())

    def times(self) -> str:
        times = track.times_genesis(bytes.fromhex(self.track))
        for place in self.places:
            times = track.times_after(times, place)
        return times.hex()

    def record(
        self, second: int, begin_ms: int, *, content: Sequence[bytes] = (b"\xf8\xff\xfe",) * 5, ends: bool = False,
        delay: int = 40, device: bool = False, epoch: int = 0,
    ) -> None:  # fmt: skip
        """Record a chunk that begins at this second of its epoch; five packets stand for a second."""
        position = second * 48_000
        own = [Packet(position + 960 * n, packet) for n, packet in enumerate(content)]
        events = [Event(position + 960 * len(own), Code.ENDED, 0)] if ends else []
        number = len(self.bodies)
        body = packets.build(
            bytes.fromhex(self.track), number, epoch, MONO + second * 1_000_000, begin_ms + 7, own, events
        )
        lasts = len(own) * 20
        self.bodies.append(body)
        self.places.append(Place(number, epoch, position, lasts * 48, begin_ms, begin_ms + lasts + delay, device))
        self.where.append(Body.HERE)

    def rows(self) -> list[Row]:
        return [
            Row(place, self.leaf(n), self.where[n], len(self.bodies[n]) if self.where[n] is Body.HERE else 0)
            for n, place in enumerate(self.places)
        ]

    def here(self) -> list[bytes]:
        return [body for body, where in zip(self.bodies, self.where, strict=True) if where is Body.HERE]


@dataclass
class Story:
    """Everything of which a bundle is made; ``now`` is the moment of the last fact (ms)."""

    now: int = BEGIN
    facts: list[Fact] = field(default_factory=list)
    tapes: dict[str, Tape] = field(default_factory=dict)
    signed_at: list[int] = field(default_factory=list)
    """Positions whose head the journal's key signed."""
    journal_keys: list[tuple[str, int]] = field(default_factory=lambda: [("journal", 0)])
    """The names of the journal's keys, and from which position on each signs."""
    organisation: str = "Organisatie"
    authority: str | None = "Tijd"
    stamped: dict[int, dt.datetime] = field(default_factory=dict)
    moment: dt.datetime | None = None
    """When the bundle is stamped; else a minute after the last fact."""
    seen_by: dict[int, list[int]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    disclosed: list[bytes] | None = None
    own_minutes: bool = False
    page: bytes = PAGE
    sealed: bool = True
    # What an attacker puts in the place of what follows from all that.
    lines: list[bytes] | None = None
    endorsements: list[bytes] | None = None
    checkpoints: list[bytes] | None = None
    pages: list[bytes] | None = None

    # Facts -------------------------------------------------------------------------------------------

    def add(self, kind: type[Fact], /, *, seconds: float = 1, **values: object) -> "Story":
        """Add a fact some time later, and what follows from it."""
        self.now += round(seconds * 1000)
        new = kind(**{"at": self.now, **values})  # type: ignore[arg-type]
        self.facts += complete(fold(self.facts), new)
        return self

    @property
    def last(self) -> int:
        return len(self.facts) - 1

    def sign(self) -> None:
        """Let the journal's key sign the head as it is now."""
        self.signed_at.append(self.last)

    def checkpoint(self, seconds: float = 1) -> None:
        """Note how far the tracks are."""
        self.add(
            facts.TrackCheckpoint,
            seconds=seconds,
            tracks=tuple(tape.head(len(tape.bodies) - 1) for _, tape in sorted(self.tapes.items())),
        )
        self.sign()

    def seal_tracks(self, *, complete: bool = True) -> None:
        for name, tape in sorted(self.tapes.items()):
            head = tape.head(len(tape.bodies) - 1)
            self.add(
                facts.TrackSealed, seconds=0, track=name, last=head.last, samples=head.samples, head=head.head,
                complete=complete, reason=None if complete else "never-closed", times=tape.times(),
            )  # fmt: skip
        self.sign()

    # Bytes -------------------------------------------------------------------------------------------

    def journal(self) -> list[bytes]:
        """Give the lines, chained."""
        if self.lines is not None:
            return self.lines
        at = chain.begin(CONVERSATION)
        written = []
        for fact in self.facts:
            line, at = chain.append(at, fact)
            written.append(line)
        return written

    def heads(self) -> list[str]:
        return [entry.digest(line) for line in self.journal()]

    def seal(self) -> Seal:
        return asn1.organisation(self.organisation)[1]

    def roots(self) -> list[bytes]:
        """Give the roots that an honest reader would bring along."""
        return [asn1.der(asn1.organisation()[0].certificates[0]), asn1.der(asn1.authority()[0].certificates[0])]

    def state(self, what: str, says: Mapping[str, object], by: str) -> bytes:
        return statements.make(says, lambda signed: signing.sign(key(by), what, signed))

    def by_organisation(self, what: str, says: Mapping[str, object]) -> bytes:
        seal = self.seal()
        whole = {**says, "certificate": fingerprint(seal.certificates[0])}
        return statements.make(whole, lambda signed: signing.raw(seal.sign(signing.message(what, signed))))

    def all_endorsements(self) -> list[bytes]:
        if self.endorsements is not None:
            return self.endorsements
        return [
            self.by_organisation("endorsement", {
                "at": self.facts[min(first, self.last)].at, "conversation": CONVERSATION, "first": first,
                "number": number, "public": signing.public(key(name)).hex(),
            })
            for number, (name, first) in enumerate(self.journal_keys)
        ]  # fmt: skip

    def key_for(self, position: int) -> str:
        return [name for name, first in self.journal_keys if first <= position][-1]

    def checkpoint_of(self, position: int, by: str | None = None, at: int | None = None) -> bytes:
        name = by or self.key_for(position)
        return self.state(
            "checkpoint",
            {
                "at": self.facts[position].at + 5 if at is None else at,
                "conversation": CONVERSATION,
                "head": self.heads()[position],
                "key": signing.fingerprint(signing.public(key(name))),
                "position": position,
            },
            name,
        )

    def all_checkpoints(self) -> list[bytes]:
        if self.checkpoints is not None:
            return self.checkpoints
        return [self.checkpoint_of(position) for position in sorted({*self.signed_at}) if position <= self.last]

    def yes_of(self, seat: int, number: int = 1, items: Sequence[int] = (0,) * 7, by: str | None = None) -> bytes:
        name = by or f"page {seat}"
        says = {
            "conversation": CONVERSATION, "edition": EDITION, "items": list(items), "round": number, "seat": seat,
            "public": signing.public(key(name)).hex(), "what": "yes",
        }  # fmt: skip
        return self.state("yes", says, name)

    def seen_of(self, seat: int, position: int) -> bytes:
        says = {
            "conversation": CONVERSATION, "head": self.heads()[position], "key": page_of(seat), "position": position,
            "what": "seen",
        }  # fmt: skip
        return self.state("seen", says, f"page {seat}")

    def all_pages(self) -> list[bytes]:
        if self.pages is not None:
            return self.pages
        yeses = [
            self.yes_of(fact.seat, fact.round)
            for fact in self.facts
            if isinstance(fact, facts.ConsentGiven) and fact.page == page_of(fact.seat)
        ]
        seen = [(position, page_of(seat), seat) for seat, where in self.seen_by.items() for position in where]
        return [*yeses, *(self.seen_of(seat, position) for position, _, seat in sorted(seen))]

    def all_disclosures(self) -> list[bytes]:
        if self.disclosed is not None:
            return self.disclosed
        found = []
        for position, fact in enumerate(self.facts):
            if isinstance(fact, facts.TrackOpened) and fact.track in self.tapes:
                found.append(disclosed("salt_sha256", position, SALTS[fact.track]))
            if isinstance(fact, facts.DossierFiled):
                found.append(disclosed("dossier_sha256", position, DOSSIER_SALT, "D-2027-17"))
        return found

    def contents(self) -> bundle.Contents:
        heads = self.heads()
        stamps = {
            position: asn1.token(bytes.fromhex(heads[position]), asn1.authority(self.authority or "Tijd")[1], moment)
            for position, moment in self.stamped.items()
        }
        return bundle.Contents(
            conversation=CONVERSATION,
            made_ms=self.now + 60_000,
            page=self.page,
            journal=self.journal,
            disclosures=self.all_disclosures(),
            endorsements=self.all_endorsements(),
            checkpoints=self.all_checkpoints,
            pages=self.all_pages,
            certificates=[asn1.der(one) for one in self.seal().certificates],
            stamps=stamps,
            tracks=[_track(tape) for _, tape in sorted(self.tapes.items())],
            files={name: lambda content=content: (content,) for name, content in self.files.items()},  # type: ignore[misc]
            agent="Tweespoor 1",
            own_minutes=self.own_minutes,
        )

    def sign_cms(self, content: bytes) -> bytes:
        return asn1.signed(content, self.seal())

    def stamp(self, digest: bytes) -> bytes | None:
        if self.authority is None:
            return None
        moment = self.moment or dt.datetime.fromtimestamp(self.now / 1000 + 60, dt.UTC).replace(microsecond=0)
        return asn1.token(digest, asn1.authority(self.authority)[1], moment)

    def build(self, path: Path) -> Path:
        """Write the bundle."""
        path.unlink(missing_ok=True)
        bundle.write(path, self.contents(), self.sign_cms if self.sealed else None, self.stamp)
        return path

    # Receipts ----------------------------------------------------------------------------------------

    def sealing(self) -> int:
        """Give the position of the entry that seals the last track."""
        return max(n for n, fact in enumerate(self.facts) if isinstance(fact, facts.TrackSealed))

    def receipt(self, position: int | None = None) -> bytes:
        at = self.sealing() if position is None else position
        says = {
            "at": self.facts[at].at + 10, "conversation": CONVERSATION, "head": self.heads()[at], "position": at,
            "root": fingerprint(self.seal().certificates[-1]),
        }  # fmt: skip
        return self.by_organisation("receipt", says)

    def code(self, position: int | None = None) -> str:
        at = self.sealing() if position is None else position
        head = self.heads()[at]
        return "-".join([str(at), *(head[n : n + 4] for n in range(0, 40, 4))])


def disclosed(name: str, position: int, salt: bytes, value: str = "") -> bytes:
    return statements.canonical({"field": name, "position": position, "salt": salt.hex(), "value": value})


def _track(tape: Tape) -> bundle.Track:
    return bundle.Track(tape.track, tape.rows, tape.here)


# The true story ------------------------------------------------------------------------------------------


def opened(story: Story, *, own_phone: bool = True) -> Story:
    """Let three people agree: Bram on his own phone, Carla aloud."""
    story.add(facts.ConversationOpened, conversation=CONVERSATION, edition=EDITION)
    story.add(facts.ParticipantJoined, seat=ANNA, kind=Kind.STAFF)
    story.add(facts.PeopleCounted, people=3, children=Children.NONE)
    story.add(facts.ParticipantJoined, seat=BRAM, kind=Kind.ADULT)
    story.add(facts.ParticipantJoined, seat=CARLA, kind=Kind.ADULT)
    return agreed(story, own_phone=own_phone)


def agreed(story: Story, cause: RoundCause = RoundCause.FIRST, *, own_phone: bool = True) -> Story:
    state = fold(story.facts)
    number = state.round + 1
    story.add(facts.RoundOpened, round=number, cause=cause)
    how, page = (How.OWN_PHONE, page_of(BRAM)) if own_phone else (How.DEVICE, None)
    story.add(facts.ConsentGiven, seconds=20, seat=BRAM, round=number, how=how, page=page)
    story.add(facts.ConsentGiven, seconds=0, seat=CARLA, round=number, how=How.SPOKEN)
    story.add(facts.AgreementReached, seconds=0, round=number, part=state.part + 1)
    story.sign()
    if own_phone:
        story.seen_by.setdefault(BRAM, []).append(story.last)
    return story


def started(story: Story, *, kept: bool = False) -> Story:
    part = fold(story.facts).part
    story.add(facts.RecordingStarted, part=part)
    for name, seat in ((OURS, ANNA), (BRAMS, BRAM)):
        story.add(
            facts.TrackOpened, seconds=0.1, track=name, part=part, seat=seat, ours=seat == ANNA,
            kept=kept and seat == BRAM, salt_sha256=sha256(SALTS[name]).hexdigest(),
        )  # fmt: skip
        story.tapes[name] = Tape(name)
        if kept and seat == BRAM:
            story.tapes[name].where = []
    return story


def recorded(story: Story, seconds: int, *, ends: bool = False) -> Story:
    """Let both recorders run for some seconds, a chunk each."""
    for n in range(seconds):
        for name, tape in story.tapes.items():
            second = len(tape.bodies)
            last = ends and n == seconds - 1
            tape.record(second, story.now + 100 + 1000 * n, ends=last)
            _keep(story, name)
    story.now += seconds * 1000
    return story


def _keep(story: Story, name: str) -> None:
    known = fold(story.facts).tracks[name]
    if known.kept and not known.handed_in:
        story.tapes[name].where[-1] = Body.KEPT


def true_story(*, kept: bool = False, own_phone: bool = True, closed: bool = True) -> Story:
    """Give a conversation that went as it should: asked, recorded for six seconds, stopped, sealed, filed, closed."""
    story = started(opened(Story(), own_phone=own_phone), kept=kept)
    recorded(story, 3)
    story.checkpoint()
    if own_phone:
        story.seen_by[BRAM].append(story.last)
    recorded(story, 3, ends=True)
    story.add(
        facts.AgreementsSpoken,
        text=facts.Span(BEGIN + 31_000, BEGIN + 32_000),
        yeses=facts.Span(BEGIN + 32_000, BEGIN + 33_000),
    )
    story.add(facts.RecordingStopped)
    story.seal_tracks()
    story.stamped[story.last] = dt.datetime.fromtimestamp(story.now // 1000 + 2, dt.UTC)
    story.add(facts.DossierFiled, seconds=60, dossier_sha256=disclosures.commit("D-2027-17", DOSSIER_SALT))
    if closed:
        story.add(facts.ConversationClosed, seconds=60)
        story.sign()
        story.journal_keys.append(("later", story.last + 1))
    story.add(facts.Exported, seconds=600, part=1)
    story.sign()
    return story


# Files, taken apart and put together again --------------------------------------------------------------


def unpacked(path: Path) -> dict[str, bytes]:
    """Give the members of a bundle, in their order."""
    with container.Container(path) as found:
        return {name: found.read(name, 1 << 40) for name in found.members}


def packed(path: Path, files: Mapping[str, bytes]) -> Path:
    """Put members in a ZIP of the one spelling, whatever they are."""
    measured = {name: measuring.measure((content,)) for name, content in files.items()}
    laid = container.laid((name, one.size, one.crc) for name, one in measured.items())
    with path.open("wb") as out:
        for name, content in files.items():
            out.write(container.local(name, measured[name].size, measured[name].crc) + content)
        out.write(container.directory(*laid))
    return path


def manifested(files: Mapping[str, bytes], story: Story | None = None) -> dict[str, bytes]:
    """Make the manifests anew, as anybody can; and the seal too, when a story's keys are there, else without one."""
    kept = {name: content for name, content in files.items() if name not in members.ASIC}
    payload = [name for name in kept if name.startswith("data/")]
    info = members.read_label(kept[members.BAG_INFO])
    octets = sum(len(kept[name]) for name in payload)
    kept[members.BAG_INFO] = replace(info, octets=octets, files=len(payload)).written()
    digests = {name: sha256(content).digest() for name, content in kept.items()}
    kept[members.MANIFEST] = members.manifest(digests, payload)
    digests[members.MANIFEST] = sha256(kept[members.MANIFEST]).digest()
    kept[members.TAG_MANIFEST] = members.manifest(digests, members.TAGS)
    if story is None:
        return kept
    digests = {name: sha256(content).digest() for name, content in kept.items()}
    kept[members.SEALED] = members.asic_manifest(digests)
    kept[members.SIGNATURE] = story.sign_cms(kept[members.SEALED])
    digests |= {name: sha256(kept[name]).digest() for name in (members.SEALED, members.SIGNATURE)}
    timed = members.timed_manifest(digests)
    token = story.stamp(sha256(timed).digest())
    if token is not None:
        kept |= {members.TIMED: timed, members.STAMP: token}
    return kept


def facts_of(lines: Sequence[bytes]) -> Iterator[Fact]:
    for line in lines:
        yield entry.read(line).fact
