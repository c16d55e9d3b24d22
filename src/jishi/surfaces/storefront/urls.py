"""Addresses of the surface `storefront`."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "storefront"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("jishi.surfaces.shell.urls")),
]
