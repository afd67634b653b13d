"""The conditions of afterwards: listening back, cutting, destroying, closing.

Asked for through the questions of ``conditions``.
"""

from collections.abc import Iterator

from tweespoor.rules.ages import AGES
from tweespoor.rules.clause import Says, rule
from tweespoor.rules.kinds import Ground, Kind, Span
from tweespoor.rules.state import Conversation, Part, Running
from tweespoor.rules.verdict import Obstacle

ERASED_FOR = frozenset(
    {
        Ground.RETENTION_ENDED,
        Ground.REQUEST,
        Ground.SPOKEN_ROUND_FAILED,
        Ground.WRONG_START,
        Ground.LATE_STOP,
    }
)
"""Grounds on which a part is destroyed (law 12)."""

HELD_FOR = frozenset({Ground.COMPLAINT, Ground.COURT, Ground.DUTY_BY_LAW, Ground.REQUEST})
"""Grounds on which nothing of a conversation may be destroyed."""


# 0c: hearing again -----------------------------------------------------------------------------


@rule("0c", Says.PAGE, Says.LAW, codes=("0c.not-available",))
def it_can_be_heard(c: Conversation, part: int) -> Iterator[Obstacle]:
    """Clause 0c (page, law): a part is heard when it was recorded and is neither held back nor destroyed."""
    known = c.parts.get(part)
    if known is None or known.started_at is None or known.locked or known.erased:
        yield Obstacle("0c.not-available")


@rule("0c", Says.HOUSE, codes=("0c.not-available",))
def the_officer_has_looked_at_secrets(c: Conversation) -> Iterator[Obstacle]:
    """Clause 0c (house): when a secret address or who reported was named, nothing leaves before the officer looked."""
    if c.secret and not c.secret_reviewed:
        yield Obstacle("0c.not-available")


@rule("0c", Says.PAGE, Says.LAW, codes=("0c.not-available",))
def everyone_hears_only_where_they_were(c: Conversation, seat: int, part: int) -> Iterator[Obstacle]:
    """Clause 0c (page, law): who took part hears the own minutes; one answer for every reason why not.

    A child under twelve does not listen alone; an interpreter or other professional only if that was agreed.
    """
    person = c.seats.get(seat)
    known = c.parts.get(part)
    took_part = person is not None and known is not None and seat in known.present
    if not took_part or seat in c.listening_halted or not listens_back(c, seat):
        yield Obstacle("0c.not-available")


def listens_back(c: Conversation, seat: int) -> bool:
    """Whether somebody of this kind listens back alone; nobody's answer or later doings change it (law 10)."""
    person = c.seats.get(seat)
    if person is None:
        return False
    if person.kind is Kind.PROFESSIONAL:
        return c.professionals_listen or seat in c.listening_agreed
    return AGES[person.kind].listens_back if person.kind in AGES else person.kind is not Kind.STAFF


@rule("0c", Says.PAGE, Says.LAW, codes=("0c.not-available", "0c.able-unassessed"))
def a_code_is_for_who_was_recorded(c: Conversation, seat: int, *, able: bool) -> Iterator[Obstacle]:
    """Clause 0c (page, law): a listening code is for who took part in something that was recorded and is not wiped.

    From 12 to 15 only when somebody saw that this young person can judge what it means (``able``).
    """
    recorded = any(
        seat in part.present and part.started_at is not None and not part.erased for part in c.parts.values()
    )
    if not recorded or not listens_back(c, seat):
        yield Obstacle("0c.not-available")
    if needs_judging(c, seat) and not able:
        yield Obstacle("0c.able-unassessed")


def needs_judging(c: Conversation, seat: int) -> bool:
    """Whether somebody must be seen to be able to judge before listening back alone (law: 12 to 15)."""
    kind = c.seats[seat].kind if seat in c.seats else None
    return kind is not None and kind in AGES and AGES[kind].judged_able


def against_listening(c: Conversation, seat: int | None, part: int) -> Iterator[Obstacle]:
    """Give every obstacle to listening back."""
    yield from it_can_be_heard(c, part)
    if seat is not None:
        yield from the_officer_has_looked_at_secrets(c)
        yield from everyone_hears_only_where_they_were(c, seat, part)


