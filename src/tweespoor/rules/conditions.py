"""Each condition of the page under its clause, and at the foot the questions that the rest of the product asks.

A rule is a generator of obstacles; an obstacle names a clause, never a person (law 5).  What the page does
not lock is not locked here either: those are open tasks (``tasks``).  Rules for afterwards stand in
``conditions_after``, ``conditions_editing``, ``conditions_sharing`` and ``contract`` and are asked for from here.
"""

from collections.abc import Iterator, Sequence

from tweespoor.rules import conditions_after as afterwards
from tweespoor.rules import conditions_editing as editing
from tweespoor.rules import conditions_sharing as sharing
from tweespoor.rules import contract as contracts
from tweespoor.rules import requests
from tweespoor.rules.ages import AGES
from tweespoor.rules.clause import Says, rule
from tweespoor.rules.kinds import Ground, Interest, Kind, RoundCause, Span
from tweespoor.rules.page import EDITIONS
from tweespoor.rules.requests import Request
from tweespoor.rules.state import Consent, Conversation
from tweespoor.rules.verdict import Obstacle, Verdict

# 0: agreements first -------------------------------------------------------------------------


@rule("0b", Says.PAGE, codes=("0b.edition-unknown",))
def the_edition_is_known(c: Conversation) -> Iterator[Obstacle]:
    """Clause 0b (page): a recording answers to an edition of the conditions that exists and was shown."""
    if c.edition not in EDITIONS:
        yield Obstacle("0b.edition-unknown")


@rule("0d", Says.PAGE, codes=("0d.count-differs",))
def everyone_counted_has_a_seat(c: Conversation) -> Iterator[Obstacle]:
    """Clause 0d (page): as many people have a seat as were counted, so that nobody is recorded without being asked."""
    if c.people is None or c.people != len(c.present):
        yield Obstacle("0d.count-differs")


# 1: who may record, who agrees, what is good for a child ---------------------------------------


@rule("1a", Says.PAGE, Says.LAW, codes=("1a.not-taking-part",))
def the_owner_takes_part(c: Conversation, seat: int) -> Iterator[Obstacle]:
    """Clause 1a (page, law): a track runs only while the person to whom it belongs is here.

    Ours belongs to the organisation: it runs while any of its people is here, and stops when the last one
    leaves the room.
    """
    known = c.seats.get(seat)
    here = bool(c.staff) if known is not None and known.kind is Kind.STAFF else seat in c.present
    if not here:
        yield Obstacle("1a.not-taking-part")


@rule("1b", Says.PAGE, codes=("1b.consent-missing",))
def everyone_agrees(c: Conversation) -> Iterator[Obstacle]:
    """Clause 1b (page): nobody present is recorded who has not said yes.

    Silence is no consent, and neither are the answers of a round that has not ended.  The obstacle names
    nobody (law 5).
    """
    unanimous = all(c.consent(seat) is Consent.GIVEN for seat in c.asked)
    if not c.agreed or c.round_open or not unanimous:
        yield Obstacle("1b.consent-missing")


@rule("1b", Says.PAGE, codes=("1b.organisation-declines",))
def the_organisation_does_not_decline(c: Conversation) -> Iterator[Obstacle]:
    """Clause 1b (page): the organisation takes part too, and may say no itself."""
    if c.declined:
        yield Obstacle("1b.organisation-declines")


@rule("1b", Says.READING, codes=("1b.consent-after-the-fact",))
def who_comes_in_answers_first(c: Conversation) -> Iterator[Obstacle]:
    """Clause 1b (reading): who came in or came back during an agreement answers before anything is recorded."""
    not_asked = any(c.consent(seat) is Consent.NOT_ASKED for seat in c.asked)
    if c.newcomer_since is not None or (c.agreed and not_asked):
        yield Obstacle("1b.consent-after-the-fact")


@rule("1b", Says.HOUSE, codes=("1b.already-asked", "1b.asked-again"))
def nobody_is_asked_until_it_is_yes(c: Conversation, cause: RoundCause) -> Iterator[Obstacle]:
    """Clause 1b (house): asking again after a no happens once per conversation, for more would be pressure."""
    if cause is not RoundCause.AGAIN:
        return
    if c.round_open or c.agreed:
        yield Obstacle("1b.already-asked")
    if c.asked_again or c.closed:
        yield Obstacle("1b.asked-again")


@rule("1c", Says.PAGE, Says.HOUSE, codes=("1c.interest-unassessed", "1c.interest-against"))
def recording_is_not_bad_for_a_child(c: Conversation) -> Iterator[Obstacle]:
    """Clause 1c (page; failing closed is house): the question about children is answered, and with no objection."""
    if not c.minor_concerned:
        return
    if c.interest is None:
        yield Obstacle("1c.interest-unassessed")
    elif c.interest is Interest.AGAINST:
        yield Obstacle("1c.interest-against")


