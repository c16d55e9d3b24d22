"""Addresses of recommendations; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import picks

urlpatterns: list[URLPattern] = [
    path("picks/<slug:surface>/", picks.picks, name="picks"),
    path("why/<slug:slate>/<int:position>/", picks.why, name="why"),
    path("why/<slug:slate>/<int:position>/hide/", picks.hide, name="why_hide"),
    path("me/recommendations/", picks.mine, name="my_picks"),
]
