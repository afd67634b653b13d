"""Gives the conversation of the demonstration what comes from elsewhere: a written text, and three recordings.

The text says what the voices say, at the second at which they say it, as a program that listens would have written it:
with labels for who speaks.  One recording was handed in by who made it with an own app and is kept; of the second it is
not known who made it, so it waits for the privacy officer unheard; the third is of another talk, and will be wiped.
"""

from typing import Final

from tweespoor.casework import (
    capturing,
    demonstrating,
    earshot,
    ledger,
    models,
    receiving,
    transcribing,
    wiping_elsewhere,
)
from tweespoor.casework.written import Said, Written
from tweespoor.rules.elsewhere import There, Why
from tweespoor.rules.kinds import Kind
from tweespoor.sound import m4a, opus, scenes

_SPEAKERS: Final = {
    demonstrating.ANNA: "Spreker 1",
    demonstrating.BRAM: "Spreker 2",
    demonstrating.CARLA: "Spreker 3",
}


def bring_in(conversation_id: str, worker: models.Staff) -> None:
    """Bring them in, once."""
    if models.External.objects.filter(conversation_id=conversation_id).exists():
        return
    capturing.start()
    try:
        write_out(conversation_id, worker)
    finally:
        capturing.stop()
    hand_in(conversation_id, worker)


def write_out(conversation_id: str, worker: models.Staff) -> None:
    """Bring in the text, say who two of the speakers are, and correct a word."""
    transcript = transcribing.bring_in(worker, conversation_id, 1, Written("vtt", tuple(_lines(conversation_id))))
    for label, name in (("Spreker 1", "Anna"), ("Spreker 2", "Bram")):
        transcribing.name(worker, conversation_id, transcript, label, name)
    _correct(worker, conversation_id, transcript)


def hand_in(conversation_id: str, worker: models.Staff) -> None:
    """Take in the three recordings, and let the privacy officer announce that one of them will be wiped."""
    people = [one.seat for one in ledger.state(conversation_id).seats.values() if one.kind is not Kind.STAFF]
    officer = models.Staff.objects.filter(role=models.Role.OFFICER).get()
    content = _own_app()
    _take_in(conversation_id, content, seat=people[0], staff=None, there=There.YES)
    _take_in(conversation_id, content, seat=None, staff=worker, there=There.DOUBT)
    other = _take_in(conversation_id, content, seat=people[1], staff=None, there=There.YES)
    wiping_elsewhere.announce(officer, other.pk, Why.OTHER_TALK)


def _correct(worker: models.Staff, conversation_id: str, transcript: str) -> None:
    """Correct what a program heard wrongly."""
    text = transcribing.read(worker, conversation_id, transcript)
    line = next(one for one in text.lines if "buurman" in one.text)
    said = line.text.replace("buurman", "buurvrouw")
    transcribing.correct(worker, conversation_id, transcript, line.number, said=said, speaker="Spreker 1")


def _lines(conversation_id: str) -> list[Said]:
    """Say when each line is spoken, by the picture of the recording: before the pause, and after it."""
    shot = earshot.whole(ledger.head(conversation_id))
    drawn = earshot.draw(shot, earshot.lines(shot))
    ours = () if drawn is None else next(lane.recorded for lane in drawn.lanes if lane.ours)
    scenes_of = (
        (*demonstrating.AGREEMENTS, *demonstrating.YESES, *demonstrating.TALK),
        demonstrating.AFTERWARDS,
    )
    found: list[Said] = []
    for stretch, spoken in zip(ours, scenes_of, strict=False):
        at = stretch.begin
        for line in spoken:
            lasts = round(scenes.play([[line]], demonstrating.SPEED).lengths[0] * 1000)
            pause = round(line.rest * 1000)
            end = min(at + lasts - pause, stretch.end)
            if end > at:
                found.append(Said(at, end, _SPEAKERS[line.voice], line.text.replace("buurvrouw", "buurman")))
            at += lasts
    return found


def _own_app() -> bytes:
    """Make a file as an app of a phone does, of a part of the conversation."""
    heard = scenes.play((demonstrating.TALK, demonstrating.AFTERWARDS), demonstrating.SPEED)
    encoded = opus.encode(heard.far)
    copy = m4a.Copy((opus.FRAME * n - encoded.preskip, packet) for n, packet in enumerate(encoded.packets))
    sound = b"".join(copy.sound())
    return copy.top() + sound


def _take_in(
    conversation_id: str, content: bytes, *, seat: int | None, staff: models.Staff | None, there: There
) -> models.External:
    row = receiving.begin(conversation_id, seat=seat, staff=staff, there=there, part=None, size=len(content))
    for at in range(0, len(content), receiving.BLOCK):
        receiving.add(row, at // receiving.BLOCK, content[at : at + receiving.BLOCK])
    return receiving.finish(row)
