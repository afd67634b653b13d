"""All addresses; each file of pages lists its own."""

from django.urls import URLPattern, URLResolver

from tweespoor.web import staffing

urlpatterns: list[URLPattern | URLResolver] = [
    *staffing.urlpatterns,
]
