"""No page may use a camera, and only where people record a page may use the microphone (clause 2a)."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from tweespoor.web.headers import Headers

CONVERSATION = "0123456789abcdef" * 2


def headers_of(path: str) -> HttpResponse:
    answer = Headers(lambda _: HttpResponse("page"))(RequestFactory().get(path))
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.mark.parametrize("path", ["/", "/p/", f"/g/{CONVERSATION}/", "/staff/login/", "/conditions", "/nowhere"])
def test_2a_no_page_films(path: str) -> None:
    policy = headers_of(path)["Permissions-Policy"]
    assert "camera=()" in policy
    assert "display-capture=()" in policy


@pytest.mark.parametrize("path", ["/p/", "/p/state", f"/g/{CONVERSATION}/"])
def test_a_recorder_may_listen(path: str) -> None:
    assert "microphone=(self)" in headers_of(path)["Permissions-Policy"]


@pytest.mark.parametrize("path", ["/", "/g/new", "/staff/", "/conditions", "/pp/", f"/opname/{CONVERSATION}/"])
def test_no_other_page_may(path: str) -> None:
    assert "microphone=()" in headers_of(path)["Permissions-Policy"]


def test_nothing_is_kept_by_a_browser() -> None:
    assert headers_of("/p/")["Cache-Control"] == "no-store"


def test_a_view_may_say_otherwise() -> None:
    def view(_: HttpRequest) -> HttpResponse:
        return HttpResponse("sound", headers={"Cache-Control": "private, max-age=60"})

    answer = Headers(view)(RequestFactory().get("/"))
    assert isinstance(answer, HttpResponse)
    assert answer["Cache-Control"] == "private, max-age=60"
