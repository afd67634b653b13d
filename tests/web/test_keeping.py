"""Pages about keeping and wiping: for who may, in short sentences, and nothing is wiped by looking."""

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from tests.casework.conftest import DATABASES, Clock
from tests.casework.kept import DAY_S, keep_for, officer, term_over
from tests.casework.recorded import Recorded, recorded
from tests.web.walk import browser, works_here

from tweespoor.casework import attaching, dropping, holding, keeping, ledger, models, requesting, telling, wiping
from tweespoor.casework.models import Attachment, Role
from tweespoor.rules import facts
from tweespoor.rules.facts import Children
from tweespoor.rules.kinds import Ground
from tweespoor.rules.requests import Asker, Request, Wish
from tweespoor.web import keepingwords

pytestmark = pytest.mark.django_db(databases=DATABASES)

LONGEST = 15


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made


@pytest.fixture
def late(talk: Recorded, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let it be a day after the term of twenty years."""
    return term_over(monkeypatch, talk)


@pytest.fixture
def desk(late: Clock) -> Client:
    """Give the browser of a privacy officer."""
    assert late.ms
    return browser(works_here("fenna", Role.OFFICER))


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def here(talk: Recorded, more: str = "") -> str:
    return f"/desk/keeping/{talk.id}/{more}"


def post(client: Client, address: str, status: int = 302, **form: str) -> str:
    answer = client.post(address, form)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


# A journey -----------------------------------------------------------------------------------------


def test_a_wiping_from_the_list_to_the_certificate(talk: Recorded, late: Clock, desk: Client) -> None:
    keeping.remind()
    listed = page(desk, "/desk/keeping/")
    assert "We bewaren 20 jaar." in listed
    assert "Bron: wet X, artikel 1." in listed
    assert "Ga na of het geluid gewist mag worden" in listed
    assert f'href="{here(talk)}"' in listed
    assert "Zet vast om te wissen" in page(desk, here(talk))
    post(desk, here(talk, "1/announce"), ground="retention-ended")
    announced = page(desk, here(talk))
    assert "Vastgezet op" in announced
    assert "door fenna." in announced
    assert "Wis dit deel nu" not in announced
    assert "kunnen we die opname wissen" in page(desk, here(talk, "notice"))
    assert "Bezwaar maken kan nog." in page(desk, "/desk/keeping/")
    assert "Bezwaar maken kan nog." in post(desk, here(talk, "1/wipe"), 409, sure="yes")
    late.turn(30 * DAY_S)
    assert "Wis dit deel nu" in page(desk, here(talk))
    assert "Zet eerst het vinkje." in post(desk, here(talk, "1/wipe"), 422)
    assert ledger.state(talk.id).parts[1].erased is None
    answer = desk.post(here(talk, "1/wipe"), {"sure": "yes"})
    assert answer.headers["Location"] == here(talk, "1/certificate")
    certificate = page(desk, here(talk, "1/certificate"))
    assert "Bewijs van wissen" in certificate
    assert "Zeker vanaf" in certificate
    late.turn(30 * DAY_S)
    assert "Zeker sinds" in page(desk, here(talk, "1/certificate"))
    told = desk.get(here(talk, "1/certificate.json")).json()
    assert told["ground"] == "retention-ended"
    assert told["certain_ms"] - told["done_ms"] == 30 * DAY_S * 1000
    assert told["entry"]["sha256"] == wiping.certificate(talk.id, 1).entry_sha256
    assert not re.search(r"fenna|anna|fatima", str(told))


def test_a_second_officer_sees_what_the_first_one_did(talk: Recorded, late: Clock, desk: Client) -> None:
    other = browser(works_here("bart", Role.OFFICER))
    post(desk, here(talk, "1/announce"), ground="retention-ended")
    post(other, here(talk, "1/announce"), ground="retention-ended")
    late.turn(30 * DAY_S)
    post(other, here(talk, "1/wipe"), sure="yes")
    answer = desk.post(here(talk, "1/wipe"), {"sure": "yes"})
    assert answer.headers["Location"] == here(talk, "1/certificate")
    assert "Gewist op" in page(desk, here(talk))
    assert "door bart." in page(desk, here(talk))
    assert "Wissen kan nog niet." in post(desk, here(talk, "object"), 409, reason="Te laat.")


def test_a_hold_is_placed_and_lifted_and_refuses_in_words(talk: Recorded, desk: Client) -> None:
    assert "De reden ontbreekt." in post(desk, here(talk, "hold"), 422)
    assert "De reden ontbreekt." in post(desk, here(talk, "hold"), 422, ground="own-use")
    post(desk, here(talk, "hold"), ground="complaint")
    held = page(desk, here(talk))
    assert "Er loopt een klacht." in held
    assert "Zet vast om te wissen" not in held
    refused = post(desk, here(talk, "1/announce"), 409, ground="retention-ended")
    assert "Deze opname moet bewaard blijven." in refused
    assert f'href="{here(talk)}"' in refused
    assert "Niets hiervan wordt gewist." in page(desk, "/desk/keeping/")
    post(desk, here(talk, "lift"))
    assert "Zet vast om te wissen" in page(desk, here(talk))


def test_the_worker_and_the_manager_object(talk: Recorded, desk: Client) -> None:
    for client in (of(talk.worker), browser(works_here("marijke", Role.MANAGER))):
        post(desk, here(talk, "1/announce"), ground="retention-ended")
        seen = page(client, here(talk))
        assert "Maak bezwaar" in seen
        assert "Wis dit deel nu" not in seen
        assert "Nieuw verzoek" not in seen
        assert "Schrijf op waarom." in post(client, here(talk, "object"), 422)
        post(client, here(talk, "object"), reason="Er loopt nog een gesprek.")
        assert ledger.state(talk.id).parts[1].locked is None
    assert "Er loopt nog een gesprek." in page(desk, here(talk))
    assert "Er loopt nog een gesprek." not in page(of(talk.worker), here(talk))


def of(staff: models.Staff) -> Client:
    """Give the browser of somebody who worked here before, with a second factor."""
    kind = Authenticator.Type.TOTP
    Authenticator.objects.get_or_create(user=staff, type=kind, defaults={"data": {"secret": "JBSWY3DPEHPK3PXP"}})
    return browser(staff)


def test_the_end_is_announced_and_one_line_is_left(talk: Recorded, late: Clock, desk: Client) -> None:
    assert "Er is nog niets weg." in page(desk, "/desk/keeping/register")
    assert "Kondig het einde aan" in page(desk, here(talk))
    post(desk, here(talk, "end"))
    assert "Het bewaren eindigt op" in page(desk, here(talk))
    late.turn(30 * DAY_S)
    assert "Het bewaren eindigt" in page(desk, "/desk/keeping/")
    post(desk, here(talk, "1/wipe"), sure="yes")
    dropping.drop(talk.id, staff=officer())
    page(desk, here(talk), 404)
    assert "Gesprek uit 20" in page(desk, "/desk/keeping/register")


def test_the_year_of_a_child_is_asked_and_only_the_year(
    talk: Recorded, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Het jongste kind" not in page(desk, here(talk))
    keep_for(monkeypatch, retention_until_adult=True, retention_years=5)
    with ledger.writing(talk.id) as sheet:
        sheet.add(facts.PeopleCounted(at=sheet.now, people=3, children=Children.DISCUSSED))
    keeping.remind()
    assert "Vul in wanneer het jongste kind 18 wordt" in page(desk, "/desk/keeping/")
    for given in ("", "31", "2031-05-06", "twintig"):
        assert "Vul een jaar in, zoals 2031." in post(desk, here(talk, "year"), 422, year=given)
    assert "In dat jaar wordt geen kind van dit gesprek 18." in post(desk, here(talk, "year"), 422, year="1999")
    opened = models.Conversation.objects.get(pk=talk.id).opened_ms
    year = str(1970 + opened // (365_2425 * 8_640) + 10)
    post(desk, here(talk, "year"), year=year)
    assert f'value="{year}"' in page(desk, here(talk))


# Requests and texts ----------------------------------------------------------------------------------


def asked(talk: Recorded, wish: Wish = Wish.WIPE) -> int:
    return requesting.ask(talk.id, 2, wish, Request(Asker.SELF), staff=officer()).pk


def test_a_request_is_noted_decided_and_answered_by_a_letter(talk: Recorded, late: Clock, desk: Client) -> None:
    form = page(desk, here(talk, "request"))
    assert "Deelnemer 1, volwassene" in form
    assert "Kies een persoon." in post(desk, here(talk, "request"), 422, wish="wipe", asker="self")
    wrong = post(desk, here(talk, "request"), 422, seat="2", came="ooit")
    assert "Kies wat er gevraagd wordt." in wrong
    assert "Schrijf een datum zo: 2026-01-31." in wrong
    answer = desk.post(here(talk, "request"), {"seat": "2", "wish": "wipe", "asker": "self", "came": "2046-11-20"})
    address = answer.headers["Location"]
    seen = page(desk, address)
    assert "Antwoord voor 20 februari 2047." in seen
    assert "Wissen gaat over het hele deel, ook over wat anderen zeiden." in seen
    page(desk, f"{address}letter", 404)
    assert "Kies een besluit." in post(desk, f"{address}decide", 422)
    assert "Schrijf op waarom." in post(desk, f"{address}decide", 422, decision="keep")
    post(desk, f"{address}decide", decision="wipe")
    assert "We gaan de opname wissen." in page(desk, address)
    assert "We kunnen wissen vanaf" in page(desk, f"{address}letter")
    late.turn(30 * DAY_S)
    post(desk, here(talk, "1/wipe"), sure="yes")
    assert "zijn ook de reservekopieën van de sleutels weg." in page(desk, f"{address}letter")
    assert "We hebben de opname gewist." in page(desk, here(talk))
    assert "We hebben de opname gewist." in page(desk, address)
    assert "We gaan de opname wissen." not in page(desk, f"{address}letter")


def test_after_an_objection_the_officer_decides_again_and_the_letter_names_no_cause(
    talk: Recorded, late: Clock, desk: Client
) -> None:
    address = f"/desk/keeping/request/{asked(talk)}/"
    letters = []
    for objects in (True, False):
        post(desk, f"{address}decide", decision="wipe")
        assert "Opnieuw beslissen" not in page(desk, "/desk/")
        if objects:
            wiping.object_to(talk.id, "Omdat ik het zeg.", staff=talk.worker)
        else:
            holding.place(talk.id, Ground.COMPLAINT, staff=officer())
        listed = page(desk, "/desk/")
        assert "Beslis opnieuw over een verzoek om te wissen" in listed
        assert "anna, sinds" in listed
        assert "Je kunt bewaren, bedekken of weer wissen." in listed
        for seen in (page(desk, here(talk)), page(desk, "/desk/keeping/")):
            assert "Opnieuw beslissen, sinds" in seen
            assert "We gaan de opname wissen." not in seen
        seen = page(desk, address)
        assert "niet door. Beslis daarom opnieuw." in seen
        assert "We gaan de opname wissen." not in seen
        letters.append(page(desk, f"{address}letter"))
    assert letters[0] == letters[1]
    said = letters[0].partition("<main")[2].partition("</main>")[0]
    for sentence in ("We kijken opnieuw naar je vraag.", "De opname is niet gewist.", "Je krijgt een nieuw antwoord."):
        assert sentence in said
    for word in ("bezwaar", "klacht.", "Omdat ik", "anna", "We gaan de opname wissen"):
        assert word not in said
    desk.cookies["l"] = "en"
    english = page(desk, f"{address}letter")
    assert "We are looking at your question again." in english
    assert "The recording has not been wiped." in english
    assert "object" not in english.partition("<main")[2].lower()


def test_the_list_of_holds_says_since_when_and_why(talk: Recorded, late: Clock, desk: Client) -> None:
    post(desk, here(talk, "hold"), ground="court")
    since = keepingwords.date_of(late.ms)
    late.turn(3 * DAY_S)
    for address in ("/desk/keeping/", "/desk/keeping/held", here(talk)):
        seen = page(desk, address)
        assert f"Sinds {since}" in seen
        assert "De rechter heeft het nodig." in seen
    desk.cookies["l"] = "en"
    assert "Since " in page(desk, "/desk/keeping/held")
    desk.cookies["l"] = "nl"
    post(desk, here(talk, "lift"))
    assert f"Sinds {since}" not in page(desk, "/desk/keeping/held")


def test_access_is_answered_with_what_is_known_of_this_person_alone(talk: Recorded, desk: Client) -> None:
    attaching.attach(talk.id, 3, Attachment.Kind.STATEMENT, "Van een ander.", staff=officer())
    number = asked(talk, Wish.ACCESS)
    address = f"/desk/keeping/request/{number}/"
    assert "Geven kan nu niet" not in page(desk, address)
    post(desk, f"{address}decide", decision="give")
    letter = page(desk, f"{address}letter")
    assert "Jij was erbij in dit deel van de opname:" in letter
    assert "Dat staat in: wet X, artikel 1." in letter
    for sentence in (
        "Waarom we dit hebben: om later terug te luisteren, en voor ons dossier.",
        "Wat we van je weten: volwassene.",
        "Je zei ja tegen opnemen.",
        "Je mag ook vragen om de opname te wissen.",
        "Dat kan ook bij de Autoriteit Persoonsgegevens.",
    ):
        assert sentence in letter, sentence
    own = ("Jouw verbetering of verklaring ligt erbij.", "We bewaren ook hoe we je veilig bereiken.")
    assert not any(sentence in letter for sentence in own)
    attaching.attach(talk.id, 2, Attachment.Kind.CORRECTION, "Het was later.", staff=officer())
    telling.set_way(talk.id, 2, "call", "0612345678")
    assert all(sentence in page(desk, f"{address}letter") for sentence in own)
    assert "Van een ander." not in letter
    assert "fenna" not in letter


def test_where_the_table_of_ages_says_no_giving_cannot_be_chosen(talk: Recorded, desk: Client) -> None:
    number = requesting.ask(talk.id, 2, Wish.ACCESS, Request(Asker.PARENT, harms=False), staff=officer()).pk
    seen = page(desk, f"/desk/keeping/request/{number}/")
    assert "Deze persoon beslist zelf." in seen
    assert 'value="give"' not in seen
    refused = post(desk, f"/desk/keeping/request/{number}/decide", 409, decision="give")
    assert "Deze persoon beslist zelf." in refused
    assert f'href="/desk/keeping/request/{number}/"' in refused


def test_a_correction_is_attached_and_shown_as_text(talk: Recorded, desk: Client) -> None:
    page(desk, here(talk, "attach"))
    wrong = post(desk, here(talk, "attach"), 422, text="x" * 10_001)
    for sentence in ("Kies een persoon.", "Kies wat het is.", "Een tekst heeft 1 tot 10.000 tekens."):
        assert sentence in wrong
    text = "Niet <b>nooit</b>.\nMaar soms."
    post(desk, here(talk, "attach"), seat="2", kind="correction", text=text)
    seen = page(desk, here(talk))
    assert "Verbetering, Deelnemer 1" in seen
    assert "Niet &lt;b&gt;nooit&lt;/b&gt;." in seen


# Who may ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("role", list(Role))
def test_who_sees_what(talk: Recorded, role: Role) -> None:
    number = asked(talk)
    client = browser(works_here("iemand", role))
    reads = 200 if role in {Role.OFFICER, Role.MANAGER, Role.CLERK} else 404
    decides = 200 if role is Role.OFFICER else 404
    for address, status in {
        "/desk/keeping/": reads,
        "/desk/keeping/register": reads,
        here(talk): reads,
        here(talk, "notice"): decides,
        here(talk, "request"): decides,
        here(talk, "attach"): decides,
        f"/desk/keeping/request/{number}/": decides,
    }.items():
        page(client, address, status)
    if role is not Role.OFFICER:
        for verb, form in {
            "1/announce": {"ground": "retention-ended"},
            "1/wipe": {"sure": "yes"},
            "hold": {"ground": "court"},
            "lift": {},
            "end": {},
            "year": {"year": "2040"},
            "attach": {"seat": "2", "kind": "statement", "text": "x"},
        }.items():
            post(client, here(talk, verb), 404, **form)
        post(client, f"/desk/keeping/request/{number}/decide", 404, decision="wipe")
    if role in {Role.CLERK, Role.WORKER, Role.ADMINISTRATOR}:
        post(client, here(talk, "object"), 404, reason="Nee.")
    assert ("Verzoeken" in page(client, here(talk), reads)) is (role is Role.OFFICER)


@pytest.mark.parametrize("name", ["x", "0" * 32, "A" * 32, "register/", "%00", "🙂"])
def test_what_is_not_there_is_not_there(talk: Recorded, desk: Client, name: str) -> None:
    assert talk.id
    page(desk, f"/desk/keeping/{name}/", 404)
    page(desk, f"/desk/keeping/{name}/1/certificate", 404)
    page(desk, f"/desk/keeping/{talk.id}/1/certificate", 404)
    page(desk, "/desk/keeping/request/999/", 404)


def test_practice_is_not_there(talk: Recorded, desk: Client) -> None:
    models.Conversation.objects.create(id="0" * 32, worker=talk.worker, opened_ms=0, practice=True)
    page(desk, f"/desk/keeping/{'0' * 32}/", 404)


# Words -------------------------------------------------------------------------------------------------


def sentences(text: str) -> list[str]:
    body = re.sub(r"<[^>]+>", "\n", text.partition("<main")[2].partition("</main>")[0])
    return [one for one in re.split(r"[.!?:\n]", body) if one.strip()]


def test_pages_are_short_neutral_and_name_nobody_in_their_address(talk: Recorded, late: Clock, desk: Client) -> None:
    number = asked(talk, Wish.ACCESS)
    post(desk, here(talk, "1/announce"), ground="retention-ended")
    post(desk, f"/desk/keeping/request/{number}/decide", decision="give")
    addresses = [
        *("/desk/keeping/", "/desk/keeping/register", here(talk), here(talk, "notice"), here(talk, "request")),
        *(here(talk, "attach"), f"/desk/keeping/request/{number}/", f"/desk/keeping/request/{number}/letter"),
    ]
    pages = {address: page(desk, address) for address in addresses}
    late.turn(30 * DAY_S)
    post(desk, here(talk, "1/wipe"), sure="yes")
    pages["certificate"] = page(desk, here(talk, "1/certificate"))
    for address, seen in pages.items():
        for one in sentences(seen):
            assert len(one.split()) <= LONGEST, (address, one)
        assert "<title>Bewaren en wissen</title>" in seen
        assert " style=" not in seen
        assert "<script>" not in seen
        assert "vernietig" not in seen.lower()
    english = browser(models.Staff.objects.get(username="fenna"))
    english.cookies["l"] = "en"
    assert "Keeping and wiping" in page(english, "/desk/keeping/")


def test_the_lists_say_when_nothing_was_looked_up(
    talk: Recorded, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_for(monkeypatch, retention_years=0)
    seen = page(desk, "/desk/keeping/")
    assert "De bewaartijd is nog niet ingevuld." in seen
    assert "Er staat niets open." in seen
    assert "De bewaartijd is nog niet ingevuld." in page(desk, here(talk))
    holding.place(talk.id, Ground.COURT, staff=officer())
    assert "Dit gesprek moet bewaard blijven." in page(desk, here(talk))
