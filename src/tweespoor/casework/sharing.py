"""Asks everyone whether a part of a conversation may be shared, and gives it to one recipient when all agreed (6a, 6b).

With whom and why stand in the journal as commitments; everyone who was in the part may read them.  Nothing is given
that is not judged again at that moment: the yes of everyone still holds, the term runs, the part can be heard.

The people of the organisation answer once (`seat` None).  Interpreters and other professionals are told; they answer
only about their own words.  Who was not in the part learns of nothing.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from tweespoor.casework import (
    delivering,
    disclosing,
    ledger,
    limiting,
    models,
    polling,
    settling,
    telling,
    transcribing,
)
from tweespoor.casework.clock import now_ms
from tweespoor.casework.playing import Player
from tweespoor.casework.polling import Kind, Standing
from tweespoor.casework.telling import Notice
from tweespoor.casework.transcribing import Text
from tweespoor.casework.witnessing import witness
from tweespoor.errors import UnknownError
from tweespoor.journal import disclosures
from tweespoor.rules import conditions, facts, kinds
from tweespoor.rules.conditions_sharing import asked_for
from tweespoor.rules.kinds import Content
from tweespoor.rules.state import Conversation, Part, Share

TERMS: Final = (7, 31, 92, 365)
"""For how many days something may be shared, counted from the day on which everyone has answered."""
LONGEST: Final = 200
A_DAY: Final = 3
"""How many times a day somebody may ask, and how many links somebody may make: asking until it is yes is pressure."""
DAY_S: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to share: a part or the result of a cut, with whom, why, for how many days, or publicly.

    ``words`` are the seats of professionals whose own words it is about.
    """

    part: int
    recipient: str
    purpose: str
    days: int
    public: bool = False
    what: Content = Content.SOUND
    edit: str | None = None
    words: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a share, as everyone who was in the part may see it."""

    question: models.Question
    standing: Standing
    share: Share
    part: Part
    recipient: str
    purpose: str


# Asking ---------------------------------------------------------------------------------------------


def until(days: int) -> int:
    """Give until when something would be shared (ms) that is asked now."""
    return polling.midnight(polling.deadline(now_ms()), days)


def see_whole(wanted: Wanted) -> Wanted:
    """Give what is wanted in tidy words; refused while something of it is missing (6a)."""
    tidy = replace(wanted, recipient=_tidy(wanted.recipient), purpose=_tidy(wanted.purpose))
    said = all(1 <= len(text) <= LONGEST for text in (tidy.recipient, tidy.purpose))
    settling.refuse_when(not said or wanted.days not in TERMS, "6a.incomplete")
    return tidy


def ask(
    conversation_id: str, seat: int | None, wanted: Wanted, *, staff: models.Staff | None = None
) -> models.Question:
    """Ask everyone who was in a part whether it may be shared; who asks has thereby said yes.

    Refused when it could not be given even with everyone's yes, or when it was asked too often today; UnknownError for
    a part in which who asks was not.
    """
    wanted = see_whole(wanted)
    share, salts = secrets.token_hex(16), (secrets.token_bytes(32), secrets.token_bytes(32))
    with ledger.writing(conversation_id) as page:
        part = page.state.parts.get(wanted.part)
        if part is None or (seat is not None and seat not in part.present):
            raise UnknownError
        if not wanted.words <= professionals(page.state, part):
            raise UnknownError
        settling.refuse_when(
            wanted.edit is not None and not polling.still_holds(wanted.edit, page.state), "5b.not-agreed"
        )
        page.add(_asking(page.now, share, wanted, salts))
        conditions.may_ask_to_share(page.state, share, page.now).or_refuse()
        settling.refuse_when(limiting.take(f"asks:{conversation_id}:{seat}", A_DAY, DAY_S) is None, "0c.too-often")
        people = asked_for(page.state, page.state.shares[share])
        question = polling.ask(page, conversation_id, Kind.SHARE, share, seat=seat, asked=people)
        for one in professionals(page.state, part) - people - {seat}:
            telling.tell(conversation_id, one, Notice.QUESTION)
        disclosing.keep(conversation_id, question.position, "recipient", salts[0], wanted.recipient)
        disclosing.keep(conversation_id, question.position, "purpose", salts[1], wanted.purpose)
    if staff is not None:
        witness("share.ask", staff=staff, conversation_id=conversation_id)
    return question


def _asking(at: int, share: str, wanted: Wanted, salts: tuple[bytes, bytes]) -> facts.ShareAsked:
    return facts.ShareAsked(
        at=at,
        share=share,
        part=wanted.part,
        what=wanted.what,
        edit=wanted.edit,
        words=tuple(sorted(wanted.words)),
        recipient_sha256=disclosures.commit(wanted.recipient, salts[0]),
        purpose_sha256=disclosures.commit(wanted.purpose, salts[1]),
        until=until(wanted.days),
        public=wanted.public,
    )


def professionals(c: Conversation, part: Part) -> frozenset[int]:
    """Give the interpreters and other professionals who were in a part."""
    return frozenset(seat for seat in part.present if c.seats[seat].kind is kinds.Kind.PROFESSIONAL)


def _tidy(text: str) -> str:
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())


# Looking --------------------------------------------------------------------------------------------


def look(question_id: str, seat: int | None) -> Asked:
    """Look at a question about a share; raises UnknownError for who was not in the part."""
    question = polling.find(question_id)
    state = ledger.state(question.conversation_id)
    share = state.shares.get(question.key)
    part = None if share is None else state.parts.get(share.part)
    if share is None or part is None or (seat is not None and seat not in part.present):
        raise UnknownError
    return Asked(
        question=question,
        standing=polling.standing(question, state),
        share=share,
        part=part,
        recipient=disclosing.disclose(question.conversation_id, question.position, "recipient")[1],
        purpose=disclosing.disclose(question.conversation_id, question.position, "purpose")[1],
    )


# Giving ---------------------------------------------------------------------------------------------


def deliver(question_id: str, seat: int | None, *, staff: models.Staff | None = None) -> str:
    """Make the link of who asked, and give its token, which is told once; a link that was made before ends.

    Refused when it may not be shared now; UnknownError for who did not ask it, and for what is to be made public.
    """
    asked = _own(question_id, seat)
    if asked.share.public:
        raise UnknownError
    where = asked.question.conversation_id
    settling.refuse_when(limiting.take(f"links:{question_id}", A_DAY, DAY_S) is None, "0c.too-often")
    with ledger.writing(where) as page:
        _see_that_it_may(page.state, asked, page.now)
        page.add(facts.ShareDelivered(at=page.now, share=asked.share.share))
        token = delivering.make(where, asked.share.until, question=asked.question)
    witness("share.link", staff=staff, conversation_id=where, seat=seat)
    return token


def end_links(question_id: str, seat: int | None, *, staff: models.Staff | None = None) -> None:
    """End what is given now, without taking the yes back; a new link can be made.  UnknownError as `deliver`."""
    asked = _own(question_id, seat)
    delivering.end(question=asked.question)
    witness("share.end-link", staff=staff, conversation_id=asked.question.conversation_id, seat=seat)


@contextmanager
def public_sound(question_id: str, seat: int | None) -> Iterator[Player]:
    """Open the sound that everyone agreed to make public, for who asked it; refused when it may not be now (6b)."""
    asked = _own(question_id, seat)
    where = asked.question.conversation_id
    head = ledger.head(where)
    _see_that_it_may(head.state, asked, now_ms(), publicly=True)
    if asked.share.what is not Content.SOUND:
        raise UnknownError
    with delivering.sound_of(delivering.shot_of(head, asked.share.part, asked.share.edit)) as player:
        yield player


def public_text(question_id: str, seat: int | None) -> Text:
    """Give the text that everyone agreed to make public, for who asked it; refused when it may not be now (6b)."""
    asked = _own(question_id, seat)
    state = ledger.state(asked.question.conversation_id)
    _see_that_it_may(state, asked, now_ms(), publicly=True)
    text = transcribing.of_part(asked.question.conversation_id, asked.share.part, asked.share.edit)
    if asked.share.what is not Content.TEXT or text is None:
        raise UnknownError
    return text


def published(question_id: str, seat: int | None, *, staff: models.Staff | None = None) -> None:
    """Note, once a day, that who asked has taken along what is to be made public."""
    asked = _own(question_id, seat)
    where = asked.question.conversation_id
    if limiting.take(f"published:{question_id}", 1, DAY_S) is not None:
        ledger.append(where, facts.ShareDelivered(at=now_ms(), share=asked.share.share))
        witness("share.publish", staff=staff, conversation_id=where, seat=seat)


def _own(question_id: str, seat: int | None) -> Asked:
    asked = look(question_id, seat)
    if asked.question.seat != seat:
        raise UnknownError
    return asked


def _see_that_it_may(state: Conversation, asked: Asked, now: int, *, publicly: bool = False) -> None:
    conditions.may_share(state, asked.share.share, now, publicly=publicly).or_refuse()
    settling.refuse_when(not polling.holds(asked.question, state), "6a.not-agreed")
    settling.refuse_when(
        asked.share.edit is not None and not polling.still_holds(asked.share.edit, state), "5b.not-agreed"
    )
