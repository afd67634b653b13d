"""Every code with which something is refused: what it means, and what can be done instead (law 9).

The codes of «no recording» are ``neutral``: people see one and the same sentence for all of them, at the same
moment (law 10).  The words of the screens stand with the screens; these are for who runs or reads the product.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tweespoor.rules.clause import Says

_PAGE, _READING, _LAW, _HOUSE = Says.PAGE, Says.READING, Says.LAW, Says.HOUSE

_TALK_ON = "the conversation goes on; offer somebody who listens along, and the helpline"


@dataclass(frozen=True, slots=True)
class Code:
    """One code of refusal."""

    code: str
    says: Says
    means: str
    instead: str = _TALK_ON
    neutral: bool = False

    @property
    def clause(self) -> str:
        """The number of its clause."""
        return self.code.partition(".")[0]


_ALL = (
    Code("0b.edition-unknown", _PAGE, "the conversation answers to no known edition of the conditions", neutral=True),
    Code(
        "0c.not-available",
        _LAW,
        "this part cannot be heard now by who asks, for whatever reason",
        "call; it is explained, and listening together is possible",
    ),
    Code(
        "0c.not-able",
        _LAW,
        "somebody of this age asks for it through a parent or guardian",
        "let a parent or guardian ask",
    ),
    Code(
        "0c.able-unassessed",
        _LAW,
        "whether this young person is able to judge it was not answered",
        "answer that first",
    ),
    Code("0c.decides-alone", _LAW, "somebody of this age decides without a parent", "let the person ask"),
    Code("0c.harm-unassessed", _LAW, "whether it is bad for the child was not answered", "answer that first"),
    Code(
        "0c.harms-child", _LAW, "giving it to a parent is bad for the child", "tell what can be told, and who can help"
    ),
    Code(
        "0c.not-listened",
        _HOUSE,
        "the officer has not listened since a secret address or who reported was noted",
        "listen first, then say that you looked",
    ),
    Code(
        "0d.count-differs",
        _PAGE,
        "not as many people have a seat as were counted",
        "count again, with a new code",
        neutral=True,
    ),
    Code("1a.not-taking-part", _PAGE, "the owner of the recorder is not here", neutral=True),
    Code(
        "1a.with-officer",
        _READING,
        "who recorded this was not there all the time",
        "the privacy officer looks first; wait for that",
    ),
    Code("1b.consent-missing", _PAGE, "not everyone who takes part has said yes", neutral=True),
    Code("1b.organisation-declines", _PAGE, "the organisation itself said no", neutral=True),
    Code("1b.consent-after-the-fact", _READING, "somebody came in and has not answered yet", neutral=True),
    Code("1b.outside-agreement", _READING, "these seconds lie outside every stretch that was agreed", neutral=True),
    Code(
        "1b.already-asked",
        _READING,
        "a round is open, or everyone has agreed already",
        "go on from the screen as it is",
    ),
    Code("1b.asked-again", _HOUSE, "asking again was done once", "offer something else"),
    Code("1b.too-late-to-undo", _HOUSE, "a wrong start is undone in the first minute only", "stop, or simply go on"),
    Code("1c.interest-unassessed", _HOUSE, "whether recording is bad for a child was not answered", neutral=True),
    Code("1c.interest-against", _PAGE, "recording is bad for a child, or it is in doubt", neutral=True),
    Code("1d.not-offered", _HOUSE, "the house does not offer this", "choose another offer"),
    Code("2a.video", _PAGE, "the file holds moving images", "make a sound file of it first"),
    Code("2a.picture", _PAGE, "the file holds a picture", "make a sound file of it first"),
    Code(
        "2a.unknown-container", _PAGE, "the file is not a kind of sound that is known", "make a sound file of it first"
    ),
    Code("2a.too-large", _HOUSE, "the file is larger or longer than a conversation", "hand it in as parts, or call"),
    Code("2a.no-room", _HOUSE, "the disk keeps its room for recording", "tell who runs the server, and try again"),
    Code("2a.broken-off", _HOUSE, "not all of the file has come in", "choose the file once more; it goes on"),
    Code(
        "4a.nobody-records",
        _PAGE,
        "nobody else records, and nobody asked us to",
        "record on a phone or with an own app",
        neutral=True,
    ),
    Code("4b.number", _HOUSE, "this is not the number of a file", "fill it in again, or later"),
    Code(
        "4b.other-form",
        _HOUSE,
        "the number has another form than the house gave to its dossiers",
        "look at the example, and fill it in again",
    ),
    Code("4b.reason-missing", _HOUSE, "the reason was not written down", "write it in a line, and save again"),
    Code(
        "4b.note-too-long", _HOUSE, "the note is longer than 10,000 signs", "make it shorter, or put it in the dossier"
    ),
    Code("4b.not-stopped", _HOUSE, "the recording has not been stopped", "stop it first"),
    Code(
        "4b.not-sealed", _HOUSE, "a track has not been sealed", "wait until all has arrived, or its grace time is over"
    ),
    Code("4b.not-filed", _PAGE, "our recording is in no dossier yet", "give the number of the dossier"),
    Code(
        "4b.still-kept", _LAW, "the term of keeping has not ended, or is not known", "look at the date, or fill it in"
    ),
    Code("4b.year", _HOUSE, "in this year no child of this conversation becomes an adult", "fill in another year"),
    Code("4b.text", _HOUSE, "a text is from 1 to 10,000 signs", "make it shorter, or hand it in as two"),
    Code("5a.already-sealed", _PAGE, "the track is sealed and never changes", "a new part makes a new track"),
    Code("5a.held", _HOUSE, "a hold stands against destroying", "ask the officer about the hold"),
    Code("5a.not-locked", _HOUSE, "nothing is destroyed that was not announced first", "announce it and wait"),
    Code("5a.too-early", _HOUSE, "somebody can still object", "wait until the date that was told"),
    Code("5a.ground-missing", _HOUSE, "no ground is named that this can be done for", "choose a ground"),
    Code("5a.still-there", _HOUSE, "there is sound that was not destroyed", "destroy the sound first"),
    Code("5b.not-agreed", _PAGE, "not everyone agrees to the cut", "the whole recording stays as it is"),
    Code(
        "5b.span-outside",
        _READING,
        "a span is no stretch within one part, or not what was agreed",
        "choose a begin and an end within one part; cut exactly what was agreed",
    ),
    Code("5b.spans-overlap", _HOUSE, "two spans overlap, or hardly anything lies between", "make them one"),
    Code("5b.too-many", _HOUSE, "one cut has at most twelve spans", "ask for the most important ones first"),
    Code("5b.reason-missing", _HOUSE, "why it would be cut is not written down, or too long", "write it in a line"),
    Code(
        "5b.already-asked",
        _HOUSE,
        "a cut of this part is being asked already",
        "answer that question first; ask anew when it is over",
    ),
    Code("5b.not-covered", _HOUSE, "this span is not covered on this ground", "look at what is covered now"),
    Code("5b.not-asked", _READING, "who was not in this part is not asked about the cut", "answer what you are asked"),
    Code(
        "5b.too-late",
        _HOUSE,
        "the question about the cut is over",
        "propose it anew; a yes can be taken back",
    ),
    Code(
        "6a.not-agreed",
        _READING,
        "not everyone agrees to the share",
        "a lawyer, a complaint or a court needs no permission",
    ),
    Code(
        "6a.not-asked", _READING, "who was not in this part is not asked about the share", "answer what you are asked"
    ),
    Code("6a.too-late", _HOUSE, "the question about the share is over", "ask it anew; a yes can be taken back"),
    Code("6a.expired", _READING, "the permission to share has run out", "ask everyone anew"),
    Code("6a.incomplete", _READING, "with whom, why or until when is not filled in", "fill it in, each in one line"),
    Code("6a.link-ended", _READING, "what was shared is shared no longer", "ask who sent the link"),
    Code("6a.other-device", _HOUSE, "the link was opened on another device", "ask who sent it for a new link"),
    Code("6a.ground-missing", _LAW, "no ground of law is named", "name the ground, or ask everyone"),
    Code("6a.text-unreadable", _HOUSE, "the file is no text that can be read", "save it as WebVTT, Word or plain text"),
    Code("6a.text-too-large", _HOUSE, "the text is larger than a conversation can be", "bring it in as parts"),
    Code("6a.text-empty", _HOUSE, "no line of the text begins with a time", "put a time before each line"),
    Code("6a.text-times", _HOUSE, "a time in the text cannot be", "look at the times, and bring it in again"),
    Code(
        "6a.text-outside",
        _HOUSE,
        "a line lies outside the recording of this part",
        "choose another part, or where the text begins",
    ),
    Code("6b.not-asked", _PAGE, "making public was not asked apart", "ask everyone that question"),
    Code(
        "7a.not-recording",
        _HOUSE,
        "nothing runs on which the agreements could be spoken",
        "speak them once it runs, or sign",
    ),
    Code("7b.not-agreed", _PAGE, "there are no agreements to lay down, or the conversation is closed", "agree first"),
    Code(
        "7b.not-asked",
        _READING,
        "only who was there when it was agreed signs",
        "who came later signs the contract of after that",
    ),
    Code("7b.other-text", _PAGE, "this is not the text that was offered", "sign the text that everyone has seen"),
)

CODES: Mapping[str, Code] = {code.code: code for code in _ALL}
"""Every code, by itself."""
