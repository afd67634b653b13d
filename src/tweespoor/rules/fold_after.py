"""What the facts of afterwards do to the state."""

from dataclasses import replace

from tweespoor.rules.facts_after import (
    ComparisonFiled,
    ConversationClosed,
    DerivativeMade,
    DisclosureOpened,
    DossierFiled,
    EditConsentGiven,
    EditEndedWithoutAgreement,
    EditProposed,
    Exported,
    HoldLifted,
    HoldPlaced,
    ListenedBack,
    ListeningAgreed,
    ListeningAllowed,
    ListeningHalted,
    PartErased,
    PartLocked,
    PartReleased,
    SecretNoted,
    SecretReviewed,
    ShareAsked,
    ShareConsentGiven,
    ShareDelivered,
    ShareEndedWithoutAgreement,
    ShareTakenBack,
    SpanCovered,
    SpanUncovered,
    UsedOnGround,
)
from tweespoor.rules.fold_recording import stopped
from tweespoor.rules.state import Conversation, Covered, Edit, Running, Share
from tweespoor.rules.step import step, with_part

# Cutting -------------------------------------------------------------------------------------


@step.register
def _(fact: EditProposed, c: Conversation) -> Conversation:
    if fact.edit in c.edits:
        return c
    return _with_edit(c, Edit(fact.edit, fact.part, fact.spans))


@step.register
def _(fact: EditConsentGiven, c: Conversation) -> Conversation:
    edit = c.edits.get(fact.edit)
    return c if edit is None else _with_edit(c, replace(edit, yeses=edit.yeses | {fact.seat}))


@step.register
def _(fact: EditEndedWithoutAgreement, c: Conversation) -> Conversation:
    edit = c.edits.get(fact.edit)
    return c if edit is None else _with_edit(c, replace(edit, ended=True))


@step.register
def _(fact: DerivativeMade, c: Conversation) -> Conversation:
    edit = c.edits.get(fact.edit)
    if edit is None:
        return c
    return _with_edit(c, replace(edit, derivatives=(*edit.derivatives, fact.derivative)))


@step.register
def _(fact: SpanCovered, c: Conversation) -> Conversation:
    part = c.parts.get(fact.part)
    return c if part is None else with_part(c, replace(part, covered=(*part.covered, Covered(fact.span, fact.ground))))


@step.register
def _(fact: SpanUncovered, c: Conversation) -> Conversation:
    part = c.parts.get(fact.part)
    if part is None:
        return c
    rest = tuple(one for one in part.covered if one != Covered(fact.span, fact.ground))
    return with_part(c, replace(part, covered=rest))


def _with_edit(c: Conversation, edit: Edit) -> Conversation:
    return replace(c, edits={**c.edits, edit.edit: edit})


# Sharing -------------------------------------------------------------------------------------


@step.register
def _(fact: ShareAsked, c: Conversation) -> Conversation:
    if fact.share in c.shares:
        return c
    asked = Share(fact.share, fact.part, fact.until, fact.public, fact.what, fact.edit, frozenset(fact.words))
    return _with_share(c, asked)


@step.register
def _(fact: ShareConsentGiven, c: Conversation) -> Conversation:
    share = c.shares.get(fact.share)
    return c if share is None else _with_share(c, replace(share, yeses=share.yeses | {fact.seat}))


@step.register
def _(fact: ShareEndedWithoutAgreement, c: Conversation) -> Conversation:
    share = c.shares.get(fact.share)
    return c if share is None else _with_share(c, replace(share, ended=True))


@step.register
def _(fact: ShareTakenBack, c: Conversation) -> Conversation:
    share = c.shares.get(fact.share)
    return c if share is None else _with_share(c, replace(share, ended=True))


@step.register
def _(fact: ShareDelivered, c: Conversation) -> Conversation:
    share = c.shares.get(fact.share)
    return c if share is None else _with_share(c, replace(share, delivered=share.delivered + 1))


@step.register
def _(fact: UsedOnGround, c: Conversation) -> Conversation:
    return replace(c, used=(*c.used, (fact.part, fact.ground)))


def _with_share(c: Conversation, share: Share) -> Conversation:
    return replace(c, shares={**c.shares, share.share: share})


# Listening, keeping, closing -----------------------------------------------------------------


@step.register
def _(fact: ListenedBack, c: Conversation) -> Conversation:
    del fact
    return replace(c, listened=c.listened + 1)


@step.register
def _(fact: ListeningAgreed, c: Conversation) -> Conversation:
    return replace(c, listening_agreed=c.listening_agreed | {fact.seat})


@step.register
def _(fact: ListeningHalted, c: Conversation) -> Conversation:
    return replace(c, listening_halted=c.listening_halted | {fact.seat})


@step.register
def _(fact: ListeningAllowed, c: Conversation) -> Conversation:
    return replace(c, listening_halted=c.listening_halted - {fact.seat})


@step.register
def _(fact: Exported, c: Conversation) -> Conversation:
    del fact
    return replace(c, exported=c.exported + 1)


@step.register
def _(fact: ComparisonFiled, c: Conversation) -> Conversation:
    return replace(c, comparisons=(*c.comparisons, fact.comparison))


@step.register
def _(fact: DisclosureOpened, c: Conversation) -> Conversation:
    return replace(c, disclosed=c.disclosed | {fact.position})


@step.register
def _(fact: SecretNoted, c: Conversation) -> Conversation:
    return replace(c, secret=fact.mentioned, secret_reviewed=False)


@step.register
def _(fact: SecretReviewed, c: Conversation) -> Conversation:
    del fact
    return replace(c, secret_reviewed=True)


@step.register
def _(fact: DossierFiled, c: Conversation) -> Conversation:
    return replace(c, dossier=fact.dossier_sha256)


@step.register
def _(fact: PartLocked, c: Conversation) -> Conversation:
    part = c.parts.get(fact.part)
    return c if part is None else with_part(c, replace(part, locked=fact.ground, erasable_at=fact.erasable_at))


@step.register
def _(fact: PartReleased, c: Conversation) -> Conversation:
    part = c.parts.get(fact.part)
    return c if part is None else with_part(c, replace(part, locked=None, erasable_at=None))


@step.register
def _(fact: HoldPlaced, c: Conversation) -> Conversation:
    return replace(c, hold=fact.ground)


@step.register
def _(fact: HoldLifted, c: Conversation) -> Conversation:
    del fact
    return replace(c, hold=None)


@step.register
def _(fact: PartErased, c: Conversation) -> Conversation:
    part = c.parts.get(fact.part)
    return c if part is None else with_part(c, replace(part, erased=fact.ground))


@step.register
def _(fact: ConversationClosed, c: Conversation) -> Conversation:
    if c.running in {Running.RUNNING, Running.PAUSED}:
        c = stopped(c, fact.at)
    return replace(c, closed=True, agreed=False, round_open=False)
