"""A file laid beside our recording: for one person, with what that person may hear, gone afterwards unless filed."""

import io
import json
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from tests.casework.conftest import DATABASES
from tests.casework.kept import turn_to
from tests.casework.recorded import Recorded, recorded, staff
from tests.casework.test_hearing import BRAM, CARLA, session_of
from tests.sound import files
from tests.sound.test_recognising import wrapped

from tweespoor.casework import (
    admitting,
    attending,
    comparing,
    copying,
    earshot,
    enclosing,
    filing_comparison,
    hearing,
    laying,
    ledger,
    models,
    places,
    witnessing,
)
from tweespoor.casework.clock import now_ms
from tweespoor.casework.comparing import Beside, Owner, Step
from tweespoor.casework.models import Role
from tweespoor.casework.playing import Player
from tweespoor.errors import Refused, UnknownError, UnreadableError
from tweespoor.journal import entry
from tweespoor.rules import facts
from tweespoor.rules.kinds import Ground
from tweespoor.sound import answers, container, heard, opus
from tweespoor.sound import comparing as apart_comparing
from tweespoor.sound.comparison import Kind, Verdict, Why
from tweespoor.tape import beside
from tweespoor.tape.store import Store

pytestmark = pytest.mark.django_db(databases=DATABASES, transaction=False)
PART = 1


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made
    comparing.forget_all()


@pytest.fixture
def carla_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """Give the conversation in which Carla leaves while the recording stands still."""
    go_on = attending.same_people

    def leaves(conversation: str) -> None:
        attending.left(conversation, (CARLA,))
        go_on(conversation)

    monkeypatch.setattr(attending, "same_people", leaves)
    with recorded(monkeypatch) as made:
        yield made
    comparing.forget_all()


def of(talk: Recorded, seat: int = BRAM) -> Owner:
    return Owner.listening(session_of(talk, seat))


def packets(talk: Recorded) -> list[bytes]:
    with earshot.sound(earshot.whole(ledger.head(talk.id)), talk.ours) as player:
        return [packet for _, packet in player.packets()]


def ours(talk: Recorded) -> bytes:
    """Give our recording, as we serve it."""
    with earshot.sound(earshot.whole(ledger.head(talk.id)), talk.ours) as player:
        return b"".join(player.read(0, player.layout.size))


def sent(owner: Owner, content: bytes) -> Beside:
    one = comparing.begin(owner, part=PART, size=len(content))
    number = 0
    while number * comparing.BLOCK < len(content):
        number = comparing.add(one, number, content[number * comparing.BLOCK : (number + 1) * comparing.BLOCK])
    return one


def done(one: Beside) -> Beside:
    comparing.start(one)
    until = time.monotonic() + 300
    while one.step in {Step.WAITING, Step.WORKING} and time.monotonic() < until:
        time.sleep(0.02)
    assert one.step is Step.DONE
    return one


def laid(owner: Owner, content: bytes) -> laying.Laid:
    found = done(sent(owner, content)).laid
    assert found is not None
    return found


def test_our_own_file_is_recognised_before_anything_is_listened_to(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart_comparing, "beside", lambda *_, **__: pytest.fail("it was listened to"))
    whole = ours(talk)
    found = laid(of(talk), whole)
    assert found.found.verdict is Verdict.FOLLOWS
    assert found.exactly is not None
    assert found.exactly[1] - found.exactly[0] == pytest.approx(found.found.copy_s, abs=0.1)
    assert found.copy.sha256 == found.original.sha256 == sha256(whole).hexdigest()
    again = laid(of(talk), wrapped(packets(talk)[500:900], "webm").read())
    assert again.exactly is not None
    assert again.exactly == pytest.approx((10.0, 18.0), abs=0.05)