@rule("1c", Says.READING, codes=("1c.interest-against",))
def a_childs_own_no_is_enough(c: Conversation) -> Iterator[Obstacle]:
    """Clause 1c (reading): the no or the doubt of someone under eighteen is always enough."""
    unwilling = {Consent.REFUSED, Consent.DOUBTS, Consent.WITHDRAWN}
    if any(c.seats[seat].kind in AGES and c.consent(seat) in unwilling for seat in c.asked):
        yield Obstacle("1c.interest-against")


@rule("1c", Says.READING, codes=("1c.interest-unassessed", "1c.interest-against"))
def a_parent_is_with_a_young_child(c: Conversation) -> Iterator[Obstacle]:
    """Clause 1c (reading): a child under twelve is recorded only with a parent or guardian who is there."""
    if c.child_present and c.guardian is None:
        yield Obstacle("1c.interest-unassessed")
    elif c.child_present and not c.guardian:
        yield Obstacle("1c.interest-against")


@rule("1c", Says.READING, codes=("1c.interest-unassessed", "1c.interest-against"))
def a_youth_alone_asks_for_it(c: Conversation) -> Iterator[Obstacle]:
    """Clause 1c (reading): someone of 12 to 15 alone with staff is recorded if they ask and the manager agrees."""
    if c.youth_alone and c.alone_ok is None:
        yield Obstacle("1c.interest-unassessed")
    elif c.youth_alone and not c.alone_ok:
        yield Obstacle("1c.interest-against")


# 4: you record, we record too --------------------------------------------------------------------


@rule("4a", Says.PAGE, Says.HOUSE, codes=("4a.nobody-records",))
def somebody_of_the_others_records(c: Conversation, recorders: int = 0) -> Iterator[Obstacle]:
    """Clause 4a (page; on request is house): we record because somebody else does, or because somebody here asked.

    ``recorders`` counts phones that are ready and have no track yet.  An own app is as good as our page.
    """
    if not c.asked:
        yield Obstacle("4a.nobody-records")
        return
    on_request = c.requested and c.records_on_request
    if not (recorders > 0 or c.own_apps or on_request or somebody_elses_track_runs(c)):
        yield Obstacle("4a.nobody-records")


def somebody_elses_track_runs(c: Conversation) -> bool:
    """Whether somebody who is here and not staff has a track in this part that works."""
    return any(
        not (track.ours or track.failed or track.sealed) and track.seat in c.asked for track in c.tracks_of(c.part)
    )


@rule("4a", Says.PAGE, codes=("4a.nobody-records",))
def nobody_records_alone_unasked(c: Conversation, seat: int) -> Iterator[Obstacle]:
    """Clause 4a (page): without our recorder somebody's own goes on only if theirs stands still for that reason.

    With the sixth agreement changed («then we both stop») nobody goes on alone.
    """
    if c.items[5] != 0 or seat not in c.asked:
        yield Obstacle("4a.nobody-records")


# The questions -----------------------------------------------------------------------------------


def may_record(c: Conversation, seat: int | None = None) -> Verdict:
    """Say whether sound may be recorded now; with a seat, whether that person's recorder may run.

    This is the only judge of recording (DESIGN §2, one gate).
    """
    return Verdict.of(_against_recording(c, seat))


def _against_recording(c: Conversation, seat: int | None) -> Iterator[Obstacle]:
    yield from the_edition_is_known(c)
    yield from everyone_counted_has_a_seat(c)
    if seat is not None:
        yield from the_owner_takes_part(c, seat)
    yield from everyone_agrees(c)
    yield from the_organisation_does_not_decline(c)
    yield from who_comes_in_answers_first(c)
    yield from recording_is_not_bad_for_a_child(c)
    yield from a_childs_own_no_is_enough(c)
    yield from a_parent_is_with_a_young_child(c)
    yield from a_youth_alone_asks_for_it(c)


def may_start(c: Conversation, *, recorders: int = 0) -> Verdict:
    """Say whether the recording may start: it is agreed, one of our people is here, and somebody else records too."""

    def against() -> Iterator[Obstacle]:
        yield from _against_recording(c, None)
        yield from _our_people_are_here(c)
        yield from somebody_of_the_others_records(c, recorders)

    return Verdict.of(against())


def _our_people_are_here(c: Conversation) -> Iterator[Obstacle]:
    if not c.staff:
        yield Obstacle("1a.not-taking-part")


def may_resume(c: Conversation, *, recorders: int = 0) -> Verdict:
    """Say whether a recording that stands still may go on; without our people it goes on without our track."""

    def against() -> Iterator[Obstacle]:
        yield from _against_recording(c, None)
        yield from somebody_of_the_others_records(c, recorders)

    return Verdict.of(against())


def may_go_alone(c: Conversation, seat: int) -> Verdict:
    """Say whether somebody's own recorder may go on while ours does not work."""

    def against() -> Iterator[Obstacle]:
        yield from _against_recording(c, seat)
        yield from nobody_records_alone_unasked(c, seat)

    return Verdict.of(against())


