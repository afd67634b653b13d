"""All addresses; each file of pages lists its own."""

from django.urls import URLPattern, URLResolver

from tweespoor.web import language, leaving, staffing

urlpatterns: list[URLPattern | URLResolver] = [
    *language.urlpatterns,
    *leaving.urlpatterns,
    *staffing.urlpatterns,
]
