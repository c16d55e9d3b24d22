"""Addresses of reporting, decisions about one's own content, and appeals."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import moderation

urlpatterns: list[URLPattern] = [
    path("report/<slug:kind>/<slug:code>/", moderation.report, name="report"),
    path("appeal/<slug:code>/", moderation.appeal, name="appeal"),
    path("me/reports/", moderation.reports, name="reports"),
    path("me/decisions/", moderation.decisions, name="decisions"),
    path("me/decisions/<slug:code>/", moderation.decision, name="decision"),
]