def against_exporting(c: Conversation, part: int) -> Iterator[Obstacle]:
    """Give every obstacle to giving a part to the organisation's own dossier system."""
    yield from it_can_be_heard(c, part)
    yield from the_officer_has_looked_at_secrets(c)


# 5: no cutting -----------------------------------------------------------------------------------


@rule("5a", Says.PAGE, codes=("5a.already-sealed",))
def a_sealed_track_stays_as_it_is(c: Conversation, track: str) -> Iterator[Obstacle]:
    """Clause 5a (page): an original never changes, for us either; what is sealed grows no longer (law 6)."""
    known = c.tracks.get(track)
    if known is not None and known.sealed:
        yield Obstacle("5a.already-sealed")


def owners_of(c: Conversation, part: Part) -> frozenset[int | None]:
    """Who must agree to a cut or a share: everyone asked who was in the part, and the organisation once (None).

    Professionals are told and asked only for their own words (clause 6a); small children answer through who
    represents them, noted under the child's own seat.
    """
    people = (n for n in part.present if n in c.seats and c.seats[n].kind not in {Kind.STAFF, Kind.PROFESSIONAL})
    return frozenset[int | None]({None, *people})


@rule("5b", Says.PAGE, codes=("5b.not-agreed",))
def everyone_agrees_to_the_cut(c: Conversation, edit: str) -> Iterator[Obstacle]:
    """Clause 5b (page): nothing is cut unless it was discussed and everyone who was there agrees."""
    proposed = c.edits.get(edit)
    part = c.parts.get(proposed.part) if proposed else None
    if proposed is None or part is None or proposed.ended or not owners_of(c, part) <= proposed.yeses:
        yield Obstacle("5b.not-agreed")


@rule("5b", Says.READING, codes=("5b.span-outside",))
def only_the_agreed_spans_are_cut(
    c: Conversation, edit: str, spans: tuple[Span, ...] | None = None
) -> Iterator[Obstacle]:
    """Clause 5b (reading): an edit names exact spans of the part, and exactly those are cut."""
    proposed = c.edits.get(edit)
    if proposed is None:
        return
    part = c.parts.get(proposed.part)
    within = bool(proposed.spans) and part is not None and all(lies_in(part, span) for span in proposed.spans)
    if not within or (spans is not None and set(spans) != set(proposed.spans)):
        yield Obstacle("5b.span-outside")


def lies_in(part: Part, span: Span) -> bool:
    """Whether a span is a real stretch of time within what was recorded of a part."""
    if part.started_at is None or part.ended_at is None:
        return False
    return part.started_at <= span.begin < span.end <= part.ended_at


def against_editing(c: Conversation, edit: str, spans: tuple[Span, ...] | None) -> Iterator[Obstacle]:
    """Give every obstacle to cutting."""
    proposed = c.edits.get(edit)
    if proposed is not None:
        yield from it_can_be_heard(c, proposed.part)
    yield from everyone_agrees_to_the_cut(c, edit)
    yield from only_the_agreed_spans_are_cut(c, edit, spans)


# Ending: 4b and the laws of the house --------------------------------------------------------------


@rule("5a", Says.HOUSE, codes=("5a.held",))
def no_hold_stands_against_it(c: Conversation) -> Iterator[Obstacle]:
    """Clause 5a (house): while a hold stands nothing of a conversation is destroyed, nor announced to be."""
    if c.hold is not None:
        yield Obstacle("5a.held")


@rule("5a", Says.HOUSE, codes=("5a.not-locked", "5a.too-early"))
def nothing_is_destroyed_unannounced(c: Conversation, part: int, now: int) -> Iterator[Obstacle]:
    """Clause 5a (house): a part is locked before it is destroyed, with a date until which people object (law 12).

    Practice is the one exception.
    """
    if c.practice:
        return
    known = c.parts.get(part)
    if known is None or known.locked is None or known.erasable_at is None:
        yield Obstacle("5a.not-locked")
    elif now < known.erasable_at:
        yield Obstacle("5a.too-early")


