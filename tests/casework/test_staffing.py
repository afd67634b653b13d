"""Accounts: who gets in, by which link, and who is shut out."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.test import Client

from tweespoor.casework import clock, staffing
from tweespoor.casework.models import Access, Role, Staff
from tweespoor.errors import UnknownError

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


@pytest.fixture
def later() -> Iterator[None]:
    before = clock.source
    yield
    clock.source = before


def test_an_invitation_lets_someone_choose_a_password_once() -> None:
    token = staffing.invite("anna", Role.WORKER)
    anna = staffing.invited(token)
    assert not anna.has_usable_password()
    staffing.accept(token, "paars fietst regen")
    assert staffing.person("anna").check_password("paars fietst regen")
    with pytest.raises(UnknownError):
        staffing.accept(token, "iemand anders nu")


def test_a_new_invitation_ends_the_old_one() -> None:
    old = staffing.invite("anna", Role.WORKER)
    new = staffing.invite_again(staffing.person("anna"))
    with pytest.raises(UnknownError):
        staffing.invited(old)
    assert staffing.invited(new).username == "anna"


def test_an_invitation_ends_after_seven_days(later: None) -> None:
    token = staffing.invite("anna", Role.WORKER)
    moment = clock.now_ms() + 7 * 24 * 3600 * 1000 + 1
    clock.source = lambda: moment * 1_000_000
    with pytest.raises(UnknownError):
        staffing.invited(token)


@pytest.mark.parametrize("name", ["anna", "ANNA"])
def test_a_name_is_given_once(name: str) -> None:
    staffing.invite("anna", Role.WORKER)
    with pytest.raises(ValueError, match="taken"):
        staffing.invite(name, Role.CLERK)


@pytest.mark.parametrize("name", ["", "anna van dijk", "anna/../", "a\n", "🙂"])
def test_a_name_is_one_word(name: str) -> None:
    with pytest.raises(ValidationError):
        staffing.invite(name, Role.WORKER)


def test_an_address_is_given_once() -> None:
    staffing.invite("anna", Role.WORKER, email="anna@example.org")
    with pytest.raises(ValueError, match="taken"):
        staffing.invite("other", Role.WORKER, email="Anna@example.org")


def test_the_last_administrator_cannot_be_shut_out() -> None:
    staffing.invite("first", Role.ADMINISTRATOR)
    with pytest.raises(ValueError, match="last administrator"):
        staffing.disable(staffing.person("first"))
    staffing.invite("second", Role.ADMINISTRATOR)
    staffing.disable(staffing.person("first"))
    assert not staffing.person("first").is_active


def test_who_is_shut_out_is_out_at_once(client: Client) -> None:
    staffing.invite("anna", Role.WORKER)
    anna = staffing.person("anna")
    client.force_login(anna)
    staffing.disable(anna)
    assert client.get("/staff/").status_code == 302


def test_a_reset_takes_every_factor_and_session_away(client: Client) -> None:
    staffing.invite("anna", Role.WORKER)
    anna = staffing.person("anna")
    Authenticator.objects.create(user=anna, type=Authenticator.Type.TOTP, data={"secret": "x"})
    Authenticator.objects.create(user=anna, type=Authenticator.Type.RECOVERY_CODES, data={})
    client.force_login(anna)
    assert staffing.has_factor(anna)
    staffing.reset_factor(anna)
    assert not Authenticator.objects.filter(user=anna).exists()
    assert client.get("/staff/").status_code == 302


def test_what_is_done_to_an_account_is_written_down() -> None:
    staffing.invite("beheer", Role.ADMINISTRATOR)
    by = Staff.objects.get()
    staffing.invite("anna", Role.WORKER, by=by)
    staffing.disable(staffing.person("anna"), by=by)
    staffing.enable(staffing.person("anna"), by=by)
    actions = list(Access.objects.filter(staff=by).order_by("pk").values_list("action", flat=True))
    assert actions == ["staff.invite", "staff.disable", "staff.enable"]


def test_recovery_codes_alone_are_no_second_factor() -> None:
    staffing.invite("anna", Role.WORKER)
    anna = staffing.person("anna")
    Authenticator.objects.create(user=anna, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert not staffing.has_factor(anna)
