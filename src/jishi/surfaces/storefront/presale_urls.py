"""Addresses of presales; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import presales

urlpatterns: list[URLPattern] = [
    path("presales/", presales.index, name="presales"),
    path("presales/<slug:code>/", presales.presale, name="presale"),
    path("presales/<slug:code>/reserve/", presales.reserve, name="presale_reserve"),
    path("presales/<slug:code>/withdraw/", presales.withdraw, name="presale_withdraw"),
]
