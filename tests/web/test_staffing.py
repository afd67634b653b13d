"""Signing in takes a password and a second factor; each role sees its own pages."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpResponse, HttpResponseBase
from django.test import Client

from tweespoor.casework import checklist, staffing
from tweespoor.casework.models import Role, Staff
from tweespoor.web.staffing import ITEMS, ROLES

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])

PASSWORD = "paars fietst regen"
OWN = {"sec-fetch-site": "same-origin"}


def account(name: str, role: Role, *, factor: bool = True) -> Staff:
    staff = staffing.accept(staffing.invite(name, role), PASSWORD)
    if factor:
        Authenticator.objects.create(
            user=staff, type=Authenticator.Type.TOTP, data={"secret": staffing.hide("JBSWY3DPEHPK3PXP")}
        )
    return staff


def code(secret: str, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def sign_in(client: Client, name: str = "anna", password: str = PASSWORD) -> HttpResponseBase:
    return client.post("/staff/login/", {"login": name, "password": password}, headers=OWN)


def inside(role: Role) -> Client:
    client = Client(headers=OWN)
    client.force_login(account(role.value, role))
    return client


def test_a_password_alone_opens_nothing_but_the_second_step(client: Client) -> None:
    account("anna", Role.WORKER)
    assert sign_in(client)["Location"].startswith("/staff/login/factor/")
    assert client.get("/staff/")["Location"].startswith("/staff/login/")
    answer = client.post("/staff/login/factor/", {"code": code("JBSWY3DPEHPK3PXP")}, headers=OWN)
    assert answer.status_code == 302
    assert "Je bent ingelogd als anna." in client.get("/staff/").content.decode()


def test_a_code_works_once(client: Client) -> None:
    account("anna", Role.WORKER)
    figures = code("JBSWY3DPEHPK3PXP")
    sign_in(client)
    assert client.post("/staff/login/factor/", {"code": figures}, headers=OWN).status_code == 302
    again = Client()
    sign_in(again)
    assert again.post("/staff/login/factor/", {"code": figures}, headers=OWN).status_code == 200


def test_who_has_no_second_factor_must_set_one_first(client: Client) -> None:
    account("anna", Role.WORKER, factor=False)
    sign_in(client)
    for path in ("/staff/", "/staff/people/", "/staff/password/"):
        assert client.get(path)["Location"] == "/staff/factor/"
    page = client.get("/staff/factor/app/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert secret
    assert "<svg" in page
    answer = client.post("/staff/factor/app/", {"code": code(secret[1])}, headers=OWN)
    assert answer["Location"] == "/staff/factor/codes/"
    codes = re.findall(r"<code>(\d+)</code>", client.get("/staff/factor/codes/").content.decode())
    assert len(codes) == 10
    assert client.get("/staff/").status_code == 200
    # A lost phone: a recovery code takes the place of a code from the app, once.
    other = Client()
    sign_in(other)
    assert other.post("/staff/login/factor/", {"code": codes[0]}, headers=OWN).status_code == 302
    assert other.get("/staff/").status_code == 200


def test_a_copy_of_the_tables_holds_no_second_factor(client: Client) -> None:
    account("anna", Role.WORKER, factor=False)
    sign_in(client)
    secret = re.search(r"<code>([A-Z2-7]+)</code>", client.get("/staff/factor/app/").content.decode())
    assert secret
    client.post("/staff/factor/app/", {"code": code(secret[1])}, headers=OWN)
    kept = repr(list(Authenticator.objects.values_list("data", flat=True)))
    assert len(Authenticator.objects.all()) == 2
    assert secret[1] not in kept


def test_the_passkey_page_asks_the_browser_for_one(client: Client) -> None:
    account("anna", Role.WORKER, factor=False)
    sign_in(client)
    page = client.get("/staff/factor/passkeys/add/").content.decode()
    assert '"challenge"' in page
    assert "webauthn" in page


def test_the_last_factor_cannot_be_taken_away(client: Client) -> None:
    account("anna", Role.WORKER)
    sign_in(client)
    client.post("/staff/login/factor/", {"code": code("JBSWY3DPEHPK3PXP")}, headers=OWN)
    page = client.get("/staff/factor/app/remove/").content.decode()
    assert "Dit is je enige tweede stap." in page
    client.post("/staff/factor/app/remove/", headers=OWN)
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()


def test_a_name_that_does_not_exist_gets_the_same_answer_as_a_wrong_password(client: Client) -> None:
    account("anna", Role.WORKER)
    wrong, nobody = sign_in(client, password="not this one at all"), sign_in(client, name="nobody")
    assert isinstance(wrong, HttpResponse)
    assert isinstance(nobody, HttpResponse)
    assert nobody.content.replace(b"nobody", b"anna") == wrong.content


def test_guessing_a_password_is_slowed_down(client: Client) -> None:
    account("anna", Role.WORKER)
    for _ in range(5):
        sign_in(client, password="not this one at all")
    assert "Location" not in sign_in(client), "also the right password is refused for a while"


def test_nobody_signs_up(client: Client) -> None:
    client.post("/staff/login/", {"username": "eve", "password1": PASSWORD, "password2": PASSWORD}, headers=OWN)
    assert client.get("/staff/signup/").status_code == 404
    assert not Staff.objects.exists()


def test_the_invitation_page_sets_a_password(client: Client) -> None:
    token = staffing.invite("anna", Role.WORKER)
    path = f"/staff/invitation/{token}/"
    assert client.get(path).status_code == 200
    for password, again in (("te kort", "te kort"), (PASSWORD, "another one here"), ("1234567890123", "1234567890123")):
        answer = client.post(path, {"password": password, "again": again}, headers=OWN)
        assert answer.status_code == 400
        assert password.encode() not in answer.content
    assert client.post(path, {"password": PASSWORD, "again": PASSWORD}, headers=OWN)["Location"] == "/staff/login/"
    assert sign_in(client).status_code == 302
    assert Client().get(path).status_code == 404


def test_an_administrator_makes_shuts_out_and_repairs_accounts() -> None:
    client = inside(Role.ADMINISTRATOR)
    page = client.post("/staff/people/invite/", {"username": "bo", "role": "clerk", "email": ""}).content.decode()
    link = re.search(r'value="(http://testserver/staff/invitation/[^"]+)"', page)
    assert link
    bo = staffing.person("bo")
    staffing.accept(link[1].split("/")[-2], PASSWORD)
    assert "invitation" not in client.get("/staff/people/").content.decode()
    client.post(f"/staff/people/{bo.pk}/disable/")
    bo.refresh_from_db()
    assert not bo.is_active
    assert sign_in(Client(), "bo")["Location"] == "/staff/inactive/"
    client.post(f"/staff/people/{bo.pk}/enable/")
    assert "invitation" in client.post(f"/staff/people/{bo.pk}/invite/").content.decode()
    bo.refresh_from_db()
    assert not bo.has_usable_password()
    assert client.post(f"/staff/people/{bo.pk}/explode/").status_code == 404
    assert client.post("/staff/people/99999/reset/").status_code == 404
    assert client.post("/staff/people/invite/", {"username": "bo", "role": "clerk"}).status_code == 400
    assert client.post("/staff/people/invite/", {"username": "cy", "role": "king"}).status_code == 400
    own = Staff.objects.get(role=Role.ADMINISTRATOR)
    assert client.post(f"/staff/people/{own.pk}/disable/").status_code == 400


@pytest.mark.parametrize("role", [Role.WORKER, Role.MANAGER, Role.OFFICER, Role.CLERK])
def test_to_others_the_page_of_accounts_does_not_exist(role: Role) -> None:
    client = inside(role)
    assert client.get("/staff/people/").status_code == 404
    assert client.post("/staff/people/invite/", {"username": "eve", "role": "administrator"}).status_code == 404
    assert client.post(f"/staff/people/{Staff.objects.get().pk}/reset/").status_code == 404


def test_the_privacy_officer_ends_practice_mode() -> None:
    client = inside(Role.OFFICER)
    assert "Elk nieuw gesprek is nu een oefening." in client.get("/staff/checklist/").content.decode()
    for item in checklist.ITEMS:
        assert not checklist.is_complete()
        assert client.post("/staff/checklist/", {"item": item, "tick": "on"}).status_code == 302
    assert checklist.is_complete()
    page = client.get("/staff/checklist/").content.decode()
    assert "Nieuwe gesprekken zijn echt." in page
    assert page.count("Afgevinkt door officer op ") == len(checklist.ITEMS)
    client.post("/staff/checklist/", {"item": checklist.ITEMS[0], "tick": "off"})
    assert not checklist.is_complete()
    assert client.post("/staff/checklist/", {"item": "world-peace", "tick": "on"}).status_code == 404


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMINISTRATOR])
def test_others_may_look_at_the_checklist_but_not_tick(role: Role) -> None:
    client = inside(role)
    page = client.get("/staff/checklist/")
    assert page.status_code == 200
    assert b'<form method="post" action="/staff/checklist/"' not in page.content
    assert client.post("/staff/checklist/", {"item": checklist.ITEMS[0], "tick": "on"}).status_code == 404
    assert not checklist.ticked()


@pytest.mark.parametrize("role", [Role.WORKER, Role.CLERK])
def test_to_a_worker_the_checklist_does_not_exist(role: Role) -> None:
    assert inside(role).get("/staff/checklist/").status_code == 404


def test_every_item_of_the_checklist_has_its_words(client: Client) -> None:
    assert set(ITEMS) == set(checklist.ITEMS)
    assert set(ROLES) == set(Role.values)
