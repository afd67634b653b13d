"""Codes to listen back with: who gets one, what opens with it, and what ends it (clause 0c, law 11)."""

import threading
from collections.abc import Callable

import pytest
from tests.casework.conftest import Table
from tests.casework.recorded import Recorded, staff

from tweespoor.casework import admitting, codewords, consenting, halting, hearing, ledger, limiting, models, recording
from tweespoor.casework.models import Role
from tweespoor.errors import Refused, UnknownError
from tweespoor.rules import facts
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import Ground, Kind

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])

WORD = "Blauwe vis"
BRAM, CARLA = 2, 3


def recorded_table(table: Table) -> Table:
    """Let a table be recorded and finish, without sound."""
    table.begin()
    table.time.turn(60)
    recording.finish(table.id)
    return table


def enter(code: str, word: str = WORD, address: str = "192.0.2.1") -> models.Hearing:
    found = admitting.session(admitting.admit(code, word, address))
    assert found is not None
    return found


# The code ---------------------------------------------------------------------------------------------------


def test_a_code_has_six_groups_and_ninety_bits_of_letters_that_are_not_mistaken() -> None:
    codes = {codewords.fresh() for _ in range(500)}
    assert len(codes) == 500
    assert all([len(group) for group in code.split()] == [3] * 6 for code in codes)
    assert set("".join(codes)) - {" "} == set(codewords.LETTERS)
    assert not set(codewords.LETTERS) & set("ILOU")
    assert len(codewords.LETTERS) ** 18 >= 2**77


@pytest.mark.parametrize("typed", ["{}", "  {} ", "{lower}", "{dashes}", "{wide}", "{mistaken}"])
def test_a_code_may_be_typed_in_many_ways(typed: str) -> None:
    code = "7K2 M9Q X4D 011 000 ZZZ"
    shown = typed.format(
        code,
        lower=code.lower(),
        dashes=code.replace(" ", "-"),
        wide="".join(chr(ord(sign) + 0xFEE0) if sign != " " else sign for sign in code),
        mistaken=code.replace("0", "O").replace("1", "l"),
    )
    assert codewords.read_code(shown) == code.replace(" ", "")