def test_ours_is_listened_to_once_and_what_was_heard_goes_with_it(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Store(places.tracks()).path(bytes.fromhex(talk.ours)).with_suffix(".heard")
    copy = files_of_a_copy(talk)
    first = laid(of(talk), copy)
    assert path.stat().st_size > 1000
    opened = laying.opened
    monkeypatch.setattr(laying, "opened", lambda _: pytest.fail("it was listened to again"))
    again = laid(of(talk), copy)
    assert (again.found, again.loud) == (first.found, first.loud)
    content = path.read_bytes()
    with earshot.sound(earshot.whole(ledger.head(talk.id)), talk.ours) as player:
        assert heard.fits(*laying_kept(player)), "under the key of the sound it opens"
        assert laying_kept(player)[1] not in content, "and on disk it is sealed"
    path.write_bytes(content[:5000] + bytes(100) + content[5100:])
    monkeypatch.setattr(laying, "opened", opened)
    assert laid(of(talk), copy).found == first.found, "what was damaged is made anew"
    assert path.stat().st_size == len(content)
    Store(places.tracks()).forget(bytes.fromhex(talk.ours))
    assert not path.exists()


def laying_kept(player: Player) -> tuple[int, bytes]:
    size = beside.length_of(player.track, player.name("heard"))
    head = b"".join(beside.read_long(player.track, player.name("heard"), 0, heard.HEAD, player.about))
    return size, head


def test_on_a_full_disk_it_is_compared_all_the_same(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(beside, "keep_long", full)
    assert laid(of(talk), files_of_a_copy(talk)).found.verdict is not Verdict.INCONCLUSIVE


def test_the_copy_that_we_make_follows_without_a_difference(talk: Recorded) -> None:
    with earshot.sound(earshot.whole(ledger.head(talk.id)), talk.ours) as player:
        copying.make(player)
        made = copying.of(player)
        assert made is not None
        content = b"".join(made.read(0, made.size))
    found = laid(of(talk), content)
    assert (found.found.verdict, found.found.differences) == (Verdict.FOLLOWS, ())
    assert found.exactly is None


def test_what_was_left_out_is_found_and_its_surroundings_can_be_heard(talk: Recorded) -> None:
    served = [packet for _, packet in container.packets(io.BytesIO(ours(talk)))]
    one = done(sent(of(talk), wrapped([*served[:1500], *served[1750:]], "ogg").read()))
    assert one.laid is not None
    (missing,) = (found for found in one.laid.found.differences if found.kind is Kind.MISSING)
    assert missing.original[0] == pytest.approx(30.0, abs=0.5)
    assert missing.seconds == pytest.approx(5.0, abs=0.1)
    assert one.laid.exactly is None
    assert one.laid.same_s == pytest.approx((len(served) - 250) * 0.02, abs=0.1)
    number = one.laid.found.differences.index(missing) + 1
    begin, size = comparing.excerpt(one, number)
    sound = b"".join(comparing.read(one, begin, begin + size))
    heard = np.concatenate(list(container.decode(io.BytesIO(sound), opus.RATE)))
    assert len(heard) / opus.RATE == pytest.approx(2 * laying.AROUND_S, abs=0.1)
    assert np.abs(heard).max() > 0.01
    assert one.file.closed, "the file itself is gone with the answer"
    with pytest.raises(UnknownError):
        comparing.excerpt(one, 99)


def test_nothing_of_it_lies_on_the_disk_or_in_a_table(talk: Recorded) -> None:
    content = ours(talk)
    before = {path for path in places.home().rglob("*") if path.is_file()}
    lines = list(ledger.lines(talk.id))
    rows = {model: model._default_manager.count() for model in (models.External, models.FiledComparison)}
    one = sent(of(talk), content)
    assert {path for path in places.home().rglob("*") if path.is_file()} == before
    raw = one.file._path.read_bytes()
    assert content[:64] not in raw
    assert content[5000:5064] not in raw
    done(one)
    assert list(ledger.lines(talk.id)) == lines
    assert {model: model._default_manager.count() for model in rows} == rows
    access = models.Access.objects.filter(action__startswith="comparison")
    assert [(row.action, row.seat) for row in access] == [("comparison.make", BRAM)]
    assert not [one for one in witnessing.told(talk.id) if one.action.startswith("comparison")]


def test_law_11_it_is_its_maker_s_alone(talk: Recorded) -> None:
    mine = done(sent(of(talk), ours(talk)))
    anna = Owner.working(talk.worker, talk.id, "a")
    for other in (of(talk, CARLA), anna, of(talk)):
        with pytest.raises(UnknownError):
            comparing.find(other, mine.id)
    assert comparing.find(mine.owner, mine.id) is mine
    assert filing_comparison.of(talk.id) == []


def test_who_left_compares_with_the_own_minutes_only(carla_left: Recorded) -> None:
    """What Carla may not hear is not in the original that her file is laid beside."""
    talk = carla_left
    mine = session_of(talk, CARLA)
    with hearing.sound(mine, talk.ours) as player:
        own = player.layout.size
        lasts = max(place for place, _ in player.packets()) / 48_000
    found = laid(Owner.listening(mine), ours(talk))
    assert found.original.size == own
    assert found.found.original_s == pytest.approx(lasts, abs=1.0)
    assert found.found.original_s < found.found.copy_s - 1


def test_what_nobody_may_hear_is_not_compared_either(talk: Recorded) -> None:
    mine = done(sent(of(talk), ours(talk)))
    ledger.append(
        talk.id, facts.PartLocked(at=now_ms(), part=PART, ground=Ground.SPOKEN_ROUND_FAILED, erasable_at=now_ms())
    )
    with pytest.raises(UnknownError):
        comparing.find(mine.owner, mine.id)
    assert mine.laid is None
    with pytest.raises(UnknownError):
        comparing.begin(of(talk), part=PART, size=100)


def test_it_is_gone_when_its_maker_leaves(talk: Recorded) -> None:
    session = session_of(talk, BRAM)
    mine = done(sent(Owner.listening(session), ours(talk)))
    comparing.sweep()
    assert comparing.find(mine.owner, mine.id) is mine
    admitting.leave(session)
    comparing.sweep()
    assert mine.laid is None
    assert mine.kept.closed
    assert mine.id not in comparing._all


def test_it_is_gone_after_an_hour(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = done(sent(of(talk), ours(talk)))
    turn_to(monkeypatch, now_ms() + comparing.TERM_MS + 1_000)
    with pytest.raises(UnknownError):
        comparing.find(mine.owner, mine.id)
    comparing.sweep()
    assert mine.kept.closed


def test_who_begins_anew_leaves_the_first_one(talk: Recorded) -> None:
    owner = of(talk)
    first = sent(owner, ours(talk))
    second = comparing.begin(owner, part=PART, size=10)
    assert first.file.closed
    with pytest.raises(UnknownError):
        comparing.find(owner, first.id)
    assert comparing.find(owner, second.id) is second


def test_leaving_while_it_works_stops_the_work(talk: Recorded) -> None:
    mine = sent(of(talk), files_of_a_copy(talk))
    comparing.start(mine)
    comparing.throw_away(mine)
    until = time.monotonic() + 20
    while mine.step in {Step.WAITING, Step.WORKING} and time.monotonic() < until:
        time.sleep(0.02)
    assert mine.laid is None
    assert mine.file.closed
    assert mine.kept.closed


def files_of_a_copy(talk: Recorded) -> bytes:
    near = np.concatenate([one.near for one in talk.stretches])
    path = files.kind(Path(str(places.home())), "plain.wav", near)
    content = path.read_bytes()
    path.unlink()
    return content


@pytest.mark.parametrize(
    ("content", "why"), [(b"this is a text", Why.UNREADABLE), (b"OggS" + bytes(500), Why.UNREADABLE)]
)
def test_what_is_no_sound_is_an_answer(talk: Recorded, content: bytes, why: Why) -> None:
    found = laid(of(talk), content)
    assert (found.found.verdict, found.found.which, found.found.why) == (Verdict.INCONCLUSIVE, "copy", why)


def test_of_a_film_the_sound_is_compared_and_nothing_is_kept(talk: Recorded, tmp_path: Path) -> None:
    path = files.film(tmp_path / "film.mp4", "mp4", "mpeg4")
    found = laid(of(talk), path.read_bytes())
    assert found.found.verdict in {Verdict.OTHER, Verdict.INCONCLUSIVE}
    assert found.found.why is not Why.UNREADABLE


def test_a_block_that_is_there_changes_nothing_and_one_of_another_length_is_refused(talk: Recorded) -> None:
    one = comparing.begin(of(talk), part=PART, size=comparing.BLOCK + 10)
    assert comparing.held(one) == 0
    assert comparing.add(one, 0, bytes(comparing.BLOCK)) == 1
    assert comparing.add(one, 0, bytes(comparing.BLOCK)) == 1
    assert comparing.add(one, 5, b"x") == 1
    with pytest.raises(UnreadableError):
        comparing.add(one, 1, bytes(9))
    with pytest.raises(Refused, match=r"2a\.broken-off"):
        comparing.start(one)
    assert comparing.add(one, 1, bytes(10)) == 2


@pytest.mark.parametrize(("size", "code"), [(0, "2a.too-large"), (comparing.LARGEST + 1, "2a.too-large")])
def test_a_size_that_cannot_be_is_refused(talk: Recorded, size: int, code: str) -> None:
    with pytest.raises(Refused) as refused:
        comparing.begin(of(talk), part=PART, size=size)
    assert refused.value.codes == (code,)


def test_so_many_a_day(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "A_DAY", 2)
    owner = of(talk)
    for _ in range(2):
        comparing.begin(owner, part=PART, size=10)
    with pytest.raises(Refused, match=r"0c\.too-often"):
        comparing.begin(owner, part=PART, size=10)


def test_a_command_opens_a_sealed_track_as_the_organisation_may_hear_it(talk: Recorded) -> None:
    with comparing.sealed(talk.ours) as file:
        assert file.read() == ours(talk)
    access = models.Access.objects.get(action="comparison.make")
    assert (access.staff, access.seat, access.conversation_id) == (None, None, talk.id)
    for missing in ("0" * 32, "x"):
        with pytest.raises(UnknownError), comparing.sealed(missing):
            pass
    now = now_ms()
    ledger.append(talk.id, facts.PartLocked(at=now, part=PART, ground=Ground.SPOKEN_ROUND_FAILED, erasable_at=now))
    with pytest.raises(Refused), comparing.sealed(talk.ours):
        pass


# Filing -----------------------------------------------------------------------------------------------


def filed_facts(talk: Recorded) -> list[facts.Fact]:
    found = (entry.read(line).fact for line in ledger.lines(talk.id))
    return [one for one in found if isinstance(one, facts.ComparisonFiled)]


def test_who_files_it_leaves_a_hash_in_the_journal_and_no_name(talk: Recorded) -> None:
    mine = done(sent(of(talk), ours(talk)))
    filed = filing_comparison.file(mine)
    assert filing_comparison.file(mine) == filed, "once"
    (fact,) = filed_facts(talk)
    (kept,) = filing_comparison.of(talk.id)
    assert isinstance(fact, facts.ComparisonFiled)
    assert fact.comparison == sha256(kept.document).hexdigest()
    assert set(vars(type(fact))["__annotations__"]) == {"comparison"}
    assert mine.laid is not None
    assert kept.found == answers.read(mine.laid.found.as_json())
    assert kept.exactly == pytest.approx(mine.laid.exactly, abs=0.001)
    assert kept.file("copy") == mine.laid.copy
    assert "seat" not in json.loads(kept.document)
    assert filing_comparison.of(talk.id, BRAM) == [kept]
    assert filing_comparison.of(talk.id, CARLA) == []
    with pytest.raises(UnknownError):
        filing_comparison.find(talk.id, kept.id, CARLA)


def test_who_works_here_files_it_with_a_reason(talk: Recorded) -> None:
    anna = Owner.working(talk.worker, talk.id, "a")
    mine = done(sent(anna, ours(talk)))
    with pytest.raises(Refused, match=r"4b\.text"):
        filing_comparison.file(mine, "  ")
    filing_comparison.file(mine, "Bram vraagt of zijn kopie heel is.")
    (kept,) = filing_comparison.of(talk.id)
    assert (kept.reason, kept.staff, kept.seat) == ("Bram vraagt of zijn kopie heel is.", talk.worker.pk, None)
    assert b"Bram" not in kept.document


def test_it_goes_in_the_bundle_of_the_organisation_and_of_who_filed_it(talk: Recorded) -> None:
    filing_comparison.file(done(sent(of(talk), ours(talk))))
    (kept,) = filing_comparison.of(talk.id)
    row, head = models.Conversation.objects.get(pk=talk.id), ledger.head(talk.id)
    shots = {None: earshot.whole(head), BRAM: earshot.own(head, BRAM), CARLA: earshot.own(head, CARLA)}
    names = {seat: dict(enclosing.files(row, head, shot)) for seat, shot in shots.items()}
    assert names[None][kept.name] == names[BRAM][kept.name] == kept.document
    assert kept.name not in names[CARLA]


def test_another_worker_has_nothing_to_compare_with(talk: Recorded) -> None:
    other = Owner.working(staff("evert", Role.WORKER), talk.id, "b")
    with pytest.raises(UnknownError):
        comparing.begin(other, part=PART, size=10)


def test_what_was_filed_goes_with_its_part(talk: Recorded) -> None:
    filing_comparison.file(done(sent(of(talk), ours(talk))))
    filing_comparison.forget(talk.id, PART + 1)
    assert models.FiledComparison.objects.exists()
    filing_comparison.forget(talk.id)
    assert not models.FiledComparison.objects.exists()
