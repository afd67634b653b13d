"""The pages of safe ways, of plans that go to a colleague, of a sealed certificate, of what a worker can object to."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from tests.casework.conftest import DATABASES
from tests.casework.kept import DAY_S, keep_for, officer, years_later
from tests.casework.recorded import Recorded, recorded
from tests.web.walk import browser, works_here

from tweespoor.casework import announcing, certifying, clock, models, planning, requesting, staffing, telling, wiping
from tweespoor.casework.announcing import Moment
from tweespoor.casework.models import Role
from tweespoor.casework.telling import Way, What
from tweespoor.rules.kinds import Children, Ground
from tweespoor.rules.requests import Asker, Decision, Request, Wish

pytestmark = pytest.mark.django_db(databases=DATABASES)

BRAM, CARLA = 2, 3
KEY = "ab" * 16


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made


@pytest.fixture
def anna(talk: Recorded) -> Client:
    secret = {"secret": staffing.hide("JBSWY3DPEHPK3PXP")}
    Authenticator.objects.create(user=talk.worker, type=Authenticator.Type.TOTP, data=secret)
    return browser(talk.worker)


def here(talk: Recorded, more: str = "") -> str:
    return f"/g/{talk.id}/ways{more}"


def said(client: Client, where: str, status: int = 200, /, **form: object) -> str:
    answer = client.post(where, form) if form else client.get(where)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


# Safe ways ----------------------------------------------------------------------------------------------------


def test_a_way_is_noted_and_its_number_shown_only_on_purpose(talk: Recorded, anna: Client) -> None:
    page = said(anna, here(talk))
    assert "Hoe is iemand veilig bereikbaar?" in page
    assert page.count("Nu: we sturen niets.") == 2
    page = said(anna, here(talk), seat=BRAM, way="call", address="06 12345678", language="nl")
    assert ("Nu: alleen bellen is veilig." in page, "06 12345678" in page) == (True, False)
    assert "06 12345678" not in said(anna, here(talk))
    assert "06 12345678" in said(anna, here(talk, "/look"), seat=BRAM)
    assert models.Access.objects.filter(action="way.look", seat=BRAM).count() == 1
    said(anna, here(talk), seat=BRAM, way="none", address="06 12345678", language="nl")
    assert telling.way_of(talk.id, BRAM) is Way.NONE
    said(anna, here(talk, "/look"), 404, seat=BRAM)


@pytest.mark.parametrize(
    "form",
    [
        {"way": "mail", "address": "bram", "language": "nl"},
        {"way": "sms", "address": "", "language": "nl"},
        {"way": "pigeon", "address": "roof", "language": "nl"},
        {"way": "sms", "address": "06 12345678", "language": "xx"},
        {"address": "06 12345678"},
    ],
)
def test_what_is_no_way_is_said_and_not_kept(talk: Recorded, anna: Client, form: dict[str, str]) -> None:
    page = said(anna, here(talk), 422, seat=CARLA, **form)
    assert "Dit nummer of adres klopt niet." in page
    assert not form["address"] or form["address"] not in page
    assert telling.ways_of(talk.id) == {}


def test_only_for_who_took_part_and_only_by_whose_conversation_it_is(talk: Recorded, anna: Client) -> None:
    for seat in ("1", "9", "x", ""):
        said(anna, here(talk), 404, seat=seat, way="none", language="nl")
    for role in (Role.WORKER, Role.MANAGER, Role.OFFICER, Role.CLERK, Role.ADMINISTRATOR):
        said(browser(works_here(f"other-{role}", role)), here(talk), 404)


def test_what_only_may_be_said_by_telephone_says_so_on_the_list(talk: Recorded, anna: Client) -> None:
    telling.set_way(talk.id, BRAM, Way.CALL, "06 12345678")
    telling.in_person(talk.id, What.CHANGE, BRAM)
    telling.in_person(talk.id, What.CHANGE, CARLA)
    page = said(anna, "/")
    assert page.count("Alleen bellen is veilig.") == 1
    assert f'href="{here(talk)}"' in page
    assert "06 12345678" not in page


def test_a_number_from_beforehand_is_offered_and_kept_for_one(talk: Recorded, anna: Client) -> None:
    one = planning.plan(talk.worker, KEY, planning.Wanted(starts_ms=clock.now_ms() + 3_600_000))
    announcing.announce(Moment(one.starts_ms), announcing.Way.CALL, "06 12345678", one)
    assert "Vooraf gaf iemand een nummer." not in said(anna, here(talk))
    models.Plan.objects.filter(pk=one.pk).update(conversation=talk.id, begun_ms=clock.now_ms())
    assert "Vooraf gaf iemand een nummer." in said(anna, here(talk))
    page = said(anna, here(talk, "/take"), seat=CARLA)
    assert ("Nu: alleen bellen is veilig." in page, "Vooraf gaf iemand" in page) == (True, False)
    said(anna, here(talk, "/take"), 422, seat=BRAM)


def test_the_officer_reads_how_an_answer_is_told(talk: Recorded) -> None:
    fenna = browser(works_here("fenna", Role.OFFICER))
    asked = requesting.ask(talk.id, BRAM, Wish.WIPE, Request(Asker.SELF), staff=officer())
    requesting.decide(asked.pk, Decision.KEEP, "Het is nog nodig.", staff=officer())
    assert "Er is geen veilige weg bekend." in said(fenna, f"/desk/keeping/request/{asked.pk}/")
    telling.set_way(talk.id, BRAM, Way.CALL, "06 12345678")
    assert "Alleen bellen is veilig." in said(fenna, f"/desk/keeping/request/{asked.pk}/")


def test_what_is_left_behind_stands_on_the_managers_desk(talk: Recorded) -> None:
    marijke = browser(works_here("marijke", Role.MANAGER))
    telling.in_person(talk.id, What.CONTACT, BRAM)
    assert "Geef het aan een collega." not in said(marijke, "/desk/")
    models.Staff.objects.filter(pk=talk.worker.pk).update(is_active=False)
    page = said(marijke, "/desk/")
    assert "Geef het aan een collega." in page
    assert f"/desk/g/{talk.id}/hand-over" in page


# Plans that go to a colleague ---------------------------------------------------------------------------------


def test_a_plan_goes_to_a_colleague_with_its_invitation(talk: Recorded, anna: Client) -> None:
    bea = works_here("bea", Role.WORKER)
    one = planning.plan(talk.worker, KEY, planning.Wanted(starts_ms=clock.now_ms() + 3_600_000))
    token = planning.invitation(one)
    address = f"/plans/{KEY}/hand-over"
    page = said(anna, address)
    assert '<option value="">' in page
    assert ">anna<" not in page
    for wrong in ("", "x"):
        assert "Kies een collega." in said(anna, address, 422, to=wrong)
    clerk = works_here("kees", Role.CLERK)
    for nobody in (clerk.pk, talk.worker.pk, 999_999):
        said(anna, address, 404, to=nobody)
    said(anna, address, 302, to=bea.pk)
    said(anna, f"/plans/{KEY}/", 404)
    hers = browser(bea)
    said(hers, f"/plans/{KEY}/")
    assert planning.invited(token).worker == bea
    assert models.Access.objects.filter(action="plan.hand-over").count() == 1
    begun = planning.begin(planning.of(bea, KEY), bea, 2, Children.NONE)
    assert hers.get(address)["Location"] == f"/g/{begun}/"


# Wiping, as a worker sees it, and the certificate ---------------------------------------------------------------


@pytest.mark.parametrize("ground", [Ground.RETENTION_ENDED, Ground.REQUEST])
def test_a_worker_sees_what_will_be_wiped_and_not_why(
    talk: Recorded, anna: Client, monkeypatch: pytest.MonkeyPatch, ground: Ground
) -> None:
    keep_for(monkeypatch)
    years_later(monkeypatch, talk)
    if ground is Ground.REQUEST:
        asked = requesting.ask(talk.id, BRAM, Wish.WIPE, Request(Asker.SELF), staff=officer())
        requesting.decide(asked.pk, Decision.WIPE, "", staff=officer())
    else:
        wiping.announce(talk.id, 1, ground, staff=officer())
    page = said(anna, "/")
    assert "Deze opname kan later gewist worden." in page
    assert f'href="/desk/keeping/{talk.id}/"' in page
    page = said(anna, f"/desk/keeping/{talk.id}/")
    assert "Maak bezwaar" in page
    for telling_ in ("Iemand vroeg om wissen.", "De bewaartijd is voorbij."):
        assert telling_ not in page
    said(anna, f"/desk/keeping/{talk.id}/object", 302, reason="Er loopt een klacht.")
    assert "Deze opname kan later gewist worden." not in said(anna, "/")


def test_openssl_accepts_the_signature_of_a_certificate(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep_for(monkeypatch)
    time = years_later(monkeypatch, talk)
    wiping.announce(talk.id, 1, Ground.RETENTION_ENDED, staff=officer())
    time.turn(30 * DAY_S)
    wiping.wipe(talk.id, 1, staff=officer())
    fenna = browser(works_here("fenna", Role.OFFICER))
    address = f"/desk/keeping/{talk.id}/1/certificate"
    if not certifying.has_seal():
        assert "De handtekening erbij" not in said(fenna, address)
        said(fenna, f"{address}.json.p7s", 404)
    certifying.make_seal("Huis van de test", years=30)
    assert "De handtekening erbij" in said(fenna, address)
    content, signature, root = (tmp_path / name for name in ("c.json", "c.p7s", "root.pem"))
    content.write_bytes(fenna.get(f"{address}.json").content)
    signature.write_bytes(fenna.get(f"{address}.json.p7s").content)
    root.write_bytes((certifying.folder() / "root.pem").read_bytes())

    def checked() -> int:
        command: list[str | Path] = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", signature]
        command += ["-content", content, "-CAfile", root, "-purpose", "any", "-no_check_time", "-out", tmp_path / "out"]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert checked() == 0
    content.write_bytes(content.read_bytes().replace(b'"part": 1', b'"part": 2'))
    assert checked() != 0
