"""Facts of afterwards: cutting, sharing, listening, keeping, destroying, closing."""

from dataclasses import dataclass

from tweespoor.rules.fact import Fact
from tweespoor.rules.kinds import Content, Ground, Span

# Cutting (5), sharing (6) -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProposed(Fact):
    """Somebody who was present proposed to cut exactly these spans of a part, for a reason (a commitment, hex)."""

    edit: str
    part: int
    spans: tuple[Span, ...]
    reason_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditConsentGiven(Fact):
    """Somebody said yes to an edit; written for all at once; seat None is the organisation."""

    edit: str
    seat: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditEndedWithoutAgreement(Fact):
    """The edit is off, whatever the cause."""

    edit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivativeMade(Fact):
    """An edited copy (SHA-256, hex) was made beside the original, with these spans cut."""

    edit: str
    derivative: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanCovered(Fact):
    """A span was covered by a tone of the same length, by law (clause 5b): not a cut."""

    part: int
    span: Span
    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanUncovered(Fact):
    """A span that was covered by mistake is heard again; what was covered stays in the journal."""

    part: int
    span: Span
    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareAsked(Fact):
    """Somebody asked to share a part: with whom and why (commitments, hex), until a moment, or to make it public.

    ``edit`` is the cut whose result is shared instead of the whole part; ``words`` are the seats of professionals whose
    own words it is about, who are asked too.
    """

    share: str
    part: int
    what: Content
    edit: str | None = None
    words: tuple[int, ...] = ()
    recipient_sha256: str
    purpose_sha256: str
    until: int
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareConsentGiven(Fact):
    """Somebody said yes to a share; written for all at once; seat None is the organisation."""

    share: str
    seat: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareEndedWithoutAgreement(Fact):
    """The share is off, whatever the cause."""

    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareTakenBack(Fact):
    """A yes to a share was taken back; nobody is named."""

    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDelivered(Fact):
    """A share was delivered."""

    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedOnGround(Fact):
    """The organisation used or gave a part on a ground of law, apart from sharing (clause 6a)."""

    part: int
    ground: Ground
    reason_sha256: str


# Listening, keeping, closing ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenedBack(Fact):
    """Somebody of the organisation listened, one fact a session; who, stands in the access log.

    What a participant hears is no fact: everyone with a bundle reads the journal (law 11).
    """

    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningAgreed(Fact):
    """It was agreed that this interpreter, professional or companion may listen back (clause 0c)."""

    seat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningHalted(Fact):
    """The officer stopped listening back for one seat, with a reason (a commitment, hex)."""

    seat: int
    reason_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningAllowed(Fact):
    """The officer allowed listening back again."""

    seat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported(Fact):
    """The organisation took a copy out of the system; what a participant takes along is no fact (law 11)."""

    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonFiled(Fact):
    """A comparison (SHA-256, hex) was put in the dossier by the choice of who made it."""

    comparison: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureOpened(Fact):
    """The organisation opened a sealed disclosure; that somebody opened an own one is no fact (law 11)."""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretNoted(Fact):
    """Whether a secret address or who reported was named; yes holds all release until the officer has looked."""

    mentioned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretReviewed(Fact):
    """The officer has looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierFiled(Fact):
    """Our recording was put in a dossier (clause 4b); its number is a commitment (hex); a later one corrects."""

    dossier_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLocked(Fact):
    """Nobody can hear this part from now; from ``erasable_at`` on, if named, somebody may destroy it (law 12)."""

    part: int
    ground: Ground
    erasable_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReleased(Fact):
    """This part can be heard again."""

    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced(Fact):
    """Nothing of this conversation may be destroyed, on a ground."""

    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLifted(Fact):
    """The hold ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartErased(Fact):
    """The keys of this part were destroyed; certain once the keyring's backups of before have ended."""

    part: int
    ground: Ground
    certain_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationClosed(Fact):
    """After this only listening, sharing and erasure."""