@pytest.mark.parametrize("typed", ["", "x" * 10_000, "\0" * 18, "U" * 18, "🙂" * 18, "7K2 M9Q X4D 011 000 ZZ"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert not codewords.read_code(typed)


@pytest.mark.parametrize(
    "word", ["blauwe vis", "BLAUWE  VIS", " blauwe vis\n", "ｂｌａｕｗｅ　ｖｉｓ", "blauwe \u00adVIS"]
)
def test_a_word_may_be_typed_in_many_ways(talk: Recorded, word: str) -> None:
    code = admitting.issue(talk.id, BRAM, WORD)
    assert enter(code, word).seat == BRAM


@pytest.mark.parametrize("word", ["", "vis", "   a   ", "x" * 65, "x" * 10_000, "\u200b" * 20])
def test_a_word_is_neither_too_short_nor_too_long(talk: Recorded, word: str) -> None:
    with pytest.raises(Refused) as refused:
        admitting.issue(talk.id, BRAM, word)
    assert refused.value.codes == ("0c.word",)
    assert not models.ListeningCode.objects.exists()


@pytest.mark.parametrize("word", ["straße 12", "قارب أزرق", "🐟🐟🐟🐟", "żółty"])
def test_a_word_may_be_of_any_script(talk: Recorded, word: str) -> None:
    assert enter(admitting.issue(talk.id, BRAM, word), word.upper()).seat == BRAM


def test_neither_code_nor_word_is_kept(talk: Recorded) -> None:
    code = admitting.issue(talk.id, BRAM, WORD)
    row = models.ListeningCode.objects.get()
    kept = f"{row.code_sha256} {row.word}"
    assert codewords.read_code(code) not in kept
    assert "blauwe" not in kept.lower()
    assert row.word.count("$") >= 2


# Who gets one -----------------------------------------------------------------------------------------------


def test_clause_0c_ages_and_professionals(lay: Callable[..., Table]) -> None:
    table = lay(6, facts.Children.PRESENT)
    consenting.assess_interest(table.id, against=False, reason=facts.InterestReason.WANTS)
    for name, kind in (
        ("Bram", Kind.ADULT),
        ("Dani", Kind.YOUTH_12),
        ("Kim", Kind.YOUTH_16),
        ("Eva", Kind.PROFESSIONAL),
        ("Eef", Kind.STAFF),
    ):
        table.join(name, kind)
    seats = {name: phone.seat or 0 for name, phone in table.phones.items()}
    for name in ("Bram", "Dani", "Kim", "Eva"):
        table.say(name, Answer.YES)
    table.reveal()
    consenting.own_app(table.id)
    recording.start(table.id)
    table.time.turn(60)
    assert admitting.people(table.id) == []
    recording.finish(table.id)
    assert admitting.people(table.id) == [seats["Bram"], seats["Dani"], seats["Kim"]]
    admitting.issue(table.id, seats["Kim"], WORD)
    with pytest.raises(Refused) as refused:
        admitting.issue(table.id, seats["Dani"], WORD)
    assert refused.value.codes == ("0c.able-unassessed",)
    assert admitting.issue(table.id, seats["Dani"], WORD, able=True)
    with pytest.raises(Refused):
        admitting.issue(table.id, seats["Eva"], WORD)
    hearing.agree(table.id, seats["Eva"], table.anna)
    assert admitting.issue(table.id, seats["Eva"], WORD)
    for seat in (seats["Eef"], 1, 99):
        with pytest.raises(Refused):
            admitting.issue(table.id, seat, WORD, able=True)
        with pytest.raises(UnknownError):
            admitting.offer_word(table.id, seat, table.anna, able=True)


def test_without_a_recording_there_is_no_code(table: Table) -> None:
    recording.finish(table.id)
    assert admitting.people(table.id) == []
    with pytest.raises(Refused):
        admitting.issue(table.id, BRAM, WORD)


# What opens -------------------------------------------------------------------------------------------------


def test_a_code_lives_as_long_as_the_recording_and_the_invitation_does_not(table: Table) -> None:
    recorded_table(table)
    code = admitting.issue(table.id, BRAM, WORD)
    table.time.turn(3 * 365 * 86_400)
    assert enter(code).conversation_id == table.id
    assert not models.Visitor.objects.filter(expires_ms__gt=table.time.ms).exists()
    ledger.append(table.id, facts.PartErased(at=table.time.ms, part=1, ground=Ground.RETENTION_ENDED, certain_at=0))
    with pytest.raises(UnknownError):
        enter(code, address="192.0.2.9")


def test_wrong_guessed_ended_closed_and_another_conversations_are_one_answer(talk: Recorded) -> None:
    code, old = admitting.issue(talk.id, BRAM, WORD), admitting.issue(talk.id, CARLA, WORD)
    admitting.issue(talk.id, CARLA, "ander woord")
    for number, (typed, word) in enumerate(
        [("", ""), ("x" * 999, "y" * 999), (codewords.fresh(), WORD), (old, WORD), (code, "ander woord"), (code, "")]
    ):
        with pytest.raises(UnknownError) as refused:
            admitting.admit(typed, word, f"192.0.2.{number}")
        assert str(refused.value) == str(UnknownError())


def test_the_same_work_is_done_whatever_is_wrong(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    code = admitting.issue(talk.id, BRAM, WORD)
    done: list[tuple[str, str]] = []

    def noted(word: str, hashed: str) -> bool:
        done.append((word, hashed[:4]))
        return False

    monkeypatch.setattr(admitting, "check_password", noted)
    for number, typed in enumerate((code, codewords.fresh(), "no code")):
        with pytest.raises(UnknownError):
            admitting.admit(typed, WORD, f"192.0.2.{number}")
    assert len(done) == 3
    assert len(set(done)) == 1


def test_ten_wrong_words_close_it_and_the_worker_opens_it_again(talk: Recorded) -> None:
    code = admitting.issue(talk.id, BRAM, WORD)
    for number in range(10):
        with pytest.raises(UnknownError):
            admitting.admit(code, f"wrong {number}", f"198.51.100.{number}")
    for number in range(3):
        with pytest.raises(UnknownError):
            admitting.admit(code, WORD, f"203.0.113.{number}")
    assert models.Access.objects.filter(action="code.closed", seat=BRAM).count() == 1
    admitting.reopen(talk.id, BRAM, talk.worker)
    assert enter(code, address="203.0.113.50").seat == BRAM


def test_nine_wrong_words_and_a_right_one_begin_anew(talk: Recorded) -> None:
    code = admitting.issue(talk.id, BRAM, WORD)
    for turn in range(3):
        for number in range(9):
            with pytest.raises(UnknownError):
                admitting.admit(code, "wrong", f"198.51.{turn}.{number}")
        assert enter(code, address=f"203.0.113.{turn}").seat == BRAM


def test_one_address_has_ten_wrong_tries_and_right_ones_cost_none(talk: Recorded) -> None:
    code = admitting.issue(talk.id, BRAM, WORD)
    for _ in range(15):
        enter(code)
    for _ in range(10):
        with pytest.raises(UnknownError):
            admitting.admit(codewords.fresh(), WORD, "192.0.2.1")
    with pytest.raises(UnknownError):
        enter(code)
    assert enter(code, address="192.0.2.2").seat == BRAM


def test_a_limit_is_not_outrun_by_trying_at_once() -> None:
    taken: list[str | None] = []
    threads = [threading.Thread(target=lambda: taken.append(limiting.take("x", 10, 60))) for _ in range(40)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(place is not None for place in taken) == 10
    assert limiting.take("x", 10, 60) is None
    limiting.give_back(next(place for place in taken if place))
    assert limiting.take("x", 10, 60) is not None


def test_tries_that_come_at_once_are_not_more_than_ten(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten tries are taken before the words are looked at; an eleventh word, even the right one, opens nothing."""
    code = admitting.issue(talk.id, BRAM, WORD)
    models.ListeningCode.objects.update(wrong=9)

    def meanwhile(word: str, hashed: str) -> bool:
        del word, hashed
        monkeypatch.undo()
        with pytest.raises(UnknownError):
            admitting.admit(code, WORD, "203.0.113.2")
        return False

    monkeypatch.setattr(admitting, "check_password", meanwhile)
    with pytest.raises(UnknownError):
        admitting.admit(code, "wrong", "203.0.113.1")
    assert models.ListeningCode.objects.get().wrong == 10


def test_a_crowd_at_the_door_costs_nobody_a_try(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    code = admitting.issue(talk.id, BRAM, WORD)
    monkeypatch.setattr(admitting, "_WAIT_S", 0)
    monkeypatch.setattr(admitting, "_at_once", threading.BoundedSemaphore(1))
    admitting._at_once.acquire()
    with pytest.raises(UnknownError):
        admitting.admit(code, WORD, "203.0.113.1")
    assert models.ListeningCode.objects.get().wrong == 0
    admitting._at_once.release()
    assert enter(code).seat == BRAM


# What ends --------------------------------------------------------------------------------------------------


def test_a_new_code_ends_the_old_one_and_what_it_opened(talk: Recorded) -> None:
    old = admitting.issue(talk.id, BRAM, WORD)
    token = admitting.admit(old, WORD, "192.0.2.1")
    new = admitting.issue(talk.id, BRAM, WORD)
    assert admitting.session(token) is None
    with pytest.raises(UnknownError):
        enter(old)
    assert enter(new).seat == BRAM


def test_one_act_ends_everything_of_one_person_and_nothing_of_others(talk: Recorded) -> None:
    mine, theirs = admitting.issue(talk.id, BRAM, WORD), admitting.issue(talk.id, CARLA, WORD)
    tokens = [admitting.admit(mine, WORD, "192.0.2.1") for _ in range(2)]
    other = admitting.admit(theirs, WORD, "192.0.2.2")
    turn = admitting.offer_word(talk.id, BRAM, talk.worker, able=False)
    office = admitting.offer_here(talk.id, BRAM, talk.worker, able=False)
    phones = models.Visitor.objects.filter(conversation_id=talk.id, seat=BRAM).count()
    assert admitting.revoke(talk.id, BRAM) == 1 + 2 + 2 + phones - 2
    assert not models.Visitor.objects.filter(conversation_id=talk.id, seat=BRAM).exists()
    assert [admitting.session(token) for token in tokens] == [None, None]
    for token, step in ((turn, models.Hearing.Step.WORD), (office, models.Hearing.Step.OFFICE)):
        with pytest.raises(UnknownError):
            admitting.turn(token, step)
    with pytest.raises(UnknownError):
        enter(mine)
    assert admitting.session(other) is not None
    assert enter(theirs).seat == CARLA


def test_a_session_ends_when_nothing_was_asked_for_and_at_the_latest_after_half_a_day(table: Table) -> None:
    recorded_table(table)
    token = admitting.admit(admitting.issue(table.id, BRAM, WORD), WORD, "192.0.2.1")
    for _ in range(11):
        table.time.turn(3_600)
        assert admitting.session(token) is not None
    table.time.turn(3_600)
    assert admitting.session(token) is None
    token = admitting.admit(admitting.issue(table.id, BRAM, WORD), WORD, "192.0.2.1")
    table.time.turn(7_201)
    assert admitting.session(token) is None
    assert admitting.session("") is None


def test_codes_are_made_a_few_times_a_day(talk: Recorded) -> None:
    for _ in range(admitting.CODES_A_DAY):
        admitting.issue(talk.id, BRAM, WORD)
    with pytest.raises(Refused) as refused:
        admitting.issue(talk.id, BRAM, WORD)
    assert refused.value.codes == ("0c.too-often",)
    assert admitting.issue(talk.id, CARLA, WORD)


# In person --------------------------------------------------------------------------------------------------


def test_a_turn_with_the_workers_device_gives_one_code(talk: Recorded) -> None:
    token = admitting.offer_word(talk.id, CARLA, talk.worker, able=False)
    code = admitting.choose(token, WORD)
    with pytest.raises(UnknownError):
        admitting.choose(token, WORD)
    assert enter(code).seat == CARLA
    assert models.Access.objects.get(action="code.give").staff_id == talk.worker.pk


def test_listening_with_us_begins_once_and_is_written_down(talk: Recorded) -> None:
    officer = staff("otto", Role.OFFICER)
    token = admitting.offer_here(talk.id, CARLA, officer, able=False)
    begun = admitting.session(admitting.begin_here(token))
    assert begun is not None
    assert (begun.seat, begun.code, begun.staff_id) == (CARLA, None, officer.pk)
    with pytest.raises(UnknownError):
        admitting.begin_here(token)
    with pytest.raises(UnknownError):
        hearing.take_copy(begun, talk.ours)
    log = models.Access.objects.filter(staff=officer, seat=CARLA).order_by("pk")
    assert [row.action for row in log] == ["hearing.offer", "hearing.begin"]


def test_a_token_of_one_kind_is_no_token_of_another(talk: Recorded) -> None:
    turn = admitting.offer_word(talk.id, CARLA, talk.worker, able=False)
    opened = admitting.admit(admitting.issue(talk.id, BRAM, WORD), WORD, "192.0.2.1")
    assert admitting.session(turn) is None
    for token in (turn, opened, "", "x"):
        with pytest.raises(UnknownError):
            admitting.begin_here(token)


# The officer ------------------------------------------------------------------------------------------------


def test_the_officers_stop_has_a_reason_and_stands_in_no_journal(talk: Recorded) -> None:
    officer, before = staff("otto", Role.OFFICER), list(ledger.lines(talk.id))
    halting.halt(talk.id, BRAM, "Er is  een dreiging.", officer)
    halting.halt(talk.id, BRAM, "Nog een keer.", officer)
    assert halting.seats(talk.id) == {BRAM}
    assert halting.reasons(talk.id, officer) == {BRAM: "Er is een dreiging."}
    halting.allow(talk.id, BRAM, officer)
    assert halting.reasons(talk.id, officer) == {}
    assert list(ledger.lines(talk.id)) == before, "everyone with a bundle reads the journal"
    log = models.Access.objects.filter(staff=officer, seat=BRAM).order_by("pk")
    assert [row.action for row in log] == ["hearing.halt", "hearing.reason", "hearing.allow"]
    for reason in ("", "  ", "x" * 501, "a\0b"):
        with pytest.raises(Refused):
            halting.halt(talk.id, BRAM, reason, officer)
