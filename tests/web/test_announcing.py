"""«Ik wil mijn gesprek opnemen»: the same answer to the byte, few tries, and nothing that is kept by mistake."""

from collections.abc import Mapping

import pytest
from django.test import Client
from tests.web.table import OWN, Table, words

from tweespoor.casework import announcing as heard
from tweespoor.casework import models, planning
from tweespoor.casework.planning import Wanted
from tweespoor.web import announcing, moments

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])

DAY_MS = 86_400_000


@pytest.fixture
def plan(table: Table) -> models.Plan:
    anna = models.Staff.objects.get(username="anna")
    return planning.plan(anna, "ab" * 16, Wanted(starts_ms=table.time.ms + 3 * DAY_MS))


def browser(address: str = "192.0.2.1") -> Client:
    return Client(headers=OWN, REMOTE_ADDR=address)


def wire(client: Client, form: Mapping[str, str], path: str = "/vooraf") -> tuple[object, ...]:
    answer = client.post(path, form)
    after = client.get(answer["Location"]) if answer.status_code == 302 else answer
    return answer.status_code, sorted(answer.headers.items()), answer.content, after.content


def box(ms: int) -> str:
    return moments.for_boxes(ms)["both"]


def test_the_page_says_what_it_must_and_asks_no_name(plan: models.Plan) -> None:
    page = browser().get("/vooraf")
    for sentence in (
        "Ik wil mijn gesprek opnemen",
        "Wanneer is je gesprek?",
        "Hoe kunnen we je veilig bereiken?",
        "Niet, ik zeg het zelf",
        "Bellen",
        "Sms",
        "Verstuur",
    ):
        assert sentence in words(page)
    told = page.content.decode()
    assert "checked" not in told
    assert [name for name in ("naam", "dossier", "e-mail") if name in words(page).lower()] == []
    done = browser().post("/vooraf", {"when": box(plan.starts_ms), "way": "none"}, follow=True)
    assert words(done).startswith("Dank je. Zeg het ook bij het begin van het gesprek.")


def test_known_unknown_past_and_far_get_the_same_answer_to_the_byte(plan: models.Plan) -> None:
    known = wire(browser(), {"when": box(plan.starts_ms), "way": "none"})
    assert known[0] == 302
    assert heard.said(plan).certain
    for when in (
        box(plan.starts_ms + 3_600_000),
        box(plan.starts_ms)[:10],
        "2001-01-01T10:00",
        "2199-12-31T23:59",
        "9999-12-31",
        "1-1-1970 00:00",
    ):
        for form in ({"when": when, "way": "none"}, {"when": when, "way": "call", "number": "06-12345678"}):
            assert wire(browser(when[:4]), form) == known


def test_a_wrong_invitation_gets_that_answer_too(plan: models.Plan) -> None:
    token = planning.invitation(plan)
    right = wire(browser("a"), {"when": "2001-01-01T10:00", "way": "none"}, f"/u/{token}/vooraf")
    assert heard.said(plan).certain  # the invitation says which conversation, whatever day was typed
    wrong = wire(browser("b"), {"when": "2001-01-01T10:00", "way": "none"}, "/u/" + "x" * 22 + "/vooraf")
    assert right == wrong


def test_an_invitation_fills_in_the_day(plan: models.Plan) -> None:
    page = browser().get(f"/u/{planning.invitation(plan)}/vooraf").content.decode()
    assert f'value="{box(plan.starts_ms)}"' in page
    assert 'value=""' in browser().get("/u/guessed/vooraf").content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"when": "", "way": "none"},
        {"when": "morgen", "way": "none"},
        {"when": "💙", "way": "none"},
        {"when": "\u202e2026-11-23T14:00", "way": "none"},
        {"when": "2026-13-45T99:99", "way": "none"},
        {"when": "2" * 10_000, "way": "none"},
        {"when": "2026-11-23T14:00", "way": ""},
        {"when": "2026-11-23T14:00", "way": "post"},
        {"when": "2026-11-23T14:00", "way": "call"},
        {"when": "2026-11-23T14:00", "way": "sms", "number": "Bram Jansen"},
        {"when": "2026-11-23T14:00", "way": "call", "number": "0" * 10_000},
        {"when": "2026-11-23T14:00", "way": "call", "number": "06💙💙💙💙"},
        {"when": "2026-11-23T14:00", "way": "call", "number": "\u202e0612345678"},
    ],
)
def test_what_cannot_be_read_is_said_and_not_kept(table: Table, form: dict[str, str]) -> None:
    answer = browser().post("/vooraf", form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert len(answer.content) < 20_000
    assert not models.Announcement.objects.exists()


def test_a_mistake_uses_up_no_try(table: Table) -> None:
    client = browser()
    for _ in range(announcing.PER_ADDRESS + 5):
        client.post("/vooraf", {"when": "", "way": "none"})
    assert client.post("/vooraf", {"when": box(table.time.ms + DAY_MS), "way": "none"}).status_code == 302


def test_a_flood_from_one_address_ends_and_others_go_on(plan: models.Plan) -> None:
    form = {"when": box(plan.starts_ms), "way": "call", "number": "0612345678"}
    flooding = browser("192.0.2.9")
    answers = [flooding.post("/vooraf", form).status_code for _ in range(announcing.PER_ADDRESS + 20)]
    assert answers == [302] * announcing.PER_ADDRESS + [429] * 20
    assert models.Announcement.objects.count() == announcing.PER_ADDRESS
    unknown = form | {"when": "2001-01-01T10:00"}
    assert wire(flooding, form) == wire(flooding, unknown)  # what is refused tells nothing either
    assert browser("192.0.2.10").post("/vooraf", form).status_code == 302
    assert "0800" in flooding.post("/vooraf", form).content.decode()


def test_many_addresses_together_have_a_limit(plan: models.Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "IN_ALL", 15)
    form = {"when": box(plan.starts_ms), "way": "none"}
    answers = [browser(f"198.51.100.{n}").post("/vooraf", form).status_code for n in range(20)]
    assert answers == [302] * 15 + [429] * 5


def test_another_site_says_nothing_in_anybodys_name(plan: models.Plan) -> None:
    foreign = Client(headers={"sec-fetch-site": "cross-site"})
    answer = foreign.post("/vooraf", {"when": box(plan.starts_ms), "way": "none"})
    assert answer.status_code == 403
    assert not models.Announcement.objects.exists()


def test_a_number_is_not_shown_again_when_the_way_needs_none(plan: models.Plan) -> None:
    browser().post("/vooraf", {"when": box(plan.starts_ms), "way": "none", "number": "0612345678"})
    assert bytes(models.Announcement.objects.get().sealed) == b""


def test_english(plan: models.Plan) -> None:
    page = Client(headers=OWN | {"accept-language": "en"}).get("/vooraf")
    assert words(page).startswith("I want to record my conversation When is your conversation?")
