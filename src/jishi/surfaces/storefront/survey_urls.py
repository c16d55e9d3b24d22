"""Addresses of surveys; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import surveys

urlpatterns: list[URLPattern] = [
    path("surveys/pop/", surveys.pop, name="survey_pop"),
    path("surveys/<slug:code>/", surveys.survey, name="survey"),
    path("surveys/<slug:code>/later/", surveys.later, name="survey_later"),
]
