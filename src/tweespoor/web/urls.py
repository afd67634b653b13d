"""All addresses; each file of pages lists its own."""

from django.urls import URLPattern, URLResolver

from tweespoor.web import language, leaving, staffing

urlpatterns: list[URLPattern | URLResolver] = [
    *language.urlpatterns,
    *leaving.urlpatterns,
    *staffing.urlpatterns,
]

handler400 = "tweespoor.web.refusals.bad_request"
handler403 = "tweespoor.web.refusals.forbidden"
handler404 = "tweespoor.web.refusals.not_found"
handler500 = "tweespoor.web.refusals.broken"