def may_ask(c: Conversation, cause: RoundCause) -> Verdict:
    """Say whether a round may be opened for this cause."""
    return Verdict.of(nobody_is_asked_until_it_is_yes(c, cause))


def may_edit(c: Conversation, edit: str, spans: tuple[Span, ...] | None = None) -> Verdict:
    """Say whether a copy may be made with the spans of an edit cut out; ``spans`` are what would really be cut."""
    return Verdict.of(afterwards.against_editing(c, edit, spans))


def may_ask_to_edit(c: Conversation, part: int, spans: Sequence[Span], seat: int | None = None) -> Verdict:
    """Say whether everyone may be asked to cut these spans; seat None is the organisation."""
    return Verdict.of(editing.against_proposing(c, part, spans, seat))


def may_cover(c: Conversation, part: int, span: Span, ground: Ground) -> Verdict:
    """Say whether a span may be covered by a tone, on a ground of law."""
    return Verdict.of(editing.against_covering(c, part, span, ground))


def may_uncover(c: Conversation, part: int, span: Span, ground: Ground) -> Verdict:
    """Say whether a span that was covered by mistake may be heard again."""
    return Verdict.of(editing.against_uncovering(c, part, span, ground))


def may_share(c: Conversation, share: str, now: int, *, publicly: bool = False) -> Verdict:
    """Say whether a share may be delivered now; ``publicly`` when it would be made public."""
    return Verdict.of(sharing.against_sharing(c, share, now, publicly=publicly))


def may_ask_to_share(c: Conversation, share: str, now: int) -> Verdict:
    """Say whether everyone may be asked about a share, as it would stand in the journal."""
    return Verdict.of(sharing.against_asking(c, share, now))


def may_answer(c: Conversation, seat: int, *, able: bool = False, parent: bool = False) -> Verdict:
    """Say whether somebody may answer about a cut or a share; ``parent``: for whom a parent or guardian speaks."""
    return Verdict.of(sharing.who_may_decide_answers(c, seat, able=able, parent=parent))


def may_use(c: Conversation, part: int, ground: Ground | None) -> Verdict:
    """Say whether a part may be used on a ground of law, apart from sharing and without notice to others."""
    return Verdict.of(sharing.against_using(c, part, ground))


def may_listen(c: Conversation, seat: int | None, part: int) -> Verdict:
    """Say whether somebody may listen back to their own minutes of a part; seat None is the organisation."""
    return Verdict.of(afterwards.against_listening(c, seat, part))


def may_export(c: Conversation, part: int) -> Verdict:
    """Say whether a part may leave for the organisation's own dossier system."""
    return Verdict.of(afterwards.against_exporting(c, part))


def may_prove(c: Conversation) -> Verdict:
    """Say whether a bundle of a conversation may leave; what of its sound is in it is judged part by part."""
    return Verdict.of(afterwards.the_officer_has_looked_at_secrets(c))


def may_have_code(c: Conversation, seat: int, *, able: bool = False) -> Verdict:
    """Say whether somebody may hold a code to listen back with; ``able``: a young person was seen to be able to."""
    return Verdict.of(afterwards.a_code_is_for_who_was_recorded(c, seat, able=able))


def may_lay_down(c: Conversation) -> Verdict:
    """Say whether what was agreed may be offered as a contract."""
    return Verdict.of(contracts.something_was_agreed(c))


def may_sign(c: Conversation, contract: str, seat: int | None = None) -> Verdict:
    """Say whether somebody may sign this text (SHA-256, hex); seat None is the organisation."""
    return Verdict.of(contracts.against_signing(c, contract, seat))


def may_grow(c: Conversation, *tracks: str) -> Verdict:
    """Say whether sound may still be added to all these tracks."""
    return Verdict.of(obstacle for track in tracks for obstacle in afterwards.a_sealed_track_stays_as_it_is(c, track))


def may_lock(c: Conversation, part: int, ground: Ground | None) -> Verdict:
    """Say whether it may be announced that a part will be destroyed."""
    return Verdict.of(afterwards.against_announcing(c, part, ground))


def may_hold(c: Conversation, ground: Ground | None) -> Verdict:
    """Say whether a hold may be placed on this ground."""
    return Verdict.of(afterwards.a_hold_has_a_ground(c, ground))


def may_erase(c: Conversation, part: int, now: int) -> Verdict:
    """Say whether the keys of a part may be destroyed now."""
    return Verdict.of(afterwards.against_erasing(c, part, now))


def may_drop(c: Conversation, *, until: int | None, announced: int | None, now: int) -> Verdict:
    """Say whether the rest of a conversation may go: its term ended (``until``), and that was announced."""
    return Verdict.of(afterwards.against_dropping(c, until, announced, now))


def may_have(kind: Kind, request: Request) -> Verdict:
    """Say whether what is known of a person of this kind may be given to who asks for it."""
    return Verdict.of(requests.against_giving(kind, request))


def may_close(c: Conversation) -> Verdict:
    """Say whether the conversation may be closed: stopped, sealed and filed, in that order."""
    return Verdict.of(afterwards.against_closing(c))
