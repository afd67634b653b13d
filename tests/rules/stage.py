"""Plays a scenario in plain Dutch: each line is one thing that happens, or, after «Dan», one thing that must be so.

The stage does what the product does: it asks the rules before it adds a fact, adds what follows, and keeps the
answers of an open round outside the journal.  A scenario names nobody but the cast.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.rules.cast import ANNA, BEGIN, BRAM, CARLA, CONVERSATION, DANI, EVA, FAY, KINDS

from tweespoor.dossier.coverage import Coverage, coverage
from tweespoor.errors import Refused
from tweespoor.journal import chain
from tweespoor.rules import conditions, facts
from tweespoor.rules.asking import Answer, conclude
from tweespoor.rules.breaches import breaches
from tweespoor.rules.consequences import complete
from tweespoor.rules.conversation import EMPTY, Conversation, Running, fold
from tweespoor.rules.facts import (
    Children,
    Fact,
    Ground,
    How,
    Interest,
    Kind,
    Offered,
    PauseCause,
    Place,
    RoundCause,
    Span,
)
from tweespoor.rules.gate import gate_of
from tweespoor.rules.page import EDITION
from tweespoor.rules.tasks import open_tasks

NAMES = {"Anna": ANNA, "Bram": BRAM, "Carla": CARLA, "Dani": DANI, "Eva": EVA, "Fay": FAY}
WHO = f"({'|'.join(NAMES)})"
KIND = {
    "volwassene": Kind.ADULT,
    "jongere van 16": Kind.YOUTH_16,
    "jongere van 14": Kind.YOUTH_12,
    "kind van 8": Kind.CHILD,
    "hulpverlener": Kind.PROFESSIONAL,
    "medewerker": Kind.STAFF,
}
CHILDREN = {
    "": Children.NONE,
    ", over een kind": Children.DISCUSSED,
    ", met een kind erbij": Children.PRESENT,
}
ROUNDS = {
    "": RoundCause.FIRST,
    " nog eens": RoundCause.AGAIN,
    " nu er iemand bij is": RoundCause.NEWCOMER,
    " na een andere afspraak": RoundCause.CHANGED,
}
ANSWERS = {"ja": Answer.YES, "nee": Answer.NO, "ik twijfel": Answer.DOUBT}
STANDS = {
    "loopt": Running.RUNNING,
    "staat stil": Running.PAUSED,
    "is gestopt": Running.STOPPED,
    "is niet begonnen": Running.NOT_STARTED,
}
OFFERS = {"iemand die meeluistert": Offered.LISTENER_NOW, "een verslag op papier": Offered.NOTES_ON_PAPER}
GROUNDS = {"advocaat": Ground.OWN_LAWYER, "klacht": Ground.COMPLAINT, "rechter": Ground.COURT}
HASH = "00" * 32


@dataclass
class Stage:
    """One conversation as a scenario plays it."""

    now: int = BEGIN
    journal: list[Fact] = field(default_factory=list)
    c: Conversation = EMPTY
    answers: dict[int, tuple[Answer, How]] = field(default_factory=dict)
    words: dict[str, object] = field(default_factory=dict)
    ready: set[int] = field(default_factory=set)
    ended: list[tuple[Fact, ...]] = field(default_factory=list)
    refused: tuple[str, ...] = ()

    def add(self, *new: Fact) -> None:
        for fact in new:
            behind = list(complete(self.c, fact))
            self.journal += behind
            self.c = fold(behind, self.c)

    def track(self, seat: int) -> str:
        return f"{self.c.part:02x}{seat:02x}" * 8

    def part_of(self, part: str | None) -> int:
        return int(part) if part else self.c.part

    def moment(self, seconds: str) -> int:
        """Turn seconds since the part began into milliseconds."""
        return (self.c.started_at or self.now) + int(seconds) * 1000


Step = Callable[..., None]
STEPS: list[tuple[re.Pattern[str], Step]] = []


def step(pattern: str) -> Callable[[Step], Step]:
    """Enter what a line means."""

    def enter(play: Step) -> Step:
        STEPS.append((re.compile(pattern.replace("WIE", WHO) + r"\Z"), play))
        return play

    return enter


def play(text: str) -> Stage:
    """Play all lines of a scenario; AssertionError, with its number, for the first that means nothing or is not so."""
    stage = Stage()
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip().removesuffix(".")
        if not line or line.startswith("#"):
            continue
        found = [(match, does) for pattern, does in STEPS if (match := pattern.match(line))]
        assert len(found) == 1, f"line {number} means {len(found)} things: {line}"
        match, does = found[0]
        said = line.startswith("Dan")
        assert said or not stage.refused, f"line {number}: refused before: {stage.refused}"
        try:
            does(stage, *match.groups())
        except Refused as refused:
            stage.refused = refused.codes
        except AssertionError as wrong:
            raise AssertionError(f"line {number}: {line}: {wrong}") from wrong
        if not said:
            stage.now += 1000
    assert not stage.refused, f"refused at the end: {stage.refused}"
    return stage


# Who is there ----------------------------------------------------------------------------------------


@step(r"Een gesprek met (\d) mensen(, over een kind|, met een kind erbij|)")
def _opened(s: Stage, people: str, children: str) -> None:
    s.add(
        facts.ConversationOpened(at=s.now, conversation=CONVERSATION, edition=EDITION, records_on_request=True),
        facts.ParticipantJoined(at=s.now, seat=ANNA, kind=Kind.STAFF),
        facts.PeopleCounted(at=s.now, people=int(people), children=CHILDREN[children]),
    )


@step(r"Er zijn (\d) mensen geteld(, over een kind|, met een kind erbij|)")
def _counted(s: Stage, people: str, children: str) -> None:
    s.add(facts.PeopleCounted(at=s.now, people=int(people), children=CHILDREN[children]))


@step(r"Iedereen schuift opnieuw aan")
def _cleared(s: Stage) -> None:
    s.answers.clear()
    s.add(facts.SeatsCleared(at=s.now))


@step(r"WIE doet mee(?: als (volwassene|jongere van 16|jongere van 14|kind van 8|hulpverlener|medewerker))?")
def _joined(s: Stage, who: str, kind: str | None) -> None:
    usual, place = KINDS[NAMES[who]]
    s.add(
        facts.ParticipantJoined(
            at=s.now, seat=NAMES[who], kind=KIND[kind] if kind else usual, place=Place.ROOM if kind else place
        )
    )


@step(r"WIE gaat weg")
def _left(s: Stage, who: str) -> None:
    s.add(facts.ParticipantLeft(at=s.now, seat=NAMES[who]))


@step(r"WIE komt terug")
def _returned(s: Stage, who: str) -> None:
    s.add(facts.ParticipantReturned(at=s.now, seat=NAMES[who]))


@step(r"Er komt iemand binnen")
def _came(s: Stage) -> None:
    s.add(facts.RecordingPaused(at=s.now, cause=PauseCause.SOMEONE_CAME), facts.NewcomerNoticed(at=s.now, since=s.now))


@step(r"Iemand was al (\d+) seconden binnen")
def _had_come(s: Stage, seconds: str) -> None:
    s.add(facts.NewcomerNoticed(at=s.now, since=s.now - int(seconds) * 1000))


@step(r"Wie binnenkwam is weer weg")
def _same_people(s: Stage) -> None:
    s.add(facts.NewcomerLeftAgain(at=s.now))


@step(r"Er blijft iemand bij")
def _stays(s: Stage) -> None:
    people = (s.c.people or 0) + 1
    s.add(facts.PeopleCounted(at=s.now, people=people, children=s.c.children or Children.NONE))


@step(r"Er (?:gaat|gaan) (\d+) (seconden|minuten) voorbij")
def _time(s: Stage, many: str, unit: str) -> None:
    s.now += int(many) * (60_000 if unit == "minuten" else 1000) - 1000


# Asking ------------------------------------------------------------------------------------------------


@step(r"De vraag wordt( nog eens| nu er iemand bij is| na een andere afspraak|) gesteld")
def _asked(s: Stage, cause: str) -> None:
    conditions.may_ask(s.c, ROUNDS[cause]).or_refuse()
    s.answers.clear()
    s.add(facts.RoundOpened(at=s.now, round=s.c.round + 1, cause=ROUNDS[cause]))


@step(r"WIE zegt (ja|nee|ik twijfel)(?: (op papier|hardop|op het toestel))?")
def _answered(s: Stage, who: str, answer: str, way: str | None) -> None:
    how = {None: How.OWN_PHONE, "op papier": How.SLIP, "hardop": How.SPOKEN, "op het toestel": How.DEVICE}[way]
    s.answers[NAMES[who]] = (ANSWERS[answer], how)


@step(r"Opnemen is (niet slecht|slecht) voor het kind")
def _interest(s: Stage, bad: str) -> None:
    s.words["interest"] = Interest.AGAINST if bad == "slecht" else Interest.NO_OBJECTION


@step(r"Er is (een|geen) ouder bij het kind")
def _guardian(s: Stage, there: str) -> None:
    s.words["guardian"] = there == "een"


@step(r"De jongere wil het zelf en de manager is (akkoord|niet akkoord)")
def _alone(s: Stage, agreed: str) -> None:
    s.words["alone_ok"] = agreed == "akkoord"


@step(r"De organisatie neemt niet op")
def _declined(s: Stage) -> None:
    s.words["declined"] = True


@step(r"De ronde is klaar")
def _concluded(s: Stage) -> None:
    ended = conclude(s.c, s.answers, at=s.now, **s.words)  # type: ignore[arg-type]
    s.ended.append(ended)
    s.answers.clear()
    s.words.clear()
    s.add(*ended)


@step(r"Afspraak (\d) wordt de andere tekst")
def _changed(s: Stage, item: str) -> None:
    s.add(facts.AgreementItemChanged(at=s.now, item=int(item), choice=1))


@step(r"Iemand vraagt de organisatie om op te nemen")
def _requested(s: Stage) -> None:
    s.add(facts.HouseRecordingRequested(at=s.now))


@step(r"(Iemand die meeluistert|Een verslag op papier) is aangeboden")
def _offered(s: Stage, offer: str) -> None:
    s.add(facts.OfferNoted(at=s.now, offered=OFFERS[offer[0].lower() + offer[1:]]))


# Recording ------------------------------------------------------------------------------------------------


@step(r"WIE neemt op met een eigen app")
def _own_app(s: Stage, who: str) -> None:
    s.add(facts.OwnAppStarted(at=s.now, seat=NAMES[who]))


@step(r"De eigen app van WIE stopt")
def _own_app_stopped(s: Stage, who: str) -> None:
    s.add(facts.OwnAppStopped(at=s.now, seat=NAMES[who]))


@step(r"De telefoon van WIE is klaar om op te nemen")
def _ready(s: Stage, who: str) -> None:
    s.ready.add(NAMES[who])


@step(r"De opname start")
def _started(s: Stage) -> None:
    conditions.may_start(s.c, recorders=len(s.ready & s.c.asked)).or_refuse()
    s.add(facts.RecordingStarted(at=s.now, part=s.c.part))
    for seat in (ANNA, *sorted(s.ready & s.c.asked)):
        s.add(
            facts.TrackOpened(
                at=s.now,
                track=s.track(seat),
                part=s.c.part,
                seat=seat,
                ours=seat == ANNA,
                kept=seat != ANNA,
                salt_sha256=HASH,
            )
        )


@step(r"De opname gaat verder")
def _resumed(s: Stage) -> None:
    conditions.may_resume(s.c, recorders=len(s.ready & s.c.asked)).or_refuse()
    s.add(facts.RecordingResumed(at=s.now))


@step(r"WIE stopt de opname(?:, (\d+) seconden geleden, zonder netwerk)?")
def _stopped(s: Stage, who: str, late: str | None) -> None:
    del who  # nobody writes it down
    s.add(facts.AgreementEnded(at=s.now, since=s.now - int(late or 0) * 1000))


@step(r"De opname was verkeerd begonnen")
def _wrong_start(s: Stage) -> None:
    s.add(
        facts.AgreementEnded(at=s.now, since=s.now),
        facts.PartLocked(at=s.now, part=s.c.part, ground=Ground.WRONG_START),
    )


@step(r"De (?:telefoon|opname) van WIE valt uit")
def _failed(s: Stage, who: str) -> None:
    s.ready.discard(NAMES[who])
    s.add(facts.RecorderFailed(at=s.now, track=s.track(NAMES[who])))


@step(r"De (?:telefoon|opname) van WIE doet het weer")
def _recovered(s: Stage, who: str) -> None:
    s.ready.add(NAMES[who])
    s.add(facts.RecorderRecovered(at=s.now, track=s.track(NAMES[who])))


@step(r"WIE gaat door met de eigen opname")
def _alone_on(s: Stage, who: str) -> None:
    conditions.may_go_alone(s.c, NAMES[who]).or_refuse()
    s.add(facts.WentOnAlone(at=s.now, seat=NAMES[who]))


@step(r"De opname wordt gepauzeerd omdat iemand weggaat")
def _leaving(s: Stage) -> None:
    s.add(facts.RecordingPaused(at=s.now, cause=PauseCause.SOMEONE_LEAVES))


@step(r"De afspraken worden ingesproken")
def _spoken(s: Stage) -> None:
    s.add(
        facts.AgreementsSpoken(at=s.now, text=Span(s.now - 30_000, s.now - 10_000), yeses=Span(s.now - 10_000, s.now))
    )


@step(r"Inspreken komt later")
def _postponed(s: Stage) -> None:
    s.add(facts.AgreementsPostponed(at=s.now))


@step(r"Bij het inspreken zegt niet iedereen ja")
def _spoken_no(s: Stage) -> None:
    s.add(
        facts.AgreementEnded(at=s.now, since=s.now),
        facts.PartLocked(at=s.now, part=s.c.part, ground=Ground.SPOKEN_ROUND_FAILED),
    )


# Afterwards -------------------------------------------------------------------------------------------------


@step(r"Alle sporen worden vastgezet")
def _sealed(s: Stage) -> None:
    for name in s.c.tracks:
        s.add(facts.TrackSealed(at=s.now, track=name, last=9, samples=480_000, head=HASH, complete=True))


@step(r"WIE geeft de eigen opname aan de organisatie")
def _handed_in(s: Stage, who: str) -> None:
    s.add(facts.TrackHandedIn(at=s.now, track=s.track(NAMES[who])))


@step(r"Het dossiernummer is ingevuld")
def _filed(s: Stage) -> None:
    s.add(facts.DossierFiled(at=s.now, dossier_sha256=HASH))


@step(r"Het gesprek wordt gesloten")
def _closed(s: Stage) -> None:
    conditions.may_close(s.c).or_refuse()
    s.add(facts.ConversationClosed(at=s.now))


@step(r"Er is (een|geen) geheim adres genoemd")
def _secret(s: Stage, mentioned: str) -> None:
    s.add(facts.SecretNoted(at=s.now, mentioned=mentioned == "een"))


@step(r"De privacyfunctionaris heeft gekeken")
def _reviewed(s: Stage) -> None:
    s.add(facts.SecretReviewed(at=s.now))


@step(r"WIE wil een stuk laten knippen, van (\d+) tot (\d+) seconden")
def _edit(s: Stage, who: str, begin: str, end: str) -> None:
    del who
    span = Span(s.moment(begin), s.moment(end))
    s.add(facts.EditProposed(at=s.now, edit="e1", part=s.c.part, spans=(span,), reason_sha256=HASH))


@step(r"WIE wil de opname delen")
def _share(s: Stage, who: str) -> None:
    del who
    s.add(
        facts.ShareAsked(
            at=s.now,
            share="s1",
            part=s.c.part,
            what=facts.Content.SOUND,
            recipient_sha256=HASH,
            purpose_sha256=HASH,
            until=s.now + 86_400_000,
        )
    )


@step(r"(WIE|De organisatie) vindt het (knippen|delen) goed".replace("WIE", "|".join(NAMES)))
def _after_yes(s: Stage, who: str, what: str) -> None:
    seat = NAMES.get(who)
    if what == "knippen":
        s.add(facts.EditConsentGiven(at=s.now, edit="e1", seat=seat))
    else:
        s.add(facts.ShareConsentGiven(at=s.now, share="s1", seat=seat))


@step(r"Iemand neemt de toestemming om te delen terug")
def _taken_back(s: Stage) -> None:
    s.add(facts.ShareTakenBack(at=s.now, share="s1"))


# What must be so -----------------------------------------------------------------------------------------------


@step(r"Dan mag er (wel|niet) worden opgenomen(?:: (.+))?")
def _then_record(s: Stage, may: str, codes: str | None) -> None:
    verdict = conditions.may_record(s.c)
    assert bool(verdict) == (may == "wel"), verdict.codes
    if codes:
        assert verdict.codes == tuple(codes.split(", ")), verdict.codes


@step(r"Dan (loopt|staat stil|is gestopt|is niet begonnen) de opname")
def _then_stands(s: Stage, stands: str) -> None:
    assert s.c.running is STANDS[stands], s.c.running


@step(r"Dan mag de recorder van WIE nu (wel|niet) lopen")
def _then_runs(s: Stage, who: str, may: str) -> None:
    assert gate_of(tuple(s.journal)).is_open(NAMES[who]) == (may == "wel")


@step(r"Dan is het geweigerd: (.+)")
def _then_refused(s: Stage, codes: str) -> None:
    assert s.refused == tuple(codes.split(", ")), s.refused
    s.refused = ()


@step(r"Dan eindigt de ronde zonder naam")
def _then_nameless(s: Stage) -> None:
    (only,) = s.ended[-1]
    assert only == facts.RoundEndedWithoutAgreement(at=only.at, round=s.c.round)


@step(r"Dan eindigt elke ronde hetzelfde")
def _then_alike(s: Stage) -> None:
    alike = {tuple((type(fact), *_without_time(fact)) for fact in ended) for ended in s.ended}
    assert len(alike) == 1, alike


def _without_time(fact: Fact) -> tuple[object, ...]:
    return tuple(getattr(fact, name) for name in fact.__dataclass_fields__ if name not in {"at", "round"})


@step(r"Dan zegt het journaal (.+), en verder niets")
def _then_journal(s: Stage, names: str) -> None:
    wanted = names.split(", ")
    assert [type(fact).__name__ for fact in s.journal[-len(wanted) :]] == wanted
    for fact in s.journal[-len(wanted) :]:
        assert not hasattr(fact, "seat")


@step(r"Dan zijn er nog (\d) mensen")
def _then_people(s: Stage, people: str) -> None:
    assert len(s.c.present) == int(people) == s.c.people


@step(r"Dan staat open: (.+)")
def _then_open(s: Stage, tasks: str) -> None:
    assert ", ".join(open_tasks(s.c)) == tasks, open_tasks(s.c)


@step(r"Dan staat er niets open")
def _then_nothing_open(s: Stage) -> None:
    assert not open_tasks(s.c), open_tasks(s.c)


@step(r"Dan mag WIE (wel|niet) terugluisteren(?: naar deel (\d))?")
def _then_listen(s: Stage, who: str, may: str, part: str | None) -> None:
    assert bool(conditions.may_listen(s.c, NAMES[who], s.part_of(part))) == (may == "wel")


@step(r"Dan kan (niemand|de organisatie) deel (\d) horen")
def _then_heard(s: Stage, who: str, part: str) -> None:
    assert bool(conditions.may_listen(s.c, None, int(part))) == (who == "de organisatie")
    if who == "niemand":
        assert not any(conditions.may_listen(s.c, seat, int(part)) for seat in s.c.seats)


@step(r"Dan mag (knippen|delen) (wel|niet)(?:: (.+))?")
def _then_after(s: Stage, what: str, may: str, codes: str | None) -> None:
    verdict = conditions.may_edit(s.c, "e1") if what == "knippen" else conditions.may_share(s.c, "s1", s.now)
    assert bool(verdict) == (may == "wel"), verdict.codes
    assert not codes or verdict.codes == tuple(codes.split(", ")), verdict.codes


@step(r"Dan mag het wel naar een (advocaat|klacht|rechter)")
def _then_ground(s: Stage, ground: str) -> None:
    assert conditions.may_use(s.c, s.c.part, GROUNDS[ground])


@step(r"Dan zei iedereen ja: (\d+) van (\d+) seconden")
def _then_coverage(s: Stage, agreed: str, recorded: str) -> None:
    found = _coverage(s)
    assert (found.agreed_ms, found.recorded_ms) == (int(agreed) * 1000, int(recorded) * 1000), found


@step(r"Dan zijn (\d+) seconden gemarkeerd")
def _then_marked(s: Stage, seconds: str) -> None:
    found = _coverage(s)
    spans = (*found.newcomer_spans, *found.late_stop_spans)
    assert sum(span.end - span.begin for span in spans) == int(seconds) * 1000, spans


def _coverage(s: Stage) -> Coverage:
    return coverage(s.journal)


@step(r"Dan klopt het journaal")
def _then_sound(s: Stage) -> None:
    lines, at = [], chain.begin(CONVERSATION)
    for fact in s.journal:
        line, at = chain.append(at, fact)
        lines.append(line)
    assert [entry.fact for entry in chain.read(lines)] == s.journal
    assert list(breaches(s.journal)) == []
