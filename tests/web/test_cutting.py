"""Cutting over the web: choosing pieces, asking, hearing the copy; and covering by law, by the privacy officer."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from tests.casework.cuts import BRAM, CARLA, agreed, ask, standing, turn
from tests.casework.recorded import Recorded
from tests.web.table import Page, staff, words
from tests.web.test_hearing import content, listener
from tests.web.test_sharing import signed_in

from tweespoor.casework import cutting, editing, filing, ledger, models, polling
from tweespoor.casework.models import Role
from tweespoor.rules import facts
from tweespoor.rules.asking import Answer
from tweespoor.rules.facts import Ground

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])
HTTP = {"begin": ["0:05", "0:20"], "end": ["0:09,5", "0:23"], "reason": "Hier wordt een vriendin genoemd."}


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with standing(monkeypatch) as made:
        yield made


def officer() -> Client:
    return signed_in(models.Staff.objects.get(username="fatima"))


def hidden(answer: HttpResponseBase) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', content(answer).decode()):
        found.setdefault(name, []).append(value)
    return found


# Asking ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["Bram", "the worker"])
def test_one_looks_once_more_and_then_everyone_is_asked(talk: Recorded, who: str) -> None:
    client, address = listener(talk), "/luister/knippen"
    if who == "the worker":
        client, address = signed_in(talk.worker), f"/opname/{talk.id}/knippen"
    page = client.get(address)
    assert "De opname zelf verandert nooit." in words(page)
    assert b"data-picks" in content(page)
    once_more = client.post(address, HTTP)
    assert once_more.status_code == 200
    assert "0:05,0 tot 0:09,5" in words(once_more)
    assert f"De anderen zien dat {'jij dit vraagt' if who == 'Bram' else 'wij dit vragen'}." in words(once_more)
    assert models.Question.objects.count() == 0
    asked = client.post(address, hidden(once_more) | {"sure": "yes"})
    assert asked.status_code == 302
    question = models.Question.objects.get()
    spans = talk.state.edits[question.key].spans
    assert [(one.end - one.begin) for one in spans] == [4_500, 3_000]
    for seat in (BRAM, CARLA):
        seen = listener(talk, seat).get(f"/luister/vraag/{question.pk}/")
        assert "0:05,0 tot 0:09,5" in words(seen)
        assert "Hier wordt een vriendin genoemd." in words(seen)
    assert "0:20,0 tot 0:23,0" in words(signed_in(talk.worker).get(f"/desk/questions/{talk.id}/{question.pk}/"))


OUTSIDE = "Dit stuk ligt niet binnen de opname, of is niet afgesproken."
NO_TIME = "Schrijf elke tijd als minuten en seconden, bijvoorbeeld 2:05."
WRONG: dict[str, tuple[dict[str, list[str]], str, str]] = {
    "no time": (
        {"begin": ["nu"], "end": ["0:09"]},
        NO_TIME,
        "",
    ),
    "half a time": (
        {"begin": ["0:05"], "end": [""]},
        NO_TIME,
        "",
    ),
    "nothing": ({"begin": [""], "end": [""]}, OUTSIDE, "5b"),
    "reversed": (
        {"begin": ["0:09"], "end": ["0:05"]},
        OUTSIDE,
        "5b",
    ),
    "no length": (
        {"begin": ["0:09"], "end": ["0:09"]},
        OUTSIDE,
        "5b",
    ),
    "outside": (
        {"begin": ["9:00"], "end": ["9:05"]},
        OUTSIDE,
        "5b",
    ),
    "overlapping": (
        {"begin": ["0:05", "0:08"], "end": ["0:09", "0:12"]},
        "Twee stukken liggen over elkaar, of te dicht bij elkaar.",
        "5b",
    ),
    "no reason": ({"reason": [" "]}, "De reden ontbreekt.", "5b"),
    "thirteen": (
        {"begin": [f"0:{n:02d}" for n in range(0, 26, 2)], "end": [f"0:{n + 1:02d}" for n in range(0, 26, 2)]},
        "Dit zijn te veel stukken.",
        "5b",
    ),
}


@pytest.mark.parametrize(("change", "says", "clause"), WRONG.values(), ids=WRONG.keys())
def test_bad_input_is_answered_in_words_and_keeps_what_was_typed(
    talk: Recorded, change: dict[str, list[str]], says: str, clause: str
) -> None:
    client = listener(talk)
    seen = client.post("/luister/knippen", HTTP | change | {"sure": "yes"})
    assert seen.status_code == 422
    assert says in words(seen)
    assert (f"Voorwaarde {clause}" in words(seen)) is bool(clause)
    assert (f'href="/conditions#c{clause}"' in content(seen).decode()) is bool(clause)
    for text in change.get("begin", HTTP["begin"]):
        assert (
            f'name="begin" inputmode="text" maxlength="20" placeholder="2:05" value="{text}"' in content(seen).decode()
        )
    assert models.Question.objects.count() == models.Cut.objects.count() == 0
    assert "EditProposed" not in [line.decode() for line in ledger.lines(talk.id)]


def test_one_more_piece_and_back_without_a_script(talk: Recorded) -> None:
    client = listener(talk)
    more = client.post("/luister/knippen", HTTP | {"more": "yes"})
    assert content(more).decode().count("data-piece-row") == 3
    again = client.post("/luister/knippen", HTTP | {"again": "yes"})
    assert content(again).decode().count("data-piece-row") == 2


def test_what_somebody_types_is_never_markup(talk: Recorded) -> None:
    client = listener(talk)
    seen = client.post("/luister/knippen", HTTP | {"begin": ['"><b>'], "end": ["0:09"], "reason": "<i>x</i>"})
    assert b"<b>" not in content(seen)
    once_more = client.post("/luister/knippen", HTTP | {"reason": "<i>x</i>"})
    assert b"&lt;i&gt;x&lt;/i&gt;" in content(once_more)


def test_when_nothing_can_be_heard_nothing_is_asked(talk: Recorded) -> None:
    ledger.append(talk.id, facts.PartLocked(at=0, part=1, ground=Ground.REQUEST))
    client = listener(talk)
    for seen in (client.get("/luister/knippen"), client.post("/luister/knippen", HTTP | {"sure": "yes"})):
        assert "Er is nu niets dat geknipt kan worden." in words(seen)
    assert models.Question.objects.count() == 0


def test_who_comes_second_reads_why_and_keeps_what_was_typed(talk: Recorded) -> None:
    ask(talk)
    _keeps_it(listener(talk, CARLA).post("/luister/knippen", HTTP | {"sure": "yes"}))


@pytest.mark.parametrize("who", ["Carla", "the worker"])
def test_of_two_who_ask_at_the_same_moment_the_second_keeps_what_was_typed(
    talk: Recorded, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = listener(talk, CARLA) if who == "Carla" else signed_in(talk.worker)
    see_whole = editing.see_whole

    def meanwhile(*given: object) -> editing.Wanted:
        """Let Bram ask after this one was found right, and before it was asked."""
        found = see_whole(*given)  # type: ignore[arg-type] # as it came
        monkeypatch.setattr(editing, "see_whole", see_whole)
        ask(talk)
        return found

    monkeypatch.setattr(editing, "see_whole", meanwhile)
    here = "/luister/knippen" if who == "Carla" else f"/opname/{talk.id}/knippen"
    _keeps_it(client.post(here, HTTP | {"sure": "yes"}))


def _keeps_it(seen: Page) -> None:
    """The form comes back as it was filled in, with what is so, what can be done, and the clause."""
    assert seen.status_code == 422
    says = words(seen)
    for sentence in ("Er loopt al een vraag over knippen in dit deel.", "Wacht tot die vraag voorbij is."):
        assert sentence in says
    form = seen.content.decode()
    assert 'href="/conditions#c5b"' in form
    for text in (*HTTP["begin"], *HTTP["end"], HTTP["reason"]):
        assert f'value="{text}"' in form, text
    assert models.Question.objects.count() == 1


# Listening ---------------------------------------------------------------------------------------------------


def test_who_is_asked_hears_each_piece(talk: Recorded) -> None:
    question = ask(talk)
    page = content(listener(talk, CARLA).get(f"/luister/vraag/{question.pk}/pieces")).decode()
    assert page.count("data-until") == 2
    assert 'data-go="5.000" data-until="9.020"' in page
    ours = content(signed_in(talk.worker).get(f"/opname/{talk.id}/vraag/{question.pk}")).decode()
    assert ours.count("data-until") == 2


def test_the_copy_is_beside_the_recording_and_named(talk: Recorded) -> None:
    edit = agreed(talk)
    bram, anna = listener(talk), signed_in(talk.worker)
    for client, page, base in (
        (bram, "/luister/gesprek", f"/luister/zonder/{edit}/"),
        (anna, f"/opname/{talk.id}/", f"/opname/{talk.id}/zonder/{edit}/"),
    ):
        seen = client.get(page)
        assert "Er is een kopie zonder 2 stukken." in words(seen)
        assert base in content(seen).decode()
        assert "Dit stuk zit niet in de geknipte kopie, tot 0:09." in words(seen)
        copy = client.get(base)
        assert "Hier zijn 2 stukken uit." in words(copy)
        assert "Hier is een stuk uit. Je hoort een toon." in words(copy)
        whole = client.get(
            page.replace("gesprek", f"{talk.ours}.opus") if client is bram else f"{page}{talk.ours}.opus"
        )
        part = client.get(f"{base}{talk.ours}.opus", headers={"Range": "bytes=0-99"})
        assert part.status_code == 206
        assert int(part["Content-Range"].rpartition("/")[2]) < int(whole["Content-Length"])
        assert set(client.get(f"{base}waves").json()) == {"0", "1"}
    question = polling.about(edit)
    assert question is not None
    assert "Luister naar de geknipte kopie" in words(bram.get(f"/luister/vraag/{question.pk}/"))
    assert "Luister naar de geknipte kopie" in words(anna.get(f"/desk/questions/{talk.id}/{question.pk}/"))
    assert models.Access.objects.filter(action="recording.listen", staff=talk.worker).count() == 1


def test_a_copy_that_is_not_there_is_nobodys(talk: Recorded) -> None:
    question = ask(talk)
    bram, anna = listener(talk), signed_in(talk.worker)
    for edit in (question.key, "0" * 32):
        for page in ("", "waves", f"{talk.ours}.opus", f"{talk.ours}.m4a"):
            assert bram.get(f"/luister/zonder/{edit}/{page}").status_code == 404
            assert anna.get(f"/opname/{talk.id}/zonder/{edit}/{page}").status_code == 404


def test_while_it_is_made_a_page_says_so(talk: Recorded) -> None:
    question = ask(talk)
    for seat in (None, CARLA):
        polling.answer(question.pk, seat, Answer.YES)
    polling.sweep()
    turn(4)
    bram = listener(talk)
    assert "De kopie wordt nu gemaakt." in words(bram.get(f"/luister/vraag/{question.pk}/"))
    cutting.make_due()
    assert "Er is nu een kopie zonder deze stukken." in words(bram.get(f"/luister/vraag/{question.pk}/"))


# Covering ----------------------------------------------------------------------------------------------------


@pytest.fixture
def secret(talk: Recorded) -> str:
    filing.note_secret(talk.id, mentioned=True)
    return f"/desk/cover/{talk.id}/"


def test_the_task_leads_to_the_page_where_the_officer_covers(talk: Recorded, secret: str) -> None:
    fatima = officer()
    assert secret in content(fatima.get(f"/desk/g/{talk.id}/")).decode()
    form = {"begin": "0:20", "end": "0:25", "ground": "secret-address"}
    once_more = fatima.post(secret, form)
    assert "Iedereen hoort hier dan een toon, en leest waarom." in words(once_more)
    assert not talk.state.parts[1].covered
    assert fatima.post(secret, hidden(once_more) | {"sure": "yes"}).status_code == 302
    (found,) = talk.state.parts[1].covered
    assert found.ground is Ground.SECRET_ADDRESS
    under = fatima.get(f"{secret}{talk.ours}.opus", headers={"Range": "bytes=0-99"})
    assert under.status_code == 206
    assert fatima.post(f"/desk/g/{talk.id}/secret").status_code == 302
    says = "Hier klinkt een toon, tot 0:25. Er is een geheim adres genoemd."
    for client, page in ((listener(talk), "/luister/gesprek"), (signed_in(talk.worker), f"/opname/{talk.id}/")):
        assert says in words(client.get(page))
        assert b"shade--covered" in content(client.get(page))
    assert "bedekte een stuk van de opname met een toon" in words(listener(talk).get("/luister/wie"))
    off = {"part": "1", "begin": str(found.span.begin), "end": str(found.span.end), "ground": "secret-address"}
    assert fatima.post(f"{secret}off", off).status_code == 302
    assert not talk.state.parts[1].covered
    assert fatima.post(f"{secret}off", off).status_code == 409


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"begin": "x"}, "Er is nog iets niet ingevuld."),
        ({"ground": ""}, "Er is nog iets niet ingevuld."),
        ({"ground": "court"}, "Er is nog iets niet ingevuld."),
        ({"begin": "0:25", "end": "0:20"}, OUTSIDE),
        ({"begin": "9:25", "end": "9:30"}, OUTSIDE),
    ],
)
def test_bad_input_of_the_officer(talk: Recorded, secret: str, change: dict[str, str], says: str) -> None:
    form = {"begin": "0:20", "end": "0:25", "ground": "secret-address", "sure": "yes"}
    seen = officer().post(secret, form | change)
    assert seen.status_code == 422
    assert says in words(seen)
    assert not talk.state.parts[1].covered
    assert (
        officer().post(f"{secret}off", {"part": "x", "begin": "1", "end": "2", "ground": "reporter"}).status_code == 404
    )


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICER])
def test_covering_is_the_officers_alone(talk: Recorded, secret: str, role: Role) -> None:
    client = signed_in(talk.worker if role is Role.WORKER else staff("someone", role))
    ways: list[Callable[[], HttpResponseBase]] = [
        lambda: client.get(secret), lambda: client.post(secret, {}), lambda: client.post(f"{secret}off", {}),
        lambda: client.get(f"{secret}waves"), lambda: client.get(f"{secret}{talk.ours}.opus"),
        lambda: client.get(f"{secret}{talk.ours}.m4a"),
    ]  # fmt: skip
    assert {way().status_code for way in ways} == {404}
