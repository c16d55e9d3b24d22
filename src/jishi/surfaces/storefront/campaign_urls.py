"""Addresses of what campaigns tell people; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import offers

urlpatterns: list[URLPattern] = [
    path("go/<slug:code>/<slug:step>/", offers.go, name="campaign_go"),
    path("me/offers/", offers.offers, name="offers"),
]
