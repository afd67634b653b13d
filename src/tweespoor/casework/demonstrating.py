"""Makes one finished conversation with spoken sound, to look at: synthetic voices, everything else as it really goes.

It goes the way of a real one: the same verbs, the same journal, chunks that are judged by the same gate.  Only the
clock is another: the conversation took place yesterday afternoon, and its minute does not have to be waited for.
The voices are an extra, ``[demo]``; nothing that is installed for use imports this module.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from time import sleep
from typing import Final

from django.utils import timezone

from tweespoor.casework import (
    agreeing,
    announcing,
    arriving,
    attending,
    attesting,
    bodies,
    capturing,
    certifying,
    clock,
    confirming,
    consenting,
    countersigning,
    handing,
    ledger,
    models,
    opening,
    planning,
    recording,
)
from tweespoor.casework.announcing import Moment, Way
from tweespoor.casework.countersigning import Given
from tweespoor.casework.planning import Wanted
from tweespoor.dossier import statements
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import Children, How, Kind, PauseCause
from tweespoor.rules.state import Running
from tweespoor.seal import signing
from tweespoor.sound import opus, scenes
from tweespoor.sound.voices import Line
from tweespoor.tape import packets
from tweespoor.tape.anchors import Said
from tweespoor.tape.packets import Code, Event, Packet
from tweespoor.tape.spool import Write
from tweespoor.tape.track import leaf_of

ANNA, BRAM, CARLA = "nl+f3", "nl+m3", "nl+f5"
SPEED: Final = 185  # words a minute
HOUR_MS: Final = 3_600_000

AGREEMENTS = (
    Line(ANNA, "We nemen dit gesprek op, alleen geluid. Er komt nooit beeld bij."),
    Line(ANNA, "Wie wil, neemt zelf op. Wij nemen ook op."),
    Line(ANNA, "Onze opname komt in het dossier."),
    Line(ANNA, "We knippen en plakken niet, tenzij iedereen het goed vindt."),
    Line(ANNA, "We delen geluid en tekst niet, tenzij iedereen het goed vindt."),
    Line(ANNA, "Naar je eigen advocaat, een klacht of de rechter mag wel."),
    Line(ANNA, "Komt er iemand binnen, dan zetten we de opname stil."),
    Line(ANNA, "Wil je stoppen? Zeg het, of tik op stop."),
    Line(ANNA, "Wat al is opgenomen, blijft bewaard."),
    Line(ANNA, "Zeg om de beurt: ja, dat spreken we af.", 0.8),
)
YESES = (
    Line(BRAM, "Ja, dat spreken we af.", 0.6),
    Line(CARLA, "Ja, dat spreken we af.", 0.8),
)
TALK = (
    Line(ANNA, "Fijn. Vorige keer spraken we over samen eten. Hoe gaat dat nu?"),
    Line(BRAM, "Beter. We eten drie keer in de week aan tafel."),
    Line(CARLA, "En daarna doen we de afwas. Dan praten we gewoon.", 1.0),
)
AFTERWARDS = (
    Line(ANNA, "We gaan verder. De buurvrouw is weer weg."),
    Line(CARLA, "Ik wil nog iets afspreken over de zaterdag."),
    Line(ANNA, "Goed, dat markeer ik even. Wat wil je afspreken?"),
    Line(CARLA, "Dat we elke zaterdag samen boodschappen doen."),
    Line(BRAM, "Dat is een goed idee. Dat doen we.", 0.6),
    Line(ANNA, "Dan schrijf ik dat op. Dank jullie wel.", 0.6),
)


@dataclass
class _Time:
    """A clock that goes only when it is told to (ms since 1970)."""

    ms: int

    def __call__(self) -> int:
        return self.ms * 1_000_000

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.ms += round(seconds * 1000)


@dataclass
class _Recorder:
    """A device that records: what the page does in a browser, without a browser."""

    time: _Time
    session: arriving.Session
    loaded_ms: int
    began_ms: int = 0
    bodies: list[bytes] = field(default_factory=list)

    def record(self, encoded: opus.Encoded, length: int, code: Code) -> None:
        """Record a stretch that begins now, ``length`` samples, a chunk a second; ``code`` is how it ended."""
        self.began_ms = self.began_ms or self.time.ms
        begin = (self.time.ms - self.began_ms) * packets.RATE // 1000
        for at in range(0, len(encoded.packets), 50):
            here = [
                Packet(begin + (at + n) * opus.FRAME, content)
                for n, content in enumerate(encoded.packets[at : at + 50])
            ]
            last = at + 50 >= len(encoded.packets)
            events = [Event(begin + length, code, 0)] if last else []
            self._send(here, events, encoded.preskip)

    def _send(self, here: list[Packet], events: list[Event], preskip: int) -> None:
        began = self.began_ms + here[0].position * 1000 // packets.RATE
        ends_ms = began + len(here) * 20 + 40
        mono = began - self.loaded_ms
        number = len(self.bodies)
        track = bytes.fromhex(self.session.track)
        body = packets.build(track, number, 0, mono * 1000, began, here, events, preskip)
        self.bodies.append(body)
        form, content = bodies.Form.CHUNK, body
        if self.session.kept:
            prefix = packets.parse(body).prefix
            form, content = bodies.Form.LEAF, leaf_of(self.session.salt, number, body) + prefix
        item = bodies.item(form, self.session.salt, number, content)
        page_now = (ends_ms - self.loaded_ms) * 1000
        said = Said(page_now, 0, ends_ms, server_ms=ends_ms - 30, received_us=page_now - 10_000)
        came = arriving.Came(ends_ms + 20, said, None)
        delivery = arriving.deliver(self.session, capturing.room().spool, [item], came)
        if delivery.refusal is not None:
            raise RuntimeError(f"the demonstration was refused: {delivery.refusal.clause}")

    def close(self) -> None:
        """Say that nothing more comes."""
        _until_written(self.session.pending)
        _until_written(arriving.close(self.session, capturing.room().spool, len(self.bodies) - 1, self.time.ms))

    def hand_in(self) -> None:
        """Give the bodies of a track that was kept until now."""
        coming = handing.handing_of(self.session.track)
        form, salt = bodies.Form.CHUNK, self.session.salt
        items = [bodies.item(form, salt, number, body) for number, body in enumerate(self.bodies)]
        for at in range(0, len(items), 60):
            _until_written(handing.take(coming, items[at : at + 60], self.time.ms)[-1])
        handing.finish_due()


def demonstrate(worker: models.Staff) -> str:
    """Make the conversation and a plan for another one, once; gives the id of the conversation."""
    _plan(worker)
    existing = models.Conversation.objects.filter(worker=worker, practice=False).first()
    if existing is not None:
        return existing.pk
    capturing.start()
    try:
        with _yesterday() as time:
            return _conversation(worker, time)
    finally:
        capturing.stop()


def _plan(worker: models.Staff) -> None:
    """Plan a conversation for tomorrow morning, of which somebody said beforehand that they want to record."""
    if models.Plan.objects.filter(worker=worker).exists():
        return
    day = timezone.localtime() + timedelta(days=1)
    starts = day.replace(hour=10, minute=0, second=0, microsecond=0)
    wanted = Wanted(starts_ms=int(starts.timestamp() * 1000), people=3, children=Children.DISCUSSED)
    one = planning.plan(worker, secrets.token_hex(16), wanted)
    announcing.announce(Moment(one.starts_ms), Way.NONE, "", one)


@contextmanager
def _yesterday() -> Iterator[_Time]:
    """Set the one clock of the house to yesterday, five past two in the afternoon."""
    day = timezone.localtime() - timedelta(days=1)
    begin = day.replace(hour=14, minute=5, second=0, microsecond=0)
    before, time = clock.source, _Time(int(begin.timestamp() * 1000))
    clock.source = time
    try:
        yield time
    finally:
        clock.source = before


def _conversation(worker: models.Staff, time: _Time) -> str:
    conversation = opening.open_conversation(worker, 3, Children.NONE)
    time.wait(20)
    bram = consenting.take_seat(conversation, Kind.ADULT)
    carla = consenting.take_seat(conversation, Kind.ADULT)
    phone = models.Visitor.objects.create(
        conversation_id=conversation,
        token_sha256=secrets.token_hex(32),
        seat=bram,
        copy_choice="hand-in",
        expires_ms=time.ms + HOUR_MS,
    )
    time.wait(35)
    recording.ready(conversation, phone, records=True)
    consenting.answer(conversation, bram, Answer.YES, How.OWN_PHONE, _signed(conversation, bram))
    time.wait(8)
    consenting.answer(conversation, carla, Answer.YES, How.DEVICE)
    _attest(conversation)
    time.wait(10)
    recording.start(conversation)
    ours = _open(conversation, time, opening.WORKER_SEAT, ours=True)
    theirs = _open(conversation, time, bram, ours=False)

    time.wait(0.5)
    text, yeses, rest = _record((ours, theirs), (AGREEMENTS, YESES, TALK), Code.PAUSED)
    time.wait(text)
    yeses_from = time.ms
    time.wait(yeses)
    agreeing.everyone_said_yes(conversation, (bram, carla), yeses_from)
    time.wait(rest + 0.3)
    _attest(conversation)

    recording.pause(conversation, PauseCause.SOMEONE_CAME)
    time.wait(9)
    attending.someone_came(conversation, just_now=True)
    time.wait(5)
    attending.same_people(conversation)

    time.wait(0.5)
    before, after = _record((ours, theirs), (AFTERWARDS[:2], AFTERWARDS[2:]), Code.ENDED)
    time.wait(before)
    recording.mark(conversation)
    time.wait(after + 0.3)
    ours.close()
    theirs.close()
    recording.stop(conversation)
    _attest(conversation)
    time.wait(40)
    recording.finish(conversation)
    theirs.hand_in()
    capturing.seal_part(conversation)
    handing.finish_due()
    recording.close_when_sealed(conversation)
    _attest(conversation)
    if certifying.has_seal():
        confirming.confirm(conversation)
    return conversation


def _signed(conversation: str, seat: int) -> Given:
    """Sign a yes as the page of a phone does."""
    key = signing.make()
    public = signing.public(key).hex()
    says = {**countersigning.asked(ledger.state(conversation), seat), "public": public}
    return Given(public, signing.sign(key, "yes", statements.canonical(says)).hex())


def _attest(conversation: str) -> None:
    """Do what the server does by itself: note how far the tracks are, and sign the journal."""
    fact = capturing.checkpoint(conversation)
    if fact is not None and ledger.state(conversation).running is Running.RUNNING:
        ledger.append(conversation, fact)
    if certifying.has_seal():
        attesting.attest(conversation)


def _until_written(write: Write | None) -> None:
    """Wait for the disk; raises what went wrong with it."""
    while write is not None and not write.done:
        sleep(0.001)
    if write is not None and write.error is not None:
        raise write.error


def _open(conversation: str, time: _Time, seat: int, *, ours: bool) -> _Recorder:
    """Open a track; a participant's is kept by its owner until it is handed in."""
    ticket = capturing.open_track(conversation, seat=seat, ours=ours, kept=not ours)
    return _Recorder(time, capturing.session_of(ticket.track), loaded_ms=time.ms - 60_000)


def _record(recorders: tuple[_Recorder, _Recorder], spoken: Sequence[Sequence[Line]], code: Code) -> tuple[float, ...]:
    """Speak scenes and let both devices record them, each as it hears them; gives how long each scene lasts (s)."""
    heard = scenes.play(spoken, SPEED)
    for recorder, samples in zip(recorders, (heard.near, heard.far), strict=True):
        recorder.record(opus.encode(samples), len(samples), code)
    return heard.lengths
