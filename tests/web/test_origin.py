"""Another site cannot act in a visitor's name, and a browser of ours can."""

import asyncio

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory

from tweespoor.web.origin import SameOrigin, is_own


def post(**headers: str) -> HttpRequest:
    return RequestFactory().post("/p/answer", headers=headers, SERVER_NAME="localhost")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost"},
    ],
)
def test_our_own_pages_may_change_something(headers: dict[str, str]) -> None:
    assert is_own(post(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "null"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost.elsewhere.example"},
        {"Origin": "http://localhost:81"},
    ],
)
def test_others_may_not(headers: dict[str, str]) -> None:
    assert not is_own(post(**headers))
    answer = SameOrigin(lambda _: HttpResponse("changed"))(post(**headers))
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 403
    assert b"changed" not in answer.content


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_is_free(method: str) -> None:
    request = getattr(RequestFactory(), method)("/", headers={"Sec-Fetch-Site": "cross-site"})
    answer = SameOrigin(lambda _: HttpResponse("page"))(request)
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 200


def test_it_also_guards_when_the_server_is_asynchronous() -> None:
    async def page(_: HttpRequest) -> HttpResponse:
        return HttpResponse("page")

    async def ask(headers: dict[str, str]) -> int:
        answer = await SameOrigin(page)(AsyncRequestFactory().post("/", headers=headers))  # type: ignore[misc]
        return int(answer.status_code)

    assert asyncio.run(ask({"Sec-Fetch-Site": "same-origin"})) == 200
    assert asyncio.run(ask({"Sec-Fetch-Site": "cross-site"})) == 403
