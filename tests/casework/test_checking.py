"""The check over a live installation: what strangers would find is found here first, and it can be taken up again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from tests.casework.recorded import Recorded, recorded
from tests.proven import seal_of_before

from tweespoor.casework import attesting, bundling, capturing, checking, clock, ledger, models, places
from tweespoor.rules import facts

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    seal_of_before()
    attesting.forget_all()
    with recorded(monkeypatch) as made:
        yield made
    attesting.forget_all()


def found(**options: Any) -> dict[str, list[checking.Finding]]:  # noqa: ANN401 - the options of the check
    by_kind: dict[str, list[checking.Finding]] = {}
    for one in checking.everything(**options):
        by_kind.setdefault(one.kind, []).append(one)
    return by_kind


def wrong() -> str:
    return " ".join(one.wrong for some in found().values() for one in some)


def sql(statement: str) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS entry_fixed")
        cursor.execute(statement)


def test_all_is_whole_and_nothing_is_written_or_left(talk: Recorded) -> None:
    before = (list(ledger.lines(talk.id)), models.Checkpoint.objects.count(), models.Access.objects.count())
    told = found()
    assert [one.name for one in told["proof"]] == [talk.id]
    assert not [one for some in told.values() for one in some if one.wrong]
    assert "key" not in told
    assert "file" not in told
    after = (list(ledger.lines(talk.id)), models.Checkpoint.objects.count(), models.Access.objects.count())
    assert before == after
    assert not places.checked().exists()
    assert not list(places.home().glob("tmp*"))


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (
            "UPDATE casework_checkpoint SET line = CAST(replace(line, 'signature\":\"', 'signature\":\"00') AS BLOB)",
            "checkpoints.",
        ),
        ("UPDATE casework_endorsement SET line = (SELECT line FROM casework_checkpoint LIMIT 1)", ""),
        ("DELETE FROM casework_endorsement", "checkpoints."),
        ("DELETE FROM casework_pagestatement", "pages.yes-missing"),
        ("UPDATE casework_pagestatement SET line = (SELECT line FROM casework_checkpoint LIMIT 1)", "pages."),
        ("UPDATE casework_receipt SET line = (SELECT line FROM casework_checkpoint LIMIT 1)", ""),
    ],
)
def test_what_is_signed_is_judged_by_the_verifier(talk: Recorded, statement: str, code: str) -> None:
    sql(statement)
    told = found()["proof"][0].wrong
    assert told
    assert code in told


def test_a_breach_that_every_signature_covers_is_found(talk: Recorded) -> None:
    ledger.append(talk.id, facts.RecordingResumed(at=clock.now_ms()))
    attesting.attest(talk.id)
    assert "rules." in wrong()


def test_a_flipped_bit_of_sound_and_a_missing_file_are_found(talk: Recorded) -> None:
    capturing.stop()
    path = next(places.tracks().rglob(f"{talk.ours}.track"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert [one.name for one in found()["track"] if one.wrong] == [talk.ours]
    path.unlink()
    assert [one.name for one in found()["track"] if one.wrong] == [talk.ours]


def test_keys_and_files_without_an_owner_are_told(talk: Recorded) -> None:
    models.WrappedKey.objects.create(kind="track", owner="ab" * 16, conversation=talk.id, part=1, wrapped=b"x")
    models.WrappedKey.objects.create(kind="conversation", owner="cd" * 16, conversation="cd" * 16, wrapped=b"x")
    stray = places.tracks() / "ef" / f"{'ef' * 16}.track"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"")
    told = found()
    assert {one.name for one in told["key"]} == {"ab" * 16, "cd" * 16}
    assert [one.name for one in told["file"]] == [stray.name]
    assert not [one for some in told.values() for one in some if one.wrong]


def test_an_interrupted_check_goes_on_where_it_was(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    first = models.Conversation.objects.get(pk=talk.id)
    other = models.Conversation.objects.create(id="00" * 16, worker=talk.worker, opened_ms=first.opened_ms + 1)
    real = checking._journal

    def journal(row: models.Conversation) -> Any:  # noqa: ANN401 - what the real one gives
        if row.pk == other.pk:
            raise KeyboardInterrupt
        return real(row)

    with monkeypatch.context() as patch:
        patch.setattr(checking, "_journal", journal)
        with pytest.raises(KeyboardInterrupt):
            found()
    seen: list[tuple[int, int]] = []
    told = found(go_on=True, done=lambda number, count: seen.append((number, count)))
    assert [one.name for one in told["journal"]] == [other.pk]
    assert seen == [(2, 2)]
    assert not places.checked().exists()
    assert len(found(go_on=True)["journal"]) == 2


def test_an_outline_holds_no_sound(talk: Recorded) -> None:
    contents = bundling.outline(talk.id)
    assert list(contents.disclosures) == []
    for track in contents.tracks:
        assert {row.body.value for row in track.rows()} == {"withheld"}
        assert list(track.bodies()) == []
