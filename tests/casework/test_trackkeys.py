"""The organisation's key: made once, and never silently made again over what it opens."""

import pytest
from tests.casework.conftest import DATABASES

from tweespoor.casework import models, places, trackkeys
from tweespoor.errors import DamagedError

pytestmark = pytest.mark.django_db(databases=DATABASES)


def test_the_key_is_made_once_and_read_again() -> None:
    assert trackkeys.organisation_key() == trackkeys.organisation_key()


def test_a_lost_key_is_not_replaced_by_one_that_opens_nothing() -> None:
    trackkeys.organisation_key()
    models.WrappedKey.objects.create(kind="conversation", owner="0" * 32, conversation="0" * 32, wrapped=b"x")
    (places.keys() / "organisation.key").unlink()
    with pytest.raises(DamagedError):
        trackkeys.organisation_key()
    assert not (places.keys() / "organisation.key").exists()
