"""How the agreements were laid down, in one picture: spoken, with the second, or signed; and what is not right."""

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from tests import sealed
from tests.casework.contracts import HAND, concluded, newest, sign
from tests.casework.recorded import Recorded, recorded
from tests.casework.test_hearing import BRAM, CARLA
from tests.web.table import inside, staff, words
from tests.web.test_hearing import listener

from tweespoor.casework import attaching, certifying, clock, contracting, ledger, models, staffing, strokes
from tweespoor.casework.models import Attachment, Role
from tweespoor.rules import facts
from tweespoor.rules.facts import Ground

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        certifying.make_seal("Veilig Thuis Voorbeeldstad")
        secret = {"secret": staffing.hide("JBSWY3DPEHPK3PXP")}
        Authenticator.objects.create(user=made.worker, type=Authenticator.Type.TOTP, data=secret)
        yield made


@pytest.fixture
def later(talk: Recorded) -> Recorded:
    """Let a contract be offered."""
    contracting.offer(talk.id)
    return talk


def noted() -> models.Task | None:
    return models.Task.objects.filter(kind=models.Task.Kind.NOTED, done_ms=None).first()


def test_what_somebody_does_not_agree_with_is_a_task_of_the_officer_alone(talk: Recorded) -> None:
    sheet = {"begin": "0:01", "end": "0:04", "text": "Dit zei ik niet."}
    assert listener(talk).post("/luister/afspraken", sheet).status_code == 302
    assert noted() is not None
    fatima = staff("fenna", Role.OFFICER)
    where = f"/desk/keeping/{talk.id}/"
    desk = inside(fatima).get("/desk/").content.decode()
    assert "Lees wat iemand bij een stuk schreef" in desk
    assert f'href="{where}"' in desk
    for other in (inside(staff("marijke", Role.MANAGER)), inside(staff("kees", Role.CLERK))):
        assert "Lees wat iemand" not in words(other.get("/desk/"))
        assert "Dit zei ik niet." not in words(other.get(where))
        assert other.post(f"{where}read").status_code == 404
    assert "Lees wat iemand" not in words(inside(talk.worker).get("/"))  # law 11: not of the worker
    assert "Dit zei ik niet." not in words(inside(talk.worker).get(f"/opname/{talk.id}/afspraken"))
    page = words(inside(fatima).get(where))
    assert "Dit zei ik niet." in page
    assert "Ik heb dit gelezen" in page
    assert inside(fatima).post(f"{where}read").status_code == 302
    assert noted() is None
    assert "Ik heb dit gelezen" not in words(inside(fatima).get(where))
    listener(talk, CARLA).post("/luister/afspraken", sheet)
    assert noted() is not None


def shown(talk: Recorded) -> None:
    concluded()
    models.Contract.objects.update(shown_from_ms=clock.now_ms())


def test_clause_7a_each_agreement_leads_to_the_second_at_which_it_was_spoken(talk: Recorded) -> None:
    text = listener(talk).get("/luister/afspraken").content.decode()
    assert text.count("Hoor de tekst, op 0:0") == 7
    spoken = talk.state.parts[1].spoken[0]
    began = talk.state.parts[1].started_at or 0
    seconds = [float(one) for one in re.findall(r'href="/luister/gesprek#t=([\d.]+)"', text)]
    assert min(seconds) == pytest.approx(max(0, spoken.text.begin - began) / 1000, abs=2)
    assert max(seconds) == pytest.approx((spoken.yeses.begin - began) / 1000, abs=2)
    assert "Getekend" not in text


def test_clause_7b_what_was_signed_stands_beside_what_was_spoken(later: Recorded) -> None:
    sign(later.id, None, BRAM, CARLA)
    shown(later)
    for client, address in (
        (listener(later), "/luister/afspraken"),
        (inside(later.worker), f"/opname/{later.id}/afspraken"),
    ):
        says = words(client.get(address))
        assert says.count("Getekend, contract versie 1") == 7
        assert says.count("Ingesproken") == 7


def test_what_is_locked_is_not_gone_to(talk: Recorded) -> None:
    ledger.append(talk.id, facts.PartLocked(at=clock.now_ms(), part=1, ground=Ground.REQUEST))
    text = inside(talk.worker).get(f"/opname/{talk.id}/afspraken").content.decode()
    assert "#t=" not in text
    assert "Ingesproken" in text


def test_somebody_who_listens_back_signs_later_and_gets_the_contract(later: Recorded) -> None:
    client, before = listener(later), newest(later.id).sha256
    assert "Er is een contract over de opname." in words(client.get("/luister/gesprek"))
    form = {"contract": before, "signs": "yes", "drawn": strokes.write(HAND)}
    answers = [client.post("/luister/contract", form | {"signs": one}) for one in ("no", "cross", "yes")]
    assert len({one.content for one in answers}) == 1, "signing and not signing look the same"
    assert client.post("/luister/contract", form | {"contract": "11" * 32}).status_code == 409
    assert client.get("/luister/contract/nl.pdf").status_code == 404
    sign(later.id, None, CARLA)
    shown(later)
    assert "Dit contract geldt." in words(client.get("/luister/contract"))
    pdf = client.get("/luister/contract/nl.pdf")
    assert sealed.is_whole(pdf.content)
    assert pdf["Content-Disposition"] == 'attachment; filename="contract.pdf"'
    assert client.get("/luister/contract/en.pdf").status_code == 404
    assert client.post("/luister/contract", form).status_code == 409


def test_without_a_contract_there_is_none_to_sign(talk: Recorded) -> None:
    client = listener(talk)
    assert client.get("/luister/contract").status_code == 404
    assert "contract" not in words(client.get("/luister/gesprek"))


# What is not right --------------------------------------------------------------------------------------


def test_law_11_what_somebody_notes_is_for_the_organisation_and_nobody_else_who_was_there(talk: Recorded) -> None:
    client = listener(talk, BRAM)
    form = {"begin": "0:05", "end": "0:20", "text": "Dit heb ik niet gehoord. <b>Echt.</b>"}
    assert client.post("/luister/afspraken", form)["Location"] == "/luister/afspraken"
    page = client.get("/luister/afspraken").content.decode()
    assert "Van 0:05 tot 0:20:" in page
    assert "&lt;b&gt;Echt" in page
    assert "niet gehoord" not in listener(talk, CARLA).get("/luister/afspraken").content.decode()
    assert "niet gehoord" not in inside(talk.worker).get(f"/opname/{talk.id}/afspraken").content.decode()
    (kept,) = attaching.of(talk.id, Attachment.Kind.STATEMENT)
    assert kept.seat == BRAM
    line = models.Access.objects.get(action="attachment.statement")
    assert (line.seat, line.staff) == (BRAM, None)


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("0:20", "0:20"),
        ("0:20", "0:05"),
        ("0:00", "99:00"),
        ("", "0:10"),
        ("-0:01", "0:10"),
        ("a", "b"),
        ("0:75", "2:00"),
    ],
)
def test_a_stretch_that_is_none_is_refused(talk: Recorded, begin: str, end: str) -> None:
    answer = listener(talk).post("/luister/afspraken", {"begin": begin, "end": end, "text": "x"})
    assert answer.status_code == 422
    assert "Dit stuk ligt niet in de opname." in words(answer)
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("text", ["", " ", "x" * 1001])
def test_a_note_without_words_or_with_too_many_is_refused(talk: Recorded, text: str) -> None:
    answer = listener(talk).post("/luister/afspraken", {"begin": "0:00", "end": "0:10", "text": text})
    assert answer.status_code == 422
    assert not Attachment.objects.exists()
