"""«Snel weg»: a neutral page, and nothing of ours left behind on the device; and the theme of the house."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from tweespoor.casework import settling
from tweespoor.web import visitor
from tweespoor.web.frame import theme_file

WIPED = '"cache", "cookies"'
"""What a browser throws away.  Never "storage": sound that was not sent yet lies there."""

OUR_COOKIES = {
    *(visitor.COOKIE, visitor.CLAIM, visitor.LISTENS),
    *(settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME),
}


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Send the browser to a neutral page and let it forget us; no table is read, so it always works.

    A POST is the farewell of a page that goes by itself; it only makes the browser forget.
    """
    response = HttpResponse(status=204 if request.method == "POST" else 303)
    if request.method != "POST":
        response["Location"] = settling.house().leave_url
    response["Clear-Site-Data"] = WIPED
    response["Referrer-Policy"] = "no-referrer"
    for name in OUR_COOKIES & request.COOKIES.keys():
        response.delete_cookie(name)
    return response


@require_GET
def theme(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001 - a view
    """Give the organisation's own style sheet: colours and type in our tokens, read when it is asked for."""
    path_ = theme_file()
    if path_ is None:
        raise Http404
    response = FileResponse(path_.open("rb"), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "max-age=300"
    return response


urlpatterns = [
    path("weg", leave, name="leave"),
    path("theme.css", theme, name="theme"),
]
