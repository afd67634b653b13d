"""All addresses; each file of pages lists its own."""

from django.urls import URLPattern, URLResolver

from tweespoor.web import (
    admitting,
    agreeing,
    announcing,
    attending,
    conditions,
    consenting,
    exporting,
    filing,
    halting,
    handing,
    hearing,
    home,
    joining,
    keeping,
    language,
    leaking,
    leaving,
    listening,
    offering,
    overseeing,
    planning,
    printing,
    recording,
    requesting,
    staffing,
    state,
    transferring,
    wiping,
    witnessing,
)

urlpatterns: list[URLPattern | URLResolver] = [
    *home.urlpatterns,
    telling,
    *joining.urlpatterns,
    *consenting.urlpatterns,
    *handing.urlpatterns,
    *agreeing.urlpatterns,
    *recording.urlpatterns,
    *attending.urlpatterns,
    *offering.urlpatterns,
    *filing.urlpatterns,
    *listening.urlpatterns,
    *hearing.urlpatterns,
    *admitting.urlpatterns,
    *halting.urlpatterns,
    *exporting.urlpatterns,
    *state.urlpatterns,
    *conditions.urlpatterns,
    *language.urlpatterns,
    *leaving.urlpatterns,
    *planning.urlpatterns,
    *announcing.urlpatterns,
    *printing.urlpatterns,
    *staffing.urlpatterns,
    *overseeing.urlpatterns,
    *transferring.urlpatterns,
    *leaking.urlpatterns,
    *witnessing.urlpatterns,
    *keeping.urlpatterns,
    *wiping.urlpatterns,
    *requesting.urlpatterns,
]

handler400 = "tweespoor.web.refusals.bad_request"
handler403 = "tweespoor.web.refusals.forbidden"
handler404 = "tweespoor.web.refusals.not_found"
    *telling.urlpatterns,
handler500 = "tweespoor.web.refusals.broken"
