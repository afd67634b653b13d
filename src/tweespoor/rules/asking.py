"""How a round ends: in agreement with one yes per person, or in one fact that tells nothing (law 5).

The answers of an open round live outside the journal.  ``conclude`` takes them all at once, lets the same
rules judge that judge everything, and gives what may be written down.  Whatever the cause of a no was (this
person, that one, a doubt, silence, a child's interest, the organisation itself), what comes out is the same
single fact, byte for byte.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from tweespoor.rules.agreements import is_choice
from tweespoor.rules.conditions import may_record
from tweespoor.rules.conversation import fold
from tweespoor.rules.fact import Fact
from tweespoor.rules.facts_talk import (
    AgreementReached,
    AloneWithYouthNoted,
    ConsentDoubted,
    ConsentGiven,
    ConsentRefused,
    GuardianNoted,
    InterestAssessed,
    OrganisationDeclined,
    RoundEndedWithoutAgreement,
)
from tweespoor.rules.kinds import DeclineReason, How, Interest, InterestReason
from tweespoor.rules.state import Conversation

__all__ = ["Answer", "conclude", "is_choice"]


class Answer(StrEnum):
    """What somebody taps: yes, no, or «ik twijfel», which is not a yes and not stored as a no (clause 0a)."""

    YES = "yes"
    NO = "no"
    DOUBT = "doubt"


def conclude(
    c: Conversation,
    answers: Mapping[int, tuple[Answer, How]],
    *,
    at: int,
    interest: Interest | None = None,
    reason: InterestReason | None = None,
    guardian: bool | None = None,
    alone_ok: bool | None = None,
    declined: bool = False,
    pages: Mapping[int, str] | None = None,
) -> tuple[Fact, ...]:
    """Give the public facts with which the open round of ``c`` ends; none when no round is open.

    What is None here counts as it was answered in an earlier round, if it was.  ``pages`` are the fingerprints of the
    keys with which people's own pages signed, by seat: only a yes names one.
    """
    if not c.round_open:
        return ()
    noted = tuple(_noted(c, at, interest=interest, reason=reason, guardian=guardian, alone_ok=alone_ok))
    yeses = tuple(_answers(c, answers, at, pages or {}))
    agreement = AgreementReached(at=at, round=c.round, part=c.part + 1)
    own_no = (OrganisationDeclined(at=at, reason=DeclineReason.OTHER),) if declined else ()
    if may_record(fold((*noted, *yeses, *own_no, agreement), c)):
        return (*noted, *yeses, agreement)
    return (RoundEndedWithoutAgreement(at=at, round=c.round),)


def _noted(
    c: Conversation,
    at: int,
    *,
    interest: Interest | None,
    reason: InterestReason | None,
    guardian: bool | None,
    alone_ok: bool | None,
) -> Iterator[Fact]:
    """Give what is known about children, and nothing about children who are not concerned."""
    if interest is not None and c.minor_concerned:
        yield InterestAssessed(at=at, interest=interest, reason=reason)
    if guardian is not None and c.child_present:
        yield GuardianNoted(at=at, present=guardian)
    if alone_ok is not None and c.youth_alone:
        yield AloneWithYouthNoted(at=at, asked_and_agreed=alone_ok)


def _answers(
    c: Conversation, answers: Mapping[int, tuple[Answer, How]], at: int, pages: Mapping[int, str]
) -> Iterator[Fact]:
    """Give the answers of who is asked, in the order of the seats, so that the order tells nothing."""
    for seat in sorted(c.asked & answers.keys()):
        answer, how = answers[seat]
        if answer is Answer.YES:
            yield ConsentGiven(at=at, seat=seat, round=c.round, how=how, page=pages.get(seat))
        elif answer is Answer.NO:
            yield ConsentRefused(at=at, seat=seat, round=c.round)
        else:
            yield ConsentDoubted(at=at, seat=seat, round=c.round)
