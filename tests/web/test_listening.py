"""The page of a recording and its sound in parts, over the web: for its worker, and for nobody else."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import AsyncRequestFactory, Client
from tests.casework.recorded import Recorded, recorded, staff

from tweespoor.casework import clock, ledger, models
from tweespoor.casework.models import Role, Staff
from tweespoor.rules import facts
from tweespoor.web import ranges

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])

NOBODY = "0" * 32


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made


def of(someone: Staff) -> Client:
    kind = Authenticator.Type.TOTP
    Authenticator.objects.get_or_create(user=someone, type=kind, defaults={"data": {"secret": "JBSWY3DPEHPK3PXP"}})
    client = Client(headers={"sec-fetch-site": "same-origin"})
    client.force_login(someone)
    return client


@pytest.fixture
def worker(talk: Recorded) -> Client:
    return of(talk.worker)


def content(answer: HttpResponseBase) -> bytes:
    if isinstance(answer, StreamingHttpResponse):
        return b"".join(answer.streaming_content)  # type: ignore[arg-type] # the client asks without an event loop
    assert isinstance(answer, HttpResponse)
    return answer.content


def url(talk: Recorded, track: str | None = None) -> str:
    return f"/opname/{talk.id}/{track or talk.ours}.opus"


# The page ------------------------------------------------------------------------------------------


def test_the_page_says_in_words_what_the_picture_shows(talk: Recorded, worker: Client) -> None:
    answer = worker.get(f"/opname/{talk.id}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in (
        "Iedereen zei ja: 1 van 1 minuut.",
        "Opgenomen van 14:06 tot 14:07.",
        "Onze opname",
        "Opname van deelnemer 1",
        "Nog geen dossiernummer.",
        "Afspraken",
        "Het gesprek",
        "De opname stond stil tot ",
        "Gemarkeerd moment",
        "Delen of knippen mag niet zonder de anderen.",
    ):
        assert words in page, words
    assert page.count('class="gap"') == 2
    assert page.count('class="moment"') == 1
    assert f'href="/g/{talk.id}/"' in page
    assert 'type="range"' in page
    assert "aria-valuetext" in page


def test_the_page_names_nobody_and_no_organisation(talk: Recorded, worker: Client) -> None:
    page = worker.get(f"/opname/{talk.id}/").content.decode()
    assert not re.search(r"Huis van de test|Veilig Thuis|geweld|anna|fatima", page, re.IGNORECASE)
    assert "<title>Gesprek</title>" in page
    assert "<script>" not in page
    assert " style=" not in page


def test_a_sentence_is_short(talk: Recorded, worker: Client) -> None:
    page = worker.get(f"/opname/{talk.id}/").content.decode()
    text = re.sub(r"<[^>]+>", "\n", page.partition("<main")[2].partition("</main>")[0])
    for sentence in re.split(r"[.!?\n]", text):
        assert len(sentence.split()) <= 15, sentence


def test_a_dossier_number_is_shown_once_it_is_there(talk: Recorded, worker: Client) -> None:
    models.Conversation.objects.filter(pk=talk.id).update(dossier="2026-1188")
    page = worker.get(f"/opname/{talk.id}/").content.decode()
    assert "Dossier 2026-1188." in page
    assert "Nog geen dossiernummer." not in page


def test_a_kept_recording_has_a_plain_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded(monkeypatch, handed_in=False) as talk:
        page = of(talk.worker).get(f"/opname/{talk.id}/").content.decode()
        assert "Deelnemer 1 bewaart de eigen opname zelf." in page
        assert 'data-line="0"' in page
        assert 'data-line="1"' not in page
        assert talk.theirs not in page
        assert of(talk.worker).get(url(talk, talk.theirs)).status_code == 404


def test_a_conversation_without_a_recording_says_so(talk: Recorded, worker: Client) -> None:
    models.Conversation.objects.create(id=NOBODY, worker=talk.worker, opened_ms=clock.now_ms())
    page = worker.get(f"/opname/{NOBODY}/").content.decode()
    assert "Dit gesprek is niet opgenomen." in page
    assert "Luister" not in page


def test_waves_can_come_after_the_page(talk: Recorded, worker: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tweespoor.casework.earshot.SHORT_MS", 0)
    page = worker.get(f"/opname/{talk.id}/").content.decode()
    assert f'data-drawing="/opname/{talk.id}/waves"' in page
    waves = worker.get(f"/opname/{talk.id}/waves").json()
    assert set(waves) == {"0", "1"}
    assert all(re.fullmatch(r"(M[\d.]+ [\d.]+v[\d.]+){50,144}", wave) for wave in waves.values())
    page = worker.get(f"/opname/{talk.id}/").content.decode()
    assert "data-drawing" not in page
    assert waves["0"] in page


# The sound -----------------------------------------------------------------------------------------


def test_the_whole_sound_says_that_parts_can_be_had(talk: Recorded, worker: Client) -> None:
    answer = worker.get(url(talk))
    whole = content(answer)
    assert answer.status_code == 200
    assert whole.startswith(b"OggS")
    assert answer["Content-Type"] == "audio/ogg; codecs=opus"
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Cache-Control"] == "no-store"
    assert int(answer["Content-Length"]) == len(whole) > 200_000


def test_parts_are_parts_of_the_whole(talk: Recorded, worker: Client) -> None:
    whole = content(worker.get(url(talk)))
    size = len(whole)
    for header, begin, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, size),
        ("bytes=100000-100999", 100_000, 101_000),
        (f"bytes={size - 10}-", size - 10, size),
        ("bytes=-500", size - 500, size),
        (f"bytes=-{size + 5}", 0, size),
        (f"bytes=200-{size + 999}", 200, size),
    ):
        answer = worker.get(url(talk), headers={"Range": header})
        assert answer.status_code == 206, header
        assert answer["Content-Range"] == f"bytes {begin}-{end - 1}/{size}"
        assert int(answer["Content-Length"]) == end - begin
        assert content(answer) == whole[begin:end]


def test_a_browser_gets_the_same_sound_in_a_file_with_a_table(talk: Recorded, worker: Client) -> None:
    page = worker.get(f"/opname/{talk.id}/").content.decode()
    address = url(talk).replace(".opus", ".webm")
    assert f'data-webm="{address}"' in page
    assert page.index(f'<source src="{address}"') < page.index(f'<source src="{url(talk)}"')
    answer = worker.get(address)
    whole = content(answer)
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/webm; codecs=opus")
    assert answer["ETag"] != worker.head(url(talk))["ETag"]
    part = worker.get(address, headers={"Range": "bytes=100000-"})
    assert (part.status_code, content(part)) == (206, whole[100_000:])
    assert talk.state.listened == 1
    assert worker.get(address.replace(".webm", ".wav")).status_code == 404


@pytest.mark.parametrize("header", ["bytes=99999999-", "bytes=-0", "bytes=99999999-99999999999"])
def test_a_part_beyond_the_end_is_416(talk: Recorded, worker: Client, header: str) -> None:
    size = worker.head(url(talk))["Content-Length"]
    answer = worker.get(url(talk), headers={"Range": header})
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{size}"


@pytest.mark.parametrize("header", ["bytes=0-1,5-6", "pages=0-1", "bytes=5-2", "bytes=-", "bytes=a-b", "bytes=٣-", ""])
def test_what_is_no_single_part_gives_the_whole(talk: Recorded, worker: Client, header: str) -> None:
    answer = worker.get(url(talk), headers={"Range": header})
    assert answer.status_code == 200
    assert answer["Content-Length"] == worker.head(url(talk))["Content-Length"]


def test_an_old_tag_gives_the_whole(talk: Recorded, worker: Client) -> None:
    tag = worker.head(url(talk))["ETag"]
    part = {"Range": "bytes=0-9"}
    assert worker.get(url(talk), headers=part | {"If-Range": tag}).status_code == 206
    assert worker.get(url(talk), headers=part | {"If-Range": '"another"'}).status_code == 200


def test_listening_is_noted_once_a_session_and_a_look_is_not_listening(talk: Recorded, worker: Client) -> None:
    worker.get(f"/opname/{talk.id}/")
    worker.head(url(talk))
    assert talk.state.listened == 0
    for header in ("bytes=0-", "bytes=1000-", "bytes=2000-"):
        worker.get(url(talk), headers={"Range": header})
    worker.get(url(talk, talk.theirs))
    assert talk.state.listened == 1
    of(talk.worker).get(url(talk))
    assert talk.state.listened == 2


def test_on_an_event_loop_it_streams_and_lets_go(talk: Recorded) -> None:
    closed: list[bool] = []
    request = AsyncRequestFactory().get("/", headers={"Range": "bytes=10-199999"})
    pieces = (bytes([n]) * 1_000 for n in range(250))
    file = ranges.File(250_000, "audio/ogg", "tag", lambda _begin, _end: pieces, lambda: closed.append(True))
    answer = file.answer(request)
    assert isinstance(answer, StreamingHttpResponse)
    assert answer.is_async

    async def first() -> bytes:
        return await anext(aiter(answer.streaming_content))  # type: ignore[arg-type] # it is asynchronous here

    assert len(asyncio.run(first())) == 9_000
    assert len(list(pieces)) == 250 - 9
    answer.close()
    assert closed == [True]


# Who may not ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_for_others_it_is_as_if_it_were_not_there(talk: Recorded, role: Role) -> None:
    other = of(staff("someone-else", role))
    for there, nowhere in (
        (f"/opname/{talk.id}/", f"/opname/{NOBODY}/"),
        (f"/opname/{talk.id}/waves", f"/opname/{NOBODY}/waves"),
        (url(talk), f"/opname/{NOBODY}/{NOBODY}.opus"),
        (url(talk).replace("opus", "webm"), f"/opname/{NOBODY}/{NOBODY}.webm"),
    ):
        one, two = other.get(there), other.get(nowhere)
        assert one.status_code == two.status_code == 404
        assert one.content.replace(there.encode(), b"") == two.content.replace(nowhere.encode(), b"")
    assert talk.state.listened == 0


def test_who_is_not_signed_in_is_asked_to(talk: Recorded) -> None:
    for path in (f"/opname/{talk.id}/", f"/opname/{talk.id}/waves", url(talk)):
        answer = Client().get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/staff/login/")


def test_nothing_can_be_changed_here(talk: Recorded) -> None:
    client = of(talk.worker)
    for path in (f"/opname/{talk.id}/", f"/opname/{talk.id}/waves", url(talk)):
        assert client.post(path).status_code == 405


def test_a_locked_part_gives_no_byte(talk: Recorded, worker: Client) -> None:
    ledger.append(talk.id, facts.PartLocked(at=clock.now_ms(), part=1, ground=facts.Ground.SPOKEN_ROUND_FAILED))
    answer = worker.get(url(talk))
    assert answer.status_code == 409
    assert b"OggS" not in answer.content
    page = worker.get(f"/opname/{talk.id}/").content.decode()
    assert "Dit deel is afgesloten. Niemand kan het horen." in page
    assert talk.ours not in page
    assert "data-play " not in page
    assert "<noscript>" not in page
