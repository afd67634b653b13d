"""All addresses; each file of pages lists its own."""

from django.urls import URLPattern, URLResolver

from tweespoor.web import (
    agreeing,
    attending,
    conditions,
    consenting,
    filing,
    handing,
    home,
    joining,
    language,
    leaving,
    listening,
    offering,
    recording,
    staffing,
    state,
)

urlpatterns: list[URLPattern | URLResolver] = [
    *home.urlpatterns,
    *joining.urlpatterns,
    *consenting.urlpatterns,
    *handing.urlpatterns,
    *agreeing.urlpatterns,
    *recording.urlpatterns,
    *attending.urlpatterns,
    *offering.urlpatterns,
    *filing.urlpatterns,
    *listening.urlpatterns,
    *state.urlpatterns,
    *conditions.urlpatterns,
    *language.urlpatterns,
    *leaving.urlpatterns,
    *staffing.urlpatterns,
]

handler400 = "tweespoor.web.refusals.bad_request"
handler403 = "tweespoor.web.refusals.forbidden"
handler404 = "tweespoor.web.refusals.not_found"
handler500 = "tweespoor.web.refusals.broken"
