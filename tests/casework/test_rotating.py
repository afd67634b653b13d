"""Changing the organisation's key: everything opens afterwards, whenever it was interrupted."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from tests.casework.recorded import Recorded, recorded
from tests.proven import seal_of_before

from tweespoor.casework import (
    announcing,
    attesting,
    capturing,
    checking,
    clock,
    listening,
    models,
    occupying,
    places,
    planning,
    rotating,
    staffing,
    trackkeys,
)
from tweespoor.casework.models import Role
from tweespoor.casework.planning import Wanted
from tweespoor.errors import DamagedError
from tweespoor.rules.facts import Children
from tweespoor.seal import keys

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    seal_of_before()
    attesting.forget_all()
    with recorded(monkeypatch) as made:
        anna = staffing.person("anna")
        assert anna is not None
        Authenticator.objects.create(user=anna, type="totp", data={"secret": staffing.hide("JBSWY3DPEHPK3PXP")})
        Authenticator.objects.create(
            user=made.worker, type="recovery_codes", data={"seed": staffing.hide("seed"), "n": 1}
        )
        capturing.stop()
        yield made
    attesting.forget_all()


def key() -> bytes:
    return keys.load_organisation_key(places.keys() / "organisation.key")


def opens(talk: Recorded) -> bool:
    """Tell whether everything that hangs on the organisation's key opens with the one that is there."""
    secrets = {
        row.type: staffing.reveal(row.data.get("secret") or row.data["seed"]) for row in Authenticator.objects.all()
    }
    assert secrets == {"totp": "JBSWY3DPEHPK3PXP", "recovery_codes": "seed"}
    capturing.start()
    try:
        with listening.sound(talk.worker, talk.id, talk.ours) as player:
            assert b"".join(player.read(0, player.layout.size))
    finally:
        capturing.stop()
    attesting.forget_all()
    attesting.attest(talk.id)
    return not [finding for finding in checking.everything() if finding.wrong]


def test_everything_opens_with_the_new_key_and_nothing_with_the_old_one(talk: Recorded) -> None:
    before = key()
    told: dict[str, int] = {}
    rotating.rotate(told.__setitem__)
    assert key() != before
    assert told["keys"] == models.WrappedKey.objects.exclude(kind="track").count() > 1
    assert told["second factors"] == 2
    assert opens(talk)
    assert not rotating.is_interrupted()
    assert (places.keys() / "organisation.key").stat().st_mode & 0o777 == 0o600
    for row in models.WrappedKey.objects.exclude(kind="track"):
        with pytest.raises(DamagedError):
            keys.unwrap(before, bytes(row.wrapped), row.kind, row.owner)


@pytest.mark.parametrize("step", ["_wrapped", "_factors", "_announcements", "_take_over", "witness"])
@pytest.mark.parametrize("when", ["before", "behind"])
def test_it_is_taken_up_again_wherever_it_was_interrupted(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    real = getattr(rotating, step)

    def interrupted(*given: Any) -> None:  # noqa: ANN401 - whatever that step is given
        if when == "behind":
            real(*given)
        raise KeyboardInterrupt

    before = key()
    with monkeypatch.context() as patch:
        patch.setattr(rotating, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            rotating.rotate()
    if rotating.is_interrupted():
        rotating.rotate()
    assert key() != before
    assert opens(talk)


def test_some_rows_done_and_others_not(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotating, "_AT_ONCE", 1)
    real, seen = keys.wrap, []

    def wrap(*given: Any) -> bytes:  # noqa: ANN401 - as above
        seen.append(given)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(keys, "wrap", wrap)
        with pytest.raises(KeyboardInterrupt):
            rotating.rotate()
    assert rotating.is_interrupted()
    rotating.rotate()
    assert opens(talk)


def test_not_while_the_server_works_here(talk: Recorded) -> None:
    before = key()
    capturing.start()
    try:
        with pytest.raises(occupying.OccupiedError):
            rotating.rotate()
    finally:
        capturing.stop()
    assert key() == before
    with occupying.alone(), pytest.raises(occupying.OccupiedError):
        capturing.start()
    capturing.stop()
    assert opens(talk)


def test_what_opens_with_neither_key_stops_it(talk: Recorded) -> None:
    models.WrappedKey.objects.filter(kind="conversation").update(wrapped=b"x" * 60)
    with pytest.raises(DamagedError):
        rotating.rotate()
    assert rotating.is_interrupted()


def test_invitations_follow(talk: Recorded) -> None:
    worker = models.Staff.objects.create_user("wim", role=Role.WORKER)
    wanted = Wanted(starts_ms=clock.now_ms() + 86_400_000, people=3, children=Children.NONE)
    plan = planning.plan(worker, "ab" * 16, wanted)
    before = models.Plan.objects.get(pk=plan.pk).invitation_sha256
    rotating.rotate()
    assert models.Plan.objects.get(pk=plan.pk).invitation_sha256 != before
    assert trackkeys.organisation_key() == key()
    assert announcing.beforehand_key(key())
    assert opens(talk)
