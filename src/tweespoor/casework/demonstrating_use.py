"""Gives the conversation of the demonstration two uses on a ground of law, and a note about a stretch of it.

They go as they really go: the privacy officer decides each use and, apart from that, whether the people are told of it;
Carla notes at which seconds something is not as she said it.  Everyone who is told was told already.
"""

from typing import Final

from tweespoor.casework import capturing, earshot, ledger, models, recalling, using
from tweespoor.casework.clock import now_ms
from tweespoor.casework.using import Informing
from tweespoor.rules.kinds import Ground, Kind

COLLEAGUE: Final = "Een collega neemt de zaak over en luistert vooraf."
DUTY: Final = "De rechter vroeg deze opname op (artikel 22 Rv)."
TOLD: Final = "Wie de zaak overneemt, mogen zij weten."
NOT_NOW: Final = "Er loopt een onderzoek (artikel 41 UAVG). Over een maand kijken we opnieuw."
NOTED: Final = "Ik zei: om de week op zaterdag. Niet elke week."
DAYS: Final = 31
_AFTER_MS, _LASTS_MS = 4_000, 9_000


def use_and_note(conversation_id: str, worker: models.Staff) -> None:
    """Use and note, once."""
    if models.Use.objects.filter(conversation_id=conversation_id).exists():
        return
    capturing.start()
    try:
        note(conversation_id)
    finally:
        capturing.stop()
    use(conversation_id, models.Staff.objects.filter(role=models.Role.OFFICER).first() or worker)


def use(conversation_id: str, officer: models.Staff) -> None:
    """Let the officer use the first part on two grounds, and decide about telling."""
    decisions = (
        (Ground.COLLEAGUE, COLLEAGUE, Informing.TOLD, TOLD),
        (Ground.DUTY_BY_LAW, DUTY, Informing.NOT_NOW, NOT_NOW),
    )
    for ground, reason, informing, why in decisions:
        used, _ = using.use(conversation_id, 1, ground, reason, DAYS, staff=officer)
        using.inform(used.pk, informing, why, staff=officer)
    models.ToTell.objects.filter(conversation_id=conversation_id, told_ms=None).update(told_ms=now_ms())


def note(conversation_id: str) -> None:
    """Let Carla note what is not right some seconds into the second stretch, on the line of her own minutes."""
    people = [one.seat for one in ledger.state(conversation_id).seats.values() if one.kind is not Kind.STAFF]
    shot = earshot.own(ledger.head(conversation_id), people[1])
    drawn = earshot.draw(shot, earshot.lines(shot))
    if drawn is None:
        return
    stretch = next(lane.recorded for lane in drawn.lanes if lane.ours)[-1]
    begin = -(-(stretch.begin + _AFTER_MS) // 1000)
    end = min(begin + _LASTS_MS // 1000, stretch.end // 1000)
    says = f"Van {begin // 60}:{begin % 60:02d} tot {end // 60}:{end % 60:02d}:"
    span = (begin * 1000, end * 1000)
    recalling.dispute(conversation_id, people[1], span, NOTED, says=says, length_ms=drawn.length)
