"""Sharing with everyone's yes, by a link for one recipient; and use on a ground of law (clauses 6a, 6b)."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.casework.conftest import Clock
from tests.casework.recorded import Recorded, recorded

from tweespoor.casework import (
    clock,
    cutting,
    delivering,
    disclosing,
    earshot,
    editing,
    filing,
    ledger,
    models,
    polling,
    sharing,
    telling,
    transcribing,
    using,
    witnessing,
    written,
)
from tweespoor.casework.polling import Standing
from tweespoor.casework.sharing import Wanted
from tweespoor.casework.using import Informing
from tweespoor.errors import Refused, UnknownError
from tweespoor.journal import disclosures, entry
from tweespoor.rules import facts
from tweespoor.rules.asking import Answer
from tweespoor.rules.conditions_sharing import asked_for
from tweespoor.rules.facts import Ground, Kind
from tweespoor.rules.state import Share
from tweespoor.web import sharing as sharing_pages

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
HOUSE, ANNA, BRAM, CARLA = None, 1, 2, 3
WANTED = Wanted(part=1, recipient="  Mijn zus\n Loes ", purpose="Zij helpt mij thuis.", days=31)
YES, NO = Answer.YES, Answer.NO


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        standing = Clock(clock.now_ms())
        monkeypatch.setattr(clock, "source", standing)
        yield made


@pytest.fixture
def turn(talk: Recorded) -> Callable[[float], None]:
    assert isinstance(clock.source, Clock)
    return clock.source.turn


def agreed(talk: Recorded, wanted: Wanted = WANTED) -> models.Question:
    """Let Bram ask and everyone say yes."""
    question = sharing.ask(talk.id, BRAM, wanted)
    for seat in (HOUSE, CARLA):
        polling.answer(question.pk, seat, YES)
    polling.sweep()
    assert isinstance(clock.source, Clock)
    clock.source.turn(4)
    return polling.find(question.pk)


def codes(refusing: Callable[[], object]) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        refusing()
    return refused.value.codes


def kinds(talk: Recorded) -> list[str]:
    return [type(entry.read(line).fact).__name__ for line in ledger.lines(talk.id)]


def heard(talk: Recorded, token: str, device: str) -> bytes:
    with delivering.sound(token, device, talk.ours) as player:
        return b"".join(player.read(0, player.layout.size))


# Asking ------------------------------------------------------------------------------------------------


def test_with_whom_and_why_are_commitments_that_everyone_of_the_part_may_read(talk: Recorded) -> None:
    question = sharing.ask(talk.id, BRAM, WANTED)
    (asked,) = [
        fact for fact in (entry.read(line).fact for line in ledger.lines(talk.id)) if isinstance(fact, facts.ShareAsked)
    ]
    assert not any(b"Loes" in line for line in ledger.lines(talk.id))
    salt, value = disclosing.disclose(talk.id, question.position, "recipient")
    assert value == "Mijn zus Loes"
    assert disclosures.opens(asked.recipient_sha256, value, salt)
    assert asked.until == polling.midnight(question.deadline_ms, 31)
    for seat in (BRAM, CARLA, HOUSE):
        seen = sharing.look(question.pk, seat)
        assert (seen.recipient, seen.purpose) == ("Mijn zus Loes", "Zij helpt mij thuis.")
        assert seen.standing is Standing.OPEN
    with pytest.raises(UnknownError):
        sharing.look(question.pk, 9)
    assert question.asked == [HOUSE, BRAM, CARLA]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(WANTED, recipient=" "),
        replace(WANTED, purpose="\x00\n"),
        replace(WANTED, recipient="x" * 201),
        replace(WANTED, days=0),
        replace(WANTED, days=100_000),
    ],
)
def test_clause_6a_what_is_not_whole_is_refused_and_leaves_nothing(talk: Recorded, wrong: Wanted) -> None:
    before = kinds(talk)
    assert codes(lambda: sharing.ask(talk.id, BRAM, wrong)) == ("6a.incomplete",)
    assert kinds(talk) == before
    assert not models.Question.objects.exists()


def test_who_was_not_in_the_part_neither_asks_nor_is_asked(talk: Recorded) -> None:
    for seat, wanted in ((9, WANTED), (BRAM, replace(WANTED, part=2)), (BRAM, replace(WANTED, words=frozenset({3})))):
        with pytest.raises(UnknownError):
            sharing.ask(talk.id, seat, wanted)
    assert not models.Question.objects.exists()


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (facts.PartLocked(at=0, part=1, ground=Ground.REQUEST), "0c.not-available"),
        (facts.SecretNoted(at=0, mentioned=True), "0c.not-available"),
    ],
)
def test_a_part_that_cannot_be_heard_is_not_asked_about(talk: Recorded, fact: facts.Fact, code: str) -> None:
    ledger.append(talk.id, replace(fact, at=talk.state.at))
    assert codes(lambda: sharing.ask(talk.id, BRAM, WANTED)) == (code,)
    assert not models.Question.objects.exists()


def test_less_than_a_part_needs_an_agreed_cut_first(talk: Recorded) -> None:
    assert codes(lambda: sharing.ask(talk.id, BRAM, replace(WANTED, edit="e1"))) == ("5b.not-agreed",)


def test_asking_on_and_on_is_pressure(talk: Recorded) -> None:
    for _ in range(sharing.A_DAY):
        sharing.ask(talk.id, BRAM, WANTED)
    before = kinds(talk)
    assert codes(lambda: sharing.ask(talk.id, BRAM, WANTED)) == ("0c.too-often",)
    assert kinds(talk) == before
    sharing.ask(talk.id, CARLA, WANTED)


def test_the_organisation_asks_and_answers_once(talk: Recorded) -> None:
    question = sharing.ask(talk.id, HOUSE, WANTED, staff=talk.worker)
    assert polling.has_answered(question, HOUSE)
    assert not polling.has_answered(question, BRAM)
    assert not models.Task.objects.filter(kind=models.Task.Kind.QUESTION).exists()
    sharing.ask(talk.id, BRAM, WANTED)
    task = models.Task.objects.filter(kind=models.Task.Kind.QUESTION)
    assert task.get().done_ms is None
    polling.answer(polling.of(talk.id)[0].pk, HOUSE, NO)
    polling.answer(polling.of(talk.id)[1].pk, HOUSE, NO)
    assert task.get().done_ms is not None


# Giving ------------------------------------------------------------------------------------------------


def test_a_link_opens_our_recording_of_that_part_on_one_device(talk: Recorded) -> None:
    token = sharing.deliver(agreed(talk).pk, BRAM)
    given = delivering.see(token, "")
    assert (given.part, given.accepted, given.by_law) == (1, False, False)
    with pytest.raises(UnknownError):
        heard(talk, token, "")
    device = delivering.accept(token, "")
    assert delivering.accept(token, device) == device  # opened twice
    with earshot.sound(earshot.whole(ledger.head(talk.id)), talk.ours) as player:
        assert heard(talk, token, device) == b"".join(player.read(0, player.layout.size))
    with pytest.raises(UnknownError), delivering.sound(token, device, talk.theirs):
        pass  # another's recording is none of it
    assert delivering.look(token, device).drawing is not None
    assert kinds(talk)[-1] == "ShareDelivered"


def test_a_forwarded_link_opens_nothing_on_another_device(talk: Recorded) -> None:
    token = sharing.deliver(agreed(talk).pk, BRAM)
    delivering.accept(token, "")
    for verb in (delivering.see, delivering.accept, delivering.look):
        for device in ("", "another"):
            assert codes(lambda verb=verb, device=device: verb(token, device)) == ("6a.other-device",)  # type: ignore[misc]
    with pytest.raises(UnknownError):
        delivering.see("no such link", "")


def test_before_everyone_agreed_and_for_who_did_not_ask_there_is_no_link(talk: Recorded) -> None:
    question = sharing.ask(talk.id, BRAM, WANTED)
    assert codes(lambda: sharing.deliver(question.pk, BRAM)) == ("6a.not-agreed",)
    for seat in (CARLA, HOUSE, 9):
        with pytest.raises(UnknownError):
            sharing.deliver(question.pk, seat)
    assert "ShareDelivered" not in kinds(talk)


Ending = Callable[[Recorded, models.Question], None]


def _locked(talk: Recorded, _: models.Question) -> None:
    ledger.append(talk.id, facts.PartLocked(at=clock.now_ms(), part=1, ground=Ground.REQUEST))


def _run_out(talk: Recorded, question: models.Question) -> None:
    assert isinstance(clock.source, Clock)
    clock.source.ms = talk.state.shares[question.key].until


def _a_new_link(_: Recorded, question: models.Question) -> None:
    sharing.deliver(question.pk, BRAM)


ENDINGS: dict[str, tuple[Ending, str]] = {
    "Bram ends it": (lambda _, question: sharing.end_links(question.pk, BRAM), "6a.link-ended"),
    "a new link": (_a_new_link, "6a.link-ended"),
    "Bram takes his yes back": (lambda _, question: polling.take_back(question.pk, BRAM), "6a.link-ended"),
    "Carla takes hers back": (lambda _, question: polling.take_back(question.pk, CARLA), "6a.link-ended"),
    "we take ours back": (lambda _, question: polling.take_back(question.pk, HOUSE), "6a.link-ended"),
    "the term is over": (_run_out, "6a.expired"),
    "the part is locked": (_locked, "0c.not-available"),
}


@pytest.mark.parametrize("cause", ENDINGS)
def test_what_ended_stops_in_the_middle_of_playing(talk: Recorded, cause: str) -> None:
    end, code = ENDINGS[cause]
    question = agreed(talk)
    token = sharing.deliver(question.pk, BRAM)
    device = delivering.accept(token, "")
    assert delivering.still(token)
    end(talk, question)
    assert not delivering.still(token)
    for verb in (delivering.see, delivering.look, delivering.accept):
        assert codes(lambda verb=verb: verb(token, device)) == (code,)  # type: ignore[misc]
    assert codes(lambda: heard(talk, token, device)) == (code,)


def test_nothing_is_given_on_the_day_on_which_a_yes_was_taken_back(talk: Recorded) -> None:
    question = agreed(talk)
    polling.take_back(question.pk, CARLA)
    before = kinds(talk)
    assert sharing.look(question.pk, BRAM).standing is Standing.AGREED
    assert codes(lambda: sharing.deliver(question.pk, BRAM)) == ("6a.not-agreed",)
    assert kinds(talk) == before


def cut(talk: Recorded) -> str:
    """Let Bram ask for a cut of three seconds, and everyone say yes; gives the cut."""
    begin = talk.state.parts[1].started_at or 0
    question = editing.ask(talk.id, BRAM, [(begin + 5_000, begin + 8_000)], "Dat is van iemand anders.")
    for seat in (HOUSE, CARLA):
        polling.answer(question.pk, seat, YES)
    polling.sweep()
    assert isinstance(clock.source, Clock)
    clock.source.turn(4)
    cutting.make_due()
    return question.key


def test_clauses_5b_and_6a_less_than_a_part_is_shared_as_the_copy_that_was_agreed(talk: Recorded) -> None:
    whole = agreed(talk)
    edit = cut(talk)
    assert edit in sharing_pages.choices_of(talk.state, BRAM)[f"cut-{edit}"].key
    asked = agreed(talk, replace(WANTED, edit=edit))
    sounds = []
    for question in (whole, asked):
        token = sharing.deliver(question.pk, BRAM)
        device = delivering.accept(token, "")
        sounds.append(heard(talk, token, device))
        drawn = delivering.look(token, device).drawing
        assert drawn is not None
        sounds.append(bytes(drawn.length))
    assert sounds[0] != sounds[2]
    assert 2_000 < len(sounds[1]) - len(sounds[3]) < 3_000  # a tone stands where something was cut
    put = polling.about(edit)
    assert put is not None
    polling.take_back(put.pk, CARLA)
    assert codes(lambda: delivering.look(token, device)) == ("6a.link-ended",)
    assert codes(lambda: sharing.deliver(asked.pk, BRAM)) == ("5b.not-agreed",)
    assert codes(lambda: sharing.ask(talk.id, CARLA, replace(WANTED, edit=edit))) == ("5b.not-agreed",)


def test_a_text_is_shared_as_the_sound_is_and_gives_no_sound(talk: Recorded) -> None:
    text = b"WEBVTT\n\n00:01.000 --> 00:03.000\n<v Anna>We nemen dit gesprek op.\n"
    transcribing.bring_in(talk.worker, talk.id, 1, written.read(text))
    question = agreed(talk, replace(WANTED, what=facts.Content.TEXT))
    token = sharing.deliver(question.pk, BRAM)
    device = delivering.accept(token, "")
    heard_text = delivering.look(token, device)
    assert heard_text.text is not None
    assert [line.text for line in heard_text.text.lines] == ["We nemen dit gesprek op."]
    assert heard_text.drawing is None
    with pytest.raises(UnknownError):
        heard(talk, token, device)
    polling.take_back(question.pk, CARLA)
    assert codes(lambda: delivering.look(token, device)) == ("6a.link-ended",)


def test_clauses_5b_and_6a_a_text_is_shared_without_the_lines_that_were_cut(talk: Recorded) -> None:
    begin = talk.state.parts[1].started_at or 0
    edit = cut(talk)
    (span,) = talk.state.edits[edit].spans
    first, last = (span.begin - begin) / 1000, (span.end - begin) / 1000
    moments = ((0.5, first - 0.5), (first - 0.2, first + 0.4), (first + 0.5, last), (last + 1, last + 2))
    lines = (f"00:{one:06.3f} --> 00:{other:06.3f}\n{n}\n" for n, (one, other) in enumerate(moments))
    transcribing.bring_in(talk.worker, talk.id, 1, written.read("\n".join(("WEBVTT\n", *lines)).encode()))
    assert f"text-cut-{edit}" in sharing_pages.choices_of(talk.state, BRAM)
    question = agreed(talk, replace(WANTED, what=facts.Content.TEXT, edit=edit))
    token = sharing.deliver(question.pk, BRAM)
    text = delivering.look(token, delivering.accept(token, "")).text
    assert text is not None
    assert [line.text for line in text.lines] == ["0", "3"]
    moved = [line.begin - begin for line in text.lines]
    assert moved[0] == pytest.approx(500, abs=1)
    assert moved[1] == pytest.approx(first * 1000 + 400 + 1000, abs=25)  # a tone stands in place of what was cut


def test_clause_6b_a_text_is_made_public_as_the_sound_is(talk: Recorded) -> None:
    text = b"WEBVTT\n\n00:01.000 --> 00:03.000\n<v Anna>We nemen dit gesprek op.\n"
    transcribing.bring_in(talk.worker, talk.id, 1, written.read(text))
    assert "text-1" in sharing_pages.choices_of(talk.state, BRAM)
    private = agreed(talk, replace(WANTED, what=facts.Content.TEXT))
    assert codes(lambda: sharing.public_text(private.pk, BRAM)) == ("6b.not-asked",)
    public = agreed(talk, replace(WANTED, what=facts.Content.TEXT, public=True))
    assert [line.text for line in sharing.public_text(public.pk, BRAM).lines] == ["We nemen dit gesprek op."]
    with pytest.raises(UnknownError):
        sharing.public_sound(public.pk, BRAM).__enter__()
    for seat in (CARLA, HOUSE):
        with pytest.raises(UnknownError):
            sharing.public_text(public.pk, seat)
    filing.note_secret(talk.id, mentioned=True)
    assert codes(lambda: sharing.public_text(public.pk, BRAM)) == ("0c.not-available",)
    ledger.append(talk.id, facts.SecretReviewed(at=clock.now_ms()))
    polling.take_back(public.pk, CARLA)
    assert codes(lambda: sharing.public_text(public.pk, BRAM)) == ("6a.not-agreed",)


def test_clause_6b_making_public_is_a_question_of_its_own(talk: Recorded) -> None:
    private = agreed(talk)
    assert codes(lambda: sharing.public_sound(private.pk, BRAM).__enter__()) == ("6b.not-asked",)
    public = agreed(talk, replace(WANTED, public=True))
    with pytest.raises(UnknownError):
        sharing.deliver(public.pk, BRAM)
    with sharing.public_sound(public.pk, BRAM) as player:
        assert player.layout.size > 0
    for _ in range(2):
        sharing.published(public.pk, BRAM)
    assert kinds(talk).count("ShareDelivered") == 1
    for seat in (CARLA, HOUSE):
        with pytest.raises(UnknownError):
            sharing.public_sound(public.pk, seat).__enter__()
    polling.take_back(public.pk, CARLA)
    assert codes(lambda: sharing.public_sound(public.pk, BRAM).__enter__()) == ("6a.not-agreed",)


def test_nothing_about_a_share_tells_participants_who_of_them_did_what(talk: Recorded) -> None:
    question = agreed(talk)
    token = sharing.deliver(question.pk, BRAM)
    delivering.accept(token, "")
    polling.take_back(question.pk, CARLA)
    assert witnessing.told(talk.id, CARLA) == witnessing.told(talk.id, BRAM)
    assert not models.Access.objects.filter(seat=CARLA).exclude(action__startswith="code.").exists()


# On a ground of law --------------------------------------------------------------------------------------


def test_clause_6a_use_on_a_ground_of_law_is_the_officers_with_a_link_of_its_own(talk: Recorded) -> None:
    fatima = models.Staff.objects.get(username="fatima")
    made, token = using.use(talk.id, 1, Ground.COLLEAGUE, "Zij neemt de zaak over.", 7, staff=fatima)
    assert kinds(talk)[-1] == "UsedOnGround"
    assert not any(b"neemt" in line for line in ledger.lines(talk.id))
    given = delivering.see(token, "")
    assert given.by_law
    device = delivering.accept(token, "")
    assert heard(talk, token, device)
    (told,) = using.of(talk.id, staff=fatima)
    assert (told.reason, told.why, told.given) == ("Zij neemt de zaak over.", "", True)
    using.end(made.pk, staff=fatima)
    assert codes(lambda: delivering.see(token, device)) == ("6a.link-ended",)


@pytest.mark.parametrize(
    ("part", "ground", "reason", "code"),
    [
        (1, None, "waarom", "6a.ground-missing"),
        (1, Ground.OWN_LAWYER, "waarom", "6a.ground-missing"),
        (1, Ground.PRACTICE, "waarom", "6a.ground-missing"),
        (1, Ground.COURT, " ", "4b.reason-missing"),
        (1, Ground.COURT, "x" * 501, "4b.reason-missing"),
        (7, Ground.COURT, "waarom", "0c.not-available"),
    ],
)
def test_use_without_a_ground_a_reason_or_sound_is_refused(
    talk: Recorded, part: int, ground: Ground | None, reason: str, code: str
) -> None:
    fatima = models.Staff.objects.get(username="fatima")
    assert codes(lambda: using.use(talk.id, part, ground, reason, 7, staff=fatima)) == (code,)
    assert not models.Use.objects.exists()
    assert not models.Delivery.objects.exists()


def test_telling_the_people_is_a_decision_of_its_own(talk: Recorded) -> None:
    fatima = models.Staff.objects.get(username="fatima")
    task = models.Task.objects.filter(kind=models.Task.Kind.INFORM)
    first, _ = using.use(talk.id, 1, Ground.DUTY_BY_LAW, "Vraag van de inspectie.", 7, staff=fatima)
    second, _ = using.use(talk.id, 1, Ground.COURT, "Brief van de rechter.", 7, staff=fatima)
    assert task.get().done_ms is None
    assert using.told(talk.id, BRAM) == []
    assert codes(lambda: using.inform(first.pk, Informing.TOLD, " ", staff=fatima)) == ("4b.reason-missing",)
    using.inform(first.pk, Informing.NOT_NOW, "Het onderzoek loopt nog.", staff=fatima)
    using.inform(first.pk, Informing.TOLD, "Toch.", staff=fatima)  # the first decision counts
    assert (using.told(talk.id, BRAM), task.get().done_ms) == ([], None)
    using.inform(second.pk, Informing.TOLD, "Zij mogen dit weten.", staff=fatima)
    assert [one.pk for one in using.told(talk.id, BRAM)] == [second.pk]
    assert using.told(talk.id, 9) == []
    assert task.get().done_ms is not None
    seats = models.ToTell.objects.filter(what=telling.What.USED).values_list("seat", flat=True)
    assert set(seats) == {BRAM, CARLA}


def test_a_professional_is_told_and_asked_for_the_own_words_alone(talk: Recorded) -> None:
    state = talk.state
    carla = replace(state.seats[CARLA], kind=Kind.PROFESSIONAL)
    with ledger.writing(talk.id) as page:
        page.head = replace(page.head, state=replace(page.state, seats={**page.state.seats, CARLA: carla}))
        part = page.state.parts[1]
        assert sharing.professionals(page.state, part) == {CARLA}
        share = facts.ShareAsked(
            at=page.now, share="a" * 32, part=1, what=facts.Content.SOUND, words=(), recipient_sha256="",
            purpose_sha256="", until=page.now + 10,
        )  # fmt: skip
        assert asked_for(page.state, Share(share.share, 1, share.until)) == {HOUSE, BRAM}
        own = Share(share.share, 1, share.until, words=frozenset({CARLA}))
        assert asked_for(page.state, own) == {HOUSE, BRAM, CARLA}
