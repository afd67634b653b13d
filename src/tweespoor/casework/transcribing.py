"""What was said, written out: brought in, named, corrected by hand, and given to who may hear those seconds.

A text is an aid and proves nothing.  It is made elsewhere and brought in by who works on the conversation; its times
are moved to the clock of the recording when it comes in, so behind each line stands the second to listen to.  What
was written is never lost by a correction: each stands behind it, with who made it and when.

A text inherits everything of the sound (clause 6a).  Who took part reads the lines of the own minutes; what is
withheld, covered, locked or wiped is not shown.  It lies sealed in the keyring under a key of its own, and goes with
the part that it is of.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tweespoor.casework import drawing, earshot, ledger, models, settling, trackkeys
from tweespoor.casework.clock import now_ms
from tweespoor.casework.earshot import Earshot
from tweespoor.casework.witnessing import witness
from tweespoor.casework.written import Said, Written
from tweespoor.errors import UnknownError
from tweespoor.rules import conditions, facts
from tweespoor.rules.kinds import Span
from tweespoor.rules.state import Part
from tweespoor.seal import keys
from tweespoor.tape.moments import Moments, widened
from tweespoor.tape.timeline import Stretch

LONGEST: Final = 2_000
"""Signs in one line, and in the name of who speaks a twentieth of that."""
_NAME: Final = 100
_EARLY_MS: Final = 2_000
_LATE_MS: Final = 5_000
"""So much a line may begin before the recording, or end after it: clocks differ, and the last line has often no end."""
_KEY: Final = models.WrappedKey.Kind.TRANSCRIPT


@dataclass(frozen=True, slots=True)
class Line:
    """One line: from when until when (ms since 1970), who speaks, and what is said; ``changes`` counts corrections."""

    number: int
    begin: int
    end: int
    speaker: str
    text: str
    changes: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One correction: when, by whom, of which line, what stood there before and what then."""

    at_ms: int
    staff: str
    number: int | None
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it stands now; ``names`` says for each label of the file who that is."""

    id: str
    part: int
    at_ms: int
    form: str
    names: dict[str, str]
    lines: tuple[Line, ...]


# Bringing in ----------------------------------------------------------------------------------------


def bring_in(staff: models.Staff, conversation_id: str, part: int, written: Written, *, offset_ms: int = 0) -> str:
    """Keep a text whose 0:00 is the beginning of a part of the recording, plus an offset; gives its id.

    Refused when a line lies outside the recording (6a): then nothing is kept, for the times are not of this part.
    """
    _own(staff, conversation_id)
    known = ledger.state(conversation_id).parts.get(part)
    if known is None or known.started_at is None or known.ended_at is None:
        raise UnknownError
    conditions.may_listen(ledger.state(conversation_id), None, part).or_refuse()
    lines = [_placed(known, line, offset_ms) for line in written.lines]
    settling.refuse_when(not lines, "6a.text-empty")
    settling.refuse_when(any(line is None for line in lines), "6a.text-outside")
    content = {"lines": [line for line in lines if line is not None]}
    row = models.Transcript(
        id=secrets.token_hex(16),
        conversation=conversation_id,
        part=part,
        staff=staff.pk,
        at_ms=now_ms(),
        form=written.form,
    )
    key = _make_key(row)
    row.sealed = keys.wrap(key, json.dumps(content, ensure_ascii=False).encode(), "transcript", row.pk)
    row.save(force_insert=True)
    witness("transcript.bring-in", staff=staff, conversation_id=conversation_id)
    return row.pk


def _placed(part: Part, line: Said, offset_ms: int) -> list[Any] | None:
    """Give a line by the clock of the recording; None when it lies outside."""
    first, last = part.started_at or 0, part.ended_at or 0
    begin, end = first + offset_ms + line.begin_ms, first + offset_ms + line.end_ms
    if begin < first - _EARLY_MS or end > last + _LATE_MS or begin >= last:
        return None
    return [max(begin, first), min(end, last), line.speaker[:_NAME], line.text[:LONGEST]]


def _make_key(row: models.Transcript) -> bytes:
    above = trackkeys.conversation_key(trackkeys.organisation_key(), row.conversation)
    key = keys.fresh()
    models.WrappedKey.objects.create(
        kind=_KEY,
        owner=row.pk,
        conversation=row.conversation,
        part=row.part,
        wrapped=keys.wrap(above, key, _KEY, row.pk),
    )
    return key


# Naming and correcting ------------------------------------------------------------------------------


def name(staff: models.Staff, conversation_id: str, transcript: str, label: str, who: str) -> None:
    """Say who speaks where the file has a label; an empty name gives the label back."""
    text = read(staff, conversation_id, transcript)
    if label not in text.names:
        raise UnknownError
    _change(staff, _row(conversation_id, transcript), {"label": label, "name": tidy(who)[:_NAME]})


def correct(
    staff: models.Staff, conversation_id: str, transcript: str, number: int, *, said: str, speaker: str
) -> None:
    """Correct a line by hand: what is said and who says it; what stood there before is kept behind it.

    An empty text takes the line out of view; it can be put back from what stood there.
    """
    text = read(staff, conversation_id, transcript)
    line = next((one for one in text.lines if one.number == number), None)
    if line is None:
        raise UnknownError
    settling.refuse_when(len(said) > LONGEST or len(speaker) > _NAME, "6a.text-too-large")
    said, speaker = tidy(said), tidy(speaker)
    if (said, speaker) != (line.text, line.speaker):
        _change(staff, _row(conversation_id, transcript), {"line": number, "text": said, "speaker": speaker})


def remove(staff: models.Staff, conversation_id: str, transcript: str) -> None:
    """Take a text away, with its corrections and its key; the recording stays as it is."""
    _own(staff, conversation_id)
    row = _row(conversation_id, transcript)
    models.TranscriptChange.objects.filter(transcript=row.pk).delete()
    models.WrappedKey.objects.filter(kind=_KEY, owner=row.pk).delete()
    row.delete()
    witness("transcript.remove", staff=staff, conversation_id=conversation_id)


def history(staff: models.Staff, conversation_id: str, transcript: str) -> list[Change]:
    """Give every correction, the newest first."""
    _own(staff, conversation_id)
    row = _row(conversation_id, transcript)
    people = dict(models.Staff.objects.values_list("pk", "username"))
    first, changes = _opened(row)
    now = _lines(first)
    names: dict[str, str] = {}
    found: list[Change] = []
    for change, told in changes:
        if "line" in told:
            number, line = told["line"], now[told["line"]]
            before, after = _spoken(line.speaker, line.text), _spoken(told["speaker"], told["text"])
            now[number] = replace(line, text=told["text"], speaker=told["speaker"])
        else:
            number, label = None, told["label"]
            before, after = names.get(label) or label, told["name"] or label
            names[label] = told["name"]
        found.append(Change(change.at_ms, people.get(change.staff, ""), number, before, after))
    return found[::-1]


def _change(staff: models.Staff, row: models.Transcript, told: dict[str, object]) -> None:
    content = json.dumps(told, ensure_ascii=False).encode()
    models.TranscriptChange.objects.create(
        conversation=row.conversation,
        transcript=row.pk,
        staff=staff.pk,
        at_ms=now_ms(),
        sealed=keys.wrap(_key(row), content, "transcript change", row.pk),
    )
    witness("transcript.correct", staff=staff, conversation_id=row.conversation)


# Reading --------------------------------------------------------------------------------------------


def texts(conversation_id: str, *, part: int | None = None) -> list[models.Transcript]:
    """Give the texts of a conversation, by part, the newest first."""
    rows = models.Transcript.objects.filter(conversation=conversation_id)
    return list((rows if part is None else rows.filter(part=part)).order_by("part", "-at_ms"))


def read(staff: models.Staff, conversation_id: str, transcript: str) -> Text:
    """Give a text to who works on the conversation (UnknownError for others); refused when its part is not heard."""
    _own(staff, conversation_id)
    return _seen(_row(conversation_id, transcript), earshot.whole(ledger.head(conversation_id)))


def take(staff: models.Staff, conversation_id: str, transcript: str) -> Text:
    """Give a text that leaves as a file: as the sound it leaves only when nothing waits for the officer (0c)."""
    text = read(staff, conversation_id, transcript)
    conditions.may_export(ledger.state(conversation_id), text.part).or_refuse()
    ledger.append(conversation_id, facts.Exported(at=now_ms(), part=text.part))
    witness("transcript.export", staff=staff, conversation_id=conversation_id)
    return text


def of_seat(hearing: models.Hearing) -> list[Text]:
    """Give who took part the lines of the own minutes, of the newest text of each part."""
    return of_shot(hearing.conversation_id, earshot.own(ledger.head(hearing.conversation_id), hearing.seat))


def of_shot(conversation_id: str, shot: Earshot) -> list[Text]:
    """Give the lines that somebody may read, of the newest text of each part that this person hears."""
    newest: dict[int, models.Transcript] = {}
    for row in texts(conversation_id):
        newest.setdefault(row.part, row)
    return [_seen(row, shot) for part, row in newest.items() if earshot.may_hear(shot, part)]


def of_part(conversation_id: str, part: int, edit: str | None = None) -> Text | None:
    """Give the newest text of a part as it may be shared: what is withheld or covered is not in it.

    With an edit as the copy with that cut is heard: a line that touches what was cut is left out, the others moved.
    """
    rows = texts(conversation_id, part=part)
    if not rows:
        return None
    head = ledger.head(conversation_id)
    text = _seen(rows[0], earshot.of_part(head, part))
    return text if edit is None else _without(text, head.state.edits[edit].spans)


def _without(text: Text, spans: Sequence[Span]) -> Text:
    cuts = widened((span.begin, span.end) for span in spans)
    moved = Moments(cuts)
    kept = (one for one in text.lines if not any(cut.begin < one.end and one.begin < cut.end for cut in cuts))
    return replace(text, lines=tuple(replace(one, begin=moved(one.begin), end=moved(one.end)) for one in kept))


def _seen(row: models.Transcript, shot: Earshot) -> Text:
    """Give the lines that somebody may read: those that lie wholly within what this listener hears."""
    conditions.may_listen(shot.state, shot.seat, row.part).or_refuse()
    first, changes = _opened(row)
    lines = _lines(first)
    names: dict[str, str] = {line.speaker: "" for line in lines.values() if line.speaker}
    for _, told in changes:
        if "line" in told:
            old = lines[told["line"]]
            lines[told["line"]] = replace(old, text=told["text"], speaker=told["speaker"], changes=old.changes + 1)
        else:
            names[told["label"]] = told["name"]
    shown = tuple(
        replace(line, speaker=names.get(line.speaker) or line.speaker)
        for line in lines.values()
        if (line.text or shot.seat is None) and _is_heard(line, shot, row.part)
    )
    return Text(row.pk, row.part, row.at_ms, row.form, names if shot.seat is None else {}, shown)


def _is_heard(line: Line, shot: Earshot, part: int) -> bool:
    """Tell whether a line lies wholly in what this listener hears: what is withheld, or covered by law, is not read."""
    known = shot.state.parts[part]
    hidden = [*drawing.withheld(shot.state, known)]
    hidden += [Stretch(one.span.begin, one.span.end) for one in known.covered]
    if any(one.begin < line.end and line.begin < one.end for one in hidden):
        return False
    return shot.seat is None or any(own.begin <= line.begin and line.end <= own.end for own in shot.minutes[part])


def _opened(row: models.Transcript) -> tuple[dict[str, Any], list[tuple[models.TranscriptChange, dict[str, Any]]]]:
    key = _key(row)
    first: dict[str, Any] = json.loads(keys.unwrap(key, bytes(row.sealed), "transcript", row.pk))
    rows = models.TranscriptChange.objects.filter(transcript=row.pk).order_by("at_ms", "pk")
    return first, [(one, json.loads(keys.unwrap(key, bytes(one.sealed), "transcript change", row.pk))) for one in rows]


def _lines(content: dict[str, Any]) -> dict[int, Line]:
    return {number: Line(number, *line) for number, line in enumerate(content["lines"])}


def _spoken(speaker: str, text: str) -> str:
    return f"{speaker}: {text}" if speaker else text


def tidy(text: str) -> str:
    """Give a line as it is kept: one line, nothing that a page cannot show."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _key(row: models.Transcript) -> bytes:
    wrapped = models.WrappedKey.objects.filter(kind=_KEY, owner=row.pk).first()
    if wrapped is None:
        raise UnknownError
    above = trackkeys.conversation_key(trackkeys.organisation_key(), row.conversation)
    return keys.unwrap(above, bytes(wrapped.wrapped), _KEY, row.pk)


def _row(conversation_id: str, transcript: str) -> models.Transcript:
    row = models.Transcript.objects.filter(pk=transcript, conversation=conversation_id).first()
    if row is None:
        raise UnknownError
    return row


def _own(staff: models.Staff, conversation_id: str) -> None:
    if not models.Conversation.objects.filter(pk=conversation_id, worker=staff).exists():
        raise UnknownError


def forget(conversation_id: str, part: int | None = None) -> None:
    """Forget the texts of a conversation, or of one part; whoever calls destroys the keys."""
    rows = models.Transcript.objects.filter(conversation=conversation_id)
    rows = rows if part is None else rows.filter(part=part)
    models.TranscriptChange.objects.filter(transcript__in=list(rows.values_list("pk", flat=True))).delete()
    rows.delete()
