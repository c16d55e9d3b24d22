"""Addresses of the surface `webhooks`."""

from django.urls import URLPattern, URLResolver, path

from jishi.surfaces.webhooks import payments

app_name = "webhooks"

urlpatterns: list[URLPattern | URLResolver] = [
    path("payments/<slug:provider>/", payments.receive, name="payments"),
]
