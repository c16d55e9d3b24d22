"""Addresses of slots, landing pages and first steps; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import landing, slots

urlpatterns: list[URLPattern] = [
    path("slots/strip/", slots.strip, name="slot_strip"),
    path("slots/seen/", slots.seen, name="slot_seen"),
    path("slots/loaded/", slots.loaded, name="slot_loaded"),
    path("slots/met/", slots.met, name="slot_met"),
    path("slots/<slug:code>/away/", slots.away, name="slot_away"),
    path("region/", slots.region, name="region"),
    path("start/", slots.start, name="start"),
    path("start/away/", slots.start_away, name="start_away"),
    path("l/preview/<slug:code>/", landing.preview, name="landing_preview"),
    path("l/<slug:slug>/", landing.landing, name="landing"),
    path("l/<slug:slug>/list/", landing.sign_up, name="landing_sign_up"),
    path("l/<slug:slug>/leave/", landing.leave, name="landing_leave"),
]
