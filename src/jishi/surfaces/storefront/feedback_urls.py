"""Addresses of one's own feedback; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import feedback

urlpatterns: list[URLPattern] = [
    path("me/feedback/", feedback.feedback, name="feedback"),
]
