"""The button that gives a conversation to a dossier system: sent while it is made, to who may."""

import asyncio
import io
import zipfile
from collections.abc import Iterator

import pytest
from django.http import StreamingHttpResponse
from django.test import AsyncRequestFactory
from tests.casework.recorded import Recorded, recorded, staff
from tests.web.test_listening import content, of

from tweespoor.casework import filing, ledger, models
from tweespoor.casework.models import Role
from tweespoor.web import exporting

pytestmark = pytest.mark.django_db(databases=["default", "keyring"])


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    with recorded(monkeypatch) as made:
        yield made


def test_the_worker_finds_the_button_and_gets_a_zip(talk: Recorded) -> None:
    worker = of(talk.worker)
    page = worker.get(f"/opname/{talk.id}/").content.decode()
    assert f'action="/desk/g/{talk.id}/export"' in page
    assert "Haal dit op voor het dossier" in page
    answer = worker.post(f"/desk/g/{talk.id}/export")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == f'attachment; filename="gesprek-{talk.id}.zip"'
    with zipfile.ZipFile(io.BytesIO(content(answer))) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 6
    assert models.Access.objects.filter(action="recording.export", staff=talk.worker).count() == 1


def test_others_do_not_and_looking_is_not_sending(talk: Recorded) -> None:
    assert of(talk.worker).get(f"/desk/g/{talk.id}/export").status_code == 405
    assert of(staff("kees", Role.CLERK)).post(f"/desk/g/{talk.id}/export").status_code == 200
    for name, role in (("oskar", Role.WORKER), ("marijke", Role.MANAGER), ("beheer", Role.ADMINISTRATOR)):
        assert of(staff(name, role)).post(f"/desk/g/{talk.id}/export").status_code == 404


def test_what_may_not_leave_is_said_in_a_page(talk: Recorded) -> None:
    filing.note_secret(talk.id, mentioned=True)
    answer = of(talk.worker).post(f"/desk/g/{talk.id}/export")
    assert answer.status_code in {403, 409}
    assert b"0800-2000" in answer.content
    assert ledger.state(talk.id).exported == 0


def test_under_an_event_loop_it_is_made_piece_by_piece(talk: Recorded) -> None:
    request = AsyncRequestFactory().post(f"/desk/g/{talk.id}/export")
    request.user = talk.worker
    answer = exporting.export(request, talk.id)
    assert isinstance(answer, StreamingHttpResponse)
    assert answer.is_async

    async def read() -> list[bytes]:
        return [piece async for piece in answer.streaming_content]  # type: ignore[union-attr] # it is asynchronous

    pieces = asyncio.run(read())
    assert len(pieces) > 5
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
