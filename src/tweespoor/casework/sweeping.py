"""What the server does by itself, twice a second: nothing here decides, it only carries out what is due."""

from contextlib import suppress

import structlog
from django.db import Error as DatabaseError
from django.db import close_old_connections

from tweespoor.casework import (
    attesting,
    capturing,
    clock,
    comparing,
    concluding,
    confirming,
    cutting,
    dating,
    earshot,
    gates,
    hearing,
    keeping,
    ledger,
    models,
    planning,
    polling,
    practising,
    receiving,
    recording,
    sending,
)
from tweespoor.casework.clock import now_ms
from tweespoor.errors import DamagedError
from tweespoor.rules.conversation import Running

_log = structlog.get_logger(__name__)
_wiped_at = 0
_reminded_at = 0
_sent_at = 0
_polled_at = 0
_concluded_at = 0

PRACTICE_EVERY_MS = 60_000
REMIND_EVERY_MS = 3_600_000
MESSAGES_EVERY_MS = 5_000
QUESTIONS_EVERY_MS = 5_000
CONTRACTS_EVERY_MS = 2_000


def begin() -> None:
    """Tell the recorder's side what to call at a failure and at a sealing, and hear of every journal that grew."""
    if recording.fail not in capturing.on_failure:
        capturing.on_failure.append(recording.fail)
    if earshot.find_places not in capturing.on_sealed:
        capturing.on_sealed.append(earshot.find_places)
    for conversation_id in models.Conversation.objects.filter(finished_ms=None).values_list("pk", flat=True):
        with suppress(DamagedError):  # one that does not read is for `tweespoor check`
            ledger.head(conversation_id)
    _set_clock()
    attesting.begin()


def _set_clock() -> None:
    """Let our clock follow the machine's, unless that would move a recording or what an open conversation wrote."""
    states = [head.state for head in ledger.open_ones()]
    recording_now = any(state.running in (Running.RUNNING, Running.PAUSED) for state in states)
    clock.follow(recording=recording_now, written_ms=max((state.at for state in states), default=0))


def sweep() -> None:
    """Carry out what is due; when the database is gone say so and try again next time."""
    global _wiped_at, _reminded_at, _sent_at, _polled_at, _concluded_at  # noqa: PLW0603 - one moment each for the process
    close_old_connections()
    try:
        _set_clock()
        gates.refresh()
        capturing.sweep()
        recording.start_due()
        for conversation_id in attesting.sweep():
            held = ledger.held(conversation_id)
            if held is None or held.state.running is not Running.RUNNING:
                confirming.confirm(conversation_id)
        filed = models.Conversation.objects.filter(filed_ms__isnull=False, closed_ms=None)
        for conversation_id in filed.values_list("pk", flat=True):
            recording.close_when_sealed(conversation_id)
        if now_ms() - _wiped_at > PRACTICE_EVERY_MS:
            practising.wipe_due()
            recording.finish_forgotten()
            planning.forget_due()
            receiving.abandon_due()
            _wiped_at = now_ms()
        if now_ms() - _polled_at > QUESTIONS_EVERY_MS:
            _polled_at = now_ms()
            polling.sweep()
            cutting.make_soon()
            comparing.sweep()
        if now_ms() - _concluded_at > CONTRACTS_EVERY_MS:
            _concluded_at = now_ms()
            concluding.conclude_soon()
        if now_ms() - _sent_at > MESSAGES_EVERY_MS:
            _sent_at = now_ms()
            dating.stamp_soon()
            hearing.tell_of_copies()
            sending.send_soon()
        if now_ms() - _reminded_at > REMIND_EVERY_MS:
            keeping.remind()
            _reminded_at = now_ms()
    except DatabaseError as trouble:
        _log.warning("sweep.database", error=type(trouble).__name__)