@rule("4b", Says.HOUSE, codes=("4b.not-stopped", "4b.not-sealed"))
def what_still_comes_in_is_waited_for(c: Conversation, part: int) -> Iterator[Obstacle]:
    """Clause 4b (house): a part is over, and all its tracks are sealed, before its destruction is announced."""
    known = c.parts.get(part)
    if known is not None and known.ended_at is None and not c.closed:
        yield Obstacle("4b.not-stopped")
    if not c.practice and any(not track.sealed for track in c.tracks_of(part)):
        yield Obstacle("4b.not-sealed")


@rule("5a", Says.HOUSE, codes=("5a.ground-missing",))
def destroying_has_a_ground(c: Conversation, ground: Ground | None) -> Iterator[Obstacle]:
    """Clause 5a (house): what is destroyed is destroyed for a reason that stands in the journal."""
    del c
    if ground not in ERASED_FOR:
        yield Obstacle("5a.ground-missing")


@rule("5a", Says.HOUSE, codes=("5a.ground-missing",))
def a_hold_has_a_ground(c: Conversation, ground: Ground | None) -> Iterator[Obstacle]:
    """Clause 5a (house): what must stay stays for a reason: a complaint, a court, a duty by law, somebody's request."""
    del c
    if ground not in HELD_FOR:
        yield Obstacle("5a.ground-missing")


def against_announcing(c: Conversation, part: int, ground: Ground | None) -> Iterator[Obstacle]:
    """Give every obstacle to locking a part in order to destroy it."""
    yield from no_hold_stands_against_it(c)
    yield from destroying_has_a_ground(c, ground)
    yield from what_still_comes_in_is_waited_for(c, part)


def against_erasing(c: Conversation, part: int, now: int) -> Iterator[Obstacle]:
    """Give every obstacle to destroying the keys of a part."""
    yield from no_hold_stands_against_it(c)
    yield from nothing_is_destroyed_unannounced(c, part, now)
    yield from what_still_comes_in_is_waited_for(c, part)


@rule("4b", Says.LAW, Says.HOUSE, codes=("4b.still-kept",))
def the_term_of_keeping_is_over(c: Conversation, until: int | None, now: int) -> Iterator[Obstacle]:
    """Clause 4b (law; which law, the house says): a dossier is kept until its term ends; an unknown term never ends."""
    del c
    if until is None or now < until:
        yield Obstacle("4b.still-kept")


@rule("5a", Says.HOUSE, codes=("5a.still-there", "5a.not-locked", "5a.too-early"))
def the_rest_goes_last_and_announced(c: Conversation, announced: int | None, now: int) -> Iterator[Obstacle]:
    """Clause 5a (house): a journal goes after every part that was recorded, and after its own notice (law 12)."""
    with_sound = {track.part for track in c.tracks.values()}
    if any(part.erased is None for part in c.parts.values() if part.part in with_sound):
        yield Obstacle("5a.still-there")
    if announced is None:
        yield Obstacle("5a.not-locked")
    elif now < announced:
        yield Obstacle("5a.too-early")


def against_dropping(c: Conversation, until: int | None, announced: int | None, now: int) -> Iterator[Obstacle]:
    """Give every obstacle to dropping the rest of a conversation."""
    yield from no_hold_stands_against_it(c)
    yield from the_term_of_keeping_is_over(c, until, now)
    yield from the_rest_goes_last_and_announced(c, announced, now)


@rule("4b", Says.PAGE, Says.HOUSE, codes=("4b.not-stopped", "4b.not-sealed", "4b.not-filed"))
def against_closing(c: Conversation) -> Iterator[Obstacle]:
    """Clause 4b (page; the order is house): a conversation ends by stopping, sealing each track, filing, closing."""
    if c.running in {Running.RUNNING, Running.PAUSED}:
        yield Obstacle("4b.not-stopped")
    if any(not track.sealed for track in c.tracks.values()):
        yield Obstacle("4b.not-sealed")
    recorded = any(part.started_at is not None and not part.erased for part in c.parts.values())
    if recorded and not c.filed and not c.practice:
        yield Obstacle("4b.not-filed")
