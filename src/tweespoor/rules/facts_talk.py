"""Facts of the people at the table: who is there, what is asked, what is agreed."""

from dataclasses import dataclass
from typing import ClassVar

from tweespoor.rules.fact import Fact
from tweespoor.rules.kinds import (
    Children,
    DeclineReason,
    How,
    Interest,
    InterestReason,
    Kind,
    Offered,
    Place,
    RoundCause,
    Span,
)

# Opening and people --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationOpened(Fact):
    """A conversation began to exist; the edition of the conditions and the choices of the house are pinned."""

    conversation: str
    edition: str
    practice: bool = False
    records_on_request: bool = False
    professionals_listen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced(Fact):
    """Somebody said that this conversation may be or will be recorded (clause 3a)."""

    by_participant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCounted(Fact):
    """So many people take part, staff and people by telephone included (clause 0d); a later count replaces this one."""

    people: int
    children: Children


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantJoined(Fact):
    """A seat was taken."""

    seat: int
    kind: Kind
    place: Place = Place.ROOM


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsCleared(Fact):
    """Everyone except staff gives up the seat and joins again: more phones came than people, or the count was wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantLeft(Fact):
    """Somebody left the conversation."""

    seat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantReturned(Fact):
    """Somebody who had left is back; the yes of before does not come back with them."""

    seat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewcomerNoticed(Fact):
    """Somebody had come in; the seconds since then are marked and never called agreed (law 2)."""

    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewcomerLeftAgain(Fact):
    """Whoever had come in is gone: the same people as before (W8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestAssessed(Fact):
    """One answer for all minors concerned (clause 1c); in a journal only together with everyone's yes."""

    interest: Interest
    reason: InterestReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianNoted(Fact):
    """Whether a parent or guardian is there with a child under twelve; journalled like a yes."""

    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AloneWithYouthNoted(Fact):
    """Whether someone of 12 to 15 who is alone with staff asks for it and the manager agrees; journalled like a yes."""

    asked_and_agreed: bool


# Asking --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementItemChanged(Fact):
    """One of the seven agreements got another text (0 is the house's own); everyone answers again (clause 0d)."""

    item: int
    choice: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOpened(Fact):
    """Everyone present is asked."""

    round: int
    cause: RoundCause


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Fact):
    """Somebody said yes; written when the whole round ended in agreement, for all at once.

    ``page`` is the fingerprint (SHA-256, hex) of the key with which that person's own page signed this yes.
    """

    seat: int
    round: int
    how: How
    page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused(Fact):
    """Somebody said no."""

    private: ClassVar[bool] = True
    seat: int
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDoubted(Fact):
    """Somebody doubts: not a yes, and not stored as a no (clause 0a)."""

    private: ClassVar[bool] = True
    seat: int
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Fact):
    """Somebody took the yes back."""

    private: ClassVar[bool] = True
    seat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationDeclined(Fact):
    """The organisation itself does not record."""

    private: ClassVar[bool] = True
    reason: DeclineReason


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementReached(Fact):
    """Everyone present said yes: a new part begins."""

    round: int
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundEndedWithoutAgreement(Fact):
    """The round is over and there is no recording; whoever it was and whatever the cause, this is all (laws 5, 10)."""

    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementEnded(Fact):
    """Since then there is no agreement to record; nobody is named, whatever the cause (laws 5, 10)."""

    since: int


# Agreements on the recording or signed ---------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementsSpoken(Fact):
    """The agreements are on the recording (clause 7a): one span for the text, one for the yeses."""

    text: Span
    yeses: Span
    order: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementsPostponed(Fact):
    """The agreements will be spoken later, or signed (clause 7a)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractOffered(Fact):
    """A contract with this text (SHA-256, hex) can be signed (clause 7b)."""

    contract: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSigned(Fact):
    """One side signed; seat None is the organisation."""

    contract: str
    seat: int | None


# Instead of a recording ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferNoted(Fact):
    """What came of the offer (clause 1d)."""

    offered: Offered
